/** Which commands travelled together, between one reply of the server and the next. */

import type { Conversation, Step } from '../monitors/conversation.ts';
import { lineOf } from '../monitors/conversation.ts';
import type { Expectation } from './expectation.ts';
import { ScenarioError } from './expectation.ts';
import { matches } from './pattern.ts';

/**
 * The commands of a host's session came in these groups, from the introduction on: `*` is a wildcard, `.` stands for
 * message text with its final dot, and a group `['...']` for any number of groups.
 * Grouping is the sender's choice as far as PIPELINING allows, so this binds only senders that claim Postfix behaviour.
 */
export function pipelined(
  host: string,
  groups: readonly (readonly string[])[],
  options: { readonly session?: number } = {},
): Expectation {
  if (groups.length === 0) throw new ScenarioError(`pipelined('${host}', []): give at least one group`);
  const session = options.session ?? 1;
  return {
    title: `commands to ${host} in groups: ${groups.map((group) => group.join(' + ')).join(' | ')}`,
    binds: 'postfix',
    mentions: { hosts: [host] },
    look(evidence, ledger) {
      ledger.hosts.add(host);
      const conversation = evidence.conversations.filter((entry) => entry.session.host === host)[session - 1];
      if (conversation === undefined) return [{ holds: false, seen: `no session ${session} with ${host}` }];
      const seen = groupsOf(conversation);
      return [{ holds: groupsMatch(groups, seen), seen: seen.map((group) => group.join(' + ')).join(' | ') }];
    },
  };
}

function groupsOf(conversation: Conversation): string[][] {
  const groups: string[][] = [];
  let previous: Step | undefined;
  for (const step of conversation.steps) {
    if (step.kind === 'greeting') continue;
    const shown = step.kind === 'text' || step.kind === 'chunk' ? '.' : lineOf(step);
    const together = previous !== undefined && !serverBetween(conversation, previous.entry, step.entry);
    if (together) groups.at(-1)?.push(shown);
    else groups.push([shown]);
    previous = step;
  }
  return groups;
}

function serverBetween(conversation: Conversation, after: number, before: number): boolean {
  return conversation.session.entries
    .slice(after + 1, before)
    .some((entry) => entry.from === 'server' && 'bytes' in entry);
}

function groupsMatch(
  patterns: readonly (readonly string[])[],
  seen: readonly (readonly string[])[],
): boolean {
  const [pattern, ...more] = patterns;
  if (pattern === undefined) return seen.length === 0;
  if (pattern.length === 1 && pattern[0] === '...') {
    return seen.some((_, at) => groupsMatch(more, seen.slice(at))) || groupsMatch(more, []);
  }
  const [group, ...rest] = seen;
  if (group === undefined || group.length !== pattern.length) return false;
  return pattern.every((line, index) => matches(line, group[index] ?? '')) && groupsMatch(more, rest);
}
