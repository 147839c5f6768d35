/**
 * Tables of rules, tried in their order: `condition answer`, `!condition answer`, and blocks between `IF condition`
 * and `ENDIF` that are skipped unless the condition holds. The first rule that holds has the answer.
 *
 * A rule that cannot be read is left out, with a warning: the others still count.
 */
import { skipSpace, trimSpace } from '../config/text.ts';
import {
  type Answer,
  type AnswerContext,
  type AnswerWords,
  fillAnswer,
  highestReference,
  readAnswer,
} from './answer.ts';
import type { OpenContext } from './opener.ts';
import { RuleError } from './rule-error.ts';
import { readEntries } from './source.ts';
import { type Table, TableError } from './table.ts';
import { rejectValue, shownText } from './utf8.ts';

/** What a key is held against. */
export interface Condition {
  /**
   * The text that matched, then those of its groups; undefined when the condition does not hold. Throws TableError
   * when that cannot be told, RuleError when the rule is to hold for no such key, negated or not.
   */
  match(key: string): readonly (string | undefined)[] | undefined;
  /** How many groups it has. */
  readonly groups: number;
  /** What of it is not supported: then `match` fails. */
  readonly unsupported?: string;
  /** Whether it is about such keys at all; if not, the rule holds for none of them, negated or not. */
  readonly concerns?: (key: string) => boolean;
}

/** A condition as it is written; `compile` throws RuleError when it is not a good one. */
export interface WrittenCondition {
  readonly compile: () => Condition;
  /** What follows it. */
  readonly rest: string;
  readonly warnings?: readonly string[];
}

/** What types of rule tables differ in. */
export interface RuleSyntax {
  /** The type, as warnings name it. */
  readonly type: string;
  /** Reads the condition at the start of a text. Throws RuleError when there is none. */
  readonly readCondition: (text: string) => WrittenCondition;
  /** Whether a rule may have a second condition, which `!` begins: `/a/!/b/` is the one without the other. */
  readonly exceptions: boolean;
  /**
   * As rules of patterns have it: no rule begins with a letter or digit, answers refer to groups, and a missing answer
   * or text behind IF and ENDIF is only warned of. Otherwise answers are plain text, and these are mistakes.
   */
  readonly patterns: false | AnswerWords;
}

/** A condition that has to hold, or must not. */
interface Demand {
  readonly condition: Condition;
  readonly negated: boolean;
}

interface Rule {
  readonly number: number;
  /** The groups in the answer are those of the first. */
  readonly demands: readonly Demand[];
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
  const told = (number: number, problem: string) => `${syntax.type} map ${name}, line ${number}: ${problem}`;
  const warn: Warn = (number, problem) => context.warn(told(number, problem));
  for (const { number, text } of await readEntries(name, syntax.type, context)) {
    try {
      const read = new RuleReader(number, syntax, {
        warn: context.warn,
        warnOfRule: (problem) => warn(number, problem),
      });
      const [start = '', keyword] = /^(IF|ENDIF)(?![A-Za-z0-9])/i.exec(text) ?? [];
      const rest = text.slice(start.length);
      if (keyword === undefined) {
        rules.push(read.rule(rest));
      } else if (keyword.length === 2) {
        const block = read.block(rest);
        rules.push(block);
        openBlocks.push(block);
      } else {
        read.end(rest, openBlocks.length);
        const block = openBlocks.pop();
        if (block !== undefined) block.blockEnd = rules.length;
      }
    } catch (error) {
      if (error instanceof TableError) throw new TableError(told(number, error.message));
      if (!(error instanceof RuleError)) throw error;
      warn(number, error.message);
    }
  }
  for (const block of openBlocks.reverse()) {
    warn(block.number, 'IF has no matching ENDIF');
    block.blockEnd = rules.length;
  }
  const findOrWarn = (key: string): string | undefined => {
    try {
      return find(rules, key, warn);
    } catch (error) {
      if (error instanceof TableError) context.warn(`${syntax.type} map ${name}, ${error.message}`);
      throw error;
    }
  };
  return {
    name: label,
    async lookup(key) {
      const answer = findOrWarn(key);
      if (answer?.includes('\ufffd') !== true) return answer;
      return rejectValue(shownText(answer), key, label, context);
    },
  };
}

class RuleReader {
  readonly #number: number;
  readonly #syntax: RuleSyntax;
  readonly #context: AnswerContext;

