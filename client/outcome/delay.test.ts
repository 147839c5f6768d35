import { expect, test } from 'vitest';
import { formatDelay } from './delay.ts';

test.each([
  [0, '0'],
  [0.004, '0'],
  [0.005, '0.01'],
  [0.1, '0.1'],
  [0.123, '0.12'],
  [0.996, '1'],
  [1.04, '1'],
  [1.05, '1.1'],
  [9.94, '9.9'],
  [9.95, '10'],
  [10.49, '10'],
  [10.5, '11'],
  [3600, '3600'],
])('%d s is shown as %s with two decimals', (seconds, shown) => {
  expect(formatDelay(seconds * 1000, 2)).toBe(shown);
});

test.each([
  [0.4, 0, '0'],
  [0.5, 0, '1'],
  [1.6, 0, '2'],
  [0.0004, 3, '0'],
  [0.0123, 3, '0.012'],
  [0.123456, 6, '0.12'],
])('%d s with %d decimals is shown as %s', (seconds, decimals, shown) => {
  expect(formatDelay(seconds * 1000, decimals)).toBe(shown);
});

test('a clock that ran backwards shows 0', () => {
  expect(formatDelay(-5, 2)).toBe('0');
});
