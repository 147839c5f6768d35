/** Every format, read back by a reader of that format, whatever servers say. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import type { Log } from 'sarif';
import { Parser } from 'tap-parser';
import { describe, expect, test } from 'vitest';
import { create } from 'xmlbuilder2';
import type { Result, Results } from '../../scenarios/results.ts';
import { sampleMatrix, sampleSenders } from '../../tests/sample-comparisons.ts';
import { sampleResult, sampleResults } from '../../tests/sample-results.ts';
import { withBaseline } from '../diff/diff.ts';
import { githubAnnotations } from './annotations.ts';
import { ctrfReport } from './ctrf.ts';
import { junitXml } from './junit.ts';
import { markdownLimitCharacters, markdownSummary } from './markdown.ts';
import { sarifLog } from './sarif.ts';
import { tapReport } from './tap.ts';

const check = (more: Partial<Result['checks'][number]> = {}): Result['checks'][number] => ({
  ...{
    clause: 'rfc5321-4.2-03',
    level: 'MUST',
    by: 'scenario',
    name: 'one',
    verdict: 'failed',
    evidence: 'seen',
  },
  ...more,
});
const named = (scenario: string, more: Partial<Result> = {}): Result => ({
  ...sampleResult(),
  ...{ scenario, suite: 'dns', verdict: 'passed', reason: '', checks: [], file: 'suites/dns.ts', line: 7 },
  ...more,
});
const failed = (scenario: string, more: Partial<Result> = {}): Result =>
  named(scenario, { verdict: 'failed', reason: 'one: seen', checks: [check()], ...more });
const run = (all: readonly Result[], more: Partial<Results> = {}): Results => ({
  ...sampleResults(0),
  results: [...all],
  ...more,
});

const before = run([named('dns/broken'), failed('dns/known'), failed('dns/fixed'), named('dns/gone')]);
const now = run(
  [
    failed('dns/broken'),
    failed('dns/known'),
    named('dns/fixed'),
    failed('dns/expected', { expected: 'known since long' }),
    named('dns/skipped', { verdict: 'skipped', reason: 'waits five days' }),
    named('dns/should', {
      verdict: 'non-strict',
      checks: [check({ verdict: 'non-strict', level: 'SHOULD' })],
    }),
  ],
  { problems: ['x.json, expectation 1: expired on 2026-01-01: old'] },
);
const compared = withBaseline(now, before);

/** Anything may be said anywhere; what gives trouble somewhere is said often. */
const hostileText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom(
    ']]>',
    '::error::x',
    'a%0Ab',
    '```\n</details>',
    'x # SKIP\n  ---\n  ...\nok 2',
    '<script>',
    '\ud800',
    '| --- |',
    '\u2028\u0085\ufeff',
    '@somebody\r\n::add-mask::x',
  ),
);
const hostileRun = hostileText.map((text) => {
  const entry = failed(`s${text}`, {
    ...{
      title: text,
      reason: text,
      suite: text,
      sender: text,
      senderVersion: text,
      replay: text,
      tags: [text],
    },
    ...{
      clauses: [text],
      checks: [check({ clause: text, by: text, name: text, evidence: text })],
      file: text,
    },
    sessions: [{ host: text, address: text, port: 25, openedAtMs: 0, lines: [{ atMs: 0, from: 'S', text }] }],
  });
  const healthy = { ...entry, verdict: 'passed', checks: [], sessions: [] } as const;
  return withBaseline(run([entry], { problems: [text] }), run([healthy as unknown as Result]));
});
const anyRun = (holds: (results: Results) => unknown) =>
  fc.assert(
    fc.property(hostileRun, (results) => {
      holds(results);
    }),
  );

describe('CTRF', () => {
  const ajv = new Ajv({ strict: false });
  addFormats.default(ajv);
  const require = createRequire(import.meta.url);
  const schema = join(dirname(require.resolve('ctrf')), 'ctrf-schema-0.0.json');
  const validate = ajv.compile(JSON.parse(readFileSync(schema, 'utf8')));
  const read = (results: Results) => {
    const report = JSON.parse(ctrfReport(results));
    validate(report);
    expect(validate.errors).toBeNull();
    return report;
  };

  test('follows the schema, and counts what it holds', () => {
    const { results, baseline } = read(compared);
    expect(results.summary).toMatchObject({
      tests: 7,
      passed: 2,
      failed: 3,
      skipped: 1,
      other: 1,
      pending: 0,
    });
    expect(results.tests.find(({ name }: { name: string }) => name === 'dns/broken')).toMatchObject({
      ...{ status: 'failed', rawStatus: 'failed', filePath: 'suites/dns.ts', line: 7 },
      extra: { changes: [{ kind: 'broken', regression: true }] },
    });
    expect(baseline.reportId).toBe(read(before).reportId);
    read(sampleMatrix(12, sampleSenders.slice(0, 2)));
    read(run([]));
  });

  test('follows it whatever is said', () => anyRun((results) => void read(results)));
});

