/** Our verification by TLSA records, case by case. */
import { expect, test } from 'vitest';
import { cases } from './dane/cases.ts';
import { ourVerdict } from './dane/ours.ts';

const NOW_MS = Date.UTC(2026, 0, 1);

test('the titles tell cases apart', () => {
  expect(new Set(cases.map(({ title }) => title)).size).toBe(cases.length);
});

test.each(cases)('$title: $expected', (one) => {
  expect(ourVerdict(one, NOW_MS)).toBe(one.expected);
});
