/**
 * Hosts whose order is random by nature: mail exchangers of equal preference (rfc5321-5.1-07) and the addresses of one
 * host (`smtp_randomize_addresses`). Which are so is read from the DNS answers the senders got. Pure.
 */
import type { Result, StoredQuery } from '../results.ts';

export interface Places {
  /** Addresses that may be tried in any order; only groups of two and more. */
  readonly groups: readonly ReadonlySet<string>[];
  /** Host names by address. */
  readonly names: ReadonlyMap<string, string>;
}

export function placesOf(queries: readonly StoredQuery[]): Places {
  const exchangers = new Map<string, Set<string>>();
  const addresses = new Map<string, Set<string>>();
  const names = new Map<string, string>();
  for (const { answer } of queries) {
    for (const record of answer.split('; ')) {
      const mx = /^(\S+?)\.? \d+ IN MX (\d+) (\S+?)\.?$/.exec(record);
      if (mx !== null) add(exchangers, `${mx[1]} ${mx[2]}`, mx[3] ?? '');
      const address = /^(\S+?)\.? \d+ IN A(?:AAA)? (\S+)$/.exec(record);
      if (address === null) continue;
      add(addresses, address[1] ?? '', address[2] ?? '');
      names.set(address[2] ?? '', address[1] ?? '');
    }
  }
  const groups = [
    ...[...exchangers.values()].map(
      (hosts) => new Set([...hosts].flatMap((host) => [...(addresses.get(host) ?? [])])),
    ),
    ...addresses.values(),
  ];
  return { groups: groups.filter(({ size }) => size > 1), names };
}

function add(all: Map<string, Set<string>>, key: string, value: string): void {
  const known = all.get(key);
  if (known === undefined) all.set(key, new Set([value]));
  else known.add(value);
}

/**
 * Turns names and addresses on the right into those on the left, where both senders opened their sessions to
 * interchangeable hosts in another order; undefined when no such exchange of names makes the sessions the same.
 */
export function translation(left: Result, right: Result): ((text: string) => string) | undefined {
  const { groups, names } = placesOf([...left.queries, ...right.queries]);
  if (groups.length === 0 || left.sessions.length !== right.sessions.length) return undefined;
  const words = new Map<string, string>();
  const taken = new Map<string, string>();
  const pair = (from: string | undefined, to: string | undefined): boolean => {
    if (from === undefined || to === undefined) return from === to;
    if ((words.get(from) ?? to) !== to || (taken.get(to) ?? from) !== from) return false;
    words.set(from, to);
    taken.set(to, from);
    return true;
  };
  for (const [index, session] of right.sessions.entries()) {
    const other = left.sessions[index];
    if (other === undefined) return undefined;
    const swap =
      session.address === other.address ||
      groups.some((group) => group.has(session.address) && group.has(other.address));
    if (!swap || !pair(session.address, other.address) || !pair(session.host, other.host)) return undefined;
    if (!pair(names.get(session.address), names.get(other.address))) return undefined;
  }
  const changed = [...words].filter(([from, to]) => from !== to);
  if (changed.length === 0) return undefined;
  const pattern = new RegExp(
    `(?<![\\w.:-])(?:${changed
      .map(([from]) => from)
      .sort((a, b) => b.length - a.length)
      .map((word) => word.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
      .join('|')})(?![\\w-]|[.:][\\w])`,
    'g',
  );
  return (text) => text.replace(pattern, (word) => words.get(word) ?? word);
}

/** The addresses that a sender went to or wrote of, in order. */
export function orderOf(result: Result, { groups }: Places): string[] {
  const random = new Set(groups.flatMap((group) => [...group]));
  const written = [...result.log, ...result.outcomes.map(({ reason = '' }) => reason)].flatMap((text) =>
    [...text.matchAll(/\[([^\]]+)\]/g)].map(([, address]) => address ?? ''),
  );
  return [...result.sessions.map(({ address }) => address), '', ...written].filter(
    (address) => address === '' || random.has(address),
  );
}
