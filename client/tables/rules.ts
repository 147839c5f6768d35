/**
 * Tables of rules, tried in their order: `condition answer`, `!condition answer`, and blocks between `IF condition`
 * and `ENDIF` that are skipped unless the condition holds. The first rule that holds has the answer.
 *
 * A rule that cannot be read is left out, with a warning: the others still count.
 */
import { isSpace, skipSpace, trimSpace } from '../config/text.ts';
import { type Answer, fillAnswer, readAnswer } from './answer.ts';
import type { OpenContext } from './opener.ts';
import { RuleError } from './rule-error.ts';
import type { Entry } from './source.ts';
import { type Table, TableError } from './table.ts';

/** What a key is held against. */
export interface Condition {
  /** The text that matched, then those of its groups; undefined when the condition does not hold. */
  match(key: string): readonly (string | undefined)[] | undefined;
  /** How many groups it has. */
  readonly groups: number;
}

/** Reads the condition at the start of a text; what follows belongs to the rule. Throws RuleError. */
export type ConditionReader = (text: string) => { condition: Condition; rest: string };

interface Rule {
  readonly condition: Condition;
  readonly negated: boolean;
  /** Of an IF: where to go on when its condition does not hold. */
  blockEnd: number | undefined;
  /** Undefined for an IF. */
  readonly answer: Answer | undefined;
  readonly place: string;
}

/** Makes a table of the entries that can be read. */
export function ruleTable(
  label: string,
  entries: readonly Entry[],
  readCondition: ConditionReader,
  warn: OpenContext['warn'],
): Table {
  const rules: Rule[] = [];
  const openBlocks: Rule[] = [];
  for (const { text, place } of entries) {
    try {
      const keyword = /^(IF|ENDIF)(?![A-Za-z0-9])/i.exec(text)?.[1] ?? '';
      const read = (body: string): Rule => ({
        ...readRule(body, readCondition, keyword === ''),
        place,
        blockEnd: undefined,
      });
      if (keyword === '') {
        rules.push(read(text));
      } else if (keyword.length === 2) {
        const block = read(text.slice(2));
        rules.push(block);
        openBlocks.push(block);
      } else {
        const block = openBlocks.pop();
        if (block === undefined) throw new RuleError('ENDIF without matching IF');
        block.blockEnd = rules.length;
      }
    } catch (error) {
      if (!(error instanceof RuleError)) throw error;
      warn(`${place}: ${error.message}: skipping this rule`);
    }
  }
  for (const block of openBlocks) {
    warn(`${block.place}: IF has no matching ENDIF`);
    block.blockEnd = rules.length;
  }
  return { name: label, lookup: async (key) => find(rules, key, label) };
}

function readRule(
  text: string,
  readCondition: ConditionReader,
  hasAnswer: boolean,
): Pick<Rule, 'condition' | 'negated' | 'answer'> {
  let start = skipSpace(text, 0);
  let negated = false;
  while (text[start] === '!') {
    negated = !negated;
    start = skipSpace(text, start + 1);
  }
  const { condition, rest } = readCondition(text.slice(start));
  if (rest !== '' && !isSpace(rest.charAt(0)))
    throw new RuleError(`unexpected text "${rest}" behind the pattern`);
  if (!hasAnswer && trimSpace(rest) !== '')
    throw new RuleError(`unexpected text "${trimSpace(rest)}" behind IF`);
  const groups = negated ? 0 : condition.groups;
  return { condition, negated, answer: hasAnswer ? readAnswer(trimSpace(rest), groups) : undefined };
}

function find(rules: readonly Rule[], key: string, label: string): string | undefined {
  for (let index = 0; index < rules.length; ) {
    const rule = rules[index];
    if (rule === undefined) break;
    const match = rule.condition.match(key);
    const holds = (match !== undefined) !== rule.negated;
    if (holds && rule.answer !== undefined) {
      const text = fillAnswer(rule.answer, match ?? []);
      if (text.includes('\ufffd')) throw new TableError(`${label}: non-UTF-8 value for "${key}"`);
      return text;
    }
    index = holds ? index + 1 : (rule.blockEnd ?? index + 1);
  }
  return undefined;
}
