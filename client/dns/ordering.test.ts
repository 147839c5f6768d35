import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Random } from '../platform/platform.ts';
import { balanced, byPreference, shuffled } from './ordering.ts';

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
