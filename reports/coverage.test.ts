import { describe, expect, test } from 'vitest';
import type { Check, Result } from '../scenarios/results.ts';
import { sampleResult } from '../tests/sample-results.ts';
import { clauseCoverage, monitorExamplesLimit } from './coverage.ts';

const id = 'rfc5321-4.2-03';
const check = (by: string, verdict: Check['verdict'], clause = id): Check => ({
  clause,
  level: 'MUST',
  by,
  verdict,
  evidence: '',
});
const result = (checks: Check[], more: Partial<Result> = {}): Result => ({
  ...sampleResult(),
  clauses: [],
  verdict: 'passed',
  checks,
  ...more,
});
const of = (results: Result[], clause = id) =>
  clauseCoverage(results).find((entry) => entry.clause.id === clause);

describe('coverage of clauses', () => {
  test('a clause that nothing exercised has no verdict', () => {
    expect(of([])).toMatchObject({ scenarios: [], monitors: [] });
    expect(of([])?.verdict).toBeUndefined();
  });

  test('the worst check of a scenario decides', () => {
    const found = of([
      result([check('scenario', 'passed'), check('scenario', 'failed')]),
      result([check('scenario', 'passed')]),
    ]);
    expect(found?.scenarios).toEqual([
      { result: 0, verdict: 'failed' },
      { result: 1, verdict: 'passed' },
    ]);
    expect(found?.verdict).toBe('failed');
  });

  test('a clause named without a check of its own has the verdict of the result', () => {
    expect(of([result([], { clauses: [id], verdict: 'skipped' })])?.verdict).toBe('skipped');
  });

  test('monitors are counted apart, with examples of what did not pass', () => {
    const results = Array.from({ length: 30 }, () =>
      result([check('monitor crlf', 'failed'), check('monitor crlf', 'passed')]),
    );
    const [monitor] = of(results)?.monitors ?? [];
    expect(monitor).toMatchObject({ name: 'crlf', counts: { failed: 30, passed: 30 } });
    expect(monitor?.examples).toEqual(Array.from({ length: monitorExamplesLimit }, (_, index) => index));
    expect(of(results)?.scenarios).toEqual([]);
  });

  test('Postfix clauses and ids unknown to the register are kept', () => {
    const results = [
      result([check('scenario', 'passed', 'postfix:delivery-3.3'), check('scenario', 'failed', 'rfc9-1-01')]),
    ];
    expect(of(results, 'postfix:delivery-3.3')?.clause.document).toBe('Postfix');
    expect(of(results, 'rfc9-1-01')).toMatchObject({
      verdict: 'failed',
      clause: { document: 'Unknown to this register' },
    });
  });
});
