/**
 * Sessions of earlier connections, to be resumed (security reference 12). What verification said of the server is
 * kept with them: on resumption no certificate comes.
 */
import type { Clock } from '../../platform/platform.ts';
import type { Verification } from '../verify/verification.ts';

/** One that is to outlive the program. */
export interface StoredSession extends CachedSession {
  readonly key: string;
  readonly storedAtMs: number;
}

export interface CachedSession {
  readonly session: Uint8Array;
  readonly verification: Verification;
  /** DER of the server's certificate. */
  readonly certificate: Uint8Array | undefined;
}

/** Sessions kept at the same time; the one stored first gives way. */
const SESSIONS_LIMIT = 1000;

export class TlsSessionCache {
  readonly #clock: Clock;
  readonly #lifeMs: number;
  readonly #sessions = new Map<string, { readonly cached: CachedSession; readonly storedAtMs: number }>();

  /** @param lifeMs from the time of storing (`smtp_tls_session_cache_timeout`). */
  constructor(clock: Clock, lifeMs: number) {
    this.#clock = clock;
    this.#lifeMs = lifeMs;
  }

  /** A session may serve several connections. */
  find(key: string): CachedSession | undefined {
    const found = this.#sessions.get(key);
    if (found === undefined) return undefined;
    if (this.#clock.now() - found.storedAtMs <= this.#lifeMs) return found.cached;
    this.#sessions.delete(key);
    return undefined;
  }

  keep(key: string, cached: CachedSession): void {
    this.#sessions.delete(key);
    const [oldest] = this.#sessions.keys();
    if (oldest !== undefined && this.#sessions.size >= SESSIONS_LIMIT) this.#sessions.delete(oldest);
    this.#sessions.set(key, { cached, storedAtMs: this.#clock.now() });
  }

  /** Takes one over from the program before, unless its time is up. */
  restore({ key, storedAtMs, ...cached }: StoredSession): void {
    const age = this.#clock.now() - storedAtMs;
    if (age < 0 || age > this.#lifeMs || this.#sessions.size >= SESSIONS_LIMIT) return;
    this.#sessions.set(key, { cached, storedAtMs });
  }

  /** All whose time is not up, oldest first. */
  get stored(): readonly StoredSession[] {
    const oldestMs = this.#clock.now() - this.#lifeMs;
    return Array.from(this.#sessions, ([key, { cached, storedAtMs }]) => ({ key, storedAtMs, ...cached }))
      .filter(({ storedAtMs }) => storedAtMs >= oldestMs)
      .sort((one, other) => one.storedAtMs - other.storedAtMs);
  }

  /** A handshake that offered it failed. */
  forget(key: string): void {
    this.#sessions.delete(key);
  }
}
