/** Reads a stored file (results-file.ts) line by line. */
import {
  type Check,
  checksLimit,
  type Result,
  type Results,
  result,
  results,
  schemaVersion,
} from './results.ts';
import { checked, type ListName, lists, pathOf, ResultsError } from './results-lists.ts';

/** A stored file larger than this is not read: what it holds has to fit into memory. */
export const resultsFileLimitBytes = 2 * 1024 * 1024 * 1024;
/** No result within the limits of the model comes near to it. */
export const resultsLineLimitCharacters = 64 * 1024 * 1024;

type Lists = Pick<Results, 'results'> &
  Required<Pick<Results, 'comparisons' | 'problems'>> &
  Pick<Required<Results>['baseline'], 'changes'>;

/** `line` for each line, then `end` for the results; both throw a ResultsError. JSON in a single line is read, too. */
export class ResultsReader {
  readonly #origin: string;
  /** The lines that are no entries of a list, which are JSON in which the lists are empty. */
  readonly #frame: string[] = [];
  #frameCharacters = 0;
  #lines = 0;
  #open: ListName | undefined;
  readonly #checks: Check[] = [];
  readonly #read: Record<ListName, unknown[]> = {
    checks: this.#checks,
    results: [],
    comparisons: [],
    problems: [],
    changes: [],
  };

  constructor(origin: string) {
    this.#origin = origin;
  }

  line(text: string): void {
    this.#lines += 1;
    if (text.length > resultsLineLimitCharacters) {
      this.#fail(`line ${this.#lines} is longer than ${resultsLineLimitCharacters} characters`);
    }
    if (this.#open !== undefined && !text.startsWith(']')) this.#entry(this.#open, text);
    else this.#around(text);
  }

  end(): Results {
    const text = this.#frame.join('\n');
    if (text.trim() === '') this.#fail('not JSON (the file is empty)');
    if (this.#open !== undefined) this.#fail(`cut short in line ${this.#lines}`);
    const frame = this.#json(text, 'not JSON');
    if (!isRecord(frame) || typeof frame.schema !== 'number') this.#fail('not a results file of nexthop');
    this.#checkVersion(frame.schema);
    const baseline = isRecord(frame.baseline) ? frame.baseline : undefined;
    // Lists whose entries stood in the line of the list itself.
    for (const name of Object.keys(lists) as ListName[]) {
      const holder = name === 'changes' ? baseline : frame;
      const entries = holder?.[name];
      if (!Array.isArray(entries)) continue;
      for (const entry of entries) this.#take(name, entry);
      if (holder !== undefined) holder[name] = [];
    }
    const stored = checked(results, frame, this.#origin, '');
    const { comparisons, problems, changes } = this.#read as Lists;
    return {
      ...stored,
      results: (this.#read as Lists).results,
      ...(stored.comparisons !== undefined && { comparisons }),
      ...(stored.problems !== undefined && { problems }),
      ...(stored.baseline !== undefined && { baseline: { ...stored.baseline, changes } }),
    };
  }

  #around(text: string): void {
    this.#frameCharacters += text.length;
    if (this.#frameCharacters > resultsLineLimitCharacters) this.#fail('not a results file of nexthop');
    const version =
      this.#frame.length === 0 ? /^\s*\{\s*"schema"\s*:\s*(\d{1,9})\s*[,}]/.exec(text)?.[1] : undefined;
    if (version !== undefined) this.#checkVersion(Number(version));
    this.#frame.push(text);
    this.#open = Object.keys(lists).find((name) => text.endsWith(`"${name}":[`)) as ListName | undefined;
  }

  #entry(name: ListName, text: string): void {
    if (text === '') return;
    const plain = text.endsWith(',') ? text.slice(0, -1) : text;
    this.#take(name, this.#json(plain, `line ${this.#lines} is not JSON; was the file cut short?`));
  }

  #take(name: ListName, entry: unknown): void {
    const read = this.#read[name];
    const path = pathOf(name, read.length);
    if (read.length === lists[name].limit) this.#fail(`${path}: more than ${lists[name].limit} entries`);
    read.push(
      name === 'results' ? this.#result(entry, path) : checked(lists[name].entry, entry, this.#origin, path),
    );
  }

  /** The checks of the table are checked already, and are shared by all results that name them. */
  #result(entry: unknown, path: string): Result {
    if (!isRecord(entry) || !Array.isArray(entry.checks)) return checked(result, entry, this.#origin, path);
    const checks: readonly unknown[] = entry.checks;
    const own = checks.filter((each) => typeof each !== 'number');
    const stored = checked(result, { ...entry, checks: own }, this.#origin, path);
    const next = stored.checks.values();
    const all = checks.map((each, index) => {
      const found = typeof each === 'number' ? this.#checks[each] : next.next().value;
      if (found === undefined) this.#fail(`${path}.checks[${index}]: no such check in the table`);
      return found;
    });
    if (all.length > checksLimit) this.#fail(`${path}.checks: more than ${checksLimit} checks`);
    return { ...stored, checks: all };
  }

  #checkVersion(version: number): void {
    if (version !== schemaVersion)
      this.#fail(`schema version ${version}, this nexthop reads ${schemaVersion}`);
  }

  #json(text: string, complaint: string): unknown {
    try {
      return JSON.parse(text);
    } catch {
      return this.#fail(complaint);
    }
  }

  #fail(complaint: string): never {
    throw new ResultsError(`${this.#origin}: ${complaint}`);
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
