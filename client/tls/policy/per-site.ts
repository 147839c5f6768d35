/** `smtp_tls_per_site`, the obsolete table of levels by next hop and by server (security reference 2.3). */
import type { Maps } from '../../tables/maps.ts';
import { TableError } from '../../tables/table.ts';
import { isAtLeast, type TlsLevel } from '../level.ts';
import { CONFIGURATION_PROBLEM, type TlsPolicyFailure, type TlsTarget } from './policy.ts';

/** Lookup results, the weightiest first: NONE beats MAY, and the stronger one wins otherwise. */
const RESULTS: readonly (readonly [result: string, level: TlsLevel])[] = [
  ['MUST', 'verify'],
  ['MUST_NOPEERMATCH', 'encrypt'],
  ['NONE', 'none'],
  ['MAY', 'may'],
];

const LOOKUP_ERROR: TlsPolicyFailure = { dsn: '4.3.0', reason: 'Temporary lookup error' };

/** Undefined when the table has neither the next hop nor the server. A stronger global level stands against MAY. */
export async function perSiteLevel(
  { nexthop, host }: TlsTarget,
  global: TlsLevel,
  maps: Maps,
  warn: (text: string) => void,
): Promise<TlsLevel | TlsPolicyFailure | undefined> {
  const sites = [{ name: nexthop, kind: 'next-hop destination' }];
  if (host.toLowerCase() !== nexthop.toLowerCase()) sites.push({ name: host, kind: 'server hostname' });
  let best = RESULTS.length;
  for (const { name, kind } of sites) {
    let found: string | undefined;
    try {
      found = await maps.lookup(name);
    } catch (error) {
      if (!(error instanceof TableError)) throw error;
      warn(`${maps.parameter}: ${kind} "${name}": per-site table lookup error`);
      return LOOKUP_ERROR;
    }
    if (found === undefined) continue;
    const word = found.toUpperCase();
    const weight = RESULTS.findIndex(([result]) => result === word);
    if (weight < 0) {
      warn(`${maps.parameter}: unknown TLS policy '${found}' for ${kind} ${name}`);
      return CONFIGURATION_PROBLEM;
    }
    best = Math.min(best, weight);
  }
  const level = RESULTS[best]?.[1];
  return level === 'may' && isAtLeast(global, 'may') ? global : level;
}
