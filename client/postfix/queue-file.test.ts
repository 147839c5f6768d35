import { describe, expect, test } from 'vitest';
import { CorruptMessageError } from '../content/message.ts';
import type { SharedFile } from '../platform/daemon.ts';
import { QueueFile, queuePath } from './queue-file.ts';
import type { ReceivedRequest } from './received-request.ts';
import { contentRecords, encodeRecord } from './records.ts';

const hashed = { hash_queue_names: ['deferred', 'active'], hash_queue_depth: 2 };

test.each([
  ['incoming', '715E2240272', 'incoming/715E2240272'],
  ['active', '715E2240272', 'active/7/1/715E2240272'],
  // The microseconds of a long id: 4vgf is A8CAE in base 52.
  ['active', '4bzdFg4vgfz9xy', 'active/A/8/4bzdFg4vgfz9xy'],
])('a file of the queue %s, %s, is %s', (queueName, queueId, path) => {
  expect(queuePath(queueName, queueId, hashed)).toBe(path);
});

/** A file in memory, which is read in small pieces. */
function fileOf(bytes: Buffer): SharedFile & { mode: number } {
  return {
    mode: 0o700,
    read: async (position, length) => bytes.subarray(position, position + length),
    write: (position, written) => void bytes.set(written, position),
    setMode(mode) {
      this.mode = mode;
    },
    close: async () => {},
  };
}

const request = (contentOffset: number) =>
  ({ queueName: 'active', queueId: '1F', contentOffset, sizeBytes: 3 }) as unknown as ReceivedRequest;

async function contentOf(...records: readonly Buffer[]): Promise<string> {
  const start = Buffer.from('ENVELOPE');
  const file = new QueueFile(fileOf(Buffer.concat([start, ...records])), request(start.length));
  const chunks: Uint8Array[] = [];
  for await (const chunk of file.message.chunks()) chunks.push(chunk);
  return Buffer.concat(chunks).toString('latin1');
}

const end = encodeRecord('X');
const pointer = (target: number) => encodeRecord('p', String(target).padStart(15));

describe('the content of a queue file', () => {
  test('is its lines, from the offset that the queue manager names', async () => {
    expect(await contentOf(...contentRecords(Buffer.from('a\n\n.b\n')), end)).toBe('a\n\n.b\n');
  });

  test('has long lines whole', async () => {
    const text = `${'x'.repeat(200_000)}\n`;
    expect(await contentOf(...contentRecords(Buffer.from(text)), end)).toBe(text);
  });

  test('goes on where a pointer says, and over padding', async () => {
    const first = encodeRecord('N', 'first');
    const jump = 'ENVELOPE'.length + first.length + pointer(0).length + encodeRecord('N', 'replaced').length;
    expect(
      await contentOf(
        first,
        pointer(jump),
        encodeRecord('N', 'replaced'),
        encodeRecord('w', 'pad'),
        encodeRecord('N', 'last'),
        end,
      ),
    ).toBe('first\nlast\n');
    expect(await contentOf(first, pointer(0), encodeRecord('N', 'last'), end)).toBe('first\nlast\n');
  });

  test.each([
    [
      'another record',
      [encodeRecord('N', 'a'), encodeRecord('Z'), end],
      'bad record type: 90 in message content',
    ],
    ['no end', [encodeRecord('N', 'a')], 'unexpected end of file in message content'],
    ['half a record', [encodeRecord('N', 'abc').subarray(0, 3)], 'unexpected end of file in message content'],
    [
      'a length without end',
      [Buffer.from('N\xff\xff\xff\xff\xff\xff', 'latin1')],
      'unexpected end of file in message content',
    ],
    ['a pointer to nowhere', [pointer(-5)], 'bad pointer record in message content'],
    [
      'a pointer to itself',
      [encodeRecord('N', 'a'), pointer('ENVELOPE'.length)],
      'pointer records in a circle',
    ],
  ])('with %s is corrupt', async (_, records, message) => {
    const failure = await contentOf(...records).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(CorruptMessageError);
    expect(failure).toMatchObject({ message, file: 'active/1F' });
  });
});

test('a recipient is marked where its record begins', () => {
  const bytes = Buffer.from('xxR\x01a');
  new QueueFile(fileOf(bytes), request(0)).markDone('2');
  expect(bytes.toString()).toBe('xxD\x01a');
});
