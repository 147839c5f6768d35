/** The answer of a rule: text in which `$1`, `${1}` and `$(1)` stand for groups of its pattern, and `$$` for a dollar. */
import { RuleError } from './rule-error.ts';

/** Texts, and the numbers of groups. */
export type Answer = readonly (string | number)[];

const REFERENCE = /\$(?:(\$)|([0-9]+)|\{([0-9]+)\}|\(([0-9]+)\))?/g;

/** Throws RuleError for a dollar sign without a number, and for the number of a group that is not there. */
export function readAnswer(text: string, groups: number): Answer {
  const parts: (string | number)[] = [];
  let at = 0;
  for (const match of text.matchAll(REFERENCE)) {
    const [whole, dollar, ...digits] = match;
    parts.push(text.slice(at, match.index));
    at = match.index + whole.length;
    const number = Number(digits.find((each) => each !== undefined) ?? Number.NaN);
    if (dollar !== undefined) parts.push('$');
    else if (Number.isNaN(number)) throw new RuleError('"$" without a number; write "$$" for a dollar sign');
    else if (number < 1 || number > groups) throw new RuleError(`no group for $${number} in the pattern`);
    else parts.push(number);
  }
  parts.push(text.slice(at));
  return parts;
}

/** A group that took no part in the match is empty. */
export function fillAnswer(answer: Answer, groups: readonly (string | undefined)[]): string {
  return answer.map((part) => (typeof part === 'number' ? (groups[part] ?? '') : part)).join('');
}
