/** Where a table's entries are written: a file of lines, or the items of an inline list in `{}`. */
import { logicalLines } from '../config/logical-lines.ts';
import { bracedText, closingBrace, isSpace, splitGroupedList, trimSpace } from '../config/text.ts';
import { systemText } from '../platform/system-text.ts';
import type { OpenContext } from './opener.ts';
import { TableError } from './table.ts';

/** Far more than a million entries. */
export const FILE_LIMIT_BYTES = 268_435_456;

/** What stands inside `{}`, without white space at its ends; `fail` gets the problem unless they enclose all of `text`. */
export function unbraced(text: string, fail: (problem: string) => never): string {
  if (!text.startsWith('{')) fail(`no '{' at start of text in "${text}"`);
  const end = closingBrace(text);
  if (end < 0) fail(`missing '}' in "${text}"`);
  if (end + 1 < text.length) fail(`syntax error after '}' in "${text}"`);
  return trimSpace(text.slice(1, end));
}

/** The items, one or more, of a list that `{}` enclose; undefined when it is none. */
export function bracedItems(text: string): string[] | undefined {
  const items = splitGroupedList(bracedText(text) ?? '');
  return items.length === 0 ? undefined : items;
}

/** A logical line, or an item. */
export interface Entry {
  /** Of its first line, from 1. */
  readonly number: number;
  readonly text: string;
}

/**
 * The entries of a table whose name is a file or an inline list of items in braces, `{{/a/ b}, {/c/ d}}`. `type` begins
 * the error of a list that is none.
 */
export async function readEntries(
  name: string,
  type: string,
  context: OpenContext,
): Promise<Iterable<Entry>> {
  if (!name.startsWith('{')) return readLines(name, 'open', context);
  const fail = (problem: string): never => {
    throw new TableError(`${type} map: ${problem}`);
  };
  const lines = splitGroupedList(unbraced(name, fail))
    .map((item) => unbraced(item, fail))
    .join('\n');
  return entriesOf(lines, name, context);
}

/**
 * The logical lines of a file, without white space at their ends; what is not UTF-8 becomes U+FFFD. `doing` is how
 * the error begins if there is no such file.
 */
export async function readLines(path: string, doing: string, context: OpenContext): Promise<Iterable<Entry>> {
  const { buffer, byteOffset, byteLength } = await readBytes(path, doing, context);
  return entriesOf(Buffer.from(buffer, byteOffset, byteLength).toString('utf8'), path, context);
}

/** The whole file. Rejects with a TableError that begins with `doing`. */
export function readBytes(path: string, doing: string, { files }: OpenContext): Promise<Uint8Array> {
  return files.read(path, FILE_LIMIT_BYTES).catch((error: NodeJS.ErrnoException) => {
    const reason = error.code === 'EFBIG' ? `more than ${FILE_LIMIT_BYTES} bytes` : systemText(error);
    throw new TableError(`${doing} ${path}: ${reason}`);
  });
}

/** A line that begins with white space and continues nothing is left out, with a warning. */
function* entriesOf(text: string, origin: string, { warn }: OpenContext): Generator<Entry> {
  for (const { number, text: line } of logicalLines(text)) {
    if (!isSpace(line.charAt(0))) {
      yield { number, text: trimSpace(line) };
      continue;
    }
    const shown = line.length > 30 ? `${line.slice(0, 30)}...` : line;
    warn(`${origin}: logical line must not start with whitespace: "${shown}"`);
  }
}
