/**
 * Virtual time for packages that ask the process for time: while a run is on, the global `setTimeout`, `setInterval`,
 * their `clear` twins and `Date` follow a virtual clock. So does the idle time limit of TLS sockets.
 *
 * `setImmediate`, `queueMicrotask` and `process.nextTick` stay real: they are the idle turns' measure of "nothing left to
 * do". What a module took from `node:timers` or bound before the run stays real too.
 *
 * The globals belong to the whole process, so there can be one run at a time.
 */
import { TLSSocket } from 'node:tls';
import { promisify } from 'node:util';
import type { Clock, Timer } from '../../client/platform/platform.ts';
import { type RunLimits, type VirtualClock, VirtualRunError } from './clock.ts';

/** As Node: longer delays, and those that are no number, become one millisecond. */
const MAX_DELAY_MS = 2 ** 31 - 1;

let isInstalled = false;

/** `clock.run` with the process's global timers and `Date` on that clock; rejects as it does. */
export async function runInVirtualTime<T>(
  clock: VirtualClock,
  work: () => Promise<T>,
  limits: RunLimits = {},
): Promise<T> {
  const uninstall = installGlobalTimers(clock);
  try {
    return await clock.run(work, limits);
  } finally {
    uninstall();
  }
}

/** Puts the globals on the clock until the returned function is called. Throws when they are on a clock already. */
export function installGlobalTimers(clock: Clock): () => void {
  if (isInstalled) {
    throw new VirtualRunError('concurrent', 'virtual time: a run is in progress in this process already');
  }
  isInstalled = true;
  const timers = new GlobalTimers(clock);
  const replaced = [
    replace(globalThis, 'setTimeout', timers.setTimeout),
    replace(globalThis, 'clearTimeout', timers.clear),
    replace(globalThis, 'setInterval', timers.setInterval),
    replace(globalThis, 'clearInterval', timers.clear),
    replace(globalThis, 'Date', virtualDate(clock)),
    ...replaceSocketTimeouts(clock),
  ];
  return () => {
    for (const restore of replaced) restore();
    isInstalled = false;
  };
}

type TimerCallback = (...parameters: unknown[]) => void;

class GlobalTimers {
  readonly #clock: Clock;
  /** Timers whose number was asked for: only those can be cleared by number. */
  readonly #byNumber = new Map<number, VirtualTimeout>();
  readonly #realClear = globalThis.clearTimeout;
  #lastNumber = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    const wait = (delayMs?: number, value?: unknown) =>
      new Promise((resolve) => this.setTimeout(() => resolve(value), delayMs));
    Object.defineProperty(this.setTimeout, promisify.custom, { value: wait });
  }

  readonly setTimeout = (
    callback: TimerCallback,
    delayMs?: number,
    ...parameters: unknown[]
  ): VirtualTimeout => this.#start(callback, delayMs, parameters, false);

  readonly setInterval = (
    callback: TimerCallback,
    delayMs?: number,
    ...parameters: unknown[]
  ): VirtualTimeout => this.#start(callback, delayMs, parameters, true);

  readonly clear = (timer: unknown): void => {
    if (timer instanceof VirtualTimeout) timer.close();
    else if (typeof timer === 'number' || typeof timer === 'string')
      this.#byNumber.get(Number(timer))?.close();
    // A timer of the real world, started before the run.
    else if (typeof timer === 'object' && timer !== null) this.#realClear(timer as NodeJS.Timeout);
  };

  #start(callback: TimerCallback, delayMs: unknown, parameters: unknown[], repeats: boolean): VirtualTimeout {
    if (typeof callback !== 'function') {
      const error: NodeJS.ErrnoException = new TypeError('The "callback" argument must be of type function.');
      error.code = 'ERR_INVALID_ARG_TYPE';
      throw error;
    }
    const numbered = (timer: VirtualTimeout) => {
      this.#lastNumber += 1;
      this.#byNumber.set(this.#lastNumber, timer);
      return this.#lastNumber;
    };
    const forget = (number: number) => this.#byNumber.delete(number);
    return new VirtualTimeout(this.#clock, () => callback(...parameters), nodeDelay(delayMs), repeats, {
      numbered,
      forget,
    });
  }
}

interface TimerNumbers {
  numbered(timer: VirtualTimeout): number;
  forget(number: number): void;
}

