/** The hash of a run, made of those of its results: shards that are merged have the one that the whole run has. */
import { hash } from 'node:crypto';
import { compareResults, type Result } from './results.ts';

/** Absent where a result has none, as in the live world: real time never repeats itself. */
export function eventHashOf(results: readonly Result[]): string | undefined {
  if (results.length === 0 || results.some(({ eventHash }) => eventHash === undefined)) return undefined;
  const lines = results
    .toSorted(compareResults)
    .map(({ scenario, sender, eventHash }) => `${scenario}\n${sender}\n${eventHash}\n`);
  return hash('sha256', lines.join(''), 'hex');
}
