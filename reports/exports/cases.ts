/**
 * A run as test cases, which JUnit, CTRF and TAP each write in their own way: a case for each result, for each
 * comparison with the oracle, and for each expectation to correct. What fails here fails the run that has no baseline.
 */
import {
  type Change,
  type Comparison,
  compareResults,
  type Result,
  type Results,
} from '../../scenarios/results.ts';
import { agreementState } from '../agreement.ts';
import { changesByResult } from '../diff/by-result.ts';

export interface TestCase {
  /** Cases of the same suite follow one another. */
  readonly suite: string;
  readonly name: string;
  /** Dotted, from the sender to the suite. */
  readonly className: string;
  /** `skipped`: nothing was decided; `expected`: it fails, and an expectation says why. */
  readonly status: 'passed' | 'failed' | 'skipped' | 'expected';
  /** The verdict, or the kind of a difference. */
  readonly rawStatus: string;
  /** Why it did not pass; empty where it did. */
  readonly message: string;
  /** What failed, line by line, and how to see it again. */
  readonly details: string;
  readonly wallMs: number;
  readonly result?: Result;
  readonly changes: readonly Change[];
}

export function testCases(results: Results): TestCase[] {
  const changes = changesByResult(results.baseline?.changes ?? []);
  return [
    ...bySuite(results.results.toSorted(compareResults).map((result) => resultCase(result, changes(result)))),
    ...bySuite((results.comparisons ?? []).toSorted(compareResults).map(comparisonCase)),
    ...(results.problems ?? []).map(problemCase),
  ];
}

function bySuite(cases: readonly TestCase[]): TestCase[] {
  return [...Map.groupBy(cases, ({ suite }) => suite).values()].flat();
}

const undecided: ReadonlySet<string> = new Set(['skipped', 'unsupported', 'inconclusive']);

function resultCase(result: Result, changes: readonly Change[]): TestCase {
  const { scenario, suite, sender, world, verdict, wallMs } = result;
  const status = statusOf(result);
  return {
    suite: `${suite} (${sender}, ${world})`,
    name: scenario,
    className: `${sender}.${world}.${suite}`,
    status,
    rawStatus: verdict,
    message: messageOf(result, status),
    details: status === 'failed' ? failureText(result) : '',
    wallMs,
    result,
    changes,
  };
}

function statusOf({ verdict, expected }: Result): TestCase['status'] {
  if (expected !== undefined) return 'expected';
  if (verdict === 'failed') return 'failed';
  return undecided.has(verdict) ? 'skipped' : 'passed';
}

function messageOf({ verdict, reason, expected }: Result, status: TestCase['status']): string {
  if (expected !== undefined) return `expected: ${expected}: ${verdict}: ${reason}`;
  return status === 'skipped' ? `${verdict}: ${reason}` : reason;
}

function failureText(result: Result): string {
  const failed = result.checks
    .filter((check) => check.verdict === 'failed')
    .map((check) => `${check.clause} ${check.level}, ${check.by}: ${check.name ?? ''}\n${check.evidence}\n`);
  return [...failed, `Replay: ${result.replay}`].join('\n');
}

function comparisonCase(comparison: Comparison): TestCase {
  const { scenario, sender, world, oracle, oracleVersion } = comparison;
  const fresh = comparison.differences.filter(({ accepted }) => accepted === undefined);
  const state = agreementState(comparison);
  const accepted = comparison.differences.map(({ kind, accepted: reason }) => `${kind}: ${reason ?? ''}`);
  const outcome = {
    same: { status: 'passed', message: '' },
    accepted: { status: 'expected', message: `accepted: ${accepted.join('; ')}` },
    new: { status: 'failed', message: fresh[0]?.text ?? '' },
    undecided: { status: 'skipped', message: `undecided: ${comparison.undecided ?? ''}` },
  } as const;
  return {
    suite: `agreement with ${oracle} ${oracleVersion} (${sender}, ${world})`,
    name: scenario,
    className: `${sender}.${world}.agreement with ${oracle}`,
    ...outcome[state],
    rawStatus: fresh[0]?.kind ?? state,
    details: fresh.map(({ kind, text }) => `${kind}: ${text}`).join('\n'),
    wallMs: 0,
    changes: [],
  };
}

function problemCase(problem: string): TestCase {
  return {
    suite: 'expectations',
    name: problem,
    className: 'expectations',
    status: 'failed',
    rawStatus: 'expectation',
    message: problem,
    details: '',
    wallMs: 0,
    changes: [],
  };
}
