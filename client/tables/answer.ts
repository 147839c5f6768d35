/** The answer of a rule: text in which `$1`, `${1}` and `$(1)` stand for groups of its pattern, and `$$` for a dollar. */
import { RuleError } from './rule-error.ts';

/** Texts, and the numbers of groups. */
export type Answer = readonly (string | number)[];

export interface AnswerContext {
  readonly warn: (text: string) => void;
  /** Says which rule it is about, too. */
  readonly warnOfRule: (problem: string) => void;
}

/** Words in which types of tables differ. */
export interface AnswerWords {
  /** What the number of a group is that is no number of one. */
  readonly outOfRange: string;
}

const REFERENCE = /\$(?:(\$)|([A-Za-z0-9_]+)|\{([^{}]*)\}|\(([^()]*)\))?/g;

/** Throws RuleError for a dollar sign that no number of a group follows, after a warning that says why. */
export function readAnswer(text: string, words: AnswerWords, { warn, warnOfRule }: AnswerContext): Answer {
  const parts: (string | number)[] = [];
  let at = 0;
  for (const match of text.matchAll(REFERENCE)) {
    const [whole, dollar, ...names] = match;
    parts.push(text.slice(at, match.index));
    at = match.index + whole.length;
    const name = names.find((each) => each !== undefined) ?? '';
    if (dollar === undefined && !isGroup(name)) {
      const problem = problemOf(name, words);
      if (problem !== undefined) warnOfRule(problem);
      else warn(`${isCut(text, at) ? 'truncated macro reference' : 'empty macro name'}: "${text}"`);
      throw new RuleError('bad replacement syntax: skipping this rule');
    }
    parts.push(dollar ?? Number(name));
  }
  return [...parts, text.slice(at)];
}

const isGroup = (name: string): boolean => Number(name) > 0 && /^\d+$/.test(name);

/** Undefined when there is no name at all. */
function problemOf(name: string, { outOfRange }: AnswerWords): string | undefined {
  if (name === '') return undefined;
  return /^\d+$/.test(name)
    ? `${outOfRange} replacement index "${name}"`
    : `non-numeric replacement index "${name}"`;
}

/** Whether a brace or parenthesis begins behind the dollar sign, and does not end. */
const isCut = (text: string, at: number): boolean =>
  /^[{(]/.test(text.slice(at)) && !/^(?:\{\}|\(\))/.test(text.slice(at));

/** The highest number of a group, 0 without any. */
export function highestReference(answer: Answer): number {
  return answer.reduce<number>((most, part) => (typeof part === 'number' ? Math.max(most, part) : most), 0);
}

/** A group that took no part in the match is empty. */
export function fillAnswer(answer: Answer, groups: readonly (string | undefined)[]): string {
  return answer.map((part) => (typeof part === 'number' ? (groups[part] ?? '') : part)).join('');
}
