import { mkdtemp, rm } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { nodePlatform } from '../../client/platform/node.ts';
import type { Connection } from '../../client/platform/platform.ts';
import { mailHost } from '../hosts/declarative.ts';
import { dialogueHost } from '../hosts/dialogue.ts';
import { expectClose, reset } from '../hosts/dialogue-steps.ts';
import type { MailHostDefinition } from '../hosts/host.ts';
import { type SessionRecorder, sessionRecorder } from '../hosts/recorder.ts';
import { stockHost } from '../hosts/stock.ts';
import { ENVELOPE, TestClient } from '../hosts/testing.ts';
import { type ListenTarget, type ServedHost, serveHost } from './serve.ts';

const { clock, random } = nodePlatform();
const LOOPBACK = { address: '127.0.0.1', port: 0 };
const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function serve(
  definition: MailHostDefinition,
  target: ListenTarget = LOOPBACK,
): Promise<ServedHost & { recorder: SessionRecorder }> {
  const recorder = sessionRecorder(clock);
  const served = await serveHost(definition, target, { name: 'a', clock, random, recorder });
  closing.push(() => served.close());
  return { ...served, recorder };
}

function connect(served: ServedHost): TestClient {
  const options = served.port === 0 ? { path: served.address } : { host: served.address, port: served.port };
  return new TestClient(net.connect({ ...options, allowHalfOpen: true }) as Connection);
}

test.each([
  ['declarative', mailHost()],
  ['stock', stockHost()],
])('a %s host on TCP takes a big message', async (_, definition) => {
  const served = await serve(definition);
  const client = connect(served);
  await client.reply();
  await client.askAll(...ENVELOPE);
  const content = 'x'.repeat(78).concat('\r\n').repeat(40_000);
  expect(await client.ask(`${content}.`)).toMatch(/^250 /);
  expect(await client.quit()).toMatch(/^221 /);
  expect(served.host.deliveries.map((delivery) => String(delivery.content) === content)).toEqual([true]);
  expect(served.recorder.sessions).toMatchObject([{ host: 'a', address: '127.0.0.1', port: served.port }]);
});

test('a unix socket', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'nexthop-'));
  closing.push(() => rm(folder, { recursive: true }));
  const path = join(folder, 'lmtp');
  const served = await serve(mailHost({ protocol: 'lmtp', faults: [{ at: 'mail', then: 'reset' }] }), {
    path,
  });
  const client = connect(served);
  expect(await client.reply()).toBe('220 a LMTP');
  client.send('LHLO c\r\nMAIL FROM:<>\r\nNOOP\r\n');
  await client.rest();
  expect(served.host.problems()).toEqual([]);
  expect(served.recorder.sessions).toMatchObject([{ address: path, port: 0 }]);
  await expect(serve(mailHost(), { path })).rejects.toThrow(`cannot listen on ${path}: EADDRINUSE`);
});

test('a reset is a reset, a close of the client is seen', async () => {
  const served = await serve(dialogueHost(['S: 220 a', 'C: EHLO *', reset()], ['S: 220 b', expectClose()]));
  const first = connect(served);
  await first.reply();
  expect(await first.ask('EHLO c')).toBe('<ECONNRESET>');
  const second = connect(served);
  await second.reply();
  second.connection.end();
  expect(await second.rest()).toBe('<close>');
  expect(served.host.problems()).toEqual([]);
});

test('close drops what is open', async () => {
  const served = await serve(mailHost());
  const client = connect(served);
  await client.reply();
  await served.close();
  expect(await client.rest()).toBe('<close>');
  client.connection.destroy();
});
