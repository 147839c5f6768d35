/** Tables of keys and values that are read once: `inline:{key=value, ...}` and `texthash:/file`. */
import { skipSpace, splitGroupedList, trimSpace } from '../config/text.ts';
import type { TableOpener } from './opener.ts';
import { readLines, unbraced } from './source.ts';
import { type Table, TableError } from './table.ts';

/** Keys are found in any case. */
class KeyedTable implements Table {
  readonly name: string;
  readonly #values = new Map<string, string>();

  constructor(label: string) {
    this.name = label;
  }

  async lookup(key: string): Promise<string | undefined> {
    const value = this.#values.get(key.toLowerCase());
    if (value?.includes('\ufffd')) throw new TableError(`${this.name}: non-UTF-8 value for "${key}"`);
    return value;
  }

  has(key: string): boolean {
    return this.#values.has(key.toLowerCase());
  }

  set(key: string, value: string): void {
    this.#values.set(key.toLowerCase(), value);
  }
}

/** Items are `key=value`, or `{ key = value }` where white space is in them. The last one for a key counts. */
export const openInline: TableOpener = async (name, label) => {
  const table = new KeyedTable(label);
  const items = splitGroupedList(unbraced(name));
  if (items.length === 0) throw new TableError('empty inline table; write inline:{key=value}');
  for (const item of items) {
    const text = item.startsWith('{') ? unbraced(item) : item;
    const { key, rest } = splitKey(text, /[=\s]/);
    const equals = trimSpace(rest);
    if (key === '' || !equals.startsWith('=')) throw new TableError(`no key=value in "${text}"`);
    table.set(key, trimSpace(equals.slice(1)));
  }
  return table;
};

/** Lines are `key value`. A key that is there twice makes the whole table useless, as it does in Postfix. */
export const openTexthash: TableOpener = async (path, label, context) => {
  const table = new KeyedTable(label);
  for (const { text, place } of await readLines(path, label, context)) {
    const { key, rest } = splitKey(text, /\s/);
    const value = trimSpace(rest);
    if (key === '' || value === '') {
      context.warn(`${place}: expected format: key whitespace value`);
    } else {
      if (key.endsWith(':'))
        context.warn(`${place}: record is in "key: value" format; is this an alias file?`);
      if (table.has(key)) throw new TableError(`${place}: duplicate entry: "${key}"`);
      table.set(key, value);
    }
  }
  return table;
};

/** Takes a key off: all up to what ends it, or a text in `"`, in which a backslash stands before `"` and itself. */
function splitKey(text: string, end: RegExp): { key: string; rest: string } {
  const start = skipSpace(text, 0);
  const quoted = /^"((?:[^"\\]|\\.)*)"/.exec(text.slice(start));
  if (quoted !== null) {
    const [whole, inside = ''] = quoted;
    return { key: inside.replace(/\\(.)/g, '$1'), rest: text.slice(start + whole.length) };
  }
  const length = text.slice(start).search(end);
  if (length < 0) return { key: text.slice(start), rest: '' };
  return { key: text.slice(start, start + length), rest: text.slice(start + length) };
}
