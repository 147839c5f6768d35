/** Where a table's entries are written: a file of lines, or the items of an inline list in `{}`. */
import { logicalLines } from '../config/logical-lines.ts';
import { isSpace, splitGroupedList, trimSpace } from '../config/text.ts';
import type { OpenContext } from './opener.ts';
import { TableError } from './table.ts';

/** Far more than a million entries. */
const FILE_LIMIT_BYTES = 268_435_456;

/** What stands inside `{}`, without white space at its ends; throws TableError unless they enclose all of `text`. */
export function unbraced(text: string): string {
  if (!text.startsWith('{')) throw new TableError(`no '{' at start of text in "${text}"`);
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '{') depth += 1;
    if (text[at] === '}') depth -= 1;
    if (depth > 0) continue;
    if (at + 1 < text.length) throw new TableError(`syntax error after '}' in "${text}"`);
    return trimSpace(text.slice(1, at));
  }
  throw new TableError(`missing '}' in "${text}"`);
}

/** A logical line, or an item. */
export interface Entry {
  /** Of its first line, from 1. */
  readonly number: number;
  readonly text: string;
}

/** The entries of a table whose name is a file or an inline list of items in braces, `{{/a/ b}, {/c/ d}}`. */
export async function readEntries(name: string, context: OpenContext): Promise<Iterable<Entry>> {
  if (!name.startsWith('{')) return readLines(name, 'open', context);
  const lines = splitGroupedList(unbraced(name)).map(unbraced).join('\n');
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
    throw new TableError(`${doing} ${path}: ${SYSTEM_TEXTS[error.code ?? ''] ?? error.message}`);
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

/** As C libraries word them. */
const SYSTEM_TEXTS: Readonly<Record<string, string>> = {
  ENOENT: 'No such file or directory',
  EACCES: 'Permission denied',
  EISDIR: 'Is a directory',
  EFBIG: `more than ${FILE_LIMIT_BYTES} bytes`,
};
