/** The answer of a rule: text in which `$1`, `${1}` and `$(1)` stand for groups of its pattern, and `$$` for a dollar. */
import { RuleError } from './rule-error.ts';

/** Texts, and the numbers of groups. */
export type Answer = readonly (string | number)[];

const REFERENCE = /\$(?:(\$)|([A-Za-z0-9_]+)|\{([^{}]*)\}|\(([^()]*)\))?/g;

/** Throws RuleError for a dollar sign without a number, and for the number of a group that is not there. */
export function readAnswer(text: string, groups: number): Answer {
  const parts: (string | number)[] = [];
  let at = 0;
  for (const match of text.matchAll(REFERENCE)) {
    const [whole, dollar, ...names] = match;
    parts.push(text.slice(at, match.index));
    at = match.index + whole.length;
    const name = names.find((each) => each !== undefined) ?? '';
    if (dollar !== undefined) parts.push('$');
    else if (!/^\d+$/.test(name)) throw new RuleError('bad replacement syntax: skipping this rule');
    else if (Number(name) < 1 || Number(name) > groups)
      throw new RuleError(`out of range replacement index "${name}": skipping this rule`);
    else parts.push(Number(name));
  }
  return [...parts, text.slice(at)];
}

/** A group that took no part in the match is empty. */
export function fillAnswer(answer: Answer, groups: readonly (string | undefined)[]): string {
  return answer.map((part) => (typeof part === 'number' ? (groups[part] ?? '') : part)).join('');
}
