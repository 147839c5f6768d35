/** The order in which addresses are tried (delivery reference 3.6 step 5 and 3.8). */
import type { Random } from '../platform/platform.ts';
import { RECORDS_LIMIT } from './lookup.ts';
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
