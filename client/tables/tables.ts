/** The lookup tables of a configuration, opened when they are first asked for and then shared by all deliveries. */
import { register, type Settings, type TableParameter, type TablesParameter } from '../config/register.ts';
import type { EventListener } from '../events.ts';
import type { Platform } from '../platform/platform.ts';
import type { Service } from '../request.ts';
import { foldCase } from './fold.ts';
import { Maps } from './maps.ts';
import type { OpenContext } from './opener.ts';
import { Links } from './remote/links.ts';
import { type Table, tableUntil } from './table.ts';
import { faultOfTableName, openTable } from './types.ts';

export interface TablesOptions extends Pick<OpenContext, 'addressesOf'> {
  /** Settings of one service, and which. */
  readonly settings: Pick<Settings, TablesParameter | TableParameter> & OpenContext['settings'];
  readonly service: Service;
  readonly platform: Platform;
  /** Hears what is wrong with tables. */
  readonly emit?: EventListener;
}

/** What all views of the tables share. */
interface Opened {
  readonly lists: Map<TablesParameter, Promise<Maps>>;
  /** By name and by what becomes of keys: one that is named twice is opened once. */
  readonly tables: Map<string, Promise<Table>>;
  readonly links: Links;
}

/** Parameters that ask for keys as they are, whatever their case. */
const EXACT: ReadonlySet<TablesParameter | TableParameter> = new Set([
  'smtp_header_checks',
  'smtp_mime_header_checks',
  'smtp_nested_header_checks',
  'smtp_body_checks',
  'smtp_delivery_status_filter',
  'smtp_discard_ehlo_keyword_address_maps',
  'smtp_pix_workaround_maps',
]);
const asItIs = (key: string): string => key;

export class Tables {
  readonly #options: TablesOptions;
  readonly #opened: Opened;
  readonly #signal: AbortSignal | undefined;

  constructor(options: TablesOptions, opened?: Opened, signal?: AbortSignal) {
    this.#options = options;
    this.#opened = opened ?? {
      lists: new Map(),
      tables: new Map(),
      links: new Links(options.platform.clock),
    };
    this.#signal = signal;
  }

  /** The same tables, for work that ends with the signal: lookups under way then reject with its reason. */
  until(signal: AbortSignal | undefined): Tables {
    return new Tables(this.#options, this.#opened, signal);
  }

  /** Closes the connections to servers of tables, and keeps none from now on. */
  close(): void {
    this.#opened.links.close();
  }

  /**
   * The tables of a parameter; undefined when it names none. Does not reject: a bad table fails at its lookups. Names
   * without a type are left out, with a warning.
   */
  async of(parameter: TablesParameter): Promise<Maps | undefined> {
    const texts = this.#options.settings[parameter];
    if (texts.length === 0) return undefined;
    const { lists } = this.#opened;
    const list = lists.get(parameter) ?? this.#openList(parameter, texts);
    lists.set(parameter, list);
    return (await list).until(this.#signal);
  }

  /** The table of a parameter that takes but one, whose empty answers count; undefined when there is none. */
  async one(parameter: TableParameter): Promise<Table | undefined> {
    const text = this.#options.settings[parameter];
    return text === '' ? undefined : tableUntil(await this.#open(text, parameter), this.#signal);
  }

  async #openList(parameter: TablesParameter, texts: readonly string[]): Promise<Maps> {
    const tables: Table[] = [];
    for (const text of texts) {
      const fault = faultOfTableName(text);
      if (fault === undefined) tables.push(await this.#open(text, parameter));
      else this.#log('error', fault);
    }
    const { lmtp } = register[parameter];
    const name = this.#options.service === 'lmtp' ? lmtp.name : parameter;
    return new Maps(tables, { parameter: name, warn: (text) => this.#log('warning', text) });
  }

  #open(text: string, parameter: TablesParameter | TableParameter): Promise<Table> {
    const { platform, settings, addressesOf } = this.#options;
    const { tables, links } = this.#opened;
    const warn = (line: string) => this.#log('warning', line);
    const error = (line: string) => this.#log('error', line);
    const note = (line: string) => this.#log('info', line);
    const isExact = EXACT.has(parameter);
    const fold = isExact ? asItIs : foldCase;
    const context = { ...platform, settings, fold, addressesOf, links, warn, error, note };
    const key = `${isExact} ${text}`;
    const table = tables.get(key) ?? openTable(text, context);
    tables.set(key, table);
    return table;
  }

  #log(level: 'info' | 'warning' | 'error', text: string): void {
    this.#options.emit?.({ type: 'log', level, text });
  }
}
