/** What an opening parenthesis means in a pattern of PCRE. */
import { shown } from '../../../config/config-error.ts';
import { mistake, UnsupportedError } from './mistake.ts';

/** A group: its number, or its name; a sign makes the number relative to the groups that were opened before. */
export interface GroupWord {
  readonly sign: '' | '+' | '-';
  /** Digits or a name. */
  readonly word: string;
}

export type Opening =
  | { readonly kind: 'group'; readonly name: string | undefined }
  | { readonly kind: 'plain' | 'reset' | 'atomic' }
  | { readonly kind: 'look'; readonly behind: boolean; readonly negated: boolean }
  /** `(?(...)yes|no)`; the condition of `look` follows as a group of its own, which is not taken. */
  | { readonly kind: 'condition'; readonly on: 'group' | 'recursion'; readonly group: GroupWord | undefined }
  | { readonly kind: 'condition'; readonly on: 'never' | 'look' }
  /** Without the group behind them, the closing parenthesis taken. */
  | { readonly kind: 'back' | 'call'; readonly group: GroupWord }
  /** `(?i)`, or `(?i:` where a group follows. */
  | {
      readonly kind: 'options';
      readonly reset: boolean;
      readonly on: string;
      readonly off: string;
      readonly group: boolean;
    }
  | { readonly kind: 'nothing' | 'never' };

type Reader = readonly [pattern: RegExp, read: (found: readonly (string | undefined)[]) => Opening];

const NAME = '[A-Za-z_]\\w*';

