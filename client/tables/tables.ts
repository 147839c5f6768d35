/** The lookup tables and match lists of a configuration, opened when they are first asked for and then shared by all deliveries. */
import type { Parameter } from '../config/parameter.ts';
import {
  type MatchListParameter,
  register,
  type Settings,
  type TableParameter,
  type TablesParameter,
} from '../config/register.ts';
import type { EventListener } from '../events.ts';
import type { Files } from '../platform/platform.ts';
import type { Service } from '../request.ts';
import { Maps } from './maps.ts';
import { MatchList } from './match-list.ts';
import type { OpenContext } from './opener.ts';
import type { Table } from './table.ts';
import { faultOfTableName, openTable } from './types.ts';

export interface TablesOptions {
  /** Settings of one service, and which. */
  readonly settings: Pick<Settings, TablesParameter | TableParameter | MatchListParameter> &
    OpenContext['settings'];
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
  readonly #matchLists = new Map<MatchListParameter, Promise<MatchList>>();

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

  /** The match list of a parameter. Does not reject: what cannot be read fails when its turn comes. */
  async list(parameter: MatchListParameter): Promise<MatchList> {
    const list = this.#matchLists.get(parameter) ?? this.#openMatchList(parameter);
    this.#matchLists.set(parameter, list);
    return list;
  }

  async #openMatchList(parameter: MatchListParameter): Promise<MatchList> {
    const { kind } = register[parameter];
    return MatchList.open(this.#options.settings[parameter], {
      ...this.#context,
      kind,
      // Postfix calls a list of the lmtp service by the name that it has under smtp.
      parameter,
      matchesSubdomains: kind !== 'string' && (await this.#matchesSubdomains(parameter)),
    });
  }

  async #matchesSubdomains(parameter: MatchListParameter): Promise<boolean> {
    const lists = await this.list('parent_domain_matches_subdomains');
    return (await lists.match(parameter)) === 'listed';
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
    return new Maps(tables, { parameter: name, warn: this.#context.warn });
  }

  #open(text: string): Promise<Table> {
    const table = this.#opened.get(text) ?? openTable(text, this.#context);
    this.#opened.set(text, table);
    return table;
  }

  get #context(): OpenContext {
    const { files, settings } = this.#options;
    return {
      files,
      settings,
      warn: (line) => this.#log('warning', line),
      error: (line) => this.#log('error', line),
      note: (line) => this.#log('info', line),
    };
  }

  #log(level: 'info' | 'warning' | 'error', text: string): void {
    this.#options.emit?.({ type: 'log', level, text });
  }
}
