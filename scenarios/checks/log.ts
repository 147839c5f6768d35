/** Lines of the sender's log. */
import type { Expectation } from './expectation.ts';
import type { Pattern } from './pattern.ts';
import { occurs, showPattern } from './pattern.ts';

/** Some line of the log contains this text; it explains all lines that do. */
export function logged(pattern: Pattern): Expectation {
  return {
    title: `logged ${showPattern(pattern)}`,
    binds: 'postfix',
    mentions: {},
    look(evidence, ledger) {
      const found = evidence.log.flatMap((line, index) => (occurs(pattern, line.text) ? [index] : []));
      for (const index of found) ledger.logLines.add(index);
      const seen =
        found.length > 0
          ? ''
          : `in the log: ${evidence.log.map((line) => line.text).join(' | ') || 'nothing'}`;
      return [{ holds: found.length > 0, seen }];
    },
  };
}

/** No line of the log contains this text. */
export function notLogged(pattern: Pattern): Expectation {
  return {
    title: `not logged ${showPattern(pattern)}`,
    binds: 'postfix',
    mentions: {},
    look(evidence) {
      const found = evidence.log.find((line) => occurs(pattern, line.text));
      return [{ holds: found === undefined, seen: found?.text ?? '' }];
    },
  };
}
