import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AttributeReader, AttributesError, encodeAttributes } from './attributes.ts';

describe('attributes', () => {
  test('are names and values between NULs', () => {
    expect(
      encodeAttributes([
        ['flags', 0],
        ['sender', ''],
      ]).toString(),
    ).toBe('flags\x000\x00sender\x00\x00\x00');
    expect(encodeAttributes([]).toString()).toBe('\x00');
  });

  test('are read back, however they are cut', () => {
    const word = fc.string({ minLength: 1 }).map((text) => text.replaceAll('\0', '?'));
    const list = fc.uniqueArray(fc.tuple(word, word), { selector: ([name]) => name });
    fc.assert(
      fc.property(fc.array(list), fc.integer({ min: 1, max: 9 }), (lists, step) => {
        const bytes = Buffer.concat(lists.map(encodeAttributes));
        const reader = new AttributeReader();
        const read: (readonly [string, string][])[] = [];
        for (let at = 0; at < bytes.length; at += step) {
          for (const found of reader.push(bytes.subarray(at, at + step))) read.push([...found]);
        }
        expect(read).toEqual(lists);
      }),
    );
  });

  test('may not end in the middle', () => {
    const reader = new AttributeReader();
    reader.push(Buffer.from('a\0b\0\0'));
    reader.end();
    reader.push(Buffer.from('a\0'));
    expect(() => reader.end()).toThrow(AttributesError);
  });

  test('without an end are refused', () => {
    const reader = new AttributeReader();
    expect(() => reader.push(Buffer.alloc(2 * 1024 * 1024, 'x'))).toThrow(AttributesError);
  });
});
