import { describe, expect, test } from 'vitest';
import type { Results } from '../scenarios/results.ts';
import { ResultsError, readResults, writeResults } from '../scenarios/results-file.ts';
import { sampleResults } from '../tests/sample-results.ts';
import { mergeResults } from './merge.ts';

const whole = sampleResults(12);
const shard = (number: number, count: number): Results => ({
  ...whole,
  run: {
    ...whole.run,
    id: `shard-${number}`,
    startedAt: `2026-11-23T21:0${number}:00.000Z`,
    wallMs: 10,
    selected: 6,
  },
  results: whole.results.filter((_, index) => index % count === number),
});
const part = (origin: string, results: Results) => ({ origin, results });

describe('merging', () => {
  test('shards gives all results, whatever their order', () => {
    const merged = mergeResults([part('b', shard(1, 2)), part('a', shard(0, 2))]);
    expect(JSON.parse(writeResults(merged)).results).toEqual(JSON.parse(writeResults(whole)).results);
    expect(merged.run).toMatchObject({
      id: 'shard-0 and 1 more',
      startedAt: '2026-11-23T21:00:00.000Z',
      seed: whole.run.seed,
      world: 'virtual',
      wallMs: 20,
      selected: 12,
    });
    expect(merged.run.eventHash).toBeUndefined();
    expect(merged.run.parts?.map((entry) => entry.id)).toEqual(['shard-0', 'shard-1']);
    expect(readResults(writeResults(merged), 'merged').run).toEqual(merged.run);
  });

  test('a merged file with another keeps all runs', () => {
    const first = mergeResults([part('a', shard(0, 3)), part('b', shard(1, 3))]);
    const merged = mergeResults([part('ab', first), part('c', shard(2, 3))]);
    expect(merged.run.parts?.map((entry) => entry.id)).toEqual(['shard-0', 'shard-1', 'shard-2']);
  });

  test('worlds and seeds that differ are not passed off as one', () => {
    const live: Results = {
      ...whole,
      run: { ...whole.run, world: 'live', seed: 7, interrupted: true },
      results: whole.results.map((result) => ({ ...result, world: 'live' })),
    };
    const { run, results } = mergeResults([part('a', whole), part('b', live)]);
    expect(run.world).toBe('mixed');
    expect(run.seed).toBeUndefined();
    expect(run.interrupted).toBe(true);
    expect(results).toHaveLength(24);
  });

  test('one file is that file', () => {
    expect(mergeResults([part('a', whole)])).toBe(whole);
  });

  test('the same result twice is an error that names both files', () => {
    expect(() => mergeResults([part('a', shard(0, 2)), part('b', whole)])).toThrow(
      /^a and b both hold a result for [a-z0-9/-]+ \(nexthop, virtual, seed 1\)$/,
    );
    expect(() => mergeResults([])).toThrow(new ResultsError('no results to merge'));
  });
});

test('what was selected is what any part selected, and everything where one selected that', () => {
  const part = (origin: string, more: Partial<Results['run']>) => {
    const { run, ...rest } = sampleResults(0);
    return { origin, results: { ...rest, run: { ...run, ...more } } };
  };
  const merged = (...parts: ReturnType<typeof part>[]) => mergeResults(parts).run;
  const dns = part('a', { selectors: ['dns'], senders: ['exim'] });
  expect(merged(dns, part('b', { selectors: ['data', 'dns'], senders: ['nexthop'] }))).toMatchObject({
    selectors: ['dns', 'data'],
    senders: ['exim', 'nexthop'],
  });
  expect(merged(dns, part('b', { senders: ['nexthop'] })).selectors).toBeUndefined();
});
