/** The matrix as a table: columns for senders, and for how each agrees with the oracle. */
import './matrix.css';
import { verdicts } from '../../scenarios/verdicts.ts';
import { plural, visible } from '../format.ts';
import type { MatrixEntry } from '../matrix.ts';
import type { PageColumn } from '../model.ts';
import type { Report } from './data.ts';
import { agreementMarks, agreementWords, Entry } from './matrix-row.tsx';
import { letters } from './parts.tsx';
import { Windowed } from './windowed.tsx';

interface TableProps {
  readonly report: Report;
  readonly entries: readonly MatrixEntry[];
  /** What stands in a row. */
  readonly noun: 'scenario' | 'clause';
}

export function MatrixTable({ report, entries, noun }: TableProps) {
  const { columns } = report.summary;
  const compared = comparedColumns(entries);
  return (
    <>
      <Legend agreement={compared.size > 0} />
      <table
        class="matrix"
        aria-label={`Verdicts of ${plural(columns.length, 'sender')}`}
        aria-rowcount={entries.length + 1}
        style={{ '--cells': columns.length + compared.size }}
      >
        <Head columns={columns} compared={compared} noun={noun} report={report} />
        <Windowed items={entries} kindOf={kindOf} body>
          {(entry, place) => (
            <Entry
              key={'heading' in entry ? `heading ${entry.heading}` : entry.name}
              entry={entry}
              place={place}
              report={report}
              compared={compared}
              noun={noun}
            />
          )}
        </Windowed>
      </table>
    </>
  );
}

const kindOf = (entry: MatrixEntry) => ('heading' in entry ? 'line' : 'matrix');

/** Columns of senders that were compared with the oracle. */
export function comparedColumns(entries: readonly MatrixEntry[]): ReadonlySet<number> {
  const compared = new Set<number>();
  for (const entry of entries) {
    if ('heading' in entry) continue;
    for (const [column, cell] of entry.cells.entries()) {
      if (cell?.agreement !== undefined) compared.add(column);
    }
  }
  return compared;
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
