/**
 * What is shown while a run goes on: on a terminal one line that is rewritten; elsewhere (a CI log) each failure as
 * it happens and a plain line now and then.
 */
import { styleText } from 'node:util';
import type { Result } from '../scenarios/results.ts';
import { duration, grouped, visible } from './format.ts';

const redrawMs = 80;
const plainLineMs = 15_000;
const fallbackColumns = 80;

export interface Progress {
  /** A result has come in. */
  add(result: Pick<Result, 'scenario' | 'verdict' | 'virtualMs'>): void;
  /** Removes the live line; call before anything else is written. */
  end(): void;
}

export interface ProgressStream extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/**
 * @param total how many results are expected
 * @param nowMs a clock that never goes back
 */
export function showProgress(
  stream: ProgressStream,
  total: number,
  nowMs: () => number = () => performance.now(),
): Progress {
  const live = stream.isTTY === true;
  const everyMs = live ? redrawMs : plainLineMs;
  let done = 0;
  let failed = 0;
  let virtualMs = 0;
  let shownAtMs = live ? Number.NEGATIVE_INFINITY : nowMs();

  const status = () => {
    const failures = failed === 0 ? '' : `, ${grouped(failed)} failed`;
    return `${grouped(done)} of ${grouped(total)}${failures}, ${duration(virtualMs)} simulated`;
  };
  const draw = (scenario: string) => {
    if (!live) {
      stream.write(`${status()}\n`);
      return;
    }
    const text = `${status()}  ${visible(scenario)}`.slice(0, (stream.columns ?? fallbackColumns) - 1);
    stream.write(`\r${failed === 0 ? text : styleText('red', text, { stream })}\u001b[K`);
  };

  return {
    add(result) {
      done += 1;
      virtualMs += result.virtualMs;
      if (result.verdict === 'failed') {
        failed += 1;
        if (!live) stream.write(`failed: ${visible(result.scenario)}\n`);
      }
      const now = nowMs();
      if (now - shownAtMs < everyMs) return;
      shownAtMs = now;
      draw(result.scenario);
    },
    end() {
      if (live) stream.write('\r\u001b[K');
    },
  };
}
