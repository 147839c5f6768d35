/**
 * The switches of a declarative mail host: what a scenario writes, how it is checked, and what it comes to on each
 * occasion of a run.
 */
import { type Duration, DurationError, durationMs } from '../duration.ts';
import { HostDefinitionError } from './host.ts';
import { ENDINGS, type Ending } from './peer.ts';

/** The stages of a session in wire order; `auth` is AUTH and each line of its exchange; NOOP, VRFY, EXPN and HELP share `other`. */
export const STAGES = [
  'greeting',
  'ehlo',
  'helo',
  'lhlo',
  'starttls',
  'auth',
  'xforward',
  'mail',
  'rcpt',
  'data',
  'endOfData',
  'rset',
  'other',
  'quit',
  'unknown',
] as const;
export type Stage = (typeof STAGES)[number];

/**
 * What the host does on one occasion. A string is the reply, sent verbatim: `\n` between lines, CRLF is added.
 * `'default'` is what a correct server does.
 */
export type Answer = string | AnswerDetails;

export interface AnswerDetails {
  /** Verbatim, or `'default'`. Absent: the default reply, or no reply at all when `then` is given. */
  readonly reply?: string;
  /** Waits before it replies. */
  readonly delay?: Duration;
  /**
   * What follows the reply: `close` (orderly), `reset` (an unread reply is lost), `halfClose` (the host ends its
   * side only), `silent` (nothing more is said, input is read), `stall` (input is not read either).
   */
  readonly then?: Ending;
  /** Sizes in bytes of the segments the reply is cut into; the rest is the last one. */
  readonly segments?: readonly number[];
  /** Sends the reply `bytes` at a time, one piece `every` so often. */
  readonly trickle?: { readonly bytes: number; readonly every: Duration };
  /** Ends lines with LF alone. */
  readonly bareLf?: true;
}

/**
 * By occasion: an answer; a list (its n-th item the n-th time in the run, the last one repeats); `sequence(...)`;
 * `until(...)`; or, for MAIL, RCPT and LMTP's end of data, a map from address (`'a@b'`, `'@domain'`, `'<>'`,
 * `'postmaster'`, `'default'`) to any of these.
 */
export type Switch = Answer | readonly Switch[] | Sequence | Until | { readonly [address: string]: Switch };

/** What a sequence counts: occasions since the start of the run, the connection or the transaction; or connections. */
export type Counting = 'run' | 'connection' | 'transaction' | 'connections';

export interface Sequence {
  readonly sequence: readonly Switch[];
  readonly per: Counting;
}

export interface Until {
  readonly until: Duration;
  readonly answer: Switch;
  readonly afterwards: Switch;
}

/** The n-th item on the n-th occasion; the last one repeats. */
export function sequence(items: readonly Switch[], per: Counting = 'run'): Sequence {
  return { sequence: items, per };
}

/** One answer until so long after the start of the run, then another. */
export function until(duration: Duration, answer: Switch, afterwards: Switch = 'default'): Until {
  return { until: duration, answer, afterwards };
}

/** An answer, checked, with durations in milliseconds. */
export interface Action {
  readonly reply:
    | { readonly kind: 'default' }
    | { readonly kind: 'none' }
    | { readonly kind: 'verbatim'; readonly text: string };
  readonly delayMs: number;
  readonly ending: Ending | undefined;
  readonly segments: readonly number[] | undefined;
  readonly trickle: { readonly bytes: number; readonly everyMs: number } | undefined;
  readonly lineEnd: '\r\n' | '\n';
}

export const DEFAULT_ACTION: Action = {
  reply: { kind: 'default' },
  delayMs: 0,
  ending: undefined,
  segments: undefined,
  trickle: undefined,
  lineEnd: '\r\n',
};

/** A switch, checked. */
export type SwitchNode =
  | { readonly kind: 'action'; readonly action: Action }
  | { readonly kind: 'sequence'; readonly items: readonly SwitchNode[]; readonly per: Counting }
  | {
      readonly kind: 'until';
      readonly untilMs: number;
      readonly before: SwitchNode;
      readonly after: SwitchNode;
    }
  | {
      readonly kind: 'addresses';
      readonly entries: ReadonlyMap<string, SwitchNode>;
      readonly otherwise: SwitchNode;
    };

