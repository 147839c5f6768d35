/** The types of lookup tables, and the one place where a table is opened by its name. */
import { openCidr } from './cidr.ts';
import { failingTable, openFail, openStatic } from './constant.ts';
import { openInline, openTexthash } from './keyed.ts';
import type { OpenContext, TableOpener } from './opener.ts';
import { patternOpener } from './pattern.ts';
import { type Table, TableError } from './table.ts';

const types: ReadonlyMap<string, TableOpener> = new Map([
  ['inline', openInline],
  ['static', openStatic],
  ['texthash', openTexthash],
  ['regexp', patternOpener('regexp')],
  ['pcre', patternOpener('pcre')],
  ['cidr', openCidr],
  ['fail', openFail],
]);

/**
 * Opens `type:name`. A table that cannot be used is told of once and then fails at each lookup. Undefined, with a
 * warning, for a text that names no type at all.
 */
export async function openTable(text: string, context: OpenContext): Promise<Table | undefined> {
  const colon = text.indexOf(':');
  if (colon < 0) {
    context.warn(`open dictionary: expecting "type:name" form instead of "${text}"`);
    return undefined;
  }
  const type = text.slice(0, colon);
  try {
    const open = types.get(type);
    if (open === undefined) throw new TableError(`unsupported dictionary type: ${type}`);
    return await open(text.slice(colon + 1), text, context);
  } catch (error) {
    if (!(error instanceof TableError)) throw error;
    const problem = `${text} is unavailable. ${error.message}`;
    context.warn(problem);
    return failingTable(text, problem);
  }
}
