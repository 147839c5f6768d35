/**
 * What two senders did with the same scenario, compared: outcomes, sessions, dialogues, log. Pure: the report page uses
 * it in a browser, for any two senders.
 *
 * These differences mean nothing and are not told:
 * - queue ids, times, message ids, MIME boundaries, versions (normalise.ts);
 * - whatever follows QUIT, who closes second, and whether a close becomes a reset (canonical.ts);
 * - where one packet ends and the next begins: only whether a session pipelines at all counts;
 * - which of several hosts of equal preference comes first (interchangeable.ts);
 * - what Postfix logs of its own workings when it is to be verbose (workings.ts);
 * - the order of recipients among outcomes, and DNS queries: their effect is compared, not how it was learned.
 */
import type { Difference, Result, StoredOutcome, StoredSession } from '../results.ts';
import { type DifferenceKind, differenceKinds } from '../verdicts.ts';
import { type AlignedRow, alignLines, alignSessions, kindOfRow } from './align.ts';
import { type CanonicalLine, pipelines } from './canonical.ts';
import { orderOf, placesOf, translation } from './interchangeable.ts';
import { normaliseContent, normaliseLogLine, normaliseText } from './normalise.ts';
import { tellsOfWorkings } from './workings.ts';

export type Agreement =
  | { readonly undecided: string }
  /** The first difference of each kind, the weightiest kind first; none when they agree. */
  | { readonly differences: readonly Difference[] };

/** Verdicts of results that hold evidence of a whole run. */
const whole: ReadonlySet<string> = new Set(['passed', 'failed', 'non-strict', 'informational']);
/** Evidence without which nothing can be said; checks and queries are not compared. */
const compared = ['outcomes', 'sessions', 'lines', 'log'] as const;

type Translate = (text: string) => string;
const asItIs: Translate = (text) => text;

/** Both results are of the same scenario. */
export function compare(left: Result, right: Result): Agreement {
  for (const result of [left, right]) {
    if (!whole.has(result.verdict)) {
      const why = result.reason === '' ? '' : `: ${result.reason}`;
      return { undecided: `${result.sender}: ${result.verdict}${why}` };
    }
    const cut = compared.find((member) => (result.omitted?.[member] ?? 0) > 0);
    if (cut !== undefined)
      return { undecided: `${result.sender}: more ${cut} than are stored, so they cannot be compared` };
  }
  const translate = translation(left, right);
  const differences = differencesOf(left, right, translate ?? asItIs);
  const places = placesOf([...left.queries, ...right.queries]);
  if (differences.length > 0 && places.groups.length > 0) {
    const [ours, theirs] = [orderOf(left, places), orderOf(right, places)];
    if (ours.join() !== theirs.join())
      return { undecided: 'hosts or addresses of equal preference were tried in another order' };
  }
  return { differences };
}

function differencesOf(left: Result, right: Result, translate: Translate): Difference[] {
  const found = new Map<DifferenceKind, Difference>();
  const note = (difference: Difference) => {
    if (!found.has(difference.kind)) found.set(difference.kind, difference);
  };
  const pair = { left, right, translate, note };
  compareOutcomes(pair);
  compareSessions(pair);
  compareDialogues(pair);
  compareLogs(pair);
  return differenceKinds.flatMap((kind) => found.get(kind) ?? []);
}

interface Pair {
  readonly left: Result;
  readonly right: Result;
  readonly translate: Translate;
  readonly note: (difference: Difference) => void;
}

function describe(what: string, left: Result, right: Result, seen: readonly [string, string]): string {
  return `${what}: ${left.sender} ${seen[0]}, ${right.sender} ${seen[1]}`;
}

function compareOutcomes(pair: Pair): void {
  const { left, right } = pair;
  const [ours, theirs] = [left, right].map(({ outcomes }) => Map.groupBy(outcomes, ({ address }) => address));
  for (const address of new Set([...(ours?.keys() ?? []), ...(theirs?.keys() ?? [])])) {
    const [mine = [], others = []] = [ours?.get(address), theirs?.get(address)];
    for (let index = 0; index < Math.max(mine.length, others.length); index += 1) {
      compareOutcome(address, mine[index], others[index], pair);
    }
  }
}

function compareOutcome(
  address: string,
  mine: StoredOutcome | undefined,
  other: StoredOutcome | undefined,
  { left, right, translate, note }: Pair,
): void {
  const tell = (kind: DifferenceKind, a: string, b: string) => {
    const what = kind === 'outcome' ? address : `${kind} of ${address}`;
    note({ kind, text: describe(what, left, right, [shown(a), shown(b)]), left: a, right: b });
  };
  const [ours, theirs] = [mine, other].map((outcome) => statusOf(outcome));
  if (ours !== theirs) {
    tell('outcome', ours ?? '', theirs ?? '');
    return;
  }
  for (const kind of ['dsn', 'relay', 'reason'] as const) {
    const [a, b] = [mine?.[kind] ?? '', other?.[kind] ?? ''];
    if (normaliseText(a) !== normaliseText(translate(b))) tell(kind, a, b);
  }
}

