/** What the page is told of a run before it looks at single results. */
import { cut } from '../scenarios/bound-result.ts';
import {
  type Baseline,
  type Comparison,
  lineLimitCharacters,
  type Result,
  type Results,
  resultKey,
  type Verdict,
} from '../scenarios/results.ts';
import { agreementState } from './agreement.ts';
import { clauseCoverage, exercised } from './coverage.ts';
import { changesByResult } from './diff/by-result.ts';
import type { PageBaseline, PageClause, PageColumn, PageComparison, PageRow, PageSummary } from './model.ts';
import { pageParameters } from './parameters.ts';

/** @param ordered the results in stored order */
export function pageSummary(results: Results, ordered: readonly Result[]): PageSummary {
  const oracles = new Set(results.comparisons?.map(({ oracle }) => oracle));
  const columns = columnsOf(ordered, oracles);
  const numbers = new Map(columns.map((column, index) => [columnKey(column), index]));
  const columnOf = (result: PageColumn) => numbers.get(columnKey(result)) ?? 0;
  const clauses = pageClauses(ordered, columns.length, columnOf);
  const changes = changesByResult(results.baseline?.changes ?? []);
  const places = new Map(clauses.map(({ id }, place) => [id, place]));
  return {
    run: results.run,
    rows: ordered.map((result) => {
      const changed = changes(result).map(({ kind }) => kind);
      const row = pageRow(result, columnOf(result), places);
      return changed.length === 0 ? row : { ...row, changed };
    }),
    clauses,
    columns,
    comparisons: pageComparisons(results.comparisons ?? [], ordered),
    problems: results.problems ?? [],
    ...(results.history !== undefined && { history: results.history }),
    parameters: pageParameters(ordered),
    ...(results.baseline !== undefined && { baseline: pageBaseline(results.baseline, ordered) }),
  };
}

function columnKey({ sender, senderVersion, world }: PageColumn): string {
  return JSON.stringify([sender, senderVersion, world]);
}

/** Our own client first, then the oracle, then by name. */
function columnsOf(results: readonly Result[], oracles: ReadonlySet<string>): PageColumn[] {
  const columns = new Map(
    results.map(({ sender, senderVersion, world }) => {
      const column = { sender, senderVersion, world };
      return [columnKey(column), column];
    }),
  );
  const rank = ({ sender }: PageColumn) => {
    if (sender === 'nexthop') return 0;
    return oracles.has(sender) ? 1 : 2;
  };
  return [...columns]
    .sort(([a, left], [b, right]) => rank(left) - rank(right) || (a < b ? -1 : 1))
    .map(([, column]) => column);
}

function pageRow(result: Result, column: number, places: ReadonlyMap<string, number>): PageRow {
  const { scenario, title, suite, sender, world, seed, verdict, reason, virtualMs, wallMs, tags, expected } =
    result;
  return {
    scenario,
    title: cut(title, lineLimitCharacters),
    suite,
    sender,
    world,
    seed,
    verdict,
    reason: cut(reason, lineLimitCharacters),
    virtualMs,
    wallMs,
    tags,
    column,
    exercised: [...exercised(result)].map(([id, own]) => ({ clause: places.get(id) ?? 0, verdict: own })),
    ...(expected !== undefined && { expected: cut(expected, lineLimitCharacters) }),
  };
}

function pageClauses(
  ordered: readonly Result[],
  columns: number,
  columnOf: (result: Result) => number,
): PageClause[] {
  const single = Array.from({ length: columns }, (_, column) => {
    const own = ordered.filter((result) => columnOf(result) === column);
    return new Map(clauseCoverage(own).map(({ clause, verdict }) => [clause.id, verdict]));
  });
  return clauseCoverage(ordered).map(({ clause, verdict, monitors }) => ({
    id: clause.id,
    document: clause.document,
    section: clause.section,
    level: clause.level,
    statement: clause.statement,
    byColumn: single.map((verdicts): Verdict | null => verdicts.get(clause.id) ?? null),
    ...(verdict !== undefined && { verdict }),
    monitors,
  }));
}

/** Comparisons whose result is not among those shown are left out. */
function pageComparisons(comparisons: readonly Comparison[], ordered: readonly Result[]): PageComparison[] {
  const rows = new Map(ordered.map((result, index) => [resultKey(result), index]));
  return comparisons.flatMap((comparison) => {
    const { oracle, oracleVersion, undecided, differences } = comparison;
    const row = rows.get(resultKey(comparison));
    if (row === undefined) return [];
    return {
      row,
      oracle,
      oracleVersion,
      state: agreementState(comparison),
      ...(undecided !== undefined && { undecided }),
      differences: differences.map(({ kind, text, accepted }) => ({
        kind,
        text,
        ...(accepted !== undefined && { accepted }),
      })),
    };
  });
}

function pageBaseline(baseline: Baseline, ordered: readonly Result[]): PageBaseline {
  const { run, changes, ...facts } = baseline;
  const rows = new Map(ordered.map((result, index) => [resultKey(result), index]));
  let kept = 0;
  return {
    ...facts,
    run: { startedAt: run.startedAt, nexthop: run.nexthop },
    changes: changes.map(({ kind, regression, text, of, verdictBefore, verdictNow, before }) => {
      const row = of && rows.get(resultKey(of));
      return {
        kind,
        regression,
        text: cut(text, lineLimitCharacters),
        ...(of !== undefined && { scenario: of.scenario, sender: of.sender }),
        ...(row !== undefined && { row }),
        ...(verdictBefore !== undefined && { verdictBefore }),
        ...(verdictNow !== undefined && { verdictNow }),
        ...(before !== undefined && { before: kept++ }),
      };
    }),
  };
}
