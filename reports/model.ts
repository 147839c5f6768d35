/**
 * What the page is given: the only contract between `html.ts`, which writes it, and `page/`, which shows it.
 *
 * The summary is parsed when the page opens; results are kept in chunks of text that are parsed when one is looked
 * at, so that a report of ten thousand results opens at once.
 */
import type { Result, Run, Verdict } from '../scenarios/results.ts';
import type { MonitorCoverage } from './coverage.ts';

export interface PageSummary {
  readonly run: Run;
  /** In stored order; a row's position is the number by which clauses refer to it. */
  readonly rows: readonly PageRow[];
  readonly clauses: readonly PageClause[];
  /** Results in each chunk of details but the last. */
  readonly chunkSize: number;
}

/** What lists need of a result. */
export type PageRow = Pick<
  Result,
  'scenario' | 'title' | 'suite' | 'sender' | 'world' | 'seed' | 'verdict' | 'reason' | 'virtualMs' | 'wallMs'
>;

export interface PageClause {
  readonly id: string;
  readonly document: string;
  readonly section: string;
  readonly level: string;
  readonly statement: string;
  /** Absent when nothing exercised it. */
  readonly verdict?: Verdict;
  readonly scenarios: readonly { readonly result: number; readonly verdict: Verdict }[];
  readonly monitors: readonly MonitorCoverage[];
}

/** Ids of the elements that hold the data. */
export const summaryElementId = 'nexthop-summary';
export const chunkElementId = (chunk: number): string => `nexthop-results-${chunk}`;
