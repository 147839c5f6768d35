import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TextMap } from './text-map.ts';

test('has what was set last for each key', () => {
  const keys = fc.oneof(fc.string({ maxLength: 2 }), fc.constantFrom('__proto__', 'a', ''));
  fc.assert(
    fc.property(fc.array(fc.tuple(keys, fc.string()), { maxLength: 300 }), fc.string(), (entries, other) => {
      const map = new TextMap();
      const model = new Map<string, string>();
      for (const [key, value] of entries) {
        expect(map.has(key)).toBe(model.has(key));
        map.set(key, value);
        model.set(key, value);
      }
      expect(map.size).toBe(model.size);
      for (const key of [...model.keys(), other]) expect(map.get(key)).toBe(model.get(key));
    }),
  );
});

test('a hundred thousand keys', () => {
  const map = new TextMap();
  for (let index = 0; index < 100_000; index += 1) map.set(`user${index}`, String(index));
  expect(map.size).toBe(100_000);
  expect([map.get('user0'), map.get('user99999'), map.get('user100000')]).toEqual(['0', '99999', undefined]);
});
