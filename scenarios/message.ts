/**
 * Messages that scenarios send. Without `content` a small message is made up, the same in every run.
 */
import { CorruptMessageError, type Message, messageFromBytes } from '../client/content/message.ts';
import type { Notify, Reuse, Service, Submitter } from '../client/request.ts';
import { type Duration, durationMs } from '../simulator/duration.ts';
import { ScenarioError } from './checks/expectation.ts';
import { checkFields, count, flag, isRecord, oneOf, required, text, textRecord } from './definition.ts';
import { BAD_RECORD_TYPE, type Submission, type SubmittedRecipient } from './senders/sender.ts';

export interface MessageSpec {
  /** Internal form; `sender@client.test` when absent, `''` for the null reverse-path. */
  readonly from?: string;
  /** Nobody (`[]`) is for a request that the queue manager should not have made; it needs a `nexthop`. */
  readonly to: string | RecipientSpec | readonly (string | RecipientSpec)[];
  /** The whole message, as bytes or as text in UTF-8; line ends as they are. */
  readonly content?: string | Uint8Array;
  /** Added to the made-up message, or put in place of its own. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Text of the made-up message. */
  readonly body?: string;
  /** Size of the made-up message, in bytes with CRLF line ends. */
  readonly size?: number;
  /** Its queue file is damaged: a bad record stands in place of the one that ends the content. */
  readonly corrupt?: boolean;
  /** `smtp` when absent. */
  readonly service?: Service;
  /** Destination; absent, each recipient's domain. */
  readonly nexthop?: string;
  /** How long the message counts as queued, such as `'600s'`. */
  readonly age?: Duration;
  /** How long to wait before it is sent, counted from the end of the message before it. */
  readonly after?: Duration;
  readonly smtputf8?: boolean;
  /** REQUIRETLS (RFC 8689). */
  readonly requiretls?: boolean;
  /** How the submitter labelled the content; absent, what its own headers say. */
  readonly encoding?: '7bit' | '8bit';
  /** RFC 3461, decoded. */
  readonly envid?: string;
  readonly ret?: 'full' | 'headers';
  /** An address probe: nothing is delivered. By `'user'`: one that somebody asked for. */
  readonly probe?: boolean | 'user';
  /** A trace record for every outcome, as with `sendmail -v`. */
  readonly traceAll?: boolean;
  /** A trace record for a delivery, as after a notice of delay. */
  readonly traceDelayed?: boolean;
  /** Whose message it was before, for XFORWARD. */
  readonly submitter?: Submitter;
  /** Connection reuse on demand, as the queue manager asks for it. */
  readonly reuse?: 'load' | 'store' | 'both';
}

export interface RecipientSpec {
  readonly address: string;
  /** The address before rewriting. */
  readonly original?: string;
  /** RFC 3461 ORCPT, decoded, as `type;address`. */
  readonly orcpt?: string;
  readonly notify?: readonly Notify[];
}

/** A message of a scenario; its recipients are read when the scenario is defined. */
export interface ScenarioMessage {
  readonly spec: MessageSpec;
  readonly recipients: readonly SubmittedRecipient[];
}

const SENDER = 'sender@client.test';
/** Queue ids only have to look like some: they prefix log lines. */
const FIRST_QUEUE_ID = 0x4c0ffee000;
const SIZE_LIMIT_BYTES = 64 * 1024 * 1024;
const BODY_LINE_BYTES = 72;
/** A line end needs two bytes. */
const SHORTEST_LINE_BYTES = 2;

const notifyWords: ReadonlySet<unknown> = new Set(['never', 'success', 'failure', 'delay']);

const duration = {
  takes: "a duration such as '600s'",
  test: (value: unknown) => typeof value === 'string' || typeof value === 'number',
};

