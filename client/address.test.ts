import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AddressError, parseAddress, quoteAddress, splitAddress } from './address.ts';

describe('quoteAddress', () => {
  test.each([
    ['user@example.test', 'user@example.test'],
    ['a b@example.test', '"a b"@example.test'],
    ['a..b@example.test', '"a..b"@example.test'],
    ['.a@example.test', '".a"@example.test'],
    ['a@b@example.test', '"a@b"@example.test'],
    ['say "hi"\\@example.test', '"say \\"hi\\"\\\\"@example.test'],
    ['jörg@example.test', 'jörg@example.test'],
    ['@example.test', '""@example.test'],
    ['postmaster', 'postmaster'],
    ['', ''],
  ])('%j becomes %s', (internal, external) => {
    expect(quoteAddress(internal)).toBe(external);
  });
});

describe('parseAddress', () => {
  test.each([
    ['', ''],
    ['<>', ''],
    ['<user@example.test>', 'user@example.test'],
    ['"a b"@example.test', 'a b@example.test'],
    ['"a\\"b"@example.test', 'a"b@example.test'],
    ['user@[192.0.2.1]', 'user@[192.0.2.1]'],
  ])('%j is %j', (text, internal) => {
    expect(parseAddress(text)).toBe(internal);
  });

  test.each([
    'user',
    'user@',
    '@example.test',
    'a b@example.test',
    'user@exa mple.test',
    'a@b@c',
    'user@example.test\nRCPT TO:<x@y>',
    `${'x'.repeat(3000)}@y`,
  ])('refuses %j in one line', (text) => {
    expect(() => parseAddress(text)).toThrow(AddressError);
    try {
      parseAddress(text);
    } catch (error) {
      expect(String((error as Error).message)).not.toMatch(/\n/);
    }
  });

  test('reads back whatever quoteAddress wrote', () => {
    const localPart = fc
      .string({ minLength: 1, maxLength: 40 })
      .filter((text) => !/[\u0000-\u001f\u007f]/.test(text));
    fc.assert(
      fc.property(localPart, (text) => {
        const address = `${text}@example.test`;
        expect(parseAddress(quoteAddress(address))).toBe(address);
      }),
    );
  });
});

test('the last @ separates the domain', () => {
  expect(splitAddress('a@b@example.test')).toEqual({ localPart: 'a@b', domain: 'example.test' });
});
