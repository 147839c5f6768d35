/** What can be run again from a view: the nearest first. */
import { plural } from '../format.ts';
import type { Selection } from '../serve/protocol.ts';
import type { Report, Row } from './data.ts';
import type { Route } from './route.ts';
import { rowsShown } from './suites.tsx';

export interface NamedSelection {
  readonly name: string;
  readonly label: string;
  readonly scenarios: Selection;
}

export function selectionsOf(report: Report, route: Route): readonly NamedSelection[] {
  const selections: NamedSelection[] = [];
  const offer = (name: string, label: string, rows: readonly Row[]) => {
    const scenarios = [...new Set(rows.map(({ scenario }) => scenario))];
    const counted = scenarios.length === 1 ? label : `${label} (${plural(scenarios.length, 'scenario')})`;
    if (scenarios.length > 0) selections.push({ name, label: counted, scenarios });
  };
  const row = route.view === 'scenario' ? report.find(route) : undefined;
  if (row !== undefined) offer('scenario', 'This scenario', report.ofScenario(row.scenario));
  const suite = row?.suite ?? (route.view === 'suites' ? route.query.suite : undefined);
  if (route.view === 'suites' && Object.values(route.query).some((value) => value !== ''))
    offer('shown', 'What is shown', rowsShown(report, route));
  if (suite !== undefined && suite !== '')
    offer(
      'suite',
      `Suite ${suite}`,
      report.rows.filter((other) => other.suite === suite),
    );
  offer(
    'failed',
    'What failed',
    report.rows.filter(({ verdict }) => verdict === 'failed'),
  );
  return [...selections, { name: 'all', label: 'Everything', scenarios: undefined }];
}
