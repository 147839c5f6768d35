/**
 * The deliverer for requests that come now. Postfix's agents take changes of main.cf and tables up because each process
 * lives for a limited time; here a new deliverer takes over when a file has changed, and the old one ends with its last
 * delivery.
 */
import { ConfigError } from '../config/config-error.ts';
import type { Settings } from '../config/register.ts';
import { Deliverer, type DelivererOptions } from '../deliverer.ts';
import type { EventListener } from '../events.ts';
import { TableError } from '../tables/table.ts';
import {
  type FileTimes,
  filesOf,
  haveChanged,
  mainCfOf,
  readConfiguration,
  timesOf,
} from './configuration.ts';

export interface CurrentDelivererOptions extends Omit<DelivererOptions, 'parameters' | 'emit'> {
  /** Of main.cf. */
  readonly directory: string;
  /** Arguments of `-o`. */
  readonly overrides: readonly string[];
  readonly emit: EventListener;
}

/** A change is noticed this late. */
const CHECK_INTERVAL_MS = 1_000;

/** With what it was made of. */
interface Made {
  readonly deliverer: Deliverer;
  readonly times: FileTimes;
  readonly inUse: Set<Promise<unknown>>;
}

export class CurrentDeliverer {
  readonly #options: CurrentDelivererOptions;
  #made: Made;
  #checkedAtMs: number;
  #checking: Promise<void> | undefined;
  readonly #closing = new Set<Promise<void>>();

  /** Rejects with ConfigError. */
  static async create(options: CurrentDelivererOptions): Promise<CurrentDeliverer> {
    const made = await make(options);
    // What is wrong with a table has been told; mail that needs it is deferred.
    await made.deliverer.openTables().catch(ifNoTable);
    return new CurrentDeliverer(options, made);
  }

  private constructor(options: CurrentDelivererOptions, made: Made) {
    this.#options = options;
    this.#made = made;
    this.#checkedAtMs = options.platform.clock.now();
  }

  get settings(): Settings {
    return this.#made.deliverer.settings;
  }

  /** Lets work have the deliverer until it is done, whatever changes meanwhile. */
  async use<T>(work: (deliverer: Deliverer) => Promise<T>): Promise<T> {
    const now = this.#options.platform.clock.now();
    if (now - this.#checkedAtMs >= CHECK_INTERVAL_MS) {
      this.#checkedAtMs = now;
      this.#checking = this.#check().finally(() => {
        this.#checking = undefined;
      });
    }
    await this.#checking;
    const { deliverer, inUse } = this.#made;
    const using = work(deliverer);
    inUse.add(using);
    return using.finally(() => inUse.delete(using));
  }

  async close(): Promise<void> {
    await Promise.all([this.#made.deliverer.close(), ...this.#closing]);
  }

  /** Does not reject: what was good so far stays in use. */
  async #check(): Promise<void> {
    const { directory, platform, emit } = this.#options;
    const { deliverer, times, inUse } = this.#made;
    const timesNow = await timesOf([...times.keys()], platform);
    if (!haveChanged(times, timesNow)) return;
    emit({
      type: 'log',
      level: 'info',
      text: `${directory}/main.cf or a table has changed -- reading them again`,
    });
    try {
      const next = await make(this.#options);
      // This process may have fewer rights by now than those with which it began.
      await next.deliverer.openTables();
      const closing = Promise.allSettled(inUse)
        .then(() => deliverer.close())
        .finally(() => this.#closing.delete(closing));
      this.#closing.add(closing);
      this.#made = next;
    } catch (error) {
      if (!(error instanceof ConfigError)) ifNoTable(error);
      const { message } = error as Error;
      emit({ type: 'log', level: 'error', text: `${message} -- going on with what was read before` });
      this.#made = { deliverer, times: timesNow, inUse };
    }
  }
}

function ifNoTable(error: unknown): void {
  if (!(error instanceof TableError)) throw error;
}

/** The times are those before it is read: what changes meanwhile is noticed next time. */
async function make(options: CurrentDelivererOptions): Promise<Made> {
  const { directory, overrides, emit, platform } = options;
  const mainCfTimes = await timesOf([mainCfOf(directory)], platform);
  const { assigned, warnings } = await readConfiguration(directory, overrides, platform);
  for (const text of warnings) emit({ type: 'log', level: 'warning', text });
  const deliverer = await Deliverer.create({ ...options, parameters: assigned });
  const times = await timesOf(filesOf(deliverer.settings), platform);
  return { deliverer, times: new Map([...times, ...mainCfTimes]), inUse: new Set() };
}
