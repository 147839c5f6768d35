/** Regular expressions of `regexp` and `pcre` tables: `/pattern/flags`, with any delimiter that is no letter or digit. */
import type { TableOpener } from './opener.ts';
import { RuleError } from './rule-error.ts';
import { type Condition, openRules } from './rules.ts';

export type Dialect = 'regexp' | 'pcre';

export function patternOpener(dialect: Dialect): TableOpener {
  return (name, label, context) =>
    openRules(name, label, context, {
      type: dialect,
      readCondition: readPattern,
      missingAnswer: (warn) => warn('no replacement text: using empty string'),
    });
}

function readPattern(text: string): { condition: Condition; rest: string } {
  const { source, flags, rest } = splitPattern(text);
  const expression = compile(source, flags);
  const groups = (new RegExp(`${expression.source}|`, expression.flags).exec('')?.length ?? 1) - 1;
  return { condition: { match: (key) => expression.exec(key) ?? undefined, groups }, rest };
}

function splitPattern(text: string): { source: string; flags: string; rest: string } {
  const delimiter = text.charAt(0);
  if (delimiter === '') throw new RuleError('no regexp: skipping this rule');
  if (/[A-Za-z0-9]/.test(delimiter)) throw new RuleError('ignoring unrecognized request');
  let end = 1;
  while (end < text.length && text[end] !== delimiter) end += text[end] === '\\' ? 2 : 1;
  if (end >= text.length)
    throw new RuleError(`no closing regexp delimiter "${delimiter}": skipping this rule`);
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
