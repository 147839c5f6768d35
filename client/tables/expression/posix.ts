/**
 * The regular expressions of POSIX (`regexp` tables): extended ones, and basic ones where the flag x asks for them,
 * with what the GNU library adds: `\w \W \s \S \b \B \< \>` and back references.
 */
import { RuleError } from '../rule-error.ts';
import { readBrackets } from './brackets.ts';
import { NESTING_LIMIT, REPEAT_LIMIT } from './limits.ts';
import {
  assertions,
  type CharacterTest,
  type Expression,
  inCase,
  isAnything,
  isWord,
  literal,
  type Node,
  remembered,
} from './nodes.ts';

export interface PosixOptions {
  readonly anyCase: boolean;
  readonly extended: boolean;
  /** `^` and `$` know lines, and only a newline in the pattern matches one. */
  readonly lines: boolean;
}

/** Throws RuleError. */
export function parsePosix(source: string, options: PosixOptions): Expression {
  return new PosixParser(source, options).expression();
}

/** A character that stands for itself, an operator, an escape, or the end. */
type Token = { readonly kind: 'character' | 'operator' | 'escape' | 'end'; readonly text: string };

const ESCAPED_SETS: Readonly<Record<string, CharacterTest>> = {
  w: isWord,
  W: (character) => !isWord(character),
  s: (character) => /^[ \t-\r]$/.test(character),
  S: (character) => !/^[ \t-\r]$/.test(character),
};

const ESCAPED_ASSERTIONS: Readonly<Record<string, keyof typeof assertions>> = {
  b: 'wordEdge',
  B: 'noWordEdge',
  '<': 'wordStart',
  '>': 'wordEnd',
  '`': 'start',
  "'": 'end',
};

class PosixParser {
  readonly #source: string;
  readonly #options: PosixOptions;
  #at = 0;
  #groups = 0;
  #depth = 0;
  readonly #closed = new Set<number>();

  constructor(source: string, options: PosixOptions) {
    this.#source = source;
    this.#options = options;
  }

