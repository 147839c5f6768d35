/**
 * Remembers that a server refused credentials for good, so that they are not tried again with every message: an
 * account may be locked by that (`smtp_sasl_auth_cache_name`; security reference 18.7).
 *
 * Postfix keeps it in a database behind proxymap(8). Here it is kept in memory and shared by all deliveries of a client.
 */
import { createHash } from 'node:crypto';
import type { Reply } from '../reply.ts';
import type { Credentials } from './exchange.ts';

/** Beyond it the oldest are forgotten. */
const ENTRIES_LIMIT = 10_000;

export interface CachedFailure {
  readonly dsn: string;
  /** First line of the reply. */
  readonly text: string;
}

interface Entry extends CachedFailure {
  readonly storedAtMs: number;
  readonly passwordDigest: string;
}

export class FailureCache {
  readonly #entries = new Map<string, Entry>();

  /** What the server said to these credentials, at most `lifetimeMs` ago. Entries that do not hold any more are dropped. */
  find(
    host: string,
    credentials: Credentials,
    { nowMs, lifetimeMs }: { readonly nowMs: number; readonly lifetimeMs: number },
  ): CachedFailure | undefined {
    const key = keyOf(host, credentials);
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    const isYoung = entry.storedAtMs + lifetimeMs >= nowMs;
    if (isYoung && entry.passwordDigest === digestOf(credentials)) return entry;
    this.#entries.delete(key);
    return undefined;
  }

  store(host: string, credentials: Credentials, reply: Reply, nowMs: number): void {
    const key = keyOf(host, credentials);
    this.#entries.delete(key);
    const [oldest] = this.#entries.keys();
    if (oldest !== undefined && this.#entries.size >= ENTRIES_LIMIT) this.#entries.delete(oldest);
    const [text = ''] = reply.text.split('\n');
    const passwordDigest = digestOf(credentials);
    this.#entries.set(key, { storedAtMs: nowMs, passwordDigest, dsn: reply.status, text });
  }
}

/** Without a port: services on one host share their users. */
function keyOf(host: string, { user }: Credentials): string {
  return `${host};${user}`;
}

function digestOf({ password }: Credentials): string {
  return createHash('sha1').update(password).digest('base64');
}
