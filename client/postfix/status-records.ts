/** What delivery agents tell bounce(8), defer(8), trace(8) and verify(8), one list of attributes for each record. */
import type { StatusAction, StatusRecord, StatusService } from '../outcome/status-services.ts';
import type { Notify } from '../request.ts';
import { encodeAttributes } from './attributes.ts';
import { NOTIFY_FLAGS } from './delivery-protocol.ts';

const DELIVERY_STATUS = 'delivery_status_protocol';

export const STATUS_PROTOCOLS: Readonly<Record<StatusService, string>> = {
  bounce: DELIVERY_STATUS,
  defer: DELIVERY_STATUS,
  trace: DELIVERY_STATUS,
  // Postfix's own spelling.
  verify: 'address_verification_prrotocol',
};

/** What verify(8) is told about an address, by number. */
const FINDINGS: readonly StatusAction[] = ['deliverable', 'delayed', 'undeliverable'];
const NOTIFY_WORDS = Object.keys(NOTIFY_FLAGS) as readonly Notify[];

/** Of the requests of bounce(8), the one that adds a record. */
const APPEND = '0';

export const notifyFlags = (words: readonly Notify[]): number =>
  words.reduce((flags, word) => flags | NOTIFY_FLAGS[word], 0);

export const notifyWords = (flags: number): Notify[] =>
  NOTIFY_WORDS.filter((word) => (flags & NOTIFY_FLAGS[word]) !== 0);

/** What the queue manager's request said of the message and the recipient. */
export interface RecordOrigin {
  /** Those flags of the request that services for reports know. */
  readonly flags: number;
  /** The recipient's place in the queue file. */
  readonly offset: string;
}

export function encodeStatusRecord(record: StatusRecord, { flags, offset }: RecordOrigin): Buffer {
  const { reply, remoteMta } = record;
  return encodeAttributes([
    ['nrequest', APPEND],
    ['flags', flags],
    ['queue_id', record.queueId],
    ['original_recipient', record.originalAddress ?? ''],
    ['recipient', record.address],
    ['offset', offset],
    ['dsn_orig_rcpt', record.dsnOriginalRecipient ?? ''],
    ['notify_flags', notifyFlags(record.notify)],
    ['status', record.dsn],
    ['diag_type', reply === undefined ? '' : 'smtp'],
    ['diag_text', reply ?? ''],
    ['mta_type', remoteMta === undefined ? '' : 'dns'],
    ['mta_mname', remoteMta ?? ''],
    ['action', record.action],
    ['reason', record.reason],
  ]);
}

/** Undefined for what asks to send a report. */
export function decodeStatusRecord(list: ReadonlyMap<string, string>): StatusRecord | undefined {
  if (list.get('nrequest') !== APPEND) return undefined;
  const text = (name: string) => list.get(name) ?? '';
  return {
    queueId: text('queue_id'),
    address: text('recipient'),
    originalAddress: text('original_recipient'),
    dsnOriginalRecipient: text('dsn_orig_rcpt'),
    notify: notifyWords(Number(text('notify_flags'))),
    dsn: text('status'),
    action: text('action') as StatusAction,
    reason: text('reason'),
    ...(text('diag_type') === 'smtp' && { reply: text('diag_text') }),
    ...(text('mta_type') === 'dns' && { remoteMta: text('mta_mname') }),
  };
}

export function encodeFinding({ address, action, reason }: StatusRecord): Buffer {
  return encodeAttributes([
    ['request', 'update'],
    ['address', address],
    ['recipient_status', FINDINGS.indexOf(action)],
    ['reason', reason],
  ]);
}

/** Undefined for what asks about an address. */
export function decodeFinding(list: ReadonlyMap<string, string>): StatusRecord | undefined {
  const action = FINDINGS[Number(list.get('recipient_status'))];
  if (list.get('request') !== 'update' || action === undefined) return undefined;
  const address = list.get('address') ?? '';
  return { queueId: '', address, notify: [], dsn: '', action, reason: list.get('reason') ?? '' };
}
