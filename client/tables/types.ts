/** The types of lookup tables. */
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
import type { TableOpener } from './opener.ts';
import { patternOpener } from './pattern.ts';
import { openProxy } from './proxy.ts';
import { openSocketmap } from './remote/socketmap.ts';
import { openTcp } from './remote/tcp.ts';
import { openSqlite } from './sqlite/open.ts';
import { openUnix } from './system.ts';

const BERKELEY_FAULT = 'Invalid argument';
const LMDB_FAULT = 'MDB_INVALID: File is not an LMDB file';

export const types: ReadonlyMap<string, TableOpener> = new Map([
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
