/** How long the delivery took, in the time of its world: from the submission to the last outcome. */
import type { Duration } from '../../simulator/duration.ts';
import { durationMs } from '../../simulator/duration.ts';
import type { Expectation } from './expectation.ts';
import { ScenarioError } from './expectation.ts';

/** Give at least one bound; `'5m'`, `'30s'` or milliseconds. */
export function elapsed(bounds: { readonly atLeast?: Duration; readonly atMost?: Duration }): Expectation {
  const { atLeast, atMost } = bounds;
  if (atLeast === undefined && atMost === undefined) {
    throw new ScenarioError('elapsed({}): give atLeast or atMost');
  }
  const leastMs = atLeast === undefined ? 0 : durationMs(atLeast);
  const mostMs = atMost === undefined ? Number.POSITIVE_INFINITY : durationMs(atMost);
  if (leastMs > mostMs)
    throw new ScenarioError(`elapsed: atLeast ${atLeast} is longer than atMost ${atMost}`);
  const parts = [
    atLeast === undefined ? '' : `at least ${atLeast}`,
    atMost === undefined ? '' : `at most ${atMost}`,
  ];
  return {
    title: `takes ${parts.filter((part) => part !== '').join(', ')}`,
    binds: 'everyone',
    mentions: {},
    look(evidence) {
      const { elapsedMs } = evidence;
      return [{ holds: elapsedMs >= leastMs && elapsedMs <= mostMs, seen: `took ${elapsedMs} ms` }];
    },
  };
}
