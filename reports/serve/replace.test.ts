import { expect, test } from 'vitest';
import type { Results } from '../../scenarios/results.ts';
import { sampleResults } from '../../tests/sample-results.ts';
import { replaceResults } from './replace.ts';

const known: Results = {
  ...sampleResults(4),
  comparisons: [],
  problems: ['expired'],
};
const [first, second] = known.results;
const startedAt = '2026-12-01T00:00:00.000Z';

function later(results: Results['results']): Results {
  const { wallMs: _, eventHash: __, ...run } = known.run;
  return {
    schema: 1,
    run: { ...run, id: startedAt, startedAt, wallMs: 3, eventHash: 'f', selected: 1 },
    results,
  };
}

test('a later result takes the place of the earlier, whatever the version of the sender', () => {
  const again = { ...(first ?? expect.fail()), senderVersion: '9', title: 'again' };
  const { results, run } = replaceResults(known, later([again]));
  expect(results).toHaveLength(4);
  expect(results.filter(({ scenario }) => scenario === again.scenario)).toEqual([again]);
  expect(run).toEqual({ id: startedAt, startedAt, seed: 1, world: 'virtual', nexthop: '0.1.0', selected: 4 });
});

test('another sender, world or seed stands beside it', () => {
  const others = [{ sender: 'exim' }, { world: 'live' as const }, { seed: 2 }].map((other) => ({
    ...(first ?? expect.fail()),
    ...other,
  }));
  expect(replaceResults(known, later(others)).results).toHaveLength(7);
});

test('what was judged over all results is left to be judged anew', () => {
  const expected = { ...(second ?? expect.fail()), expected: 'a reason' };
  const before = {
    ...known,
    results: known.results.map((result) => (result === second ? expected : result)),
  };
  const merged = replaceResults(before, later([first ?? expect.fail()]));
  expect(merged).not.toHaveProperty('comparisons');
  expect(merged).not.toHaveProperty('problems');
  expect(merged.results.some((result) => 'expected' in result)).toBe(false);
});

test('when nothing is left of the earlier run, it is the later one', () => {
  const fresh = later(known.results);
  expect(replaceResults(known, fresh)).toBe(fresh);
  expect(replaceResults(undefined, fresh)).toBe(fresh);
});
