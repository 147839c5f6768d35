/** The users and groups of this machine: `unix:passwd.byname` and `unix:group.byname`, as their files have them. */
import type { TableOpener } from './opener.ts';
import { readBytes } from './source.ts';
import { type Table, TableError } from './table.ts';
import { rejectValue, shownText } from './utf8.ts';

const FILES: ReadonlyMap<string, string> = new Map([
  ['passwd.byname', '/etc/passwd'],
  ['group.byname', '/etc/group'],
]);

/** The value of a name is its whole line. */
export const openUnix: TableOpener = async (name, label, context): Promise<Table> => {
  const path = FILES.get(name);
  if (path === undefined) throw new TableError(`unknown table: ${label}`);
  const text = Buffer.from(await readBytes(path, 'open', context)).toString();
  const lines = text.split('\n').filter((line) => /^[^:#+-][^:]*:/.test(line));
  // Of lines for the same name the first one counts.
  const values = new Map(lines.reverse().map((line) => [line.slice(0, line.indexOf(':')), line]));
  const lookup: Table['lookup'] = async (key) => {
    const value = values.get(context.fold(key));
    return value?.includes('\ufffd') ? rejectValue(shownText(value), key, label, context) : value;
  };
  return { name: label, keyed: true, lookup };
};
