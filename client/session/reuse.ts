/**
 * Connection reuse as one request sees it: whether to look for a kept connection, whether to keep its own, and under
 * which names (delivery reference 4.5, 4.6).
 */
import type { Settings } from '../config/register.ts';
import type { EventListener } from '../events.ts';
import { onAbort } from '../platform/on-abort.ts';
import type { Clock } from '../platform/platform.ts';
import type { DeliveryRequest, Reuse as ReuseRequest } from '../request.ts';
import type { Tables } from '../tables/tables.ts';
import { mustMatch } from '../tls/level.ts';
import { summaryLine } from '../tls/log/summary.ts';
import { WireError } from '../wire/wire.ts';
import type { SessionCache } from './cache.ts';
import type { DebugPeers } from './debug-peers.ts';
import { requiresSmtputf8 } from './envelope.ts';
import { fullName, type Peer } from './peer.ts';
import type { SessionSecurity } from './security.ts';
import { type KeptSession, Session } from './session.ts';

export interface ReuseContext {
  /** Absent: connections are used once. */
  readonly cache?: SessionCache | undefined;
  readonly settings: Settings;
  readonly tables: Tables;
  readonly debugPeers: DebugPeers;
  readonly clock: Clock;
  readonly emit: EventListener;
  readonly signal?: AbortSignal | undefined;
}

const NO_REUSE: ReuseRequest = { load: false, store: false };

export class Reuse {
  readonly #request: DeliveryRequest;
  readonly #context: ReuseContext;
  /** Addresses whose kept connection this request has used: it does not go there again. */
  readonly #usedAddresses = new Set<string>();
  #policy = NO_REUSE;
  /** Set until the first good connection, so that worse servers do not come to stand for the next hop. */
  #nexthopKey: string | undefined;

  constructor(request: DeliveryRequest, context: ReuseContext) {
    this.#request = request;
    this.#context = context;
  }

  /** Decides what is to be done, from the domain or path of the first destination and what the sender demands of TLS there. */
  async decide(destination: string, demand: string): Promise<void> {
    const { cache, settings, tables } = this.#context;
    if (cache === undefined) return;
    const onDemand = settings.smtp_connection_cache_on_demand ? this.#request.reuse : undefined;
    // A list that cannot be looked at counts as empty.
    const always = await tables.list('smtp_connection_cache_destinations');
    const isListed = (await always.match(destination)) === 'listed';
    this.#policy = isListed ? { load: true, store: true } : (onDemand ?? NO_REUSE);
    const asked = onDemand === undefined ? 'notAsked' : 'onDemand';
    const why = isListed ? 'listed' : asked;
    const { load, store } = this.#policy;
    this.#context.emit({ type: 'decision', decision: { kind: 'reusePolicy', load, store, why } });
    if (load || store) this.#nexthopKey = this.#key(this.#request.nexthop, demand);
  }

  /** Connections that were kept may be used: nobody looks for any otherwise. */
  get usesKept(): boolean {
    return this.#policy.load;
  }

  /** Until when a connection that is being opened now may be used again; undefined if it is not to be kept. */
  get reusableUntilMs(): number | undefined {
    const { clock, settings } = this.#context;
    return this.#policy.store ? clock.now() + settings.smtp_connection_reuse_time_limit * 1000 : undefined;
  }

  wasUsed(address: string): boolean {
    return this.#usedAddresses.has(address);
  }

