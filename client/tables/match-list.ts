/**
 * Match lists: whether a name or an address is in a list such as `!a.test, .test, [2001:db8::]/32, type:table, /file`
 * (tables reference 3). The first item that fits decides; with `!` in front of it the answer is no.
 */
import type { MatchKind } from '../config/match-kind.ts';
import { foldCase } from './fold.ts';
import { type MatchItem, type MatchItemsContext, readMatchItems } from './match-items.ts';
import { NetworkError, parseNetwork } from './network.ts';
import { type Table, TableError, tableUntil } from './table.ts';

export interface MatchListOptions extends MatchItemsContext {
  readonly kind: MatchKind;
  /** `a.test` stands for its subdomains too, which otherwise `.a.test` does. */
  readonly matchesSubdomains?: boolean;
}

/** `unknown`: an item could not be looked at, and those before it do not fit. Whoever cannot wait takes it for a no. */
export type Match = 'listed' | 'notListed' | 'unknown';

export class MatchList {
  readonly #items: readonly MatchItem[];
  readonly #options: MatchListOptions;
  readonly #signal: AbortSignal | undefined;

  /** Does not reject: what cannot be read is told of, and fails when its turn comes. */
  static async open(text: string, options: MatchListOptions): Promise<MatchList> {
    return new MatchList(await readMatchItems(text, options), options);
  }

  private constructor(items: readonly MatchItem[], options: MatchListOptions, signal?: AbortSignal) {
    this.#items = items;
    this.#options = options;
    this.#signal = signal;
  }

  /** The same list, for work that ends with the signal: then what is not known yet stays unknown. */
  until(signal: AbortSignal | undefined): MatchList {
    if (signal === undefined) return this;
    const items = this.#items.map((item) =>
      item.table === undefined ? item : { ...item, table: tableUntil(item.table, signal) },
    );
    return new MatchList(items, this.#options, signal);
  }

  /** Takes as many texts as its kind compares. Does not reject. */
  async match(...subjects: readonly string[]): Promise<Match> {
    const tests = TESTS[this.#options.kind];
    const { matchesSubdomains = false, parameter, warn } = this.#options;
    try {
      for (const item of this.#items) {
        for (const [index, test] of tests.entries()) {
          const subject = foldCase(subjects[index] ?? '');
          if (await test(subject, item, matchesSubdomains)) return item.negated ? 'notListed' : 'listed';
        }
      }
    } catch (error) {
      if (this.#signal?.aborted === true) return 'unknown';
      if (!(error instanceof MatchError)) throw error;
      warn(`${parameter}: ${error.message}`);
      return 'unknown';
    }
    return 'notListed';
  }
}

/** Why an item could not be looked at; one line. */
class MatchError extends Error {}

type Test = (subject: string, item: MatchItem, matchesSubdomains: boolean) => boolean | Promise<boolean>;

const testText: Test = (text, { table, word }) => (table ? isInTable(text, table) : text === word);

const testName: Test = async (name, { table, word }, matchesSubdomains) => {
  if (table === undefined) return name === word || isBelow(name, word, matchesSubdomains);
  for (const key of table.keyed ? withParents(name, matchesSubdomains) : [name])
    if (await isInTable(key, table)) return true;
  return false;
};

const testAddress: Test = (address, { table, word }) => {
  if (!isAddressText(address)) return false;
  if (table !== undefined) return isInTable(address, table);
  return (
    address === word || `[${address}]` === word || (mayContain(word, address) && isInNetwork(address, word))
  );
};

const TESTS: Readonly<Record<MatchKind, readonly Test[]>> = {
  string: [testText],
  domain: [testName],
  address: [testAddress],
  host: [testName, testAddress],
};

/** Any answer will do, an empty one too. */
async function isInTable(key: string, table: Table): Promise<boolean> {
  try {
    return (await table.lookup(key)) !== undefined;
  } catch (error) {
    if (!(error instanceof TableError)) throw error;
    throw new MatchError(`${table.name}: table lookup problem`);
  }
}

function isBelow(name: string, domain: string, matchesSubdomains: boolean): boolean {
  if (matchesSubdomains) return name.endsWith(`.${domain}`);
  return domain.startsWith('.') && name.length > domain.length && name.endsWith(domain);
}

/** The name and the names above it, as a table has them. */
function* withParents(name: string, matchesSubdomains: boolean): Generator<string> {
  for (let key = name; key !== ''; ) {
    yield key;
    const dot = key.indexOf('.', 1);
    if (dot < 0) return;
    key = key.slice(matchesSubdomains ? dot + 1 : dot);
  }
}

function isAddressText(text: string): boolean {
  return /^[\d.a-f:]+$/.test(text);
}

/** Whether a word can be a network, or an address that may be written in several ways: names are no mistake here. */
function mayContain(word: string, address: string): boolean {
  const isOfFamily = address.includes(':') === word.includes(':');
  return isOfFamily && /[:/]/.test(word) && /^[\d.a-f:[\]/]+$/.test(word);
}

function isInNetwork(address: string, word: string): boolean {
  try {
    return parseNetwork(word).contains(address);
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    throw new MatchError(error.message);
  }
}
