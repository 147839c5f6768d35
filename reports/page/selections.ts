/** What can be run again from a view: the nearest first. */
import { matcher } from '../filter.ts';
import { searchedRows } from '../searched.ts';
import type { Selection } from '../serve/protocol.ts';
import type { Report, Row } from './data.ts';
import type { Route } from './route.ts';

export interface NamedSelection {
  readonly name: string;
  readonly label: string;
  /** Looked for when it is asked for: there may be many. */
  readonly scenarios: () => Selection;
}

export function selectionsOf(report: Report, route: Route): readonly NamedSelection[] {
  const { view, query } = route;
  const row = view === 'scenario' ? report.find(route) : undefined;
  const suite = row?.suite ?? (view === 'suites' ? query.suite : undefined);
  const isFiltered = view === 'suites' && Object.values(query).some((value) => value !== '');
  const all = { name: 'all', label: 'Everything', scenarios: () => undefined };
  return [
    ...(row === undefined ? [] : [of('scenario', 'This scenario', () => [row])]),
    ...(isFiltered ? [of('shown', 'What is shown', () => rowsShown(report, query))] : []),
    ...(suite === undefined || suite === ''
      ? []
      : [of('suite', `Suite ${suite}`, () => report.rows.filter((other) => other.suite === suite))]),
    ...(report.rows.some(hasFailed)
      ? [of('failed', 'What failed', () => report.rows.filter(hasFailed))]
      : []),
    all,
  ];
}

function of(name: string, label: string, rows: () => readonly Row[]): NamedSelection {
  return { name, label, scenarios: () => [...new Set(rows().map(({ scenario }) => scenario))] };
}

function hasFailed({ verdict }: Row): boolean {
  return verdict === 'failed';
}

/** What the filters of the suites leave. */
function rowsShown(report: Report, { q = '', verdict = '', suite = '' }: Route['query']): readonly Row[] {
  const matches = matcher(q, searchedRows(report.summary));
  return report.rows.filter(
    (row) =>
      (suite === '' || row.suite === suite) && (verdict === '' || row.verdict === verdict) && matches(row),
  );
}
