/** What a backslash means in a pattern of PCRE. */
import {
  type Assertion,
  assertions,
  type CharacterTest,
  either,
  isAnything,
  isWord,
  literal,
  type Node,
  remembered,
  sequence,
} from '../nodes.ts';
import { mistake, UnsupportedError } from './mistake.ts';
import { type GroupWord, groupWord } from './opening.ts';
import { propertyTest } from './properties.ts';

export type Escape =
  | { readonly kind: 'literal'; readonly character: string }
  | { readonly kind: 'set'; readonly has: CharacterTest }
  | { readonly kind: 'assertion'; readonly holds: Assertion }
  /** `\R` and `\X`. */
  | { readonly kind: 'node'; readonly node: Node }
  /** `\K`, which moves the start of the match. */
  | { readonly kind: 'start' }
  | { readonly kind: 'back' | 'call'; readonly group: GroupWord };

export interface EscapeContext {
  readonly inBrackets: boolean;
  /** How many groups were opened before: it tells `\12` from a code. */
  readonly groups: number;
  /** Characters are those of Unicode, not bytes. */
  readonly unicode: boolean;
}

const SETS: Readonly<Record<string, CharacterTest>> = {
  d: remembered((character) => /^[0-9]$/.test(character)),
  h: remembered((character) => /^[\t \u00a0\u1680\u180e\u2000-\u200a\u202f\u205f\u3000]$/.test(character)),
  s: remembered((character) => /^[\t-\r ]$/.test(character)),
  v: remembered((character) => /^[\n-\r\u0085\u2028\u2029]$/.test(character)),
  w: isWord,
};

