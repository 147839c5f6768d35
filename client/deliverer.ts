/**
 * What all deliveries of a service share: settings, name servers, lookup tables, TLS, connections that are kept, and
 * credentials that were refused. Whoever has requests of its own, such as a queue manager, gives them here.
 */
import type { Settings } from './config/register.ts';
import { resolveSettings } from './config/settings.ts';
import { type Flags, serviceFlags } from './content/flags.ts';
import { type DeliverOptions, defer, deliver } from './deliver.ts';
import { withDnssecProbe } from './dns/dnssec-probe.ts';
import { readResolvConf } from './dns/resolv-conf.ts';
import { createResolver, type Resolver } from './dns/resolver.ts';
import { systemLookup } from './dns/system-lookup.ts';
import type { NameServer } from './dns/transport.ts';
import type { EventListener } from './events.ts';
import type { Platform } from './platform/platform.ts';
import type { DeliveryRequest, DeliveryResult, Service } from './request.ts';
import { FailureCache } from './sasl/failure-cache.ts';
import { SessionCache } from './session/cache.ts';
import { type KeptSession, Session } from './session/session.ts';
import { Tables } from './tables/tables.ts';
import { TlsService } from './tls/service.ts';

export interface DelivererOptions {
  /** Postfix parameters by name, as texts; `$name` is expanded. */
  readonly parameters: ReadonlyMap<string, string>;
  readonly service: Service;
  /** What `$service_name` stands for. */
  readonly serviceName: string;
  /** Flags of the service, such as `DOR` (delivery reference 1.6). */
  readonly flags: string;
  /** This host's name, the default of `myhostname`. */
  readonly hostname: string;
  readonly platform: Platform;
  /** Name servers to ask instead of the system's. */
  readonly nameServers?: readonly NameServer[];
  /** Asks the DNS; made from `nameServers` when absent. */
  readonly resolver?: Resolver;
  /** Hears everything that happens. */
  readonly emit?: EventListener;
}

/** Of one delivery. */
export type DeliveryTerms = Pick<
  DeliverOptions,
  'services' | 'addToFlush' | 'postNotice' | 'signal' | 'emit'
>;

export class Deliverer {
  readonly settings: Settings;
  readonly #shared: Omit<DeliverOptions, keyof DeliveryTerms> & { readonly emit?: EventListener };
  readonly #tables: Tables;
  readonly #tls: TlsService;
  readonly #cache: SessionCache;

  /** Rejects with ConfigError when a parameter has a value that cannot be used. */
  static async create(options: DelivererOptions): Promise<Deliverer> {
    const { parameters, service, serviceName, hostname, platform, emit } = options;
    const settings = resolveSettings(parameters, service, { hostname, serviceName });
    const flags = serviceFlags(options.flags, { service, settings, emit });
    const resolver = withDnssecProbe(options.resolver ?? (await systemResolver(platform, options)), {
      settings,
      emit,
    });
    return new Deliverer(options, settings, flags, resolver);
  }

  private constructor(
    { service, platform, emit }: DelivererOptions,
    settings: Settings,
    flags: Flags,
    resolver: Resolver,
  ) {
    const addressesOf = systemLookup({ platform, settings, resolver, emit });
    this.settings = settings;
    this.#tables = new Tables({ settings, service, platform, addressesOf, ...(emit && { emit }) });
    this.#tls = new TlsService({
      settings,
      service,
      tables: this.#tables,
      platform,
      emit: emit ?? (() => {}),
    });
    this.#cache = new SessionCache(platform.clock);
    this.#shared = {
      platform,
      settings,
      resolver,
      tables: this.#tables,
      tls: this.#tls,
      cache: this.#cache,
      refusedCredentials: new FailureCache(),
      flags,
      ...(emit && { emit }),
    };
  }

  /**
   * Opens all tables now, while this process has the rights for it. Rejects with TableError about the first one that cannot
   * be opened.
   */
  openTables(): Promise<void> {
    return this.#tables.demandAll();
  }

  /** Does not reject: every recipient gets its outcome. */
  deliver(request: DeliveryRequest, terms: DeliveryTerms): Promise<DeliveryResult> {
    return deliver(request, { ...this.#shared, ...terms });
  }

  /** Has all recipients wait, for a reason of this mail system. */
  defer(request: DeliveryRequest, reason: string, terms: DeliveryTerms): Promise<DeliveryResult> {
    return defer(request, reason, { ...this.#shared, tables: this.#tables, ...terms });
  }

  /**
   * Says QUIT on connections that were kept for more mail, closes those to servers of tables, and keeps none from now
   * on. Without it they are closed when they have been idle for `smtp_connection_cache_time_limit`, those to tables for
   * 100 s at most, which the process waits for.
   */
  async close(): Promise<void> {
    await Promise.all(this.#cache.drain().map((kept) => farewell(kept, this.#tables)));
    this.#tables.close();
    await this.#tls.close();
  }
}

/** `tables`: those that the session was used with last may be out of use with its delivery. */
async function farewell(kept: KeptSession, tables: Tables): Promise<void> {
  const session = Session.resume(kept, { tables });
  await session.quit();
  session.close();
}

async function systemResolver(
  platform: Platform,
  { nameServers, emit }: DelivererOptions,
): Promise<Resolver> {
  const { clock, network, random } = platform;
  const common = { clock, network, random, ...(emit && { emit }) };
  if (nameServers !== undefined) return createResolver({ ...common, servers: nameServers });
  const { servers, timeoutMs, attempts, trustAd } = await readResolvConf(platform.files);
  return createResolver({ ...common, servers, timeoutMs, attempts, trustAd });
}
