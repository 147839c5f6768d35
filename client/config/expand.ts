/**
 * Expansion of `$name` references and `${...}` expressions in parameter values, as Postfix 3.12 does it:
 *
 *     $name ${name} $(name)        the value of name, itself expanded; nothing when undefined
 *     $$                           a dollar sign
 *     ${name?text} ${name:text}    text when the unexpanded value of name is not empty, or is empty
 *     ${name?{a}:{b}}              a or b; white space around the braces does not count
 *     ${{l} == {r} ? {a} : {b}}    comparison; without branches the word `true`, or nothing
 *     ${{l} <level {r} ? ...}      comparison of release levels, `major.minor.patch`
 *     ${domain_to_ascii{domain}}   function call
 *
 * Only the chosen branch is expanded. Whatever the text, the work is bounded.
 */
import { domainToASCII } from 'node:url';
import { ConfigError, shown } from './config-error.ts';
import { compareReleases, parseRelease, type Release } from './release.ts';
import { skipSpace, trimSpace } from './text.ts';

/** References inside references; Postfix's own limit. */
const NESTING_LIMIT = 100;
/** References in one value altogether: twenty names that each mention the next one twice already ask for a million. */
const REFERENCES_LIMIT = 10_000;
const RESULT_LIMIT_CHARACTERS = 1_000_000;
/** Characters looked at, again and again where a long value is referred to often. */
const WORK_LIMIT_CHARACTERS = 4_000_000;
/** In comparisons. */
const NUMBER_MAX = 2n ** 63n - 1n;
const NUMBER_LIMIT_DIGITS = 19;

/** Gives the unexpanded value of a name, `undefined` when there is none. */
export type Lookup = (name: string) => string | undefined;

const functions: ReadonlyMap<string, (argument: string) => string | undefined> = new Map([
  ['domain_to_ascii', (domain: string) => domainToASCII(domain) || undefined],
]);

/**
 * Expands the value of parameter `subject`.
 *
 * @throws ConfigError naming `subject` and the mistake: bad syntax, a cycle, or a limit exceeded.
 */
export function expand(text: string, lookup: Lookup, subject: string): string {
  return new Expansion(text, lookup, subject).run();
}

class Expansion {
  readonly #text: string;
  readonly #lookup: Lookup;
  readonly #subject: string;
  /** The names whose values are being expanded, outermost first. */
  readonly #path: string[];
  #references = 0;
  #nesting = 0;
  #producedCharacters = 0;
  #workCharacters = 0;

  constructor(text: string, lookup: Lookup, subject: string) {
    this.#text = text;
    this.#lookup = lookup;
    this.#subject = subject;
    this.#path = [subject];
  }

  run(): string {
    return this.#expand(this.#text);
  }

