/**
 * The servers of one destination, one after another: kept connections first, then new ones, until the recipients
 * have their outcome or the limits are reached (delivery reference 4.2, 4.5).
 */

import type { Settings } from './config/register.ts';
import type { Outgoing } from './content/outgoing.ts';
import type { Exclusion } from './decision.ts';
import type { ExchangerAddress } from './dns/exchangers.ts';
import { localDomainTest } from './dns/local-domain.ts';
import type { Resolver } from './dns/resolver.ts';
import type { EventListener } from './events.ts';
import type { Failure } from './outcome/failure.ts';
import type { PostNotice } from './outcome/notices.ts';
import type { Recipients } from './outcome/recipients.ts';
import type { Platform } from './platform/platform.ts';
import type { DeliveryRequest } from './request.ts';
import type { FailureCache } from './sasl/failure-cache.ts';
import { Admission, type Admitted } from './session/admission.ts';
import type { SessionCache } from './session/cache.ts';
import { connect } from './session/connect.ts';
import type { DebugPeers } from './session/debug-peers.ts';
import type { Peer } from './session/peer.ts';
import { Reuse } from './session/reuse.ts';
import { runSession } from './session/run.ts';
import { reportOf, type SessionSecurity, withoutTls } from './session/security.ts';
import { Session } from './session/session.ts';
import type { Tables } from './tables/tables.ts';
import type { TlsService } from './tls/service.ts';

export interface ServersContext {
  readonly platform: Platform;
  readonly settings: Settings;
  readonly tables: Tables;
  readonly outgoing: Outgoing;
  readonly debugPeers: DebugPeers;
  readonly resolver: Resolver;
  readonly tls: TlsService;
  readonly emit: EventListener;
  readonly signal?: AbortSignal | undefined;
  readonly cache?: SessionCache | undefined;
  readonly refusedCredentials?: FailureCache | undefined;
  readonly postNotice?: PostNotice | undefined;
}

/** A destination whose addresses are known. */
export interface ResolvedSite {
  /** As written, `[]` and `:port` included. */
  readonly nexthop: string;
  /** In the order to try them; at least one. */
  readonly addresses: readonly ExchangerAddress[];
  readonly bestPreference: number;
  readonly detectLoops: boolean;
  /** Without them. */
  readonly domain: string;
  /** No other destination comes after this one. */
  readonly isFinal: boolean;
}

/** Serves all destinations of one request. */
export class Servers {
  readonly #request: DeliveryRequest;
  readonly #context: ServersContext;
  readonly #recipients: Recipients;
  readonly #reuse: Reuse;
  readonly #admission: Admission;
  #connections = 0;
  /** Why the last attempt got no session. */
  #failure: Failure | undefined;

