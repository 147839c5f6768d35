/**
 * From the hosts that MX or SRV records name to addresses: resolved, limited, and cut off where this host itself stands
 * (delivery reference 3.6).
 */
import type { Decision, FoundBy } from '../decision.ts';
import type { Random } from '../platform/platform.ts';
import {
  type AddressFailure,
  type HostAddress,
  type HostContext,
  RECORD_TYPE,
  resolveHost,
  systemAddresses,
} from './host-lookup.ts';
import { type LookupFailure, RECORDS_LIMIT, tooManyRecords } from './lookup.ts';
import { balanced, byPreference, shuffled } from './ordering.ts';
import { canonicalAddress, ownAddresses } from './own-addresses.ts';
import { wantsDnssec } from './settings.ts';
import type { ExchangerTrust } from './trust.ts';

export interface Site {
  /** Host or domain as written, brackets and port removed. */
  readonly domain: string;
  readonly port: number;
  /** SRV records of this service come first; `lookup` is for when they lead nowhere and that is allowed. */
  readonly service?: string;
  /** `host`: the domain's own addresses, no MX lookup. */
  readonly lookup: 'exchangers' | 'host';
  /** Whether own addresses end the list; on for SMTP to port 25. */
  readonly detectLoops: boolean;
}

export interface ExchangerAddress extends HostAddress {
  readonly preference: number;
  readonly port: number;
}

export interface SiteAddresses {
  /** In the order to try them, not yet cut to smtp_mx_address_limit. */
  readonly addresses: readonly ExchangerAddress[];
  /** This mail system is an exchanger of the site itself: no later site (fallback relay) may take the mail. */
  readonly weAreExchanger: boolean;
  /** Lowest preference among the MX records, or priority among the SRV records; 0 without any. */
  readonly bestPreference: number;
  /** Present exactly when there are no addresses. */
  readonly failure?: AddressFailure;
  /** What led to the addresses; absent without any. */
  readonly foundBy?: FoundBy;
}

export interface ExchangerContext extends HostContext {
  readonly random: Random;
  /** Addresses of this machine's interfaces (`Network.ownAddresses`); asked only to detect loops. */
  readonly interfaceAddresses: () => readonly string[];
}

/** The status when the MX or SRV query fails. */
export const FAILURE_DSN: Record<LookupFailure['status'], string> = {
  temporary: '4.4.3',
  invalid: '5.4.4',
  nonRecoverable: '5.4.3',
  noService: '5.1.0',
  policy: '4.7.0',
  notFound: '5.4.4',
};

/** A host that records name, before its addresses are known. */
export interface NamedHost {
  readonly host: string;
  readonly preference: number;
  readonly port: number;
}

/** The records that named hosts; `name` is theirs for texts. */
export interface NamingRecords {
  readonly name: string;
  readonly kind: 'MX' | 'SRV';
  readonly trust: ExchangerTrust;
}