const DEFAULT_NODE: SwitchNode = { kind: 'action', action: DEFAULT_ACTION };
const DETAIL_KEYS: ReadonlySet<string> = new Set(['reply', 'delay', 'then', 'segments', 'trickle', 'bareLf']);
const COUNTINGS: readonly string[] = ['run', 'connection', 'transaction', 'connections'];
/** Switches within switches; deeper is a mistake (a cycle, most likely). */
const NESTING_LIMIT = 8;

/** Checks a switch. `where` begins every message of `HostDefinitionError`. */
export function compileSwitch(where: string, value: unknown, byAddress: boolean, depth = 0): SwitchNode {
  if (depth > NESTING_LIMIT)
    throw new HostDefinitionError(`${where}: nested more than ${NESTING_LIMIT} deep`);
  const inner = (part: string, item: unknown) => compileSwitch(`${where}${part}`, item, byAddress, depth + 1);
  if (typeof value === 'string') return { kind: 'action', action: compileAnswer(where, { reply: value }) };
  if (Array.isArray(value)) return compileSequence(where, value, 'run', inner);
  const record = asRecord(where, value);
  if ('sequence' in record) {
    onlyKeys(where, record, ['sequence', 'per']);
    if (!Array.isArray(record.sequence)) throw new HostDefinitionError(`${where}: sequence: must be a list`);
    const per = record.per;
    if (!isCounting(per))
      throw new HostDefinitionError(`${where}: per: must be one of ${COUNTINGS.join(', ')}`);
    return compileSequence(where, record.sequence, per, inner);
  }
  if ('until' in record) {
    onlyKeys(where, record, ['until', 'answer', 'afterwards']);
    return {
      kind: 'until',
      untilMs: compileDuration(`${where}: until`, record.until),
      before: inner('', record.answer),
      after: inner('', record.afterwards),
    };
  }
  const keys = Object.keys(record);
  if (keys.every((key) => DETAIL_KEYS.has(key)))
    return { kind: 'action', action: compileAnswer(where, record) };
  const stranger = keys.find((key) => !isAddressKey(key));
  if (stranger !== undefined) {
    throw new HostDefinitionError(
      `${where}: unknown key ${JSON.stringify(stranger)} (${[...DETAIL_KEYS].join(', ')}${byAddress ? ', or addresses' : ''})`,
    );
  }
  if (!byAddress) throw new HostDefinitionError(`${where}: has no addresses to choose by`);
  const { default: otherwise, ...addresses } = record;
  const entries = Object.entries(addresses).map(
    ([address, item]) => [addressKey(address), inner(`[${address}]`, item)] as const,
  );
  return {
    kind: 'addresses',
    entries: new Map(entries),
    otherwise: otherwise === undefined ? DEFAULT_NODE : inner('[default]', otherwise),
  };
}

function compileSequence(
  where: string,
  items: readonly unknown[],
  per: Counting,
  inner: (part: string, item: unknown) => SwitchNode,
): SwitchNode {
  if (items.length === 0) throw new HostDefinitionError(`${where}: an empty list answers nothing`);
  return { kind: 'sequence', items: items.map((item, index) => inner(`[${index}]`, item)), per };
}

/** Checks an answer or the answering part of a fault. */
export function compileAnswer(where: string, value: Readonly<Record<string, unknown>>): Action {
  const { reply, delay, then, segments, trickle, bareLf } = value;
  if (reply !== undefined && typeof reply !== 'string')
    throw new HostDefinitionError(`${where}: reply: must be text`);
  if (reply?.includes('\r'))
    throw new HostDefinitionError(`${where}: reply: write \\n between lines, without \\r`);
  if (then !== undefined && !isEnding(then)) {
    throw new HostDefinitionError(`${where}: then: ${shown(then)} is not one of ${ENDINGS.join(', ')}`);
  }
  if (segments !== undefined && !(Array.isArray(segments) && segments.every(isPositive))) {
    throw new HostDefinitionError(`${where}: segments: must be a list of sizes in bytes`);
  }
  if (bareLf !== undefined && bareLf !== true)
    throw new HostDefinitionError(`${where}: bareLf: must be true`);
  if (segments !== undefined && trickle !== undefined) {
    throw new HostDefinitionError(`${where}: segments and trickle exclude each other`);
  }
  return {
    reply: compileReply(reply, then !== undefined),
    delayMs: delay === undefined ? 0 : compileDuration(`${where}: delay`, delay),
    ending: then,
    segments,
    trickle: trickle === undefined ? undefined : compileTrickle(`${where}: trickle`, trickle),
    lineEnd: bareLf ? '\n' : '\r\n',
  };
}

