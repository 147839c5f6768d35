/** A list of tables, asked in order. */
import { type Table, TableError, tableUntil } from './table.ts';

export interface MapsOptions {
  /** The parameter that lists the tables, as warnings name it. */
  readonly parameter: string;
  readonly warn: (text: string) => void;
}

export class Maps {
  readonly #tables: readonly Table[];
  readonly #options: MapsOptions;

  constructor(tables: readonly Table[], options: MapsOptions) {
    this.#tables = tables;
    this.#options = options;
  }

  /** The parameter that lists the tables. */
  get parameter(): string {
    return this.#options.parameter;
  }

  /** The same tables, for work that ends with the signal. */
  until(signal: AbortSignal | undefined): Maps {
    if (signal === undefined) return this;
    return new Maps(
      this.#tables.map((table) => tableUntil(table, signal)),
      this.#options,
    );
  }

  /**
   * The answer of the first table that has one. A table that fails ends the search, since it might have had the
   * answer, and so does an empty answer, which says neither yes nor no. An empty key is not found.
   *
   * Rejects with TableError, after a warning, or with the signal's reason.
   */
  async lookup(key: string, signal?: AbortSignal): Promise<string | undefined> {
    if (key === '') return undefined;
    for (const table of this.#tables) {
      const value = await this.#ask(table, key, signal);
      if (value === '') this.#failEmpty(key);
      if (value !== undefined) return value;
    }
    return undefined;
  }

  /** The same with a part of what is looked for, such as `@domain`: tables of rules are asked for the whole only. */
  async lookupPart(key: string, signal?: AbortSignal): Promise<string | undefined> {
    const { parameter, warn } = this.#options;
    const keyed = this.#tables.filter((table) => table.keyed === true);
    return new Maps(keyed, { parameter, warn }).lookup(key, signal);
  }

  async #ask(table: Table, key: string, signal: AbortSignal | undefined): Promise<string | undefined> {
    try {
      return await table.lookup(key, signal);
    } catch (error) {
      if (error instanceof TableError) this.#options.warn(`${table.name} lookup error for "${key}"`);
      throw error;
    }
  }

  #failEmpty(key: string): never {
    const { parameter, warn } = this.#options;
    const text = `${parameter} lookup of ${key} returns an empty string result`;
    warn(text);
    warn(`${parameter} should return NO RESULT in case of NOT FOUND`);
    throw new TableError(text);
  }
}