  #fail(problem: string): never {
    throw new ConfigError(`${this.#subject} = ${shown(this.#text)}: ${problem}`);
  }

  #produce(text: string): string {
    this.#producedCharacters += text.length;
    if (this.#producedCharacters > RESULT_LIMIT_CHARACTERS)
      this.#fail(
        `expands to more than ${RESULT_LIMIT_CHARACTERS} characters; shorten the values it refers to`,
      );
    return text;
  }

  #work(characters: number): void {
    this.#workCharacters += characters;
    if (this.#workCharacters > WORK_LIMIT_CHARACTERS)
      this.#fail(`means to read more than ${WORK_LIMIT_CHARACTERS} characters; refer to shorter values`);
  }

  #expand(text: string): string {
    this.#work(text.length);
    let result = '';
    let at = 0;
    while (at < text.length) {
      const dollar = text.indexOf('$', at);
      if (dollar < 0) return result + this.#produce(text.slice(at));
      result += this.#produce(text.slice(at, dollar));
      const next = text[dollar + 1];
      if (next === '$') {
        result += this.#produce('$');
        at = dollar + 2;
      } else if (next === '{' || next === '(') {
        const end = this.#closing(text, dollar + 1);
        result += this.#nested(() => this.#expression(text.slice(dollar + 2, end)));
        at = end + 1;
      } else {
        const name = nameAt(text, dollar + 1);
        if (name === '') this.#fail('a "$" without a name; write "$$" for a dollar sign');
        result += this.#nested(() => this.#value(name));
        at = dollar + 1 + name.length;
      }
    }
    return result;
  }

  #nested(step: () => string): string {
    this.#references += 1;
    if (this.#references > REFERENCES_LIMIT)
      this.#fail(`needs more than ${REFERENCES_LIMIT} references; simplify the values it refers to`);
    if (this.#nesting >= NESTING_LIMIT)
      this.#fail(`nests references more than ${NESTING_LIMIT} deep; simplify the values it refers to`);
    this.#nesting += 1;
    const result = step();
    this.#nesting -= 1;
    return result;
  }

  #value(name: string): string {
    const value = this.#lookup(name);
    if (value === undefined) return '';
    const first = this.#path.indexOf(name);
    if (first >= 0) {
      const cycle = [...this.#path.slice(first), name].map(shown).join(' -> ');
      this.#fail(`refers to itself (${cycle}); remove one of these references`);
    }
    this.#path.push(name);
    const result = this.#expand(value);
    this.#path.pop();
    return result;
  }

  /** The index of the delimiter that closes the one at `open`, counting only this kind. */
  #closing(text: string, open: number): number {
    const opening = text[open];
    const closing = opening === '{' ? '}' : ')';
    let depth = 0;
    for (let at = open; at < text.length; at += 1) {
      if (text[at] === opening) depth += 1;
      else if (text[at] === closing) depth -= 1;
      if (depth > 0) continue;
      this.#work(at - open);
      return at;
    }
    return this.#fail(`no "${closing}" for "${shown(text.slice(Math.max(0, open - 1)))}"; add it`);
  }

  /** What stands between `${` and `}`. */
  #expression(body: string): string {
    const start = skipSpace(body, 0);
    if (body[start] === '{') {
      const { holds, end } = this.#comparison(body, start);
      if (end === body.length) return this.#produce(holds ? 'true' : '');
      return this.#branch(body, end, holds);
    }
    const name = nameAt(body, start);
    const after = skipSpace(body, start + name.length);
    if (body === '') this.#fail('no parameter name in "${}"; put one there');
    if (after === body.length) return this.#value(name);
    if (body[after] === '{') return this.#call(name, body, after);
    if (body[after] !== '?' && body[after] !== ':')
      this.#fail(`bad character in the name of "\${${shown(body)}}"; use letters, digits and "_"`);
    // Postfix decides by the value as written: a reference to an empty parameter is not empty.
    return this.#branch(body, after, (this.#lookup(name) ?? '') !== '');
  }

  /** From the `?` or `:` at `at` to the end of `body`. */
  #branch(body: string, at: number, holds: boolean): string {
    const operator = body[at];
    if (operator !== '?' && operator !== ':')
      this.#fail(`"?" or ":" is missing before "${shown(body.slice(at))}"; add it`);
    const first = this.#operand(body, at + 1);
    if (first.end === body.length) return holds === (operator === '?') ? this.#expand(first.text) : '';
    if (operator === ':')
      this.#fail(`unexpected "${shown(body.slice(first.end))}" after "{${shown(first.text)}}"; remove it`);
    if (body[first.end] !== ':')
      this.#fail(`":" is missing before "${shown(body.slice(first.end))}"; add it`);
    const second = this.#operand(body, first.end + 1);
    if (second.end !== body.length)
      this.#fail(`unexpected "${shown(body.slice(second.end))}" after "{${shown(second.text)}}"; remove it`);
    return this.#expand(holds ? first.text : second.text);
  }

  /** What is in `{text}`, or all the rest as it stands. */
  #operand(body: string, at: number): { text: string; end: number } {
    const open = skipSpace(body, at);
    return body[open] === '{' ? this.#braced(body, open) : { text: body.slice(at), end: body.length };
  }

  #braced(body: string, open: number): { text: string; end: number } {
    const close = this.#closing(body, open);
    return { text: body.slice(open + 1, close), end: skipSpace(body, close + 1) };
  }

  #comparison(body: string, start: number): { holds: boolean; end: number } {
    const left = this.#braced(body, start);
    const [symbols = '', operator = '', suffix = ''] =
      /^([<>!=?+\-*/~&|%]*)([A-Za-z0-9]*)/.exec(body.slice(left.end)) ?? [];
    const test = comparisons.get(operator);
    if (test === undefined || (suffix !== '' && suffix !== 'level'))
      this.#fail(`no comparison "${shown(symbols)}"; use == != < <= > >=, or these followed by "level"`);
    const open = skipSpace(body, left.end + symbols.length);
    if (body[open] !== '{') this.#fail(`"{" is missing after "${symbols}"; put the right side in braces`);
    const right = this.#braced(body, open);
    const leftText = this.#nested(() => this.#expand(left.text));
    const rightText = this.#nested(() => this.#expand(right.text));
    const compare = suffix === '' ? this.#compareTexts : this.#compareLevels;
    const order = compare.call(this, leftText, rightText);
    return { holds: test(order), end: right.end };
  }

  /** By number when both sides are nothing but digits; else byte by byte. */
  #compareTexts(left: string, right: string): number {
    if (/^[0-9]+$/.test(left) && /^[0-9]+$/.test(right)) {
      const [a, b] = [this.#number(left), this.#number(right)];
      return a < b ? -1 : Number(a > b);
    }
    return Buffer.compare(Buffer.from(left), Buffer.from(right));
  }

  /** Of 64 bits, as long has where Postfix runs. */
  #number(digits: string): bigint {
    const significant = digits.replace(/^0+(?=.)/, '');
    const number = significant.length > NUMBER_LIMIT_DIGITS ? undefined : BigInt(significant);
    if (number !== undefined && number <= NUMBER_MAX) return number;
    return this.#fail(`"${shown(digits)}" is too large for a comparison; use ${NUMBER_MAX} or less`);
  }

  #compareLevels(left: string, right: string): number {
    return compareReleases(this.#level(left), this.#level(right));
  }

  #level(text: string): Release {
    return parseRelease(text) ?? this.#fail(`"${shown(text)}" is no release level; write it like 3.6`);
  }

  #call(name: string, body: string, open: number): string {
    const apply = functions.get(name);
    if (apply === undefined) this.#fail(`no function "${name}"; the only one is domain_to_ascii`);
    const argument = this.#braced(body, open);
    if (argument.end !== body.length)
      this.#fail(`unexpected "${shown(body.slice(argument.end))}" after "${name}{...}"; remove it`);
    const value = this.#expand(trimSpace(argument.text));
    return this.#produce(
      apply(value) ?? this.#fail(`${name} cannot convert "${shown(value)}"; correct the domain`),
    );
  }
}

const comparisons: ReadonlyMap<string, (order: number) => boolean> = new Map([
  ['==', (order) => order === 0],
  ['!=', (order) => order !== 0],
  ['<', (order) => order < 0],
  ['<=', (order) => order <= 0],
  ['>', (order) => order > 0],
  ['>=', (order) => order >= 0],
]);

function nameAt(text: string, at: number): string {
  const name = /[A-Za-z0-9_]*/y;
  name.lastIndex = at;
  return name.exec(text)?.[0] ?? '';
}
