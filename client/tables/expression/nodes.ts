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
  | { readonly kind: 'look'; readonly behind: boolean; readonly negated: boolean; readonly item: Node }
  | { readonly kind: 'assertion'; readonly holds: Assertion }
  /** The text that a group matched, once more. */
  | { readonly kind: 'reference'; readonly number: number; readonly anyCase: boolean };

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

export const isWord: CharacterTest = (character) => /^[A-Za-z0-9_]$/.test(character);

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
export function literal(character: string, anyCase: boolean): Node {
  return { kind: 'set', has: inCase((other) => other === character, anyCase) };
}

/** The same test, tried on both cases of a letter; Postfix sets no locale, so that letters beyond ASCII have no case. */
export function inCase(has: CharacterTest, anyCase: boolean): CharacterTest {
  if (!anyCase) return has;
  return (character) =>
    has(character) ||
    (character < '\u0080' && (has(character.toLowerCase()) || has(character.toUpperCase())));
}
