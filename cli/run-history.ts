/** What a run has of earlier ones, and leaves to later ones. */
import { durationsIn, durationsInHistory } from '../reports/history/durations.ts';
import { HistoryError } from '../reports/history/file.ts';
import { withHistory } from '../reports/history/remember.ts';
import type { Results } from '../scenarios/results.ts';
import type { Durations } from '../scenarios/shards.ts';
import { asUsage } from './as-usage.ts';
import { warn } from './parameters.ts';

/** Nobody has to be without a report because another program has the history. */
export async function remembered(results: Results, path: string): Promise<Results> {
  try {
    return await withHistory(results, path);
  } catch (error) {
    if (!(error instanceof HistoryError)) throw error;
    warn(`the run is not in the history: ${error.message}`);
    return results;
  }
}

export async function learntDurations(
  history: string | undefined,
  baseline: Results | undefined,
  of: Parameters<typeof durationsIn>[1],
): Promise<Durations> {
  return new Map([
    ...(baseline === undefined ? [] : durationsIn(baseline, of)),
    ...(history === undefined ? [] : await asUsage(() => durationsInHistory(history, of))),
  ]);
}
