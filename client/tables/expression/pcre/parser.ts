/**
 * The regular expressions of Perl (`pcre` tables), as PCRE2 10.42 has them, all but control verbs that steer the search,
 * settings at the start other than `(*UTF)`, and script runs.
 */
import { NESTING_LIMIT } from '../limits.ts';
import {
  assertion,
  assertions,
  type Expression,
  either,
  inCase,
  isAnything,
  literal,
  type Node,
  remembered,
} from '../nodes.ts';
import { readPcreBrackets } from './brackets.ts';
import { type ConditionOpening, conditional, conditionTests } from './condition.ts';
import { type Escape, readEscape } from './escapes.ts';
import { Groups } from './groups.ts';
import { mistake } from './mistake.ts';
import { initialModes, type Modes, type PcreOptions, withLetters } from './modes.ts';
import { type GroupWord, type Opening, readOpening } from './opening.ts';
import { readQuantifier } from './quantifier.ts';

/** Throws RuleError for a mistake, UnsupportedError for what is not known here. */
export function parsePcre(source: string, options: PcreOptions): Expression {
  return new PcreParser(source, options).expression();
}

/** Whether a pattern is about characters of Unicode; it is about bytes otherwise. */
export function asksForUnicode(source: string): boolean {
  return UNICODE.test(source);
}

const START_IN_LOOK = '\\K is not allowed in lookarounds (but see PCRE2_EXTRA_ALLOW_LOOKAROUND_BSK)';

const UNICODE = /^\(\*UTF8?\)/;

class PcreParser {
  readonly #source: string;
  readonly #unicode: boolean;
  #modes: Modes;
  #at = 0;
  #depth = 0;
  /** Of the parentheses around this place, those that look around. */
  #looks = 0;
  #startInLook = false;
  /** Between `\Q` and `\E`. */
  #quoted = false;
  readonly #groups = new Groups();

  constructor(source: string, options: PcreOptions) {
    this.#source = source;
    this.#modes = initialModes(options);
    this.#unicode = this.#take(UNICODE) !== undefined;
  }

