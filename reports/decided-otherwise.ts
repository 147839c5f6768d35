/** What one of two results decided and the other did not: often the why of a difference. Pure: the page uses it. */
import type { Result, StoredDecision } from '../scenarios/results.ts';

export interface DecidedOtherwise {
  readonly left: readonly StoredDecision[];
  readonly right: readonly StoredDecision[];
}

/** Undefined where one of them tells nothing. When it was decided does not count, and how often does. */
export function decidedOtherwise(
  { decisions: left }: Pick<Result, 'decisions'>,
  { decisions: right }: Pick<Result, 'decisions'>,
): DecidedOtherwise | undefined {
  if (left === undefined || right === undefined) return undefined;
  return { left: without(left, right), right: without(right, left) };
}

function without(
  decisions: readonly StoredDecision[],
  others: readonly StoredDecision[],
): readonly StoredDecision[] {
  const left = new Map<string, number>();
  for (const other of others) left.set(keyOf(other), (left.get(keyOf(other)) ?? 0) + 1);
  return decisions.filter((decision) => {
    const key = keyOf(decision);
    const count = left.get(key) ?? 0;
    left.set(key, count - 1);
    return count <= 0;
  });
}

function keyOf({ about, text, because }: StoredDecision): string {
  return JSON.stringify([about, text, because]);
}
