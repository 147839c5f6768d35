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
      readonly searched: string;
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
  { value: 'disagree', label: 'verdicts differ', test: (row) => disagree(row) },
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
function disagree({ cells }: MatrixRow): boolean {
  const judged = cells.flatMap((cell) =>
    cell === undefined || ['skipped', 'unsupported', 'inconclusive'].includes(cell.verdict)
      ? []
      : [cell.verdict],
  );
  return new Set(judged).size > 1;
}

/** Scenarios in stored order; of several seeds the worst verdict stands for all. */
export function scenarioMatrix({
  rows,
  columns,
  comparisons,
}: PageSummary): readonly (MatrixRow & { suite: string })[] {
  const compared = new Map(comparisons.map((comparison) => [comparison.row, comparison]));
  const numbered = rows.map((row, index) => ({ row, index }));
  return [...Map.groupBy(numbered, ({ row }) => row.scenario)].map(([name, members]) => {
    const cells = columns.map((_, column) => {
      const own = members.filter(({ row }) => row.column === column);
      const [worst] = own.toSorted((a, b) => rank(a.row.verdict) - rank(b.row.verdict));
      return worst === undefined ? undefined : cellOf(worst.row, worst.index, compared.get(worst.index));
    });
    const { title = '', suite = '' } = members[0]?.row ?? {};
    const reasons = cells.map((cell) => cell?.reason ?? '').join(' ');
    return { name, title, suite, cells, searched: `${name} ${title} ${reasons}`.toLowerCase() };
  });
}

function rank(verdict: Verdict): number {
  return verdicts.indexOf(verdict);
}

function cellOf(row: PageRow, index: number, comparison: PageComparison | undefined): MatrixCell {
  return {
    verdict: row.verdict,
    row: index,
    reason: row.reason,
    ...(comparison !== undefined && { agreement: comparison.state }),
  };
}

/** Clauses that anything exercised, in the order of the register. */
export function clauseMatrix({ clauses }: PageSummary): readonly (MatrixRow & { document: string })[] {
  return clauses
    .filter(({ verdict }) => verdict !== undefined)
    .map((clause) => ({
      name: clause.id,
      title: clause.statement,
      document: clause.document,
      cells: clause.byColumn.map((verdict) => (verdict === null ? undefined : { verdict, reason: '' })),
      searched: searchedClause(clause),
    }));
}

function searchedClause({ id, document, level, statement }: PageClause): string {
  return `${id} ${document} ${level} ${statement}`.toLowerCase();
}

/** Rows that hold every word and pass the filter, under headings. */
export function matrixEntries<Row extends MatrixRow>(
  rows: readonly Row[],
  heading: (row: Row) => string,
  { text, filter }: { readonly text: string; readonly filter: string },
): { readonly found: readonly Row[]; readonly entries: readonly MatrixEntry[] } {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const test = (matrixFilters.find(({ value }) => value === filter) ?? matrixFilters[0]).test;
  const matching = rows.filter((row) => words.every((word) => row.searched.includes(word)));
  const found = matching.filter(test);
  const entries = [...Map.groupBy(found, heading)].flatMap(([name, members]): MatrixEntry[] => [
    { heading: name },
    ...members,
  ]);
  return { found, entries };
}
