/** What the tests of name lookup share: a world with one name server and a client that asks it. */
import {
  type ExchangerContext,
  type ExchangerSettings,
  findExchangers,
  type Site,
  type SiteAddresses,
} from '../../client/dns/exchangers.ts';
import { parseHostsFile } from '../../client/dns/hosts-file.ts';
import { parseResolvConf } from '../../client/dns/resolv-conf.ts';
import { createResolver, type Resolver, type ResolverOptions } from '../../client/dns/resolver.ts';
import type { ClientEvent } from '../../client/events.ts';
import { VirtualRandom } from '../virtual/random.ts';
import { type TestWorld, testWorld } from '../virtual/testing.ts';
import { createDnsServer, type DnsQuery, type DnsServer } from './server.ts';
import { attachDns } from './virtual.ts';
import { type ZoneEntries, zone } from './zone.ts';

export const NAME_SERVER = '192.0.2.53';
export const OWN_ADDRESS = '198.51.100.7';

const DEFAULT_SETTINGS: ExchangerSettings = {
  inet_protocols: ['all'],
  smtp_dns_support_level: '',
  disable_dns_lookups: false,
  ignore_mx_lookup_error: false,
  smtp_defer_if_no_mx_address_found: false,
  smtp_host_lookup: ['dns'],
  smtp_randomize_addresses: true,
  smtp_address_preference: 'any',
  smtp_balance_inet_protocols: true,
  smtp_mx_address_limit: 5,
  smtp_cname_overrides_servername: false,
  inet_interfaces: ['all'],
  proxy_interfaces: [],
  allow_srv_lookup_fallback: false,
  ignore_srv_lookup_error: false,
  smtp_dns_resolver_options: [],
  enable_idna2003_compatibility: false,
  smtp_tls_dane_insecure_mx_policy: 'dane',
};

export interface DnsWorld extends TestWorld {
  readonly server: DnsServer;
  readonly resolver: Resolver;
  readonly events: ClientEvent[];
  readonly random: VirtualRandom;
}

export function dnsWorld(entries: ZoneEntries, options: Partial<ResolverOptions> = {}): DnsWorld {
  const world = testWorld();
  const events: ClientEvent[] = [];
  const random = new VirtualRandom('dns');
  const server = createDnsServer({ zones: [zone('example.test', entries)], now: () => world.elapsed() });
  attachDns(server, { network: world.network, clock: world.clock, address: NAME_SERVER });
  const resolver = createResolver({
    clock: world.clock,
    network: world.client,
    random,
    servers: [{ address: NAME_SERVER, port: 53 }],
    emit: (event) => events.push(event),
    ...options,
  });
  return { ...world, server, resolver, events, random };
}

export interface Resolved extends SiteAddresses {
  /** Host, address and preference of each: `mx.example.test 192.0.2.1 10`. */
  readonly list: readonly string[];
  /** `5.4.4 reason`, or undefined. */
  readonly failed: string | undefined;
  /** Log lines as `warning: text`. */
  readonly log: readonly string[];
  /** Types and names asked, in order. */
  readonly asked: readonly string[];
  /** Those of them that were wanted validated. */
  readonly askedValidated: readonly string[];
  readonly elapsedMs: number;
  readonly events: readonly ClientEvent[];
}

/** Resolves a site in a world of one zone; everything not said has its default. */
export async function resolve(
  entries: ZoneEntries,
  site: Partial<Site> = {},
  settings: Partial<ExchangerSettings> = {},
  context: {
    hosts?: string;
    resolvConf?: string;
    interfaceAddresses?: readonly string[];
    random?: VirtualRandom;
  } = {},
): Promise<Resolved> {
  const world = dnsWorld(entries, { trustAd: true });
  const found = await world.clock.run(() =>
    findExchangers({ domain: 'example.test', port: 25, lookup: 'exchangers', detectLoops: true, ...site }, {
      settings: { ...DEFAULT_SETTINGS, ...settings },
      resolver: world.resolver,
      random: context.random ?? world.random,
      hostsFile: async () => parseHostsFile(context.hosts ?? ''),
      searchList: async () => parseResolvConf(context.resolvConf ?? ''),
      interfaceAddresses: () => context.interfaceAddresses ?? [OWN_ADDRESS],
      emit: (event) => world.events.push(event),
    } satisfies ExchangerContext),
  );
  return {
    ...found,
    list: found.addresses.map(({ host, address, preference }) => `${host} ${address} ${preference}`),
    failed: found.failure && `${found.failure.dsn} ${found.failure.reason}`,
    log: world.events.flatMap((event) => (event.type === 'log' ? [`${event.level}: ${event.text}`] : [])),
    asked: asked(world.server.queries),
    askedValidated: asked(world.server.queries.filter(({ dnssec }) => dnssec)),
    elapsedMs: world.elapsed(),
    events: world.events,
  };
}

/** Types and names. */
export function asked(queries: readonly DnsQuery[]): readonly string[] {
  return queries.map(({ type, name }) => `${type} ${name}`);
}
