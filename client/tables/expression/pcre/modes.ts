/** How the parts of a PCRE pattern are meant: what the flags of a rule say, and `(?imnsxUJ)` from there on. */

export interface PcreOptions {
  readonly anyCase: boolean;
  /** `^` and `$` know lines. */
  readonly lines: boolean;
  /** `.` matches a newline too. */
  readonly dotAll: boolean;
  /** White space and comments in the pattern do not count. */
  readonly spaced: boolean;
  readonly anchored: boolean;
  /** `$` is the very end, not the place before a last newline too. */
  readonly dollarEndOnly: boolean;
  /** Repetitions take the fewest unless told. */
  readonly ungreedy: boolean;
}

/** What may change inside a pattern. */
export interface Modes extends PcreOptions {
  /** Blanks do not count in brackets either. */
  readonly spacedBrackets: boolean;
  /** Only groups with a name are kept. */
  readonly namedOnly: boolean;
  /** Several groups may have one name. */
  readonly sameNames: boolean;
}

/** Letters of `(?imnsx)` and what they stand for. */
const INLINE: Readonly<Record<string, keyof Modes>> = {
  i: 'anyCase',
  m: 'lines',
  n: 'namedOnly',
  s: 'dotAll',
  x: 'spaced',
  U: 'ungreedy',
  J: 'sameNames',
};

export function initialModes(options: PcreOptions): Modes {
  return { ...options, spacedBrackets: false, namedOnly: false, sameNames: false };
}

/** The same with the modes of some letters set or not. */
export function withLetters(modes: Modes, letters: string, value: boolean): Modes {
  const changed: { -readonly [K in keyof Modes]?: boolean } = {};
  for (const letter of letters) {
    const mode = INLINE[letter];
    if (mode !== undefined) changed[mode] = value;
  }
  if (letters.includes('x')) changed.spacedBrackets = value && letters.includes('xx');
  return { ...modes, ...changed };
}
