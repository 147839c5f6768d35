/**
 * Parts of a run put together to the run that they are parts of: what is written of it is, byte by byte, what one
 * machine would have written, but for the real time it took. That counts from the earliest start, and is the sum of all.
 */
import { eventHashOf } from '../scenarios/event-hash.ts';
import { foldJudgements, problemsOf } from '../scenarios/judgements.ts';
import {
  compareResults,
  problemsLimit,
  type Results,
  type Run,
  run as runShape,
  type Shard,
  schemaVersion,
} from '../scenarios/results.ts';
import { ResultsError } from '../scenarios/results-file.ts';
import { asStored, runId } from '../scenarios/stored-run.ts';

export interface MergePart {
  /** Where it came from, for messages. */
  readonly origin: string;
  readonly results: Results;
}

interface ShardPart extends MergePart {
  readonly shard: Shard;
}

/**
 * The parts with those of one run joined; a run of which some are missing keeps saying so.
 * @throws ResultsError when a shard is there twice, or shards are of different runs
 */
export function joinShards(parts: readonly MergePart[]): MergePart[] {
  const shards = parts.flatMap((part): ShardPart[] => {
    const { shard } = part.results.run;
    return shard === undefined ? [] : [{ ...part, shard }];
  });
  const runs = [...Map.groupBy(shards, ({ results }) => JSON.stringify(commonTo(results.run))).values()];
  // Several runs may meet in one report, but a piece of one beside a piece of another is a mistake.
  const [incomplete] = runs.find((run) => missingParts(run).length > 0) ?? [];
  const [other] = runs.find(([first]) => first !== incomplete) ?? [];
  if (incomplete !== undefined && other !== undefined) throw new ResultsError(difference(incomplete, other));
  return [...parts.filter(({ results }) => results.run.shard === undefined), ...runs.map(joined)];
}

/** What the parts of one run have in common, the most telling first. */
function commonTo(run: Run): readonly (readonly [what: string, value: unknown])[] {
  return [
    ['seed', run.seed],
    ['world', run.world],
    ['version', run.nexthop],
    ['code', run.code],
    ['senders', run.senders],
    ['selection', run.selectors],
    ['number of shards', run.shard?.of],
    ['plan: scenarios, durations, parameters or expectations', run.shard?.plan],
  ];
}

function difference(one: MergePart, other: MergePart): string {
  const others = commonTo(other.results.run);
  const [what] =
    commonTo(one.results.run).find(
      ([, value], index) => JSON.stringify(value) !== JSON.stringify(others[index]?.[1]),
    ) ?? [];
  return `${one.origin} and ${other.origin} are shards of different runs: not of one ${what}`;
}

/** In order; empty when all are there. */
function missingParts(run: readonly ShardPart[]): number[] {
  const there = new Set(run.flatMap(({ shard }) => shard.parts));
  const all = Array.from({ length: run[0]?.shard.of ?? 0 }, (_, index) => index + 1);
  return all.filter((part) => !there.has(part));
}

function joined(run: readonly ShardPart[]): MergePart {
  refuseTwice(run);
  const runs = run.map(({ results }) => results.run);
  const results = run.flatMap((part) => part.results.results).sort(compareResults);
  const comparisons = run.flatMap((part) => part.results.comparisons ?? []).sort(compareResults);
  const compared = run.some((part) => part.results.comparisons !== undefined);
  const complete = missingParts(run).length === 0;
  const judgements = foldJudgements(run.flatMap((part) => part.results.judgements ?? []));
  const problems = problemsOf(judgements, complete).slice(0, problemsLimit);
  return {
    origin: run.map(({ origin }) => origin).join(', '),
    results: {
      schema: schemaVersion,
      run: joinedRun(runs, complete ? undefined : shardOf(run), eventHashOf(results)),
      results,
      ...(compared && { comparisons }),
      ...(problems.length > 0 && { problems }),
      ...(!complete && judgements.length > 0 && { judgements }),
    },
  };
}

function refuseTwice(run: readonly ShardPart[]): void {
  const origins = new Map<number, string>();
  for (const { origin, shard } of run) {
    for (const part of shard.parts) {
      const earlier = origins.get(part);
      if (earlier !== undefined)
        throw new ResultsError(`shard ${part} of ${shard.of} is there twice: ${earlier} and ${origin}`);
      origins.set(part, origin);
    }
  }
}

function shardOf(run: readonly ShardPart[]): Shard | undefined {
  const [first] = run;
  const parts = run.flatMap(({ shard }) => shard.parts).sort((a, b) => a - b);
  return first === undefined ? undefined : { ...first.shard, parts };
}

function joinedRun(runs: readonly Run[], shard: Shard | undefined, eventHash: string | undefined): Run {
  const [first] = runs.toSorted((a, b) => Date.parse(a.startedAt) - Date.parse(b.startedAt));
  if (first === undefined) throw new ResultsError('no results to merge');
  const { shard: _, eventHash: __, interrupted: ___, ...common } = first;
  const wallMs = sum(runs.map((run) => run.wallMs));
  const selected = sum(runs.map((run) => run.selected));
  return asStored(runShape, {
    ...common,
    id: runId(first.startedAt, shard),
    ...(eventHash !== undefined && { eventHash }),
    ...(wallMs !== undefined && { wallMs }),
    ...(selected !== undefined && { selected }),
    ...(runs.some(({ interrupted }) => interrupted === true) && { interrupted: true }),
    ...(shard !== undefined && { shard }),
  });
}

/** Absent when one of them is unknown: half a sum would mislead. */
export function sum(values: readonly (number | undefined)[]): number | undefined {
  return values.reduce<number | undefined>(
    (total, value) => (total === undefined || value === undefined ? undefined : total + value),
    0,
  );
}
