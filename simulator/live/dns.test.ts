import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import { decode, encode, type Packet, streamEncode } from 'dns-packet';
import { afterEach, expect, test } from 'vitest';
import { createResolver } from '../../client/dns/resolver.ts';
import { nodePlatform } from '../../client/platform/node.ts';
import { zone } from '../dns/zone.ts';
import { type LiveDns, serveDns } from './dns.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

const serve = async (): Promise<LiveDns> => {
  const live = await serveDns({
    zones: [
      zone('example.test', {
        ad: true,
        MX: Array.from({ length: 60 }, (_, at) => `${at} mx${at}`),
        a: { A: '192.0.2.1', TLSA: '3 1 1 00ff' },
        silent: { fault: 'noAnswer' },
      }),
    ],
    address: '127.0.0.1',
    port: 0,
  });
  cleanUps.push(() => live.close());
  return live;
};

const query = (type: 'A' | 'MX' | 'TLSA', name: string): Packet => ({
  type: 'query',
  id: 9,
  flags: 0x120,
  questions: [{ type, name }],
});

async function askUdp(port: number, type: 'A' | 'MX' | 'TLSA', name: string) {
  const socket: Socket = createSocket('udp4');
  cleanUps.push(() => socket.close());
  socket.send(encode(query(type, name)), port, '127.0.0.1');
  const [message] = await once(socket, 'message');
  return decode(message);
}

test('real sockets: UDP, TCP after truncation, TLSA, AD', async () => {
  const live = await serve();
  expect(await askUdp(live.port, 'A', 'a.example.test')).toMatchObject({
    id: 9,
    flag_ad: true,
    answers: [{ type: 'A', data: '192.0.2.1' }],
  });
  const tlsa = await askUdp(live.port, 'TLSA', 'a.example.test');
  expect(tlsa.answers).toMatchObject([{ data: { usage: 3, certificate: Buffer.from([0, 255]) } }]);
  expect(await askUdp(live.port, 'MX', 'example.test')).toMatchObject({ flag_tc: true, answers: [] });

  const socket = connect(live.port, '127.0.0.1');
  cleanUps.push(() => socket.destroy());
  socket.write(streamEncode(query('MX', 'example.test')));
  let received = Buffer.alloc(0);
  for await (const chunk of socket) {
    received = Buffer.concat([received, chunk]);
    if (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) break;
  }
  expect(decode(received.subarray(2)).answers).toHaveLength(60);
  expect(live.queries.map(({ type, transport }) => `${type} ${transport}`)).toEqual([
    'A udp',
    'TLSA udp',
    'MX udp',
    'MX tcp',
  ]);
});

test("the client's resolver asks it over real sockets", async () => {
  const live = await serve();
  const resolver = createResolver({
    ...nodePlatform(),
    servers: [{ address: '127.0.0.1', port: live.port }],
  });
  const answer = await resolver.query('example.test', 'MX', { dnssec: true });
  expect(answer).toMatchObject({ rcode: 'NOERROR', authenticated: true });
  expect(answer.records).toHaveLength(60);
});

test('closing does not wait for clients', async () => {
  const live = await serve();
  const socket = connect(live.port, '127.0.0.1');
  cleanUps.push(() => socket.destroy());
  socket.on('error', () => {});
  socket.write(streamEncode(query('A', 'silent.example.test')));
  while (live.queries.length === 0) await new Promise((resolve) => setImmediate(resolve));
  await live.close();
  cleanUps.length = 0;
  socket.destroy();
});

test('a port that is taken is an error', async () => {
  const live = await serve();
  await expect(serveDns({ zones: [], address: '127.0.0.1', port: live.port })).rejects.toThrow('EADDRINUSE');
});
