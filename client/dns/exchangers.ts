/**
 * The list of addresses to try for a destination, in order: mail exchangers with their preferences, or one host
 * (delivery reference section 3; RFC 5321 section 5.1).
 */
import type { Random } from '../platform/platform.ts';
import { toAsciiDomain } from './domain-name.ts';
import {
  type AddressFailure,
  type HostAddress,
  type HostContext,
  RECORD_TYPE,
  resolveHost,
  systemAddresses,
} from './host-lookup.ts';
import { type LookupFailure, lookup, RECORDS_LIMIT, tooManyRecords } from './lookup.ts';
import { balanced, byPreference, byPriorityAndWeight, shuffled } from './ordering.ts';
import { canonicalAddress, ownAddresses } from './own-addresses.ts';
import { enabledFamilies, usesDns } from './settings.ts';

export type { AddressFailure } from './host-lookup.ts';
export type { ExchangerSettings } from './settings.ts';

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
}

export interface ExchangerContext extends HostContext {
  readonly random: Random;
  /** Addresses of this machine's interfaces (`Network.ownAddresses`); asked only to detect loops. */
  readonly interfaceAddresses: () => readonly string[];
}

/** Finds the addresses of a site. Never rejects but with the signal's reason. */
export async function findExchangers(site: Site, context: ExchangerContext): Promise<SiteAddresses> {
  const result = await findAddresses(site, context);
  const { emit } = context;
  emit?.({
    type: 'resolved',
    destination: site.domain,
    addresses: result.addresses.map(({ host, address, preference }) => ({ host, address, preference })),
  });
  return result;
}

async function findAddresses(site: Site, context: ExchangerContext): Promise<SiteAddresses> {
  const { settings } = context;
  if (enabledFamilies(settings).length === 0) return failed('4.4.4', 'all network protocols are disabled');
  const name = asciiName(site.domain, context);
  if (site.service !== undefined && usesDns(settings)) {
    const found = await findService(site, site.service, name, context);
    if ('addresses' in found) return found;
    context.emit?.({ type: 'log', level: 'info', text: found.skipped });
  }
  if (site.lookup === 'host' || !usesDns(settings)) return findHost(site, name, context);

  const found = await lookup(name, 'MX', context);
  if (found.status === 'ok') {
    const hosts = found.records.map(({ exchange: host, preference }) => ({
      host,
      preference,
      port: site.port,
    }));
    return findExchangerHosts(site, hosts, context);
  }
  // Without MX the domain is its own exchanger (rfc5321-5.1-07); whether it exists at all shows then.
  if (found.status === 'notFound') return findHost(site, name, context);
  if (found.status === 'noService') return failed('5.1.0', found.reason);
  if (settings.ignore_mx_lookup_error) return findHost(site, name, context);
  return failed(FAILURE_DSN[found.status], found.reason);
}

/** The status when the MX or SRV query fails. */
const FAILURE_DSN: Record<LookupFailure['status'], string> = {
  temporary: '4.4.3',
  invalid: '5.4.4',
  nonRecoverable: '5.4.3',
  noService: '5.1.0',
  notFound: '5.4.4',
};

/** A host that records name, before its addresses are known. */
interface NamedHost {
  readonly host: string;
  readonly preference: number;
  readonly port: number;
}

/** Asks for SRV records (RFC 2782); `skipped` is the log line when another lookup is to follow. */
async function findService(
  site: Site,
  service: string,
  name: string,
  context: ExchangerContext,
): Promise<SiteAddresses | { readonly skipped: string }> {
  const { settings, random } = context;
  const shown = `_${service}._tcp.${site.domain}`;
  const found = await lookup(`_${service}._tcp.${name}`, 'SRV', context);
  let result: SiteAddresses;
  if (found.status === 'ok') {
    const hosts = byPriorityAndWeight(found.records, random).map(({ target, priority, port }) => ({
      host: target,
      preference: priority,
      port,
    }));
    const resolved = await resolveHosts({ name: shown, kind: 'SRV' }, hosts, site, context);
    result = { ...resolved, addresses: inBalance(resolved.addresses, settings) };
  } else result = failed(FAILURE_DSN[found.status], found.reason);
  const { failure } = result;
  const ignored = settings.ignore_srv_lookup_error && IGNORABLE.has(found.status);
  if (failure === undefined || !(settings.allow_srv_lookup_fallback || ignored)) return result;
  return { skipped: `skipping SRV lookup for ${shown}: ${failure.reason}` };
}

