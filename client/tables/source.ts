/** Where a table's entries are written: a file of lines, or the items of an inline list in `{}`. */
import { type LogicalLine, logicalLines } from '../config/logical-lines.ts';
import { isSpace, splitGroupedList, trimSpace } from '../config/text.ts';
import type { OpenContext } from './opener.ts';
import { TableError } from './table.ts';

const FILE_LIMIT_BYTES = 10_000_000;

/** What stands inside `{}`, white space at its ends removed; throws TableError unless the braces enclose all of `text`. */
export function unbraced(text: string): string {
  let depth = 0;
  for (const [at, character] of [...text].entries()) {
    if (character === '{') depth += 1;
    if (character === '}') depth -= 1;
    if (depth === 0) {
      const rest = [...text].slice(at + 1).join('');
      if (character !== '}') throw new TableError(`missing '{' in "${text}"`);
      if (trimSpace(rest) !== '') throw new TableError(`syntax error after '}' in "${text}"`);
      return trimSpace([...text].slice(1, at).join(''));
    }
  }
  throw new TableError(`missing '}' in "${text}"`);
}

/** A line or item, with the words that messages call it by. */
export interface Entry {
  readonly text: string;
  /** `label, line 3` or, of an inline list, `label, rule 3`. */
  readonly place: string;
}

/**
 * The entries of a table whose name is a file or an inline list of items in braces, `{{/a/ b}, {/c/ d}}`. A line
 * that begins with white space continues nothing: it is left out, with a warning.
 */
export async function readEntries(name: string, label: string, context: OpenContext): Promise<Entry[]> {
  if (name.startsWith('{')) {
    const items = splitGroupedList(unbraced(name));
    return items.map((item, index) => ({ text: unbraced(item), place: `${label}, rule ${index + 1}` }));
  }
  return readLines(name, label, context);
}

/** The logical lines of a file; what is not UTF-8 in it becomes U+FFFD. */
export async function readLines(path: string, label: string, context: OpenContext): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (const line of logicalLines(await readFile(path, context))) {
    const entry = { text: trimEnd(line), place: `${label}, line ${line.number}` };
    if (isSpace(line.text.charAt(0)))
      context.warn(`${entry.place}: logical line must not start with whitespace: "${trimSpace(line.text)}"`);
    else entries.push(entry);
  }
  return entries;
}

async function readFile(path: string, { files }: OpenContext): Promise<string> {
  try {
    return Buffer.from(await files.read(path, FILE_LIMIT_BYTES)).toString('utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    throw new TableError(`open ${path}: ${SYSTEM_TEXTS[code] ?? (code || String(error))}`);
  }
}

/** As C libraries word them. */
const SYSTEM_TEXTS: Readonly<Record<string, string>> = {
  ENOENT: 'No such file or directory',
  EACCES: 'Permission denied',
  EISDIR: 'Is a directory',
  EFBIG: `more than ${FILE_LIMIT_BYTES} bytes`,
};

function trimEnd({ text }: LogicalLine): string {
  let end = text.length;
  while (end > 0 && isSpace(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}