  /** A live connection that was kept for the next hop of the request. */
  async byNexthop(again: (kept: SessionSecurity) => Promise<SessionSecurity>): Promise<Session | undefined> {
    if (!this.#policy.load || this.#nexthopKey === undefined) return undefined;
    const found = this.#context.cache?.takeByNexthop(this.#nexthopKey);
    return found && this.#revive(found.kept, found.peer, await again(found.kept.options.security), 'nexthop');
  }

  /** A live connection to this server. */
  async byAddress(peer: Peer, security: SessionSecurity): Promise<Session | undefined> {
    const kept = this.#policy.load
      ? this.#context.cache?.takeByAddress(this.#addressKey(peer, security))
      : undefined;
    return kept && this.#revive(kept, peer, security, 'address');
  }

  /** Keeps the connection or ends it. A good one settles which server stands for the next hop. */
  async part(session: Session, isGood: boolean): Promise<void> {
    const { cache, settings } = this.#context;
    // Nothing of an hour that has struck since the final dot is kept.
    if (session.isReusable && session.isExpired) {
      session.endReuse('expired');
      await session.quit();
    }
    if (session.reuseEnd !== undefined) session.decided({ kind: 'notKept', why: session.reuseEnd });
    if (session.isReusable && cache !== undefined) {
      const seconds = Math.min(
        settings.smtp_connection_cache_time_limit,
        settings.connection_cache_ttl_limit,
      );
      // Connections are looked for by next hop before anybody knows what TLS is to be: only those without are found so.
      const isPlain = session.security.policy.level === 'none';
      const nexthop = isPlain ? this.#nexthopKey : undefined;
      const keys = { address: this.#addressKey(session.peer, session.security), nexthop };
      session.decided({ kind: 'kept', seconds, byNexthop: nexthop !== undefined });
      cache.keep(session.release(), keys, seconds * 1000);
    } else {
      session.close();
    }
    if (isGood) this.#nexthopKey = undefined;
  }

  /** Asks with RSET whether the connection is alive; undefined, and nothing in the log, if it is not. */
  async #revive(
    kept: KeptSession,
    peer: Peer,
    security: SessionSecurity,
    foundBy: 'nexthop' | 'address',
  ): Promise<Session | undefined> {
    const { settings, tables, debugPeers, emit, signal } = this.#context;
    const session = Session.resume(kept, { peer, settings, tables, security, emit });
    session.verbose = await debugPeers.has(peer);
    if (session.tls !== undefined) session.log('info', summaryLine('reused', fullName(peer), session.tls));
    const ignoreAbort = onAbort(signal, () => session.wire.abort());
    try {
      session.queueId = this.#request.queueId;
      session.limit('rset');
      session.send('RSET');
      const reply = await session.receive('rset');
      if (Math.floor(reply.code / 100) === 2) {
        this.#usedAddresses.add(peer.address);
        session.decided({ kind: 'reused', foundBy, use: session.use });
        return session;
      }
      session.decided({ kind: 'notReused', why: `the server answers RSET with ${reply.code}` });
      session.drop('closed');
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      session.failed(error);
      session.decided({ kind: 'notReused', why: 'it does not answer RSET' });
      session.drop(error.kind === 'timeout' ? 'timeout' : 'lost');
    } finally {
      ignoreAbort();
    }
    return undefined;
  }

  /** Proofs of who the server is are about the next hop, as credentials may be (security reference 13). */
  #addressKey({ host, address, port }: Peer, security: SessionSecurity): string {
    const { target, policy, requireTls } = security;
    const { level } = policy;
    const authenticates = this.#authenticates;
    const nexthop = authenticates || mustMatch(level) ? target.nexthop : '';
    return this.#key(address, port, level, nexthop, authenticates ? host : '', requireTls.action);
  }

  get #authenticates(): boolean {
    return this.#context.settings.smtp_sasl_password_maps.length > 0;
  }

  /**
   * What must be equal for a connection to do for another request. Whatever decides how a session is set up or what
   * it is good for belongs in here; a server was asked for SMTPUTF8 only if that was required.
   */
  #key(...target: readonly (string | number)[]): string {
    const { service, sender } = this.#request;
    const bySender = this.#authenticates && this.#context.settings.smtp_sender_dependent_authentication;
    return JSON.stringify([
      service,
      ...target,
      requiresSmtputf8(this.#request),
      ...(bySender ? [sender] : []),
    ]);
  }
}
