/** New results in the place of those of the same scenario, sender, world and seed. */
import type { Result, Results, Run } from '../../scenarios/results.ts';

/**
 * What was judged over all results (comparisons, expectations, a baseline) is left out: it has to be judged anew.
 * @param known what there was
 * @param fresh a later run, of whatever part of it
 */
export function replaceResults(known: Results | undefined, fresh: Results): Results {
  const replaced = new Set(fresh.results.map(placeOf));
  const kept = (known?.results ?? []).filter((result) => !replaced.has(placeOf(result)));
  if (known === undefined || kept.length === 0) return fresh;
  return {
    schema: fresh.schema,
    run: runOf(known.run, fresh.run, kept.length + fresh.results.length),
    results: [...kept.map(withoutJudgement), ...fresh.results],
  };
}

/** The version of the sender is no part of it: a sender is changed to be tried again. */
function placeOf({ scenario, sender, world, seed }: Result): string {
  return JSON.stringify([scenario, sender, world, seed]);
}

function withoutJudgement({ expected: _, ...result }: Result): Result {
  return result;
}

/** The later run, as far as it can stand for both. */
function runOf(known: Run, fresh: Run, selected: number): Run {
  const { seed, eventHash, wallMs, interrupted, ...run } = fresh;
  return {
    ...run,
    ...(seed !== undefined && seed === known.seed && { seed }),
    world: known.world === fresh.world ? fresh.world : 'mixed',
    selected,
  };
}
