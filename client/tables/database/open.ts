/**
 * Tables that postmap(1) made of a file of lines: `hash:/file` is looked up in `/file.db`, `cdb:/file` in `/file.cdb`.
 * Where only the lines are there, they are read instead, with a warning.
 */
import { readKeyedLines } from '../keyed.ts';
import type { OpenContext, TableOpener } from '../opener.ts';
import { readBytes } from '../source.ts';
import { type Table, TableError } from '../table.ts';
import { decodeUtf8, rejectValue, shownText } from '../utf8.ts';
import { DamagedError, type DatabaseReader, type Find } from './bytes.ts';

export interface DatabaseKind {
  readonly suffix: string;
  readonly read: DatabaseReader;
  /** What is said of a file that is no such database. */
  readonly fault: string;
}

/** A source that was changed this short a time ago is perhaps not finished. */
const SETTLED_MS = 100_000;

export function databaseOpener({ suffix, read, fault }: DatabaseKind): TableOpener {
  return async (name, label, context) => {
    const path = `${name}.${suffix}`;
    const [ageMs, sourceAgeMs] = await Promise.all([ageOf(path, context), ageOf(name, context)]);
    if (ageMs === undefined && sourceAgeMs !== undefined) {
      context.warn(`database ${path} is missing: reading its source file ${name}`);
      return readKeyedLines(name, label, context, 'first');
    }
    const file = await readBytes(path, 'open database', context);
    if (ageMs !== undefined && sourceAgeMs !== undefined && sourceAgeMs < ageMs && sourceAgeMs > SETTLED_MS)
      context.warn(`database ${path} is older than source file ${name}`);
    try {
      return new DatabaseTable(label, path, read(file), context);
    } catch (error) {
      if (!(error instanceof DamagedError)) throw error;
      throw new TableError(`open database ${path}: ${fault}`);
    }
  };
}

/** Undefined when it cannot be told. */
function ageOf(path: string, { files }: OpenContext): Promise<number | undefined> {
  return files.ageMs(path).catch(() => undefined);
}

class DatabaseTable implements Table {
  readonly name: string;
  readonly keyed = true;
  readonly #path: string;
  readonly #find: Find;
  readonly #context: OpenContext;

  constructor(label: string, path: string, find: Find, context: OpenContext) {
    this.name = label;
    this.#path = path;
    this.#find = find;
    this.#context = context;
  }

  async lookup(key: string): Promise<string | undefined> {
    const folded = this.#context.fold(key);
    try {
      // Most programs end keys and values with a NUL, some do not.
      const found = this.#find(Buffer.from(`${folded}\0`)) ?? this.#find(Buffer.from(folded));
      return found && this.#text(folded, found);
    } catch (error) {
      if (!(error instanceof DamagedError)) throw error;
      const problem = `error reading ${this.#path}: ${error.message}`;
      this.#context.warn(problem);
      throw new TableError(problem);
    }
  }

  #text(key: string, value: Uint8Array): string {
    const end = value.indexOf(0);
    const bytes = end < 0 ? value : value.subarray(0, end);
    return (
      decodeUtf8(bytes) ??
      rejectValue(shownText(Buffer.from(bytes).toString()), key, this.name, this.#context)
    );
  }
}
