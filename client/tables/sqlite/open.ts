/**
 * Tables in an SQLite database: `sqlite:/file.cf`, of which each lookup is a query. How long one takes is up to who wrote
 * it: SQLite has no limit for it, as it has none in Postfix.
 */
import type { SqlDatabase } from '../../platform/platform.ts';
import type { OpenContext, TableOpener } from '../opener.ts';
import { type Table, TableError } from '../table.ts';
import { readConfiguration, type SqliteConfiguration } from './configuration.ts';
import { parseTemplates, type Templates } from './template.ts';

/** Of all values of a key together. */
const RESULT_LIMIT_CHARACTERS = 1_000_000;

export const openSqlite: TableOpener = async (path, label, context) => {
  if (!/^[/.]/.test(path)) throw new TableError(`${label}: give the path of a file, such as sqlite:/file.cf`);
  const configuration = await readConfiguration(path, context);
  const { dbpath, query, resultFormat } = configuration;
  const unprotected = letterWithoutQuotes(query);
  if (unprotected !== undefined)
    context.warn(`${label}: query >${query}< contains >${unprotected}< without the recommended '' quotes`);
  const templates = parseTemplates(query, resultFormat, label);
  const database = await context.files.openDatabase(dbpath).catch(async (error: unknown) => {
    const absent = await context.files.ageMs(dbpath).then(
      () => '',
      () => ': No such file or directory',
    );
    throw new TableError(`${label}: open database ${dbpath}: ${oneLine(error)}${absent}`);
  });
  return new SqliteTable(label, { path, configuration, templates, database, context });
};

interface Parts {
  readonly path: string;
  readonly configuration: SqliteConfiguration;
  readonly templates: Templates;
  readonly database: SqlDatabase;
  readonly context: OpenContext;
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

  async lookup(key: string): Promise<string | undefined> {
    const { configuration, context, templates } = this.#parts;
    const folded = context.fold(key);
    if (!isInDomains(folded, configuration.domains)) return undefined;
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
    return results.join(',') || undefined;
  }

  #failure(problem: string): TableError {
    const text = `dict_sqlite_lookup: ${this.#parts.path}: ${problem}`;
    this.#parts.context.warn(text);
    return new TableError(text);
  }
}

/** The first one that fits decides. A key without a domain is in none. */
function isInDomains(key: string, domains: readonly string[]): boolean {
  if (domains.length === 0) return true;
  const domain = key.slice(key.lastIndexOf('@') + 1);
  if (domain === '' || domain === key) return false;
  const found = domains.find((item) => item.replace(/^!/, '') === domain);
  return found !== undefined && !found.startsWith('!');
}

/** What is put in there could end the text that the query is meant to contain. */
function letterWithoutQuotes(query: string): string | undefined {
  const outside = query.replaceAll(/'[^']*'|%%/g, '');
  return /%[A-Za-z0-9]/.exec(outside)?.[0];
}

function oneLine(error: unknown): string {
  return String(error instanceof Error ? error.message : error).replaceAll(/\s+/g, ' ');
}
