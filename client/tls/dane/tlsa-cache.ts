/** TLSA records of a name, looked up and kept for a while (security reference 5.3, 5.4). */
import { type LookupContext, lookup } from '../../dns/lookup.ts';
import type { TlsaRecord } from '../../dns/records.ts';
import type { Clock } from '../../platform/platform.ts';
import { parsableRecords } from './records.ts';

/** `none`: there are none that are validated. `error`: nobody can tell. Else the parsable ones, perhaps none of them. */
export type TlsaAnswer = 'none' | 'error' | readonly TlsaRecord[];

const ENTRIES_LIMIT = 20;
const SECONDS_MIN = 1;
const SECONDS_MAX = 100;

/** Shared by all deliveries of a client. What failed is asked for again each time, the first time at once. */
export class TlsaCache {
  readonly #clock: Clock;
  /** Those used last are at the end. */
  readonly #entries = new Map<string, { readonly answer: TlsaAnswer; readonly expiresMs: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Of a name as `_25._tcp.mx.example.test`. Rejects only with the signal's reason. */
  async find(name: string, context: LookupContext): Promise<TlsaAnswer> {
    const kept = this.#entries.get(name) ?? (await this.#ask(name, context));
    const entry = this.#clock.now() > kept.expiresMs ? await this.#ask(name, context) : kept;
    this.#entries.delete(name);
    this.#entries.set(name, entry);
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > ENTRIES_LIMIT && oldest !== undefined) this.#entries.delete(oldest);
    return entry.answer;
  }

  async #ask(name: string, context: LookupContext): Promise<{ answer: TlsaAnswer; expiresMs: number }> {
    const warn = (text: string) => context.emit?.({ type: 'log', level: 'warning', text });
    const found = await lookup(name, 'TLSA', { ...context, dnssec: true });
    // One more second, because Postfix counts whole ones.
    const until = (seconds: number) => this.#clock.now() + (seconds + 1) * 1_000;
    if (found.status === 'notFound') return { answer: 'none', expiresMs: until(SECONDS_MIN) };
    if (found.status !== 'ok') {
      warn(`DANE TLSA lookup problem: ${found.reason}`);
      return { answer: 'error', expiresMs: 0 };
    }
    const ttlSeconds = found.records[0]?.ttlSeconds ?? 0;
    const expiresMs = until(Math.min(Math.max(ttlSeconds, SECONDS_MIN), SECONDS_MAX));
    const answer = found.authenticated ? parsableRecords(found.records, name, warn) : 'none';
    return { answer, expiresMs };
  }
}
