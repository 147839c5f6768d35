/** Regular expressions of `regexp` and `pcre` tables: `/pattern/flags`, with any delimiter that is no letter or digit. */
import type { TableOpener } from './opener.ts';
import { RuleError } from './rule-error.ts';
import { type ConditionReader, ruleTable } from './rules.ts';
import { readEntries } from './source.ts';

export type Dialect = 'regexp' | 'pcre';

export function patternOpener(dialect: Dialect): TableOpener {
  return async (name, label, context) => {
    const entries = await readEntries(name, label, context);
    return ruleTable(label, entries, patternReader(dialect), context.warn);
  };
}

function patternReader(_dialect: Dialect): ConditionReader {
  return (text) => {
    const { source, flags, rest } = splitPattern(text);
    const expression = compile(source, flags);
    const groups = (new RegExp(`${expression.source}|`, expression.flags).exec('')?.length ?? 1) - 1;
    return { condition: { match: (key) => expression.exec(key) ?? undefined, groups }, rest };
  };
}

function splitPattern(text: string): { source: string; flags: string; rest: string } {
  const delimiter = text.charAt(0);
  if (delimiter === '' || /[A-Za-z0-9]/.test(delimiter))
    throw new RuleError(`no regular expression in "${text}"`);
  let end = 1;
  while (end < text.length && text[end] !== delimiter) end += text[end] === '\\' ? 2 : 1;
  if (end >= text.length) throw new RuleError(`no closing regexp delimiter "${delimiter}"`);
  const [flags = ''] = /^[^\s!]*/.exec(text.slice(end + 1)) ?? [];
  return { source: text.slice(1, end), flags, rest: text.slice(end + 1 + flags.length) };
}

function compile(source: string, flags: string): RegExp {
  try {
    return new RegExp(source, flags.includes('i') ? 's' : 'is');
  } catch {
    throw new RuleError(`bad regular expression "${source}"`);
  }
}
