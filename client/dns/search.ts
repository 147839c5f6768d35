/** Completing names with a search list, as res_search(3) does; for host names only (delivery reference 3.5). */
import type { DnsAnswer, Resolver } from './resolver.ts';
import type { ExchangerSettings } from './settings.ts';

export interface SearchList {
  /** Appended in this order. */
  readonly search: readonly string[];
  /** A name with so many dots is tried as it is first; one with fewer, last. */
  readonly ndots: number;
}

/**
 * A resolver that completes the names it is asked for: those without a dot under `res_defnames`, those with one under
 * `res_dnsrch`. Only `res_dnsrch` goes beyond the first domain of the list.
 */
export function withSearchList(
  resolver: Resolver,
  { search, ndots }: SearchList,
  options: ExchangerSettings['smtp_dns_resolver_options'],
): Resolver {
  return {
    async query(name, type, signal) {
      const dots = name.split('.').length - 1;
      const wanted = options.includes(dots === 0 ? 'res_defnames' : 'res_dnsrch');
      const domains = options.includes('res_dnsrch') ? search : search.slice(0, 1);
      const completed = wanted ? domains.map((domain) => `${name}.${domain}`) : [];
      const names = dots >= ndots ? [name, ...completed] : [...completed, name];
      const failures: DnsAnswer[] = [];
      for (const candidate of names) {
        const answer = await resolver.query(candidate, type, signal);
        if (answer.rcode === 'NOERROR' && answer.records.length > 0) {
          return { ...answer, completedName: candidate };
        }
        failures.push(answer);
        // Only where the name does not exist, or its server fails, the next one has a chance.
        if (!GOES_ON.has(answer.rcode)) break;
      }
      return verdict(failures, failures[names.indexOf(name)]);
    },
  };
}

const GOES_ON: ReadonlySet<string> = new Set(['NOERROR', 'NXDOMAIN', 'SERVFAIL']);

/** The name as it stands decides why nothing was found; otherwise that it exists, otherwise a server that failed. */
function verdict(failures: readonly DnsAnswer[], asItIs: DnsAnswer | undefined): DnsAnswer {
  const byRcode = (rcode: string) => failures.find((answer) => answer.rcode === rcode);
  const answer = asItIs ?? byRcode('NOERROR') ?? byRcode('SERVFAIL') ?? failures.at(-1);
  return answer ?? { rcode: 'NXDOMAIN', authenticated: false, records: [] };
}
