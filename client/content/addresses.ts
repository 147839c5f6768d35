/**
 * Address lists of header fields: read as they are found, good or bad, and written again with addresses replaced
 * (RFC 5322 section 3.4; delivery reference 6.8). Nothing that is not understood is thrown away.
 */
import { quoteAddress } from '../address.ts';

interface Token {
  readonly kind: 'atom' | 'quoted' | 'literal' | 'comment' | 'operator';
  /** Without quotes and brackets; a comment is held with its parentheses. */
  readonly text: string;
}

interface AddressNode {
  readonly kind: 'address';
  /** Internal form. */
  readonly text: string;
}

type Node = Token | AddressNode;

const OPERATORS = '|%!()<>@,;:\\".[]';

/** The addresses of a list, in internal form. */
export function readAddresses(list: string): string[] {
  return parse(tokensOf(list)).flatMap((node) => (node.kind === 'address' ? [node.text] : []));
}

/**
 * Replaces addresses in a list. Returns it in its new form, one address to a line (a newline behind each comma), or
 * undefined when `replace`, which is given each address in internal form, has nothing for any of them.
 */
export async function replaceAddresses(
  list: string,
  replace: (address: string) => Promise<string | undefined>,
): Promise<string | undefined> {
  const nodes = parse(tokensOf(list));
  let replaced = false;
  for (const [index, node] of nodes.entries()) {
    if (node.kind !== 'address') continue;
    const text = await replace(node.text);
    replaced ||= text !== undefined;
    nodes[index] = { kind: 'address', text: withoutSpaces(text ?? node.text) };
  }
  return replaced ? written(nodes) : undefined;
}

/** White space around the words of an address is no part of it, unless it is quoted. */
function withoutSpaces(address: string): string {
  return joined(tokensOf(external(address)));
}

/** In external form. A source route in front of it, `@relay:`, is left alone. */
function external(address: string): string {
  const route = /^@[^:]*:/.exec(address)?.[0] ?? '';
  return route + quoteAddress(address.slice(route.length));
}

function joined(tokens: readonly Token[]): string {
  return tokens.map((token) => (token.kind === 'literal' ? `[${token.text}]` : token.text)).join('');
}

function tokensOf(list: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < list.length; ) {
    const character = list.charAt(at);
    if (/[ \t\r\n]/.test(character)) {
      at += 1;
    } else if (character === '(') {
      const end = commentEnd(list, at + 1);
      tokens.push({ kind: 'comment', text: list.slice(at, end) });
      at = end;
    } else if (character === '[' || character === '"') {
      const closing = character === '[' ? ']' : '"';
      const { text, end } = collect(list, at + 1, (other) => other !== closing);
      tokens.push({ kind: character === '[' ? 'literal' : 'quoted', text });
      at = end + 1;
    } else if (character !== '\\' && OPERATORS.includes(character)) {
      tokens.push({ kind: 'operator', text: character });
      at += 1;
    } else {
      const { text, end } = collect(
        list,
        at,
        (other) => !/[ \t\r\n]/.test(other) && !OPERATORS.includes(other),
      );
      const special = [...text].some(
        (other) => OPERATORS.includes(other) || /[\u0000-\u0020\u007f]/.test(other),
      );
      tokens.push({ kind: special ? 'quoted' : 'atom', text });
      at = end;
    }
  }
  return tokens;
}

/** Text from `start` on while its characters, other than those behind a backslash, are wanted. */
function collect(
  list: string,
  start: number,
  wanted: (character: string) => boolean,
): { text: string; end: number } {
  let text = '';
  let at = start;
  for (; at < list.length; at += 1) {
    const escaped = list[at] === '\\';
    if (escaped) at += 1;
    else if (!wanted(list.charAt(at))) break;
    text += /[ \t\r\n]/.test(list.charAt(at)) ? ' ' : list.charAt(at);
  }
  return { text, end: at };
}

