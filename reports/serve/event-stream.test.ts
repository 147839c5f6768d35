import { once } from 'node:events';
import { createServer, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { Bench } from './bench.ts';
import { EventStreams } from './event-stream.ts';

test('a page whose connection was lost this moment does not keep the end waiting', async () => {
  const bench = new Bench({
    order: { selectors: [], senders: ['nexthop'], world: 'virtual', seed: 1, jobs: 1, version: '0.1.0' },
    results: undefined,
    keep: async (results) => results,
    nowMs: () => 0,
  });
  const streams = new EventStreams(bench);
  const server = createServer((request, response) => streams.add(request, response)).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const asked = once(server, 'request') as Promise<[IncomingMessage]>;
  get({ port: (server.address() as AddressInfo).port }).on('error', () => {});
  const [request] = await asked;
  request.socket.destroy();
  await expect(streams.close()).resolves.toBeUndefined();
}, 5_000);
