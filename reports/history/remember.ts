/** A run that becomes part of a history, and knows it from then on. */
import type { Results } from '../../scenarios/results.ts';
import { writeHistory } from './file.ts';
import { recordRun } from './record.ts';
import { historyOf } from './summary.ts';

/**
 * Makes the file when it is missing, and finds out early whether it can be used.
 * @throws HistoryError
 */
export async function prepareHistory(path: string): Promise<void> {
  await writeHistory(path, () => undefined);
}

/** @throws HistoryError */
export async function withHistory(results: Results, path: string): Promise<Results> {
  await recordRun(path, results);
  return { ...results, history: await historyOf(path, { upTo: results.run }) };
}
