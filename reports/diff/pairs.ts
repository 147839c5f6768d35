/** Which result of one run stands beside which of the other. Pure. */
import type { Result } from '../../scenarios/results.ts';
import type { Pair } from './timing.ts';

export interface Paired {
  readonly pairs: readonly Pair[];
  /** Only in the later run. */
  readonly added: readonly Result[];
  /** Only in the earlier run. */
  readonly missing: readonly Result[];
}

/**
 * By scenario, sender, world and seed. Where a run holds several versions of a sender, equal versions stand side by side
 * before others do.
 */
export function pairResults(before: readonly Result[], now: readonly Result[]): Paired {
  const key = ({ scenario, sender, world, seed }: Result) => JSON.stringify([scenario, sender, world, seed]);
  const waiting = Map.groupBy(before, key);
  const take = (result: Result, fits: (candidate: Result) => boolean): Pair | undefined => {
    const candidates = waiting.get(key(result)) ?? [];
    const at = candidates.findIndex(fits);
    const found = candidates[at];
    if (found === undefined) return undefined;
    candidates.splice(at, 1);
    return { before: found, now: result };
  };
  const equal = now.map((result) =>
    take(result, ({ senderVersion }) => senderVersion === result.senderVersion),
  );
  const found = now.map((result, index) => equal[index] ?? take(result, () => true));
  return {
    pairs: found.filter((pair) => pair !== undefined),
    added: now.filter((_, index) => found[index] === undefined),
    missing: [...waiting.values()].flat(),
  };
}

/** Versions of senders that stand side by side and are not the same, a line each. */
export function versionNotes(pairs: readonly Pair[]): string[] {
  const notes = pairs
    .filter(({ before, now }) => before.senderVersion !== now.senderVersion)
    .map(({ before, now }) => `${now.sender} ${now.senderVersion} is compared with ${before.senderVersion}`);
  return [...new Set(notes)];
}
