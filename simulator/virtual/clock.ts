/**
 * Virtual time: a clock that advances only when nothing is left to do.
 *
 * Use: create a clock, give it to the virtual network and the client, then `await clock.run(work)`. `run` fires the
 * timers due at one instant, lets the process settle for some event-loop turns, and only then moves time on to the
 * next timer. Timers due at the same instant fire in the order in which they were scheduled, so a run is
 * deterministic.
 *
 * Why idle turns: a TLS socket needs up to two event-loop turns to react to a delivered chunk; with three the results
 * no longer depend on their number. A turn costs about one microsecond.
 *
 * Real operations (a file read, a dynamic import) take no virtual time, but the clock must know of them: wrap their
 * promise in `clock.pending`.
 */
import type { Clock, Timer } from '../../client/platform/platform.ts';
import { TimerHeap, type TimerNode } from './timer-heap.ts';

/** Where virtual time starts unless said otherwise: 2026-01-01T00:00:00Z. */
export const DEFAULT_START_MS = Date.UTC(2026, 0, 1);
/** Event-loop turns after each batch of timers; fewer than two change results when TLS is used. */
const IDLE_TURNS = 3;
/** Event-loop turns without any timer before the run is called deadlocked. */
const DEADLOCK_TURNS = 100;
/** The longest virtual time of one run: 400 days. */
const MAX_VIRTUAL_MS = 400 * 24 * 3_600_000;
/** The most timers that one run may fire. */
const MAX_TIMERS_FIRED = 20_000_000;
/** How long, in real time, a run waits for the real operations it was told of. */
const MAX_REAL_WAIT_MS = 60_000;

export interface RunLimits {
  /** Virtual milliseconds from the start of this run; `MAX_VIRTUAL_MS` when absent. */
  readonly virtualMs?: number;
  /** Timers fired in this run; `MAX_TIMERS_FIRED` when absent. */
  readonly timersFired?: number;
  /** Real milliseconds to wait for pending real operations; `MAX_REAL_WAIT_MS` when absent. */
  readonly realWaitMs?: number;
}

/** Why a run was given up, other than by an error of the work itself. */
export type RunFailure = 'deadlock' | 'virtualMs' | 'timersFired' | 'realWaitMs' | 'concurrent';

/** A run in virtual time could not go on. The message is one line. */
export class VirtualRunError extends Error {
  override readonly name = 'VirtualRunError';
  readonly failure: RunFailure;

  constructor(failure: RunFailure, message: string) {
    super(message);
    this.failure = failure;
  }
}

export class VirtualClock implements Clock {
  readonly startMs: number;
  #nowMs: number;
  #timers = new TimerHeap();
  #realOperations = 0;
  #whenRealOperationEnds: (() => void) | undefined;
  #running = false;

  constructor(options: { readonly startMs?: number } = {}) {
    this.startMs = options.startMs ?? DEFAULT_START_MS;
    this.#nowMs = this.startMs;
  }

  /** Virtual milliseconds since the Unix epoch, a whole number. */
  now(): number {
    return this.#nowMs;
  }

  /** As `Clock.schedule`; a fraction of a millisecond is rounded up. */
  schedule(delayMs: number, callback: () => void): Timer {
    const delay = delayMs > 0 ? Math.ceil(delayMs) : 0;
    return this.#timers.add(this.#nowMs + delay, callback);
  }

  /** Declares a real operation: time stands still until it settles. Returns the same promise. */
  pending<T>(operation: Promise<T>): Promise<T> {
    this.#realOperations += 1;
    const ended = () => {
      this.#realOperations -= 1;
      const resume = this.#whenRealOperationEnds;
      this.#whenRealOperationEnds = undefined;
      resume?.();
    };
    operation.then(ended, ended);
    return operation;
  }

  /**
   * Drives time until `work` settles, and settles as it does. Timers left over stay scheduled.
   *
   * Rejects with a `VirtualRunError` on a deadlock (nothing scheduled, nothing pending, work not settled), when a
   * limit is exceeded, or when the clock is running already; with the error itself when a timer's callback throws.
   */
  run<T>(work: () => Promise<T>, limits: RunLimits = {}): Promise<T> {
    if (this.#running) {
      return Promise.reject(
        new VirtualRunError('concurrent', 'virtual clock: a run is in progress on this clock already'),
      );
    }
    this.#running = true;
    return new Promise<T>((resolve, reject) => {
      const finish = (settle: () => void) => {
        this.#running = false;
        settle();
      };
      this.#drive(startWork(work), limits, finish, resolve, reject);
    });
  }

