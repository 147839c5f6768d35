import { describe, expect, test } from 'vitest';
import { queueFile } from './queue-file.ts';

const text = (content: string) => Buffer.from(queueFile(Buffer.from(content)).bytes).toString('latin1');

describe('a queue file', () => {
  test('has a record for each line, whatever its end', () => {
    expect(text('a\r\n\nbc')).toBe('M\x00N\x01aN\x00N\x02bcX\x00E\x00');
  });

  test('tells where the content begins', () => {
    const { bytes, offset } = queueFile(Buffer.from('.dot\r\n'));
    expect(Buffer.from(bytes.subarray(offset)).toString('latin1')).toBe('N\x04.dotX\x00E\x00');
  });

  test('writes long lengths in groups of seven bits', () => {
    expect(text('x'.repeat(300)).slice(2, 6)).toBe('N\xac\x02x');
  });

  test('holds a long line in parts, of which only the last ends it', () => {
    const parts = text('x'.repeat(5000)).match(/[LN][^x]{2}x+/g) ?? [];
    expect(parts.map((part) => `${part[0]}${part.length - 3}`)).toEqual(['L2048', 'L2048', 'N904']);
  });

  test('has spaces for carriage returns within lines, and leaves the source as it was', () => {
    const source = Buffer.from('a\rb\r\r\n\r');
    expect(Buffer.from(queueFile(source).bytes).toString()).toBe('M\x00N\x04a b N\x01 X\x00E\x00');
    expect(source.toString()).toBe('a\rb\r\r\n\r');
  });

  test('may be empty', () => {
    expect(text('')).toBe('M\x00X\x00E\x00');
  });

  test('has a bad record where the content ends when it is to be corrupt', () => {
    expect(Buffer.from(queueFile(Buffer.from('a'), true).bytes).toString()).toBe('M\x00N\x01aZ\x00E\x00');
  });
});
