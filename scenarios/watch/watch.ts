/**
 * Decides what is run again, and when: after files changed and have been left alone for a moment, or when somebody asks.
 * Never two runs at once: what comes while one is at work waits for its end.
 */
import type { Clock, Timer } from '../../client/platform/platform.ts';
import { affectedBy, type Import } from './import-graph.ts';

/** What of the selection: everything, what certain files hold, or scenarios by their ids. */
export type Wanted = 'all' | { readonly files: readonly string[] } | { readonly ids: readonly string[] };

/** What is known once everything is loaded. */
export interface Loaded {
  readonly imports: readonly Import[];
  /** All of the selection, whether it is run now or not. */
  readonly scenarios: readonly { readonly id: string; readonly file: string }[];
}

/** What is known after a run. */
export interface Ended extends Loaded {
  readonly ran: readonly string[];
  readonly failed: readonly string[];
}

export interface WatchOptions {
  readonly clock: Pick<Clock, 'schedule'>;
  /** Undefined when it could not even begin. */
  readonly run: (wanted: Wanted) => Promise<Ended | undefined>;
  /** Asks the run at work to end, which leaves a report of what it has. */
  readonly interrupt: () => void;
  /** Files that are no modules, and that everything depends on. */
  readonly inputs: readonly string[];
  /** Whether a file that nobody knows yet may hold scenarios. */
  readonly mayHoldScenarios: (path: string) => boolean;
  readonly say: (line: string) => void;
}

/** Editors write a file in several steps, and several files at a time. */
const QUIET_MS = 120;

export class Watch {
  /** Resolves when it is to end and nothing is at work any more. */
  readonly ended: Promise<void>;
  readonly #options: WatchOptions;
  readonly #end: () => void;
  readonly #changed = new Set<string>();
  readonly #failed = new Set<string>();
  #known: Ended | undefined;
  #wanted: Wanted | undefined;
  #quiet: Timer | undefined;
  #running = false;
  #stopped = false;

  constructor(options: WatchOptions) {
    this.#options = options;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ended = promise;
    this.#end = resolve;
  }

  /** A file was written, made or removed. */
  change(path: string): void {
    if (this.#stopped) return;
    this.#changed.add(path);
    this.#quiet?.cancel();
    this.#quiet = this.#options.clock.schedule(QUIET_MS, () => {
      this.#quiet = undefined;
      this.#next();
    });
  }

  /** Enter or `a`, `f`, `q`; any other is nothing. */
  key(key: string): void {
    if (key === 'q' || key === '\u0003') this.stop();
    else if (key === 'a' || key === '\r' || key === '\n') this.want('all');
    else if (key === 'f' && this.#failed.size > 0) this.want({ ids: [...this.#failed] });
    else if (key === 'f') this.#options.say('nothing failed');
  }

  want(wanted: Wanted): void {
    this.#wanted = this.#wanted === 'all' ? 'all' : wanted;
    this.#next();
  }

  stop(): void {
    this.#stopped = true;
    this.#quiet?.cancel();
    if (this.#running) this.#options.interrupt();
    else this.#end();
  }

  #next(): void {
    if (this.#running || this.#stopped || this.#quiet !== undefined) return;
    const wanted = this.#wanted ?? this.#touched();
    this.#wanted = undefined;
    if (wanted === undefined) return;
    if (wanted === 'all') this.#changed.clear();
    this.#running = true;
    this.#run(wanted).then(
      () => this.#settle(),
      () => this.#settle(),
    );
  }

  async #run(wanted: Wanted): Promise<void> {
    const ended = await this.#options.run(wanted);
    if (ended === undefined) return;
    this.#known = ended;
    for (const id of ended.ran) this.#failed.delete(id);
    for (const id of ended.failed) this.#failed.add(id);
  }

  #settle(): void {
    this.#running = false;
    if (this.#stopped) this.#end();
    else this.#next();
  }

  /** What the files that changed touch; they are settled with it. */
  #touched(): Wanted | undefined {
    const changed = [...this.#changed];
    this.#changed.clear();
    if (changed.length === 0) return undefined;
    // Before the first run has come to its end, nobody knows who leans on whom.
    if (this.#known === undefined || changed.some((path) => this.#options.inputs.includes(path)))
      return 'all';
    const files = new Set(this.#known.scenarios.map(({ file }) => file));
    for (const path of changed) if (this.#options.mayHoldScenarios(path)) files.add(path);
    const affected = affectedBy(changed, this.#known.imports, files);
    if (affected === 'all') return 'all';
    return affected.size === 0 ? undefined : { files: [...affected] };
  }
}