function commentEnd(list: string, start: number): number {
  let depth = 1;
  let at = start;
  for (; at < list.length && depth > 0; at += 1) {
    if (list[at] === '(') depth += 1;
    else if (list[at] === ')') depth -= 1;
    else if (list[at] === '\\') at += 1;
  }
  return Math.min(at, list.length);
}

/** Finds the addresses from right to left: an address stands in `<>`, or between commas if no `<>` does. */
function parse(tokens: readonly Token[]): Node[] {
  return new AddressParser(tokens).nodes();
}

const COMMA: Token = { kind: 'operator', text: ',' };

class AddressParser {
  readonly #tokens: readonly Token[];
  #at: number;
  /** What was found, from right to left. */
  readonly #found: Node[] = [];
  /** Tokens of the address that is being gathered, from right to left. */
  #gathered: Token[] = [];

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
    this.#at = tokens.length - 1;
  }

  nodes(): Node[] {
    let mayBeWord = true;
    let inGroup = false;
    for (let token = this.#tokens[this.#at]; token !== undefined; token = this.#tokens[this.#at]) {
      if (token.kind === 'comment') {
        this.#found.push(token);
      } else if (isOperator(token, ';')) {
        this.#endAddress(true);
        this.#found.push(token);
        inGroup = true;
        mayBeWord = true;
      } else if (isOperator(token, ':') && inGroup) {
        this.#endAddress(false);
        this.#passUntil(',');
        continue;
      } else if (isOperator(token, '>')) {
        this.#angleAddress(token);
        mayBeWord = true;
        continue;
      } else if (isOperator(token, ',')) {
        this.#endAddress(false);
        this.#found.push(token);
        mayBeWord = true;
      } else if (token.kind === 'operator') {
        this.#gathered.push(token);
        mayBeWord = true;
      } else {
        // Two words side by side cannot be one address: there must have been a comma.
        if (!mayBeWord) this.#endAddress(true);
        this.#gathered.push(token);
        mayBeWord = false;
      }
      this.#at -= 1;
    }
    this.#endAddress(false);
    return this.#found.reverse();
  }

  #angleAddress(closing: Token): void {
    this.#endAddress(true);
    this.#found.push(closing);
    this.#at -= 1;
    for (let token = this.#tokens[this.#at]; token !== undefined; token = this.#tokens[this.#at]) {
      if (isOperator(token, '<')) break;
      if (token.kind === 'comment') this.#found.push(token);
      else this.#gathered.push(token);
      this.#at -= 1;
    }
    this.#endAddress(false);
    // The phrase in front of it.
    this.#passUntil('>;,:');
  }

  #passUntil(delimiters: string): void {
    for (let token = this.#tokens[this.#at]; token !== undefined; token = this.#tokens[this.#at]) {
      if (token.kind === 'operator' && delimiters.includes(token.text)) return;
      this.#found.push(token);
      this.#at -= 1;
    }
  }

  #endAddress(comma: boolean): void {
    if (this.#gathered.length === 0) return;
    const text = joined(this.#gathered.reverse());
    this.#gathered = [];
    this.#found.push({ kind: 'address', text });
    if (comma) this.#found.push(COMMA);
  }
}

function isOperator(node: Node | undefined, text: string): boolean {
  return node?.kind === 'operator' && node.text === text;
}

function written(nodes: readonly Node[]): string {
  let text = '';
  for (const [index, node] of nodes.entries()) {
    text += nodeText(node);
    const next = nodes[index + 1];
    if (isOperator(node, ',')) text += '\n';
    else if (next !== undefined && needsSpace(node, next)) text += ' ';
  }
  return text;
}

function nodeText(node: Node): string {
  switch (node.kind) {
    case 'address':
      return external(node.text);
    case 'quoted':
      return `"${node.text.replace(/["\\\r\n]/g, '\\$&')}"`;
    case 'literal':
      return `[${node.text.replace(/[\\\r\n]/g, '\\$&')}]`;
    default:
      return node.text;
  }
}

function needsSpace(node: Node, next: Node): boolean {
  if (isOperator(node, ':') || isOperator(next, '<')) return true;
  return node.kind !== 'operator' && next.kind !== 'operator';
}
