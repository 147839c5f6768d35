/**
 * Connections that wait for their next use, and where they lead: what Postfix has in scache(8).
 *
 * A connection is found by the address of its server, or by a next hop that led to that address when a request with
 * this next hop went well; so a next request need not try first the servers that are down. A connection that is
 * taken belongs to the taker. One whose time is up is closed without a word (delivery reference 4.5, 4.6).
 */
import type { Clock, Timer } from '../platform/platform.ts';
import type { Peer } from './peer.ts';
import type { KeptSession } from './session.ts';

/** Connections that may wait at the same time; the one that has waited longest gives way. */
const WAITING_LIMIT = 100;
/** Next hops whose server is remembered. */
const NEXTHOPS_LIMIT = 1000;

/** Under what a connection is kept. Equal texts mean that it will do for both requests. */
export interface SessionKeys {
  readonly address: string;
  /** Absent when the connection was not the first good one of its request. */
  readonly nexthop?: string | undefined;
}

interface Waiting {
  readonly kept: KeptSession;
  readonly address: string;
  readonly timer: Timer;
}

interface Route {
  readonly address: string;
  readonly peer: Peer;
  readonly untilMs: number;
}

export class SessionCache {
  readonly #clock: Clock;
  /** Longest wait first. */
  readonly #waiting = new Set<Waiting>();
  /** By next hop, the one to be forgotten first in front. */
  readonly #routes = new Map<string, Route[]>();
  #closed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Keeps a connection for so long. */
  keep(kept: KeptSession, { address, nexthop }: SessionKeys, lifeMs: number): void {
    // It stays: a connection may be kept many times.
    if (!kept.connection.listeners('error').includes(ignore)) kept.connection.on('error', ignore);
    if (this.#closed) {
      discard(kept);
      return;
    }
    const [oldest] = this.#waiting;
    if (oldest !== undefined && this.#waiting.size >= WAITING_LIMIT) discard(this.#take(oldest));
    const waiting: Waiting = {
      kept,
      address,
      timer: this.#clock.schedule(lifeMs, () => discard(this.#take(waiting))),
    };
    this.#waiting.add(waiting);
    if (nexthop !== undefined) this.#remember(nexthop, { address, peer: kept.options.peer, lifeMs });
  }

  takeByAddress(address: string): KeptSession | undefined {
    for (const waiting of this.#waiting) if (waiting.address === address) return this.#take(waiting);
    return undefined;
  }

  /** The connection, and who its server is to this next hop. */
  takeByNexthop(nexthop: string): { readonly kept: KeptSession; readonly peer: Peer } | undefined {
    const nowMs = this.#clock.now();
    for (const { address, peer, untilMs } of this.#routes.get(nexthop) ?? []) {
      const kept = untilMs > nowMs ? this.takeByAddress(address) : undefined;
      if (kept !== undefined) return { kept, peer };
    }
    return undefined;
  }

  /** Hands over all that waits, for a farewell, and keeps nothing from now on. */
  drain(): readonly KeptSession[] {
    this.#closed = true;
    this.#routes.clear();
    return [...this.#waiting].map((waiting) => this.#take(waiting));
  }

  #take(waiting: Waiting): KeptSession {
    waiting.timer.cancel();
    this.#waiting.delete(waiting);
    return waiting.kept;
  }

  #remember(nexthop: string, { address, peer, lifeMs }: Omit<Route, 'untilMs'> & { lifeMs: number }): void {
    const nowMs = this.#clock.now();
    const others = (this.#routes.get(nexthop) ?? []).filter(
      (route) => route.address !== address && route.untilMs > nowMs,
    );
    this.#routes.delete(nexthop);
    const [first] = this.#routes.keys();
    if (first !== undefined && this.#routes.size >= NEXTHOPS_LIMIT) this.#routes.delete(first);
    this.#routes.set(nexthop, [...others, { address, peer, untilMs: nowMs + lifeMs }]);
  }
}

/** Closes without QUIT. */
function discard({ connection, options }: KeptSession): void {
  connection.destroy();
  options.emit({ type: 'disconnected', session: options.id, how: 'closed' });
}

/** A connection that breaks while it waits is found out when it is asked for. */
function ignore(): void {}
