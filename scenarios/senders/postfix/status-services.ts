/**
 * Stands in for bounce(8), defer(8), trace(8) and verify(8): takes what the client reports to them. A report has the
 * server's reply apart from the reason, and both in full; and no notices go out into the scenario.
 */
import type { Socket } from 'node:net';
import type { StatusAction, StatusService } from '../../../client/outcome/status-services.ts';
import type { Notify } from '../../../client/request.ts';
import type { KeptRecord } from '../sender.ts';
import { AttributeReader, encodeAttributes, protocolGreeting } from './attributes.ts';
import { NOTIFY_FLAGS } from './delivery-request.ts';
import { type ServiceSocket, serveSocket } from './service-sockets.ts';

const DELIVERY_STATUS = 'delivery_status_protocol';
/** Postfix's own spelling. */
const VERIFICATION = 'address_verification_prrotocol';
const PROTOCOLS: Readonly<Record<StatusService, string>> = {
  bounce: DELIVERY_STATUS,
  defer: DELIVERY_STATUS,
  trace: DELIVERY_STATUS,
  verify: VERIFICATION,
};
/** What verify(8) is told about an address, by number. */
const FINDINGS: readonly StatusAction[] = ['deliverable', 'delayed', 'undeliverable'];

const SERVICES = Object.keys(PROTOCOLS) as readonly StatusService[];
const NOTIFY_WORDS = Object.keys(NOTIFY_FLAGS) as readonly Notify[];
/** Any status but 0 says that a record was not kept. */
const DOWN = 1;

/** Takes a record; false: it could not be kept. Records of `verify` have no queue id. */
export type OnRecord = (record: KeptRecord) => boolean;

/** Listens in the folder of private sockets; `onRecord` is called for each record about a recipient. */
export function serveStatusServices(folder: string, onRecord: OnRecord): Promise<ServiceSocket[]> {
  return Promise.all(
    SERVICES.map((service) =>
      serveSocket(`${folder}/${service}`, (socket) => serve(socket, service, onRecord)),
    ),
  );
}

function serve(socket: Socket, service: StatusService, onRecord: OnRecord): (chunk: Buffer) => void {
  const reader = new AttributeReader();
  socket.write(protocolGreeting(PROTOCOLS[service]));
  return (chunk) => {
    for (const list of reader.push(chunk)) {
      const record = service === 'verify' ? findingOf(list) : recordOf(service, list);
      const kept = record === undefined || onRecord(record);
      socket.write(encodeAttributes([['status', kept ? 0 : DOWN]]));
    }
  };
}

/** Undefined for what asks to send a report. */
function recordOf(service: StatusService, list: ReadonlyMap<string, string>): KeptRecord | undefined {
  if (list.get('nrequest') !== '0') return undefined;
  const text = (name: string) => list.get(name) ?? '';
  const flags = Number(text('notify_flags'));
  return {
    service,
    queueId: text('queue_id'),
    address: text('recipient'),
    originalAddress: text('original_recipient'),
    dsnOriginalRecipient: text('dsn_orig_rcpt'),
    notify: NOTIFY_WORDS.filter((word) => (flags & NOTIFY_FLAGS[word]) !== 0),
    dsn: text('status'),
    action: text('action') as StatusAction,
    reason: text('reason'),
    ...(text('diag_type') === 'smtp' && { reply: text('diag_text') }),
    ...(text('mta_type') === 'dns' && { remoteMta: text('mta_mname') }),
  };
}

function findingOf(list: ReadonlyMap<string, string>): KeptRecord | undefined {
  const action = FINDINGS[Number(list.get('recipient_status'))];
  if (list.get('request') !== 'update' || action === undefined) return undefined;
  const address = list.get('address') ?? '';
  return {
    service: 'verify',
    queueId: '',
    address,
    notify: [],
    dsn: '',
    action,
    reason: list.get('reason') ?? '',
  };
}