/** Tried in this order. */
const READERS: readonly Reader[] = [
  [/\((?![?*])/y, () => ({ kind: 'group', name: undefined })],
  [/\(\?:/y, () => ({ kind: 'plain' })],
  [/\(\?\|/y, () => ({ kind: 'reset' })],
  [/\((?:\?>|\*atomic:)/y, () => ({ kind: 'atomic' })],
  [
    /\(\?(<?)([=!])/y,
    ([, behind, sign]) => ({ kind: 'look', behind: behind === '<', negated: sign === '!' }),
  ],
  [
    /\(\*(p|n|positive_|negative_)(?:(?:la|lookahead)|(?:lb|lookbehind)):/y,
    ([whole, sign]) => ({
      kind: 'look',
      behind: /b(?:ehind)?:$/.test(whole ?? ''),
      negated: sign?.startsWith('n') === true,
    }),
  ],
  [
    new RegExp(`\\(\\?(?:P?<(${NAME})>|'(${NAME})')`, 'y'),
    ([, angled, quoted]) => ({ kind: 'group', name: angled ?? quoted }),
  ],
  [new RegExp(`\\(\\?P=(${NAME})\\)`, 'y'), ([, word = '']) => ({ kind: 'back', group: { sign: '', word } })],
  [/\(\?R\)/y, () => ({ kind: 'call', group: { sign: '', word: '0' } })],
  [/\(\?([+-]?)(\d{1,5})\)/y, ([, sign, word = '']) => ({ kind: 'call', group: groupWord(sign, word) })],
  [
    new RegExp(`\\(\\?(?:&|P>)(${NAME})\\)`, 'y'),
    ([, word = '']) => ({ kind: 'call', group: groupWord('', word) }),
  ],
  [/\(\?(?=\(\?(?:<?[=!]))/y, () => ({ kind: 'condition', on: 'look' })],
  [/\(\?\(DEFINE\)/y, () => ({ kind: 'condition', on: 'never' })],
  [/\(\?\(R\)/y, () => ({ kind: 'condition', on: 'recursion', group: undefined })],
  [
    new RegExp(`\\(\\?\\(R(?:(\\d{1,5})|&(${NAME}))\\)`, 'y'),
    ([, number, name = '']) => ({ kind: 'condition', on: 'recursion', group: groupWord('', number ?? name) }),
  ],
  [
    new RegExp(`\\(\\?\\((?:([+-]?)(\\d{1,5})|(${NAME})|<(${NAME})>|'(${NAME})')\\)`, 'y'),
    ([, sign, number, bare, angled, quoted]) => ({
      kind: 'condition',
      on: 'group',
      group: groupWord(sign, number ?? bare ?? angled ?? quoted ?? ''),
    }),
  ],
  // Postfix asks for no callouts.
  [/\(\?C(?:\d{0,2}|1\d\d|2[0-4]\d|25[0-5]|"[^"]*"|'[^']*')\)/y, () => ({ kind: 'nothing' })],
  // Nobody asks which mark was passed.
  [/\(\*(?:MARK)?:[^)]+\)/y, () => ({ kind: 'nothing' })],
  [/\(\*F(?:AIL)?\)/y, () => ({ kind: 'never' })],
  [
    /\(\?(\^?)([imnsxUJ]*)(?:-([imnsxUJ]*))?([:)])/y,
    ([, reset, on = '', off = '', end]) => ({
      kind: 'options',
      reset: reset === '^',
      on,
      off,
      group: end === ':',
    }),
  ],
];

/** Reads from the parenthesis at `at`. Throws RuleError for a mistake, UnsupportedError for what is not known here. */
export function readOpening(text: string, at: number): { opening: Opening; end: number } {
  for (const [pattern, read] of READERS) {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found !== null) return { opening: read(found), end: at + found[0].length };
  }
  throw problemOf(text, at);
}

export function groupWord(sign: string | undefined, word: string): GroupWord {
  return { sign: sign === '+' || sign === '-' ? sign : '', word };
}

function problemOf(text: string, at: number): Error {
  const rest = text.slice(at);
  const [verb] = /^\(\*[A-Za-z0-9_]+(?:[=:][^)]*)?/.exec(rest) ?? [];
  if (verb !== undefined && VERBS.test(verb)) return new UnsupportedError(`"${shown(verb)})"`);
  if (verb !== undefined) return mistake(at + verb.length, '(*VERB) not recognized or malformed');
  if (rest.startsWith('(*')) return mistake(at + 1, 'quantifier does not follow a repeatable item');
  const [known] = /^\(\?(?:<?\*|\((?:VERSION|R|\?C))/.exec(rest) ?? [];
  if (known !== undefined) return new UnsupportedError(`"${known}"`);
  const [, start, name = ''] = /^(\(\?(?:P?[<>]|P=|&|'|\((?!\?)[<']?))(\w*)/.exec(rest) ?? [];
  if (start !== undefined) return nameProblem(start, name, at);
  if (rest.startsWith('(?(?')) return mistake(at + 2, 'assertion expected after (?( or (?(?C)');
  if (rest.startsWith('(?P')) return mistake(at + 3, 'unrecognized character after (?P');
  const [read = ''] = /^\(\?(?:R|[+-]?\d+|\^?[imnsxUJ]*(?:-[imnsxUJ]*)?)/.exec(rest) ?? [];
  if (read.length === rest.length || /\d$/.test(read))
    return mistake(at + read.length, 'missing closing parenthesis');
  return mistake(at + read.length, 'unrecognized character after (? or (?-');
}

function nameProblem(start: string, name: string, at: number): Error {
  const [nameAt, end] = [at + start.length, at + start.length + name.length];
  if (name === '') return mistake(nameAt, 'subpattern name expected');
  if (start === '(?(') return mistake(end, 'missing closing parenthesis for condition');
  if (/^\d/.test(name)) return mistake(nameAt, 'subpattern name must start with a non-digit');
  return mistake(end, 'syntax error in subpattern name (missing terminator?)');
}

/** Those of PCRE that have no reader here. */
const VERBS =
  /^\(\*(?:ACCEPT|COMMIT|PRUNE|SKIP|THEN|UCP|CR|LF|CRLF|ANY|ANYCRLF|NUL|BSR_[A-Z]+|NO_[A-Z_]+|NOTEMPTY[A-Z_]*|LIMIT_[A-Z]+|na?p?l[ab]|non_atomic_[a-z]+|a?sr|(?:atomic_)?script_run)(?![A-Za-z_])/;
