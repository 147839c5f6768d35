import { expect, test } from 'vitest';
import { DURATION_LIMIT_MS, DurationError, durationMs } from './duration.ts';

test.each([
  ['250ms', 250],
  ['10s', 10_000],
  ['1.5s', 1_500],
  ['5m', 300_000],
  ['2h', 7_200_000],
  ['1d', 86_400_000],
  [0, 0],
  [DURATION_LIMIT_MS, DURATION_LIMIT_MS],
])('%s', (duration, expected) => {
  expect(durationMs(duration)).toBe(expected);
});

test.each(['', '10', 's', '-1s', '1 s', '1w', -1, Number.NaN, Number.POSITIVE_INFINITY, '99d', null, {}])(
  'not %j',
  (duration) => {
    expect(() => durationMs(duration as string)).toThrow(DurationError);
  },
);
