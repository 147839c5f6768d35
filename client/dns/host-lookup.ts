/** From a host name to its addresses: DNS, then the hosts file, as configured (delivery reference 3.5). */
import { addressFamily } from './hostname.ts';
import type { HostsFile } from './hosts-file.ts';
import { type LookupContext, type LookupFailure, type LookupResult, lookup } from './lookup.ts';
import { type SearchList, withSearchList } from './search.ts';
import { type ExchangerSettings, enabledFamilies, type Family, usesDns } from './settings.ts';
import { type DnsTrust, untrusted } from './trust.ts';

export interface HostContext extends LookupContext {
  readonly settings: ExchangerSettings;
  /** Reads /etc/hosts (`readHostsFile`); asked only when a name has to be looked up there. */
  readonly hostsFile: () => Promise<HostsFile>;
  /** Reads the search list of /etc/resolv.conf; asked only when smtp_dns_resolver_options wants it. */
  readonly searchList: () => Promise<SearchList>;
}

export interface HostAddress {
  /** The server's name for logs and policies. */
  readonly host: string;
  readonly address: string;
  readonly family: Family;
  readonly dns: DnsTrust;
}

/** Why there is no address: an enhanced status code and its reason. */
export interface AddressFailure {
  readonly dsn: string;
  readonly reason: string;
}

export type HostResult =
  | { readonly addresses: readonly HostAddress[] }
  | { readonly failure: AddressFailure };

/** The type of record that holds addresses of a family. */
export const RECORD_TYPE = { 4: 'A', 6: 'AAAA' } as const;

/**
 * Resolves one host. `earlier` is the failure of the hosts before it in the same list: once one failed softly, what
 * would be a hard failure stays soft.
 */
export async function resolveHost(
  host: string,
  context: HostContext,
  earlier?: AddressFailure,
): Promise<HostResult> {
  const { settings } = context;
  const families = enabledFamilies(settings);
  const literal = addressFamily(host);
  if (literal !== undefined && families.includes(literal)) {
    return { addresses: [{ host, address: host, family: literal, dns: untrusted(host) }] };
  }
  const status = (detail: string, alwaysSoft = false): string =>
    `${alwaysSoft || earlier?.dsn.startsWith('4') ? 4 : 5}.${detail}`;

  const dnsEnabled = usesDns(settings);
  let failure: AddressFailure = { dsn: status('4.4'), reason: `${host}: host not found` };
  if (dnsEnabled && settings.smtp_host_lookup.includes('dns')) {
    const found = await lookupAddresses(host, families, context);
    if ('addresses' in found) return found;
    failure = { dsn: dsnOf(found.status, status), reason: found.reason };
    if (found.status !== 'notFound') return { failure };
  }
  if (!dnsEnabled || settings.smtp_host_lookup.includes('native'))
    return lookupNative(host, families, context, status);
  return { failure };
}

function dsnOf(
  lookupStatus: LookupFailure['status'],
  status: (detail: string, alwaysSoft?: boolean) => string,
): string {
  switch (lookupStatus) {
    case 'temporary':
      return status('4.3', true);
    case 'policy':
      return status('7.0', true);
    case 'nonRecoverable':
      return status('4.3');
    default:
      return status('4.4');
  }
}

/** The more a failure leaves hope, the more it counts when A and AAAA fail differently. */
const HOPE: Record<LookupFailure['status'], number> = {
  policy: 5,
  temporary: 4,
  invalid: 3,
  nonRecoverable: 2,
  noService: 1,
  notFound: 1,
};

async function lookupAddresses(
  host: string,
  families: readonly Family[],
  context: HostContext,
): Promise<{ addresses: readonly HostAddress[] } | LookupFailure> {
  const { smtp_dns_resolver_options: options, smtp_cname_overrides_servername: usesCanonicalName } =
    context.settings;
  const hostContext =
    options.length === 0
      ? context
      : { ...context, resolver: withSearchList(context.resolver, await context.searchList(), options) };
  const addresses: HostAddress[] = [];
  let failure: LookupFailure | undefined;
  for (const family of families) {
    const result: LookupResult<'A' | 'AAAA'> = await lookup(host, RECORD_TYPE[family], hostContext);
    if (result.status === 'ok') {
      const { authenticated: addressAuthenticated, canonicalName } = result;
      const name = usesCanonicalName ? canonicalName : host;
      const dns = { addressAuthenticated, queriedName: host, canonicalName };
      for (const { address } of result.records) addresses.push({ host: name, address, family, dns });
    } else if (failure === undefined || HOPE[result.status] >= HOPE[failure.status]) {
      failure = result;
    }
  }
  if (failure === undefined || addresses.length > 0) return { addresses };
  return failure;
}

/** All addresses of a name, as the system finds them for itself: the hosts file, then DNS; none when nobody knows it. */
export async function systemAddresses(host: string, context: HostContext): Promise<readonly string[]> {
  const listed = (await context.hostsFile()).addresses(host);
  if (listed.length > 0) return listed;
  const found = await lookupAddresses(host, enabledFamilies(context.settings), { ...context, dnssec: false });
  return 'addresses' in found ? found.addresses.map(({ address }) => address) : [];
}

async function lookupNative(
  host: string,
  families: readonly Family[],
  context: HostContext,
  status: (detail: string) => string,
): Promise<HostResult> {
  const addresses: HostAddress[] = [];
  for (const address of (await context.hostsFile()).addresses(host)) {
    const family = address.includes(':') ? 6 : 4;
    if (families.includes(family)) addresses.push({ host, address, family, dns: untrusted(host) });
  }
  if (addresses.length > 0) return { addresses };
  const reason = `unable to look up host ${host}: Name or service not known`;
  return { failure: { dsn: status('4.4'), reason } };
}
