/** A list of tables, asked in order. */
import { type Table, TableError } from './table.ts';

export class Maps {
  readonly #tables: readonly Table[];

  constructor(tables: readonly Table[]) {
    this.#tables = tables;
  }

  /**
   * The answer of the first table that has one. A table that fails ends the search, since it might have had the
   * answer, and so does an empty answer, which says neither yes nor no. An empty key is not found.
   *
   * Rejects with TableError, or with the signal's reason.
   */
  async lookup(key: string, signal?: AbortSignal): Promise<string | undefined> {
    if (key === '') return undefined;
    for (const table of this.#tables) {
      const value = await table.lookup(key, signal);
      if (value === '') throw new TableError(`${table.name} lookup of ${key} returns an empty string result`);
      if (value !== undefined) return value;
    }
    return undefined;
  }
}
