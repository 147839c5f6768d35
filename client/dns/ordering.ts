/** The order in which addresses are tried (delivery reference 3.6 step 5 and 3.8). */
import type { Random } from '../platform/platform.ts';
import { RECORDS_LIMIT } from './lookup.ts';
import type { SrvRecord } from './records.ts';
import type { Family } from './settings.ts';

interface Ordered {
  readonly preference: number;
  readonly family: Family;
}

/** A uniformly random permutation; the input stays as it is. */
export function shuffled<T>(items: readonly T[], random: Random): T[] {
  const result: T[] = [];
  for (const item of items) {
    const at = random.integer(result.length + 1);
    const displaced = result[at];
    if (displaced === undefined) result.push(item);
    else {
      result[at] = item;
      result.push(displaced);
    }
  }
  return result;
}

/**
 * The order in which the hosts of SRV records are tried (RFC 2782): by priority, and inside one by chance, where a
 * weight is the share of being first. Weight 0 gets what is left: the last place, most of the time.
 */
export function byPriorityAndWeight<T extends Pick<SrvRecord, 'priority' | 'weight'>>(
  records: readonly T[],
  random: Random,
): T[] {
  const priorities = Map.groupBy(
    shuffled(records, random).toSorted((a, b) => a.priority - b.priority),
    ({ priority }) => priority,
  );
  return [...priorities.values()].flatMap((group) => byWeight(group, random));
}

function byWeight<T extends Pick<SrvRecord, 'weight'>>(records: readonly T[], random: Random): T[] {
  const left = [...records];
  const ordered: T[] = [];
  for (let total = sumOfWeights(left); total > 0 && left.length > 0; total = sumOfWeights(left)) {
    let threshold = random.integer(total + 1);
    const at = left.findIndex(({ weight }) => {
      threshold -= weight;
      return threshold <= 0;
    });
    ordered.push(...left.splice(at, 1));
  }
  return [...ordered, ...left];
}

function sumOfWeights(records: readonly Pick<SrvRecord, 'weight'>[]): number {
  return records.reduce((sum, { weight }) => sum + weight, 0);
}

/** Stable order by MX preference (rfc5321-5.1-15), inside a preference with the preferred family first. */
export function byPreference<T extends Ordered>(
  addresses: readonly T[],
  preferred: 'any' | 'ipv4' | 'ipv6',
): T[] {
  const rank = ({ family }: Ordered): number =>
    preferred === 'any' ? 0 : Number(family !== (preferred === 'ipv4' ? 4 : 6));
  return addresses.toSorted((a, b) => a.preference - b.preference || rank(a) - rank(b));
}

/**
 * smtp_balance_inet_protocols: makes room for both families among the first `limit` addresses, so that a broken IPv6
 * (or IPv4) does not use up all attempts. Keeps the first ones of each family, in order.
 */
export function balanced<T extends Ordered>(addresses: readonly T[], limit: number): readonly T[] {
  const room = Math.min(limit, RECORDS_LIMIT);
  const v4 = addresses.filter(({ family }) => family === 4).length;
  const v6 = addresses.length - v4;
  if (v4 === 0 || v6 === 0 || v4 + v6 <= room) return addresses;
  let keep4: number;
  if (v6 <= room / 2) keep4 = room - v6;
  else if (v4 <= room / 2) keep4 = v4;
  else keep4 = Math.floor((addresses[0]?.family === 4 ? room + 1 : room) / 2);
  const left = { 4: keep4, 6: room - keep4 };
  return addresses.filter(({ family }) => left[family]-- > 0);
}