describe('TAP', () => {
  const read = (results: Results) => {
    const text = tapReport(results);
    const points: {
      ok: boolean;
      name: string;
      skip?: unknown;
      todo?: unknown;
      diag: Record<string, unknown>;
    }[] = [];
    const strange: unknown[] = [];
    const parser = new Parser({ strict: true });
    parser.on('assert', (point) => points.push(point));
    parser.on('extra', (line) => strange.push(line));
    parser.end(text);
    expect(strange).toEqual([]);
    expect(parser.failures.filter(({ tapError }) => tapError !== null)).toEqual([]);
    return points;
  };

  test('has a point for each case, with its diagnosis', () => {
    const points = read(compared);
    expect(points.map(({ ok, skip, todo }) => [ok, skip ?? false, todo ?? false])).toEqual([
      [false, false, false],
      [false, false, expect.stringContaining('known since long')],
      [true, false, false],
      [false, false, false],
      [true, false, false],
      [true, expect.stringContaining('waits five days'), false],
      [false, false, false],
    ]);
    expect(points[0]?.diag).toMatchObject({
      ...{ severity: 'failed', message: 'one: seen', at: { fileName: 'suites/dns.ts', lineNumber: 7 } },
      baseline: ['broken: one: seen'],
    });
  });

  test('has the same points whatever is said', () =>
    anyRun((results) => expect(read(results).map(({ ok }) => ok)).toEqual([false, false])));

  test('an interrupted run is no success', () => {
    const parser = new Parser();
    parser.end(
      tapReport({ ...run([named('dns/a')]), run: { ...before.run, interrupted: true, selected: 3 } }),
    );
    expect(parser.ok).toBe(false);
    expect(parser.bailedOut).toBe('interrupted: 1 of 3 finished');
  });
});

describe('SARIF', () => {
  const read = (results: Results) => {
    const log: Log = JSON.parse(sarifLog(results));
    const [only, ...others] = log.runs;
    if (only === undefined) throw new Error('there is a run');
    expect({ version: log.version, others }).toEqual({ version: '2.1.0', others: [] });
    const rules = new Set(only.tool.driver.rules?.map(({ id }) => id));
    expect(only.tool.driver.name).toBe('Nexthop');
    for (const { ruleId = '', message, locations = [], partialFingerprints = {} } of only.results ?? []) {
      expect(rules).toContain(ruleId);
      expect(message.text).toBeTypeOf('string');
      expect(Object.values(partialFingerprints)).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/)]);
      const uri = locations[0]?.physicalLocation?.artifactLocation?.uri ?? '';
      expect(uri).toMatch(/^[!#-;=?-Z_a-z~[\]%]*$/);
    }
    return only;
  };
  const states = (results: Results) =>
    (read(results).results ?? []).map(({ properties, baselineState }) => [
      properties?.scenario,
      baselineState,
    ]);

  test('has the clauses as rules, with their level and text', () => {
    expect(read(compared).tool.driver.rules?.find(({ id }) => id === 'rfc5321-4.2-03')).toMatchObject({
      ...{
        defaultConfiguration: { level: 'error' },
        helpUri: 'https://www.rfc-editor.org/rfc/rfc5321#section-4.2',
      },
      fullDescription: { text: expect.any(String) },
    });
  });

  test('says of each finding what it was in the baseline', () => {
    expect(states(compared)).toEqual([
      ['dns/broken', 'new'],
      ['dns/expected', 'new'],
      ['dns/known', 'unchanged'],
      ['dns/should', 'new'],
      ['dns/fixed', 'absent'],
    ]);
    expect(states(now).map(([, state]) => state)).toEqual([undefined, undefined, undefined, undefined]);
    const otherwise = failed('dns/known', {
      checks: [check({ evidence: 'otherwise' }), check({ name: 'two' })],
    });
    expect(states(withBaseline(run([otherwise]), before)).slice(0, 2)).toEqual([
      ['dns/known', 'updated'],
      ['dns/known', 'new'],
    ]);
  });

  test('a fingerprint outlives what a check saw, the seed and the version; a failure that is expected is suppressed', () => {
    const print = (more: Partial<Result>) =>
      read(run([failed('dns/a', more)])).results?.[0]?.partialFingerprints?.['nexthopCheck/v1'];
    expect(print({ seed: 9, senderVersion: '7', checks: [check({ evidence: 'x' })] })).toBe(print({}));
    expect(print({ sender: 'exim' })).not.toBe(print({}));
    const suppressed = read(compared).results?.filter(({ suppressions = [] }) => suppressions.length > 0);
    expect(suppressed).toMatchObject([
      { suppressions: [{ kind: 'external', justification: 'known since long' }] },
    ]);
  });

  test('a failure without a check is a finding too', () => {
    expect(read(run([failed('dns/a', { checks: [], clauses: ['rfc5321-4.2-03'] })])).results).toHaveLength(1);
  });

  test('keeps its shape whatever is said', () => anyRun((results) => void read(results)));
});

