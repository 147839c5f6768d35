/** The lookup tables and match lists of a configuration, opened when they are first asked for and then shared by all deliveries. */
import type { Parameter } from '../config/parameter.ts';
import {
  type MatchListParameter,
  parameters,
  register,
  type Settings,
  type TableParameter,
  type TablesParameter,
} from '../config/register.ts';
import type { EventListener } from '../events.ts';
import type { Platform } from '../platform/platform.ts';
import { startingFrom } from '../platform/queue-directory.ts';
import type { Service } from '../request.ts';
import { asItIs, foldCase } from './fold.ts';
import { Maps } from './maps.ts';
import { MatchList } from './match-list.ts';
import { faultOfTableName, openTable } from './open.ts';
import type { OpenContext } from './opener.ts';
import { Links } from './remote/links.ts';
import { withoutContents } from './secret.ts';
import { type Table, TableError, tableUntil } from './table.ts';

export interface TablesOptions extends Pick<OpenContext, 'addressesOf'> {
  /** Settings of one service, and which. */
  readonly settings: Pick<Settings, TablesParameter | TableParameter | MatchListParameter> &
    OpenContext['settings'];
  readonly service: Service;
  readonly platform: Platform;
  /** Hears what is wrong with tables. */
  readonly emit?: EventListener;
}

/** What all views of the tables share. */
interface Opened {
  readonly lists: Map<TablesParameter, Promise<Maps>>;
  readonly matchLists: Map<MatchListParameter, Promise<MatchList>>;
  /** By name and by what becomes of keys: one that is named twice is opened once. */
  readonly tables: Map<string, Promise<Table>>;
  readonly links: Links;
  /** About tables that could not be opened. */
  readonly problems: string[];
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
/** Parameters whose tables hold what no log may show: neither their lines nor what is written out in the parameter itself. */
const SECRET: ReadonlySet<string> = new Set(['smtp_sasl_password_maps'] satisfies TablesParameter[]);
/** Those that the client reads: no one needs the tables of the others. */
const namesOf = (type: Parameter['type']) =>
  parameters
    .filter(([, { type: own, noEffect }]) => own === type && noEffect === undefined)
    .map(([name]) => name);
const tablesParameters = namesOf('tables') as TablesParameter[];
const tableParameters = namesOf('table') as TableParameter[];
const matchListParameters = namesOf('match-list') as MatchListParameter[];

export class Tables {
  readonly #options: TablesOptions;
  readonly #opened: Opened;
  readonly #signal: AbortSignal | undefined;

  constructor(options: TablesOptions, opened?: Opened, signal?: AbortSignal) {
    this.#options = options;
    this.#opened = opened ?? {
      lists: new Map(),
      matchLists: new Map(),
      tables: new Map(),
      links: new Links(options.platform.clock),
      problems: [],
    };
    this.#signal = signal;
  }

  /** The same tables, for work that ends with the signal: lookups under way then reject with its reason. */
  until(signal: AbortSignal | undefined): Tables {
    return new Tables(this.#options, this.#opened, signal);
  }

  /**
   * Opens whatever is configured, as a process of Postfix does when it starts, where otherwise tables wait to be asked.
   * Rejects with TableError about the first one that cannot be opened (`daemon_table_open_error_is_fatal`).
   */
  async demandAll(): Promise<void> {
    for (const name of tablesParameters) await this.of(name);
    for (const name of tableParameters) await this.one(name);
    for (const name of matchListParameters) await this.list(name);
    const [problem] = this.#opened.problems;
    if (problem !== undefined) throw new TableError(problem);
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

  /** A table by its own name, for parameters in which tables stand among other words. Does not reject. */
  async named(text: string): Promise<Table> {
    return tableUntil(await this.#open(text), this.#signal);
  }

  /** The match list of a parameter. Does not reject: what cannot be read fails when its turn comes. */
  async list(parameter: MatchListParameter): Promise<MatchList> {
    const { matchLists } = this.#opened;
    const list = matchLists.get(parameter) ?? this.#openMatchList(parameter);
    matchLists.set(parameter, list);
    return (await list).until(this.#signal);
  }

  async #openMatchList(parameter: MatchListParameter): Promise<MatchList> {
    const { kind } = register[parameter];
    const context = this.#context;
    return MatchList.open(this.#options.settings[parameter], {
      ...context,
      openOther: (text, given) => openTable(text, { ...context, ...given }),
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
      if (fault === undefined) tables.push(await this.#open(text, parameter));
      else this.#contextOf(parameter).error(fault);
    }
    const { lmtp }: Parameter = register[parameter];
    const name = this.#options.service === 'lmtp' && lmtp ? lmtp.name : parameter;
    return new Maps(tables, { parameter: name, warn: this.#contextOf(parameter).warn });
  }

  #open(text: string, parameter?: TablesParameter | TableParameter): Promise<Table> {
    const { tables } = this.#opened;
    const isExact = parameter !== undefined && EXACT.has(parameter);
    const isSecret = parameter !== undefined && SECRET.has(parameter);
    const key = `${isExact} ${isSecret} ${text}`;
    const context = { ...this.#contextOf(parameter), ...(isExact && { fold: asItIs }) };
    const table = tables.get(key) ?? openTable(text, context);
    tables.set(key, table);
    return table;
  }

  #contextOf(parameter: TablesParameter | TableParameter | undefined): OpenContext {
    const context = this.#context;
    if (parameter === undefined || !SECRET.has(parameter)) return context;
    const texts = [this.#options.settings[parameter]].flat();
    const hide = (line: string) => withoutContents(line, texts);
    return {
      ...context,
      warn: (line) => context.warn(hide(line)),
      error: (line) => context.error(hide(line)),
      note: (line) => context.note(hide(line)),
    };
  }

  get #context(): OpenContext {
    const { platform, settings, addressesOf } = this.#options;
    return {
      ...startingFrom(settings.queue_directory, platform),
      settings,
      addressesOf,
      fold: foldCase,
      links: this.#opened.links,
      warn: (line) => this.#log('warning', line),
      error: (line) => {
        this.#opened.problems.push(line);
        this.#log('error', line);
      },
      note: (line) => this.#log('info', line),
    };
  }

  #log(level: 'info' | 'warning' | 'error', text: string): void {
    this.#options.emit?.({ type: 'log', level, text });
  }
}
