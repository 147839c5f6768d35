/**
 * The history of runs: one SQLite file. What happened to a scenario is stored once, and each run that saw it refers to
 * it, so that a run costs some bytes for each result. Evidence is not kept.
 */
import { statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { cutLine } from '../../scenarios/bound-result.ts';

/** A history that cannot be used; one line that begins with the file's name. */
export class HistoryError extends Error {
  override readonly name = 'HistoryError';
}

/** `NxtH`, by which SQLite and file(1) know whose file it is. */
const APPLICATION_ID = 0x4e787448;
const SCHEMA_VERSION = 1;
const BUSY_LIMIT_MS = 10_000;
/** A larger one is somebody else's. */
const FILE_LIMIT_BYTES = 4 * 1024 ** 3;

const tables = [
  `CREATE TABLE run (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, startedAt TEXT NOT NULL, world TEXT NOT NULL, likeness TEXT NOT NULL, nexthop TEXT NOT NULL, code TEXT NOT NULL, wallUs INTEGER, clauses INTEGER NOT NULL, incomplete INTEGER NOT NULL) STRICT`,
  `CREATE TABLE subject (number INTEGER PRIMARY KEY, scenario TEXT NOT NULL, suite TEXT NOT NULL, sender TEXT NOT NULL, world TEXT NOT NULL, seed INTEGER NOT NULL, UNIQUE (scenario, sender, world, seed)) STRICT`,
  `CREATE TABLE outcome (number INTEGER PRIMARY KEY, subject INTEGER NOT NULL REFERENCES subject, senderVersion TEXT NOT NULL, definition TEXT NOT NULL, verdict TEXT NOT NULL, eventHash TEXT NOT NULL, UNIQUE (subject, senderVersion, definition, verdict, eventHash)) STRICT`,
  `CREATE TABLE result (run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE, outcome INTEGER NOT NULL REFERENCES outcome, wallUs INTEGER NOT NULL, PRIMARY KEY (run, outcome)) STRICT, WITHOUT ROWID`,
];

/** Makes the file where there is none. @throws HistoryError */
export function writeHistory<T>(
  path: string,
  work: (database: DatabaseSync) => T,
  busyMs: number = BUSY_LIMIT_MS,
): Promise<T> {
  return withHistory(path, { readOnly: false, busyMs }, (database) => {
    // Several runs may end at once: whoever comes second waits, and then sees what the first wrote.
    database.exec('BEGIN IMMEDIATE');
    checkSchema(database, path);
    const answer = work(database);
    database.exec('COMMIT');
    return answer;
  });
}

/** @throws HistoryError */
export function readHistory<T>(path: string, work: (database: DatabaseSync) => T): Promise<T> {
  return withHistory(path, { readOnly: true, busyMs: BUSY_LIMIT_MS }, (database) => {
    database.exec('BEGIN');
    checkSchema(database, path);
    return work(database);
  });
}

async function withHistory<T>(
  path: string,
  { readOnly, busyMs }: { readonly readOnly: boolean; readonly busyMs: number },
  work: (database: DatabaseSync) => T,
): Promise<T> {
  checkFile(path, readOnly);
  const { DatabaseSync } = await import('node:sqlite');
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, {
      readOnly,
      timeout: busyMs,
      enableForeignKeyConstraints: true,
    });
    return work(database);
  } catch (error) {
    throw error instanceof HistoryError ? error : new HistoryError(`${path}: ${reasonOf(error)}`);
  } finally {
    // What was not committed is undone.
    database?.close();
  }
}

/** Opening a named pipe would wait for somebody at its other end. */
function checkFile(path: string, mustExist: boolean): void {
  let found: ReturnType<typeof statSync>;
  try {
    found = statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    throw new HistoryError(`${path}: ${reasonOf(error)}`);
  }
  if (found === undefined) {
    if (mustExist) throw new HistoryError(`${path}: no such file; nexthop run --history makes one`);
    return;
  }
  if (!found.isFile()) throw new HistoryError(`${path}: not a file`);
  if (found.size > FILE_LIMIT_BYTES) throw new HistoryError(`${path}: larger than ${FILE_LIMIT_BYTES} bytes`);
}

/** The very tables that this version makes, and nothing beside them: no trigger, no view of somebody else's. */
function checkSchema(database: DatabaseSync, path: string): void {
  const pragma = (name: string) => Number(Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0]);
  const found = database
    .prepare("SELECT sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY rowid")
    .all()
    .map(({ sql }) => sql);
  const application = pragma('application_id');
  if (application === 0 && found.length === 0) {
    for (const sql of tables) database.exec(sql);
    database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${SCHEMA_VERSION}`);
    return;
  }
  if (application !== APPLICATION_ID) throw new HistoryError(`${path}: not a history of nexthop`);
  const version = pragma('user_version');
  if (version !== SCHEMA_VERSION)
    throw new HistoryError(`${path}: history of version ${version}, this nexthop reads ${SCHEMA_VERSION}`);
  if (found.join('\n') !== tables.join('\n')) throw new HistoryError(`${path}: damaged: other tables`);
}

const BUSY = 5;
const CORRUPT = 11;
const NO_DATABASE = 26;

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : undefined;
  const text = error instanceof Error ? cutLine(error.message) : String(error);
  if (code === BUSY) return 'in use by another program for too long; try again';
  if (code === NO_DATABASE) return 'not a history of nexthop';
  if (code === CORRUPT) return `damaged: ${text}`;
  return text;
}
