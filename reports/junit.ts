/**
 * JUnit XML, which every CI system reads: a `testsuite` for each suite, sender and world; a `testcase` for each
 * result. `failed` is a failure; `skipped`, `unsupported` and `inconclusive` are skipped with their reason; a
 * SHOULD not followed or a MAY is a test that passed, with the verdict as a property.
 */
import { create } from 'xmlbuilder2';
import { compareResults, type Result, type Results } from '../scenarios/results.ts';

type Element = ReturnType<ReturnType<typeof create>['ele']>;

export function junitXml(results: Results): string {
  // Characters that XML cannot carry, lone surrogates included, come from hostile servers.
  const document = create({ version: '1.0', encoding: 'UTF-8', invalidCharReplacement: '\uFFFD' });
  const root = document.ele('testsuites', {
    name: 'nexthop',
    ...totals(results.results),
    time: seconds(results.run.wallMs ?? sumMs(results.results)),
    timestamp: results.run.startedAt,
  });
  for (const [name, members] of groups(results.results)) {
    const suite = root.ele('testsuite', { name, ...totals(members), time: seconds(sumMs(members)) });
    for (const member of members) testCase(suite, member);
  }
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
    failures: String(results.filter((result) => result.verdict === 'failed').length),
    errors: '0',
    skipped: String(results.filter(isSkipped).length),
  };
}

function isSkipped({ verdict }: Result): boolean {
  return verdict === 'skipped' || verdict === 'unsupported' || verdict === 'inconclusive';
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
  if (result.verdict === 'failed') {
    element.ele('failure', { message: result.reason, type: 'failed' }).txt(failureText(result));
  } else if (isSkipped(result)) {
    element.ele('skipped', { message: `${result.verdict}: ${result.reason}` });
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
