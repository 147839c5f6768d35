/** The lookup tables of a configuration, opened when they are first asked for and then shared by all deliveries. */
import type { Parameter } from '../config/parameter.ts';
import { register, type Settings, type TableParameter, type TablesParameter } from '../config/register.ts';
import type { EventListener } from '../events.ts';
import type { Files } from '../platform/platform.ts';
import type { Service } from '../request.ts';
import { Maps } from './maps.ts';
import type { OpenContext } from './opener.ts';
import type { Table } from './table.ts';
import { faultOfTableName, openTable } from './types.ts';

export interface TablesOptions {
  /** Settings of one service, and which. */
  readonly settings: Pick<Settings, TablesParameter | TableParameter> & OpenContext['settings'];
  readonly service: Service;
  readonly files: Files;
  /** Hears what is wrong with tables. */
  readonly emit?: EventListener;
}

export class Tables {
  readonly #options: TablesOptions;
  readonly #lists = new Map<TablesParameter, Promise<Maps>>();
  /** By name: one that is named twice is opened once. */
  readonly #opened = new Map<string, Promise<Table>>();

  constructor(options: TablesOptions) {
    this.#options = options;
  }

  /**
   * The tables of a parameter; undefined when it names none. Does not reject: a bad table fails at its lookups. Names
   * without a type are left out, with a warning.
   */
  async of(parameter: TablesParameter): Promise<Maps | undefined> {
    const texts = this.#options.settings[parameter];
    if (texts.length === 0) return undefined;
    const list = this.#lists.get(parameter) ?? this.#openList(parameter, texts);
    this.#lists.set(parameter, list);
    return list;
  }

  /** The table of a parameter that takes but one, whose empty answers count; undefined when there is none. */
  async one(parameter: TableParameter): Promise<Table | undefined> {
    const text = this.#options.settings[parameter];
    return text === '' ? undefined : this.#open(text);
  }

  async #openList(parameter: TablesParameter, texts: readonly string[]): Promise<Maps> {
    const tables: Table[] = [];
    for (const text of texts) {
      const fault = faultOfTableName(text);
      if (fault === undefined) tables.push(await this.#open(text));
      else this.#log('error', fault);
    }
    const { lmtp }: Parameter = register[parameter];
    const name = this.#options.service === 'lmtp' && lmtp ? lmtp.name : parameter;
    return new Maps(tables, { parameter: name, warn: (text) => this.#log('warning', text) });
  }

  #open(text: string): Promise<Table> {
    const { files, settings } = this.#options;
    const warn = (line: string) => this.#log('warning', line);
    const error = (line: string) => this.#log('error', line);
    const note = (line: string) => this.#log('info', line);
    const table = this.#opened.get(text) ?? openTable(text, { files, settings, warn, error, note });
    this.#opened.set(text, table);
    return table;
  }

  #log(level: 'info' | 'warning' | 'error', text: string): void {
    this.#options.emit?.({ type: 'log', level, text });
  }
}
