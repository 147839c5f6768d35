/**
 * Delivers a message: the loop over destinations, their servers, and the sessions with them.
 *
 * 1. the next hop is read as a list of sites, followed by `smtp_fallback_relay`;
 * 2. each site is resolved to addresses in order of preference (dns/exchangers.ts);
 * 3. the servers are tried (servers.ts), until the recipients have their outcome;
 * 4. mail that loops back to this host is passed on to `best_mx_transport`;
 * 5. what is left when there is nothing more to try gets the last failure.
 *
 * Every recipient of a request ends in exactly one outcome; `deliver` does not reject (delivery reference 2.2, 4.2).
 */
import type { Settings } from './config/register.ts';
import type { Flags } from './content/flags.ts';
import { GenericMapError } from './content/generic.ts';
import {
  DestinationError,
  type DestinationOptions,
  parseDestination,
  parseInetDestination,
  splitDestinations,
} from './destination.ts';
import type { Resolver } from './dns/resolver.ts';
import { detectsLoops, findSite } from './dns/site.ts';
import { systemLookup } from './dns/system-lookup.ts';
import type { EventListener } from './events.ts';
import { Bookkeeping } from './outcome/bookkeeping.ts';
import type { Failure } from './outcome/failure.ts';
import type { AddToFlush } from './outcome/fast-flush.ts';
import { lastResort } from './outcome/last-resort.ts';
import type { PostNotice } from './outcome/notices.ts';
import { Recipients } from './outcome/recipients.ts';
import type { StatusServices } from './outcome/status-services.ts';
import type { Platform } from './platform/platform.ts';
import { type DeliveryRequest, type DeliveryResult, isProbe } from './request.ts';
import type { FailureCache } from './sasl/failure-cache.ts';
import { Servers } from './servers.ts';
import type { SessionCache } from './session/cache.ts';
import { DebugPeers } from './session/debug-peers.ts';
import { prepare } from './session/prepare.ts';
import { TableError } from './tables/table.ts';
import { Tables } from './tables/tables.ts';
import { TlsService } from './tls/service.ts';

export interface DeliverOptions {
  readonly platform: Platform;
  /** Settings of the request's service, see `resolveSettings`. */
  readonly settings: Settings;
  readonly resolver: Resolver;
  /** Lookup tables of the settings, shared by deliveries; opened for this one alone when absent. */
  readonly tables?: Tables;
  /** TLS of the service, shared by deliveries; set up for this one alone when absent. */
  readonly tls?: TlsService;
  /** Those of the service; none when absent. */
  readonly flags?: Flags;
  readonly emit?: EventListener;
  /** Ends the delivery early: sessions are dropped, and recipients without an outcome are deferred. */
  readonly signal?: AbortSignal;
  /** Where records of outcomes are kept; nowhere when absent. */
  readonly services?: StatusServices;
  /** Hears of mail that waits for domains of `fast_flush_domains`; nobody when absent. */
  readonly addToFlush?: AddToFlush;
  /** Sends mail to the postmaster (`notify_classes`); there is none when absent. */
  readonly postNotice?: PostNotice;
  /** Connections of other deliveries of this client, to be used again; without it each is used once. */
  readonly cache?: SessionCache;
  /** Credentials that servers refused, for `smtp_sasl_auth_cache_name`; without it they are forgotten at once. */
  readonly refusedCredentials?: FailureCache;
}

/** A destination to try, as written, and its place in the list. It is parsed when its turn comes. */
interface Site {
  readonly text: string;
  readonly isFirst: boolean;
  readonly isLast: boolean;
  readonly isFallback: boolean;
}

export async function deliver(request: DeliveryRequest, options: DeliverOptions): Promise<DeliveryResult> {
  if (options.tables !== undefined) return new Delivery(request, options, options.tables).run();
  const { platform, settings, emit } = options;
  const addressesOf = systemLookup(options);
  const tables = new Tables({
    settings,
    service: request.service,
    platform,
    addressesOf,
    ...(emit && { emit }),
  });
  try {
    return await new Delivery(request, options, tables).run();
  } finally {
    tables.close();
  }
}

