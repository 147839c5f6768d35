/** The same TLS on real sockets: what a client sees of it, faults included, is what it sees in virtual time. */
import net from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { nodePlatform } from '../../client/platform/node.ts';
import type { Connection } from '../../client/platform/platform.ts';
import { authority } from '../certificates/authority.ts';
import { mailHost } from '../hosts/declarative.ts';
import { type SessionRecorder, sessionRecorder } from '../hosts/recorder.ts';
import { ENVELOPE, TestClient } from '../hosts/testing.ts';
import type { TlsOptions } from '../hosts/tls/options.ts';
import { secure, secureConnection } from '../hosts/tls/testing.ts';
import { type ServedHost, serveHost } from './serve.ts';

const { clock, random } = nodePlatform();
const ca = authority('Test CA');
const credential = ca.issue('a.example.test');
const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function serve(tls: TlsOptions): Promise<ServedHost & { recorder: SessionRecorder }> {
  const recorder = sessionRecorder(clock);
  const place = { address: '127.0.0.1', port: 0 };
  const served = await serveHost(mailHost({ tls }), place, { name: 'a', clock, random, recorder });
  closing.push(() => served.close());
  return { ...served, recorder };
}

function open({ address, port }: ServedHost): Connection {
  return net.connect({ host: address, port, allowHalfOpen: true }) as Connection;
}

async function secured(served: ServedHost, options: Parameters<typeof secure>[1] = {}) {
  const plain = new TestClient(open(served));
  await plain.reply();
  await plain.askAll('EHLO client.test', 'STARTTLS');
  return secure(plain, options);
}

test('a big message, and the record of what was said inside', async () => {
  const served = await serve({ credential });
  const { client, socket } = await secured(served, { servername: 'a.example.test', ca: ca.pem });
  expect(socket.authorized).toBe(true);
  await client.askAll(...ENVELOPE);
  const content = 'x'.repeat(78).concat('\r\n').repeat(40_000);
  expect(await client.ask(`${content}.`)).toMatch(/^250 /);
  expect(await client.quit()).toMatch(/^221 /);
  await served.idle();
  expect(served.host.deliveries.map((delivery) => String(delivery.content) === content)).toEqual([true]);
  const entries = served.recorder.sessions[0]?.entries ?? expect.fail();
  const begun = entries.find((entry) => 'event' in entry);
  expect(begun).toMatchObject({ event: 'tls', tls: { sni: 'a.example.test', protocol: 'TLSv1.3' } });
  expect(entries.slice(-2)).toMatchObject([{ event: 'close' }, { event: 'close' }]);
});

test('TLS from the first byte, and a resumed session', async () => {
  const served = await serve({ credential, wrapper: true, maxVersion: 'TLSv1.2' });
  const first = await secureConnection(open(served));
  expect(await first.client.reply()).toBe('220 a ESMTP');
  const session = first.socket.getSession();
  await first.client.quit();
  const second = await secureConnection(open(served), { session });
  expect(await second.client.reply()).toBe('220 a ESMTP');
  expect(second.socket.isSessionReused()).toBe(true);
  await second.client.quit();
});

test.each<[string, TlsOptions, string]>([
  ['text in place of TLS', { handshake: { instead: '500 what?\r\n' } }, 'ERR_SSL_WRONG_VERSION_NUMBER'],
  ['an alert', { handshake: { alert: 112 } }, 'ERR_SSL_TLSV1_UNRECOGNIZED_NAME'],
  ['close', { handshake: { afterBytes: 0 } }, 'ECONNRESET'],
  ['reset', { handshake: { afterBytes: 0, then: 'reset' } }, 'ECONNRESET'],
  ['a cut flight', { handshake: { afterBytes: 90 } }, 'ECONNRESET'],
  ['a damaged byte', { handshake: { corruptByte: 20 } }, 'ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC'],
  [
    'no common version',
    { minVersion: 'TLSv1', maxVersion: 'TLSv1.1' },
    'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
  ],
])('%s', async (_, tls, code) => {
  const served = await serve(tls);
  await expect(secured(served, { ecdhCurve: 'X25519' })).rejects.toMatchObject({ code });
  await served.idle();
  expect(served.host.problems()).toEqual([]);
});
