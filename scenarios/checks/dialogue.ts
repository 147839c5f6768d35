/**
 * The dialogue with a host, line by line.
 *
 *     dialogue('a', ['S: 220 *', 'C: EHLO *', '...', 'C: QUIT'])
 *
 * - `*` stands for anything within a line, a line `...` for any number of lines;
 * - `{TLS}`, or `{TLS sni=a.example.test}`, is where TLS began, with the name that the client asked for;
 * - message text is `C: <content*`; the end of a side is `C: <close>`, `S: <reset>` and so on, and may be left out;
 * - the lines begin with the session and go on without a gap; after the last one, only the server may say more;
 * - the first dialogue of a host is its first session, the next its second, unless `session` (from 1) says which.
 */
import type { Session } from '../../simulator/session.ts';
import { dialogueOf } from '../../simulator/session-view.ts';
import type { Expectation } from './expectation.ts';
import { ScenarioError } from './expectation.ts';
import { matches } from './pattern.ts';

const ANY_LINES = '...';
const SHOWN_LINES = 40;

export function dialogue(
  host: string,
  lines: readonly string[],
  options: { readonly session?: number } = {},
): Expectation {
  if (lines.length === 0) throw new ScenarioError(`dialogue('${host}', []): give at least one line`);
  for (const line of lines) {
    if (line === ANY_LINES || /^[CS]: |^\{TLS/.test(line)) continue;
    throw new ScenarioError(
      `dialogue('${host}'): '${line}' must begin with 'C: ' or 'S: ', or be '{TLS}' or '...'`,
    );
  }
  return {
    title: `dialogue with ${host}${options.session === undefined ? '' : `, session ${options.session}`}`,
    // Its exact words are one sender's way; what an RFC says about them is for `verifies`, and for monitors.
    binds: 'postfix',
    mentions: { hosts: [host] },
    look(evidence, ledger) {
      ledger.hosts.add(host);
      const index = options.session === undefined ? ledger.nextDialogue(host) : options.session - 1;
      const session = evidence.sessions.filter((entry) => entry.host === host)[index];
      if (session === undefined) return [{ holds: false, seen: `no session ${index + 1} with ${host}` }];
      const seen = sessionLines(session);
      const reached = matchLines(lines, seen);
      return [
        reached === undefined
          ? { holds: true, seen: '' }
          : { holds: false, seen: difference(lines, seen, reached) },
      ];
    },
  };
}

interface SeenLine {
  readonly text: string;
  readonly isEvent: boolean;
}

function sessionLines(session: Session): SeenLine[] {
  return dialogueOf(session).timeline.map((item) => {
    const side = item.from === 'client' ? 'C' : 'S';
    return 'line' in item
      ? { text: `${side}: ${item.line}`, isEvent: false }
      : { text: isTls(item.event) ? item.event : `${side}: <${item.event}>`, isEvent: true };
  });
}

function isTls(event: string): boolean {
  return event.startsWith('{TLS');
}

interface Reached {
  readonly expected: number;
  readonly seen: number;
}

/** How far the lines agree at best; undefined when they agree to the end. */
function matchLines(expected: readonly string[], seen: readonly SeenLine[]): Reached | undefined {
  let best: Reached = { expected: 0, seen: 0 };
  const failed = new Set<number>();
  const walk = (e: number, s: number): boolean => {
    const key = e * (seen.length + 1) + s;
    if (failed.has(key)) return false;
    if (e > best.expected || (e === best.expected && s > best.seen)) best = { expected: e, seen: s };
    const holds = step(e, s);
    if (!holds) failed.add(key);
    return holds;
  };
  const step = (e: number, s: number): boolean => {
    const pattern = expected[e];
    const line = seen[s];
    if (pattern === undefined)
      return seen.slice(s).every((rest) => rest.isEvent || rest.text.startsWith('S: '));
    if (pattern === ANY_LINES) {
      return e === expected.length - 1 || walk(e + 1, s) || (line !== undefined && walk(e, s + 1));
    }
    if (line === undefined) return false;
    return (matches(pattern, line.text) && walk(e + 1, s + 1)) || (line.isEvent && walk(e, s + 1));
  };
  return walk(0, 0) ? undefined : best;
}

/** What was seen, with a mark at the first line that does not fit. */
function difference(expected: readonly string[], seen: readonly SeenLine[], reached: Reached): string {
  const wanted = expected[reached.expected] ?? 'the end of the client';
  const shown = seen
    .slice(0, SHOWN_LINES)
    .map((line, index) => `${index === reached.seen ? '> ' : '  '}${line.text}`);
  if (reached.seen >= seen.length) shown.push('> (nothing more)');
  return `expected ${wanted}, seen:\n${shown.join('\n')}`;
}
