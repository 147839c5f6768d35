/** The types of lookup tables, and the one place where a table is opened by its name. */
import { openCidr } from './cidr.ts';
import { openDebug, openPipe, openUnion } from './combined.ts';
import { openEnvironment, openFail, openInternal, openRandom, openStatic } from './constant.ts';
import { readBerkeleyBtree } from './database/berkeley-btree.ts';
import { readBerkeleyHash } from './database/berkeley-hash.ts';
import { readCdb } from './database/cdb.ts';
import { readLmdb } from './database/lmdb.ts';
import { databaseOpener } from './database/open.ts';
import { redirectable } from './database/redirect.ts';
import { openInline, openTexthash } from './keyed.ts';
import type { OpenContext, TableOpener } from './opener.ts';
import { patternOpener } from './pattern.ts';
import { openProxy } from './proxy.ts';
import { openSocketmap } from './remote/socketmap.ts';
import { openTcp } from './remote/tcp.ts';
import { openSqlite } from './sqlite/open.ts';
import { openUnix } from './system.ts';
import { type Table, TableError } from './table.ts';

const BERKELEY_FAULT = 'Invalid argument';
const LMDB_FAULT = 'MDB_INVALID: File is not an LMDB file';

const types: ReadonlyMap<string, TableOpener> = new Map([
  ['inline', openInline],
  ['static', openStatic],
  ['texthash', openTexthash],
  ['hash', redirectable(databaseOpener({ suffix: 'db', read: readBerkeleyHash, fault: BERKELEY_FAULT }))],
  ['btree', redirectable(databaseOpener({ suffix: 'db', read: readBerkeleyBtree, fault: BERKELEY_FAULT }))],
  ['cdb', databaseOpener({ suffix: 'cdb', read: readCdb, fault: 'Protocol error' })],
  ['lmdb', databaseOpener({ suffix: 'lmdb', read: readLmdb, fault: LMDB_FAULT })],
  ['regexp', patternOpener('regexp')],
  ['pcre', patternOpener('pcre')],
  ['cidr', openCidr],
  ['fail', openFail],
  ['unionmap', openUnion],
  ['pipemap', openPipe],
  ['randmap', openRandom],
  ['internal', openInternal],
  ['environ', openEnvironment],
  ['debug', openDebug],
  ['tcp', openTcp],
  ['socketmap', openSocketmap],
  ['sqlite', openSqlite],
  ['unix', openUnix],
  ['proxy', openProxy],
]);

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
    const open = types.get(type);
    const fault = faultOfTableName(text);
    if (fault !== undefined) throw new TableError(fault);
    if (open === undefined) throw new TableError(`unsupported dictionary type: ${type}`);
    if (depth > NESTING_LIMIT) throw new TableError(`${text}: nested deeper than ${NESTING_LIMIT} tables`);
    return await open(name, text, context, (other) => openTable(other, context, depth + 1));
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