function compileReply(reply: string | undefined, ends: boolean): Action['reply'] {
  if (reply === undefined) return { kind: ends ? 'none' : 'default' };
  return reply === 'default' ? { kind: 'default' } : { kind: 'verbatim', text: reply };
}

function compileTrickle(where: string, value: unknown): { bytes: number; everyMs: number } {
  const record = asRecord(where, value);
  onlyKeys(where, record, ['bytes', 'every']);
  if (!isPositive(record.bytes)) throw new HostDefinitionError(`${where}: bytes: must be 1 or more`);
  return { bytes: record.bytes, everyMs: compileDuration(`${where}: every`, record.every) };
}

export function compileDuration(where: string, value: unknown): number {
  try {
    return durationMs(value as Duration);
  } catch (error) {
    if (error instanceof DurationError) throw new HostDefinitionError(`${where}: ${error.message}`);
    throw error;
  }
}

export function asRecord(where: string, value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw new HostDefinitionError(`${where}: ${shown(value)} is neither text nor an object`);
}

export function onlyKeys(where: string, record: object, allowed: readonly string[]): void {
  const stranger = Object.keys(record).find((key) => !allowed.includes(key));
  if (stranger === undefined) return;
  throw new HostDefinitionError(`${where}: unknown key ${JSON.stringify(stranger)} (${allowed.join(', ')})`);
}

export function isPositive(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) > 0;
}

export function isEnding(value: unknown): value is Ending {
  return ENDINGS.some((ending) => ending === value);
}

function isCounting(value: unknown): value is Counting {
  return typeof value === 'string' && COUNTINGS.includes(value);
}

function shown(value: unknown): string {
  return JSON.stringify(value)?.slice(0, 60) ?? String(value);
}

function isAddressKey(key: string): boolean {
  return key === 'default' || key === '<>' || key.includes('@') || key.toLowerCase() === 'postmaster';
}

/** Addresses are compared without regard to case: scenarios tell recipients apart by more than that. */
function addressKey(address: string): string {
  return address === '<>' ? '' : address.toLowerCase();
}

/** When a switch is consulted. */
export interface Occasion {
  /** Since the start of the run. */
  readonly elapsedMs: number;
  /** Counted from 1. */
  readonly connection: number;
  readonly address?: string;
  /** Counts of this connection and this transaction. */
  readonly connectionCounts: Counts;
  readonly transactionCounts: Counts;
}

/** How often each sequence has been asked. */
export type Counts = Map<SwitchNode, number>;

/** What a switch comes to now. Counts the occasion in every sequence on the way. */
export function actionFor(node: SwitchNode | undefined, occasion: Occasion, runCounts: Counts): Action {
  let at = node ?? DEFAULT_NODE;
  for (;;) {
    switch (at.kind) {
      case 'action':
        return at.action;
      case 'until':
        at = occasion.elapsedMs < at.untilMs ? at.before : at.after;
        break;
      case 'addresses': {
        const address = (occasion.address ?? '').toLowerCase();
        const domain = address.slice(Math.max(0, address.lastIndexOf('@')));
        at = at.entries.get(address) ?? at.entries.get(domain) ?? at.otherwise;
        break;
      }
      case 'sequence': {
        const index = at.per === 'connections' ? occasion.connection - 1 : counted(at, countsOf(at.per));
        at = at.items[Math.min(index, at.items.length - 1)] ?? DEFAULT_NODE;
        break;
      }
    }
  }

  function countsOf(per: Exclude<Counting, 'connections'>): Counts {
    return { run: runCounts, connection: occasion.connectionCounts, transaction: occasion.transactionCounts }[
      per
    ];
  }
}

/** How often it was asked before. */
function counted(node: SwitchNode, counts: Counts): number {
  const before = counts.get(node) ?? 0;
  counts.set(node, before + 1);
  return before;
}