const fields = {
  from: text,
  to: required({
    takes: 'an address, a recipient, or an array of them',
    test: (value) => (Array.isArray(value) ? value.every(isRecipient) : isRecipient(value)),
  }),
  content: {
    takes: 'a string or bytes',
    test: (value: unknown) => typeof value === 'string' || value instanceof Uint8Array,
  },
  headers: textRecord,
  body: text,
  size: count,
  corrupt: flag,
  service: oneOf('smtp', 'lmtp'),
  nexthop: text,
  age: duration,
  after: duration,
  smtputf8: flag,
  requiretls: flag,
  encoding: oneOf('7bit', '8bit'),
  envid: text,
  ret: oneOf('full', 'headers'),
  probe: {
    takes: "true, false or 'user'",
    test: (value: unknown) => typeof value === 'boolean' || value === 'user',
  },
  traceAll: flag,
  traceDelayed: flag,
  submitter: { takes: "what is known, such as { name: 'host.test', address: '192.0.2.9' }", test: isRecord },
  reuse: oneOf('load', 'store', 'both'),
};
const submitterFields = {
  name: text,
  address: text,
  port: text,
  protocol: text,
  helo: text,
  queueId: text,
  local: flag,
};
const recipientFields = {
  address: required(text),
  original: text,
  orcpt: text,
  notify: {
    takes: "an array of 'never', 'success', 'failure', 'delay'",
    test: (value: unknown) => Array.isArray(value) && value.every((word) => notifyWords.has(word)),
  },
};

function isRecipient(value: unknown): boolean {
  return typeof value === 'string' || isRecord(value);
}

/** A message to send; `scenario` checks it. */
export function message(spec: MessageSpec): ScenarioMessage {
  return { spec, recipients: [] };
}

/** The message with its recipients read. Throws ScenarioError for what makes no message. */
export function checkMessage(owner: string, { spec }: ScenarioMessage): ScenarioMessage {
  const where = `${owner}: message`;
  checkFields(where, spec, fields);
  if (spec.content !== undefined) {
    for (const other of ['headers', 'body', 'size'] as const) {
      if (spec[other] !== undefined) {
        throw new ScenarioError(`${where}: 'content' is the whole message; leave out '${other}'`);
      }
    }
  }
  for (const field of ['age', 'after'] as const) {
    const given = spec[field];
    if (given !== undefined) checkDuration(`${where}: '${field}'`, given);
  }
  if (spec.submitter !== undefined) checkFields(`${where}: submitter`, spec.submitter, submitterFields);
  const recipients = recipientsOf(spec).map((recipient): SubmittedRecipient => {
    if (typeof recipient === 'string') return { address: recipient };
    checkFields(`${where}: recipient`, recipient, recipientFields);
    return {
      address: recipient.address,
      ...(recipient.original === undefined ? {} : { originalAddress: recipient.original }),
      ...(recipient.orcpt === undefined ? {} : { dsnOriginalRecipient: recipient.orcpt }),
      ...(recipient.notify === undefined ? {} : { notify: recipient.notify }),
    };
  });
  if (recipients.length === 0 && spec.nexthop === undefined) {
    throw new ScenarioError(`${where}: 'to' names nobody; give a 'nexthop'`);
  }
  for (const { address } of recipients) {
    if (address === '') throw new ScenarioError(`${where}: 'to' must be an address, not an empty string`);
    if (spec.nexthop === undefined && !address.includes('@')) {
      throw new ScenarioError(`${where}: '${address}' has no domain; give a 'nexthop'`);
    }
  }
  if (spec.size !== undefined) checkSize(where, spec.size, headOf(spec, recipients, 0).length);
  return { spec, recipients };
}

function recipientsOf({ to }: MessageSpec): readonly (string | RecipientSpec)[] {
  return isList(to) ? to : [to];
}

function isList(to: MessageSpec['to']): to is readonly (string | RecipientSpec)[] {
  return Array.isArray(to);
}

