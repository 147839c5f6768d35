/** The types of lookup tables, and the one place where a table is opened by its name. */
import { openCidr } from './cidr.ts';
import { openFail, openStatic } from './constant.ts';
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

const TABLE_NAME = /^([^:]+):(.+)$/s;

/** What Postfix says of a text that is not `type:name`; undefined when it is. */
export function faultOfTableName(text: string): string | undefined {
  if (TABLE_NAME.test(text)) return undefined;
  return `open dictionary: expecting "type:name" form instead of "${text}"`;
}

/** Opens `type:name`. A table that cannot be used is told of at once and again at each lookup, which fails. */
export async function openTable(text: string, context: OpenContext): Promise<Table> {
  const [, type = '', name = ''] = TABLE_NAME.exec(text) ?? [];
  try {
    const open = types.get(type);
    const fault = faultOfTableName(text);
    if (fault !== undefined) throw new TableError(fault);
    if (open === undefined) throw new TableError(`unsupported dictionary type: ${type}`);
    return await open(name, text, context);
  } catch (error) {
    if (!(error instanceof TableError)) throw error;
    context.error(error.message);
    return unavailable(text, error.message, context);
  }
}

/** Stands in for a table that cannot be used: nobody may take it for an empty one. */
export function unavailable(label: string, problem: string, { warn }: OpenContext): Table {
  const text = `${label} is unavailable. ${problem}`;
  return {
    name: label,
    async lookup() {
      warn(text);
      throw new TableError(text);
    },
  };
}
