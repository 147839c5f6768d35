/** The types of tables that postmap(1) makes. */
import { readBerkeleyBtree } from './berkeley-btree.ts';
import { readBerkeleyHash } from './berkeley-hash.ts';
import { readCdb } from './cdb.ts';
import { readLmdb } from './lmdb.ts';
import { databaseOpener } from './open.ts';
import { redirectable } from './redirect.ts';

const BERKELEY_FAULT = 'Invalid argument';
const LMDB_FAULT = 'MDB_INVALID: File is not an LMDB file';

export const openHash = redirectable(
  databaseOpener({ suffix: 'db', read: readBerkeleyHash, fault: BERKELEY_FAULT }),
);
export const openBtree = redirectable(
  databaseOpener({ suffix: 'db', read: readBerkeleyBtree, fault: BERKELEY_FAULT }),
);
export const openCdb = databaseOpener({ suffix: 'cdb', read: readCdb, fault: 'Protocol error' });
export const openLmdb = databaseOpener({ suffix: 'lmdb', read: readLmdb, fault: LMDB_FAULT });
