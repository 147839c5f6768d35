/** Senders across, scenarios or clauses down: who did what, and where they disagree. */
import { useMemo } from 'preact/hooks';
import { matcher } from '../filter.ts';
import {
  type ClauseRow,
  clauseRow,
  type MatrixRow,
  matrixEntries,
  matrixFilters,
  type ScenarioRow,
  scenarioMatrix,
} from '../matrix.ts';
import { searchedClauses, searchedRows } from '../searched.ts';
import type { Report } from './data.ts';
import { Choices, FilterBox, Found } from './filter-box.tsx';
import { MatrixTable } from './matrix-table.tsx';
import { type Route, replaceQuery } from './route.ts';

interface MatrixProps {
  readonly report: Report;
  readonly route: Route;
}

export function Matrix({ report, route }: MatrixProps) {
  const byClause = route.query.rows === 'clauses';
  return (
    <>
      <h1 tabIndex={-1}>Matrix</h1>
      {byClause ? (
        <ClauseMatrix report={report} route={route} />
      ) : (
        <ScenarioMatrix report={report} route={route} />
      )}
    </>
  );
}

/** A scenario stays when any result of it passes the filter. */
function ScenarioMatrix({ report, route }: MatrixProps) {
  const { q = '' } = route.query;
  const { summary } = report;
  const all = useMemo(() => scenarioMatrix(summary), [summary]);
  const searched = useMemo(() => searchedRows(summary), [summary]);
  const matching = useMemo(() => {
    const matches = matcher(q, searched);
    const names = new Set<string>();
    for (const row of summary.rows) if (matches(row)) names.add(row.scenario);
    return all.filter(({ name }) => names.has(name));
  }, [all, q]);
  return (
    <Filtered
      report={report}
      route={route}
      noun="scenario"
      members={Object.keys(searched.members)}
      example="sender:exim verdict:failed"
      total={all.length}
      matching={matching}
      groupOf={suiteOf}
      compares={summary.comparisons.length > 0}
    />
  );
}

function ClauseMatrix({ report, route }: MatrixProps) {
  const { q = '' } = route.query;
  const exercised = useMemo(
    () => report.summary.clauses.filter(({ verdict }) => verdict !== undefined),
    [report],
  );
  const matching = useMemo(
    () => exercised.filter(matcher(q, searchedClauses)).map(clauseRow),
    [exercised, q],
  );
  return (
    <Filtered
      report={report}
      route={route}
      noun="clause"
      members={Object.keys(searchedClauses.members)}
      example="level:MUST verdict:failed"
      total={exercised.length}
      matching={matching}
      groupOf={documentOf}
      compares={false}
    />
  );
}

const suiteOf = ({ suite }: ScenarioRow) => suite;
const documentOf = ({ document }: ClauseRow) => document;

interface FilteredProps<Row extends MatrixRow> extends MatrixProps {
  readonly noun: 'scenario' | 'clause';
  /** Of the filter. */
  readonly members: readonly string[];
  readonly example: string;
  readonly total: number;
  readonly matching: readonly Row[];
  /** Names the heading that a row stands under. */
  readonly groupOf: (row: Row) => string;
  /** Whether rows can differ from an oracle. */
  readonly compares: boolean;
}

/** The filter, and what it leaves. */
function Filtered<Row extends MatrixRow>(props: FilteredProps<Row>) {
  const { report, route, noun, matching, groupOf } = props;
  const { q = '', show = '' } = route.query;
  const { found, entries } = useMemo(() => matrixEntries(matching, groupOf, show), [matching, show]);
  return (
    <>
      <div class="tools">
        <FilterBox
          value={q}
          label={`Filter ${noun}s`}
          members={props.members}
          example={props.example}
          onChange={(text) => replaceQuery(route, { q: text })}
        />
        <Rows report={report} route={route} chosen={noun === 'clause' ? 'clauses' : ''} />
        <Choices
          label="Shown"
          chosen={show}
          onChoose={(value) => replaceQuery(route, { show: value })}
          choices={matrixFilters
            .filter(({ value }) => value !== 'differs' || props.compares)
            .map(({ value, label, test }) => ({ value, label, count: matching.filter(test).length }))}
        />
      </div>
      <Found found={found.length} total={props.total} noun={noun} />
      <MatrixTable report={report} entries={entries} noun={noun} />
    </>
  );
}

function Rows({ report, route, chosen }: MatrixProps & { readonly chosen: '' | 'clauses' }) {
  const scenarios = useMemo(() => new Set(report.rows.map(({ scenario }) => scenario)).size, [report]);
  const exercised = report.summary.clauses.filter(({ verdict }) => verdict !== undefined).length;
  return (
    <Choices
      label="Rows"
      chosen={chosen}
      onChoose={(value) => replaceQuery(route, { rows: value, show: '', q: '' })}
      choices={[
        { value: '', label: 'scenarios', count: scenarios },
        { value: 'clauses', label: 'clauses', count: exercised },
      ]}
    />
  );
}
