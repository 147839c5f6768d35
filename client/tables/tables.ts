/** The lookup tables of a configuration, opened when they are first asked for and then shared by all deliveries. */
import type { Settings, TablesParameter } from '../config/register.ts';
import type { EventListener } from '../events.ts';
import type { Files } from '../platform/platform.ts';
import { Maps } from './maps.ts';
import type { Table } from './table.ts';
import { openTable } from './types.ts';

export interface TablesOptions {
  readonly settings: Pick<Settings, TablesParameter>;
  readonly files: Files;
  /** Hears what is wrong with tables. */
  readonly emit?: EventListener;
}

export class Tables {
  readonly #options: TablesOptions;
  readonly #opened = new Map<TablesParameter, Promise<Maps>>();

  constructor(options: TablesOptions) {
    this.#options = options;
  }

  /** The tables of a parameter; undefined when it names none. Does not reject: a bad table fails at its lookups. */
  async of(parameter: TablesParameter): Promise<Maps | undefined> {
    const texts = this.#options.settings[parameter];
    if (texts.length === 0) return undefined;
    const opened = this.#opened.get(parameter) ?? this.#open(texts);
    this.#opened.set(parameter, opened);
    return opened;
  }

  async #open(texts: readonly string[]): Promise<Maps> {
    const { files, emit } = this.#options;
    const warn = (text: string) => emit?.({ type: 'log', level: 'warning', text });
    const tables: Table[] = [];
    for (const text of texts) {
      const table = await openTable(text, { files, warn });
      if (table !== undefined) tables.push(table);
    }
    return new Maps(tables);
  }
}