const IGNORABLE: ReadonlySet<string> = new Set(['temporary', 'invalid', 'nonRecoverable']);

async function findExchangerHosts(
  site: Site,
  hosts: readonly NamedHost[],
  context: ExchangerContext,
): Promise<SiteAddresses> {
  const sorted = hosts.toSorted((a, b) => a.preference - b.preference);
  const resolved = await resolveHosts({ name: site.domain, kind: 'MX' }, sorted, site, context);
  return { ...resolved, addresses: inOrder(resolved.addresses, context) };
}

/**
 * The addresses of hosts that come in order of preference, up to this host itself. `source` is what named them, for
 * texts.
 */
async function resolveHosts(
  source: { readonly name: string; readonly kind: 'MX' | 'SRV' },
  hosts: readonly NamedHost[],
  site: Site,
  context: ExchangerContext,
): Promise<SiteAddresses> {
  const bestPreference = hosts[0]?.preference ?? 0;
  let found: ExchangerAddress[] = [];
  let failure: AddressFailure | undefined;
  for (const { host, preference, port } of hosts) {
    const result = await resolveHost(host, context, failure);
    if ('failure' in result) failure = result.failure;
    else found.push(...result.addresses.map((address) => ({ ...address, preference, port })));
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
  if (self !== undefined) found = found.filter(({ preference }) => preference < self.preference);
  if (found.length === 0) {
    const known = first.preference === bestPreference;
    const failure = known
      ? { dsn: '5.4.6', reason: `mail for ${source.name} loops back to myself` }
      : { dsn: '4.4.4', reason: `unable to find primary relay for ${source.name}` };
    return { addresses: [], weAreExchanger, bestPreference, failure };
  }
  return { addresses: found, weAreExchanger, bestPreference };
}

async function findHost(site: Site, host: string, context: ExchangerContext): Promise<SiteAddresses> {
  const result = await resolveHost(host, context);
  if ('failure' in result) return failed(result.failure.dsn, result.failure.reason);
  const found = result.addresses.map((address) => ({ ...address, preference: 0, port: site.port }));
  if ((await findSelf(found, site, context)) !== undefined) {
    return { ...failed('5.4.6', `mail for ${site.domain} loops back to myself`), weAreExchanger: true };
  }
  return {
    addresses: inOrder(limited(found, context), context),
    weAreExchanger: false,
    bestPreference: 0,
  };
}

/** The best of our own addresses in the list; `addresses` come in order of preference. */
async function findSelf(
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

function inOrder(
  addresses: readonly ExchangerAddress[],
  context: ExchangerContext,
): readonly ExchangerAddress[] {
  const { settings, random } = context;
  // Random order spreads the load over exchangers of equal preference (rfc5321-5.1-16).
  const mixed = settings.smtp_randomize_addresses ? shuffled(addresses, random) : addresses;
  return inBalance(byPreference(mixed, settings.smtp_address_preference), settings);
}

function inBalance(
  addresses: readonly ExchangerAddress[],
  settings: ExchangerContext['settings'],
): readonly ExchangerAddress[] {
  const { smtp_mx_address_limit: limit, smtp_balance_inet_protocols: balances } = settings;
  return limit > 0 && balances ? balanced(addresses, limit) : addresses;
}

function limited(addresses: readonly ExchangerAddress[], context: ExchangerContext): ExchangerAddress[] {
  const kept = addresses.slice(0, RECORDS_LIMIT);
  const dropped = addresses[RECORDS_LIMIT];
  if (dropped !== undefined) warn(context, tooManyRecords(dropped.host, RECORD_TYPE[dropped.family]));
  return kept;
}

function asciiName(domain: string, context: ExchangerContext): string {
  const ascii = toAsciiDomain(domain, context.settings.enable_idna2003_compatibility);
  if (ascii === undefined) warn(context, `domain "${domain}" has no ASCII form`);
  return ascii ?? domain;
}

function failed(dsn: string, reason: string): SiteAddresses {
  return { addresses: [], weAreExchanger: false, bestPreference: 0, failure: { dsn, reason } };
}

function warn(context: ExchangerContext, text: string): void {
  context.emit?.({ type: 'log', level: 'warning', text });
}
