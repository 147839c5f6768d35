/**
 * Runs scenarios for the server of a report, one selection at a time, each in a process of its own, and holds the
 * results: those that are new take the place of those that were.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Result, Results, Run } from '../../scenarios/results.ts';
import { storedRun } from '../../scenarios/stored-run.ts';
import type { Answer, Order, Progress, Selection, Status } from './protocol.ts';
import { replaceResults } from './replace.ts';

export interface BenchOptions {
  readonly order: Omit<Order, 'only'>;
  /** What is there to begin with. */
  readonly results: Results | undefined;
  /** Compares, applies expectations, and stores; what it gives back is shown. Rejects with one line. */
  readonly keep: (results: Results) => Promise<Results>;
  readonly nowMs: () => number;
  /** For tests. */
  readonly runner?: string;
}

/** What listeners are told. */
export interface BenchListener {
  status(status: Status): void;
  growing(result: Result): void;
}

/** How long a run that is cancelled may take to end by itself. */
const graceMs = 5_000;
const errorsLimitCharacters = 2_000;
const troubleLimitCharacters = 500;

const RUNNER = fileURLToPath(
  new URL(`./runner-process${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url),
);

export class Bench {
  readonly #options: BenchOptions;
  readonly #listeners = new Set<BenchListener>();
  readonly #startedAtMs: number;
  #results: Results | undefined;
  #changes = 0;
  #trouble: string | undefined;
  #work: { readonly process: ChildProcess; progress: Progress; readonly ended: Promise<void> } | undefined;

  constructor(options: BenchOptions) {
    this.#options = options;
    this.#results = options.results;
    this.#startedAtMs = options.nowMs();
  }

  /** As they are stored; without any, those of a run that found nothing to do. */
  get results(): Results {
    const atMs = this.#startedAtMs;
    return this.#results ?? this.#runOf([], { startedAtMs: atMs, endedAtMs: atMs, selected: 0 });
  }

  get status(): Status {
    return {
      // Another server on the same port has other results.
      version: `${this.#startedAtMs}.${this.#changes}`,
      ...(this.#work !== undefined && { progress: this.#work.progress }),
      ...(this.#trouble !== undefined && { trouble: this.#trouble }),
    };
  }

  /** Returns how to stop listening. */
  listen(listener: BenchListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** False when a run is at work already. */
  run(only: Selection): boolean {
    if (this.#work !== undefined) return false;
    const child = fork(this.#options.runner ?? RUNNER, {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      serialization: 'json',
    });
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#work = {
      process: child,
      progress: { done: 0, failed: 0, cancelled: false },
      ended: promise,
    };
    this.#trouble = undefined;
    this.#tell();
    void this.#follow(child, { ...this.#options.order, only }).finally(resolve);
    return true;
  }

  /** False when there is nothing to cancel. What was finished is kept. */
  cancel(): boolean {
    const work = this.#work;
    if (work === undefined) return false;
    this.#note({ cancelled: true });
    work.process.kill('SIGTERM');
    const { process } = work;
    const hard = setTimeout(() => process.kill('SIGKILL'), graceMs);
    process.once('exit', () => clearTimeout(hard));
    return true;
  }

  /** Cancels what is at work, and resolves when it is stored. */
  async close(): Promise<void> {
    const ended = this.#work?.ended;
    this.cancel();
    await ended;
  }

  async #follow(child: ChildProcess, order: Order): Promise<void> {
    const fresh: Result[] = [];
    const startedAtMs = this.#options.nowMs();
    let errors = '';
    let end: Answer | undefined;
    child.stderr?.on('data', (chunk: Buffer) => {
      errors = `${errors}${chunk.toString()}`.slice(-errorsLimitCharacters);
    });
    child.on('message', (answer: Answer) => {
      if (answer.type === 'begun') this.#note({ selected: answer.selected });
      else if (answer.type === 'growing')
        for (const listener of this.#listeners) listener.growing(answer.result);
      else if (answer.type === 'result') {
        fresh.push(answer.result);
        this.#noteResult(answer.result);
      } else end = answer;
    });
    child.send(order, () => {});
    const how = await new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(error.message));
      // Not `exit`: what it said last is still on its way then.
      child.once('close', (code, signal) => resolve(signal ?? `exit status ${code}`));
    });
    const cancelled = this.#work?.progress.cancelled === true;
    if (end?.type === 'refused') this.#trouble = oneLine(end.reason);
    else if (end === undefined && !cancelled) {
      const [last = ''] = errors.trim().split('\n').slice(-1);
      this.#trouble = oneLine(`the run broke off (${how})${last === '' ? '' : `: ${last}`}`);
    }
    if (fresh.length > 0)
      await this.#take(
        this.#runOf(fresh, {
          startedAtMs,
          endedAtMs: this.#options.nowMs(),
          selected: this.#work?.progress.selected ?? fresh.length,
          ...((cancelled || end?.type !== 'ended') && { interrupted: true }),
        }),
      );
    this.#work = undefined;
    this.#tell();
  }

  #runOf(
    results: readonly Result[],
    run: { readonly startedAtMs: number; readonly endedAtMs: number } & Pick<Run, 'selected' | 'interrupted'>,
  ): Results {
    const { seed, world, version } = this.#options.order;
    return storedRun(results, { seed, world, nexthop: version, ...run });
  }

  async #take(fresh: Results): Promise<void> {
    try {
      this.#results = await this.#options.keep(replaceResults(this.#results, fresh));
      this.#changes += 1;
    } catch (error) {
      this.#trouble = oneLine(error instanceof Error ? error.message : String(error));
    }
  }

  #noteResult({ scenario, verdict }: Result): void {
    const { done = 0, failed = 0 } = this.#work?.progress ?? {};
    this.#note({ done: done + 1, failed: failed + Number(verdict === 'failed'), last: scenario });
  }

  #note(news: Partial<Progress>): void {
    if (this.#work === undefined) return;
    this.#work.progress = { ...this.#work.progress, ...news };
    this.#tell();
  }

  #tell(): void {
    const { status } = this;
    for (const listener of this.#listeners) listener.status(status);
  }
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim().slice(0, troubleLimitCharacters);
}
