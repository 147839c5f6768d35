/** The matrix: senders across, scenarios or clauses down. Pure: the page shows it. */
import { type Verdict, verdicts } from '../scenarios/verdicts.ts';
import type { AgreementState } from './agreement.ts';
import type { PageClause, PageComparison, PageRow, PageSummary } from './model.ts';

export interface MatrixCell {
  readonly verdict: Verdict;
  /** Position of the row to show; absent for a clause, which many rows decide. */
  readonly row?: number;
  readonly reason: string;
  readonly agreement?: AgreementState;
}

export type MatrixEntry =
  | { readonly heading: string }
  | {
      readonly name: string;
      readonly title: string;
      /** One for each column; undefined where there is no result. */
      readonly cells: readonly (MatrixCell | undefined)[];
    };

export type MatrixRow = Exclude<MatrixEntry, { readonly heading: string }>;

/** Which rows are shown. */
export const matrixFilters = [
  { value: '', label: 'all', test: () => true },
  {
    value: 'failed',
    label: 'failed by any',
    test: (row) => row.cells.some((cell) => cell?.verdict === 'failed'),
  },
  { value: 'disagree', label: 'senders disagree', test: (row) => disagree(row) },
  {
    value: 'differs',
    label: 'differs from the oracle',
    test: (row) => row.cells.some((cell) => cell?.agreement === 'new' || cell?.agreement === 'accepted'),
  },
] as const satisfies readonly {
  readonly value: string;
  readonly label: string;
  readonly test: (row: MatrixRow) => boolean;
}[];

/** Senders that were judged, and not alike; one that could not or did not take part decides nothing. */
export function disagree({ cells }: MatrixRow): boolean {
  let first: Verdict | undefined;
  for (const cell of cells) {
    if (cell === undefined || unjudged.has(cell.verdict)) continue;
    if (first !== undefined && cell.verdict !== first) return true;
    first = cell.verdict;
  }
  return false;
}

const unjudged: ReadonlySet<Verdict> = new Set(['skipped', 'unsupported', 'inconclusive']);

export type ScenarioRow = MatrixRow & { readonly suite: string };

/**
 * Scenarios in stored order; of several seeds the worst verdict stands for all.
 * @param verdictOf for a matrix of something else than the verdict of the whole result; undefined leaves the result out
 */
export function scenarioMatrix(
  { rows, columns, comparisons }: PageSummary,
  verdictOf: (row: PageRow) => Verdict | undefined = ({ verdict }) => verdict,
): readonly ScenarioRow[] {
  const compared = new Map(comparisons.map((comparison) => [comparison.row, comparison]));
  const found = new Map<string, ScenarioRow & { readonly cells: (MatrixCell | undefined)[] }>();
  for (const [index, row] of rows.entries()) {
    const verdict = verdictOf(row);
    if (verdict === undefined) continue;
    const { scenario: name, title, suite, column } = row;
    const entry = found.get(name) ?? { name, title, suite, cells: columns.map(() => undefined) };
    found.set(name, entry);
    const known = entry.cells[column];
    if (known === undefined || rank(verdict) < rank(known.verdict)) {
      entry.cells[column] = cellOf(row, verdict, index, compared.get(index));
    }
  }
  return [...found.values()];
}

function rank(verdict: Verdict): number {
  return verdicts.indexOf(verdict);
}

function cellOf(
  row: PageRow,
  verdict: Verdict,
  index: number,
  comparison: PageComparison | undefined,
): MatrixCell {
  return {
    verdict,
    row: index,
    reason: row.reason,
    ...(comparison !== undefined && { agreement: comparison.state }),
  };
}

export type ClauseRow = MatrixRow & { readonly document: string };

export function clauseRow({ id, statement, document, byColumn }: PageClause): ClauseRow {
  const cells = byColumn.map((verdict) => (verdict === null ? undefined : { verdict, reason: '' }));
  return { name: id, title: statement, document, cells };
}

/** Rows that pass the filter, under headings. */
export function matrixEntries<Row extends MatrixRow>(
  rows: readonly Row[],
  heading: (row: Row) => string,
  filter: string,
): { readonly found: readonly Row[]; readonly entries: readonly MatrixEntry[] } {
  const found = rows.filter((matrixFilters.find(({ value }) => value === filter) ?? matrixFilters[0]).test);
  const entries = [...Map.groupBy(found, heading)].flatMap(([name, members]): MatrixEntry[] => [
    { heading: name },
    ...members,
  ]);
  return { found, entries };
}
