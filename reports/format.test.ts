import { expect, test } from 'vitest';
import { duration, legible, plural, visible, worstVerdict } from './format.ts';

test.each([
  [0, '0 ms'],
  [0.44, '0.4 ms'],
  [340, '340 ms'],
  [999.4, '999 ms'],
  [999.6, '1 s'],
  [4_210, '4.2 s'],
  [59_949, '59.9 s'],
  [59_960, '1 min'],
  [312_000, '5 min 12 s'],
  [3_599_900, '1 h'],
  [7_500_000, '2 h 5 min'],
  [86_399_000, '1 d'],
  [273_600_000, '3 d 4 h'],
  [86_400_000 * 1_500, '1,500 d'],
])('%d ms is %s', (ms, text) => {
  expect(duration(ms)).toBe(text);
});

test('figures carry their noun', () => {
  expect(plural(1, 'result')).toBe('1 result');
  expect(plural(12_345, 'result')).toBe('12,345 results');
});

test('what moves a cursor or turns the writing direction is shown, not sent', () => {
  expect(visible('220 \u001b[2J\r\n\u009b \u202egnp.exe ünïcode')).toBe(
    '220 \\x1b[2J\\x0d\\x0a\\x9b \\u{202e}gnp.exe ünïcode',
  );
});

test('the worst verdict stands for several', () => {
  expect(worstVerdict(['skipped', 'passed', 'non-strict'])).toBe('non-strict');
  expect(worstVerdict([])).toBeUndefined();
});

test('legible text keeps its lines, and can be part of an address', () => {
  expect(legible('a\u001b[1m\nb\u202E\ud800')).toBe('a\\x1b[1m\nb\\u{202e}\ufffd');
  expect(encodeURIComponent(legible('\udfff'))).toBe('%EF%BF%BD');
});
