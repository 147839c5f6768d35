/** What the sender decided, and why: for scenarios in which the reason matters, and not only what comes of it. */
import type { Topic } from '../../client/decision.ts';
import { type Expectation, UNTOLD } from './expectation.ts';
import { occurs, type Pattern, showPattern } from './pattern.ts';

export interface DecisionDetails {
  /** What is said of the reason. */
  readonly because?: Pattern;
  /** How many such decisions there are; one or more when absent. */
  readonly count?: number;
}

/** The sender takes a decision about this, in these words. Those who tell none are not judged. */
export function decided(about: Topic, text: Pattern, details: DecisionDetails = {}): Expectation {
  const { because, count } = details;
  const reason = because === undefined ? '' : `, because ${showPattern(because)}`;
  const times = count === undefined ? '' : ` (${count} in all)`;
  return {
    title: `decides about ${about}${times}: ${showPattern(text)}${reason}`,
    binds: 'postfix',
    mentions: {},
    look({ decisions }) {
      if (decisions === undefined) return [{ holds: false, seen: UNTOLD, isUntold: true }];
      const concerned = decisions.filter((decision) => decision.about === about);
      const found = concerned.filter(
        (decision) =>
          occurs(text, decision.text) && (because === undefined || occurs(because, decision.because ?? '')),
      );
      const holds = count === undefined ? found.length > 0 : found.length === count;
      const seen = concerned.map((decision) => `${decision.text}, because ${decision.because ?? 'it is so'}`);
      return [{ holds, seen: holds ? '' : seen.join(' | ') || `nothing about ${about}` }];
    },
  };
}
