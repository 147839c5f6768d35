/** The services of a running Postfix that a delivery reports to: bounce(8), defer(8), trace(8), verify(8), flush(8) and cleanup(8). */
import type { Settings } from '../config/register.ts';
import type { AddToFlush } from '../outcome/fast-flush.ts';
import type { Notice, PostNotice } from '../outcome/notices.ts';
import type { StatusService, StatusServices } from '../outcome/status-services.ts';
import { encodeAttributes } from './attributes.ts';
import { REQUEST_FLAGS } from './delivery-protocol.ts';
import type { ReceivedRequest } from './received-request.ts';
import { contentRecords, encodeRecord } from './records.ts';
import { askService, checkStatus, type ServiceTalk } from './services.ts';
import { encodeFinding, encodeStatusRecord, STATUS_PROTOCOLS } from './status-records.ts';

const FLUSH_PROTOCOL = 'queue_flush_protocol';
/** flush(8) does not serve the domain: nothing is wrong. */
const FLUSH_DENIED = '4';

const CLEANUP_PROTOCOL = 'cleanup_protocol';
const CLEANUP_FLAGS = {
  /** Header and body checks, and Milters. */
  inspect: (1 << 1) | (1 << 6),
  /** Addresses are rewritten by canonical and virtual maps. */
  map: 1 << 5,
  detectSmtputf8: 1 << 9,
} as const;

/** Those flags of a request that its records carry, too. */
const TRACE_FLAGS =
  REQUEST_FLAGS.probe | REQUEST_FLAGS.userProbe | REQUEST_FLAGS.traceAll | REQUEST_FLAGS.traceDelayed;

export type ReportSettings = Pick<
  Settings,
  | 'bounce_service_name'
  | 'defer_service_name'
  | 'trace_service_name'
  | 'address_verify_service_name'
  | 'flush_service_name'
  | 'cleanup_service_name'
  | 'myhostname'
  | 'mail_name'
>;

/** For the recipients of a request. */
export function statusServices(
  { flags, offsets, delivery }: ReceivedRequest,
  settings: ReportSettings,
  talk: ServiceTalk,
): StatusServices {
  const names: Readonly<Record<StatusService, string>> = {
    bounce: settings.bounce_service_name,
    defer: settings.defer_service_name,
    trace: settings.trace_service_name,
    verify: settings.address_verify_service_name,
  };
  return {
    async append(service, record) {
      const path = `private/${names[service]}`;
      const recipient = delivery.recipients.find(
        ({ address, originalAddress = '' }) =>
          address === record.address && originalAddress === (record.originalAddress ?? ''),
      );
      const offset = (recipient && offsets.get(recipient)) ?? '0';
      const list =
        service === 'verify'
          ? encodeFinding(record)
          : encodeStatusRecord(record, { flags: flags & TRACE_FLAGS, offset });
      checkStatus(await askService(path, STATUS_PROTOCOLS[service], () => list, talk), path);
    },
  };
}

export function flushAdder(settings: ReportSettings, talk: ServiceTalk): AddToFlush {
  const path = `public/${settings.flush_service_name}`;
  return async (domain, queueId) => {
    const list = encodeAttributes([
      ['request', 'add'],
      ['site', domain],
      ['queue_id', queueId],
    ]);
    checkStatus(await askService(path, FLUSH_PROTOCOL, () => list, talk), path, ['0', FLUSH_DENIED]);
  };
}

export function noticePoster(settings: ReportSettings, talk: ServiceTalk): PostNotice {
  const path = `public/${settings.cleanup_service_name}`;
  return async (notice) => {
    const now = talk.platform.clock.now();
    const answer = await askService(
      path,
      CLEANUP_PROTOCOL,
      (greeting) => noticeMail(notice, settings, greeting.get('queue_id') ?? '', now),
      talk,
    );
    checkStatus(answer, path);
  };
}

function noticeMail(notice: Notice, settings: ReportSettings, queueId: string, nowMs: number): Buffer {
  const { myhostname, mail_name: mailName } = settings;
  const flags =
    CLEANUP_FLAGS.map |
    (notice.inspect ? CLEANUP_FLAGS.inspect : 0) |
    (notice.detectSmtputf8 ? CLEANUP_FLAGS.detectSmtputf8 : 0);
  const date = new Date(nowMs).toUTCString().replace('GMT', '+0000 (UTC)');
  const received = `Received: by ${myhostname} (${mailName})\n\tid ${queueId}; ${date}\n`;
  const seconds = Math.floor(nowMs / 1000);
  return Buffer.concat([
    encodeAttributes([['flags', flags]]),
    encodeRecord('T', `${seconds} ${Math.floor((nowMs - seconds * 1000) * 1000)}`),
    encodeRecord('A', 'log_message_origin=local'),
    encodeRecord('A', 'trace_flags=0'),
    encodeRecord('S', notice.sender),
    encodeRecord('R', notice.recipient),
    encodeRecord('M'),
    ...contentRecords(Buffer.from(`${received}${notice.content}`)),
    encodeRecord('X'),
    encodeRecord('E'),
  ]);
}
