/**
 * What is shown while a run goes on: on a terminal one line that is rewritten, and each failure above it; elsewhere (a CI
 * log) each failure as it happens and a plain line now and then. How long it will take is told from the pace so far,
 * and from what scenarios took in earlier runs, which are not all alike.
 */
import { styleText } from 'node:util';
import type { Result } from '../scenarios/results.ts';
import { duration, grouped, visible } from './format.ts';

const redrawMs = 80;
const plainLineMs = 15_000;
const fallbackColumns = 80;
/** Before that, the pace says little. */
const paceAfterMs = 2_000;
/** More failures than this are counted only: the summary lists them. */
const toldFailuresLimit = 50;

export interface Progress {
  /** A result has come in. */
  add(result: Told): void;
  /** Removes the live line; call before anything else is written. */
  end(): void;
}

type Told = Pick<Result, 'scenario' | 'verdict' | 'virtualMs' | 'reason' | 'expected'>;

export interface ProgressStream extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface ProgressOptions {
  /** What all results are to take together, and one of a scenario, in whatever unit; all the same when absent. */
  readonly total?: number;
  readonly weightOf?: (scenario: string) => number;
  /** A clock that never goes back. */
  readonly nowMs?: () => number;
}

/** @param count how many results are expected */
export function showProgress(
  stream: ProgressStream,
  count: number,
  { total = count, weightOf = () => 1, nowMs = () => performance.now() }: ProgressOptions = {},
): Progress {
  const live = stream.isTTY === true;
  const everyMs = live ? redrawMs : plainLineMs;
  const startedMs = nowMs();
  let done = 0;
  let weightDone = 0;
  let failed = 0;
  let virtualMs = 0;
  let shownAtMs = live ? Number.NEGATIVE_INFINITY : startedMs;

  const width = () => (stream.columns ?? fallbackColumns) - 1;
  const status = (now: number) => {
    const failures = failed === 0 ? '' : `, ${grouped(failed)} failed`;
    const left = timeLeft(now - startedMs, weightDone, total);
    return `${grouped(done)} of ${grouped(count)}${failures}, ${duration(virtualMs)} simulated${left}`;
  };
  const draw = (scenario: string, now: number) => {
    if (!live) {
      stream.write(`${status(now)}\n`);
      return;
    }
    const text = `${status(now)}  ${visible(scenario)}`.slice(0, width());
    stream.write(`\r${failed === 0 ? text : styleText('red', text, { stream })}\u001b[K`);
  };
  const tell = ({ scenario, reason }: Told) => {
    if (failed > toldFailuresLimit) return;
    const more = failed === toldFailuresLimit ? '; further ones are counted only' : '';
    if (!live) stream.write(`failed: ${visible(scenario)}${more}\n`);
    else {
      const text = `✗ ${visible(scenario)}: ${visible(reason)}`.slice(0, width() - more.length);
      stream.write(`\r${styleText('red', `${text}${more}`, { stream })}\u001b[K\n`);
    }
  };

  return {
    add(result) {
      done += 1;
      weightDone += weightOf(result.scenario);
      virtualMs += result.virtualMs;
      if (result.verdict === 'failed' && result.expected === undefined) {
        failed += 1;
        tell(result);
        // It was written over the live line.
        if (live && failed <= toldFailuresLimit) shownAtMs = Number.NEGATIVE_INFINITY;
      }
      const now = nowMs();
      if (now - shownAtMs < everyMs) return;
      shownAtMs = now;
      draw(result.scenario, now);
    },
    end() {
      if (live) stream.write('\r\u001b[K');
    },
  };
}

/** `, about 12 s left`, in whole seconds; empty while it is not known, and when nothing is left. */
function timeLeft(elapsedMs: number, done: number, total: number): string {
  if (elapsedMs < paceAfterMs || done <= 0 || done >= total) return '';
  const leftMs = (elapsedMs / done) * (total - done);
  return `, about ${duration(Math.ceil(leftMs / 1_000) * 1_000)} left`;
}
