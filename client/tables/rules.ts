/**
 * Tables of rules, tried in their order: `condition answer`, `!condition answer`, and blocks between `IF condition`
 * and `ENDIF` that are skipped unless the condition holds. The first rule that holds has the answer.
 *
 * A rule that cannot be read is left out, with a warning: the others still count.
 */
import { skipSpace, trimSpace } from '../config/text.ts';
import { type Answer, fillAnswer, readAnswer } from './answer.ts';
import type { OpenContext } from './opener.ts';
import { RuleError } from './rule-error.ts';
import { readEntries } from './source.ts';
import { type Table, TableError } from './table.ts';

/** What a key is held against. */
export interface Condition {
  /**
   * The text that matched, then those of its groups; undefined when the condition does not hold. Throws TableError
   * when that cannot be told.
   */
  match(key: string): readonly (string | undefined)[] | undefined;
  /** How many groups it has. */
  readonly groups: number;
}

/** What types of rule tables differ in. */
export interface RuleSyntax {
  /** The type, as warnings name it. */
  readonly type: string;
  /** Reads the condition at the start of a text; what follows belongs to the rule. Throws RuleError. */
  readonly readCondition: (text: string) => { condition: Condition; rest: string };
  /** Throws RuleError when an answer is missing. */
  readonly missingAnswer: (warn: (problem: string) => void) => void;
}

interface Rule {
  readonly number: number;
  readonly condition: Condition;
  readonly negated: boolean;
  /** Undefined for an IF. */
  readonly answer: Answer | undefined;
  /** Of an IF: where to go on when its condition does not hold. */
  blockEnd: number | undefined;
}

/** Reads the rules of a file or an inline list. */
export async function openRules(
  name: string,
  label: string,
  context: OpenContext,
  syntax: RuleSyntax,
): Promise<Table> {
  const rules: Rule[] = [];
  const openBlocks: Rule[] = [];
  const warn = (number: number, problem: string) =>
    context.warn(`${syntax.type} map ${name}, line ${number}: ${problem}`);
  for (const { number, text } of await readEntries(name, context)) {
    try {
      const read = new RuleReader(number, syntax, (problem) => warn(number, problem));
      const [, keyword] = /^(IF|ENDIF)(?![A-Za-z0-9])/i.exec(text) ?? [];
      if (keyword === undefined) {
        rules.push(read.rule(text));
      } else if (keyword.length === 2) {
        const block = read.block(text.slice(2));
        rules.push(block);
        openBlocks.push(block);
      } else {
        const block = openBlocks.pop();
        if (block === undefined) throw new RuleError('ignoring ENDIF without matching IF');
        block.blockEnd = rules.length;
      }
    } catch (error) {
      if (!(error instanceof RuleError)) throw error;
      warn(number, error.message);
    }
  }
  for (const block of openBlocks) {
    warn(block.number, 'IF has no matching ENDIF');
    block.blockEnd = rules.length;
  }
  return {
    name: label,
    async lookup(key) {
      try {
        return find(rules, key);
      } catch (error) {
        if (error instanceof TableError) context.warn(`${syntax.type} map ${name}, ${error.message}`);
        throw error;
      }
    },
  };
}

class RuleReader {
  readonly #number: number;
  readonly #syntax: RuleSyntax;
  readonly #warn: (problem: string) => void;

  constructor(number: number, syntax: RuleSyntax, warn: (problem: string) => void) {
    this.#number = number;
    this.#syntax = syntax;
    this.#warn = warn;
  }

  rule(text: string): Rule {
    const { condition, negated, rest } = this.#condition(text);
    if (rest === '') this.#syntax.missingAnswer(this.#warn);
    const answer = readAnswer(rest, condition.groups);
    if (negated && answer.some((part) => typeof part === 'number'))
      throw new RuleError('$number found in negative match replacement text: skipping this rule');
    return { number: this.#number, condition, negated, answer, blockEnd: undefined };
  }

  /** What follows `IF`. */
  block(text: string): Rule {
    const { condition, negated, rest } = this.#condition(text);
    if (rest !== '') this.#warn(`ignoring extra text after IF statement: "${rest}"`);
    return { number: this.#number, condition, negated, answer: undefined, blockEnd: undefined };
  }

  #condition(text: string): { condition: Condition; negated: boolean; rest: string } {
    let start = skipSpace(text, 0);
    let negated = false;
    while (text[start] === '!') {
      negated = !negated;
      start = skipSpace(text, start + 1);
    }
    const { condition, rest } = this.#syntax.readCondition(text.slice(start));
    return { condition, negated, rest: trimSpace(rest) };
  }
}

/** Throws TableError that begins with the line. */
function find(rules: readonly Rule[], key: string): string | undefined {
  for (let index = 0; index < rules.length; ) {
    const rule = rules[index];
    if (rule === undefined) break;
    const match = matchOf(rule, key);
    const holds = (match !== undefined) !== rule.negated;
    if (holds && rule.answer !== undefined) return answerOf(rule, rule.answer, match ?? []);
    index = holds ? index + 1 : (rule.blockEnd ?? index + 1);
  }
  return undefined;
}

function matchOf({ condition, number }: Rule, key: string): ReturnType<Condition['match']> {
  try {
    return condition.match(key);
  } catch (error) {
    if (error instanceof TableError) throw new TableError(`line ${number}: ${error.message}`);
    throw error;
  }
}

function answerOf({ number }: Rule, answer: Answer, match: readonly (string | undefined)[]): string {
  const text = fillAnswer(answer, match);
  if (text.includes('\ufffd')) throw new TableError(`line ${number}: the answer is not UTF-8`);
  return text;
}
