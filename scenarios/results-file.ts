/**
 * The stored model as the text of a file: JSON in lines, one result in each, so that two runs can be compared with line
 * tools, and so that a run of a hundred thousand results is written and read without one text of all of them.
 *
 *     {"schema":1,"run":{...},"checks":[
 *     {"clause":"rfc5321-2.1-01","level":"RULE","by":"monitor one-outcome","verdict":"passed","evidence":""},
 *     ...
 *     ],"results":[
 *     {"scenario":"connecting/...",...,"checks":[{"clause":...},0,4,5],...},
 *     ...
 *     ]}
 *
 * Checks of monitors that passed are most of what a run finds, and few different ones: the table `checks` holds them,
 * and a result names their places in it. Who reads a file never meets a place: each is the check again.
 *
 * Nothing in a file is trusted: size, schema version, shape and limits are checked, and every mistake is a
 * `ResultsError` of one line.
 */
import { type Check, check, compareResults, type Result, type Results, result, results } from './results.ts';
import { checked, type ListName, lists, pathOf } from './results-lists.ts';
import { ResultsReader } from './results-reader.ts';

export { ResultsError } from './results-lists.ts';

/**
 * The text to store: results in a stable order, members in the order of the schema.
 * @throws ResultsError when the value breaks the schema or its limits
 */
export function writeResults(value: Results): string {
  return [...storedText(value)].join('');
}

/**
 * The same text in pieces.
 * @throws ResultsError when the value breaks the schema or its limits
 */
export function* storedText(value: Results): Generator<string> {
  const { schema, run, problems, judgements, baseline, history } = checked(
    results,
    withoutLists(value),
    'results',
    '',
  );
  const table = checkTable(value.results);
  yield `{"schema":${schema},"run":${JSON.stringify(run)}`;
  if (table.size > 0) {
    yield* listText(
      'checks',
      [...table.values()].map(({ stored }) => JSON.stringify(stored)),
    );
  }
  yield* listText('results', resultTexts(value.results.toSorted(compareResults), table));
  if (value.comparisons !== undefined) {
    yield* listText('comparisons', texts('comparisons', value.comparisons.toSorted(compareResults)));
  }
  if (problems !== undefined) yield* listText('problems', texts('problems', value.problems ?? []));
  if (judgements !== undefined) yield `,"judgements":${JSON.stringify(judgements)}`;
  if (baseline !== undefined) {
    const { changes: _, ...rest } = baseline;
    yield `,"baseline":${JSON.stringify(rest).slice(0, -1)}`;
    yield* listText('changes', texts('changes', value.baseline?.changes ?? []));
    yield '}';
  }
  if (history !== undefined) yield `,"history":${JSON.stringify(history)}`;
  yield '}\n';
}

/** What is around the lists, to be checked apart from them. */
function withoutLists(value: Results): Results {
  const { comparisons, problems, baseline } = value;
  return {
    ...value,
    results: [],
    ...(comparisons !== undefined && { comparisons: [] }),
    ...(problems !== undefined && { problems: [] }),
    ...(baseline !== undefined && { baseline: { ...baseline, changes: [] } }),
  };
}

function* listText(name: ListName, entries: Iterable<string>): Generator<string> {
  let before = `,"${name}":[\n`;
  for (const entry of entries) {
    yield `${before}${entry}`;
    before = ',\n';
  }
  yield before === ',\n' ? '\n]' : `,"${name}":[]`;
}

function* texts(name: ListName, entries: readonly unknown[]): Generator<string> {
  for (const [index, entry] of entries.entries()) {
    yield JSON.stringify(checked(lists[name].entry, entry, 'results', pathOf(name, index)));
  }
}

function* resultTexts(entries: readonly Result[], table: CheckTable): Generator<string> {
  for (const [index, entry] of entries.entries()) {
    const own = entry.checks.filter((each) => !isQuiet(each));
    const stored = checked(result, { ...entry, checks: own }, 'results', pathOf('results', index));
    const next = stored.checks.values();
    const checks = entry.checks.map((each) =>
      isQuiet(each) ? table.get(tableKey(each))?.place : next.next().value,
    );
    yield JSON.stringify({ ...stored, checks });
  }
}

/** The checks that are stored once, and the place of each: in an order that no order of results changes. */
type CheckTable = ReadonlyMap<string, { readonly stored: Check; readonly place: number }>;

function checkTable(entries: readonly Result[]): CheckTable {
  const found = new Map<string, Check>();
  for (const { checks } of entries) {
    for (const each of checks) if (isQuiet(each)) found.set(tableKey(each), each);
  }
  const ordered = [...found].sort(([a], [b]) => (a < b ? -1 : 1));
  return new Map(
    ordered.map(([key, each], place) => [
      key,
      { stored: checked(check, each, 'results', pathOf('checks', place)), place },
    ]),
  );
}

/** A monitor that saw nothing wrong has nothing to say of the result either. */
function isQuiet({ by, verdict, evidence, name }: Check): boolean {
  return verdict === 'passed' && evidence === '' && name === undefined && by.startsWith('monitor ');
}

function tableKey({ by, clause, level }: Check): string {
  return `${by}\n${clause}\n${level}`;
}

/**
 * Reads a stored file.
 * @param text the file's content
 * @param origin its name, for messages
 * @throws ResultsError
 */
export function readResults(text: string, origin: string): Results {
  const reader = new ResultsReader(origin);
  for (const line of text.split('\n')) reader.line(line);
  return reader.end();
}
