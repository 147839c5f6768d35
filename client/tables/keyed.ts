/** Tables of keys and values that are read once: `inline:{key=value, ...}` and `texthash:/file`. */
import { bracedText, isSpace, skipSpace, splitGroupedList, trimSpace } from '../config/text.ts';
import type { OpenContext, TableOpener } from './opener.ts';
import { readLines, unbraced } from './source.ts';
import { type Table, TableError } from './table.ts';
import { TextMap } from './text-map.ts';
import { shownText } from './utf8.ts';

/** Beyond any real table. */
const ENTRIES_LIMIT = 10_000_000;

class KeyedTable implements Table {
  readonly name: string;
  readonly keyed = true;
  readonly #values = new TextMap();
  readonly #fold: OpenContext['fold'];

  constructor(label: string, { fold }: OpenContext) {
    this.name = label;
    this.#fold = fold;
  }

  async lookup(key: string): Promise<string | undefined> {
    return this.#values.get(this.#fold(key));
  }

  has(key: string): boolean {
    return this.#values.has(this.#fold(key));
  }

  /** False when the key had a value already, which is replaced. */
  set(key: string, value: string): boolean {
    const before = this.#values.size;
    if (before === ENTRIES_LIMIT) throw new TableError(`${this.name}: more than ${ENTRIES_LIMIT} entries`);
    this.#values.set(this.#fold(key), value);
    return this.#values.size > before;
  }
}

/** Items are `key=value`, or `{ key = value }` where white space is in them. The last one for a key counts. */
export const openInline: TableOpener = async (name, label, context) => {
  const table = new KeyedTable(label, context);
  const fail = (problem: string): never => {
    throw new TableError(`${problem}: "${label}"; need "inline:{name=value...}"`);
  };
  const items = splitGroupedList(bracedText(name) || fail('bad syntax'));
  if (items.length === 0) fail('empty table');
  for (const item of items) {
    const text = item.startsWith('{') ? unbraced(item, fail) : item;
    if (text === '') fail('no key found; expected format: key = value');
    const { key, rest } = splitKey(text, '=') ?? fail(`unbalanced '"'`);
    if (!rest.startsWith('=')) fail("missing '=' after attribute name");
    table.set(key, trimSpace(rest.slice(1)));
  }
  return table;
};

/** A key that is there twice makes the whole table useless, as it does in Postfix. */
export const openTexthash: TableOpener = (path, label, context) =>
  readKeyedLines(path, label, context, 'none');

/**
 * Lines are `key value`; one that is not is left out with a warning. Of lines for the same key the first one counts, with
 * a warning for the others, or none does, nor any other line. Rejects with TableError.
 */
export async function readKeyedLines(
  path: string,
  label: string,
  context: OpenContext,
  duplicates: 'first' | 'none',
): Promise<Table> {
  const table = new KeyedTable(label, context);
  for (const { number, text } of await readLines(path, 'open database', context)) {
    const place = () => `${path}, line ${number}`;
    const split = splitKey(text);
    if (text.includes('\ufffd')) {
      context.warn(`${place()}: non-UTF-8 input "${shownText(text)}" -- ignoring this line`);
    } else if (split === undefined) {
      context.warn(`${place()}: unbalanced '"' in '${text}' -- ignoring this line`);
    } else if (split.rest === '') {
      context.warn(`${place()}: expected format: key whitespace value -- ignoring this line`);
    } else {
      const { key, rest } = split;
      if (key.endsWith(':'))
        context.warn(`${place()}: record is in "key: value" format; is this an alias file?`);
      if (duplicates === 'first' && table.has(key))
        context.warn(`${place()}: duplicate entry: "${key}" -- ignoring this line`);
      else if (!table.set(key, rest)) throw new TableError(`${place()}: duplicate entry: "${key}"`);
    }
  }
  return table;
}

/**
 * Takes the key off the start of a text: up to white space or `end`, unless these stand between quotes, which
 * belong to the key. A backslash takes the meaning off the next character. Undefined when a quote is missing.
 */
function splitKey(text: string, end = ''): { key: string; rest: string } | undefined {
  let at = 0;
  let quoted = false;
  for (; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === '\\') at += 1;
    else if (character === '"') quoted = !quoted;
    else if (!quoted && (isSpace(character) || character === end)) break;
  }
  if (quoted) return undefined;
  return { key: text.slice(0, at), rest: text.slice(skipSpace(text, at)) };
}
