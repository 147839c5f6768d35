/**
 * What is known of expectations after some of the scenarios they are about: a whole run judges by all of them, a part of
 * a run leaves its judgements to whoever puts the parts together.
 */
import type { Judgement } from './results.ts';

/** One judgement for each expectation, in their order: met if any says so, else the cause that a whole run meets first. */
export function foldJudgements(judgements: readonly Judgement[]): Judgement[] {
  const folded = new Map<number, Judgement>();
  for (const judgement of judgements) {
    const known = folded.get(judgement.position);
    if (known === undefined || isWeightier(judgement, known)) folded.set(judgement.position, judgement);
  }
  return [...folded.values()].sort((a, b) => a.position - b.position);
}

function isWeightier(one: Judgement, known: Judgement): boolean {
  if (one.met === true || known.met === true) return known.met !== true;
  if (one.scenario === undefined || known.scenario === undefined) return known.scenario === undefined;
  return one.scenario < known.scenario;
}

/** What is wrong with the expectations, a line each. `final`: no other scenario is going to meet any of them. */
export function problemsOf(judgements: readonly Judgement[], final: boolean): string[] {
  return foldJudgements(judgements).flatMap(({ problem, open }) =>
    problem === undefined || (open === true && !final) ? [] : problem,
  );
}
