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
    async query(name, type, queryOptions) {
      const dots = name.split('.').length - 1;
      const wanted = options.includes(dots === 0 ? 'res_defnames' : 'res_dnsrch');
      const domains = options.includes('res_dnsrch') ? search : search.slice(0, 1);
      const completed = wanted ? domains.map((domain) => `${name}.${domain}`) : [];
      const asks = async (candidate: string): Promise<DnsAnswer> => ({
        ...(await resolver.query(candidate, type, queryOptions)),
        completedName: candidate,
      });
      const first = dots >= ndots ? await asks(name) : undefined;
      if (first !== undefined && isFound(first)) return first;
      const failures: DnsAnswer[] = [];
      for (const candidate of completed) {
        const answer = await asks(candidate);
        if (isFound(answer)) return answer;
        failures.push(answer);
        if (!GOES_ON.has(answer.rcode)) break;
      }
      if (first !== undefined) return first;
      const last = await asks(name);
      return isFound(last) ? last : (mostTelling(failures) ?? last);
    },
  };
}

function isFound({ rcode, records }: DnsAnswer): boolean {
  return rcode === 'NOERROR' && records.length > 0;
}

/** Where the name does not exist, or its server fails, another domain has a chance. */
const GOES_ON: ReadonlySet<string> = new Set(['NOERROR', 'NXDOMAIN', 'SERVFAIL']);

/** That a name exists tells more than that its server fails; that it does not exist tells nothing. */
function mostTelling(failures: readonly DnsAnswer[]): DnsAnswer | undefined {
  const byRcode = (rcode: string) => failures.find((answer) => answer.rcode === rcode);
  return byRcode('NOERROR') ?? byRcode('SERVFAIL');
}