  #drive<T>(
    work: Promise<T>,
    limits: RunLimits,
    finish: (settle: () => void) => void,
    resolve: (value: T) => void,
    reject: (error: unknown) => void,
  ): void {
    const lastMs = this.#nowMs + (limits.virtualMs ?? MAX_VIRTUAL_MS);
    const mostFired = limits.timersFired ?? MAX_TIMERS_FIRED;
    const realWaitMs = limits.realWaitMs ?? MAX_REAL_WAIT_MS;
    let settle: (() => void) | undefined;
    let turnsLeft = IDLE_TURNS;
    let idleTurns = 0;
    let fired = 0;

    work.then(
      (value) => {
        settle = () => resolve(value);
      },
      (error: unknown) => {
        settle = () => reject(error);
      },
    );
    const fail = (failure: RunFailure, text: string) =>
      finish(() =>
        reject(
          new VirtualRunError(
            failure,
            `virtual clock: ${text} at ${describeTime(this.#nowMs, this.startMs)}`,
          ),
        ),
      );

    const turn = (): void => {
      if (settle !== undefined) {
        finish(settle);
        return;
      }
      turnsLeft -= 1;
      if (turnsLeft > 0) {
        setImmediate(turn);
        return;
      }
      turnsLeft = IDLE_TURNS;
      if (this.#realOperations > 0) {
        this.#waitForReal(realWaitMs, turn, () =>
          fail('realWaitMs', `a real operation took more than ${realWaitMs} ms`),
        );
        return;
      }
      const next = this.#timers.peek();
      if (next === undefined) {
        idleTurns += IDLE_TURNS;
        if (idleTurns >= DEADLOCK_TURNS) {
          fail(
            'deadlock',
            `deadlock: nothing is scheduled and the work has not settled after ${idleTurns} idle turns`,
          );
          return;
        }
        setImmediate(turn);
        return;
      }
      idleTurns = 0;
      if (next.dueMs > lastMs) {
        fail('virtualMs', `the work took more than ${lastMs - this.startMs} ms of virtual time, stopped`);
        return;
      }
      if (next.dueMs > this.#nowMs) this.#nowMs = next.dueMs;
      try {
        fired += this.#fireDue();
      } catch (error) {
        finish(() => reject(error));
        return;
      }
      if (fired > mostFired) {
        fail('timersFired', `the work fired more than ${mostFired} timers, stopped`);
        return;
      }
      setImmediate(turn);
    };
    setImmediate(turn);
  }

  /** Fires what is due now, but not what these timers schedule themselves: that is for after the idle turns. */
  #fireDue(): number {
    const endOfBatch = this.#timers.nextSequence;
    let fired = 0;
    for (;;) {
      const timer: TimerNode | undefined = this.#timers.peek();
      if (timer === undefined || timer.dueMs > this.#nowMs || timer.sequence >= endOfBatch) return fired;
      this.#timers.pop();
      const callback = timer.take();
      if (callback === undefined) continue;
      fired += 1;
      callback();
    }
  }

  #waitForReal(realWaitMs: number, resume: () => void, giveUp: () => void): void {
    const limit = AbortSignal.timeout(realWaitMs);
    const onLimit = () => {
      this.#whenRealOperationEnds = undefined;
      giveUp();
    };
    limit.addEventListener('abort', onLimit, { once: true });
    this.#whenRealOperationEnds = () => {
      limit.removeEventListener('abort', onLimit);
      setImmediate(resume);
    };
  }
}

/** A synchronous throw of the work is a rejection like any other. */
async function startWork<T>(work: () => Promise<T>): Promise<T> {
  return work();
}

function describeTime(nowMs: number, startMs: number): string {
  return `${new Date(nowMs).toISOString()} (${nowMs - startMs} ms after the start)`;
}
