/**
 * JUnit XML, which every CI system reads: a `testsuite` for each suite, sender and world; a `testcase` for each
 * result. `failed` is a failure, unless it is expected; `skipped`, `unsupported`, `inconclusive` and expected failures
 * are skipped with their reason; a SHOULD not followed or a MAY is a test that passed, with the verdict as a property.
 * The comparisons of a sender with the oracle are a suite of their own, and so are expectations to correct.
 */
import { create } from 'xmlbuilder2';
import { compareResults, type Result, type Results } from '../../scenarios/results.ts';
import {
  agreementSuites,
  agreementTotals,
  type Element,
  problemSuite,
  problemTotals,
  sumOf,
} from './junit-agreement.ts';

export function junitXml(results: Results): string {
  // Characters that XML cannot carry, lone surrogates included, come from hostile servers.
  const document = create({ version: '1.0', encoding: 'UTF-8', invalidCharReplacement: '\uFFFD' });
  const root = document.ele('testsuites', {
    name: 'nexthop',
    ...sumOf([
      totals(results.results),
      agreementTotals(results.comparisons ?? []),
      problemTotals(results.problems ?? []),
    ]),
    time: seconds(results.run.wallMs ?? sumMs(results.results)),
    timestamp: results.run.startedAt,
  });
  for (const [name, members] of groups(results.results)) {
    const suite = root.ele('testsuite', { name, ...totals(members), time: seconds(sumMs(members)) });
    for (const member of members) testCase(suite, member);
  }
  agreementSuites(root, results.comparisons ?? []);
  problemSuite(root, results.problems ?? []);
  return `${document.end({ prettyPrint: true })}\n`;
}

function groups(results: readonly Result[]): Map<string, Result[]> {
  const found = new Map<string, Result[]>();
  for (const result of results.toSorted(compareResults)) {
    const name = `${result.suite} (${result.sender}, ${result.world})`;
    const members = found.get(name);
    if (members === undefined) found.set(name, [result]);
    else members.push(result);
  }
  return found;
}

function totals(results: readonly Result[]) {
  return {
    tests: String(results.length),
    failures: String(results.filter(isFailure).length),
    errors: '0',
    skipped: String(results.filter(isSkipped).length),
  };
}

function isFailure({ verdict, expected }: Result): boolean {
  return verdict === 'failed' && expected === undefined;
}

const skippedVerdicts: ReadonlySet<string> = new Set(['skipped', 'unsupported', 'inconclusive']);

function isSkipped({ verdict, expected }: Result): boolean {
  return expected !== undefined || skippedVerdicts.has(verdict);
}

function testCase(suite: Element, result: Result): void {
  const element = suite.ele('testcase', {
    name: result.scenario,
    classname: `${result.sender}.${result.world}.${result.suite}`,
    time: seconds(result.wallMs),
  });
  const properties = element.ele('properties');
  property(properties, 'title', result.title);
  property(properties, 'verdict', result.verdict);
  property(properties, 'seed', String(result.seed));
  for (const id of result.clauses) property(properties, 'clause', id);
  if (isFailure(result)) {
    element.ele('failure', { message: result.reason, type: 'failed' }).txt(failureText(result));
  } else if (isSkipped(result)) {
    const expected = result.expected === undefined ? '' : `expected: ${result.expected}: `;
    element.ele('skipped', { message: `${expected}${result.verdict}: ${result.reason}` });
  }
}

function property(properties: Element, name: string, value: string): void {
  properties.ele('property', { name, value });
}

function failureText(result: Result): string {
  const failed = result.checks
    .filter((check) => check.verdict === 'failed')
    .map((check) => `${check.clause} ${check.level}, ${check.by}: ${check.name ?? ''}\n${check.evidence}\n`);
  return [...failed, `Replay: ${result.replay}`].join('\n');
}

function sumMs(results: readonly Result[]): number {
  return results.reduce((sum, result) => sum + result.wallMs, 0);
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(3);
}
