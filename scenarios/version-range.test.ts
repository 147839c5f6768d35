import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareVersions, VersionRange } from './version-range.ts';

test.each([
  ['3.7', '3.7', true],
  ['3.7', '3.7.11', true],
  ['3.7', '3.7-20260101', true],
  ['3.7', '3.70', false],
  ['3.7', '3.8', false],
  ['3.7', '13.7', false],
  ['>=3.7 <3.9', '3.7.11', true],
  ['>=3.7 <3.9', '3.8.6', true],
  ['>=3.7 <3.9', '3.9', false],
  ['>=3.7 <3.9', '3.6.9', false],
  ['<3.11', '3.9', true],
  ['<3.11', '3.11.0', false],
  ['<=3.7', '3.7.0', true],
  ['>3.7', '3.7', false],
])('%s contains %s: %s', (range, version, contained) => {
  expect(VersionRange.parse(range)?.contains(version)).toBe(contained);
});

test.each(['', '~3.7', '3.7 || 3.8', '>= 3.7', 'latest', '>=3.7,<3.9', '3..7'])('%j is no range', (text) => {
  expect(VersionRange.parse(text)).toBeUndefined();
});

test('versions are ordered by number', () => {
  const version = fc.array(fc.nat(30), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(version, version, (a, b) => {
      const order = Math.sign(compareVersions(a.join('.'), b.join('.')));
      expect(Math.sign(compareVersions(b.join('.'), a.join('.')))).toBe(order === 0 ? 0 : -order);
      expect(compareVersions(`${a.join('.')}.1`, a.join('.'))).toBeGreaterThan(0);
    }),
  );
});
