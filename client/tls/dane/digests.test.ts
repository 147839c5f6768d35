import { expect, test } from 'vitest';
import { readDigests } from './digests.ts';

function read(...items: string[]): { types: string[]; log: string[] } {
  const log: string[] = [];
  const digests = readDigests(items, (text) => log.push(text));
  const strongest = [...digests].toSorted(([, one], [, other]) => other.strength - one.strength);
  return { types: strongest.map(([type, { algorithm }]) => `${type} ${algorithm}`), log };
}

test('the default, in the order of preference', () => {
  expect(read('sha512', 'sha256')).toEqual({ types: ['2 sha512', '1 sha256'], log: [] });
  expect(read('SHA256', 'sha512=2')).toEqual({ types: ['1 sha256', '2 sha512'], log: [] });
});

test('others need a number', () => {
  expect(read('sha384=3', 'sha256')).toEqual({ types: ['3 sha384', '1 sha256'], log: [] });
  expect(read('sha384').log).toEqual(['tls_dane_digests: digest algorithm sha384 needs an explicit number']);
});

test.each([
  ['sha384=x', 'Invalid matching type number in tls_dane_digests: sha384=x'],
  ['sha384=256', 'Invalid matching type number in tls_dane_digests: sha384=256'],
  ['sha384=0', 'Reserved matching type number in tls_dane_digests: sha384=0'],
  ['sha384=255', 'Reserved matching type number in tls_dane_digests: sha384=255'],
  ['sha384=1', 'tls_dane_digests: matching type 1 can only be sha256'],
  ['sha256=2', 'tls_dane_digests: matching type 2 can only be sha512'],
  ['sha512', 'tls_dane_digests: matching type 2 specified more than once'],
  ['nonsense=7', 'tls_dane_digests: digest algorithm "nonsense"(7) unknown'],
])('%s: %s', (item, text) => {
  expect(read('sha512', item)).toEqual({ types: ['2 sha512'], log: [text] });
});

test('a number without a name switches nothing on', () => {
  expect(read('=4', 'sha512')).toEqual({ types: ['2 sha512'], log: [] });
});
