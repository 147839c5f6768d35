/** A delivery request as a delivery agent gets it: read from the attributes of a queue manager, release 3.6 and later. */
import { type Message, messageFromBytes } from '../content/message.ts';
import type { DeliveryRequest, Recipient, Service, Submitter } from '../request.ts';
import { encodeAttributes } from './attributes.ts';
import { REQUEST_FLAGS, RETURN_FLAGS, SMTPUTF8_FLAGS, TLS_FLAGS } from './delivery-protocol.ts';
import { decodeTimes } from './delivery-times.ts';
import { notifyWords } from './status-records.ts';

type List = ReadonlyMap<string, string>;

/** What is wrong with a request; one line. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
}

export interface ReceivedRequest {
  readonly flags: number;
  readonly queueName: string;
  readonly queueId: string;
  /** Where the content begins in the queue file. */
  readonly contentOffset: number;
  /** Without the message, which the queue file has. */
  readonly delivery: Omit<DeliveryRequest, 'message'>;
  readonly sizeBytes: number;
  readonly encoding: '7bit' | '8bit' | undefined;
  readonly utf8Headers: boolean;
  /** There is a header `TLS-Required: no` (RFC 8689). */
  readonly tlsNotRequired: boolean;
  /** Where each recipient's record stands in the queue file. */
  readonly offsets: ReadonlyMap<Recipient, string>;
  /** The same request for one of its recipients, to be delivered to another next hop. */
  requestFor(recipient: Recipient, nexthop: string): Buffer;
}

/** For requests of which only the envelope is needed. */
export const emptyMessage: Message = messageFromBytes(new Uint8Array());

/** A list follows the first one for each recipient. Far beyond any `default_destination_recipient_limit`. */
const RECIPIENTS_LIMIT = 100_000;

export function recipientCount(request: List): number {
  const count = integer(request, 'recipient_count');
  if (count > RECIPIENTS_LIMIT) throw new RequestError(`a request with ${count} recipients`);
  return count;
}

/** Throws RequestError. */
export function readRequest(
  request: List,
  recipientLists: readonly List[],
  service: Service,
): ReceivedRequest {
  const text = (name: string) => textOf(request, name);
  const flags = integer(request, 'flags');
  const options = integer(request, request.has('sendopts') ? 'sendopts' : 'smtputf8');
  const times = decodeTimes(text('time'));
  if (times === undefined) throw new RequestError('a request whose time is none');
  const queueName = fileName(request, 'queue_name');
  const queueId = fileName(request, 'queue_id');
  const lists = new Map(recipientLists.map((list) => [readRecipient(list), list]));
  const returnFlags = integer(request, 'ret_flags');
  const has = (flag: number) => (flags & flag) !== 0;
  return {
    flags,
    queueName,
    queueId,
    contentOffset: integer(request, 'offset'),
    sizeBytes: integer(request, 'size'),
    encoding: encodings.get(text('encoding')),
    utf8Headers: (options & SMTPUTF8_FLAGS.header) !== 0,
    tlsNotRequired: (options & TLS_FLAGS.notRequired) !== 0,
    offsets: new Map(Array.from(lists, ([recipient, list]) => [recipient, textOf(list, 'offset')])),
    delivery: {
      queueId,
      service,
      nexthop: text('nexthop'),
      sender: text('sender'),
      recipients: [...lists.keys()],
      ...times,
      smtputf8: (options & SMTPUTF8_FLAGS.requested) !== 0,
      requireTls: (options & TLS_FLAGS.required) !== 0,
      ...(text('envelope_id') !== '' && { envelopeId: text('envelope_id') }),
      ...(returnFlags === RETURN_FLAGS.full && { returnContent: 'full' as const }),
      ...(returnFlags === RETURN_FLAGS.headers && { returnContent: 'headers' as const }),
      probe: has(REQUEST_FLAGS.userProbe) ? 'user' : has(REQUEST_FLAGS.probe),
      traceAll: has(REQUEST_FLAGS.traceAll),
      traceDelayed: has(REQUEST_FLAGS.traceDelayed),
      submitter: readSubmitter(text),
      reuse: { load: has(REQUEST_FLAGS.loadConnection), store: has(REQUEST_FLAGS.storeConnection) },
    },
    requestFor(recipient, nexthop) {
      const common = new Map([...request, ['nexthop', nexthop], ['recipient_count', '1']]);
      const one = lists.get(recipient) ?? new Map<string, string>();
      return Buffer.concat([encodeAttributes([...common]), encodeAttributes([...one])]);
    },
  };
}

const encodings = new Map([
  ['7bit', '7bit'],
  ['8bit', '8bit'],
] as const) as ReadonlyMap<string, '7bit' | '8bit'>;

function readRecipient(list: List): Recipient {
  const address = textOf(list, 'recipient');
  const original = textOf(list, 'original_recipient');
  const dsnOriginalRecipient = textOf(list, 'dsn_orig_rcpt');
  const notify = notifyWords(integer(list, 'notify_flags'));
  if (!/^\d{1,20}$/.test(textOf(list, 'offset'))) throw new RequestError('a recipient without an offset');
  return {
    address,
    ...(original !== '' && { originalAddress: original }),
    ...(dsnOriginalRecipient !== '' && { dsnOriginalRecipient }),
    ...(notify.length > 0 && { notify }),
  };
}

function readSubmitter(text: (name: string) => string): Submitter {
  const known = {
    name: text('log_client_name'),
    address: text('log_client_address'),
    port: text('log_client_port'),
    protocol: text('log_protocol_name'),
    helo: text('log_helo_name'),
    queueId: text('log_ident'),
  };
  const given = Object.entries(known).filter(([, value]) => value !== '');
  return { ...Object.fromEntries(given), local: text('rewrite_context') === 'local' };
}

function textOf(list: List, name: string): string {
  const text = list.get(name);
  if (text === undefined) throw new RequestError(`a request without ${name}`);
  return text;
}

function integer(list: List, name: string): number {
  const text = textOf(list, name);
  const value = Number(text);
  if (!/^\d{1,16}$/.test(text) || !Number.isSafeInteger(value))
    throw new RequestError(`a request whose ${name} is no number`);
  return value;
}

/** Part of a path: letters and digits, as Postfix makes them. */
function fileName(list: List, name: string): string {
  const text = textOf(list, name);
  if (!/^[A-Za-z0-9]{1,100}$/.test(text))
    throw new RequestError(`a request whose ${name} is no name of a file`);
  return text;
}
