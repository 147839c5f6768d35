/** A regular expression as a tree, whichever syntax it was written in. */

export type Node =
  /** One character out of a set. */
  | { readonly kind: 'set'; readonly has: CharacterTest }
  | { readonly kind: 'sequence'; readonly items: readonly Node[] }
  | { readonly kind: 'choice'; readonly options: readonly Node[] }
  | {
      readonly kind: 'repeat';
      readonly item: Node;
      readonly min: number;
      /** Infinity: no end. */
      readonly max: number;
      /** Which number of repetitions is tried first; `atomic` does not try another. */
      readonly mode: 'most' | 'fewest' | 'atomic';
    }
  /** A group whose text is kept, numbered from 1. */
  | { readonly kind: 'group'; readonly number: number; readonly item: Node }
  /** Matches in one way or not at all. */
  | { readonly kind: 'atomic'; readonly item: Node }
  | {
      readonly kind: 'look';
      readonly behind: boolean;
      readonly negated: boolean;
      /** Where it was written, for what is said of it. */
      readonly at: number;
      readonly item: Node;
    }
  | { readonly kind: 'assertion'; readonly holds: Assertion }
  /** The text that a group matched, once more. */
  | {
      readonly kind: 'reference';
      readonly number: number;
      readonly anyCase: boolean;
      readonly unicode?: boolean;
    }
  /** The pattern of a group once more, of the whole for 0; what its groups match there does not count. */
  | { readonly kind: 'call'; readonly number: number }
  /** Holds when a group has matched something, or has not. */
  | { readonly kind: 'took'; readonly number: number; readonly wanted: boolean }
  /** Holds inside a call of that group, or of any, or does not. */
  | { readonly kind: 'within'; readonly number: number | undefined; readonly wanted: boolean };

/** Takes one character (code point). */
export type CharacterTest = (character: string) => boolean;

/** Looks at a place between characters. */
export type Assertion = (text: readonly string[], at: number) => boolean;

export interface Expression {
  readonly root: Node;
  readonly groups: number;
  /** Of several matches at one place the longest counts, as POSIX wants it, instead of the first. */
  readonly longest: boolean;
  /** Matches at the start of the text only. */
  readonly anchored: boolean;
}

/** Any character at all; recognized by the compiler. */
export const isAnything: CharacterTest = () => true;

const REMEMBERED_CODES = 256;

/** The same test, which asks for each of the first characters once. */
export function remembered(has: CharacterTest): CharacterTest {
  const known = new Uint8Array(REMEMBERED_CODES);
  return (character) => {
    const code = character.charCodeAt(0);
    if (code >= REMEMBERED_CODES || character.length !== 1) return has(character);
    if (known[code] === 0) known[code] = has(character) ? 1 : 2;
    return known[code] === 1;
  };
}

export const isWord: CharacterTest = remembered((character) => /^[A-Za-z0-9_]$/.test(character));

const wordAt = (text: readonly string[], at: number): boolean => isWord(text[at] ?? '');

export const assertions = {
  start: (_text, at) => at === 0,
  end: (text, at) => at === text.length,
  endOrLastNewline: (text, at) => at === text.length || (at === text.length - 1 && text[at] === '\n'),
  lineStart: (text, at) => at === 0 || text[at - 1] === '\n',
  lineEnd: (text, at) => at === text.length || text[at] === '\n',
  wordEdge: (text, at) => wordAt(text, at - 1) !== wordAt(text, at),
  noWordEdge: (text, at) => wordAt(text, at - 1) === wordAt(text, at),
  wordStart: (text, at) => !wordAt(text, at - 1) && wordAt(text, at),
  wordEnd: (text, at) => wordAt(text, at - 1) && !wordAt(text, at),
} as const satisfies Record<string, Assertion>;

/** The test of one character, in its own or in any case. */
export function literal(character: string, anyCase: boolean, unicode = false): Node {
  const itself: CharacterTest = (other) => other === character;
  if (!anyCase) return { kind: 'set', has: itself };
  if (unicode) return { kind: 'set', has: inCase(itself, unicode) };
  const [lower = character, upper = character] = casesOf(character, false);
  return { kind: 'set', has: (other) => other === lower || other === upper };
}

/**
 * The same test, tried on both cases of a letter. Postfix sets no locale, so that letters beyond ASCII have no case but
 * where the pattern asks for Unicode.
 */
export function inCase(has: CharacterTest, unicode: boolean): CharacterTest {
  return (character) => has(character) || casesOf(character, unicode).some(has);
}

export function isSameInCase(one: string, other: string | undefined, unicode = false): boolean {
  return one === other || (other !== undefined && casesOf(one, unicode).includes(other));
}

function casesOf(character: string, unicode: boolean): readonly string[] {
  if (!unicode && character >= '\u0080') return [];
  const cases = [character.toLowerCase(), character.toUpperCase()];
  return cases.filter((each) => each.length === character.length);
}

export function assertion(holds: Assertion): Node {
  return { kind: 'assertion', holds };
}

export function sequence(...items: Node[]): Node {
  return { kind: 'sequence', items };
}

export function either(options: readonly Node[]): Node {
  const [only] = options;
  return options.length === 1 && only !== undefined ? only : { kind: 'choice', options };
}
