/** Senders across, scenarios or clauses down: who did what. */
import { useMemo } from 'preact/hooks';
import { verdicts } from '../../scenarios/verdicts.ts';
import { grouped, plural, visible } from '../format.ts';
import { clauseMatrix, type MatrixRow, matrixEntries, matrixFilters, scenarioMatrix } from '../matrix.ts';
import type { PageColumn } from '../model.ts';
import type { Report } from './data.ts';
import { Choices, FilterBox } from './filter-box.tsx';
import { agreementMarks, agreementWords, Entry } from './matrix-row.tsx';
import { letters } from './parts.tsx';
import { type Route, replaceQuery } from './route.ts';
import { Windowed } from './windowed.tsx';
import './matrix.css';

export function Matrix({ report, route }: { readonly report: Report; readonly route: Route }) {
  const { q = '', show = '', rows = '' } = route.query;
  const { summary } = report;
  const byClause = rows === 'clauses';
  const scenarios = useMemo(() => scenarioMatrix(summary), [report]);
  const clauses = useMemo(() => clauseMatrix(summary), [report]);
  const { found, entries } = useMemo(
    () =>
      byClause
        ? matrixEntries(clauses, ({ document }) => document, { text: q, filter: show })
        : matrixEntries(scenarios, ({ suite }) => suite, { text: q, filter: show }),
    [report, byClause, q, show],
  );
  const total = byClause ? clauses.length : scenarios.length;
  const noun = byClause ? 'clause' : 'scenario';
  const compared = new Set(scenarios.flatMap(({ cells }) => comparedColumns(cells)));
  const filters = matrixFilters.filter(
    ({ value }) => value !== 'differs' || (!byClause && compared.size > 0),
  );
  return (
    <>
      <h1 tabIndex={-1}>Matrix</h1>
      <div class="tools">
        <FilterBox
          value={q}
          label={`Filter ${noun}s`}
          onChange={(text) => replaceQuery(route, { q: text })}
        />
        <Choices
          label="Rows"
          chosen={byClause ? 'clauses' : ''}
          onChoose={(value) => replaceQuery(route, { rows: value, show: '' })}
          choices={[
            { value: '', label: 'scenarios', count: scenarios.length },
            { value: 'clauses', label: 'clauses', count: clauses.length },
          ]}
        />
        <Choices
          label="Shown"
          chosen={show}
          onChoose={(value) => replaceQuery(route, { show: value })}
          choices={filters.map(({ value, label, test }) => ({
            value,
            label,
            count: (byClause ? clauses : scenarios).filter(test).length,
          }))}
        />
      </div>
      <Legend agreement={!byClause && compared.size > 0} />
      <p class="found" aria-live="polite">
        {found.length === total ? plural(total, noun) : `${grouped(found.length)} of ${plural(total, noun)}`}
      </p>
      <table
        class="matrix"
        aria-label={`Verdicts of ${plural(summary.columns.length, 'sender')}`}
        aria-rowcount={entries.length + 1}
        style={{ '--cells': summary.columns.length + (byClause ? 0 : compared.size) }}
      >
        <Head
          columns={summary.columns}
          compared={byClause ? new Set() : compared}
          noun={noun}
          report={report}
        />
        <Windowed items={entries} of={`${rows}\n${q}\n${show}`}>
          {(entry, position) => (
            <Entry
              key={'heading' in entry ? `heading ${entry.heading}` : entry.name}
              entry={entry}
              position={position}
              report={report}
              compared={byClause ? new Set() : compared}
              byClause={byClause}
            />
          )}
        </Windowed>
      </table>
    </>
  );
}

function comparedColumns(cells: MatrixRow['cells']): number[] {
  return cells.flatMap((cell, column) => (cell?.agreement === undefined ? [] : [column]));
}

function Legend({ agreement }: { readonly agreement: boolean }) {
  const states = ['same', 'accepted', 'new', 'undecided'] as const;
  return (
    <ul class="matrix-legend">
      {verdicts.map((verdict) => (
        <li key={verdict}>
          <span class={`verdict-cell ${verdict}`} aria-hidden="true">
            {letters[verdict]}
          </span>
          {verdict}
        </li>
      ))}
      {agreement
        ? states.map((state) => (
            <li key={state}>
              <span class={`verdict-cell agreement-${state}`} aria-hidden="true">
                {agreementMarks[state]}
              </span>
              {agreementWords[state]}
            </li>
          ))
        : null}
    </ul>
  );
}

interface HeadProps {
  readonly columns: readonly PageColumn[];
  readonly compared: ReadonlySet<number>;
  readonly noun: string;
  readonly report: Report;
}

function Head({ columns, compared, noun, report }: HeadProps) {
  const worlds = new Set(columns.map(({ world }) => world));
  const oracle = report.summary.comparisons[0]?.oracle ?? '';
  return (
    <thead>
      <tr class="matrix-row matrix-head">
        <th scope="col">{noun}</th>
        {columns.map(({ sender, senderVersion, world }, column) => [
          <th key={column} scope="col" title={`${sender} ${senderVersion}, ${world} world`}>
            <strong>{visible(sender)}</strong>
            <small>
              {visible(senderVersion)}
              {worlds.size > 1 ? ` ${world}` : ''}
            </small>
          </th>,
          compared.has(column) ? (
            <th key={`${column} agreement`} scope="col" title={`${sender} compared with ${oracle}`}>
              <strong>as {visible(oracle)}</strong>
              <small>{visible(sender)}</small>
            </th>
          ) : null,
        ])}
      </tr>
    </thead>
  );
}
