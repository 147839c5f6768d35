/**
 * TLS as deliveries of a client share it. What it is made of is loaded with the first server that it is wanted for: much
 * mail needs none of it, and a command that sends one message should not wait for it.
 */
import type { Connection } from '../platform/platform.ts';
import { TlsaCache } from './dane/tlsa-cache.ts';
import type { HandshakeOrder, Secured, TlsEngine } from './engine.ts';
import type { TlsEngineOptions } from './log/log.ts';
import { warnOfReportSettings } from './report/report.ts';

export class TlsService {
  /** TLSA records are looked up once for a while. */
  readonly tlsaRecords: TlsaCache;
  readonly #options: TlsEngineOptions;
  #engine: Promise<TlsEngine> | undefined;

  constructor(options: TlsEngineOptions) {
    this.#options = options;
    const { settings, service, platform, emit } = options;
    this.tlsaRecords = new TlsaCache(platform.clock);
    warnOfReportSettings(settings, service, (text) => emit({ type: 'log', level: 'warning', text }));
  }

  /** Not so when files that it needs are of no use, which the log tells once. */
  async isAvailable(): Promise<boolean> {
    return (await this.#load()).isAvailable();
  }

  /** Rejects with HandshakeError, of which the log tells; then the connection is gone. */
  async start(connection: Connection, order: HandshakeOrder): Promise<Secured> {
    return (await this.#load()).start(connection, order);
  }

  /** Leaves the sessions to the next program (`smtp_tls_session_cache_database`). */
  async close(): Promise<void> {
    await (await this.#engine)?.close();
  }

  #load(): Promise<TlsEngine> {
    this.#engine ??= loadEngine().then(({ TlsEngine }) => new TlsEngine(this.#options));
    return this.#engine;
  }
}

/** For a world whose time stands still while something is loaded, too. */
export function loadEngine(): Promise<typeof import('./engine.ts')> {
  return import('./engine.ts');
}
