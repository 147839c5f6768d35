import { expect, test } from 'vitest';
import { uxtext, xtext } from './envelope.ts';

test.each([
  ['plain', 'plain'],
  ['a b', 'a+20b'],
  ['a+b=c', 'a+2Bb+3Dc'],
  ['ü', '+C3+BC'],
  ['!~\u007f\t', '!~+7F+09'],
  ['rfc822;user@example.test', 'rfc822;user@example.test'],
])('xtext of %j is %s', (value, encoded) => {
  expect(xtext(value)).toBe(encoded);
});

test.each([
  ['ü+a', '\\x{FC}\\x{2B}a'],
  ['a\\b', 'a\\x{5C}b'],
  ['a b', 'a\\x{20}b'],
  ['!~\u007f\t', '!~\\x{7F}\\x{09}'],
  ['𝄞', '\\x{1D11E}'],
])('uxtext of %j is %s', (value, encoded) => {
  expect(uxtext(value)).toBe(encoded);
});
