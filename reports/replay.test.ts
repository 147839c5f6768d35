import { expect, test } from 'vitest';
import { sampleResult } from '../tests/sample-results.ts';
import { advanced, momentsOf, resultAt } from './replay.ts';

const session = {
  host: 'a',
  address: '192.0.2.1',
  port: 25,
  openedAtMs: 10,
  lines: [
    { atMs: 20, from: 'S', text: '220 a' } as const,
    { atMs: 20, from: 'C', text: 'EHLO c' } as const,
    { atMs: 300_020, from: '!', text: 'client: close' } as const,
  ],
};
const query = { atMs: 5, name: 'example.test', type: 'MX', transport: 'udp' as const, answer: 'NOERROR' };
const result = { ...sampleResult(), sessions: [session], queries: [query] };
const moments = [5, 10, 20, 300_020];

test('moments are those of all that happened, each once', () => {
  expect(momentsOf(result)).toEqual(moments);
});

test('at a moment there is what had happened by then', () => {
  expect(resultAt(result, 5)).toMatchObject({ sessions: [], queries: [query] });
  expect(resultAt(result, 10).sessions).toMatchObject([{ host: 'a', lines: [] }]);
  expect(resultAt(result, 300_019).sessions[0]?.lines).toHaveLength(2);
  expect(resultAt(result, 300_020)).toEqual(result);
  expect(resultAt(result, 5).outcomes).toEqual(result.outcomes);
});

test('a replay goes from one moment to the next, at its speed', () => {
  const real = { speed: 1, skipsWaits: false };
  expect(advanced(moments, 0, 3, real)).toBe(3);
  expect(advanced(moments, 0, 16, real)).toBe(5);
  expect(advanced(moments, 20, 1_000, { ...real, speed: 100 })).toBe(100_020);
  expect(advanced(moments, 300_020, 16, real)).toBe(300_020);
  expect(advanced([], 0, 16, real)).toBe(0);
});

test('a long wait takes half a second when waits are skipped', () => {
  const skipping = { speed: 10, skipsWaits: true };
  expect(advanced(moments, 20, 250, skipping)).toBe(150_020);
  expect(advanced(moments, 20, 500, skipping)).toBe(300_020);
  expect(advanced(moments, 5, 0.1, skipping)).toBe(6);
});
