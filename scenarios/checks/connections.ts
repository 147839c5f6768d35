/** How often a host was connected to, and in which order hosts were tried. */
import type { Evidence } from '../evidence.ts';
import type { Expectation } from './expectation.ts';
import { ScenarioError } from './expectation.ts';

/** The host accepted exactly `times` connections; 0 says that it must be left alone. */
export function connections(host: string, times: number): Expectation {
  if (!Number.isInteger(times) || times < 0) {
    throw new ScenarioError(`connections('${host}', ${times}): give a whole number of 0 or more`);
  }
  return {
    title: `${times} connection${times === 1 ? '' : 's'} to ${host}`,
    binds: 'everyone',
    mentions: { hosts: [host] },
    look(evidence, ledger) {
      ledger.hosts.add(host);
      const seen = evidence.sessions.filter((session) => session.host === host).length;
      return [{ holds: seen === times, seen: `${seen} connections` }];
    },
  };
}

/**
 * Hosts were tried in this order. An item is a host, an address, or a list of them for any order among themselves.
 * Attempts in a row to one host count once. The live world cannot see attempts that were refused, so there hosts
 * that nobody listens for are passed over.
 */
export function order(steps: readonly (string | readonly string[])[]): Expectation {
  if (steps.length === 0) throw new ScenarioError('order([]): name at least one host');
  const groups = steps.map((step) => (typeof step === 'string' ? [step] : step));
  const hosts = groups.flat().filter((item) => !isAddress(item));
  return {
    title: `tried in the order ${groups.map((group) => (group.length === 1 ? group[0] : `{${group.join(' ')}}`)).join(', ')}`,
    binds: 'everyone',
    mentions: { hosts },
    look(evidence, ledger) {
      for (const host of hosts) ledger.hosts.add(host);
      const seen = triedNames(evidence, new Set(groups.flat()));
      const expected = groups
        .map((group) => group.filter((item) => evidence.world === 'virtual' || visibleLive(evidence, item)))
        .filter((group) => group.length > 0);
      return [
        { holds: inOrder(expected, seen), seen: seen.length === 0 ? 'nothing was tried' : seen.join(', ') },
      ];
    },
  };
}

function isAddress(item: string): boolean {
  return /^[\d.]+$|:|^\//.test(item);
}

function visibleLive(evidence: Evidence, item: string): boolean {
  return (
    evidence.listening.has(item) ||
    [...evidence.listening.values()].some((addresses) => addresses.includes(item))
  );
}

/** Attempts by the name that the expectation uses, host or address, with repeats in a row taken together. */
function triedNames(evidence: Evidence, named: ReadonlySet<string>): string[] {
  const names = evidence.attempts.map((attempt) =>
    named.has(attempt.address) ? attempt.address : (attempt.host ?? attempt.address),
  );
  return names.filter((name, index) => name !== names[index - 1]);
}

function inOrder(groups: readonly (readonly string[])[], seen: readonly string[]): boolean {
  let at = 0;
  for (const group of groups) {
    const next = seen.slice(at, at + group.length);
    if (next.toSorted().join('\n') !== [...group].sort().join('\n')) return false;
    at += group.length;
  }
  return at === seen.length;
}
