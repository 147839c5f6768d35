/** Work that may be given up: because it takes too long, or because its caller does not want it any more. */
import { onAbort } from './on-abort.ts';
import type { Clock } from './platform.ts';

export interface TimeLimitOptions {
  readonly clock: Clock;
  /** 0 means no limit. */
  readonly limitMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** Rejects as `work` does, but with `ETIMEDOUT` when the time ran out. */
export async function withTimeLimit<T>(
  { clock, limitMs, signal }: TimeLimitOptions,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const ignoreAbort = onAbort(signal, () => controller.abort(signal?.reason));
  let late = false;
  const expire = () => {
    late = true;
    controller.abort();
  };
  const timer = limitMs === 0 ? undefined : clock.schedule(limitMs, expire);
  try {
    return await work(controller.signal);
  } catch (error) {
    if (late) throw Object.assign(new Error('connect ETIMEDOUT'), { code: 'ETIMEDOUT' });
    throw error;
  } finally {
    timer?.cancel();
    ignoreAbort();
  }
}
