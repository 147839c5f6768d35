/**
 * Patterns for text that a scenario expects: a string in which `*` stands for anything, or a regular expression.
 */
export type Pattern = string | RegExp;

/** Strings match the whole text. */
export function matches(pattern: Pattern, text: string): boolean {
  if (typeof pattern !== 'string')
    return new RegExp(pattern.source, pattern.flags.replace('g', '')).test(text);
  return wildcard(pattern, '^', '$').test(text);
}

/** Strings match any part of the text. */
export function occurs(pattern: Pattern, text: string): boolean {
  return typeof pattern === 'string' ? wildcard(pattern, '', '').test(text) : matches(pattern, text);
}

export function showPattern(pattern: Pattern): string {
  return typeof pattern === 'string' ? pattern : String(pattern);
}

const compiled = new Map<string, RegExp>();
const COMPILED_LIMIT = 10_000;

function wildcard(pattern: string, before: string, after: string): RegExp {
  const key = `${before}${pattern}${after}`;
  const known = compiled.get(key);
  if (known !== undefined) return known;
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\/]/g, '\\$&'));
  const expression = new RegExp(`${before}${parts.join('.*')}${after}`, 's');
  if (compiled.size >= COMPILED_LIMIT) compiled.clear();
  compiled.set(key, expression);
  return expression;
}
