/** The one place where a table is opened by its name. */
import type { OpenContext } from './opener.ts';
import { type Table, TableError } from './table.ts';
import { openerOf } from './types.ts';
import { unavailable } from './unavailable.ts';

const TABLE_NAME = /^([^:]+):(.+)$/s;

/** What Postfix says of a text that is not `type:name`; undefined when it is. */
export function faultOfTableName(text: string): string | undefined {
  if (TABLE_NAME.test(text)) return undefined;
  return `open dictionary: expecting "type:name" form instead of "${text}"`;
}

/** Tables that ask tables that ask tables. */
const NESTING_LIMIT = 100;

/**
 * Opens `type:name`. A table that cannot be used is told of at once and again at each lookup, which fails. `depth`
 * counts the tables that it is asked by.
 */
export async function openTable(text: string, context: OpenContext, depth = 0): Promise<Table> {
  const [, type = '', name = ''] = TABLE_NAME.exec(text) ?? [];
  try {
    const open = await openerOf(type);
    const fault = faultOfTableName(text);
    if (fault !== undefined) throw new TableError(fault);
    if (open === undefined) throw new TableError(`unsupported dictionary type: ${type}`);
    if (depth > NESTING_LIMIT) throw new TableError(`${text}: nested deeper than ${NESTING_LIMIT} tables`);
    return await open(name, text, context, (other, given) =>
      openTable(other, { ...context, ...given }, depth + 1),
    );
  } catch (error) {
    if (!(error instanceof TableError)) throw error;
    context.error(error.message);
    return unavailable(text, error.message, context);
  }
}
