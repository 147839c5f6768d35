import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toAsciiDomain } from './domain-name.ts';
import { addressFamily, isHostname } from './hostname.ts';

describe('host names', () => {
  test.each([
    'a',
    'example.test',
    'a_b.test',
    '_25._tcp.a',
    'a--b.c',
    '1a',
    '1-2',
    `${'x'.repeat(63)}.test`,
    'xn--p1ai',
  ])('%s is one', (name) => expect(isHostname(name)).toBe(true));
  test.each([
    '',
    '.',
    'a.',
    '.a',
    'a..b',
    '-a',
    'a-',
    'a.-b',
    'a-.b',
    '1',
    '1.2.3.4',
    'a b',
    'ä',
    'a/b',
    'a\n',
    '*.a',
    `${'x'.repeat(64)}.test`,
    'x.'.repeat(128),
  ])('%j is none', (name) => expect(isHostname(name)).toBe(false));
  test('a wildcard is the first label only', () => {
    expect(isHostname('*.a', { wildcard: true })).toBe(true);
    expect(isHostname('a.*', { wildcard: true })).toBe(false);
    expect(isHostname('*a.b', { wildcard: true })).toBe(false);
  });
  test('property: no host name has an empty label, a foreign character, or a hyphen at an end', () => {
    const nearly = fc.string({
      unit: fc.constantFrom('a', '1', '-', '.', '_', ' ', 'ä', '*'),
      maxLength: 12,
    });
    fc.assert(
      fc.property(nearly, (name) => {
        const labels = name.split('.');
        const good =
          /[^\d.]/.test(name) && labels.every((label) => /^[a1_-]+$/.test(label) && !/^-|-$/.test(label));
        expect(isHostname(name)).toBe(good);
      }),
      { numRuns: 1_000 },
    );
  });
});

test.each([
  ['192.0.2.1', 4],
  ['2001:db8::1', 6],
  ['::ffff:192.0.2.1', 6],
  ['1.2.3', undefined],
  ['0x7f.1', undefined],
  ['256.1.1.1', undefined],
  ['fe80::1%eth0', undefined],
  ['host', undefined],
  ['', undefined],
])('addressFamily(%j) is %s', (text, family) => expect(addressFamily(text)).toBe(family));

describe('internationalised domains', () => {
  test.each([
    ['bücher.example', false, 'xn--bcher-kva.example'],
    ['faß.de', false, 'xn--fa-hia.de'],
    ['faß.de', true, 'fass.de'],
    ['例え。テスト', false, 'xn--r8jz45g.xn--zckzah'],
    ['plain.test', false, 'plain.test'],
    ['a b', false, 'a b'],
    ['ä b', false, undefined],
    ['ä/x', false, undefined],
    ['ä:25', false, undefined],
    ['ä@b', false, undefined],
    ['ä%41', false, undefined],
    ['１２７.0.0.1', false, undefined],
    ['xn--ä', false, undefined],
    ['ä⑴', false, undefined],
  ])('%s (transitional: %s) is %s', (domain, transitional, ascii) =>
    expect(toAsciiDomain(domain, transitional)).toBe(ascii),
  );
  test('property: the result is ASCII without anything that belongs to a URL', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 30 }), fc.boolean(), (text, transitional) => {
        const ascii = toAsciiDomain(`ä${text}`, transitional);
        if (ascii !== undefined) expect(ascii).toMatch(/^[a-z0-9_.-]+$/);
      }),
      { numRuns: 1_000 },
    );
  });
});
