/** The answer of a rule: text in which `$1`, `${1}` and `$(1)` stand for groups of its pattern, and `$$` for a dollar. */
import { RuleError } from './rule-error.ts';

/** Texts, and the numbers of groups. */
export type Answer = readonly (string | number)[];

const REFERENCE = /\$(?:(\$)|([A-Za-z0-9_]+)|\{([^{}]*)\}|\(([^()]*)\))?/g;

/** Throws RuleError, after a warning, for a dollar sign that no number of a group follows. */
export function readAnswer(text: string, warn: (problem: string) => void): Answer {
  const parts: (string | number)[] = [];
  let at = 0;
  for (const match of text.matchAll(REFERENCE)) {
    const [whole, dollar, ...names] = match;
    parts.push(text.slice(at, match.index));
    at = match.index + whole.length;
    const name = names.find((each) => each !== undefined) ?? '';
    const problem = dollar === undefined && problemOf(name);
    if (problem) {
      warn(problem);
      throw new RuleError('bad replacement syntax: skipping this rule');
    }
    parts.push(dollar ?? Number(name));
  }
  return [...parts, text.slice(at)];
}

function problemOf(name: string): string | undefined {
  if (name === '') return 'empty macro name';
  if (!/^\d+$/.test(name)) return `non-numeric replacement index "${name}"`;
  return Number(name) < 1 ? `out-of-range replacement index "${name}"` : undefined;
}

/** The highest number of a group, 0 without any. */
export function highestReference(answer: Answer): number {
  return answer.reduce<number>((most, part) => (typeof part === 'number' ? Math.max(most, part) : most), 0);
}

/** A group that took no part in the match is empty. */
export function fillAnswer(answer: Answer, groups: readonly (string | undefined)[]): string {
  return answer.map((part) => (typeof part === 'number' ? (groups[part] ?? '') : part)).join('');
}
