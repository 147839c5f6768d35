/**
 * What the page is given: the only contract between `html.ts`, which writes it, and `page/`, which shows it.
 *
 * The summary is parsed when the page opens; results are kept in chunks of text that are parsed when one is looked
 * at, so that a report of ten thousand results opens at once.
 */
import type { Comparison, Difference, Result, Run, Verdict, World } from '../scenarios/results.ts';
import type { AgreementState } from './agreement.ts';
import type { MonitorCoverage } from './coverage.ts';

export interface PageSummary {
  readonly run: Run;
  /** In stored order; a row's position is the number by which clauses refer to it. */
  readonly rows: readonly PageRow[];
  readonly clauses: readonly PageClause[];
  /** What stands across in the matrix. */
  readonly columns: readonly PageColumn[];
  readonly comparisons: readonly PageComparison[];
  /** Expectations to correct, a line each. */
  readonly problems: readonly string[];
  /** Results in each chunk of details but the last. */
  readonly chunkSize: number;
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
  > {
  /** Position among the columns. */
  readonly column: number;
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
  readonly scenarios: readonly { readonly result: number; readonly verdict: Verdict }[];
  readonly monitors: readonly MonitorCoverage[];
}

/** Ids of the elements that hold the data. */
export const summaryElementId = 'nexthop-summary';
export const chunkElementId = (chunk: number): string => `nexthop-results-${chunk}`;
