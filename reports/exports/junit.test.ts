import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { create } from 'xmlbuilder2';
import type { Result, Verdict } from '../../scenarios/results.ts';
import { sampleResult, sampleResults } from '../../tests/sample-results.ts';
import { junitXml } from './junit.ts';

const withVerdict = (scenario: string, verdict: Verdict): Result => ({
  ...sampleResult(),
  scenario,
  suite: 'greeting',
  verdict,
  reason: `because ${verdict}`,
});
const document = (results: Result[]) => junitXml({ ...sampleResults(0), results });

describe('junit.xml', () => {
  test('counts and explains each verdict', () => {
    const xml = document([
      withVerdict('greeting/a', 'passed'),
      withVerdict('greeting/b', 'failed'),
      withVerdict('greeting/c', 'skipped'),
      withVerdict('greeting/d', 'inconclusive'),
      withVerdict('greeting/e', 'non-strict'),
    ]);
    expect(xml).toContain(
      '<testsuite name="greeting (nexthop, virtual)" tests="5" failures="1" errors="0" skipped="2"',
    );
    expect(xml).toContain('<failure message="because failed" type="failed">');
    expect(xml).toContain('<skipped message="skipped: because skipped"/>');
    expect(xml).toContain('<skipped message="inconclusive: because inconclusive"/>');
    expect(xml.match(/<failure/g)).toHaveLength(1);
    expect(xml).toContain('<property name="verdict" value="non-strict"/>');
  });

  test('holds the first thing one needs: evidence and the command to repeat it', () => {
    const failed = withVerdict('greeting/b', 'failed');
    const check = {
      clause: 'rfc5321-4.2-03',
      level: 'MUST',
      by: 'scenario',
      verdict: 'failed',
      evidence: 'saw <QUIT>',
    } as const;
    const xml = document([{ ...failed, checks: [check] }]);
    expect(xml).toContain('rfc5321-4.2-03 MUST');
    expect(xml).toContain('saw &lt;QUIT&gt;');
    expect(xml).toContain(`Replay: ${failed.replay}`);
  });

  test('is well-formed whatever a server says, and carries no character that XML forbids', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (text) => {
        const base = withVerdict(`s${text}`, 'failed');
        const check = { clause: text, level: 'MUST', by: text, verdict: 'failed', evidence: text } as const;
        const xml = document([{ ...base, title: text, reason: text, clauses: [text], checks: [check] }]);
        // What XML 1.0, production 2, does not allow.
        expect(xml).not.toMatch(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u);
        expect(create(xml).root().node.nodeName).toBe('testsuites');
      }),
    );
  });
});
