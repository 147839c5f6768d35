import { expect, test } from 'vitest';
import { enhancedStatus, oneLine } from './reply.ts';

test.each([
  ['250 2.1.5 Ok', '2.1.5'],
  ['250-2.1.5 Ok', '2.1.5'],
  ['550 4.7.1 class differs', '5.0.0'],
  ['450 5.1.1 class differs', '4.0.0'],
  ['550 5.1234.1 detail too long', '5.0.0'],
  ['550 5.1.1', '5.1.1'],
  ['550', '5.0.0'],
  ['550   5.7.1 spaces', '5.7.1'],
  ['550 5.1.1: colon', '5.0.0'],
  ['354 go ahead', '5.5.0'],
  ['150 2.0.0 no such class', '5.5.0'],
  ['650 5.0.0 no such class', '5.5.0'],
])('the status of %j is %s', (line, status) => {
  expect(enhancedStatus(Number(line.slice(0, 3)), line.slice(3).replace(/^-/, ' '))).toBe(status);
});

test('a reply of several lines is one line in a reason', () => {
  expect(oneLine('550-5.7.1 first\n550 5.7.1 second')).toBe('550-5.7.1 first 550 5.7.1 second');
});
