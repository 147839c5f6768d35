import fc from 'fast-check';
import { expect, test } from 'vitest';
import { globTest } from './glob.ts';

const expression = (glob: string): RegExp =>
  new RegExp(`^${glob.replaceAll('.', '\\.').replaceAll('*', '.*')}$`);

test('means what the expression with .* for each star means', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', '/', '.'), maxLength: 8 });
  const globs = fc.string({ unit: fc.constantFrom('a', 'b', '/', '.', '*'), maxLength: 8 });
  fc.assert(
    fc.property(globs, letters, (glob, text) => {
      expect(globTest(glob)(text)).toBe(expression(glob).test(text));
    }),
  );
});

test('thousands of stars cost no more than the text is long', () => {
  expect(globTest(`${'*a'.repeat(2_000)}*b`)('a'.repeat(400))).toBe(false);
});
