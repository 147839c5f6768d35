import { describe, expect, test } from 'vitest';
import { sampleResult, sampleResults } from '../tests/sample-results.ts';
import { compareWithOracle } from './oracle.ts';
import { evidenceLimitCharacters, type Result } from './results.ts';
import { readResults, writeResults } from './results-file.ts';

const result = (sender: string, more: Partial<Result> = {}): Result => ({
  ...sampleResult(),
  scenario: 'greeting/a',
  sender,
  senderVersion: sender === 'postfix' ? '3.7.11' : '0.1.0',
  world: 'live',
  verdict: 'passed',
  reason: '',
  ...more,
});
const compared = (...results: Result[]) => compareWithOracle({ ...sampleResults(0), results });

describe('comparing a run with its oracle', () => {
  test('finds the pairs of one scenario, world and seed', () => {
    const { comparisons } = compared(
      result('nexthop'),
      result('postfix'),
      result('nexthop', { scenario: 'greeting/b' }),
      result('nexthop', { seed: 2 }),
      result('nexthop', { world: 'virtual' }),
      result('exim'),
    );
    expect(comparisons).toEqual([
      {
        scenario: 'greeting/a',
        sender: 'nexthop',
        senderVersion: '0.1.0',
        oracle: 'postfix',
        oracleVersion: '3.7.11',
        world: 'live',
        seed: 1,
        same: true,
        differences: [],
      },
    ]);
  });

  test('leaves out what one of them was not put to', () => {
    expect(compared(result('nexthop', { verdict: 'unsupported' }), result('postfix')).comparisons).toEqual(
      [],
    );
    expect(compared(result('nexthop'), result('postfix', { verdict: 'skipped' }))).not.toHaveProperty(
      'comparisons',
    );
  });

  test('counts what was too slow to tell as undecided, not as the same', () => {
    const [comparison] =
      compared(result('nexthop'), result('postfix', { verdict: 'inconclusive', reason: 'slow' }))
        .comparisons ?? [];
    expect(comparison).toMatchObject({
      same: false,
      undecided: 'postfix: inconclusive: slow',
      differences: [],
    });
  });

  test('stores what fits, in one line, and reads it back', () => {
    const outcome = { address: 'a@b.test', status: 'sent', dsn: '2.0.0' } as const;
    const reason = 'x'.repeat(evidenceLimitCharacters);
    const run = compared(
      result('nexthop', { outcomes: [{ ...outcome, reason }] }),
      result('postfix', { outcomes: [{ ...outcome, reason: 'two\nlines' }] }),
    );
    const read = readResults(writeResults(run), 'results.json');
    expect(read.comparisons).toEqual(run.comparisons);
    expect(read.comparisons?.[0]?.differences[0]?.text).toMatch(/^reason of a@b\.test: [^\n]{3000,}…$/);
  });
});
