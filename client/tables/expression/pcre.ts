/**
 * The regular expressions of Perl (`pcre` tables), as far as this client knows them: all but recursion, conditions,
 * branch resets, `\K`, `\X` and control verbs. A table that uses one of these is refused as a whole: to leave out a
 * rule that Postfix would follow is worse than to defer mail.
 */
import { shown } from '../../config/config-error.ts';
import { RuleError } from '../rule-error.ts';
import { TableError } from '../table.ts';
import { readBrackets } from './brackets.ts';
import { NESTING_LIMIT, REPEAT_LIMIT } from './limits.ts';
import {
  type Assertion,
  assertions,
  type Expression,
  inCase,
  isAnything,
  literal,
  type Node,
} from './nodes.ts';
import { type Escape, readEscape } from './pcre-escapes.ts';

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

/** Throws RuleError for a mistake, TableError for what is not known here. */
export function parsePcre(source: string, options: PcreOptions): Expression {
  return new PcreParser(source, options).expression();
}

/** Letters of `(?imsx)` and the options they stand for. */
const INLINE = { i: 'anyCase', m: 'lines', s: 'dotAll', x: 'spaced', U: 'ungreedy' } as const;

class PcreParser {
  readonly #source: string;
  #options: PcreOptions;
  #at = 0;
  #groups = 0;
  #depth = 0;
  readonly #names = new Map<string, number>();
  /** The highest group that was referred to. */
  #referred = 0;

  constructor(source: string, options: PcreOptions) {
    this.#source = source;
    this.#options = options;
  }

