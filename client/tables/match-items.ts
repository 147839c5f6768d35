/** The items of a match list as they are written: what is in files stands where the files are named. */
import { groupedItems } from '../config/text.ts';
import { asItIs, foldCase } from './fold.ts';
import type { OpenContext, OtherOpener } from './opener.ts';
import { readLines } from './source.ts';
import { type Table, TableError } from './table.ts';
import { unavailable } from './unavailable.ts';

/** One item: a word, in one case (`foldCase`), or a table. */
export type MatchItem = {
  /** Whatever it fits is not in the list. */
  readonly negated: boolean;
} & (
  | { readonly word: string; readonly table?: undefined }
  | { readonly word?: undefined; readonly table: Table }
);

export interface MatchItemsContext extends OpenContext {
  /** The parameter, as warnings name it. */
  readonly parameter: string;
  readonly openOther: OtherOpener;
}

/** Files may name each other, so something has to end it. */
const FILES_LIMIT = 100;

/** Does not reject: a table or file that cannot be used becomes a table that fails at each lookup. */
export async function readMatchItems(text: string, context: MatchItemsContext): Promise<MatchItem[]> {
  const reader = new MatchItemsReader(context);
  await reader.read(text, false);
  return reader.items;
}

class MatchItemsReader {
  readonly items: MatchItem[] = [];
  readonly #context: MatchItemsContext;
  #files = 0;

  constructor(context: MatchItemsContext) {
    this.#context = context;
  }

  async read(text: string, reversed: boolean): Promise<void> {
    const { parameter, warn } = this.#context;
    for (const { item, at } of groupedItems(text)) {
      if (item.startsWith('#')) {
        const rest = text.slice(at + item.length + 1);
        warn(`${parameter}: comment at end of line is not supported: ${item} ${rest}`);
        return;
      }
      const pattern = item.replace(/^!+/, '');
      const negated = ((item.length - pattern.length) % 2 === 1) !== reversed;
      if (pattern.startsWith('/')) await this.#readFile(pattern, negated);
      else this.items.push({ negated, ...(await this.#itemOf(pattern)) });
    }
  }

  async #itemOf(pattern: string): Promise<{ word: string } | { table: Table }> {
    const { parameter } = this.#context;
    if (pattern === '') return { table: this.#unusable('!', `${parameter}: no pattern after '!'`) };
    if (!namesTable(pattern)) return { word: foldCase(pattern) };
    // Names come in one case (`MatchList.match`); what a table has in another one is not found.
    return { table: await this.#context.openOther(pattern, { fold: asItIs }) };
  }

  async #readFile(path: string, negated: boolean): Promise<void> {
    try {
      this.#files += 1;
      if (this.#files > FILES_LIMIT)
        throw new TableError(`open file ${path}: more than ${FILES_LIMIT} files`);
      for (const { text } of await readLines(path, 'open file', this.#context))
        await this.read(text, negated);
    } catch (error) {
      if (!(error instanceof TableError)) throw error;
      this.items.push({ negated, table: this.#unusable(`non-existent:${path}`, error.message) });
    }
  }

  #unusable(label: string, problem: string): Table {
    this.#context.error(problem);
    return unavailable(label, problem, this.#context);
  }
}

/** An address with colons has to stand in brackets. */
function namesTable(pattern: string): boolean {
  return pattern.includes(':') && !pattern.startsWith('[');
}
