/** Bracket expressions of PCRE: `[a-z\d[:digit:]]`, `[^...]`. */
import { type CharacterClass, classTest } from '../brackets.ts';
import { CharacterSet } from '../character-set.ts';
import type { CharacterTest } from '../nodes.ts';
import { readEscape } from './escapes.ts';
import { mistake } from './mistake.ts';

export interface BracketModes {
  /** Blanks do not count. */
  readonly spaced: boolean;
  /** Characters are those of Unicode, not bytes. */
  readonly unicode: boolean;
}

/** Reads from the bracket at `open`. Throws RuleError. */
export function readPcreBrackets(text: string, open: number, modes: BracketModes): CharacterClass {
  if (posixName(text, open) !== undefined) {
    const known = text[open + 1] === ':';
    throw mistake(open, known ? 'POSIX named classes are supported only within a class' : COLLATING);
  }
  return new BracketReader(text, open, modes).read();
}

const COLLATING = 'POSIX collating elements are not supported';

class BracketReader {
  readonly #text: string;
  readonly #modes: BracketModes;
  readonly #set = new CharacterSet();
  #at: number;
  /** Between `\Q` and `\E`. */
  #quoted = false;

  constructor(text: string, open: number, modes: BracketModes) {
    this.#text = text;
    this.#modes = modes;
    this.#at = open + 1;
  }

  read(): CharacterClass {
    const negated = this.#text[this.#at] === '^';
    if (negated) this.#at += 1;
    this.#skip();
    for (let first = true; first || this.#quoted || this.#text[this.#at] !== ']'; first = false) {
      this.#range();
      this.#skip();
    }
    return { has: this.#set.test(), negated, end: this.#at + 1 };
  }

  #range(): void {
    const low = this.#item();
    this.#skip();
    if (this.#quoted || this.#text[this.#at] !== '-') {
      this.#set.add(low);
      return;
    }
    const hyphen = this.#at;
    this.#at += 1;
    this.#skip();
    if (!this.#quoted && (this.#text[this.#at] === ']' || this.#at >= this.#text.length)) {
      this.#at = hyphen;
      this.#set.add(low);
      return;
    }
    if (typeof low !== 'string') throw mistake(hyphen, 'invalid range in character class');
    const start = this.#at;
    const high = this.#item();
    if (typeof high !== 'string')
      throw mistake(this.#text[start] === '[' ? start + 1 : this.#at, 'invalid range in character class');
    if (high < low) throw mistake(this.#at - 1, 'range out of order in character class');
    this.#set.addRange(low, high);
  }

  /** What stands for nothing: `\E`, an empty quotation, and blanks where they do not count. */
  #skip(): void {
    for (;;) {
      if (
        this.#quoted
          ? this.#text.startsWith('\\E', this.#at)
          : /^\\[QE]/.test(this.#text.slice(this.#at, this.#at + 2))
      ) {
        this.#quoted = this.#text[this.#at + 1] === 'Q';
        this.#at += 2;
      } else if (this.#modes.spaced && !this.#quoted && /[ \t]/.test(this.#text.charAt(this.#at))) {
        this.#at += 1;
      } else {
        return;
      }
    }
  }

  #item(): string | CharacterTest {
    const at = this.#at;
    const character = String.fromCodePoint(this.#text.codePointAt(at) ?? 0);
    if (at >= this.#text.length) throw mistake(at, 'missing terminating ] for character class');
    this.#at += character.length;
    if (this.#quoted) return character;
    if (character === '\\') return this.#escape(at);
    const name = character === '[' ? posixName(this.#text, at) : undefined;
    if (name === undefined) return character;
    if (this.#text[at + 1] !== ':') throw mistake(at, COLLATING);
    const test = classTest(name);
    if (test === undefined) throw mistake(at + (name.startsWith('^') ? 3 : 2), 'unknown POSIX class name');
    this.#at = at + name.length + 4;
    return test;
  }

  #escape(at: number): string | CharacterTest {
    const context = { inBrackets: true, groups: 0, unicode: this.#modes.unicode };
    const { meaning, end } = readEscape(this.#text, at, context);
    this.#at = end;
    if (meaning.kind === 'literal') return meaning.character;
    if (meaning.kind === 'set') return meaning.has;
    throw mistake(at + 1, 'escape sequence is invalid in character class');
  }
}

/** The name between `[:` and `:]`, if that is what stands at `at`; so for `.` and `=`. */
function posixName(text: string, at: number): string | undefined {
  const named = /\[([:.=])((?:\\[\]\\]|(?!\[\1|\1\])[^\]])*)\1\]/y;
  named.lastIndex = at;
  return named.exec(text)?.[2];
}
