/**
 * Delivers a message: the loop over destinations, their servers, and the sessions with them.
 *
 * 1. the next hop is read as a list of sites, followed by `smtp_fallback_relay`;
 * 2. each site is resolved to addresses in order of preference (dns/exchangers.ts);
 * 3. each address is connected to and greeted (session/), until the recipients have their outcome;
 * 4. what is left when there is nothing more to try gets the last failure.
 *
 * Every recipient of a request ends in exactly one outcome; `deliver` does not reject (delivery reference 2.2, 4.2).
 */
import type { Settings } from './config/register.ts';
import type { Flags } from './content/flags.ts';
import { GenericMapError } from './content/generic.ts';
import type { Outgoing } from './content/outgoing.ts';
import {
  DestinationError,
  type DestinationOptions,
  type InetDestination,
  parseDestination,
  splitDestinations,
} from './destination.ts';
import { findExchangers, type SiteAddresses } from './dns/exchangers.ts';
import { readHostsFile } from './dns/hosts-file.ts';
import type { Resolver } from './dns/resolver.ts';
import type { EventListener } from './events.ts';
import type { Failure } from './outcome/failure.ts';
import { Recipients } from './outcome/recipients.ts';
import type { Platform } from './platform/platform.ts';
import type { DeliveryRequest, DeliveryResult } from './request.ts';
import { connect } from './session/connect.ts';
import { prepare } from './session/prepare.ts';
import { runSession } from './session/run.ts';
import { type Peer, Session } from './session/session.ts';
import { Tables } from './tables/tables.ts';

export interface DeliverOptions {
  readonly platform: Platform;
  /** Settings of the request's service, see `resolveSettings`. */
  readonly settings: Settings;
  readonly resolver: Resolver;
  /** Lookup tables of the settings, shared by deliveries; opened for this one alone when absent. */
  readonly tables?: Tables;
  /** Those of the service; none when absent. */
  readonly flags?: Flags;
  readonly emit?: EventListener;
  /** Ends the delivery early: sessions are dropped, and recipients without an outcome are deferred. */
  readonly signal?: AbortSignal;
}

/** A destination to try, as written, and its place in the list. It is parsed when its turn comes. */
interface Site {
  readonly text: string;
  readonly isLast: boolean;
  readonly isFallback: boolean;
}

export async function deliver(request: DeliveryRequest, options: DeliverOptions): Promise<DeliveryResult> {
  const delivery = new Delivery(request, options);
  return delivery.run();
}

class Delivery {
  readonly #request: DeliveryRequest;
  readonly #options: DeliverOptions;
  readonly #emit: EventListener;
  readonly #recipients: Recipients;
  readonly #tables: Tables;
  #sessions = 0;
  #lastSite: Site | undefined;
  /** Why the last attempt got no session; decides over what is left at the end. */
  #failure: Failure | undefined;

