/** How well a run went, in figures. Pure: the page uses it in a browser. */
import type { PastRun } from '../../scenarios/results-history.ts';
import { verdicts } from '../../scenarios/verdicts.ts';
import { grouped } from '../format.ts';

type Counts = PastRun['counts'];

export function resultsIn(counts: Counts): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

/** `99.8 %` of what was decided passed; undefined where nothing was. Never 100 % while something else is left. */
export function passRate(counts: Counts): string | undefined {
  const { passed = 0, skipped = 0, unsupported = 0 } = counts;
  const decided = resultsIn(counts) - skipped - unsupported;
  if (decided === 0) return undefined;
  return `${Math.floor((passed / decided) * 1_000) / 10} %`;
}

/** `2,580 passed, 3 failed`, the worst first. */
export function countsText(counts: Counts): string {
  return verdicts
    .flatMap((verdict) => {
      const count = counts[verdict] ?? 0;
      return count === 0 ? [] : `${grouped(count)} ${verdict}`;
    })
    .join(', ');
}
