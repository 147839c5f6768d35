import fc from 'fast-check';
import { expect, test } from 'vitest';
import { packColumns, unpackColumns } from './columns.ts';

const through = (value: unknown): unknown => unpackColumns(JSON.parse(JSON.stringify(packColumns(value))));

test('any JSON comes back as it was', () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
      expect(JSON.stringify(through(value))).toBe(JSON.stringify(value));
    }),
  );
});

test('many entries of one shape come back as they were', () => {
  const entry = fc.record(
    {
      name: fc.constantFrom('a', 'b', '__proto__', ''),
      size: fc.oneof(fc.integer(), fc.constant(null), fc.string()),
      lines: fc.array(fc.record({ text: fc.string(), repeated: fc.nat() }, { requiredKeys: ['text'] })),
      config: fc.dictionary(fc.constantFrom('x', 'constructor', 'toString', '1'), fc.string()),
    },
    { requiredKeys: ['name'] },
  );
  fc.assert(
    fc.property(fc.array(entry), (entries) => {
      expect(JSON.stringify(through(entries))).toBe(JSON.stringify(entries));
    }),
  );
});

test('a member that would be the prototype stays a member', () => {
  const value = JSON.parse('[{"__proto__":{"polluted":true}}]');
  const [read] = through(value) as [object];
  expect(JSON.stringify(read)).toBe('{"__proto__":{"polluted":true}}');
  expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
});

test('equal lists are written once, and are one list again', () => {
  const packed = packColumns([{ tags: ['a', 'b'] }, { tags: ['a'] }, { tags: ['a', 'b'] }]);
  expect(JSON.stringify(packed)).toContain('"lengths":[2,1]');
  const [first, , third] = unpackColumns(packed) as { tags: string[] }[];
  expect(first?.tags).toBe(third?.tags);
});
