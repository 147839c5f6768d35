/** What a queue manager asks of a delivery agent. */
import { needsSmtputf8 } from '../address.ts';
import type { DeliveryRequest } from '../request.ts';
import { type Attributes, encodeAttributes } from './attributes.ts';
import { REQUEST_FLAGS, RETURN_FLAGS, SMTPUTF8_FLAGS, TLS_FLAGS } from './delivery-protocol.ts';
import { encodeTimes } from './delivery-times.ts';
import { notifyFlags } from './status-records.ts';

/** The queue that messages are delivered from: a folder of the instance. */
export const ACTIVE_QUEUE = 'active';

/** Recipients without a place in the queue file: -1 as an unsigned long. */
const UNMARKED = '18446744073709551615';

export interface QueuedMessage {
  /** The name of its file in the active queue. */
  readonly queueId: string;
  /** Where the content begins in it. */
  readonly offset: number;
}

/** `release` is Postfix's, such as `[3, 7]`: one attribute changed its name. */
export function encodeDeliveryRequest(
  request: DeliveryRequest,
  { queueId, offset }: QueuedMessage,
  release: readonly [major: number, minor: number],
): Buffer {
  const { recipients, envelopeId = '', returnContent, submitter = {} } = request;
  // Without the flag for it, the agent does not mark recipients as done: the message is tried only once.
  const common: Attributes = [
    ['flags', flags(request)],
    ['queue_name', ACTIVE_QUEUE],
    ['queue_id', queueId],
    ['offset', offset],
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
    ['time', encodeTimes(request.arrivedAtMs, request.activeAtMs ?? request.arrivedAtMs)],
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
      ['notify_flags', notifyFlags(recipient.notify ?? [])],
    ]),
  );
  return Buffer.concat([encodeAttributes(common), ...each]);
}

function flags({ probe, traceAll, traceDelayed, reuse }: DeliveryRequest): number {
  return (
    (probe === true ? REQUEST_FLAGS.probe : 0) |
    (probe === 'user' ? REQUEST_FLAGS.userProbe : 0) |
    (traceAll === true ? REQUEST_FLAGS.traceAll : 0) |
    (traceDelayed === true ? REQUEST_FLAGS.traceDelayed : 0) |
    (reuse?.load === true ? REQUEST_FLAGS.loadConnection : 0) |
    (reuse?.store === true ? REQUEST_FLAGS.storeConnection : 0)
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
    (isNotRequired === true ? TLS_FLAGS.notRequired : 0) |
    (requireTls === true || tlsFields?.requireTlsEsmtp === true ? TLS_FLAGS.required : 0)
  );
}

/** What a message asks of TLS that the release does not know; undefined when there is nothing of the kind. */
export function unknownTlsOption(
  message: TlsOptions,
  release: readonly [major: number, minor: number],
): string | undefined {
  const flags = tlsFlags(message);
  if ((flags & TLS_FLAGS.required) !== 0 && !isFrom(release, 3, 11)) return 'REQUIRETLS';
  return flags !== 0 && !isFrom(release, 3, 10) ? 'TLS-Required' : undefined;
}

function smtputf8Flags({ smtputf8, message, sender, recipients }: DeliveryRequest): number {
  return (
    (smtputf8 === true ? SMTPUTF8_FLAGS.requested : 0) |
    (message.utf8Headers ? SMTPUTF8_FLAGS.header : 0) |
    (needsSmtputf8(sender) ? SMTPUTF8_FLAGS.sender : 0) |
    (recipients.some(({ address }) => needsSmtputf8(address)) ? SMTPUTF8_FLAGS.recipient : 0)
  );
}
