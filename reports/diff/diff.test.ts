import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Comparison, Result, Results, Run, Verdict } from '../../scenarios/results.ts';
import { beforeLimit, changeKinds } from '../../scenarios/results.ts';
import { readResults, writeResults } from '../../scenarios/results-file.ts';
import { sampleDifference } from '../../tests/sample-comparisons.ts';
import { sampleResult, sampleResults } from '../../tests/sample-results.ts';
import { compareRuns, hasRegressed, incomparable, withBaseline } from './diff.ts';

const blank: Result = {
  ...sampleResult(),
  scenario: 'dns/a',
  suite: 'dns',
  verdict: 'passed',
  reason: '',
  checks: [],
};
const result = (more: Partial<Result> = {}): Result => ({ ...blank, ...more });
const failing = (name: string, more: Partial<Result> = {}): Result =>
  result({
    verdict: 'failed',
    reason: `${name}: seen`,
    checks: [
      { clause: 'rfc5321-4.2-03', level: 'MUST', by: 'scenario', name, verdict: 'failed', evidence: 'seen' },
    ],
    ...more,
  });
const results = (all: readonly Result[], run: Partial<Run> = {}, more: Partial<Results> = {}): Results => ({
  ...sampleResults(0),
  run: { ...sampleResults(0).run, ...run },
  results: [...all],
  ...more,
});
const changesOf = (before: Result[], now: Result[], run: Partial<Run> = {}) =>
  compareRuns(results(before), results(now, run)).changes;
const told = (before: Result[], now: Result[], run: Partial<Run> = {}) =>
  changesOf(before, now, run).map(({ kind, regression }) => `${kind}${regression ? '!' : ''}`);

describe('verdicts', () => {
  const states: Readonly<Record<string, Result>> = {
    passed: result(),
    'non-strict': result({ verdict: 'non-strict' }),
    failed: failing('one'),
    excused: failing('one', { expected: 'known' }),
    unsupported: result({ verdict: 'unsupported' }),
    skipped: result({ verdict: 'skipped' }),
    inconclusive: result({ verdict: 'inconclusive' }),
  };
  test.each([
    ['passed', 'passed', []],
    ['passed', 'failed', ['broken!']],
    ['excused', 'failed', ['broken!']],
    ['unsupported', 'failed', ['broken!']],
    ['failed', 'failed', []],
    ['failed', 'passed', ['fixed']],
    ['failed', 'non-strict', ['fixed']],
    ['excused', 'passed', ['fixed']],
    ['passed', 'excused', ['verdict']],
    ['failed', 'excused', ['verdict']],
    ['passed', 'non-strict', ['verdict']],
    ['passed', 'unsupported', ['undecided!']],
    ['passed', 'skipped', ['undecided!']],
    ['passed', 'inconclusive', ['undecided!']],
    ['failed', 'unsupported', ['undecided']],
    ['excused', 'unsupported', ['undecided']],
    ['unsupported', 'skipped', ['verdict']],
    ['skipped', 'passed', ['verdict']],
  ])('%s, then %s: %j', (before, now, expected) => {
    const [old, later] = [states[before], states[now]];
    if (old === undefined || later === undefined) throw new Error('no such state');
    expect(told([old], [later])).toEqual(expected);
  });

  test('a live run that is undecided may be the doing of a slow machine', () => {
    const live = { world: 'live', verdict: 'inconclusive' } as const;
    expect(told([result({ world: 'live' })], [result(live)])).toEqual(['undecided']);
  });

  test('a failure at another check is a regression behind a known one', () => {
    expect(told([failing('one')], [failing('two')])).toEqual(['broken!']);
    const [change] = changesOf([failing('one')], [failing('two')]);
    expect(change?.text).toBe('failed before too, but not at this: two: seen');
  });

  test('known failures are counted', () => {
    expect(compareRuns(results([failing('one')]), results([failing('one')])).knownFailures).toBe(1);
  });
});

describe('what is there', () => {
  const other = result({ scenario: 'dns/b' });

  test('new results count only where they fail', () => {
    expect(told([other], [other, result()])).toEqual(['new']);
    expect(told([other], [other, failing('one')])).toEqual(['new!']);
    expect(told([other], [other, failing('one', { expected: 'known' })])).toEqual(['new']);
  });

  test('absent results are missed where they were selected', () => {
    expect(told([other, result()], [other])).toEqual(['absent!']);
    expect(told([other, result()], [other], { selectors: ['dns'] })).toEqual(['absent!']);
    expect(told([other, result()], [other], { selectors: ['dns/*'] })).toEqual(['absent!']);
    expect(told([other, result()], [other], { selectors: ['dns/b'] })).toEqual([]);
    expect(told([other, result()], [other], { interrupted: true })).toEqual([]);
    expect(told([other, result()], [other], { shard: { parts: [1], of: 2, plan: 'x' } })).toEqual([]);
  });

  test('a file means what it meant to the baseline', () => {
    const selectors = ['mine.ts'];
    const baseline = compareRuns(results([other, result()], { selectors }), results([other], { selectors }));
    expect(baseline.changes.map(({ kind }) => kind)).toEqual(['absent']);
    expect(compareRuns(results([other, result()]), results([other], { selectors }))).toMatchObject({
      changes: [],
      notSelected: 1,
      notes: ['only what was selected is compared: mine.ts'],
    });
  });

  test('a sender that was asked for and did not run is missed; one that was not asked for is not', () => {
    const exim = result({ sender: 'exim' });
    expect(told([result(), exim], [result()], { senders: ['nexthop', 'exim'] })).toEqual(['absent!']);
    expect(told([result(), exim], [result()], { senders: ['nexthop'] })).toEqual([]);
  });

  test('another version is still that sender, and that is said', () => {
    const baseline = compareRuns(results([result()]), results([result({ senderVersion: '9' })]));
    expect(baseline).toMatchObject({
      compared: 1,
      changes: [],
      notes: [expect.stringContaining('nexthop 9')],
    });
  });

  test('of several versions the equal ones stand side by side', () => {
    const versions = ['1', '2'].map((senderVersion) => result({ senderVersion }));
    const now = [failing('one', { senderVersion: '2' }), result({ senderVersion: '1' })];
    const [change, ...others] = changesOf(versions, now);
    expect(others).toEqual([]);
    expect(change?.of?.senderVersion).toBe('2');
  });

  test('a baseline of other senders, worlds or seeds cannot be compared with', () => {
    const baseline = results([result()]);
    expect(incomparable(baseline, [result()])).toBeUndefined();
    expect(incomparable(baseline, [result({ seed: blank.seed + 1 })])).toMatch(/seed/);
    expect(incomparable(baseline, [result({ sender: 'exim' }), result()])).toBeUndefined();
    expect(incomparable(results([]), [result()])).toMatch(/none/);
  });
});

