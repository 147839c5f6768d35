/**
 * Tables in an SQLite database: `sqlite:/file.cf`, of which each lookup is a query. How long one takes is up to who wrote
 * it: SQLite has no limit for it, as it has none in Postfix.
 */
import type { SqlDatabase } from '../../platform/platform.ts';
import { systemText } from '../../platform/system-text.ts';
import { MatchList } from '../match-list.ts';
import type { OpenContext, TableOpener } from '../opener.ts';
import { type Table, TableError } from '../table.ts';
import { rejectValue, shownText } from '../utf8.ts';
import { readConfiguration, type SqliteConfiguration } from './configuration.ts';
import { parseTemplates, type Templates } from './template.ts';

/** Of all values of a key together. */
const RESULT_LIMIT_CHARACTERS = 1_000_000;

export const openSqlite: TableOpener = async (path, label, context, openOther) => {
  if (!/^[/.]/.test(path)) throw new TableError(`${label}: give the path of a file, such as sqlite:/file.cf`);
  const configuration = await readConfiguration(path, context);
  const { dbpath, domain, query, resultFormat } = configuration;
  const unprotected = letterWithoutQuotes(query);
  if (unprotected !== undefined)
    context.warn(`${label}: query >${query}< contains >${unprotected}< without the recommended '' quotes`);
  const templates = parseTemplates(query, resultFormat, label);
  const database = await context.files.openDatabase(dbpath).catch(async (error: unknown) => {
    // SQLite does not say why.
    const reason = await context.files.ageMs(dbpath).then(
      () => '',
      (fault: unknown) => `: ${systemText(fault)}`,
    );
    throw new TableError(`${label}: open database ${dbpath}: ${oneLine(error)}${reason}`);
  });
  const domains =
    domain === ''
      ? undefined
      : await MatchList.open(domain, { ...context, openOther, kind: 'string', parameter: path });
  return new SqliteTable(label, { path, configuration, templates, database, context, domains });
};

interface Parts {
  readonly path: string;
  readonly configuration: SqliteConfiguration;
  readonly templates: Templates;
  readonly database: SqlDatabase;
  readonly context: OpenContext;
  readonly domains: MatchList | undefined;
}

class SqliteTable implements Table {
  readonly name: string;
  /** Whatever parts of a key its query uses (tables reference 2.2). */
  readonly keyed = true;
  readonly #parts: Parts;

  constructor(label: string, parts: Parts) {
    this.name = label;
    this.#parts = parts;
  }

  async lookup(key: string, signal?: AbortSignal): Promise<string | undefined> {
    const { context, templates } = this.#parts;
    const folded = context.fold(key);
    if (!(await this.#isInDomains(folded, signal))) return undefined;
    const query = templates.query(folded, (text) => text.replaceAll("'", "''"));
    if (query === undefined) return undefined;
    try {
      return this.#ask(query, folded);
    } catch (error) {
      if (error instanceof TableError) throw error;
      throw this.#failure(`SQL query failed: ${oneLine(error)}`);
    }
  }

  #ask(query: string, key: string): string | undefined {
    const { configuration, context, database, templates } = this.#parts;
    const { expansionLimit } = configuration;
    const results: string[] = [];
    let characters = 0;
    for (const value of database.firstColumn(query)) {
      if (value === '') context.warn(`table "${this.name}": empty lookup result for: "${key}" -- ignored`);
      const result = value ? templates.result(value, key) : undefined;
      if (result === undefined) continue;
      results.push(result);
      characters += result.length;
      if (expansionLimit > 0 && results.length > expansionLimit)
        throw this.#failure(`Expansion limit exceeded for key '${key}'`);
      if (characters > RESULT_LIMIT_CHARACTERS)
        throw this.#failure(`more than ${RESULT_LIMIT_CHARACTERS} characters for key '${key}'`);
    }
    const joined = results.join(',');
    if (joined.includes('\ufffd')) rejectValue(shownText(joined), key, this.name, context);
    return joined || undefined;
  }

  /** Only an address with a domain can be. */
  async #isInDomains(key: string, signal: AbortSignal | undefined): Promise<boolean> {
    const { domains } = this.#parts;
    const at = key.lastIndexOf('@');
    if (domains === undefined) return true;
    if (at <= 0) return false;
    const match = await domains.until(signal).match(key.slice(at + 1));
    signal?.throwIfAborted();
    if (match === 'unknown') throw new TableError(`${this.name}: whether it has the domain is not known`);
    return match === 'listed';
  }

  #failure(problem: string): TableError {
    const text = `dict_sqlite_lookup: ${this.#parts.path}: ${problem}`;
    this.#parts.context.warn(text);
    return new TableError(text);
  }
}

/** What is put in there could end the text that the query is meant to contain. */
function letterWithoutQuotes(query: string): string | undefined {
  const outside = query.replaceAll(/'[^']*'|%%/g, '');
  return /%[A-Za-z0-9]/.exec(outside)?.[0];
}

function oneLine(error: unknown): string {
  return String(error instanceof Error ? error.message : error).replaceAll(/\s+/g, ' ');
}