function checkDuration(where: string, given: Duration): void {
  try {
    durationMs(given);
  } catch (error) {
    throw new ScenarioError(`${where}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function checkSize(where: string, sizeBytes: number, headBytes: number): void {
  if (sizeBytes > SIZE_LIMIT_BYTES) {
    throw new ScenarioError(`${where}: 'size' is at most ${SIZE_LIMIT_BYTES}`);
  }
  // One byte could not hold a line end.
  if (sizeBytes !== headBytes && sizeBytes < headBytes + SHORTEST_LINE_BYTES) {
    throw new ScenarioError(
      `${where}: 'size' must leave room for headers and body, ${headBytes + SHORTEST_LINE_BYTES} or more`,
    );
  }
}

/** What the sender is given; `index` counts the scenario's messages from 0. */
export function submissionOf({ spec, recipients }: ScenarioMessage, index: number): Submission {
  const from = spec.from ?? SENDER;
  const content = contentOf(spec, recipients, index);
  const queueId = (FIRST_QUEUE_ID + index).toString(16).toUpperCase();
  const corrupt = spec.corrupt ?? false;
  const parsed = corrupt ? damaged(messageFromBytes(content), queueId) : messageFromBytes(content);
  return {
    queueId,
    service: spec.service ?? 'smtp',
    nexthop: spec.nexthop,
    from,
    recipients,
    content,
    message: spec.encoding === undefined ? parsed : { ...parsed, encoding: spec.encoding },
    corrupt,
    ageMs: spec.age === undefined ? 0 : durationMs(spec.age),
    smtputf8: spec.smtputf8 ?? false,
    requireTls: spec.requiretls ?? false,
    envelopeId: spec.envid,
    returnContent: spec.ret,
    probe: spec.probe ?? false,
    traceAll: spec.traceAll ?? false,
    traceDelayed: spec.traceDelayed ?? false,
    submitter: spec.submitter,
    reuse: spec.reuse === undefined ? undefined : reuseOf(spec.reuse),
    afterMs: spec.after === undefined ? 0 : durationMs(spec.after),
  };
}

function damaged(message: Message, queueId: string): Message {
  return {
    ...message,
    async *chunks() {
      yield* message.chunks();
      const text = `bad record type: ${BAD_RECORD_TYPE.charCodeAt(0)} in message content`;
      throw new CorruptMessageError(text, `active/${queueId}`);
    },
  };
}

function reuseOf(what: NonNullable<MessageSpec['reuse']>): Reuse {
  return { load: what !== 'store', store: what !== 'load' };
}

function contentOf(spec: MessageSpec, recipients: readonly SubmittedRecipient[], index: number): Uint8Array {
  const { content } = spec;
  if (content !== undefined) return typeof content === 'string' ? Buffer.from(content) : content;
  const head = headOf(spec, recipients, index);
  return spec.size === undefined ? head : filled(head, spec.size);
}

/** Headers and body of a made-up message, as far as the scenario decides them. */
function headOf(spec: MessageSpec, recipients: readonly SubmittedRecipient[], index: number): Buffer {
  const headers = new Map([
    ['From', `<${spec.from ?? SENDER}>`],
    ['To', `<${recipients[0]?.address ?? ''}>`],
    ['Subject', 'A message of the test bed'],
    ['Date', 'Thu, 01 Jan 2026 00:00:00 +0000'],
    ['Message-ID', `<${index + 1}@client.test>`],
  ]);
  for (const [name, value] of Object.entries(spec.headers ?? {})) {
    const same = [...headers.keys()].find((known) => known.toLowerCase() === name.toLowerCase());
    headers.set(same ?? name, value);
  }
  const lines = [...headers].map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return Buffer.from(`${lines}\r\n${spec.body ?? (spec.size === undefined ? 'Hello.\r\n' : '')}`);
}

function filled(head: Buffer, sizeBytes: number): Uint8Array {
  const content = Buffer.alloc(sizeBytes, 'x');
  head.copy(content);
  let at = head.length;
  while (at < sizeBytes) {
    const left = sizeBytes - at;
    const line = left < BODY_LINE_BYTES + SHORTEST_LINE_BYTES ? left : BODY_LINE_BYTES;
    content.write('\r\n', at + line - 2, 'latin1');
    at += line;
  }
  return content;
}
