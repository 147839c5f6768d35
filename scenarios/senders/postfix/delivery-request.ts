/** What a queue manager says to a delivery agent, and what the agent answers (protocol `delivery_request_protocol`). */
import { endianness } from 'node:os';
import { needsSmtputf8 } from '../../../client/address.ts';
import type { DeliveryRequest, Notify } from '../../../client/request.ts';
import { type Attributes, encodeAttributes } from './attributes.ts';
import type { QueueFile } from './queue-file.ts';

export const DELIVERY_PROTOCOL = 'delivery_request_protocol';

/** The queue that messages are delivered from: a folder of the instance. */
export const ACTIVE_QUEUE = 'active';

const FLAGS = {
  probe: 1 << 8,
  userProbe: 1 << 9,
  traceAll: 1 << 10,
  loadConnection: 1 << 11,
  storeConnection: 1 << 12,
  traceDelayed: 1 << 13,
} as const;
/** Recipients without a place in the queue file: -1 as an unsigned long. */
const UNMARKED = '18446744073709551615';
export const NOTIFY_FLAGS: Readonly<Record<Notify, number>> = { never: 1, success: 2, failure: 4, delay: 8 };
const RETURN_FLAGS = { full: 1, headers: 2 } as const;
/** Since release 3.10 beside the flags for SMTPUTF8. */
const TLS = { notRequired: 16, required: 32 } as const;
const SMTPUTF8 = { requested: 1, header: 2, sender: 4, recipient: 8 } as const;

export interface QueuedMessage {
  /** The name of its file in the active queue. */
  readonly queueId: string;
  readonly file: QueueFile;
}

/** `release` is Postfix's, such as `[3, 7]`: one attribute changed its name. */
export function encodeDeliveryRequest(
  request: DeliveryRequest,
  { queueId, file }: QueuedMessage,
  release: readonly [major: number, minor: number],
): Buffer {
  const { recipients, envelopeId = '', returnContent, submitter = {} } = request;
  // Without the flag for it, the agent does not mark recipients as done: the message is tried only once.
  const common: Attributes = [
    ['flags', flags(request)],
    ['queue_name', ACTIVE_QUEUE],
    ['queue_id', queueId],
    ['offset', file.offset],
    // Postfix's own count differs by a few bytes for long lines; whoever submits may say what it likes.
    ['size', request.message.sizeBytes],
    ['nexthop', request.nexthop],
    ['encoding', request.message.encoding ?? ''],
    isFrom(release, 3, 10)
      ? ['sendopts', smtputf8Flags(request) | tlsFlags(request)]
      : ['smtputf8', smtputf8Flags(request)],
    ['sender', request.sender],
    ['envelope_id', envelopeId],
    ['ret_flags', returnContent === undefined ? 0 : RETURN_FLAGS[returnContent]],
    ['time', times(request.arrivedAtMs, request.activeAtMs ?? request.arrivedAtMs)],
    ['log_client_name', submitter.name ?? ''],
    ['log_client_address', submitter.address ?? ''],
    ['log_client_port', submitter.port ?? ''],
    ['log_protocol_name', submitter.protocol ?? ''],
    ['log_helo_name', submitter.helo ?? ''],
    ['sasl_method', ''],
    ['sasl_username', ''],
    ['sasl_sender', ''],
    ['log_ident', submitter.queueId ?? queueId],
    ['rewrite_context', submitter.local === false ? 'remote' : 'local'],
    ['recipient_count', recipients.length],
  ];
  const each = recipients.map((recipient) =>
    encodeAttributes([
      ['original_recipient', recipient.originalAddress ?? ''],
      ['recipient', recipient.address],
      ['offset', UNMARKED],
      ['dsn_orig_rcpt', recipient.dsnOriginalRecipient ?? ''],
      ['notify_flags', (recipient.notify ?? []).reduce((flags, word) => flags | NOTIFY_FLAGS[word], 0)],
    ]),
  );
  return Buffer.concat([encodeAttributes(common), ...each]);
}

function flags({ probe, traceAll, traceDelayed, reuse }: DeliveryRequest): number {
  return (
    (probe === true ? FLAGS.probe : 0) |
    (probe === 'user' ? FLAGS.userProbe : 0) |
    (traceAll === true ? FLAGS.traceAll : 0) |
    (traceDelayed === true ? FLAGS.traceDelayed : 0) |
    (reuse?.load === true ? FLAGS.loadConnection : 0) |
    (reuse?.store === true ? FLAGS.storeConnection : 0)
  );
}

function isFrom([major, minor]: readonly [number, number], sinceMajor: number, sinceMinor: number): boolean {
  return major > sinceMajor || (major === sinceMajor && minor >= sinceMinor);
}

type TlsOptions = Pick<DeliveryRequest, 'requireTls' | 'message'>;

/** The headers are looked at by cleanup(8), before the queue manager. */
function tlsFlags({ requireTls, message: { tlsFields } }: TlsOptions): number {
  const isNotRequired = tlsFields?.tlsRequired.some((value) => value.toLowerCase() === 'no');
  return (
    (isNotRequired === true ? TLS.notRequired : 0) |
    (requireTls === true || tlsFields?.requireTlsEsmtp === true ? TLS.required : 0)
  );
}

/** What a message asks of TLS that the release does not know; undefined when there is nothing of the kind. */
export function unknownTlsOption(
  message: TlsOptions,
  release: readonly [major: number, minor: number],
): string | undefined {
  const flags = tlsFlags(message);
  if ((flags & TLS.required) !== 0 && !isFrom(release, 3, 11)) return 'REQUIRETLS';
  return flags !== 0 && !isFrom(release, 3, 10) ? 'TLS-Required' : undefined;
}

function smtputf8Flags({ smtputf8, message, sender, recipients }: DeliveryRequest): number {
  return (
    (smtputf8 === true ? SMTPUTF8.requested : 0) |
    (message.utf8Headers ? SMTPUTF8.header : 0) |
    (needsSmtputf8(sender) ? SMTPUTF8.sender : 0) |
    (recipients.some(({ address }) => needsSmtputf8(address)) ? SMTPUTF8.recipient : 0)
  );
}

/** Five `struct timeval` and a count, of which the queue manager knows the first two, as the machine holds them. */
const TIMES_BYTES = 88;

function times(arrivedAtMs: number, activeAtMs: number): string {
  const bytes = Buffer.alloc(TIMES_BYTES);
  const put = endianness() === 'LE' ? 'writeBigInt64LE' : 'writeBigInt64BE';
  for (const [index, atMs] of [arrivedAtMs, activeAtMs].entries()) {
    const seconds = Math.floor(atMs / 1000);
    bytes[put](BigInt(seconds), index * 16);
    bytes[put](BigInt(Math.floor((atMs - seconds * 1000) * 1000)), index * 16 + 8);
  }
  return bytes.toString('base64');
}
