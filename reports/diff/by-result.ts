/** What is told of each result. */
import { type Change, resultKey } from '../../scenarios/results.ts';

/** From the gravest change to the mildest; empty where nothing changed. */
export function changesByResult(
  changes: readonly Change[],
): (place: Parameters<typeof resultKey>[0]) => readonly Change[] {
  const known = Map.groupBy(changes, ({ of }) => (of === undefined ? '' : resultKey(of)));
  return (place) => known.get(resultKey(place)) ?? [];
}
