/**
 * The list of addresses to try for a destination, in order: mail exchangers with their preferences, or one host
 * (delivery reference section 3; RFC 5321 section 5.1).
 */
import type { FoundBy } from '../decision.ts';
import { toAsciiDomain } from './domain-name.ts';
import { resolveHost } from './host-lookup.ts';
import { lookup } from './lookup.ts';
import {
  decided,
  type ExchangerContext,
  FAILURE_DSN,
  failed,
  findSelf,
  inOrder,
  limited,
  type NamedHost,
  resolveHosts,
  type Site,
  type SiteAddresses,
  warn,
} from './named-hosts.ts';
import { findService } from './services.ts';
import { enabledFamilies, usesDns, wantsDnssec } from './settings.ts';
import type { ExchangerTrust } from './trust.ts';

export type { AddressFailure } from './host-lookup.ts';
export type { ExchangerAddress, ExchangerContext, Site, SiteAddresses } from './named-hosts.ts';
export type { ExchangerSettings } from './settings.ts';

/** Finds the addresses of a site. Never rejects but with the signal's reason. */
export async function findExchangers(site: Site, context: ExchangerContext): Promise<SiteAddresses> {
  const result = await findAddresses(site, { ...context, dnssec: wantsDnssec(context.settings) });
  const { emit, settings } = context;
  if (result.foundBy !== undefined)
    decided(context, {
      kind: 'servers',
      destination: site.domain,
      servers: result.addresses,
      foundBy: result.foundBy,
      isShuffled: settings.smtp_randomize_addresses,
      family: settings.smtp_address_preference,
    });
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
  if (site.lookup === 'host' || !usesDns(settings)) return findHost(site, name, 'host', context);

  const found = await lookup(name, 'MX', context);
  if (found.status === 'ok') {
    const hosts = found.records.map(({ exchange: host, preference }) => ({
      host,
      preference,
      port: site.port,
    }));
    const trust = { authenticated: found.authenticated, queriedName: name, owner: found.canonicalName };
    return findExchangerHosts(site, hosts, trust, context);
  }
  // Without MX the domain is its own exchanger (rfc5321-5.1-07); whether it exists at all shows then.
  if (found.status === 'notFound') return findHost(site, name, 'withoutMx', context);
  const isError = found.status !== 'noService' && found.status !== 'policy';
  if (isError && settings.ignore_mx_lookup_error) return findHost(site, name, 'withoutMx', context);
  return failed(FAILURE_DSN[found.status], found.reason);
}

async function findExchangerHosts(
  site: Site,
  hosts: readonly NamedHost[],
  trust: ExchangerTrust,
  context: ExchangerContext,
): Promise<SiteAddresses> {
  const sorted = hosts.toSorted((a, b) => a.preference - b.preference);
  const resolved = await resolveHosts({ name: site.domain, kind: 'MX', trust }, sorted, site, context);
  return { ...resolved, addresses: inOrder(resolved.addresses, context) };
}

async function findHost(
  site: Site,
  host: string,
  foundBy: FoundBy,
  context: ExchangerContext,
): Promise<SiteAddresses> {
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
    foundBy,
  };
}

function asciiName(domain: string, context: ExchangerContext): string {
  const ascii = toAsciiDomain(domain, context.settings.enable_idna2003_compatibility);
  if (ascii === undefined) warn(context, `domain "${domain}" has no ASCII form`);
  return ascii ?? domain;
}
