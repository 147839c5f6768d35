/** One row of the matrix: a name, and for every sender its verdict and how it agrees with the oracle. */
import type { AgreementState } from '../agreement.ts';
import { visible } from '../format.ts';
import { disagree, type MatrixCell, type MatrixEntry } from '../matrix.ts';
import type { Report } from './data.ts';
import { letters } from './parts.tsx';
import { routeHash } from './route.ts';
import type { RowPlace } from './windowed.tsx';

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

interface EntryProps {
  readonly entry: MatrixEntry;
  readonly place: RowPlace;
  readonly report: Report;
  readonly compared: ReadonlySet<number>;
  readonly noun: 'scenario' | 'clause';
}

export function Entry({ entry, place, report, compared, noun }: EntryProps) {
  // The head is the first row.
  const attributes = { 'aria-rowindex': place['data-row'] + 2, ...place };
  if ('heading' in entry) {
    return (
      <tr class="matrix-heading" {...attributes}>
        <th scope="rowgroup">{visible(entry.heading)}</th>
      </tr>
    );
  }
  const first = entry.cells.find((cell) => cell?.row !== undefined)?.row;
  const row = first === undefined ? undefined : report.rows[first];
  const clauseLink = routeHash({ view: 'clauses', name: entry.name, query: {} });
  const apart = disagree(entry);
  const href = noun === 'clause' || row === undefined ? clauseLink : report.hash(row);
  return (
    <tr class={`matrix-row${apart ? ' is-apart' : ''}`} {...attributes}>
      <th class="matrix-name" scope="row" title={entry.title}>
        <a href={href}>{visible(entry.name)}</a>
        {apart ? (
          <span class="apart" role="img" aria-label="senders disagree" title="senders disagree">
            ≠
          </span>
        ) : null}
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
