/**
 * Two runs compared: what is otherwise in the later one, and which of it is a regression. Pure.
 *
 * Results are matched by scenario, sender, world and seed; a sender of another version is still that sender. A result
 * is told of once, by its gravest change; a new difference from the oracle is told besides.
 *
 * Regressions are: what failed, and did not fail so before (`broken`); a new result that failed; what is absent although
 * it was selected; what passed and is not decided any more; a new difference from the oracle that nobody accepted; an
 * expectation that expired. Failures that are expected, or that the baseline has too, are none.
 */
import { cutLine } from '../../scenarios/bound-result.ts';
import {
  type Baseline,
  type Change,
  changeKinds,
  changesLimit,
  compareResults,
  notesLimit,
  type Result,
  type Results,
} from '../../scenarios/results.ts';
import { duration } from '../format.ts';
import { boundBefore } from './before.ts';
import { behaviourDifferences } from './behaviour.ts';
import { disagreements } from './disagreements.ts';
import { pairResults, versionNotes } from './pairs.ts';
import { problemChanges } from './problems.ts';
import { scopeOf } from './scope.ts';
import { type Pair, type TimeChange, timeChanges } from './timing.ts';
import { isFailing, newChange, verdictChange } from './verdict.ts';

/** Combinations of sender, world and seed named in one line. */
const toldPlaces = 5;

/** The results with what is otherwise than in an earlier run. */
export function withBaseline(now: Results, before: Results): Results {
  return { ...now, baseline: compareRuns(before, now) };
}

/** Whether anything got worse that nobody accepted: what the exit status tells where there is a baseline. */
export function hasRegressed({ baseline }: Results): boolean {
  return baseline?.changes.some(({ regression }) => regression) === true;
}

/**
 * Why a run has nothing to be held against: to compare nothing would let every regression pass. Undefined where there
 * is something, be it for one sender only.
 * @param places which senders, worlds and seeds the run has, or is to have
 */
export function incomparable(
  before: Results,
  places: readonly Pick<Result, 'sender' | 'world' | 'seed'>[],
): string | undefined {
  const key = ({ sender, world, seed }: (typeof places)[number]) => `${sender}, ${world} world, seed ${seed}`;
  const known = new Set(before.results.map(key));
  const wanted = [...new Set(places.map(key))];
  if (wanted.length === 0 || wanted.some((entry) => known.has(entry))) return undefined;
  const told = (entries: readonly string[]) =>
    entries.length === 0 ? 'none' : [...entries].slice(0, toldPlaces).join('; ');
  return `the baseline has results of: ${told([...known])}; but wanted are: ${told(wanted)}`;
}

export function compareRuns(before: Results, now: Results): Baseline {
  const { pairs, added, missing } = pairResults(before.results, now.results);
  const scope = scopeOf(now, before);
  const absent = missing.filter(scope.contains);
  const times = timeChanges(pairs);
  const changes = [
    ...pairs.flatMap((pair) => pairChange(pair, times.get(pair)) ?? []),
    ...added.map((result) => ({ ...newChange(result), ...placeOf(result), verdictNow: result.verdict })),
    ...absent.map(absentChange),
    ...disagreements(before.comparisons ?? [], now.comparisons ?? []),
    ...problemChanges(before.problems ?? [], now.problems ?? []),
  ].map((change): Change => ({ ...change, text: cutLine(change.text) }));
  return {
    run: before.run,
    compared: pairs.length,
    notSelected: missing.length - absent.length,
    knownFailures: pairs.filter((pair) => isFailing(pair.before) && isFailing(pair.now)).length,
    notes: [...versionNotes(pairs), ...scope.notes].slice(0, notesLimit).map(cutLine),
    changes: boundBefore(changes.toSorted(byGravity).slice(0, changesLimit)),
  };
}

function pairChange(pair: Pair, time: TimeChange | undefined): Change | undefined {
  const { before, now } = pair;
  const differences = behaviourDifferences(before, now);
  const judged = verdictChange(before, now);
  const about = {
    ...placeOf(now),
    verdictBefore: before.verdict,
    verdictNow: now.verdict,
    ...(differences.length > 0 && { differences: [...differences] }),
  };
  if (judged !== undefined) return { ...judged, ...about, before };
  const [first] = differences;
  if (first !== undefined)
    return { kind: 'behaviour', regression: false, text: first.text, ...about, before };
  if (time === undefined) return undefined;
  const text = `${duration(time.beforeMs)} before, ${duration(time.nowMs)} now`;
  return { kind: time.kind, regression: false, text, ...about };
}

function absentChange(before: Result): Change {
  return {
    kind: 'absent',
    regression: true,
    text: `${before.verdict} before; no result now`,
    ...placeOf(before),
    verdictBefore: before.verdict,
    before,
  };
}

function placeOf({ scenario, sender, senderVersion, world, seed }: Result): Pick<Change, 'of'> {
  return { of: { scenario, sender, senderVersion, world, seed } };
}

function byGravity(a: Change, b: Change): number {
  return (
    Number(b.regression) - Number(a.regression) ||
    changeKinds.indexOf(a.kind) - changeKinds.indexOf(b.kind) ||
    (a.of === undefined || b.of === undefined ? 0 : compareResults(a.of, b.of))
  );
}