describe('JUnit', () => {
  test('has the baseline as properties', () => {
    const xml = junitXml(compared);
    expect(xml).toContain('<property name="regression" value="broken"/>');
    expect(xml).toContain('<property name="change" value="fixed"/>');
    expect(xml).toContain('<property name="file" value="suites/dns.ts:7"/>');
  });

  test('is well-formed whatever is said', () =>
    anyRun((results) => expect(create(junitXml(results)).root().node.nodeName).toBe('testsuites')));
});

describe('Markdown', () => {
  test('tells regressions first, with the dialogue that went another way', () => {
    const line = (text: string) => ({ atMs: 0, from: 'C', text }) as const;
    const session = { host: 'a', address: '192.0.2.1', port: 25, openedAtMs: 0 };
    const text = markdownSummary(
      withBaseline(
        run([failed('dns/a', { sessions: [{ ...session, lines: [line('EHLO x'), line('RSET')] }] })]),
        run([named('dns/a', { sessions: [{ ...session, lines: [line('EHLO x'), line('QUIT')] }] })]),
      ),
    );
    expect(text).toContain('## Nexthop: 1 regression\n');
    expect(text).toContain('| broken | 1 | 1 |');
    expect(text).toContain('```diff\n  C: EHLO x\n- C: QUIT\n+ C: RSET\n```');
    expect(text).toContain('</details>');
  });

  test('without a baseline tells failures, and expectations to correct', () => {
    const text = markdownSummary(now);
    expect(text).toContain('## Nexthop: 2 failures\n');
    expect(text).toContain('### Expectations to correct');
    expect(text).not.toContain('Regressions');
  });

  test('fits into a comment, and ends with a whole section', () => {
    const text = markdownSummary(
      run(Array.from({ length: 200 }, (_, index) => failed(`dns/${index}`, { title: 'x'.repeat(4_000) }))),
    );
    expect(text.length).toBeLessThan(markdownLimitCharacters);
    expect(text.match(/<details>/g)?.length).toBe(text.match(/<\/details>/g)?.length);
  });

  test('has the same markup whatever is said', () =>
    anyRun((results) => {
      const text = markdownSummary(results);
      const outside = text.split(/^(`{3,}).*\n[\s\S]*?\n\1$/m).join('');
      expect(outside.match(/<details>/g)).toHaveLength(1);
      expect(outside).not.toMatch(/[\p{Cc}--\n]|<script|@somebody/v);
      expect(text.isWellFormed()).toBe(true);
    }));
});

describe('annotations', () => {
  const command = /^::(error|warning) (?:file=[^,:\r\n]*,)?(?:line=\d+,)?title=[^,:\r\n]*::[^\r\n]*$/;
  const lines = (results: Results) => githubAnnotations(results).split('\n').slice(0, -1);

  test('are errors for regressions, warnings for what the baseline has too', () => {
    expect(lines(compared)).toEqual([
      expect.stringMatching(/^::error file=suites\/dns.ts,line=7,title=broken%3A dns\/broken::one: seen%0A/),
      '::error title=absent%3A dns/gone::passed before; no result now',
      expect.stringMatching(/^::error title=expired expectation::/),
      expect.stringMatching(/^::warning .*title=failed%3A dns\/known::/),
    ]);
    expect(lines(now).map((line) => line.slice(0, 7))).toEqual(['::error', '::error', '::error']);
  });

  test('are as many as are shown', () => {
    const shown = lines(run(Array.from({ length: 40 }, (_, index) => failed(`dns/${index}`))));
    expect(shown).toHaveLength(10);
    expect(shown.at(-1)).toBe('::error title=and 31 more::See the summary of the job.');
  });

  test('are commands of one line whatever is said', () =>
    anyRun((results) => {
      for (const line of lines(results)) expect(line).toMatch(command);
    }));
});
