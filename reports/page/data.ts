/** The data in the page: the summary is parsed once, a chunk of results when one of them is looked at. */
import { useEffect, useState } from 'preact/hooks';
import type { Result } from '../../scenarios/results.ts';
import {
  chunkElementId,
  type PageComparison,
  type PageRow,
  type PageSummary,
  summaryElementId,
} from '../model.ts';
import { type Route, routeHash } from './route.ts';

export interface Row extends PageRow {
  readonly index: number;
  /** Lower-case text that the filter box searches. */
  readonly searched: string;
}

export interface Report {
  readonly summary: PageSummary;
  readonly rows: readonly Row[];
  /** The complete result of a row; undefined when the page does not hold it. */
  readonly details: (row: Row) => Promise<Result | undefined>;
  /** Where a row is shown; the same in every report that holds the same result. */
  readonly hash: (row: Row) => string;
  readonly find: (route: Route) => Row | undefined;
  /** The rows of a scenario, of whatever sender, world and seed. */
  readonly ofScenario: (name: string) => readonly Row[];
  /** How a row compares with the oracle's. */
  readonly comparison: (row: Row) => PageComparison | undefined;
}

export function loadReport(document: Document): Report | undefined {
  const text = document.getElementById(summaryElementId)?.textContent;
  if (text === undefined || text === null) return undefined;
  const summary: PageSummary = JSON.parse(text);
  const rows = summary.rows.map((row, index) => ({
    ...row,
    index,
    searched: `${row.scenario} ${row.title} ${row.sender} ${row.reason}`.toLowerCase(),
  }));
  const named = Map.groupBy(rows, (row) => row.scenario);
  const comparisons = new Map(summary.comparisons.map((comparison) => [comparison.row, comparison]));
  const chunks = new Map<number, readonly Result[]>();

  const chunk = (number: number): readonly Result[] => {
    const known = chunks.get(number);
    if (known !== undefined) return known;
    const parsed: Result[] = JSON.parse(document.getElementById(chunkElementId(number))?.textContent ?? '[]');
    chunks.set(number, parsed);
    return parsed;
  };

  return {
    summary,
    rows,
    details: async (row) => chunk(Math.floor(row.index / summary.chunkSize))[row.index % summary.chunkSize],
    hash: (row) => {
      const query: Record<string, string> =
        named.get(row.scenario)?.length === 1
          ? {}
          : { sender: row.sender, world: row.world, seed: String(row.seed) };
      return routeHash({ view: 'scenario', name: row.scenario, query });
    },
    find: ({ name, query }) => {
      const { sender, world, seed } = query;
      return named
        .get(name)
        ?.find(
          (row) =>
            (sender === undefined || row.sender === sender) &&
            (world === undefined || row.world === world) &&
            (seed === undefined || String(row.seed) === seed),
        );
    },
    ofScenario: (name) => named.get(name) ?? [],
    comparison: (row) => comparisons.get(row.index),
  };
}

/** The complete result of a row for a component to show; what was read for another row is never shown for this one. */
export function useDetails(report: Report, row: Row | undefined): Result | undefined | 'loading' {
  const [read, setRead] = useState<{ readonly row: Row; readonly result: Result | undefined }>();
  useEffect(() => {
    if (row === undefined) return undefined;
    let wanted = true;
    const show = (result: Result | undefined) => wanted && setRead({ row, result });
    report.details(row).then(show, () => show(undefined));
    return () => {
      wanted = false;
    };
  }, [report, row]);
  if (row === undefined) return undefined;
  return read?.row === row ? read.result : 'loading';
}
