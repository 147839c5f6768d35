/**
 * The deliverer for requests that come now. Postfix's agents take changes of main.cf and tables up because each process
 * lives for a limited time; here a new deliverer takes over when a file has changed, and the old one ends with its last
 * delivery.
 */
import { ConfigError } from '../config/config-error.ts';
import { Deliverer, type DelivererOptions } from '../deliverer.ts';
import type { EventListener } from '../events.ts';
import { TableError } from '../tables/table.ts';
import { filesOf, haveChangedSince, readConfiguration } from './configuration.ts';

export interface CurrentDelivererOptions extends Omit<DelivererOptions, 'parameters' | 'emit'> {
  /** Of main.cf. */
  readonly directory: string;
  /** Arguments of `-o`. */
  readonly overrides: readonly string[];
  readonly emit: EventListener;
}

/** A change is noticed this late. */
const CHECK_INTERVAL_MS = 1_000;

export class CurrentDeliverer {
  readonly #options: CurrentDelivererOptions;
  #deliverer: Deliverer;
  #readAtMs: number;
  #checkedAtMs: number;
  #checking: Promise<void> | undefined;
  readonly #closing = new Set<Promise<void>>();

  /** Rejects with ConfigError. */
  static async create(options: CurrentDelivererOptions): Promise<CurrentDeliverer> {
    const readAtMs = options.platform.clock.now();
    const deliverer = await make(options);
    // What is wrong with a table has been told; mail that needs it is deferred.
    await deliverer.openTables().catch(ifNoTable);
    return new CurrentDeliverer(options, deliverer, readAtMs);
  }

  private constructor(options: CurrentDelivererOptions, deliverer: Deliverer, readAtMs: number) {
    this.#options = options;
    this.#deliverer = deliverer;
    this.#readAtMs = readAtMs;
    this.#checkedAtMs = readAtMs;
  }

  async get(): Promise<Deliverer> {
    const now = this.#options.platform.clock.now();
    if (now - this.#checkedAtMs >= CHECK_INTERVAL_MS) {
      this.#checkedAtMs = now;
      this.#checking = this.#check(now).finally(() => {
        this.#checking = undefined;
      });
    }
    await this.#checking;
    return this.#deliverer;
  }

  async close(): Promise<void> {
    await Promise.all([this.#deliverer.close(), ...this.#closing]);
  }

  /** Does not reject: what was good so far stays in use. */
  async #check(now: number): Promise<void> {
    const { directory, platform, emit } = this.#options;
    const paths = filesOf(directory, this.#deliverer.settings);
    if (!(await haveChangedSince(this.#readAtMs, paths, platform))) return;
    this.#readAtMs = now;
    try {
      const next = await make(this.#options);
      // This process may have fewer rights by now than those with which it began.
      await next.openTables();
      const closing = this.#deliverer.close().finally(() => this.#closing.delete(closing));
      this.#closing.add(closing);
      this.#deliverer = next;
      emit({
        type: 'log',
        level: 'info',
        text: `${directory}/main.cf or a table has changed -- reading them again`,
      });
    } catch (error) {
      if (!(error instanceof ConfigError)) ifNoTable(error);
      const { message } = error as Error;
      emit({ type: 'log', level: 'error', text: `${message} -- going on with what was read before` });
    }
  }
}

function ifNoTable(error: unknown): void {
  if (!(error instanceof TableError)) throw error;
}

async function make(options: CurrentDelivererOptions): Promise<Deliverer> {
  const { directory, overrides, emit, platform } = options;
  const { assigned, warnings } = await readConfiguration(directory, overrides, platform);
  for (const text of warnings) emit({ type: 'log', level: 'warning', text });
  return Deliverer.create({ ...options, parameters: assigned });
}
