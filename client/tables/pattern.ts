/**
 * Regular expressions as conditions: `regexp` and `pcre` tables. A pattern is `/.../flags`, with any delimiter; it
 * matches in any case unless the flag i says otherwise.
 */
import { match } from './expression/match.ts';
import type { Expression } from './expression/nodes.ts';
import { UnsupportedError } from './expression/pcre/mistake.ts';
import { asksForUnicode, parsePcre } from './expression/pcre/parser.ts';
import { parsePosix } from './expression/posix.ts';
import { compile } from './expression/program.ts';
import type { TableOpener } from './opener.ts';
import { RuleError } from './rule-error.ts';
import { type Condition, openRules, type WrittenCondition } from './rules.ts';
import { TableError } from './table.ts';

type Dialect = 'regexp' | 'pcre';

/** What an expression sees are the bytes of UTF-8, as characters of Latin-1: Postfix sets no locale, and no mode of PCRE. */
const encode = (text: string): string => Buffer.from(text).toString('latin1');
const decode = (bytes: string): string => Buffer.from(bytes, 'latin1').toString();

/** The flags that each has. */
const FLAGS = { regexp: 'imx', pcre: 'imsxAEUX' } as const;

/** Where they stand; for regexp a `!` may follow, with a second pattern. */
const LETTERS = { regexp: /^[^\s!]*/, pcre: /^\S*/ } as const;

const CLOSING = { regexp: 'skipping', pcre: 'ignoring' } as const;

/** Flags that are set unless a pattern names them. */
const DEFAULT_FLAGS = { regexp: 'ix', pcre: 'is' } as const;

export const openRegexp = patternOpener('regexp');
export const openPcre = patternOpener('pcre');

function patternOpener(dialect: Dialect): TableOpener {
  return (name, label, context) =>
    openRules(name, label, context, {
      type: dialect,
      readCondition: (text) => readCondition(text, dialect),
      exceptions: dialect === 'regexp',
      patterns: { outOfRange: dialect === 'regexp' ? 'out-of-range' : 'out of range' },
    });
}

function readCondition(text: string, dialect: Dialect): WrittenCondition {
  const { source, flags, rest } = splitPattern(text, dialect);
  const compilePattern = (): Condition => {
    if (dialect === 'pcre' && asksForUnicode(source)) {
      const program = compile(parse(source, flags, dialect));
      return { groups: program.groups, match: (key) => match(program, key) };
    }
    const program = compile(parse(encode(source), flags, dialect));
    const matched = (key: string) => match(program, encode(key))?.map((part) => part && decode(part));
    return { groups: program.groups, match: matched };
  };
  if (dialect === 'regexp') return { compile: compilePattern, rest };
  const warnings = flags.has('X') ? ['ignoring obsolete regexp option "X"'] : [];
  return { compile: () => compileOrFail(compilePattern), rest, warnings };
}

/**
 * A rule with what this client does not support stays, and a lookup that comes to it fails: mail waits. To leave it out,
 * as is done with a mistake, would have mail go where a later rule says, or none: in clear text, past a check, or by
 * another transport than with Postfix. What earlier rules decide is not concerned.
 */
function compileOrFail(compileIt: () => Condition): Condition {
  try {
    return compileIt();
  } catch (error) {
    if (!(error instanceof UnsupportedError)) throw error;
    const { message } = error;
    const fail = () => {
      throw new TableError(message);
    };
    return { groups: Number.POSITIVE_INFINITY, match: fail, unsupported: message };
  }
}

function splitPattern(
  text: string,
  dialect: Dialect,
): { source: string; flags: ReadonlySet<string>; rest: string } {
  const delimiter = text.charAt(0);
  if (delimiter === '') throw new RuleError('no regexp: skipping this rule');
  let end = 1;
  while (end < text.length && text[end] !== delimiter) end += text[end] === '\\' ? 2 : 1;
  if (end >= text.length)
    throw new RuleError(`no closing regexp delimiter "${delimiter}": ${CLOSING[dialect]} this rule`);
  const [letters = ''] = LETTERS[dialect].exec(text.slice(end + 1)) ?? [];
  const flags = new Set<string>(DEFAULT_FLAGS[dialect]);
  for (const letter of letters) {
    if (!FLAGS[dialect].includes(letter))
      throw new RuleError(`unknown regexp option "${letter}": skipping this rule`);
    if (!flags.delete(letter)) flags.add(letter);
  }
  return { source: text.slice(1, end), flags, rest: text.slice(end + 1 + letters.length) };
}

function parse(source: string, flags: ReadonlySet<string>, dialect: Dialect): Expression {
  const [anyCase, lines] = [flags.has('i'), flags.has('m')];
  if (dialect === 'regexp') return parsePosix(source, { anyCase, lines, extended: flags.has('x') });
  return parsePcre(source, {
    anyCase,
    lines,
    dotAll: flags.has('s'),
    spaced: flags.has('x'),
    anchored: flags.has('A'),
    dollarEndOnly: flags.has('E'),
    ungreedy: flags.has('U'),
  });
}