  constructor(number: number, syntax: RuleSyntax, context: AnswerContext) {
    this.#number = number;
    this.#syntax = syntax;
    this.#context = context;
  }

  rule(text: string): Rule {
    const { exceptions, patterns } = this.#syntax;
    if (patterns && /^[A-Za-z0-9]/.test(text)) throw new RuleError('ignoring unrecognized request');
    const first = this.#condition(text);
    const second = exceptions && first.rest.startsWith('!') ? this.#condition(first.rest) : undefined;
    const rest = trimSpace((second ?? first).rest);
    if (rest === '' && patterns) this.#context.warnOfRule('no replacement text: using empty string');
    const answer = patterns ? readAnswer(rest, patterns, this.#context) : [rest];
    const highest = highestReference(answer);
    if (first.negated && highest > 0)
      throw new RuleError('$number found in negative match replacement text: skipping this rule');
    const demands = [this.#demandOf(first), ...(second ? [this.#demandOf(second)] : [])];
    if (highest > (demands[0]?.condition.groups ?? 0))
      throw new RuleError(`out of range replacement index "${highest}": skipping this rule`);
    if (rest === '' && !patterns) throw new RuleError('no lookup result: skipping this rule');
    return { number: this.#number, demands, answer, blockEnd: undefined };
  }

  /** What follows `IF`. */
  block(text: string): Rule {
    const only = this.#condition(text);
    const rest = trimSpace(only.rest);
    if (rest !== '' && !this.#syntax.patterns)
      throw new RuleError(`bad mask value in "${text.replace(/^[\s!]+/, '')}": skipping this rule`);
    if (rest !== '') {
      this.#context.warnOfRule(`ignoring extra text after IF statement: "${rest}"`);
      this.#context.warnOfRule('do not prepend whitespace to statements between IF and ENDIF');
    }
    return { number: this.#number, demands: [this.#demandOf(only)], answer: undefined, blockEnd: undefined };
  }

  /** What follows `ENDIF`. */
  end(text: string, openBlocks: number): void {
    const hasText = trimSpace(text) !== '';
    if (hasText && !this.#syntax.patterns) throw new RuleError('garbage after ENDIF: skipping this rule');
    if (openBlocks === 0)
      throw new RuleError(
        this.#syntax.patterns ? 'ignoring ENDIF without matching IF' : 'ENDIF without IF: skipping this rule',
      );
    if (hasText) this.#context.warnOfRule('ignoring extra text after ENDIF');
  }

  /** Throws RuleError. */
  #demandOf({ compile, negated }: WrittenDemand): Demand {
    const condition = compile();
    if (condition.unsupported !== undefined)
      this.#context.warnOfRule(`${condition.unsupported}: lookups that come to this rule fail`);
    return { condition, negated };
  }

  #condition(text: string): WrittenDemand {
    let start = skipSpace(text, 0);
    let negated = false;
    while (text[start] === '!') {
      negated = !negated;
      start = skipSpace(text, start + 1);
    }
    const written = this.#syntax.readCondition(text.slice(start));
    for (const warning of written.warnings ?? []) this.#context.warnOfRule(warning);
    return { ...written, negated };
  }
}

interface WrittenDemand extends WrittenCondition {
  readonly negated: boolean;
}

type Warn = (line: number, problem: string) => void;

/** Throws TableError that begins with the line. */
function find(rules: readonly Rule[], key: string, warn: Warn): string | undefined {
  for (let index = 0; index < rules.length; ) {
    const rule = rules[index];
    if (rule === undefined) break;
    const match = matchOf(rule, key, warn);
    if (match !== undefined && rule.answer !== undefined) return fillAnswer(rule.answer, match);
    index = match === undefined ? (rule.blockEnd ?? index + 1) : index + 1;
  }
  return undefined;
}

/** What the first demand matched, if it is about a match; undefined when the rule does not hold. */
function matchOf({ demands, number }: Rule, key: string, warn: Warn): ReturnType<Condition['match']> {
  try {
    const matches: ReturnType<Condition['match']>[] = [];
    for (const { condition, negated } of demands) {
      if (condition.concerns?.(key) === false) return undefined;
      const match = condition.match(key);
      if ((match !== undefined) === negated) return undefined;
      matches.push(match);
    }
    return matches[0] ?? [];
  } catch (error) {
    if (error instanceof RuleError) {
      warn(number, error.message);
      return undefined;
    }
    if (error instanceof TableError) throw new TableError(`line ${number}: ${error.message}`);
    throw error;
  }
}
