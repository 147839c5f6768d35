import { expect, test } from 'vitest';
import type { Baseline, Change } from '../scenarios/results.ts';
import { sampleResults } from '../tests/sample-results.ts';
import { changeLines, listedChangesLimit, listedRegressionsLimit } from './terminal-changes.ts';

const of = { scenario: 'dns/a', sender: 'nexthop', senderVersion: '1', world: 'virtual', seed: 1 } as const;
const change = (more: Partial<Change>): Change => ({
  kind: 'broken',
  regression: true,
  text: 'seen',
  of,
  ...more,
});
const lines = (changes: Change[], more: Partial<Baseline> = {}) =>
  changeLines(
    {
      run: sampleResults(0).run,
      compared: 2_000,
      notSelected: 0,
      knownFailures: 0,
      notes: [],
      changes,
      ...more,
    },
    (_, text) => text,
  );

test('a change has its verdicts, its text, and where the dialogue left the path', () => {
  const differences = [
    { kind: 'outcome', text: 'user: before sent, now bounced', left: '', right: '' },
    { kind: 'command', text: "session 1: before 'QUIT', now 'RSET'", left: '', right: '', session: 0 },
  ] as const;
  const told = lines([
    change({ verdictBefore: 'passed', verdictNow: 'failed', differences: [...differences] }),
  ]);
  expect(told).toEqual([
    'BROKEN dns/a (nexthop, virtual) passed → failed',
    '  seen',
    "  session 1: before 'QUIT', now 'RSET'",
    '2,000 results compared with the run of 2026-11-23T21:04:11.250Z, nexthop 0.1.0',
    '1 regression: 1 broken',
  ]);
});

test('what is new is counted only, and a run without changes is one line more', () => {
  expect(lines([change({ kind: 'new', regression: false })], { notSelected: 3, knownFailures: 1 })).toEqual([
    expect.stringMatching(/; 1 failure known from it; 3 of it not selected here$/),
    'no regressions: 1 new',
  ]);
  expect(lines([], { notes: ['the run was interrupted'] })).toEqual([
    'the run was interrupted',
    expect.stringMatching(/^2,000 results compared/),
    'no regressions',
  ]);
});

test('is short, and a server cannot move the cursor', () => {
  const many = Array.from({ length: 200 }, () => change({ text: '\u001b[2Jx\n'.repeat(1_000) }));
  const told = lines([
    ...many,
    ...many.map((each) => ({ ...each, kind: 'fixed', regression: false }) as const),
  ]);
  expect(told).toHaveLength(2 * listedRegressionsLimit + 1 + 2 * listedChangesLimit + 1 + 2);
  expect(told).toContain('and 150 more regressions, see the report');
  expect(told.join('').match(/[\u0000-\u001f]/)).toBeNull();
  expect(Math.max(...told.map(({ length }) => length))).toBeLessThan(500);
});
