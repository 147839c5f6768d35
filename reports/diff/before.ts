/** Keeps what is stored of the baseline within its limits. Pure. */
import { beforeLimit, type Change } from '../../scenarios/results.ts';

/** Of all results before together, as JSON. */
const beforeLimitCharacters = 16 * 1024 * 1024;

/** The changes, whose first ones keep the result before, as many as the limits allow. */
export function boundBefore(changes: readonly Change[]): Change[] {
  let room = beforeLimitCharacters;
  let left = beforeLimit;
  return changes.map((change) => {
    const { before, ...rest } = change;
    if (before === undefined || left === 0) return rest;
    const size = JSON.stringify(before).length;
    if (size > room) return rest;
    room -= size;
    left -= 1;
    return change;
  });
}