  constructor(request: DeliveryRequest, options: DeliverOptions) {
    this.#request = request;
    this.#options = options;
    this.#emit = options.emit ?? (() => {});
    const { platform, settings } = options;
    this.#tables =
      options.tables ??
      new Tables({ settings, service: request.service, files: platform.files, emit: this.#emit });
    const { soft_bounce: softBounce } = settings;
    this.#recipients = new Recipients(request, { clock: platform.clock, emit: this.#emit, softBounce });
  }

  async run(): Promise<DeliveryResult> {
    if (this.#request.recipients.length === 0) {
      this.#warnOfRequest(`no recipients in delivery request for destination ${this.#request.nexthop}`);
      return this.#recipients.result;
    }
    try {
      await this.#deliver();
    } catch (error) {
      this.#failure = { scope: 'session', dsn: '4.3.0', reason: errorText(error) };
      if (!(error instanceof DestinationError || error instanceof GenericMapError) && !this.#aborted)
        this.#warnOfRequest(`delivery failed unexpectedly: ${errorText(error)}`);
    }
    if (this.#aborted)
      this.#failure = { scope: 'session', dsn: '4.3.2', reason: 'delivery aborted by the caller' };
    this.#recipients.endSession();
    this.#recipients.finalServer = true;
    this.#recipients.fail(
      this.#failure ?? {
        scope: 'session',
        dsn: '4.3.0',
        reason: 'server unavailable or unable to receive mail',
      },
    );
    return this.#recipients.result;
  }

  async #deliver(): Promise<void> {
    const { service, nexthop } = this.#request;
    const { settings } = this.#options;
    const context = { ...this.#options, tables: this.#tables, emit: this.#emit };
    const outgoing = await prepare(this.#request, this.#recipients, context);
    if (outgoing === undefined) return;
    const primary = splitDestinations(nexthop, service);
    const first = parseDestination(primary[0] ?? '', this.#destinationOptions);
    if (first.kind === 'unix') {
      await this.#deliverLocally(first.path, outgoing);
      return;
    }
    const texts = [...primary, ...settings.smtp_fallback_relay];
    for (const [index, text] of texts.entries()) {
      const site = { text, isLast: index === texts.length - 1, isFallback: index >= primary.length };
      const isFinal = await this.#trySite(site, outgoing);
      if (isFinal || this.#recipients.left.length === 0 || this.#aborted) break;
    }
    this.#rescueConfigurationErrors(primary[0]);
  }

  get #destinationOptions(): DestinationOptions {
    const { service } = this.#request;
    const { smtp_tcp_port: defaultService, known_tcp_ports: knownTcpPorts } = this.#options.settings;
    return { protocol: service, defaultService, knownTcpPorts };
  }

  /** Tries all servers of a site; true when no further site may be tried. */
  async #trySite(site: Site, outgoing: Outgoing): Promise<boolean> {
    this.#lastSite = site;
    this.#failure = undefined;
    const destination = parseDestination(site.text, this.#destinationOptions);
    if (destination.kind === 'unix') throw new DestinationError(`unknown service: ${site.text}`);
    const found = await this.#resolve(destination);
    const isFinalSite = site.isLast || found.weAreExchanger || found.failure?.dsn.endsWith('.4.6') === true;
    if (found.failure !== undefined) this.#failure = { scope: 'session', ...found.failure };
    else await this.#tryAddresses(found, destination, isFinalSite, outgoing);
    return isFinalSite;
  }

  async #resolve(destination: InetDestination): Promise<SiteAddresses> {
    const { platform, settings, resolver, signal } = this.#options;
    return findExchangers(
      {
        domain: destination.domain,
        port: destination.port,
        lookup: destination.bracketed || this.#request.service === 'lmtp' ? 'host' : 'exchangers',
        detectLoops: this.#detectsLoops(destination),
      },
      {
        settings,
        resolver,
        filter: await this.#tables.of('smtp_dns_reply_filter'),
        random: platform.random,
        interfaceAddresses: () => platform.network.ownAddresses(),
        hostsFile: () => readHostsFile(platform.files),
        emit: this.#emit,
        ...(signal && { signal }),
      },
    );
  }

  async #tryAddresses(
    { addresses, bestPreference }: SiteAddresses,
    destination: InetDestination,
    isFinalSite: boolean,
    outgoing: Outgoing,
  ): Promise<void> {
    const { smtp_mx_address_limit: addressLimit, smtp_mx_session_limit: sessionLimit } =
      this.#options.settings;
    const usable = addressLimit > 0 ? addresses.slice(0, addressLimit) : addresses;
    let sessions = 0;
    for (const [index, address] of usable.entries()) {
      this.#failure = undefined;
      const session = await this.#open({ host: address.host, address: address.address, port: address.port });
      if (this.#aborted) return;
      if (session === undefined) continue;
      let isLast = index === usable.length - 1;
      this.#recipients.finalServer = isFinalSite && isLast;
      await runSession(session, {
        request: this.#request,
        recipients: this.#recipients,
        outgoing,
        detectLoops: this.#detectsLoops(destination),
        bestExchanger: address.preference === bestPreference,
        signal: this.#options.signal,
        onEstablished: () => {
          sessions += 1;
          // Set before the transaction, so that the failures of the last session allowed are final at once.
          if (sessionLimit > 0 && sessions >= sessionLimit) isLast = true;
          this.#recipients.finalServer = isFinalSite && isLast;
        },
      });
      if (isLast || this.#recipients.left.length === 0 || this.#aborted) return;
    }
  }

  async #deliverLocally(path: string, outgoing: Outgoing): Promise<void> {
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
    const session = await this.#open({ host: settings.myhostname, address: path, port: 0 });
    if (session === undefined) return;
    this.#recipients.finalServer = true;
    await runSession(session, {
      request: this.#request,
      recipients: this.#recipients,
      outgoing,
      detectLoops: false,
      bestExchanger: true,
      signal: this.#options.signal,
      onEstablished: () => {},
    });
  }

  /** Connects; undefined, with the failure noted, when that is not possible. */
  async #open(peer: Peer): Promise<Session | undefined> {
    const { platform, settings, signal } = this.#options;
    const connection = await connect(peer, { platform, settings, emit: this.#emit, signal });
    if ('scope' in connection) {
      this.#failure = connection;
      return undefined;
    }
    this.#sessions += 1;
    const id = `${this.#request.queueId}/${this.#sessions}`;
    this.#emit({ type: 'connected', session: id, ...peer });
    return new Session(connection, {
      id,
      peer,
      service: this.#request.service,
      settings,
      tables: this.#tables,
      replyFilter: await this.#tables.one('smtp_reply_filter'),
      clock: platform.clock,
      emit: this.#emit,
    });
  }

  /** A relay that we were told to use and that does not exist is our mistake, not the sender's: do not bounce. */
  #rescueConfigurationErrors(first: string | undefined): void {
    const failure = this.#failure;
    if (failure === undefined || !failure.dsn.startsWith('5')) return;
    const { service } = this.#request;
    const usedFallback = this.#lastSite?.isFallback === true;
    const usedRelayhost = service === 'smtp' && first === this.#options.settings.relayhost;
    if (!usedFallback && !usedRelayhost) return;
    this.#warn(`${usedFallback ? `${service}_fallback_relay` : 'relayhost'} configuration problem`);
    this.#failure = { ...failure, dsn: '4.3.5' };
  }

  #detectsLoops(destination: InetDestination): boolean {
    return this.#request.service === 'smtp' && destination.port === SMTP_PORT;
  }

  get #aborted(): boolean {
    return this.#options.signal?.aborted === true;
  }

  /** About the configuration, whichever message met it. */
  #warn(text: string): void {
    this.#emit({ type: 'log', level: 'warning', text });
  }

  #warnOfRequest(text: string): void {
    this.#emit({ type: 'log', level: 'warning', queueId: this.#request.queueId, text });
  }
}

const SMTP_PORT = 25;

/** What `sockaddr_un` takes on Linux, with its terminating NUL. */
const SOCKET_PATH_LIMIT_BYTES = 107;

function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
