/**
 * JUnit XML, which every CI system reads: a `testsuite` for each suite, sender and world; a `testcase` for each
 * result. `failed` is a failure, unless it is expected; `skipped`, `unsupported`, `inconclusive` and expected failures
 * are skipped with their reason; a SHOULD not followed or a MAY is a test that passed, with the verdict as a property.
 * The comparisons of a sender with the oracle are a suite of their own, and so are expectations to correct. What is
 * otherwise than in the baseline is a property.
 */
import { create } from 'xmlbuilder2';
import type { Results } from '../../scenarios/results.ts';
import { type TestCase, testCases } from './cases.ts';

type Element = ReturnType<ReturnType<typeof create>['ele']>;

/** Characters that XML cannot carry, lone surrogates included, come from hostile servers. */
const options = { version: '1.0', encoding: 'UTF-8', invalidCharReplacement: '\uFFFD' } as const;

/** A suite at a time: the document of a hundred thousand cases would take gigabytes. */
export function junitXml(results: Results): string {
  const cases = testCases(results);
  const root = create(options).ele('testsuites', {
    name: 'nexthop',
    ...totals(cases),
    time: seconds(results.run.wallMs ?? sumMs(cases)),
    timestamp: results.run.startedAt,
  });
  const head = root.end({ prettyPrint: true }).replace(/\/>$/, '>');
  const suites = Array.from(
    Map.groupBy(cases, ({ suite }) => suite),
    ([name, members]) => suiteText(name, members),
  );
  return `${[head, ...suites, '</testsuites>'].join('\n')}\n`;
}

function suiteText(name: string, members: readonly TestCase[]): string {
  const suite = create(options).ele('testsuite', {
    name,
    ...totals(members),
    time: seconds(sumMs(members)),
  });
  for (const member of members) testCase(suite, member);
  return suite.end({ prettyPrint: true, headless: true, offset: 1 });
}

function totals(cases: readonly TestCase[]) {
  const number = (...statuses: readonly TestCase['status'][]) =>
    String(cases.filter(({ status }) => statuses.includes(status)).length);
  return {
    tests: String(cases.length),
    failures: number('failed'),
    errors: '0',
    skipped: number('skipped', 'expected'),
  };
}

function testCase(suite: Element, entry: TestCase): void {
  const { name, className, status, rawStatus, message, details } = entry;
  const element = suite.ele('testcase', { name, classname: className, time: seconds(entry.wallMs) });
  const properties = propertiesOf(entry);
  if (properties.length > 0) {
    const parent = element.ele('properties');
    for (const [key, value] of properties) parent.ele('property', { name: key, value });
  }
  if (status === 'failed') element.ele('failure', { message, type: rawStatus }).txt(details);
  else if (status !== 'passed') element.ele('skipped', { message });
}

function propertiesOf({ result, changes }: TestCase): (readonly [string, string])[] {
  if (result === undefined) return [];
  const { title, verdict, seed, clauses, file, line } = result;
  return [
    ['title', title],
    ['verdict', verdict],
    ['seed', String(seed)],
    ...(file === undefined ? [] : [['file', line === undefined ? file : `${file}:${line}`] as const]),
    ...clauses.map((id) => ['clause', id] as const),
    ...changes.flatMap(({ kind, regression, text }) => [
      [regression ? 'regression' : 'change', kind] as const,
      ['change text', text] as const,
    ]),
  ];
}

function sumMs(cases: readonly TestCase[]): number {
  return cases.reduce((sum, { wallMs }) => sum + wallMs, 0);
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(3);
}
