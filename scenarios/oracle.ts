/**
 * Real Postfix as the oracle: where no RFC decides, the sender must show the same outcomes, the same dialogue and the
 * same log as the oracle did in the same scenario, or the difference is listed.
 */
import { boundDifference, cut } from './bound-result.ts';
import { compare } from './oracle/compare.ts';
import { type Comparison, evidenceLimitCharacters, type Result, type Results } from './results.ts';

const DEFAULT_ORACLE = 'postfix';

/** Verdicts of results that say that there was nothing to do: no comparison is missing there. */
const notRun: ReadonlySet<string> = new Set(['skipped', 'unsupported']);

/**
 * The results with every sender compared to the oracle, scenario by scenario, in the same world with the same seed; as
 * they were when the oracle did not run.
 * @param senders whom to compare; normally those that claim Postfix behaviour
 */
export function compareWithOracle(
  results: Results,
  oracle: string = DEFAULT_ORACLE,
  senders: readonly string[] = ['nexthop'],
): Results {
  const place = ({ scenario, world, seed }: Result) => JSON.stringify([scenario, world, seed]);
  const decided = new Map(
    results.results
      .filter((result) => result.sender === oracle && !notRun.has(result.verdict))
      .map((result) => [place(result), result]),
  );
  if (decided.size === 0) return results;
  const comparisons = results.results.flatMap((result): Comparison[] => {
    const other = decided.get(place(result));
    if (other === undefined || result.sender === oracle || !senders.includes(result.sender)) return [];
    return notRun.has(result.verdict) ? [] : [comparisonOf(result, other)];
  });
  return { ...results, comparisons };
}

function comparisonOf(result: Result, oracle: Result): Comparison {
  const agreement = compare(result, oracle);
  const { scenario, sender, senderVersion, world, seed } = result;
  const differences = 'differences' in agreement ? agreement.differences.map(boundDifference) : [];
  return {
    scenario,
    sender,
    senderVersion,
    oracle: oracle.sender,
    oracleVersion: oracle.senderVersion,
    world,
    seed,
    same: 'differences' in agreement && differences.length === 0,
    ...('undecided' in agreement && { undecided: cut(agreement.undecided, evidenceLimitCharacters) }),
    differences,
  };
}
