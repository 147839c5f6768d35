import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { encodeStatus, MasterChannel } from './master.ts';

test('a process says that it is taken, and available, in the bytes of Postfix', () => {
  expect(encodeStatus(31_594, 0o16, 'taken').toString('hex')).toBe('6a7b00000e00000000000000');
  expect(encodeStatus(31_594, 0o16, 'available').toString('hex')).toBe('6a7b00000e00000001000000');
});

test('each connection is a use, until master(8) is gone', async () => {
  const channel = new PassThrough();
  const gone = new Promise<void>((resolve) => {
    const master = new MasterChannel(channel, 31_594, '16', () => {
      master.used();
      resolve();
    });
    master.used();
  });
  expect(channel.writableLength + channel.readableLength).toBe(24);
  channel.end();
  await gone;
});
