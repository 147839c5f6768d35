/**
 * Runs scenarios in the live world: several sandboxes side by side, each with its own instances of the senders, each
 * taking one scenario at a time. A sandbox that dies or hangs costs the scenario it was at, which is inconclusive.
 */
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { planSandbox, type SandboxPlan, spawnInSandbox } from '../../simulator/live/sandbox.ts';
import { CLIENT_HOSTNAME } from '../../simulator/surroundings.ts';
import { obstacleTo } from '../obstacles.ts';
import type { Result } from '../results.ts';
import { blankResult, type RunOptions, type ScenarioRun } from '../runner.ts';
import type { Scenario } from '../scenario-shape.ts';
import type { Sender } from '../senders/sender.ts';
import type { Answer, Order } from './protocol.ts';
import { obstacleToLive } from './world.ts';

export interface LiveRunOptions extends Omit<RunOptions, 'world'> {
  /** The module that obeys orders in each sandbox, with the senders that it knows: those enrolled when absent. */
  readonly worker?: string;
  /** Sandboxes side by side. */
  readonly jobs: number;
  /** Nexthop's own version. */
  readonly version: string;
}

/** Real time for one scenario in the live world; those that need more say that they are for the virtual one. */
const LIVE_LIMIT_MS = 15_000;
/** Beyond a scenario's limit, until its sandbox counts as hung. */
const HANG_MS = 8_000;
const PREPARE_LIMIT_MS = 30_000;
/** How often in a row a sandbox may die before the run gives up on sandboxes. */
const DEATHS_LIMIT = 5;
/** In how many sandboxes in a row a sender may fail to start before it is not asked any more. */
const STARTS_LIMIT = 3;

