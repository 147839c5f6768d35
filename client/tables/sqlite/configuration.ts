/** What stands in the file of a table in an SQLite database (sqlite_table(5)). */
import { ConfigError } from '../../config/config-error.ts';
import { parseMainCf } from '../../config/main-cf.ts';
import type { OpenContext } from '../opener.ts';
import { readBytes } from '../source.ts';
import { TableError } from '../table.ts';

export interface SqliteConfiguration {
  readonly dbpath: string;
  readonly query: string;
  readonly resultFormat: string;
  /** How many values a key may have; 0 for any number. */
  readonly expansionLimit: number;
  /** A match list of the only domains of which keys are looked up; of all when it is empty. */
  readonly domain: string;
}

const INT_MAX = 2 ** 31 - 1;

/** Rejects with TableError. */
export async function readConfiguration(path: string, context: OpenContext): Promise<SqliteConfiguration> {
  const text = Buffer.from(await readBytes(path, 'open', context)).toString();
  const values = assignments(text, path, context);
  const atLeastOne = (name: string, value: string): string => {
    if (value === '') throw new TableError(`${path}: bad string length 0 < 1: ${name} = `);
    return value;
  };
  const required = (name: string) => atLeastOne(name, values.get(name) ?? '');
  const limit = values.get('expansion_limit') ?? '0';
  if (!/^[+-]?\d{1,10}$/.test(limit) || Math.abs(Number(limit)) > INT_MAX)
    throw new TableError(`${path}: bad numerical configuration: expansion_limit = ${limit}`);
  return {
    dbpath: required('dbpath'),
    query: values.get('query') || oldQuery(required, values.get('additional_conditions') ?? ''),
    resultFormat: atLeastOne('result_format', values.get('result_format') ?? '%s'),
    expansionLimit: Number(limit),
    domain: values.get('domain') ?? '',
  };
}

function assignments(text: string, path: string, { warn }: OpenContext): ReadonlyMap<string, string> {
  try {
    const { assigned, warnings } = parseMainCf(text, path);
    for (const warning of warnings) warn(warning);
    return assigned;
  } catch (error) {
    if (error instanceof ConfigError) throw new TableError(error.message);
    throw error;
  }
}

/** The form before there was `query`. */
function oldQuery(required: (name: string) => string, conditions: string): string {
  const [table, select, where] = ['table', 'select_field', 'where_field'].map(required);
  return `SELECT ${select} FROM ${table} WHERE ${where}='%s' ${conditions}`;
}