/** The addresses of hosts that come in order of preference, up to this host itself. */
export async function resolveHosts(
  source: NamingRecords,
  hosts: readonly NamedHost[],
  site: Site,
  context: ExchangerContext,
): Promise<SiteAddresses> {
  const { trust } = source;
  const hostContext = { ...context, dnssec: hostsMayCount(trust, context.settings) };
  const bestPreference = hosts[0]?.preference ?? 0;
  let found: ExchangerAddress[] = [];
  let failure: AddressFailure | undefined;
  for (const { host, preference, port } of hosts) {
    const result = await resolveHost(host, hostContext, failure);
    if ('failure' in result) {
      failure = result.failure;
      decided(context, { kind: 'leftOut', servers: [{ host }], why: 'noAddress', detail: failure.reason });
    } else {
      for (const address of result.addresses)
        found.push({ ...address, preference, port, dns: { ...address.dns, exchangers: trust } });
    }
  }
  found = limited(found, context);
  const [first] = found;
  if (first === undefined) {
    warn(context, `no ${source.kind} host for ${source.name} has a valid address record`);
    const { dsn, reason } = failure ?? { dsn: '5.4.4', reason: `${source.name}: host not found` };
    const defers = source.kind === 'MX' && context.settings.smtp_defer_if_no_mx_address_found;
    return { ...failed(defers ? dsn.replace(/^5/, '4') : dsn, reason), bestPreference };
  }

  const self = await findSelf(found, site, context);
  const weAreExchanger = self !== undefined;
  if (self !== undefined) {
    const { preference: detail } = self;
    const servers = found.filter(({ preference }) => preference >= detail);
    decided(context, { kind: 'leftOut', servers, why: 'ownAddress', detail });
    found = found.filter(({ preference }) => preference < detail);
  }
  if (found.length === 0) {
    const known = first.preference === bestPreference;
    const failure = known
      ? { dsn: '5.4.6', reason: `mail for ${source.name} loops back to myself` }
      : { dsn: '4.4.4', reason: `unable to find primary relay for ${source.name}` };
    return { addresses: [], weAreExchanger, bestPreference, failure };
  }
  return { addresses: found, weAreExchanger, bestPreference, foundBy: source.kind };
}

/** Whether it matters that addresses are validated: not where forged records could have named any host. */
function hostsMayCount({ authenticated }: ExchangerTrust, settings: ExchangerContext['settings']): boolean {
  const { smtp_tls_dane_insecure_mx_policy: insecurePolicy } = settings;
  return authenticated || (wantsDnssec(settings) && insecurePolicy !== 'may');
}

/** The best of our own addresses in the list; `addresses` come in order of preference. */
export async function findSelf(
  addresses: readonly ExchangerAddress[],
  site: Site,
  context: ExchangerContext,
): Promise<ExchangerAddress | undefined> {
  if (!site.detectLoops) return undefined;
  const own = await ownAddresses(context.settings, context.interfaceAddresses(), (name) =>
    systemAddresses(name, context),
  );
  return addresses.find(({ address }) => own.has(canonicalAddress(address)));
}

export function inOrder(
  addresses: readonly ExchangerAddress[],
  context: ExchangerContext,
): readonly ExchangerAddress[] {
  const { settings, random } = context;
  // Random order spreads the load over exchangers of equal preference (rfc5321-5.1-16).
  const mixed = settings.smtp_randomize_addresses ? shuffled(addresses, random) : addresses;
  return inBalance(byPreference(mixed, settings.smtp_address_preference), context);
}

export function inBalance(
  addresses: readonly ExchangerAddress[],
  context: ExchangerContext,
): readonly ExchangerAddress[] {
  const { smtp_mx_address_limit: limit, smtp_balance_inet_protocols: balances } = context.settings;
  const kept = limit > 0 && balances ? balanced(addresses, limit) : addresses;
  if (kept.length < addresses.length) {
    const servers = addresses.filter((address) => !kept.includes(address));
    decided(context, { kind: 'leftOut', servers, why: 'balance' });
  }
  return kept;
}

export function limited(
  addresses: readonly ExchangerAddress[],
  context: ExchangerContext,
): ExchangerAddress[] {
  const kept = addresses.slice(0, RECORDS_LIMIT);
  const dropped = addresses[RECORDS_LIMIT];
  if (dropped !== undefined) warn(context, tooManyRecords(dropped.host, RECORD_TYPE[dropped.family]));
  return kept;
}

export function failed(dsn: string, reason: string): SiteAddresses {
  return { addresses: [], weAreExchanger: false, bestPreference: 0, failure: { dsn, reason } };
}

export function decided({ emit }: Pick<ExchangerContext, 'emit'>, decision: Decision): void {
  emit?.({ type: 'decision', decision });
}

export function warn(context: ExchangerContext, text: string): void {
  context.emit?.({ type: 'log', level: 'warning', text });
}
