import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { VirtualRandom } from '../../simulator/virtual/random.ts';
import type { Random } from '../platform/platform.ts';
import { balanced, byPreference, byPriorityAndWeight, shuffled } from './ordering.ts';

const address = fc.record({
  preference: fc.nat(3),
  family: fc.constantFrom<4 | 6>(4, 6),
  id: fc.nat(),
});
const list = fc.array(address, { maxLength: 40 });

/** Draws every possible sequence of choices, one after the other. */
function* everyChoice(count: number): Generator<Random> {
  const total = Array.from({ length: count }, (_, at) => at + 1).reduce((product, n) => product * n, 1);
  for (let code = 0; code < total; code++) {
    let rest = code;
    yield {
      integer(bound) {
        const choice = rest % bound;
        rest = Math.floor(rest / bound);
        return choice;
      },
      bytes: () => new Uint8Array(),
    };
  }
}

describe('shuffled', () => {
  test.each([1, 2, 3, 4, 5])('each permutation of %i comes from exactly one sequence of choices', (count) => {
    const items = Array.from({ length: count }, (_, at) => at);
    const seen = [...everyChoice(count)].map((random) => shuffled(items, random).join());
    expect(new Set(seen).size).toBe(seen.length);
    for (const permutation of seen) expect(permutation.split(',').map(Number).sort()).toEqual(items);
  });
});

const SEEDS = 6_000;
/** Four and a half standard deviations of a count out of `SEEDS`. */
const slack = (share: number) => 4.5 * Math.sqrt(SEEDS * share * (1 - share)) + 1;

describe('over many seeds', () => {
  const randoms = Array.from({ length: SEEDS }, (_, seed) => new VirtualRandom(`seed ${seed}`));

  test('every permutation of four is equally likely', () => {
    const counts = new Map<string, number>();
    for (const random of randoms) {
      const key = shuffled(['a', 'b', 'c', 'd'], random).join('');
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    for (const count of counts.values()) {
      expect(Math.abs(count - SEEDS / 24)).toBeLessThan(slack(1 / 24));
    }
  });

  /** The exact chance of each to come first: over all shuffles, over all thresholds from 0 to the sum. */
  function sharesOf(weights: readonly number[]): number[] {
    const sum = weights.reduce((total, weight) => total + weight, 0);
    const shares = weights.map(() => 0);
    const orders = permutations(weights.map((_, index) => index));
    for (const order of orders) {
      for (let threshold = 0; threshold <= sum; threshold++) {
        let running = 0;
        const first = order.find((index) => {
          running += weights[index] ?? 0;
          return running >= threshold;
        });
        if (first !== undefined) shares[first] = (shares[first] ?? 0) + 1 / (orders.length * (sum + 1));
      }
    }
    return shares;
  }

  test.each([[[0, 10, 90]], [[1, 1, 1]], [[0, 0, 0]], [[1, 2, 3, 4]], [[0, 1]], [[65_535, 0, 65_535]]])(
    'weights %j are the shares of being first',
    (weights) => {
      const records = weights.map((weight, id) => ({ priority: 0, weight, id }));
      const counts = weights.map(() => 0);
      for (const random of randoms) {
        const first = byPriorityAndWeight(records, random)[0]?.id ?? -1;
        counts[first] = (counts[first] ?? 0) + 1;
      }
      const shares = sharesOf(weights);
      for (const [id, share] of shares.entries()) {
        expect(Math.abs((counts[id] ?? 0) - SEEDS * share)).toBeLessThan(slack(share));
      }
    },
  );

  test('the second place goes by the weights that are left', () => {
    const records = [50, 40, 10].map((weight, id) => ({ priority: 0, weight, id }));
    const after0 = randoms
      .map((random) => byPriorityAndWeight(records, random).map(({ id }) => id))
      .filter(([first]) => first === 0);
    const seconds = after0.filter(([, second]) => second === 1).length;
    const share = sharesOf([40, 10])[0] ?? 0;
    expect(Math.abs(seconds - after0.length * share)).toBeLessThan(slack(share));
  });
});

function permutations(items: readonly number[]): number[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item) =>
    permutations(items.filter((other) => other !== item)).map((rest) => [item, ...rest]),
  );
}

describe('byPriorityAndWeight', () => {
  test('keeps all records, the lower priority number first', () => {
    const record = fc.record({ priority: fc.nat(3), weight: fc.nat(65_535), id: fc.nat() });
    fc.assert(
      fc.property(fc.array(record, { maxLength: 30 }), fc.string(), (records, seed) => {
        const ordered = byPriorityAndWeight(records, new VirtualRandom(seed));
        expect(new Set(ordered)).toEqual(new Set(records));
        expect(ordered).toHaveLength(records.length);
        const priorities = ordered.map(({ priority }) => priority);
        expect(priorities).toEqual(priorities.toSorted((a, b) => a - b));
      }),
    );
  });
});

describe('byPreference', () => {
  test('sorts, keeps the order of equals, and ranks families inside a preference', () => {
    fc.assert(
      fc.property(
        list,
        fc.constantFrom('any' as const, 'ipv4' as const, 'ipv6' as const),
        (addresses, preferred) => {
          const wanted = preferred === 'ipv4' ? 4 : 6;
          const key = (one: (typeof addresses)[number]) =>
            one.preference * 2 + (preferred === 'any' || one.family === wanted ? 0 : 1);
          const ordered = byPreference(addresses, preferred);
          expect(ordered.map(key)).toEqual(addresses.map(key).sort((a, b) => a - b));
          for (const value of new Set(addresses.map(key))) {
            expect(ordered.filter((one) => key(one) === value)).toEqual(
              addresses.filter((one) => key(one) === value),
            );
          }
        },
      ),
    );
  });
});

describe('balanced', () => {
  test('fills the limit, keeps order, gives each family its share', () => {
    fc.assert(
      fc.property(list, fc.integer({ min: 1, max: 20 }), (addresses, limit) => {
        const kept = balanced(addresses, limit);
        const count = (family: 4 | 6, from: typeof kept) =>
          from.filter((one) => one.family === family).length;
        const [v4, v6] = [count(4, addresses), count(6, addresses)];
        if (v4 === 0 || v6 === 0 || v4 + v6 <= limit) {
          expect(kept).toEqual(addresses);
          return;
        }
        expect(kept).toHaveLength(limit);
        expect(kept).toEqual(addresses.filter((one) => kept.includes(one)));
        const share = Math.floor(limit / 2);
        expect(count(4, kept)).toBeGreaterThanOrEqual(Math.min(v4, share));
        expect(count(6, kept)).toBeGreaterThanOrEqual(Math.min(v6, share));
      }),
    );
  });
  test.each([
    [6, 6, 4, '44466'],
    [6, 6, 6, '44666'],
    [2, 9, 6, '44666'],
    [9, 1, 4, '44446'],
  ] as const)('%i IPv4 and %i IPv6, IPv%i first', (v4, v6, first, expected) => {
    const group = (family: 4 | 6, length: number) =>
      Array.from({ length }, () => ({ family, preference: 0 }));
    const addresses = first === 4 ? [...group(4, v4), ...group(6, v6)] : [...group(6, v6), ...group(4, v4)];
    const families = balanced(addresses, 5).map(({ family }) => family);
    expect(families.toSorted().join('')).toBe(expected);
    expect(families[0]).toBe(first);
  });
});