const CONTROLS: Readonly<Record<string, string>> = {
  a: '\u0007',
  e: '\u001b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

const ASSERTIONS: Readonly<Record<string, Assertion>> = {
  A: assertions.start,
  b: assertions.wordEdge,
  B: assertions.noWordEdge,
  G: assertions.start,
  z: assertions.end,
  Z: assertions.endOrLastNewline,
};

interface Found {
  readonly meaning: Escape;
  readonly end: number;
}

/** Reads the escape whose backslash is at `at`. Throws RuleError. */
export function readEscape(text: string, at: number, context: EscapeContext): Found {
  const rest = text.slice(at + 1);
  if (rest === '') throw mistake(at + 1, '\\ at end of pattern');
  if (/^N\{(?!\d+(?:,\d*)?\})/.test(rest)) throw mistake(at + 2, NAMED_CODES);
  const code = readCode(rest, at, context);
  if (code !== undefined) return code;
  const property = /^[pP](?:\{(\^?)([\w &]+)\}|([A-Z]))/.exec(rest);
  if (property !== null) {
    const [whole, inverted, braces, single] = property;
    const end = at + 1 + whole.length;
    const has = propertyTest(braces ?? single ?? '');
    if (has === undefined) throw mistake(end, 'unknown property after \\P or \\p');
    const negated = whole.startsWith('P') !== (inverted === '^');
    return { meaning: { kind: 'set', has: (character) => has(character) !== negated }, end };
  }
  const group = context.inBrackets ? undefined : readGroup(rest, at, context.groups);
  if (group !== undefined) return group;
  const letter = String.fromCodePoint(rest.codePointAt(0) ?? 0);
  return { meaning: simpleEscape(letter, at, context), end: at + 1 + letter.length };
}

/** A character by its code: `\x41`, `\x{41}`, `\o{101}`, `\101`, `\cA`. */
function readCode(
  rest: string,
  at: number,
  { groups, inBrackets, unicode }: EscapeContext,
): Found | undefined {
  const [whole = '', braced, short, octal, digits, control] =
    /^(?:x\{([0-9A-Fa-f]+)\}|x(?!\{)([0-9A-Fa-f]{0,2})|o\{([0-7]+)\}|([0-7]{1,3})|c([ -~]))/.exec(rest) ?? [];
  if (whole === '') return undefined;
  if (digits !== undefined && !inBrackets && isReference(rest, groups)) return undefined;
  const end = at + 1 + whole.length;
  const hexadecimal = braced ?? (short === '' ? '0' : short);
  const value =
    hexadecimal === undefined ? Number.parseInt(octal ?? digits ?? '', 8) : Number.parseInt(hexadecimal, 16);
  const code = control === undefined ? value : control.toUpperCase().charCodeAt(0) ^ 0x40;
  if (!unicode && digits !== undefined && code > 0xff)
    throw mistake(end, 'octal value is greater than \\377 in 8-bit non-UTF-8 mode');
  if (code > (unicode ? 0x10ffff : 0xff))
    throw mistake(end - 1, 'character code point value in \\x{} or \\o{} is too large');
  return { meaning: { kind: 'literal', character: String.fromCodePoint(code) }, end };
}

/** `\1` to `\9`, what begins with 8 or 9, and the number of a group that was opened before. */
function isReference(rest: string, groups: number): boolean {
  const [digits = ''] = /^[1-9]\d*/.exec(rest) ?? [];
  return digits !== '' && (digits.length === 1 || digits >= '8' || Number(digits) <= groups);
}

/** The ways to name a group: a sign and a number, or a name. */
const REFERENCES = [
  /^g([+-]?)(\d{1,5})/,
  /^g\{([+-]?)(\d{1,5})\}/,
  /^[gk]\{()([A-Za-z_]\w*)\}/,
  /^k(?:<()([A-Za-z_]\w*)>)/,
  /^k'()([A-Za-z_]\w*)'/,
];
const CALLS = [/^g<([+-]?)(\d{1,5}|[A-Za-z_]\w*)>/, /^g'([+-]?)(\d{1,5}|[A-Za-z_]\w*)'/];

/** `\1`, `\g2`, `\g{-1}`, `\k<name>`, and `\g<name>`, which is a call. */
function readGroup(rest: string, at: number, groups: number): Found | undefined {
  for (const [kind, patterns] of [
    ['back', isReference(rest, groups) ? [/^()(\d+)/] : REFERENCES],
    ['call', CALLS],
  ] as const) {
    for (const pattern of patterns) {
      const [whole, sign, word = ''] = pattern.exec(rest) ?? [];
      if (whole !== undefined)
        return { meaning: { kind, group: groupWord(sign, word) }, end: at + 1 + whole.length };
    }
  }
  return undefined;
}

function simpleEscape(letter: string, at: number, { inBrackets, unicode }: EscapeContext): Escape {
  if (inBrackets && letter === 'b') return { kind: 'literal', character: '\b' };
  const control = CONTROLS[letter];
  if (control !== undefined) return { kind: 'literal', character: control };
  const lower = letter.toLowerCase();
  const has = SETS[lower];
  if (has !== undefined) return { kind: 'set', has: letter === lower ? has : (other) => !has(other) };
  const holds = ASSERTIONS[letter];
  if (holds !== undefined) return { kind: 'assertion', holds };
  if (letter === 'N' && inBrackets) throw mistake(at + 2, '\\N is not supported in a class');
  if (letter === 'N') return { kind: 'set', has: (other) => other !== '\n' };
  if (letter === 'C' && !inBrackets) return { kind: 'set', has: isAnything };
  if (inBrackets && /[RX]/.test(letter))
    throw mistake(at + 1, 'escape sequence is invalid in character class');
  if (letter === 'K' && !inBrackets) return { kind: 'start' };
  if (letter === 'R') return { kind: 'node', node: lineBreak };
  if (letter === 'X') {
    if (unicode) throw new UnsupportedError('\\X with (*UTF)');
    return { kind: 'node', node: cluster };
  }
  const [, problem, length = 1] = PROBLEMS.find(([letters]) => letters.test(letter)) ?? [];
  if (problem !== undefined) throw mistake(at + length, problem);
  return { kind: 'literal', character: letter };
}

const CRLF = sequence(literal('\r', false), literal('\n', false));

const lineBreak: Node = {
  kind: 'atomic',
  item: either([CRLF, { kind: 'set', has: (character) => /^[\n-\r\u0085\u2028\u2029]$/.test(character) }]),
};

/** Of the bytes there are, only these two are one character. */
const cluster: Node = { kind: 'atomic', item: either([CRLF, { kind: 'set', has: isAnything }]) };

const NAMED_CODES = 'PCRE2 does not support \\F, \\L, \\l, \\N{name}, \\U, or \\u';

/** What is no escape, with how many characters of it PCRE has read then. */
const PROBLEMS: readonly [letters: RegExp, problem: string, length?: number][] = [
  [/[FLlUu]/, NAMED_CODES, 2],
  [/g/, '\\g is not followed by a braced, angle-bracketed, or quoted name/number or by a plain number', 2],
  [/k/, '\\k is not followed by a braced, angle-bracketed, or quoted name', 2],
  [/[pP]/, 'malformed \\P or \\p sequence', 2],
  [/c/, '\\c at end of pattern', 2],
  [/x/, 'non-hex character in \\x{} (closing brace missing?)', 3],
  [/o/, 'non-octal character in \\o{} (closing brace missing?)', 3],
  [/[A-Za-z]/, 'unrecognized character follows \\'],
];
