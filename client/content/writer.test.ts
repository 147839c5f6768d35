import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { messageFromBytes } from './message.ts';
import { contentPieces } from './writer.ts';

async function written(
  source: string | readonly Uint8Array[],
  lineLimitBytes = 998,
  onBreak = () => {},
): Promise<string> {
  const chunks = typeof source === 'string' ? [Buffer.from(source, 'latin1')] : source;
  const pieces: Buffer[] = [];
  for await (const piece of contentPieces(chunks, { lineLimitBytes, onBreak })) pieces.push(piece);
  return Buffer.concat(pieces).toString('latin1');
}

describe('line ends', () => {
  test.each([
    ['a\nb\n', 'a\r\nb\r\n'],
    ['a\r\nb\r\n', 'a\r\nb\r\n'],
    ['a\nb', 'a\r\nb\r\n'],
    ['a\n\nb\n', 'a\r\n\r\nb\r\n'],
    ['', ''],
    ['a\rb\n', 'a b\r\n'],
    ['a\r\r\nb', 'a \r\nb\r\n'],
    ['a\r', 'a \r\n'],
  ])('%j is sent as %j', async (source, sent) => {
    expect(await written(source)).toBe(sent);
  });
});

describe('dots', () => {
  test.each([
    ['.a\n..\n.\nb.\n', '..a\r\n...\r\n..\r\nb.\r\n'],
    ['\n.', '\r\n..\r\n'],
  ])('%j is sent as %j', async (source, sent) => {
    expect(await written(source)).toBe(sent);
  });
});

describe('long lines', () => {
  test('a line of exactly the limit stays whole, one more byte breaks it', async () => {
    expect(await written(`${'x'.repeat(998)}\n`)).toBe(`${'x'.repeat(998)}\r\n`);
    expect(await written(`${'x'.repeat(999)}\n`)).toBe(`${'x'.repeat(998)}\r\n x\r\n`);
  });

  test('continuations carry one byte less, for their space', async () => {
    const lines = (await written(`${'x'.repeat(5000)}\n`)).split('\r\n');
    expect(lines.map((line) => line.length)).toEqual([998, 998, 998, 998, 998, 15, 0]);
    expect(lines.slice(1, 6).every((line) => line.startsWith(' '))).toBe(true);
  });

  test('a stuffed dot does not count, and a continuation is never stuffed', async () => {
    expect(await written('.234567890.2345\n', 10)).toBe('..234567890\r\n .2345\r\n');
  });

  test('no limit breaks nothing', async () => {
    expect(await written('x'.repeat(100_000), 0)).toBe(`${'x'.repeat(100_000)}\r\n`);
  });

  test('the first break is told once', async () => {
    let breaks = 0;
    await written(`${'x'.repeat(5000)}\n${'y'.repeat(5000)}\n`, 998, () => {
      breaks += 1;
    });
    expect(breaks).toBe(1);
  });
});

const text = fc
  .array(fc.constantFrom('\r', '\n', '.', 'a', 'bb', '\xff', '\0', ' ', 'x'.repeat(50)), { maxLength: 60 })
  .map((parts) => parts.join(''));

test('where the source is cut into chunks makes no difference', async () => {
  await fc.assert(
    fc.asyncProperty(
      text,
      fc.array(fc.nat(20), { maxLength: 10 }),
      fc.constantFrom(0, 2, 7, 998),
      async (source, cuts, limit) => {
        const bytes = Buffer.from(source, 'latin1');
        const chunks: Buffer[] = [];
        let position = 0;
        for (const cut of cuts) {
          chunks.push(bytes.subarray(position, position + cut));
          position += cut;
        }
        chunks.push(bytes.subarray(position));
        expect(await written(chunks, limit)).toBe(await written(source, limit));
      },
    ),
  );
});

test('what is sent is well formed: no bare CR or LF, no lone dot, no line over the limit', async () => {
  await fc.assert(
    fc.asyncProperty(text, async (source) => {
      const sent = await written(source, 20);
      expect(sent).not.toMatch(/\r(?!\n)|(?<!\r)\n/);
      expect(sent === '' || sent.endsWith('\r\n')).toBe(true);
      for (const line of sent.split('\r\n')) {
        expect(line).not.toBe('.');
        expect(line.length).toBeLessThanOrEqual(line.startsWith('..') ? 21 : 20);
      }
    }),
  );
});

test('SIZE is what goes out, but for dots and broken lines', async () => {
  await fc.assert(
    fc.asyncProperty(text, async (source) => {
      const sent = await written(source.replaceAll('.', ','), 0);
      expect(messageFromBytes(Buffer.from(source, 'latin1')).sizeBytes).toBe(sent.length);
    }),
  );
});

test.each([
  ['Content-Transfer-Encoding: 8bit\n\nx', '8bit'],
  ['Subject: x\r\ncontent-transfer-encoding:\r\n BASE64\r\n\r\nx', '7bit'],
  ['Subject: x\n\nContent-Transfer-Encoding: 8bit\n', undefined],
  ['Content-Transfer-Encoding: x-strange\n\n', undefined],
])('the encoding of %j is %j', (source, encoding) => {
  expect(messageFromBytes(Buffer.from(source)).encoding).toBe(encoding);
});

test('UTF-8 counts in headers, not in the body', () => {
  expect(messageFromBytes(Buffer.from('Subject: ü\n\nx')).utf8Headers).toBe(true);
  expect(messageFromBytes(Buffer.from('Subject: u\n\nü')).utf8Headers).toBe(false);
});
