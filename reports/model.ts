/**
 * What the page is given: the only contract between `page-data.ts`, which writes it, and `page/`, which shows it.
 *
 * The summary is read when the page opens; results are kept in chunks, of which one is read when a result of it is
 * looked at, so that a report of a hundred thousand results opens at once. Both are columns (columns.ts), compressed,
 * in elements of their own.
 */
import type { Comparison, Difference, Result, Run, Verdict, World } from '../scenarios/results.ts';
import type { History } from '../scenarios/results-history.ts';
import type { AgreementState } from './agreement.ts';
import type { MonitorCoverage } from './coverage.ts';

export interface PageSummary {
  readonly run: Run;
  /** In stored order; a row's position is the number by which others refer to it. */
  readonly rows: readonly PageRow[];
  readonly clauses: readonly PageClause[];
  /** What stands across in the matrix. */
  readonly columns: readonly PageColumn[];
  readonly comparisons: readonly PageComparison[];
  /** Expectations to correct, a line each. */
  readonly problems: readonly string[];
  /** Absent when the run knows none. */
  readonly history?: History;
}

/** What lists need of a result. */
export interface PageRow
  extends Pick<
    Result,
    | 'scenario'
    | 'title'
    | 'suite'
    | 'sender'
    | 'world'
    | 'seed'
    | 'verdict'
    | 'reason'
    | 'virtualMs'
    | 'wallMs'
    | 'expected'
    | 'tags'
  > {
  /** Position among the columns. */
  readonly column: number;
  /** Clauses that the scenario exercised here, monitors left aside. */
  readonly exercised: readonly PageExercise[];
  /**
   * The chunk that holds the complete result; those of one chunk stand in it in the order of their rows. Absent when
   * the evidence was left out, for a page of a size that can still be mailed.
   */
  readonly chunk?: number;
}

export interface PageExercise {
  /** Position among the clauses. */
  readonly clause: number;
  readonly verdict: Verdict;
}

/** A sender of one version in one world. */
export interface PageColumn {
  readonly sender: string;
  readonly senderVersion: string;
  readonly world: World;
}

/** How a row compares with the oracle's. */
export interface PageComparison extends Pick<Comparison, 'oracle' | 'oracleVersion'> {
  readonly row: number;
  readonly state: AgreementState;
  readonly undecided?: string;
  readonly differences: readonly Pick<Difference, 'kind' | 'text' | 'accepted'>[];
}

export interface PageClause {
  readonly id: string;
  readonly document: string;
  readonly section: string;
  readonly level: string;
  readonly statement: string;
  /** Absent when nothing exercised it. */
  readonly verdict?: Verdict;
  /** The same for each column; null where nothing exercised it. */
  readonly byColumn: readonly (Verdict | null)[];
  readonly monitors: readonly MonitorCoverage[];
}

/** Ids of the elements that hold the data. */
export const summaryElementId = 'nexthop-summary';
export const chunkElementId = (chunk: number): string => `nexthop-results-${chunk}`;
/** The plots of the history, a script that runs when they are looked at; only where there is one. */
export const plotsElementId = 'nexthop-plots';