  expression(): Expression {
    const { anchored } = this.#modes;
    const root = this.#choice();
    if (this.#at < this.#source.length) throw mistake(this.#at, 'unmatched closing parenthesis');
    this.#groups.resolve();
    if (this.#startInLook) throw mistake(this.#at, START_IN_LOOK);
    return { root, groups: this.#groups.highest, longest: false, anchored };
  }

  #take(pattern: RegExp): RegExpExecArray | undefined {
    const sticky = new RegExp(pattern.source, 'sy');
    sticky.lastIndex = this.#at;
    const found = sticky.exec(this.#source) ?? undefined;
    this.#at += found?.[0].length ?? 0;
    return found;
  }

  /** Up to the closing parenthesis or the end; modes that are set inside hold until there. */
  #choice(reset = false): Node {
    const outer = this.#modes;
    const first = this.#groups.count;
    let most = first;
    const options: Node[] = [];
    do {
      if (reset) this.#groups.count = first;
      options.push(this.#sequence());
      most = Math.max(most, this.#groups.count);
    } while (this.#take(/\|/));
    this.#groups.count = most;
    this.#modes = outer;
    return either(options);
  }

  #sequence(): Node {
    const items: Node[] = [];
    let repeatable = false;
    for (;;) {
      if (this.#skip()) continue;
      if (this.#at >= this.#source.length) break;
      if (!this.#quoted && /[|)]/.test(this.#source.charAt(this.#at))) break;
      const repeated = this.#quoted ? undefined : this.#repeated(repeatable ? items.at(-1) : undefined);
      if (repeated !== undefined) {
        items.splice(-1, 1, repeated);
        repeatable = false;
        continue;
      }
      const item = this.#quoted ? this.#literal() : this.#atom();
      // Modes, and places between characters but for the looks around.
      repeatable = item !== undefined && item.kind !== 'assertion';
      if (item !== undefined) items.push(item);
    }
    return { kind: 'sequence', items };
  }

  /** Comments, the signs of quotation, and in spaced patterns white space; whether there was any. */
  #skip(): boolean {
    if (this.#quoted) {
      if (this.#take(/\\E/) === undefined) return false;
      this.#quoted = false;
      return true;
    }
    const { spaced } = this.#modes;
    if (this.#take(/\\Q/)) this.#quoted = true;
    else if (this.#take(/\(\?#[^)]*$/)) throw mistake(this.#at, 'missing ) after (?# comment');
    else return this.#take(spaced ? /[ \t-\r]+|#[^\n]*|\(\?#[^)]*\)|\\E/ : /\(\?#[^)]*\)|\\E/) !== undefined;
    return true;
  }

  /** With the quantifier at this place, taken; undefined when there is none. */
  #repeated(item: Node | undefined): Node | undefined {
    const found = readQuantifier(this.#source, this.#at, this.#modes, item !== undefined);
    if (found === undefined || item === undefined) return undefined;
    const { min, max, mode } = found;
    this.#at = found.end;
    return { kind: 'repeat', item, min, max, mode };
  }

  /** Undefined for what matches nothing itself. */
  #atom(): Node | undefined {
    const { anyCase, lines, dotAll, dollarEndOnly, spacedBrackets } = this.#modes;
    switch (this.#source.charAt(this.#at)) {
      case '(':
        return this.#parenthesis();
      case '[':
        return this.#brackets(spacedBrackets, anyCase);
      case '\\': {
        const context = { inBrackets: false, groups: this.#groups.count, unicode: this.#unicode };
        const { meaning, end } = readEscape(this.#source, this.#at, context);
        this.#at = end;
        return this.#escaped(meaning);
      }
      case '.':
        this.#at += 1;
        return { kind: 'set', has: dotAll ? isAnything : (other) => other !== '\n' };
      case '^':
        this.#at += 1;
        return assertion(lines ? assertions.lineStart : assertions.start);
      case '$':
        this.#at += 1;
        if (lines) return assertion(assertions.lineEnd);
        return assertion(dollarEndOnly ? assertions.end : assertions.endOrLastNewline);
      default:
        return this.#literal();
    }
  }

  #literal(): Node {
    const character = String.fromCodePoint(this.#source.codePointAt(this.#at) ?? 0);
    this.#at += character.length;
    return literal(character, this.#modes.anyCase, this.#unicode);
  }

  #brackets(spaced: boolean, anyCase: boolean): Node {
    const [, edge] = this.#take(/\[\[:([<>]):\]\]/) ?? [];
    if (edge !== undefined) return assertion(edge === '<' ? assertions.wordStart : assertions.wordEnd);
    const { has, negated, end } = readPcreBrackets(this.#source, this.#at, {
      spaced,
      unicode: this.#unicode,
    });
    this.#at = end;
    const test = remembered(anyCase ? inCase(has, this.#unicode) : has);
    return { kind: 'set', has: negated ? (character) => !test(character) : test };
  }

  #escaped(meaning: Escape): Node {
    const { anyCase } = this.#modes;
    switch (meaning.kind) {
      case 'literal':
        return literal(meaning.character, anyCase, this.#unicode);
      case 'set':
        return { kind: 'set', has: meaning.has };
      case 'assertion':
        return assertion(meaning.holds);
      case 'node':
        return meaning.node;
      case 'start':
        this.#startInLook ||= this.#looks > 0;
        // Answers do not refer to the whole match, so that where it starts does not matter.
        return assertion(() => true);
      case 'back':
      case 'call':
        return this.#toGroup(meaning.kind, meaning.group);
    }
  }

  #toGroup(kind: 'back' | 'call', group: GroupWord): Node {
    const { anyCase } = this.#modes;
    if (kind === 'call')
      return this.#groups.refer(
        group,
        this.#at,
        (number) => ({ kind: 'call', number }),
        Number(group.sign !== ''),
      );
    return this.#groups.refer(group, this.#at, (number) => ({
      kind: 'reference',
      number,
      anyCase,
      unicode: this.#unicode,
    }));
  }

  #parenthesis(): Node | undefined {
    const start = this.#at;
    const { opening, end } = readOpening(this.#source, start);
    this.#at = end;
    switch (opening.kind) {
      case 'group':
        return this.#group(opening.name);
      case 'plain':
      case 'reset':
        return this.#inside(opening.kind === 'reset');
      case 'atomic':
        return { kind: 'atomic', item: this.#inside() };
      case 'look': {
        this.#looks += 1;
        const item = this.#inside();
        this.#looks -= 1;
        return { ...opening, at: start, item };
      }
      case 'condition':
        return this.#condition(opening, start);
      case 'back':
      case 'call':
        return this.#toGroup(opening.kind, opening.group);
      case 'options':
        return this.#inlineModes(opening);
      case 'nothing':
        return undefined;
      case 'never':
        return assertion(() => false);
    }
  }

  #group(name: string | undefined): Node {
    if (name === undefined && this.#modes.namedOnly) return this.#inside();
    const number = this.#groups.open(name, this.#at, this.#modes.sameNames);
    return { kind: 'group', number, item: this.#inside() };
  }

  #condition(opening: ConditionOpening, start: number): Node {
    const look = opening.on === 'look' ? this.#parenthesis() : undefined;
    const tests = conditionTests(opening, look, (group, nodeOf) =>
      this.#groups.refer(group, this.#at, nodeOf),
    );
    return conditional(tests, this.#inside(), opening, start);
  }

  #inlineModes({ reset, on, off, group }: Extract<Opening, { kind: 'options' }>): Node | undefined {
    const outer = this.#modes;
    const base = reset ? withLetters(outer, 'imnsx', false) : outer;
    this.#modes = withLetters(withLetters(base, on, true), off, false);
    if (!group) return undefined;
    const item = this.#inside();
    this.#modes = outer;
    return item;
  }

  /** What stands in parentheses, the closing one taken too. */
  #inside(reset = false): Node {
    this.#depth += 1;
    if (this.#depth > NESTING_LIMIT) throw mistake(this.#at, 'parentheses are too deeply nested');
    const item = this.#choice(reset);
    if (!this.#take(/\)/)) throw mistake(this.#at, 'missing closing parenthesis');
    this.#depth -= 1;
    return item;
  }
}