  constructor(request: DeliveryRequest, recipients: Recipients, context: ServersContext) {
    const { platform, cache, settings, tables, debugPeers, emit, signal } = context;
    this.#request = request;
    this.#context = context;
    this.#recipients = recipients;
    this.#admission = new Admission(request, context);
    if (settings.smtp_log_tls_feature_status) recipients.tlsFeatures = this.#admission.features;
    this.#reuse = new Reuse(request, {
      cache,
      settings,
      tables,
      debugPeers,
      clock: platform.clock,
      emit,
      signal,
    });
  }

  /** Connections are kept or not as the first destination demands, if it has addresses at all. */
  async decideReuse(destination: string, domain: string): Promise<void> {
    await this.#reuse.decide(destination, await this.#admission.demandFor(domain));
  }

  /** Tries the servers of a site. Returns why the last attempt failed, if it got no session. */
  async trySite(site: ResolvedSite): Promise<Failure | undefined> {
    const { smtp_mx_address_limit: addressLimit, smtp_mx_session_limit: sessionLimit } =
      this.#context.settings;
    const kept = await this.#tryKept(site);
    let { sessions } = kept;
    const usable = addressLimit > 0 ? kept.addresses.slice(0, addressLimit) : kept.addresses;
    this.#leaveOut(kept.addresses.slice(usable.length), 'addressLimit', addressLimit);
    for (const [index, address] of usable.entries()) {
      if (this.#isOver) break;
      const security = await this.#admit(address, site);
      if (security === undefined) continue;
      const peer = peerAt(address);
      const isBest = address.preference === site.bestPreference;
      const before = sessions;
      let isLast = index === usable.length - 1;
      const attempt = async (inTheClear: boolean): Promise<boolean> => {
        const kept = isBest || inTheClear ? undefined : await this.#reuse.byAddress(peer, security);
        const session = kept ?? (await this.#open(peer, inTheClear ? withoutTls(security) : security));
        if (session === undefined) return false;
        return this.#run(session, { ...site, isFinal: site.isFinal && isLast, isBest }, () => {
          sessions += 1;
          // Set before the transaction, so that the failures of the last session allowed are final at once.
          if (sessionLimit > 0 && sessions >= sessionLimit) {
            isLast = true;
            this.#leaveOut(usable.slice(index + 1), 'sessionLimit', sessionLimit);
          }
          this.#recipients.finalServer = site.isFinal && isLast;
        });
      };
      if (await attempt(false)) {
        // Both attempts count as one.
        sessions = before;
        isLast = index === usable.length - 1;
        await attempt(true);
      }
      if (isLast) break;
    }
    return this.#failure;
  }

  /** Tries the one server behind a local socket. */
  async tryLocal(path: string): Promise<Failure | undefined> {
    const { myhostname: host } = this.#context.settings;
    const peer: Peer = { host, address: path, port: 0 };
    const admitted = this.#admitted(await this.#admission.of({ ...peer, nexthop: path, domain: host }));
    if (admitted === undefined) return this.#failure;
    // Nobody listens there, and without a certificate that is looked at TLS proves nothing.
    const isPointless = admitted.policy.level === 'may';
    if (isPointless) {
      const text = 'opportunistic TLS encryption is not appropriate for unix-domain destinations.';
      this.#context.emit({ type: 'log', level: 'warning', text: `smtp_connect_local: ${text}` });
    }
    const security = isPointless ? withoutTls(admitted) : admitted;
    const session = (await this.#reuse.byAddress(peer, security)) ?? (await this.#open(peer, security));
    if (session !== undefined)
      await this.#run(session, { isFinal: true, detectLoops: false, isBest: true }, () => {});
    return this.#failure;
  }

  /**
   * Uses kept connections: one that was kept for the next hop, then those to the best exchangers. Returns the
   * sessions used and the addresses left to try; none are left once the limits are reached.
   */
  async #tryKept(site: ResolvedSite): Promise<{ sessions: number; addresses: readonly ExchangerAddress[] }> {
    const { smtp_mx_address_limit: addressLimit, smtp_mx_session_limit: sessionLimit } =
      this.#context.settings;
    let sessions = 0;
    let addresses = site.addresses.filter(({ address }) => !this.#reuse.wasUsed(address));
    const use = async (session: Session, isLast: boolean): Promise<void> => {
      sessions += 1;
      const isLimit = sessions === sessionLimit || sessions === addressLimit;
      addresses = isLimit ? [] : addresses.filter(({ address }) => address !== session.peer.address);
      const isFinal = site.isFinal && (isLast || addresses.length === 0);
      await this.#run(session, { ...site, isFinal, isBest: true }, () => {});
    };
    if (addresses.length > 0) {
      const session = await this.#reuse.byNexthop((kept) => this.#admission.again(kept));
      if (session !== undefined) await use(session, false);
    }
    // Each is looked at twice, and complained of as often, where connections are kept; never else.
    const best = this.#reuse.usesKept
      ? addresses.filter(({ preference }) => preference === site.bestPreference)
      : [];
    for (const address of best) {
      if (this.#isOver || addresses.length === 0) break;
      const security = await this.#admit(address, site);
      const session = security && (await this.#reuse.byAddress(peerAt(address), security));
      if (session !== undefined) await use(session, address === addresses.at(-1));
    }
    return { sessions, addresses };
  }

  /** Returns whether the same server is to be tried once more, in the clear. */
  async #run(
    session: Session,
    site: Pick<ResolvedSite, 'detectLoops' | 'isFinal'> & { readonly isBest: boolean },
    onEstablished: () => void,
  ): Promise<boolean> {
    let retry = false;
    this.#failure = undefined;
    this.#recipients.finalServer = site.isFinal;
    const { platform, settings, tables } = this.#context;
    await runSession(session, {
      isLocalDomain: localDomainTest(settings, tables, platform),
      random: platform.random,
      refusedCredentials: this.#context.refusedCredentials,
      request: this.#request,
      recipients: this.#recipients,
      reuse: this.#reuse,
      outgoing: this.#context.outgoing,
      detectLoops: site.detectLoops,
      bestExchanger: site.isBest,
      signal: this.#context.signal,
      postNotice: this.#context.postNotice,
      onEstablished,
      onRetryInTheClear: () => {
        retry = true;
        this.#recipients.finalServer = false;
      },
    });
    return retry;
  }

  async #admit(address: ExchangerAddress, site: ResolvedSite): Promise<SessionSecurity | undefined> {
    const { nexthop, domain } = site;
    const target = { ...peerAt(address), nexthop, domain, dns: address.dns };
    return this.#admitted(await this.#admission.of(target));
  }

  /** Why a server is ruled out replaces what is known so far, if it is a failure at all. */
  #admitted(admitted: Admitted): SessionSecurity | undefined {
    if ('security' in admitted) return admitted.security;
    this.#failure = admitted.failure ?? this.#failure;
    return undefined;
  }

  /** Connects; undefined, with the failure noted, when that is not possible. */
  async #open(peer: Peer, security: SessionSecurity): Promise<Session | undefined> {
    const { platform, settings, tables, debugPeers, emit, signal } = this.#context;
    const { reusableUntilMs } = this.#reuse;
    const connection = await connect(peer, { platform, settings, emit, signal });
    if ('scope' in connection) {
      this.#failure = connection;
      return undefined;
    }
    this.#connections += 1;
    const id = `${this.#request.queueId}/${this.#connections}`;
    emit({ type: 'connected', session: id, ...peer });
    const { clock } = platform;
    const { service } = this.#request;
    // Nothing may be waited for before there is somebody to hear of errors of the connection.
    const session = new Session(connection, {
      id,
      peer,
      service,
      settings,
      tables,
      security,
      report: reportOf(security, connection, emit),
      clock,
      emit,
      reusableUntilMs,
    });
    session.verbose = await debugPeers.has(peer);
    return session;
  }

  #leaveOut(servers: readonly ExchangerAddress[], why: Exclusion, detail: number): void {
    if (servers.length === 0) return;
    this.#context.emit({ type: 'decision', decision: { kind: 'leftOut', servers, why, detail } });
  }

  get #isOver(): boolean {
    return this.#recipients.left.length === 0 || this.#context.signal?.aborted === true;
  }
}

function peerAt({ host, address, port }: ExchangerAddress): Peer {
  return { host, address, port };
}
