import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cutOut, cutUp } from './shards.ts';

const scenario = (id: string) => ({ id, suite: id.split('/')[0] ?? '' });
const ids = (parts: readonly (readonly { readonly id: string }[])[]) =>
  parts.map((part) => part.map(({ id }) => id));

const selections = fc.uniqueArray(fc.stringMatching(/^[a-c]\/[a-z0-9]{1,4}$/), { maxLength: 60 });
const durationsOf = fc.dictionary(
  fc.stringMatching(/^[a-c]\/[a-z0-9]{1,4}$/),
  fc.double({ min: 0, max: 1e6, noNaN: true }),
);

describe('parts', () => {
  test('hold every scenario once, whatever is known of durations', () => {
    fc.assert(
      fc.property(selections, durationsOf, fc.integer({ min: 1, max: 12 }), (all, known, of) => {
        const durations = new Map([
          ...all.slice(0, 5).map((id) => [id, 7] as const),
          ...Object.entries(known),
        ]);
        const parts = cutUp(all.map(scenario), of, durations);
        expect(parts).toHaveLength(of);
        expect(ids(parts).flat().sort()).toEqual(all.toSorted());
      }),
    );
  });

  test('are the same for everybody: the order of what is given decides nothing but the order within', () => {
    fc.assert(
      fc.property(selections, durationsOf, fc.integer({ min: 1, max: 5 }), (all, known, of) => {
        const there = cutUp(all.map(scenario), of, new Map(Object.entries(known)));
        const elsewhere = cutUp(
          all.toReversed().map(scenario),
          of,
          new Map(Object.entries(known).toReversed()),
        );
        expect(ids(elsewhere).map((part) => part.toSorted())).toEqual(
          ids(there).map((part) => part.toSorted()),
        );
      }),
    );
  });

  test('none has more to do than the ideal and the longest scenario together', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 10_000 }), { minLength: 1, maxLength: 80 }),
        fc.integer({ min: 1, max: 8 }),
        (times, of) => {
          const durations = new Map(times.map((ms, index) => [`a/${index}`, ms]));
          const parts = cutUp([...durations.keys()].map(scenario), of, durations);
          const loads = ids(parts).map((part) => part.reduce((sum, id) => sum + (durations.get(id) ?? 0), 0));
          const ideal = times.reduce((sum, ms) => sum + ms, 0) / of;
          expect(Math.max(...loads)).toBeLessThanOrEqual(ideal + Math.max(...times));
        },
      ),
    );
  });

  test('what is not known takes as long as its suite, or as all do', () => {
    const all = ['slow/a', 'slow/b', 'quick/a', 'quick/b', 'other/a'].map(scenario);
    const durations = new Map([
      ['slow/a', 100],
      ['quick/a', 10],
    ]);
    expect(ids(cutUp(all, 2, durations))).toEqual([
      ['slow/a', 'other/a'],
      ['slow/b', 'quick/a', 'quick/b'],
    ]);
  });
});

test('a plan is known by its digest', () => {
  const all = ['a/1', 'a/2', 'a/3'].map(scenario);
  const known = new Map([
    ['a/2', 1],
    ['a/3', 9],
  ]);
  const plan = (part: number, durations: ReadonlyMap<string, number>, seed: number) =>
    cutOut(all, { part, of: 2 }, durations, [{ seed }]).shard.plan;
  expect(plan(1, new Map(), 1)).toMatch(/^[0-9a-f]{32}$/);
  expect(plan(2, new Map(), 1)).toBe(plan(1, new Map(), 1));
  expect(plan(1, known, 1)).not.toBe(plan(1, new Map(), 1));
  expect(plan(1, new Map(), 2)).not.toBe(plan(1, new Map(), 1));
  expect(cutOut(all, { part: 2, of: 2 }, new Map(), [])).toMatchObject({
    scenarios: [{ id: 'a/2' }],
    shard: { parts: [2], of: 2 },
  });
});
