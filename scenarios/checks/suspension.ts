/** Whether the destination is left alone for a while: what the queue manager is told (delivery reference 1.9). */
import { type Expectation, UNTOLD } from './expectation.ts';
import { matches, type Pattern, showPattern } from './pattern.ts';

/** A failure suspends the destination, for this reason. */
export function suspended(reason: Pattern): Expectation {
  return {
    title: `suspends the destination: ${showPattern(reason)}`,
    binds: 'postfix',
    mentions: {},
    look({ suspensions }) {
      if (suspensions === undefined) return [{ holds: false, seen: UNTOLD }];
      const holds = suspensions.some((text) => matches(reason, text));
      return [{ holds, seen: suspensions.join(' | ') || 'not suspended' }];
    },
  };
}

/** No failure suspends the destination: another message for it may be tried at once. */
export function notSuspended(): Expectation {
  return {
    title: 'does not suspend the destination',
    binds: 'postfix',
    mentions: {},
    look({ suspensions }) {
      if (suspensions === undefined) return [{ holds: false, seen: UNTOLD }];
      return [{ holds: suspensions.length === 0, seen: suspensions.join(' | ') }];
    },
  };
}