function statusOf(outcome: StoredOutcome | undefined): string {
  const status = outcome?.status ?? '';
  return outcome?.passedTo === undefined ? status : `${status} to ${outcome.passedTo}`;
}

function shown(text: string): string {
  return text === '' ? 'nothing' : `'${text}'`;
}

/** Opened sessions in order. */
function compareSessions({ left, right, translate, note }: Pair): void {
  const place = ({ host, address, port }: StoredSession) => `${host} [${address}]:${port}`;
  const length = Math.max(left.sessions.length, right.sessions.length);
  for (let index = 0; index < length; index += 1) {
    const [mine, other] = [left.sessions[index], right.sessions[index]];
    const [a, b] = [mine === undefined ? '' : place(mine), other === undefined ? '' : place(other)];
    if (a === (other === undefined ? '' : placeTranslated(other, translate))) continue;
    const text = describe(`session ${index + 1}`, left, right, [a || 'none', b || 'none']);
    note({ kind: 'sessions', text, left: a, right: b, session: index });
    return;
  }
}

function placeTranslated({ host, address, port }: StoredSession, translate: Translate): string {
  return `${translate(host)} [${translate(address)}]:${port}`;
}

function compareDialogues({ left, right, translate, note }: Pair): void {
  for (const [index, mine] of left.sessions.entries()) {
    const other = right.sessions[index];
    // Sessions with different hosts have nothing in common; that was told.
    if (other === undefined || mine.host !== translate(other.host)) return;
    const where = `session ${index + 1} with ${mine.host}`;
    const rows = alignSessions(mine, other, translate);
    const at = rows.findIndex(({ is }) => is === 'different');
    const row = rows[at];
    if (row !== undefined) {
      const seen = contentSeen(row) ?? [spoken(row.left), spoken(row.right)];
      const text = describe(where, left, right, [shown(seen[0]), shown(seen[1])]);
      note({ kind: kindOfRow(row, rows.slice(at + 1)), text, left: seen[0], right: seen[1], session: index });
      // What follows the first difference follows from it.
      return;
    }
    if (pipelines(mine) !== pipelines(other)) {
      const manner = (session: StoredSession) =>
        pipelines(session) ? 'pipelines commands' : 'waits for every reply';
      const seen = [manner(mine), manner(other)] as const;
      const text = describe(where, left, right, seen);
      note({ kind: 'command', text, left: seen[0], right: seen[1], session: index });
      return;
    }
  }
}

function spoken(line: CanonicalLine | undefined): string {
  return line === undefined ? '' : `${line.from}: ${line.text}`;
}

/** For two contents, the first line in which they differ, where it is stored. */
export function contentSeen({ left, right }: AlignedRow): readonly [string, string] | undefined {
  if (left?.content === undefined || right?.content === undefined) return undefined;
  const [a, b] = [left.content.lines, right.content.lines];
  const [ours, theirs] = [normaliseContent(a), normaliseContent(b)];
  const at = Array.from({ length: Math.max(a.length, b.length) }, (_, index) => index).find(
    (index) => ours[index] !== theirs[index],
  );
  if (at === undefined) return [left.text, right.text];
  return [contentLine(a, at), contentLine(b, at)];
}

function contentLine(lines: readonly string[], at: number): string {
  const line = lines[at];
  return line === undefined ? '' : `content line ${at + 1}: ${line}`;
}

function compareLogs({ left, right, translate, note }: Pair): void {
  const lines = (log: readonly string[], from: Translate): CanonicalLine[] =>
    log
      .filter((text) => !tellsOfWorkings(text))
      .map((text) => ({ from: '!', text, key: normaliseLogLine(from(text)), ignored: undefined }));
  const row = alignLines(lines(left.log, asItIs), lines(right.log, translate)).find(
    ({ is }) => is === 'different',
  );
  if (row === undefined) return;
  const [mine, other] = [row.left?.text ?? '', row.right?.text ?? ''];
  note({
    kind: 'log',
    text: describe('mail log', left, right, [shown(mine), shown(other)]),
    left: mine,
    right: other,
  });
}

export interface SessionPair {
  readonly left: StoredSession | undefined;
  readonly right: StoredSession | undefined;
  readonly rows: readonly AlignedRow[];
}

/** For display: the sessions that stand side by side, in order. */
export function sessionPairs(left: Result, right: Result): SessionPair[] {
  const translate = translation(left, right) ?? asItIs;
  const length = Math.max(left.sessions.length, right.sessions.length);
  return Array.from({ length }, (_, index) => {
    const [mine, other] = [left.sessions[index], right.sessions[index]];
    return { left: mine, right: other, rows: alignSessions(mine, other, translate) };
  });
}