  expression(): Expression {
    const root = this.#choice();
    return { root, groups: this.#groups, longest: true, anchored: false };
  }

  #peek(): Token {
    const character = String.fromCodePoint(this.#source.codePointAt(this.#at) ?? 0);
    if (this.#at >= this.#source.length) return { kind: 'end', text: '' };
    const operators = this.#options.extended ? '(){|*+?.[^$' : '*.[^$';
    if (character !== '\\')
      return { kind: operators.includes(character) ? 'operator' : 'character', text: character };
    const next = String.fromCodePoint(this.#source.codePointAt(this.#at + 1) ?? 0);
    if (this.#at + 1 >= this.#source.length) throw new RuleError('Trailing backslash');
    if (!this.#options.extended && '(){|+?'.includes(next)) return { kind: 'operator', text: next };
    return { kind: 'escape', text: next };
  }

  #take({ text }: Token): void {
    this.#at += (this.#source[this.#at] === '\\' ? 1 : 0) + text.length;
  }

  #isNext(operator: string): boolean {
    const token = this.#peek();
    return token.kind === 'operator' && token.text === operator;
  }

  #choice(): Node {
    const options = [this.#sequence()];
    while (this.#isNext('|')) {
      this.#take(this.#peek());
      options.push(this.#sequence());
    }
    const [only] = options;
    return options.length === 1 && only !== undefined ? only : { kind: 'choice', options };
  }

  #sequence(): Node {
    const items: Node[] = [];
    for (let token = this.#peek(); token.kind !== 'end'; token = this.#peek()) {
      if (token.kind === 'operator' && (token.text === '|' || (token.text === ')' && this.#depth > 0))) break;
      let item = this.#atom(token, items.length === 0);
      // A place between characters is nothing to repeat.
      const repeatable = item.kind !== 'assertion';
      for (
        let repeat = repeatable ? this.#repetition() : undefined;
        repeat !== undefined;
        repeat = this.#repetition()
      )
        item = { kind: 'repeat', item, ...repeat, mode: 'most' };
      items.push(item);
    }
    return { kind: 'sequence', items };
  }

  #atom(token: Token, first: boolean): Node {
    const start = this.#at;
    this.#take(token);
    if (token.kind === 'escape') return this.#escaped(token.text);
    if (token.kind === 'character') return this.#literal(token.text);
    switch (token.text) {
      case '(':
        return this.#group();
      case '.':
        return { kind: 'set', has: this.#options.lines ? (character) => character !== '\n' : isAnything };
      case '[':
        return this.#brackets(start);
      case '^':
        if (!this.#options.extended && !first) return this.#literal('^');
        return { kind: 'assertion', holds: assertions[this.#options.lines ? 'lineStart' : 'start'] };
      case '$':
        if (!this.#options.extended && !this.#atEndOfBranch()) return this.#literal('$');
        return { kind: 'assertion', holds: assertions[this.#options.lines ? 'lineEnd' : 'end'] };
      case ')':
        return this.#literal(')');
      case '{':
        throw new RuleError('Invalid preceding regular expression');
      default:
        // With nothing to repeat, basic expressions take the operator for a character.
        if (this.#options.extended) throw new RuleError('Invalid preceding regular expression');
        return this.#literal(token.text);
    }
  }

  #atEndOfBranch(): boolean {
    const token = this.#peek();
    return token.kind === 'end' || (token.kind === 'operator' && (token.text === ')' || token.text === '|'));
  }

  #literal(character: string): Node {
    return literal(character, this.#options.anyCase);
  }

  #escaped(character: string): Node {
    const has = ESCAPED_SETS[character];
    if (has !== undefined) return { kind: 'set', has };
    const assertion = ESCAPED_ASSERTIONS[character];
    if (assertion !== undefined) return { kind: 'assertion', holds: assertions[assertion] };
    if (!/^[1-9]$/.test(character)) return this.#literal(character);
    const number = Number(character);
    if (!this.#closed.has(number)) throw new RuleError('Invalid back reference');
    return { kind: 'reference', number, anyCase: this.#options.anyCase };
  }

  #group(): Node {
    this.#depth += 1;
    this.#groups += 1;
    const number = this.#groups;
    if (this.#depth > NESTING_LIMIT) throw new RuleError('Regular expression too big');
    const item = this.#choice();
    if (!this.#isNext(')')) throw new RuleError('Unmatched ( or \\(');
    this.#take(this.#peek());
    this.#depth -= 1;
    this.#closed.add(number);
    return { kind: 'group', number, item };
  }

  #brackets(open: number): Node {
    const { has, negated, end } = readBrackets(this.#source, open);
    this.#at = end;
    const { anyCase, lines } = this.#options;
    const test = remembered(anyCase ? inCase(has, false) : has);
    if (!negated) return { kind: 'set', has: test };
    return { kind: 'set', has: (character) => !test(character) && !(lines && character === '\n') };
  }

  /** `*`, `+`, `?` or `{min,max}` at this place, taken. */
  #repetition(): { min: number; max: number } | undefined {
    const token = this.#peek();
    if (token.kind !== 'operator' || !'*+?{'.includes(token.text)) return undefined;
    this.#take(token);
    if (token.text === '*') return { min: 0, max: Number.POSITIVE_INFINITY };
    if (token.text === '+') return { min: 1, max: Number.POSITIVE_INFINITY };
    if (token.text === '?') return { min: 0, max: 1 };
    const interval = this.#options.extended ? /(\d*)(,?)(\d*)\}/y : /(\d*)(,?)(\d*)\\\}/y;
    interval.lastIndex = this.#at;
    const [whole, low = '', comma = '', high = ''] = interval.exec(this.#source) ?? [];
    if (!this.#source.includes('}', this.#at)) throw new RuleError('Unmatched \\{');
    if (whole === undefined || (low === '' && comma === '')) throw new RuleError('Invalid content of \\{\\}');
    this.#at += whole.length;
    const min = Number(low);
    const open = high === '' ? Number.POSITIVE_INFINITY : Number(high);
    const max = comma === '' ? min : open;
    if (min > max) throw new RuleError('Invalid content of \\{\\}');
    if (min > REPEAT_LIMIT || (max > REPEAT_LIMIT && max < Number.POSITIVE_INFINITY))
      throw new RuleError('Regular expression too big');
    return { min, max };
  }
}
