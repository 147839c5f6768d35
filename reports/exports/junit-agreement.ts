/** The part of junit.xml about the oracle: a suite for each sender compared, and one for expectations to correct. */
import type { create } from 'xmlbuilder2';
import { type Comparison, compareResults } from '../../scenarios/results.ts';
import { agreementState } from '../agreement.ts';

export type Element = ReturnType<ReturnType<typeof create>['ele']>;

export interface Totals {
  readonly tests: string;
  readonly failures: string;
  readonly errors: string;
  readonly skipped: string;
}

export function sumOf(all: readonly Totals[]): Totals {
  const sum = (member: keyof Totals) =>
    String(all.reduce((total, totals) => total + Number(totals[member]), 0));
  return { tests: sum('tests'), failures: sum('failures'), errors: sum('errors'), skipped: sum('skipped') };
}

export function agreementTotals(comparisons: readonly Comparison[]): Totals {
  const states = comparisons.map(agreementState);
  const number = (...counted: readonly string[]) =>
    String(states.filter((state) => counted.includes(state)).length);
  return {
    tests: String(states.length),
    failures: number('new'),
    errors: '0',
    skipped: number('accepted', 'undecided'),
  };
}

export function problemTotals(problems: readonly string[]): Totals {
  return { tests: String(problems.length), failures: String(problems.length), errors: '0', skipped: '0' };
}

export function agreementSuites(root: Element, comparisons: readonly Comparison[]): void {
  const groups = Map.groupBy(
    comparisons.toSorted(compareResults),
    ({ sender, oracle, oracleVersion, world }) =>
      `agreement with ${oracle} ${oracleVersion} (${sender}, ${world})`,
  );
  for (const [name, members] of groups) {
    const suite = root.ele('testsuite', { name, ...agreementTotals(members), time: '0.000' });
    for (const member of members) comparisonCase(suite, member);
  }
}

function comparisonCase(suite: Element, comparison: Comparison): void {
  const { scenario, sender, world, oracle, undecided, differences } = comparison;
  const element = suite.ele('testcase', {
    name: scenario,
    classname: `${sender}.${world}.agreement with ${oracle}`,
    time: '0.000',
  });
  const state = agreementState(comparison);
  if (state === 'undecided') element.ele('skipped', { message: `undecided: ${undecided ?? ''}` });
  else if (state === 'accepted') {
    const reasons = differences.map(({ kind, accepted }) => `${kind}: ${accepted ?? ''}`);
    element.ele('skipped', { message: `accepted: ${reasons.join('; ')}` });
  } else if (state === 'new') {
    const fresh = differences.filter(({ accepted }) => accepted === undefined);
    const text = fresh.map((difference) => `${difference.kind}: ${difference.text}`).join('\n');
    element.ele('failure', { message: fresh[0]?.text ?? '', type: fresh[0]?.kind ?? '' }).txt(text);
  }
}

export function problemSuite(root: Element, problems: readonly string[]): void {
  if (problems.length === 0) return;
  const suite = root.ele('testsuite', { name: 'expectations', ...problemTotals(problems), time: '0.000' });
  for (const problem of problems) {
    const element = suite.ele('testcase', { name: problem, classname: 'expectations', time: '0.000' });
    element.ele('failure', { message: problem, type: 'expectation' });
  }
}
