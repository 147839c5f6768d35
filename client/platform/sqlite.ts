/** SQLite databases for reading. Node's module is loaded when the first one is opened. */
import type { constants, DatabaseSync } from 'node:sqlite';
import type { SqlDatabase } from './platform.ts';

/** Of a file. Rejects with an Error in the words of SQLite. */
export async function openDatabaseFile(path: string): Promise<SqlDatabase> {
  const { constants: known, DatabaseSync: Database } = await import('node:sqlite');
  return new OpenDatabase(new Database(path, { readOnly: true }), known);
}

/** Of a file's content. */
export async function openDatabaseImage(image: Uint8Array): Promise<SqlDatabase> {
  const { constants: known, DatabaseSync: Database } = await import('node:sqlite');
  const database = new Database(':memory:');
  if (image.length > 0) database.deserialize(image);
  database.exec('PRAGMA query_only = ON');
  return new OpenDatabase(database, known);
}

type Constants = typeof constants;

class OpenDatabase implements SqlDatabase {
  readonly #database: DatabaseSync;

  /** Queries cannot leave the database: no other is opened, nor made. */
  constructor(database: DatabaseSync, { SQLITE_ATTACH, SQLITE_DENY, SQLITE_OK }: Constants) {
    database.setAuthorizer((action) => (action === SQLITE_ATTACH ? SQLITE_DENY : SQLITE_OK));
    this.#database = database;
  }

  *firstColumn(query: string): Generator<string | undefined> {
    const statement = this.#database.prepare(query);
    statement.setReturnArrays(true);
    // So that whole numbers can be told from others.
    statement.setReadBigInts(true);
    for (const row of statement.iterate()) yield columnText(Object.values(row)[0]);
  }
}

/** A value as SQLite writes it when it is asked for a text; undefined for NULL. */
function columnText(value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  if (typeof value === 'number' && Number.isInteger(value)) return value.toFixed(1);
  return String(value);
}
