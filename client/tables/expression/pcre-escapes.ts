/** What a backslash means in a pattern of PCRE. */
import { RuleError } from '../rule-error.ts';
import { TableError } from '../table.ts';
import { type Assertion, assertions, type CharacterTest, isWord } from './nodes.ts';

export type Escape =
  | { readonly kind: 'literal'; readonly character: string }
  | { readonly kind: 'set'; readonly has: CharacterTest }
  | { readonly kind: 'assertion'; readonly holds: Assertion }
  /** `\R`, any line break. */
  | { readonly kind: 'newline' }
  | { readonly kind: 'number'; readonly number: number }
  /** The group so many before this place. */
  | { readonly kind: 'relative'; readonly back: number }
  | { readonly kind: 'name'; readonly name: string };

const SETS: Readonly<Record<string, RegExp>> = {
  d: /^[0-9]$/,
  h: /^[\t \u00a0\u1680\u180e\u2000-\u200a\u202f\u205f\u3000]$/,
  s: /^[\t-\r ]$/,
  v: /^[\n-\r\u0085\u2028\u2029]$/,
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

/** Reads the escape whose backslash is at `at`. Throws RuleError, or TableError for what is not known here. */
export function readEscape(text: string, at: number, inBrackets: boolean): { meaning: Escape; end: number } {
  const rest = text.slice(at + 1);
  const letter = String.fromCodePoint(rest.codePointAt(0) ?? 0);
  if (rest === '') throw new RuleError(`error in regex at offset ${at + 1}: \\ at end of pattern`);
  const found = (meaning: Escape, length = letter.length) => ({ meaning, end: at + 1 + length });

  const coded = /^(?:x\{([0-9A-Fa-f]{1,6})\}|x([0-9A-Fa-f]{0,2})|o\{([0-7]{1,7})\}|(0[0-7]{0,2}))/.exec(rest);
  if (coded !== null) {
    const [whole, braced, short, octal, zero] = coded;
    const code = octal ?? zero;
    const value =
      code === undefined ? Number.parseInt(braced ?? (short || '0'), 16) : Number.parseInt(code, 8);
    if (value > 0x10ffff) throw new RuleError('character code point value in \\x{} or \\o{} is too large');
    return found({ kind: 'literal', character: String.fromCodePoint(value) }, whole.length);
  }
  const [property, inverted, braces, single] = /^[pP](?:\{(\^?)([\w ]+)\}|([A-Z]))/.exec(rest) ?? [];
  if (property !== undefined) {
    const has = propertyTest(braces ?? single ?? '');
    const negated = (letter === 'P') !== (inverted === '^');
    return found({ kind: 'set', has: (character) => has(character) !== negated }, property.length);
  }
  if (!inBrackets) {
    const reference = readReference(rest);
    if (reference !== undefined) return found(reference.meaning, reference.length);
  }
  if (/^[0-9]/.test(rest)) {
    const [digits = ''] = /^[0-7]{1,3}/.exec(rest) ?? [];
    if (digits === '') throw new RuleError('reference to non-existent subpattern');
    return found(
      { kind: 'literal', character: String.fromCodePoint(Number.parseInt(digits, 8)) },
      digits.length,
    );
  }
  if (letter === 'c' && /^c[ -~]/.test(rest)) {
    const code = rest.charAt(1).toUpperCase().charCodeAt(0) ^ 0x40;
    return found({ kind: 'literal', character: String.fromCharCode(code) }, 2);
  }
  return found(simpleEscape(letter, inBrackets));
}

function simpleEscape(letter: string, inBrackets: boolean): Escape {
  if (inBrackets && letter === 'b') return { kind: 'literal', character: '\b' };
  const control = CONTROLS[letter];
  if (control !== undefined) return { kind: 'literal', character: control };
  const lower = letter.toLowerCase();
  const members = SETS[lower];
  if (members !== undefined)
    return { kind: 'set', has: (other) => members.test(other) === (letter === lower) };
  if (lower === 'w') return { kind: 'set', has: (other) => isWord(other) === (letter === 'w') };
  const holds = ASSERTIONS[letter];
  if (holds !== undefined) return { kind: 'assertion', holds };
  if (letter === 'N' && !inBrackets) return { kind: 'set', has: (other) => other !== '\n' };
  if (letter === 'R' && !inBrackets) return { kind: 'newline' };
  if (letter === 'K' || letter === 'X' || letter === 'C')
    throw new TableError(`pattern with "\\${letter}", which is not supported; write it in another way`);
  if (/[A-Za-z]/.test(letter)) throw new RuleError('unrecognized character follows \\');
  return { kind: 'literal', character: letter };
}

/** `\1`, `\12` where such a group may be, `\g2`, `\g{-1}`, `\k<name>`. */
function readReference(rest: string): { meaning: Escape; length: number } | undefined {
  const [whole, digits, relative, name] =
    /^(?:([1-9]\d?)(?!\d)|g\{?\+?(-?\d{1,3})\}?|(?:g\{|k[<{'])([A-Za-z_]\w*)[>}'])/.exec(rest) ?? [];
  if (whole === undefined) return undefined;
  if (name !== undefined) return { meaning: { kind: 'name', name }, length: whole.length };
  const number = Number(digits ?? relative);
  const meaning: Escape = number < 0 ? { kind: 'relative', back: -number } : { kind: 'number', number };
  return { meaning, length: whole.length };
}

function propertyTest(name: string): CharacterTest {
  for (const property of [name, `Script=${name}`]) {
    try {
      const expression = new RegExp(`^\\p{${property}}$`, 'u');
      return (character) => expression.test(character);
    } catch {}
  }
  throw new RuleError('unknown property after \\P or \\p');
}