const WORKER = fileURLToPath(
  new URL(`./worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url),
);

interface Task {
  readonly scenario: Scenario;
  readonly sender: Sender;
}

/** Rejects with SandboxError, before anything runs, where no sandbox can be had. */
export async function runLive(scenarios: readonly Scenario[], options: LiveRunOptions): Promise<ScenarioRun> {
  const plan = await planSandbox();
  return {
    results: new LiveRun(plan, scenarios, options).results(),
    selected: scenarios.length * options.senders.length,
  };
}

class LiveRun {
  readonly #plan: SandboxPlan;
  readonly #options: LiveRunOptions;
  readonly #tasks: Task[];
  readonly #finished: Result[] = [];
  /** By sender: sandboxes in a row in which it could not be started. */
  readonly #failedStarts = new Map<string, number>();
  #deaths = 0;
  #running = 0;
  #wake: () => void = () => {};

  constructor(plan: SandboxPlan, scenarios: readonly Scenario[], options: LiveRunOptions) {
    this.#plan = plan;
    this.#options = options;
    // By sender, so that a sandbox starts as few of them as possible.
    this.#tasks = options.senders.flatMap((sender) => scenarios.map((scenario) => ({ scenario, sender })));
  }

  async *results(): AsyncGenerator<Result> {
    const possible = this.#takePossible();
    const jobs = Math.min(this.#options.jobs, possible.length);
    const files = [...new Set(possible.map(({ scenario }) => scenario.selector))].filter((name) =>
      /\.[jt]s$/.test(name),
    );
    const prepare: Order = {
      type: 'prepare',
      files,
      ids: [...new Set(possible.map(({ scenario }) => scenario.id))],
      senders: this.#options.senders.map(({ name }) => name),
      overrides: this.#options.overrides ?? {},
      hostname: CLIENT_HOSTNAME,
      privilege: this.#plan.privilege,
      version: this.#options.version,
    };
    for (let job = 0; job < jobs; job += 1) {
      this.#running += 1;
      void this.#work(possible, prepare).finally(() => {
        this.#running -= 1;
        this.#wake();
      });
    }
    for (;;) {
      const next = this.#finished.shift();
      if (next !== undefined) {
        this.#options.onResult?.(next);
        yield next;
      } else if (this.#running === 0) {
        return;
      } else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }

  /** Finishes at once what cannot be put to the test, and returns the rest. */
  #takePossible(): Task[] {
    return this.#tasks.filter((task) => {
      const obstacle = obstacleTo(task.scenario, task.sender, 'live', this.#options.overrides ?? {});
      const impossible = obstacle ?? skipped(obstacleToLive(task.scenario));
      if (impossible !== undefined) this.#finish({ ...this.#blank(task), ...impossible });
      return impossible === undefined;
    });
  }

  /** One sandbox after another until there are no tasks left. */
  async #work(tasks: Task[], prepare: Order): Promise<void> {
    while (tasks.length > 0 && !this.#stopped) {
      const sandbox = new Sandbox(
        spawnInSandbox(this.#plan, [process.execPath, this.#options.worker ?? WORKER]),
        this.#options.onGrowth,
      );
      const abort = () => sandbox.kill();
      this.#options.signal?.addEventListener('abort', abort, { once: true });
      try {
        await this.#workIn(sandbox, tasks, prepare);
      } finally {
        this.#options.signal?.removeEventListener('abort', abort);
        sandbox.kill();
      }
    }
  }

  async #workIn(sandbox: Sandbox, tasks: Task[], prepare: Order): Promise<void> {
    const ready = await sandbox.ask(prepare, PREPARE_LIMIT_MS);
    if (ready.type !== 'ready') {
      this.#deaths += 1;
      if (this.#deaths < DEATHS_LIMIT) return;
      const reason = `no sandbox can be started: ${ready.type === 'broken' ? ready.reason : 'unexpected answer'}`;
      for (const task of tasks.splice(0))
        this.#finish({ ...this.#blank(task), verdict: 'inconclusive', reason });
      return;
    }
    while (!this.#stopped) {
      const task = tasks.shift();
      if (task === undefined) return;
      const limitMs = this.#options.scenarioLimitMs ?? LIVE_LIMIT_MS;
      const order: Order = {
        type: 'run',
        id: task.scenario.id,
        sender: task.sender.name,
        seed: this.#options.seed,
        limitMs,
        isWatched: this.#options.onGrowth !== undefined,
      };
      const answer = await sandbox.ask(order, limitMs + HANG_MS);
      if (this.#stopped) return;
      if (answer.type === 'result') {
        this.#deaths = 0;
        this.#finish(answer.result);
        if (answer.sandbox === 'noSender') this.#noteFailedStart(task, answer.result.reason, tasks);
        else this.#failedStarts.delete(task.sender.name);
        if (answer.sandbox === 'good') continue;
        return;
      }
      const reason = answer.type === 'broken' ? answer.reason : 'unexpected answer of the sandbox';
      this.#finish({ ...this.#blank(task), verdict: 'inconclusive', reason });
      return;
    }
  }

  /** Every attempt costs a sandbox, so a sender that never starts is given up. */
  #noteFailedStart({ sender }: Task, reason: string, tasks: Task[]): void {
    const count = (this.#failedStarts.get(sender.name) ?? 0) + 1;
    this.#failedStarts.set(sender.name, count);
    if (count < STARTS_LIMIT) return;
    const lost = tasks.filter((task) => task.sender === sender);
    tasks.splice(0, tasks.length, ...tasks.filter((task) => task.sender !== sender));
    for (const task of lost) this.#finish({ ...this.#blank(task), verdict: 'inconclusive', reason });
  }

  #blank({ scenario, sender }: Task): Result {
    return blankResult(scenario, sender, 'live', this.#options.overrides ?? {}, this.#options.seed);
  }

  #finish(result: Result): void {
    this.#finished.push(result);
    this.#wake();
  }

  get #stopped(): boolean {
    return this.#options.signal?.aborted === true;
  }
}

function skipped(reason: string | undefined): { verdict: 'skipped'; reason: string } | undefined {
  return reason === undefined ? undefined : { verdict: 'skipped', reason };
}

const ERRORS_LIMIT_CHARACTERS = 2_000;

/** One worker process: a question at a time, and an answer to each, whatever happens to the process. */
class Sandbox {
  readonly #process: ChildProcess;
  #errors = '';
  #ended: string | undefined;
  #answer: ((answer: Answer) => void) | undefined;

  constructor(process: ChildProcess, onGrowth?: (result: Result) => void) {
    this.#process = process;
    process.stderr?.on('data', (chunk: Buffer) => {
      this.#errors = `${this.#errors}${chunk.toString()}`.slice(-ERRORS_LIMIT_CHARACTERS);
    });
    process.on('message', (answer: Answer) => {
      if (answer.type === 'growing') {
        onGrowth?.(answer.result);
        return;
      }
      if (answer.type === 'broken') this.#ended ??= answer.reason;
      this.#settle(answer);
    });
    process.on('error', (error) => this.#end(error.message));
    // Not `exit`: what it said last is still on its way then.
    process.on('close', (code, signal) =>
      this.#end(`the sandbox ended (${signal ?? `exit status ${code}`})`),
    );
  }

  ask(order: Order, limitMs: number): Promise<Answer> {
    return new Promise((resolve) => {
      if (this.#ended !== undefined) {
        resolve({ type: 'broken', reason: this.#ended });
        return;
      }
      const timer = setTimeout(() => {
        this.#end(`the sandbox did not answer within ${limitMs} ms`);
        this.kill();
      }, limitMs);
      this.#answer = (answer) => {
        clearTimeout(timer);
        this.#answer = undefined;
        resolve(answer);
      };
      this.#process.send(order, (error) => {
        if (error !== null) this.#end(error.message);
      });
    });
  }

  kill(): void {
    this.#process.kill('SIGKILL');
  }

  #end(reason: string): void {
    const [last = ''] = this.#errors.trim().split('\n').slice(-1);
    this.#ended ??= last === '' ? reason : `${reason}: ${last}`;
    this.#settle({ type: 'broken', reason: this.#ended });
  }

  #settle(answer: Answer): void {
    this.#answer?.(answer);
  }
}
