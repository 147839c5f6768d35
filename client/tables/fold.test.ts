import { expect, test } from 'vitest';
import { foldCase } from './fold.ts';

test.each([
  ['User@Example.TEST', 'user@example.test'],
  ['STRASSE Straße STRAẞE', 'strasse strasse strasse'],
  ['ΣΑΣ σας', 'σασ σασ'],
  ['\u212a', 'k'],
  ['I ı İ', 'i ı i\u0307'],
  ['\uab70 \u13a0 \u13f8', '\u13a0 \u13a0 \u13f0'],
])('%s', (text, folded) => {
  expect(foldCase(text)).toBe(folded);
});

test('what is folded stays', () => {
  for (let code = 0; code < 0x1_0000; code += 1) {
    const folded = foldCase(String.fromCodePoint(code));
    expect(foldCase(folded), code.toString(16)).toBe(folded);
  }
});
