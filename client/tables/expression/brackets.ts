/** Bracket expressions of POSIX: `[a-z[:digit:]]`, `[^...]`. */
import { RuleError } from '../rule-error.ts';
import { CharacterSet } from './character-set.ts';
import type { CharacterTest } from './nodes.ts';

export interface CharacterClass {
  readonly has: CharacterTest;
  readonly negated: boolean;
  /** Behind the closing bracket. */
  readonly end: number;
}

const CLASSES: Readonly<Record<string, RegExp>> = {
  alnum: /^[A-Za-z0-9]$/,
  alpha: /^[A-Za-z]$/,
  ascii: /^[\u0000-\u007f]$/,
  blank: /^[ \t]$/,
  cntrl: /^[\u0000-\u001f\u007f]$/,
  digit: /^[0-9]$/,
  graph: /^[!-~]$/,
  lower: /^[a-z]$/,
  print: /^[ -~]$/,
  punct: /^[!-/:-@[-`{-~]$/,
  space: /^[ \t-\r]$/,
  upper: /^[A-Z]$/,
  word: /^[A-Za-z0-9_]$/,
  xdigit: /^[0-9A-Fa-f]$/,
};

/** By name; `^name` is the opposite. */
const CLASS_TESTS: ReadonlyMap<string, CharacterTest> = new Map(
  Object.entries(CLASSES).flatMap(([name, members]): [string, CharacterTest][] => [
    [name, (character) => members.test(character)],
    [`^${name}`, (character) => !members.test(character)],
  ]),
);

/** The members of `[:name:]`. */
export function classTest(name: string): CharacterTest | undefined {
  return CLASS_TESTS.get(name);
}

/** Reads from the bracket at `open`. Throws RuleError. */
export function readBrackets(text: string, open: number): CharacterClass {
  let at = open + 1;
  const negated = text[at] === '^';
  if (negated) at += 1;
  if (at >= text.length) throw new RuleError('Invalid regular expression');
  const set = new CharacterSet();
  for (let first = true; first || text[at] !== ']'; first = false) {
    const low = readItem(text, at);
    at = low.end;
    if (typeof low.item === 'string' && text[at] === '-' && at + 1 < text.length && text[at + 1] !== ']') {
      const high = readItem(text, at + 1);
      at = high.end;
      // A hyphen before a class is a hyphen.
      if (typeof high.item === 'string') set.addRange(low.item, high.item);
      else for (const item of [low.item, '-', high.item]) set.add(item);
    } else {
      set.add(low.item);
    }
  }
  return { has: set.test(), negated, end: at + 1 };
}

function readItem(text: string, at: number): { item: string | CharacterTest; end: number } {
  const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
  if (at >= text.length) throw new RuleError('Unmatched [, [^, [:, [., or [=');
  const kind = character === '[' ? (text[at + 1] ?? '') : '';
  if (kind === ':' || kind === '.' || kind === '=') {
    const close = text.indexOf(`${kind}]`, at + 2);
    if (close < 0) throw new RuleError('Unmatched [, [^, [:, [., or [=');
    return { item: named(text.slice(at + 2, close), kind), end: close + 2 };
  }
  return { item: character, end: at + character.length };
}

function named(name: string, kind: string): string | CharacterTest {
  if (kind !== ':') {
    if ([...name].length !== 1) throw new RuleError('Invalid collation character');
    return name;
  }
  const test = CLASS_TESTS.get(name);
  if (test === undefined) throw new RuleError('Invalid character class name');
  return test;
}
