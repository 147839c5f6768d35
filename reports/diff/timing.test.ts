import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Result } from '../../scenarios/results.ts';
import { sampleResult } from '../../tests/sample-results.ts';
import { type Pair, timeChanges } from './timing.ts';

const pair = (world: Result['world'], before: Partial<Result>, now: Partial<Result>): Pair => ({
  before: { ...sampleResult(), world, ...before },
  now: { ...sampleResult(), world, ...now },
});
const live = (beforeMs: number, nowMs: number) => pair('live', { wallMs: beforeMs }, { wallMs: nowMs });
const kinds = (pairs: readonly Pair[]) => pairs.map((each) => timeChanges(pairs).get(each)?.kind);

describe('in virtual time', () => {
  test('a millisecond is a change, and the time of the machine is none', () => {
    expect(kinds([pair('virtual', { virtualMs: 70 }, { virtualMs: 71 })])).toEqual(['slower']);
    expect(kinds([pair('virtual', { virtualMs: 70 }, { virtualMs: 69 })])).toEqual(['faster']);
    expect(kinds([pair('virtual', { virtualMs: 70, wallMs: 1 }, { virtualMs: 70, wallMs: 60_000 })])).toEqual(
      [undefined],
    );
  });
});

describe('in the live world', () => {
  const usual = Array.from({ length: 20 }, (_, index) => live(1_000 + index, 1_020 + index));

  test('what leaves the others behind is slower, or faster', () => {
    expect(kinds([...usual, live(1_000, 9_000)]).at(-1)).toBe('slower');
    expect(kinds([...usual, live(9_000, 1_000)]).at(-1)).toBe('faster');
  });

  test('less than a second is noise, whatever the ratio', () => {
    expect(kinds([...usual, live(10, 900)]).at(-1)).toBeUndefined();
  });

  test('a few results tell nothing', () => {
    expect(kinds([live(1_000, 1_000), live(1_000, 9_000)])).toEqual([undefined, undefined]);
  });

  test('a slow machine blames nothing, nor does a noisy one', () => {
    const times = fc.array(
      fc.tuple(fc.integer({ min: 100, max: 9_000 }), fc.double({ min: 0.8, max: 1.25, noNaN: true })),
      {
        minLength: 8,
      },
    );
    fc.assert(
      fc.property(times, fc.constantFrom(0.2, 1, 7), (all, machine) => {
        const pairs = all.map(([ms, noise]) => live(ms, ms * machine * noise));
        expect(timeChanges(pairs).size).toBe(0);
      }),
    );
  });
});