  expression(): Expression {
    const { anchored } = this.#options;
    const root = this.#choice();
    if (this.#at < this.#source.length) this.#fail('unmatched closing parenthesis');
    if (this.#referred > this.#groups) this.#fail('reference to non-existent subpattern');
    return { root, groups: this.#groups, longest: false, anchored };
  }

  #fail(problem: string): never {
    throw new RuleError(`error in regex at offset ${this.#at}: ${problem}`);
  }

  #take(pattern: RegExp): RegExpExecArray | undefined {
    const sticky = new RegExp(pattern.source, 'sy');
    sticky.lastIndex = this.#at;
    const found = sticky.exec(this.#source) ?? undefined;
    this.#at += found?.[0].length ?? 0;
    return found;
  }

  /** Up to the closing parenthesis or the end; options that are set inside hold until there. */
  #choice(): Node {
    const outer = this.#options;
    const options = [this.#sequence()];
    while (this.#take(/\|/)) options.push(this.#sequence());
    this.#options = outer;
    const [only] = options;
    return options.length === 1 && only !== undefined ? only : { kind: 'choice', options };
  }

  #sequence(): Node {
    const items: Node[] = [];
    for (;;) {
      this.#skip();
      if (this.#at >= this.#source.length || /[|)]/.test(this.#source.charAt(this.#at))) break;
      const item = this.#atom();
      if (item !== undefined) items.push(this.#repeated(item));
    }
    return { kind: 'sequence', items };
  }

  /** Comments, and in spaced patterns white space. */
  #skip(): void {
    const { spaced } = this.#options;
    while (this.#take(spaced ? /[ \t-\r]+|#[^\n]*|\(\?#[^)]*\)/ : /\(\?#[^)]*\)/));
  }

  #repeated(item: Node): Node {
    let repeated = item;
    for (;;) {
      this.#skip();
      const found = this.#take(/(?:([*+?])|\{ *(\d+) *(?:(,) *(\d*) *)?\}|\{ *, *(\d+) *\})([+?]?)/);
      if (found === undefined) return repeated;
      const [, sign, low = '0', comma, high, upTo, suffix] = found;
      const unlimited = Number.POSITIVE_INFINITY;
      const min = sign === undefined ? Number(low) : Number(sign === '+');
      const signMax = sign === '?' ? 1 : unlimited;
      const listed = comma === undefined ? Number(upTo ?? low) : Number(high || unlimited);
      const max = sign === undefined ? listed : signMax;
      if (min > REPEAT_LIMIT || (max > REPEAT_LIMIT && max < unlimited))
        this.#fail('number too big in {} quantifier');
      if (min > max) this.#fail('numbers out of order in {} quantifier');
      const greedy = (suffix === '?') === this.#options.ungreedy ? 'most' : 'fewest';
      repeated = { kind: 'repeat', item: repeated, min, max, mode: suffix === '+' ? 'atomic' : greedy };
    }
  }

  #atom(): Node | undefined {
    const character = String.fromCodePoint(this.#source.codePointAt(this.#at) ?? 0);
    switch (character) {
      case '(':
        return this.#parenthesis();
      case '[':
        return this.#brackets();
      case '\\':
        return this.#escaped();
    }
    this.#at += character.length;
    const { anyCase, lines, dotAll, dollarEndOnly } = this.#options;
    switch (character) {
      case '.':
        return { kind: 'set', has: dotAll ? isAnything : (other) => other !== '\n' };
      case '^':
        return assertion(lines ? assertions.lineStart : assertions.start);
      case '$':
        if (lines) return assertion(assertions.lineEnd);
        return assertion(dollarEndOnly ? assertions.end : assertions.endOrLastNewline);
      case '*':
      case '+':
      case '?':
        return this.#fail('quantifier does not follow a repeatable item');
      default:
        return literal(character, anyCase);
    }
  }

  #brackets(): Node {
    const { anyCase } = this.#options;
    const { has, negated, end } = readBrackets(this.#source, this.#at, (text, at) => {
      const { meaning, end: behind } = readEscape(text, at, true);
      if (meaning.kind === 'literal') return { item: meaning.character, end: behind };
      if (meaning.kind === 'set') return { item: meaning.has, end: behind };
      throw new RuleError('escape sequence is invalid in character class');
    });
    this.#at = end;
    const test = inCase(has, anyCase);
    return { kind: 'set', has: negated ? (character) => !test(character) : test };
  }

  #escaped(): Node | undefined {
    const quoted = this.#take(/\\Q(.*?)(?:\\E|$)/);
    if (quoted !== undefined) {
      const items = [...(quoted[1] ?? '')].map((character) => literal(character, this.#options.anyCase));
      // What is repeated after it is the last character only.
      const last = items.pop();
      if (last === undefined) return undefined;
      return { kind: 'sequence', items: [...items, this.#repeated(last)] };
    }
    if (this.#take(/\\E/)) return undefined;
    const { meaning, end } = readEscape(this.#source, this.#at, false);
    this.#at = end;
    return this.#escapeNode(meaning);
  }

  #escapeNode(meaning: Escape): Node {
    const { anyCase } = this.#options;
    switch (meaning.kind) {
      case 'literal':
        return literal(meaning.character, anyCase);
      case 'set':
        return { kind: 'set', has: meaning.has };
      case 'assertion':
        return assertion(meaning.holds);
      case 'newline':
        return lineBreak;
      case 'relative':
        return this.#reference(this.#groups + 1 - meaning.back);
      case 'number':
        return this.#reference(meaning.number);
      case 'name':
        return this.#named(meaning.name);
    }
  }

  #named(name: string): Node {
    return this.#reference(this.#names.get(name) ?? this.#fail('reference to non-existent subpattern'));
  }

  #reference(number: number): Node {
    if (number < 1) this.#fail('reference to non-existent subpattern');
    this.#referred = Math.max(this.#referred, number);
    return { kind: 'reference', number, anyCase: this.#options.anyCase };
  }

  #parenthesis(): Node | undefined {
    if (this.#take(/\(\*/)) throw unknown('a control verb');
    const named = this.#take(/\((?:\?P?<([A-Za-z_]\w*)>|\?'([A-Za-z_]\w*)'|(?!\?))/);
    if (named !== undefined) {
      this.#groups += 1;
      const number = this.#groups;
      const name = named[1] ?? named[2];
      if (name !== undefined) this.#names.set(name, number);
      return { kind: 'group', number, item: this.#inside() };
    }
    const back = this.#take(/\(\?P=(\w+)\)/);
    if (back !== undefined) return this.#named(back[1] ?? '');
    const look = this.#take(/\(\?(<?)([=!])/);
    if (look !== undefined)
      return { kind: 'look', behind: look[1] === '<', negated: look[2] === '!', item: this.#inside() };
    if (this.#take(/\(\?>/)) return { kind: 'atomic', item: this.#inside() };
    const inline = this.#take(/\(\?(\^?)([imsxUJ]*)(?:-([imsxU]*))?([:)])/);
    if (inline === undefined) throw unknown(`"${this.#source.slice(this.#at, this.#at + 4)}"`);
    const [, reset, on = '', off = '', end] = inline;
    const outer = this.#options;
    this.#set(reset === '' ? '' : 'imsx', false);
    this.#set(on, true);
    this.#set(off, false);
    if (end === ')') return undefined;
    const item = this.#inside();
    this.#options = outer;
    return item;
  }

  #set(letters: string, value: boolean): void {
    for (const letter of letters)
      if (letter in INLINE)
        this.#options = { ...this.#options, [INLINE[letter as keyof typeof INLINE]]: value };
  }

  /** What stands in parentheses, the closing one taken too. */
  #inside(): Node {
    this.#depth += 1;
    if (this.#depth > NESTING_LIMIT) this.#fail('parentheses are too deeply nested');
    const item = this.#choice();
    if (!this.#take(/\)/)) this.#fail('missing closing parenthesis');
    this.#depth -= 1;
    return item;
  }
}

const lineBreak: Node = {
  kind: 'atomic',
  item: {
    kind: 'choice',
    options: [
      { kind: 'sequence', items: [literal('\r', false), literal('\n', false)] },
      { kind: 'set', has: (character) => /^[\n-\r\u0085\u2028\u2029]$/.test(character) },
    ],
  },
};

function assertion(holds: Assertion): Node {
  return { kind: 'assertion', holds };
}

function unknown(what: string): TableError {
  return new TableError(`pattern with ${shown(what)}, which is not supported; write it in another way`);
}
