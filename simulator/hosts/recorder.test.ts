import { duplexPair } from 'node:stream';
import { expect, test } from 'vitest';
import type { Connection } from '../../client/platform/platform.ts';
import { VirtualClock } from '../virtual/clock.ts';
import { RECORDED_BYTES_LIMIT, sessionRecorder } from './recorder.ts';

const ADDRESSES = {
  remoteAddress: '198.51.100.7',
  remotePort: 40_000,
  localAddress: '::ffff:192.0.2.1',
  localPort: 25,
};

function recorded() {
  const [client, inner] = duplexPair();
  const recorder = sessionRecorder(new VirtualClock());
  const tap = recorder.tap('a', Object.assign(inner, ADDRESSES) as Connection);
  const session = recorder.sessions[0] ?? expect.fail();
  return { client, tap, session };
}

test('passes everything on and writes down both directions and both ends', async () => {
  const { client, tap, session } = recorded();
  const seen: string[] = [];
  tap.on('data', (chunk: Buffer) => seen.push(String(chunk)));
  tap.write('220 a\r\n');
  client.resume();
  client.write('EHLO c\r\n');
  client.end('QUIT\r\n');
  await new Promise((resolve) => tap.on('end', resolve));
  tap.fault('pause');
  tap.end();
  await new Promise((resolve) => client.on('end', resolve));
  expect(seen).toEqual(['EHLO c\r\n', 'QUIT\r\n']);
  expect(session).toMatchObject({ host: 'a', address: '192.0.2.1', port: 25 });
  expect(
    session.entries.map((entry) =>
      'bytes' in entry ? `${entry.from} ${String(entry.bytes)}` : `${entry.from} ${entry.event}`,
    ),
  ).toEqual([
    'server 220 a\r\n',
    'client EHLO c\r\n',
    'client QUIT\r\n',
    'client close',
    'server fault',
    'server close',
  ]);
});

test('recording stops at its limit, the connection goes on, its ends are still noted', async () => {
  const { client, tap, session } = recorded();
  const chunk = Buffer.alloc(1024 * 1024);
  let received = 0;
  tap.on('data', (bytes: Buffer) => {
    received += bytes.length;
  });
  const chunks = RECORDED_BYTES_LIMIT / chunk.length + 3;
  for (let sent = 0; sent < chunks; sent += 1) client.write(chunk);
  client.end();
  await new Promise((resolve) => tap.on('end', resolve));
  expect(received).toBe(chunks * chunk.length);
  expect(session.entries.filter((entry) => 'bytes' in entry)).toHaveLength(chunks - 3);
  expect(session.entries.slice(-2)).toMatchObject([
    { event: 'fault', text: expect.stringContaining('recording stopped') },
    { event: 'close' },
  ]);
});
