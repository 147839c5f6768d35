/** In what two results of the same sender differ, apart from their verdicts: as two senders are compared. Pure. */
import { boundDifference } from '../../scenarios/bound-result.ts';
import { compare } from '../../scenarios/oracle/compare.ts';
import type { Difference, Result } from '../../scenarios/results.ts';

/** Before on the left, now on the right; none where nothing can be said. */
export function behaviourDifferences(before: Result, now: Result): readonly Difference[] {
  if (sameEvidence(before, now)) return [];
  const agreement = compare({ ...before, sender: 'before' }, { ...now, sender: 'now' });
  return 'differences' in agreement ? agreement.differences.map(boundDifference) : [];
}

/** Mostly nothing has changed, and then there is nothing to align. */
function sameEvidence(before: Result, now: Result): boolean {
  const evidence = ({ outcomes, sessions, log }: Result) => JSON.stringify([outcomes, sessions, log]);
  return evidence(before) === evidence(now);
}
