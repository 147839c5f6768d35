/** The data in the page: the summary is read when it opens, a chunk of results when one of them is looked at. */
import { useEffect, useState } from 'preact/hooks';
import type { Result } from '../../scenarios/results.ts';
import {
  beforeElementId,
  chunkElementId,
  type PageChange,
  type PageClause,
  type PageComparison,
  type PageRow,
  type PageSummary,
  summaryElementId,
} from '../model.ts';
import { readElement } from './element.ts';
import { type Route, routeHash } from './route.ts';

/** Chunks kept unpacked. */
const chunksKept = 4;

export interface Row extends PageRow {
  readonly index: number;
}

export interface Report {
  readonly summary: PageSummary;
  readonly rows: readonly Row[];
  /** The complete result of a row; undefined when the page does not hold it. What is damaged rejects. */
  readonly details: (row: Row) => Promise<Result | undefined>;
  /** Where a row is shown; the same in every report that holds the same result. */
  readonly hash: (row: Row) => string;
  readonly find: (route: Route) => Row | undefined;
  /** The rows of a scenario, of whatever sender, world and seed. */
  readonly ofScenario: (name: string) => readonly Row[];
  /** How many scenarios exercised each clause; counted when first asked for. */
  readonly scenarioCounts: () => ReadonlyMap<PageClause, number>;
  /** How a row compares with the oracle's. */
  readonly comparison: (row: Row) => PageComparison | undefined;
  /** In what a row is otherwise than in the baseline, the gravest first. */
  readonly changes: (row: Row) => readonly PageChange[];
  /** The result before, where it is kept. */
  readonly before: (change: PageChange) => Promise<Result | undefined>;
}

/**
 * The report of the page, or undefined when there is none in it.
 * @throws what went wrong when the data is damaged
 */
export async function loadReport(document: Document): Promise<Report | undefined> {
  const data = await readElement(document, summaryElementId);
  if (data === undefined) return undefined;
  const summary = data as PageSummary;
  // They were made for this page alone; a copy of each would double what it holds.
  const rows = summary.rows.map((row, index): Row => Object.assign(row, { index }));
  const named = Map.groupBy(rows, (row) => row.scenario);
  const comparisons = new Map(summary.comparisons.map((comparison) => [comparison.row, comparison]));
  const changes = Map.groupBy(summary.baseline?.changes ?? [], ({ row }) => row);
  const places = placesInChunks(rows);
  const chunks = new Map<number, Promise<unknown>>();
  const chunkOf = (chunk: number): Promise<unknown> => {
    const known = chunks.get(chunk) ?? readElement(document, chunkElementId(chunk));
    // The one asked for last is kept longest.
    chunks.delete(chunk);
    chunks.set(chunk, known);
    for (const oldest of chunks.keys()) {
      if (chunks.size > chunksKept) chunks.delete(oldest);
    }
    return known;
  };

  let resultsBefore: Promise<unknown> | undefined;
  let counts: ReadonlyMap<PageClause, number> | undefined;
  return {
    summary,
    rows,
    details: async ({ chunk, index }) => {
      if (chunk === undefined) return undefined;
      const results = (await chunkOf(chunk)) as readonly Result[] | undefined;
      return results?.[places[index] ?? 0];
    },
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
    scenarioCounts: () => {
      counts ??= countScenarios(summary);
      return counts;
    },
    comparison: (row) => comparisons.get(row.index),
    changes: (row) => changes.get(row.index) ?? [],
    before: async ({ before }) => {
      if (before === undefined) return undefined;
      resultsBefore ??= readElement(document, beforeElementId);
      const results = (await resultsBefore) as readonly Result[] | undefined;
      return results?.[before];
    },
  };
}

/** Rows of one scenario stand beside each other. */
function countScenarios({ rows, clauses }: PageSummary): Map<PageClause, number> {
  const counts = new Map<PageClause, number>();
  const last = new Map<PageClause, string>();
  for (const { scenario, exercised } of rows) {
    for (const { clause: place } of exercised) {
      const clause = clauses[place];
      if (clause === undefined || last.get(clause) === scenario) continue;
      last.set(clause, scenario);
      counts.set(clause, (counts.get(clause) ?? 0) + 1);
    }
  }
  return counts;
}

/** Where each row's result stands in its chunk. */
function placesInChunks(rows: readonly Row[]): Uint32Array {
  const places = new Uint32Array(rows.length);
  const sizes = new Map<number, number>();
  for (const { chunk, index } of rows) {
    if (chunk === undefined) continue;
    const place = sizes.get(chunk) ?? 0;
    places[index] = place;
    sizes.set(chunk, place + 1);
  }
  return places;
}

/** Whether both are of one scenario with one sender, world and seed. */
export function isOf(a: Placed, b: Placed): boolean {
  return a.scenario === b.scenario && a.sender === b.sender && a.world === b.world && a.seed === b.seed;
}

type Placed = Pick<Result, 'scenario' | 'sender' | 'world' | 'seed'>;

/**
 * The complete result of a row for a component to show; what was read for another row is never shown for this one.
 * Where another report takes the place of the one that is open, what it says of the same stays until it is read.
 */
export function useDetails(report: Report, row: Row | undefined): Result | undefined | 'loading' {
  return useRead(row, report.details, isOf);
}

/** The result before a change, likewise. */
export function useBefore(report: Report, change: PageChange | undefined): Result | undefined | 'loading' {
  return useRead(change, report.before, (a, b) => a === b);
}

function useRead<T>(
  of: T | undefined,
  readFrom: (of: T) => Promise<Result | undefined>,
  isSame: (a: T, b: T) => boolean,
): Result | undefined | 'loading' {
  const [read, setRead] = useState<{
    readonly of: T;
    readonly readFrom: unknown;
    readonly result: Result | undefined;
  }>();
  useEffect(() => {
    if (of === undefined) return undefined;
    let wanted = true;
    const show = (result: Result | undefined) => wanted && setRead({ of, readFrom, result });
    readFrom(of).then(show, () => show(undefined));
    return () => {
      wanted = false;
    };
  }, [readFrom, of]);
  if (of === undefined) return undefined;
  if (read === undefined) return 'loading';
  const isShown = read.readFrom === readFrom ? read.of === of : isSame(read.of, of);
  return isShown ? read.result : 'loading';
}