/** Has all recipients wait, for a reason of this mail system; tells of it as of a delivery that was tried. */
export function defer(
  request: DeliveryRequest,
  reason: string,
  options: DeliverOptions & { readonly tables: Tables },
): Promise<DeliveryResult> {
  return new Delivery(request, options, options.tables).end({ scope: 'session', dsn: '4.3.0', reason });
}

/** Mistakes of the configuration that end a delivery. */
const EXPECTED = [DestinationError, GenericMapError, TableError];

class Delivery {
  readonly #request: DeliveryRequest;
  readonly #options: DeliverOptions;
  readonly #emit: EventListener;
  readonly #recipients: Recipients;
  readonly #tables: Tables;
  #lastSite: Site | undefined;
  /** Why the last attempt got no session; decides over what is left at the end. */
  #failure: Failure | undefined;

  constructor(request: DeliveryRequest, options: DeliverOptions, tables: Tables) {
    this.#request = request;
    this.#options = options;
    this.#emit = options.emit ?? (() => {});
    const { platform, settings } = options;
    this.#tables = tables.until(options.signal);
    this.#recipients = new Recipients(request, {
      clock: platform.clock,
      emit: this.#emit,
      softBounce: settings.soft_bounce && !isProbe(request),
      books: new Bookkeeping(request, {
        settings,
        tables: this.#tables,
        services: options.services,
        addToFlush: options.addToFlush,
        isFinalDelivery: options.flags?.final === true,
        signal: options.signal,
        emit: this.#emit,
      }),
    });
  }

  async run(): Promise<DeliveryResult> {
    if (this.#request.recipients.length === 0) {
      this.#warn(
        `no recipients in delivery request for destination ${this.#request.nexthop}`,
        this.#request.queueId,
      );
      return this.#recipients.result;
    }
    try {
      if (this.#options.settings.daemon_table_open_error_is_fatal) await this.#tables.demandAll();
      await this.#deliver();
    } catch (error) {
      this.#failure = { scope: 'session', dsn: '4.3.0', reason: errorText(error) };
      const isExpected = EXPECTED.some((kind) => error instanceof kind);
      if (!isExpected && !this.#aborted)
        this.#warn(`delivery failed unexpectedly: ${errorText(error)}`, this.#request.queueId);
    }
    if (this.#aborted)
      this.#failure = { scope: 'session', dsn: '4.3.2', reason: 'delivery aborted by the caller' };
    return this.end(
      this.#failure ?? {
        scope: 'session',
        dsn: '4.3.0',
        reason: 'server unavailable or unable to receive mail',
      },
    );
  }

  /** Decides over the recipients that are left. */
  async end(failure: Failure): Promise<DeliveryResult> {
    this.#recipients.endSession();
    this.#recipients.finalServer = true;
    await this.#recipients.fail(failure);
    return this.#recipients.result;
  }

  async #deliver(): Promise<void> {
    const { service, nexthop } = this.#request;
    const { settings } = this.#options;
    const context = { ...this.#options, tables: this.#tables, emit: this.#emit };
    const outgoing = await prepare(this.#request, this.#recipients, context);
    if (outgoing === undefined) return;
    const debugPeers = await DebugPeers.of(nexthop, this.#tables);
    const tls = this.#options.tls ?? new TlsService({ ...context, service });
    const servers = new Servers(this.#request, this.#recipients, { ...context, outgoing, debugPeers, tls });
    const primary = splitDestinations(nexthop, service);
    if (settings.tcp_windowsize > 0) {
      this.#warn(
        `tcp_windowsize = ${settings.tcp_windowsize} has no effect: Node.js cannot set socket buffers`,
      );
    }
    const first = parseDestination(primary[0] ?? '', this.#destinationOptions);
    if (first.kind === 'unix') return this.#deliverLocally(first.path, servers);
    const texts = [...primary, ...settings.smtp_fallback_relay];
    for (const [index, text] of texts.entries()) {
      const isLast = index === texts.length - 1;
      const site = { text, isFirst: index === 0, isLast, isFallback: index >= primary.length };
      const isFinal = await this.#trySite(site, servers);
      if (isFinal || this.#recipients.left.length === 0 || this.#aborted) break;
    }
    if (!this.#aborted) this.#resortToLast(primary[0]);
  }

  get #destinationOptions(): DestinationOptions {
    const { service } = this.#request;
    const { smtp_tcp_port: defaultService, known_tcp_ports: knownTcpPorts } = this.#options.settings;
    return { protocol: service, defaultService, knownTcpPorts };
  }

  /** Tries all servers of a site; true when no further site may be tried. */
  async #trySite(site: Site, servers: Servers): Promise<boolean> {
    this.#lastSite = site;
    this.#failure = undefined;
    if (!site.isFirst) {
      const { text: destination, isFallback } = site;
      this.#emit({ type: 'decision', decision: { kind: 'destination', destination, isFallback } });
    }
    const destination = parseInetDestination(site.text, this.#destinationOptions);
    const { service } = this.#request;
    const found = await findSite(destination, {
      ...this.#options,
      service,
      tables: this.#tables,
      emit: this.#emit,
    });
    const isFinal = site.isLast || found.weAreExchanger || found.failure?.dsn.endsWith('.4.6') === true;
    if (found.failure === undefined) {
      if (site.isFirst) await servers.decideReuse(destination.domain, destination.domain);
      const { addresses, bestPreference } = found;
      const detectLoops = detectsLoops(destination, service);
      const { domain } = destination;
      this.#failure = await servers.trySite({
        nexthop: site.text,
        domain,
        addresses,
        bestPreference,
        detectLoops,
        isFinal,
      });
    } else {
      this.#failure = { scope: 'session', ...found.failure };
    }
    return isFinal;
  }

  async #deliverLocally(path: string, servers: Servers): Promise<void> {
    const { settings } = this.#options;
    if (settings.smtp_fallback_relay.length > 0) {
      const value = settings.smtp_fallback_relay.join(', ');
      this.#warn(`ignoring "lmtp_fallback_relay = ${value}" setting for non-TCP connections`);
    }
    if (Buffer.byteLength(path) > SOCKET_PATH_LIMIT_BYTES) {
      this.#warn(`unix-domain name too long: ${path}`);
      this.#failure = { scope: 'session', dsn: '4.3.5', reason: 'Server configuration error' };
      return;
    }
    await servers.decideReuse(path, settings.myhostname);
    this.#failure = await servers.tryLocal(path);
  }

  /** A relay that we were told to use may not exist; mail that loops back may be for another transport. */
  #resortToLast(first: string | undefined): void {
    if (this.#failure === undefined) return;
    const { settings } = this.#options;
    const usedFallback = this.#lastSite?.isFallback === true;
    const resort = lastResort(this.#failure, { request: this.#request, settings, first, usedFallback });
    if (resort.is === 'passed') this.#recipients.pass(this.#failure, resort.to);
    if (resort.is !== 'misconfigured') return;
    this.#warn(resort.warning);
    this.#failure = resort.failure;
  }

  get #aborted(): boolean {
    return this.#options.signal?.aborted === true;
  }

  /** About the configuration, whichever message met it, or about a message. */
  #warn(text: string, queueId?: string): void {
    this.#emit({ type: 'log', level: 'warning', text, ...(queueId && { queueId }) });
  }
}

/** What `sockaddr_un` takes on Linux, with its terminating NUL. */
const SOCKET_PATH_LIMIT_BYTES = 107;

function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
