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
    ['""@example.test', '@example.test'],
  ])('%j is %j', (text, internal) => {
    expect(parseAddress(text)).toBe(internal);
  });

  test.each([
    ['user', 'expected local-part@domain, with quotes around an unusual local part'],
    ['user@', 'the domain is missing'],
    ['@example.test', 'the local part is missing'],
    ['a b@example.test', 'put quotes around this local part'],
    ['user@exa mple.test', 'the domain has characters that no domain can have'],
    ['a@b@c', 'expected local-part@domain, with quotes around an unusual local part'],
    ['user@example.test\nRCPT TO:<x@y>', 'control characters, such as a newline, cannot stand in an address'],
    [`${'x'.repeat(2047)}@y`, 'longer than 2048 bytes'],
  ])('refuses %j in one line', (text, what) => {
    const shown = JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}...` : text);
    expect(() => parseAddress(text)).toThrow(new AddressError(`bad address ${shown}: ${what}`));
  });

  test('takes 2048 bytes', () => {
    const address = `${'x'.repeat(2046)}@y`;
    expect(parseAddress(address)).toBe(address);
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
