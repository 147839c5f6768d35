/** Differences from the oracle that are new since the baseline. Pure. */
import type { Change, Comparison, Difference } from '../../scenarios/results.ts';

/** One for each comparison that has a kind of difference nobody accepted, and had none of that kind before. */
export function disagreements(before: readonly Comparison[], now: readonly Comparison[]): Change[] {
  const key = ({ scenario, sender, oracle, world, seed }: Comparison) =>
    JSON.stringify([scenario, sender, oracle, world, seed]);
  const known = Map.groupBy(before, key);
  return now.flatMap((comparison): Change[] => {
    const kinds = new Set((known.get(key(comparison)) ?? []).flatMap(unaccepted).map(({ kind }) => kind));
    const fresh = unaccepted(comparison).filter(({ kind }) => !kinds.has(kind));
    const [first] = fresh;
    if (first === undefined) return [];
    const { scenario, sender, senderVersion, world, seed } = comparison;
    return [
      {
        kind: 'disagreement',
        regression: true,
        text: `${first.kind}: ${first.text}`,
        of: { scenario, sender, senderVersion, world, seed },
      },
    ];
  });
}

function unaccepted({ differences }: Comparison): readonly Difference[] {
  return differences.filter(({ accepted }) => accepted === undefined);
}
