/** What the terminal and junit.xml say about several senders and the oracle. */
import { Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import type { Comparison, Results } from '../scenarios/results.ts';
import { sampleDifference, sampleMatrix, sampleSenders } from '../tests/sample-comparisons.ts';
import { agreementState, agreements } from './agreement.ts';
import { junitXml } from './exports/junit.ts';
import { mergeResults } from './merge.ts';
import { terminalSummary } from './terminal.ts';

const run = sampleMatrix(40, sampleSenders.slice(0, 2));
const summary = (results: Results) => terminalSummary(results, new Writable());

describe('one comparison', () => {
  const [base] = run.comparisons ?? [];
  const state = (more: Partial<Comparison>) =>
    base === undefined ? '' : agreementState({ ...base, ...more });

  test('is new while one difference is not accepted', () => {
    const accepted = { ...sampleDifference, accepted: 'x' };
    expect(state({ differences: [accepted, sampleDifference] })).toBe('new');
    expect(state({ differences: [accepted, accepted] })).toBe('accepted');
    expect(state({ same: true, differences: [] })).toBe('same');
    expect(state({ undecided: 'x', differences: [] })).toBe('undecided');
  });
});

test('the figures of an oracle', () => {
  expect(agreements(run.comparisons ?? [])).toEqual([
    expect.objectContaining({
      sender: 'nexthop',
      oracle: 'postfix',
      oracleVersion: '3.7.11',
      counts: { same: 32, accepted: 2, new: 2, undecided: 4 },
      decided: 36,
    }),
  ]);
});

describe('the terminal', () => {
  test('has a line for each sender, and one for the oracle', () => {
    const text = summary(run);
    expect(text).toMatch(/^ {2}nexthop 0\.1\.0 {6}40 {2}.*passed/m);
    expect(text).toMatch(/^ {2}postfix 3\.7\.11 {5}40 {2}.*passed/m);
    expect(text).toContain(
      '\nnexthop agrees with postfix 3.7.11 to the line: 32 of 36; accepted differences: 2; new: 2; undecided: 4\n',
    );
  });

  test('shows each new difference with both sides, accepted ones not', () => {
    const text = summary(run);
    expect(text.match(/^DIFFERS /gm)).toHaveLength(2);
    expect(text).toContain(': command in session 1\n    nexthop  C: QUIT\n    postfix  C: RSET\n');
  });

  test('names expectations to correct', () => {
    expect(summary({ ...run, problems: ['x.json, expectation 1: expired'] })).toContain(
      'EXPECTATION x.json, expectation 1: expired\n',
    );
  });

  test('says nothing of senders or oracles where there is one sender', () => {
    const [, ...others] = summary({ ...sampleMatrix(5, sampleSenders.slice(0, 1)), comparisons: [] }).split(
      '\n\n',
    );
    expect(others.join('')).not.toMatch(/agrees|nexthop 0\.1\.0/);
  });

  test('does not list failures that are expected, but counts them', () => {
    const results = run.results.map((result) => ({
      ...result,
      verdict: 'failed' as const,
      expected: 'known',
    }));
    const text = summary({ ...run, results });
    expect(text).not.toMatch(/^FAILED/m);
    expect(text).toContain('80 failures expected, with a reason in the report');
  });
});

describe('junit.xml', () => {
  const attributes = (xml: string, element: RegExp) => element.exec(xml)?.[0] ?? '';

  test('has the sender in the names, and a suite for the oracle', () => {
    const xml = junitXml(run);
    expect(xml).toContain('(postfix, live)"');
    expect(xml).toContain('classname="postfix.live.greeting"');
    expect(attributes(xml, /<testsuite name="agreement[^>]*>/)).toBe(
      '<testsuite name="agreement with postfix 3.7.11 (nexthop, live)" tests="40" failures="2" errors="0" skipped="6" time="0.000">',
    );
    expect(xml).toContain('type="command">');
    expect(xml).toContain('<skipped message="accepted: command: an old version"/>');
    expect(xml).toContain('<skipped message="undecided: postfix: inconclusive"/>');
  });

  test('counts what it holds', () => {
    const problems = ['x.json, expectation 1: expired'];
    const [first] = run.results;
    if (first === undefined) throw new Error('the sample has results');
    const results = run.results.with(0, { ...first, verdict: 'failed', expected: 'known' });
    const xml = junitXml({ ...run, results, problems });
    const root = attributes(xml, /<testsuites [^>]*>/);
    const total = (name: string) => Number(new RegExp(`${name}="(\\d+)"`).exec(root)?.[1]);
    expect(total('tests')).toBe(xml.match(/<testcase /g)?.length);
    expect(total('failures')).toBe(xml.match(/<failure /g)?.length);
    expect(total('skipped')).toBe(xml.match(/<skipped /g)?.length);
    expect(xml).toContain('message="expected: known: failed: ');
  });
});

test('merging keeps comparisons, and problems once', () => {
  const [left, right] = ['a', 'b'].map((prefix) => ({
    origin: prefix,
    results: {
      ...run,
      results: run.results.map((result) => ({ ...result, scenario: `${prefix}/${result.scenario}` })),
      comparisons: (run.comparisons ?? []).slice(0, 3),
      problems: ['the same'],
    },
  }));
  if (left === undefined || right === undefined) throw new Error('there are two');
  const merged = mergeResults([left, right]);
  expect(merged.comparisons).toHaveLength(6);
  expect(merged.problems).toEqual(['the same']);
});
