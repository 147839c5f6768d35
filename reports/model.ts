/**
 * What the page is given: the only contract between `page-data.ts`, which writes it, and `page/`, which shows it.
 *
 * The summary is read when the page opens; results are kept in chunks, of which one is read when a result of it is
 * looked at, so that a report of a hundred thousand results opens at once. Both are columns (columns.ts), compressed,
 * in elements of their own.
 */
import type {
  Baseline,
  Change,
  ChangeKind,
  Comparison,
  Difference,
  Result,
  Run,
  Verdict,
  World,
} from '../scenarios/results.ts';
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
  /** Those that some result sets. */
  readonly parameters: readonly PageParameter[];
  /** What is otherwise than in the run compared with; absent when there was none. */
  readonly baseline?: PageBaseline;
}

export interface PageBaseline extends Pick<Baseline, 'compared' | 'notSelected' | 'knownFailures' | 'notes'> {
  readonly run: Pick<Run, 'startedAt' | 'nexthop'>;
  /** From the gravest to the mildest. */
  readonly changes: readonly PageChange[];
}

export interface PageChange
  extends Pick<Change, 'kind' | 'regression' | 'text' | 'verdictBefore' | 'verdictNow'> {
  /** Position among the rows; absent where there is no result now. */
  readonly row?: number;
  /** The scenario and its sender, where it is about one. */
  readonly scenario?: string;
  readonly sender?: string;
  /** Position among the results before; absent where it is not kept. */
  readonly before?: number;
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
  /** In what it is otherwise than in the baseline; absent where it is not. */
  readonly changed?: readonly ChangeKind[];
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

/** What the register says of one. */
export interface PageParameter {
  readonly name: string;
  /** Before expansion; '' also where it comes from the system. */
  readonly default: string;
  readonly meaning: string;
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

/** The results before, in the order of the changes that have one. */
export const beforeElementId = 'nexthop-before';
/** Ids of the elements that hold the data. */
export const summaryElementId = 'nexthop-summary';
export const chunkElementId = (chunk: number): string => `nexthop-results-${chunk}`;
/** The plots of the history, a script that runs when they are looked at; only where there is one. */
export const plotsElementId = 'nexthop-plots';
