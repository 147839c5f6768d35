/** Waiting between two messages of a scenario. */
import type { SenderEnvironment, Submission } from './sender.ts';

/** Until the message is to be handed over, or the signal aborts. */
export function pauseBefore(
  { afterMs }: Submission,
  { platform, signal }: Pick<SenderEnvironment, 'platform' | 'signal'>,
): Promise<void> {
  if (afterMs === 0 || signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      timer.cancel();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = platform.clock.schedule(afterMs, done);
    signal.addEventListener('abort', done, { once: true });
  });
}
