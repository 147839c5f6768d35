/** Senders across, scenarios or clauses down: who did what. */
import { useMemo } from 'preact/hooks';
import { verdicts } from '../../scenarios/verdicts.ts';
import type { AgreementState } from '../agreement.ts';
import { grouped, plural, visible } from '../format.ts';
import {
  clauseMatrix,
  type MatrixCell,
  type MatrixEntry,
  type MatrixRow,
  matrixEntries,
  matrixFilters,
  scenarioMatrix,
} from '../matrix.ts';
import type { PageColumn } from '../model.ts';
import type { Report } from './data.ts';
import { Choices, FilterBox, letters } from './parts.tsx';
import { type Route, replaceQuery, routeHash } from './route.ts';
import { Windowed } from './windowed.tsx';

export const agreementMarks: Readonly<Record<AgreementState, string>> = {
  same: '=',
  accepted: '≈',
  new: '≠',
  undecided: '?',
};

export const agreementWords: Readonly<Record<AgreementState, string>> = {
  same: 'same as the oracle',
  accepted: 'differs from the oracle, accepted',
  new: 'differs from the oracle',
  undecided: 'agreement undecided',
};

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

interface EntryProps {
  readonly entry: MatrixEntry;
  readonly position: number;
  readonly report: Report;
  readonly compared: ReadonlySet<number>;
  readonly byClause: boolean;
}

function Entry({ entry, position, report, compared, byClause }: EntryProps) {
  // The head is the first row.
  const place = { 'aria-rowindex': position + 2, 'data-row': '' };
  if ('heading' in entry) {
    return (
      <tr class="matrix-heading" {...place}>
        <th scope="rowgroup">{visible(entry.heading)}</th>
      </tr>
    );
  }
  const first = entry.cells.find((cell) => cell?.row !== undefined)?.row;
  const row = first === undefined ? undefined : report.rows[first];
  const clauseLink = routeHash({ view: 'clauses', name: '', query: { q: entry.name } });
  const href = byClause || row === undefined ? clauseLink : report.hash(row);
  return (
    <tr class="matrix-row" {...place}>
      <th class="matrix-name" scope="row" title={entry.title}>
        <a href={href}>{visible(entry.name)}</a>
      </th>
      {entry.cells.map((cell, column) => [
        <td key={column} class="matrix-cell">
          <Verdict cell={cell} report={report} column={column} fallback={clauseLink} />
        </td>,
        compared.has(column) ? (
          <td key={`${column} agreement`} class="matrix-cell">
            <Agreed cell={cell} report={report} />
          </td>
        ) : null,
      ])}
    </tr>
  );
}

interface VerdictProps {
  readonly cell: MatrixCell | undefined;
  readonly report: Report;
  readonly column: number;
  readonly fallback: string;
}

function Verdict({ cell, report, column, fallback }: VerdictProps) {
  const sender = report.summary.columns[column]?.sender ?? '';
  if (cell === undefined) {
    return (
      <span class="verdict-cell missing" role="img" aria-label={`${sender}: no result`}>
        ·
      </span>
    );
  }
  const row = cell.row === undefined ? undefined : report.rows[cell.row];
  const text = `${sender}: ${cell.verdict}${cell.reason === '' ? '' : `: ${cell.reason}`}`;
  return (
    <a
      class={`verdict-cell ${cell.verdict}`}
      href={row === undefined ? fallback : report.hash(row)}
      title={visible(text)}
      aria-label={`${sender}: ${cell.verdict}`}
    >
      {letters[cell.verdict]}
    </a>
  );
}

function Agreed({ cell, report }: { readonly cell: MatrixCell | undefined; readonly report: Report }) {
  const row = cell?.row === undefined ? undefined : report.rows[cell.row];
  if (row === undefined || cell?.agreement === undefined) return null;
  const comparison = report.comparison(row);
  const [difference] = comparison?.differences ?? [];
  const text = difference?.text ?? comparison?.undecided ?? '';
  const words = agreementWords[cell.agreement];
  return (
    <a
      class={`verdict-cell agreement-${cell.agreement}`}
      href={report.hash(row)}
      title={visible(text === '' ? words : `${words}: ${text}`)}
      aria-label={words}
    >
      {agreementMarks[cell.agreement]}
    </a>
  );
}