describe('behaviour', () => {
  test('another outcome with the same verdict is told, with the result before', () => {
    const [outcome] = blank.outcomes;
    if (outcome === undefined) throw new Error('the sample has an outcome');
    const now = result({ outcomes: [{ ...outcome, status: 'bounced' }] });
    const [change] = changesOf([blank], [now]);
    expect(change).toMatchObject({ kind: 'behaviour', regression: false, before: { scenario: 'dns/a' } });
    expect(change?.differences?.[0]).toMatchObject({ kind: 'outcome', right: 'bounced' });
    expect(change?.text).toMatch(/before '.*', now 'bounced'/);
  });
});

test('a new difference from the oracle is a regression, a known or accepted one is not', () => {
  const { scenario, sender, senderVersion, world, seed } = blank;
  const comparison = (differences: Comparison['differences']): Comparison => ({
    ...{ scenario, sender, senderVersion, world, seed },
    ...{ oracle: 'postfix', oracleVersion: '3', same: differences.length === 0, differences },
  });
  const kinds = (before: Comparison['differences'], now: Comparison['differences']) =>
    compareRuns(
      results([blank], {}, { comparisons: [comparison(before)] }),
      results([blank], {}, { comparisons: [comparison(now)] }),
    ).changes.map(({ kind }) => kind);
  expect(kinds([], [sampleDifference])).toEqual(['disagreement']);
  expect(kinds([sampleDifference], [sampleDifference])).toEqual([]);
  expect(kinds([], [{ ...sampleDifference, accepted: 'known' }])).toEqual([]);
  expect(kinds([sampleDifference], [{ ...sampleDifference, kind: 'reply' }])).toEqual(['disagreement']);
});

test('expectations to correct, wherever they stand in their file', () => {
  const before = ['x.json, expectation 1: expired on 2026-01-01: old'];
  const now = [
    'x.json, expectation 2: expired on 2026-01-01: old',
    'x.json, expectation 3: expired on 2026-02-01: new',
    'x.json, expectation 4: verdict of exim in dns/a: no longer so, remove the expectation',
    "x.json, expectation 5: there is no scenario 'dns/z'",
  ];
  const { changes } = compareRuns(
    results([blank], {}, { problems: before }),
    results([blank], {}, { problems: now }),
  );
  expect(changes.map(({ kind, regression }) => [kind, regression])).toEqual([
    ['expired-expectation', true],
    ['unexpected-pass', false],
    ['unused-expectation', false],
  ]);
});

describe('as stored', () => {
  test('is read back, the gravest first, with results before within the limit', () => {
    const names = Array.from({ length: beforeLimit + 5 }, (_, index) => `dns/${index}`);
    const before = [
      ...names.map((scenario) => result({ scenario })),
      failing('one', { scenario: 'dns/fixed' }),
    ];
    const now = [...names.map((scenario) => failing('two', { scenario })), result({ scenario: 'dns/fixed' })];
    const whole = withBaseline(results(now), results(before));
    const { baseline } = readResults(writeResults(whole), 'results.json');
    expect(baseline).toEqual(whole.baseline);
    expect(hasRegressed(whole)).toBe(true);
    expect(baseline?.changes.at(-1)?.kind).toBe('fixed');
    expect(baseline?.changes.filter((change) => change.before !== undefined)).toHaveLength(beforeLimit);
  });

  test('whatever two runs hold, the exit status follows from the changes, and equal runs have none', () => {
    const verdict = fc.constantFrom<Verdict>('passed', 'failed', 'unsupported', 'non-strict');
    const some = fc.uniqueArray(
      fc.record({
        scenario: fc.constantFrom('a/1', 'a/2', 'b/1'),
        verdict,
        reason: fc.string({ unit: 'binary' }),
      }),
      { selector: ({ scenario }) => scenario },
    );
    fc.assert(
      fc.property(some, some, (left, right) => {
        const [before, now] = [left, right].map((all) => results(all.map((entry) => result(entry))));
        if (before === undefined || now === undefined) return;
        expect(compareRuns(now, now).changes).toEqual([]);
        const whole = withBaseline(now, before);
        const changes = readResults(writeResults(whole), 'x').baseline?.changes ?? [];
        expect(hasRegressed(whole)).toBe(changes.some(({ regression }) => regression));
        const ranks = changes.map(
          ({ regression, kind }) => (regression ? 0 : 100) + changeKinds.indexOf(kind),
        );
        expect(ranks).toEqual(ranks.toSorted((a, b) => a - b));
        for (const { text } of changes) expect(text).not.toContain('\n');
      }),
    );
  });
});