/** What `setTimeout` returns in virtual time: the surface of Node's `Timeout`. */
class VirtualTimeout {
  readonly #clock: Clock;
  readonly #callback: () => void;
  readonly #delayMs: number;
  readonly #repeats: boolean;
  readonly #numbers: TimerNumbers;
  #number: number | undefined;
  #timer: Timer | undefined;
  #closed = false;
  #keepsAlive = true;

  constructor(clock: Clock, callback: () => void, delayMs: number, repeats: boolean, numbers: TimerNumbers) {
    this.#clock = clock;
    this.#callback = callback;
    this.#delayMs = delayMs;
    this.#repeats = repeats;
    this.#numbers = numbers;
    this.#timer = clock.schedule(delayMs, this.#fire);
  }

  /** Kept for its answer in `hasRef` alone: a virtual run ends with its work, not with its timers. */
  ref(): this {
    this.#keepsAlive = true;
    return this;
  }

  unref(): this {
    this.#keepsAlive = false;
    return this;
  }

  hasRef(): boolean {
    return this.#keepsAlive;
  }

  refresh(): this {
    if (this.#closed) return this;
    this.#timer?.cancel();
    this.#timer = this.#clock.schedule(this.#delayMs, this.#fire);
    return this;
  }

  close(): this {
    this.#closed = true;
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#number !== undefined) this.#numbers.forget(this.#number);
    return this;
  }

  [Symbol.toPrimitive](): number {
    this.#number ??= this.#numbers.numbered(this);
    return this.#number;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  readonly #fire = (): void => {
    this.#timer = this.#repeats ? this.#clock.schedule(this.#delayMs, this.#fire) : undefined;
    this.#callback();
  };
}

function nodeDelay(delayMs: unknown): number {
  const delay = Number(delayMs);
  return delay >= 1 && delay <= MAX_DELAY_MS ? Math.trunc(delay) : 1;
}

function virtualDate(clock: Clock): DateConstructor {
  const RealDate = globalThis.Date;
  const now = () => clock.now();
  return new Proxy(RealDate, {
    construct: (target, parameters, newTarget) =>
      Reflect.construct(target, parameters.length === 0 ? [clock.now()] : parameters, newTarget),
    apply: () => new RealDate(clock.now()).toString(),
    get: (target, name, receiver) => (name === 'now' ? now : Reflect.get(target, name, receiver)),
  });
}

/** `net.Socket` keeps its idle limit on timers that no global reaches; TLS sockets inherit it. */
interface SocketTimeouts {
  setTimeout(timeoutMs: number, listener?: () => void): unknown;
  /** Node calls it on every read and write. */
  _unrefTimer(): void;
}

interface IdleLimit {
  readonly limitMs: number;
  timer: Timer;
}

function replaceSocketTimeouts(clock: Clock): (() => void)[] {
  const real = TLSSocket.prototype as unknown as SocketTimeouts & TLSSocket;
  const limits = new WeakMap<TLSSocket, IdleLimit>();
  const start = (socket: TLSSocket, limitMs: number): Timer =>
    clock.schedule(limitMs, () => {
      if (!socket.destroyed) socket.emit('timeout');
    });
  function setSocketTimeout(this: TLSSocket, timeoutMs: number, listener?: () => void): TLSSocket {
    limits.get(this)?.timer.cancel();
    limits.delete(this);
    Object.assign(this, { timeout: timeoutMs });
    if (timeoutMs > 0) {
      limits.set(this, { limitMs: timeoutMs, timer: start(this, timeoutMs) });
      if (listener !== undefined) this.once('timeout', listener);
    } else if (listener !== undefined) {
      this.removeListener('timeout', listener);
    }
    return this;
  }
  function onTraffic(this: TLSSocket): void {
    const limit = limits.get(this);
    if (limit === undefined) return;
    limit.timer.cancel();
    limit.timer = start(this, limit.limitMs);
  }
  return [replace(real, 'setTimeout', setSocketTimeout), replace(real, '_unrefTimer', onTraffic)];
}

/** Replaces an own or inherited property; the returned function puts back what was there. */
function replace(owner: object, name: string, value: unknown): () => void {
  const before = Object.getOwnPropertyDescriptor(owner, name);
  Object.defineProperty(owner, name, {
    value,
    configurable: true,
    writable: true,
    enumerable: before?.enumerable ?? false,
  });
  return () => {
    if (before === undefined) Reflect.deleteProperty(owner, name);
    else Object.defineProperty(owner, name, before);
  };
}
