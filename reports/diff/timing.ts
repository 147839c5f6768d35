/**
 * Whether a result took another time than before. Pure.
 *
 * In virtual time any change is real: the same seed takes the same time, to the millisecond, on every machine; how long
 * the machine worked on it is not looked at. In the live world time is noise until the contrary is shown, since the
 * machine may be slower or busy with something else:
 * - what to expect of a result is its time before, times the median ratio of now to before over all results of its
 *   sender, so that a slow machine blames nothing; fewer than `fewestPairs` of them tell nothing at all;
 * - beyond noise is more than twice (or less than half) of that, more than `deviations` times the spread of the
 *   ratios (the median absolute deviation of their logarithms, as a standard deviation), and more than `floorMs` away.
 */
import type { Result } from '../../scenarios/results.ts';

const fewestPairs = 8;
const leastFactor = 2;
const deviations = 5;
const floorMs = 1_000;
/** Makes a median absolute deviation comparable with a standard deviation, where deviations are normal. */
const deviationScale = 1.4826;

export interface Pair {
  readonly before: Result;
  readonly now: Result;
}

export interface TimeChange {
  readonly kind: 'slower' | 'faster';
  readonly beforeMs: number;
  readonly nowMs: number;
}

/** What changed, for each pair whose time did. */
export function timeChanges(pairs: readonly Pair[]): ReadonlyMap<Pair, TimeChange> {
  const changes = new Map<Pair, TimeChange>();
  const note = (pair: Pair, beforeMs: number, nowMs: number) =>
    changes.set(pair, { kind: nowMs > beforeMs ? 'slower' : 'faster', beforeMs, nowMs });
  for (const pair of pairs) {
    const { before, now } = pair;
    if (now.world === 'virtual' && before.virtualMs !== now.virtualMs)
      note(pair, before.virtualMs, now.virtualMs);
  }
  const timed = pairs.filter(
    ({ before, now }) => now.world === 'live' && before.wallMs > 0 && now.wallMs > 0,
  );
  for (const group of Map.groupBy(timed, ({ now }) => now.sender).values()) {
    const beyondNoise = noiseOf(group);
    for (const pair of group.filter(beyondNoise)) note(pair, pair.before.wallMs, pair.now.wallMs);
  }
  return changes;
}

function noiseOf(pairs: readonly Pair[]): (pair: Pair) => boolean {
  if (pairs.length < fewestPairs) return () => false;
  const ratios = pairs.map(({ before, now }) => Math.log(now.wallMs / before.wallMs));
  const middle = median(ratios);
  const spread = deviationScale * median(ratios.map((ratio) => Math.abs(ratio - middle)));
  const least = Math.max(Math.log(leastFactor), deviations * spread);
  return ({ before, now }) => {
    const expectedMs = before.wallMs * Math.exp(middle);
    return Math.abs(Math.log(now.wallMs / expectedMs)) > least && Math.abs(now.wallMs - expectedMs) > floorMs;
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1] ?? 0, sorted[Math.floor(middle)] ?? 0];
  return (low + high) / 2;
}
