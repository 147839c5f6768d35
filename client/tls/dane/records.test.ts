import { expect, test } from 'vitest';
import { authority } from '../../../simulator/certificates/authority.ts';
import { readDigests } from './digests.ts';
import { parsableRecords, unusableText, usableRecords } from './records.ts';

const root = authority('Root CA');
const digests = readDigests(['sha512', 'sha256'], () => {});

function record(usage: number, selector: number, matchingType: number, data: Uint8Array) {
  const name = '_25._tcp.mx.example.test';
  return { type: 'TLSA', name, ttlSeconds: 1, usage, selector, matchingType, data } as const;
}

test.each([
  ['SHA-256', 3, 1, 1, Buffer.alloc(32), true],
  ['SHA-256, too short', 3, 1, 1, Buffer.alloc(31), false],
  ['SHA-512', 2, 0, 2, Buffer.alloc(64), true],
  ['SHA-512 as long as SHA-256', 2, 0, 2, Buffer.alloc(32), false],
  ['an unknown digest', 3, 1, 3, Buffer.alloc(48), false],
  ['an unknown selector', 3, 2, 1, Buffer.alloc(32), false],
  ['a certificate', 2, 0, 0, root.certificate, true],
  ['a certificate cut off', 2, 0, 0, root.certificate.subarray(0, -1), false],
  ['a certificate with a byte behind it', 2, 0, 0, Buffer.concat([root.certificate, Buffer.alloc(1)]), false],
  ['a certificate in PEM', 2, 0, 0, Buffer.from(root.pem), false],
  ['a key', 2, 1, 0, root.spki, true],
  ['a key for a certificate', 2, 0, 0, root.spki, false],
  ['a certificate for a key', 2, 1, 0, root.certificate, false],
  ['a key with a byte behind it', 2, 1, 0, Buffer.concat([root.spki, Buffer.alloc(1)]), false],
] as const)('%s: usable or not', (_, usage, selector, matchingType, data, isUsable) => {
  const unusable: string[] = [];
  const one = record(usage, selector, matchingType, data);
  const found = usableRecords([one], digests, (bad) => unusable.push(unusableText(bad, 'mx[192.0.2.1]:25')));
  expect(found).toEqual(isUsable ? [one] : []);
  expect(unusable).toHaveLength(isUsable ? 0 : 1);
});

test('long data is shown by its ends', () => {
  const shown = (length: number) =>
    unusableText(record(3, 0, 0, Buffer.alloc(length, 0xab)), 'mx[192.0.2.1]:25');
  expect(shown(64)).toBe(`mx[192.0.2.1]:25: unusable TLSA RR: 3 0 0 ${'AB'.repeat(64)}`);
  expect(shown(65)).toBe(`mx[192.0.2.1]:25: unusable TLSA RR: 3 0 0 ${'AB'.repeat(32)}...${'AB'.repeat(32)}`);
});

test('of an alias both names are shown', () => {
  const log: string[] = [];
  const kept = parsableRecords(
    [record(0, 1, 1, Buffer.of(1)), record(3, 1, 1, Buffer.of())],
    '_25._tcp.alias.test',
    (text) => log.push(text),
  );
  expect(kept).toEqual([]);
  expect(log).toEqual([
    '_25._tcp.alias.test -> _25._tcp.mx.example.test unsupported TLSA certificate usage: 0 1 1 01',
    '_25._tcp.alias.test -> _25._tcp.mx.example.test: truncated TLSA RR length == 3',
  ]);
});
