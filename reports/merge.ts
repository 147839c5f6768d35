/**
 * Several results files as one: parts of a run, senders run apart, worlds run apart.
 *
 * Parts of one run are put together first, to what the whole run would have been. Beyond that, merging is
 * concatenation. Two files that both hold a result for the same scenario, sender, world and seed are
 * two runs of the same thing; choosing one would hide the other, so that is an error.
 */
import {
  compareResults,
  nameLimitCharacters,
  problemsLimit,
  type Results,
  type Run,
  type RunPart,
  resultKey,
  schemaVersion,
  selectorsLimit,
} from '../scenarios/results.ts';
import { ResultsError } from '../scenarios/results-file.ts';
import { joinShards, type MergePart, sum } from './merge-shards.ts';

/** @throws ResultsError when there is nothing to merge, two parts hold the same result, or shards do not fit together */
export function mergeResults(parts: readonly MergePart[]): Results {
  const whole = joinShards(parts);
  refuseRepeats(whole);
  const [only, ...others] = whole;
  if (only === undefined) throw new ResultsError('no results to merge');
  if (others.length === 0) return only.results;
  const results = whole.flatMap((part) => part.results.results);
  const comparisons = whole.flatMap((part) => part.results.comparisons ?? []);
  const problems = new Set(whole.flatMap((part) => part.results.problems ?? []));
  return {
    schema: schemaVersion,
    run: mergeRuns(whole.map((part) => part.results.run)),
    results: results.sort(compareResults),
    ...(comparisons.length > 0 && { comparisons }),
    ...(problems.size > 0 && { problems: [...problems].slice(0, problemsLimit) }),
  };
}

function refuseRepeats(parts: readonly MergePart[]): void {
  const origins = new Map<string, string>();
  for (const { origin, results } of parts) {
    for (const result of results.results) {
      const key = resultKey(result);
      const earlier = origins.get(key);
      if (earlier !== undefined) {
        const name = `${result.scenario} (${result.sender}, ${result.world}, seed ${result.seed})`;
        throw new ResultsError(`${earlier} and ${origin} both hold a result for ${name}`);
      }
      origins.set(key, origin);
    }
  }
}

function mergeRuns(runs: readonly Run[]): Run {
  const ordered = runs.toSorted((a, b) => Date.parse(a.startedAt) - Date.parse(b.startedAt));
  const seed = shared(ordered.map((run) => run.seed));
  const selectors = unionOf(ordered.map((run) => run.selectors));
  const senders = unionOf(ordered.map((run) => run.senders));
  const wallMs = sum(ordered.map((run) => run.wallMs));
  const selected = sum(ordered.map((run) => run.selected));
  return {
    id: `${ordered[0]?.id ?? ''} and ${runs.length - 1} more`.slice(0, nameLimitCharacters),
    startedAt: ordered[0]?.startedAt ?? '',
    ...(seed === undefined ? {} : { seed }),
    world: shared(ordered.map((run) => run.world)) ?? 'mixed',
    nexthop: [...new Set(ordered.map((run) => run.nexthop))].join(', ').slice(0, nameLimitCharacters),
    ...(wallMs === undefined ? {} : { wallMs }),
    ...(selected === undefined ? {} : { selected }),
    ...(ordered.some((run) => run.interrupted === true) ? { interrupted: true } : {}),
    ...(selectors && { selectors }),
    ...(senders && { senders }),
    parts: ordered.flatMap((run) => run.parts ?? [runPart(run)]),
  };
}

function runPart({ id, startedAt, seed, eventHash }: Run): RunPart {
  return {
    id,
    startedAt,
    ...(seed === undefined ? {} : { seed }),
    ...(eventHash === undefined ? {} : { eventHash }),
  };
}

/** What any of them was told; absent where one was not, since that means everything. */
function unionOf(told: readonly (readonly string[] | undefined)[]): string[] | undefined {
  const words = told.filter((each) => each !== undefined);
  return words.length < told.length ? undefined : [...new Set(words.flat())].slice(0, selectorsLimit);
}

/** The value they all have, if they do. */
function shared<T>(values: readonly T[]): T | undefined {
  return new Set(values).size === 1 ? values[0] : undefined;
}
