import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as write from '../../../simulator/certificates/der.ts';
import { contentOf, DerError, readAll, readBits, readElement, readOid, readSeries, TAG } from './der.ts';

describe('what is written is read again', () => {
  test.each(['1.2.840.113549.1.1.11', '2.5.29.17', '0.9.2342', '2.16.840.1.113730.4.1', '1.3.101.112'])(
    '%s',
    (id) => {
      expect(readOid(readElement(write.oid(id)))).toBe(id);
    },
  );

  test.each([0, 127, 128, 255, 256, 65_535, 65_536])('%i bytes', (length) => {
    expect(contentOf(readElement(write.octets(Buffer.alloc(length))), TAG.octets)).toHaveLength(length);
  });

  test('an identifier made of a UUID', () => {
    const bytes = Buffer.from(`69${'ff'.repeat(18)}7f`, 'hex');
    expect(readOid(readElement(write.element(TAG.oid, bytes)))).toBe(`#${bytes.toString('hex')}`);
  });

  test('named bits', () => {
    const has = readBits(readElement(write.namedBits([0, 5, 8])));
    expect([0, 1, 5, 7, 8, 9, 100].filter(has)).toEqual([0, 5, 8]);
  });

  test('elements inside others', () => {
    const element = readElement(write.sequence(write.integer(1), write.sequence(), write.nothing()));
    expect(readAll(element, TAG.sequence).map(({ tag }) => tag)).toEqual([0x02, 0x30, 0x05]);
  });
});

test.each([
  ['nothing', ''],
  ['no length', '30'],
  ['cut off', '300301'],
  ['no definite length', '3080010100000'.slice(0, 12)],
  ['length of the length cut off', '3082'],
  ['length of four bytes', '308400000000'],
  ['bytes behind it', '300000'],
])('%s', (_, hex) => {
  expect(() => readElement(Buffer.from(hex, 'hex'))).toThrow(DerError);
});

test.each([
  ['no identifier', '0600'],
  ['identifier cut off', '060186'],
])('%s', (_, hex) => {
  expect(() => readOid(readElement(Buffer.from(hex, 'hex')))).toThrow(DerError);
});

test('more elements than anybody needs', () => {
  expect(() => readSeries(Buffer.from('0500'.repeat(1_001), 'hex'))).toThrow(DerError);
});

test('any bytes: elements that fill them, or a DerError', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      try {
        const elements = readSeries(Buffer.from(bytes));
        expect(Buffer.concat(elements.map(({ whole }) => whole))).toEqual(Buffer.from(bytes));
      } catch (error) {
        if (!(error instanceof DerError)) throw error;
      }
    }),
  );
});
