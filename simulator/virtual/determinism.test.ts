/** The same seed gives the same events, whatever the program does; another seed gives others. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { VirtualClock } from './clock.ts';
import type { VirtualConnection } from './connection.ts';
import { EventHash } from './event-hash.ts';
import { VirtualNetwork } from './network.ts';
import { VirtualRandom } from './random.ts';

const step = fc.record({
  action: fc.constantFrom('write', 'wait', 'end', 'reset', 'datagram', 'destroy'),
  amount: fc.integer({ min: 1, max: 3000 }),
});
const program = fc.array(fc.array(step, { maxLength: 12 }), { minLength: 1, maxLength: 4 });
type Program = readonly (readonly { readonly action: string; readonly amount: number }[])[];

/** Several clients at once, each doing its steps against an echo server on a bad network. */
async function eventsOf(seed: string, clients: Program): Promise<string> {
  const clock = new VirtualClock();
  const hash = new EventHash();
  const network = new VirtualNetwork({
    clock,
    random: new VirtualRandom(seed),
    observe: (event) => hash.record(event),
    path: { jitterMs: 20, segmentBytes: 700, windowBytes: 2000, datagramLoss: 0.3, datagramDuplication: 0.2 },
  });
  const servers = new Map<number, VirtualConnection>();
  network.listenTcp('192.0.2.1', 25, (connection) => {
    if (connection.remotePort !== undefined) servers.set(connection.remotePort, connection);
    connection.on('error', () => undefined);
    connection.on('data', (chunk) => connection.write(chunk));
    connection.once('end', () => connection.end());
  });
  network.listenUdp('192.0.2.1', 53, (message, _source, reply) => reply(message));
  const host = network.host(['198.51.100.1']);
  const runClient = async (steps: Program[number]) => {
    const socket = await host.openUdp('0.0.0.0');
    const connection = await host.connectTcp({ address: '192.0.2.1', port: 25 });
    connection.on('error', () => undefined);
    connection.resume();
    for (const { action, amount } of steps) {
      if (action === 'write' && connection.writable) connection.write(Buffer.alloc(amount, 'x'));
      if (action === 'datagram') socket.send(Buffer.alloc(amount % 100), 53, '192.0.2.1');
      if (action === 'wait') await new Promise<void>((resolve) => clock.schedule(amount, resolve));
      if (action === 'end') connection.end();
      if (action === 'reset') servers.get(connection.localPort ?? 0)?.resetPeer();
      if (action === 'destroy') connection.destroy();
    }
    await new Promise<void>((resolve) => clock.schedule(60_000, resolve));
  };
  await clock.run(() => Promise.all(clients.map(runClient)));
  expect(hash.count).toBeGreaterThan(0);
  return hash.digest();
}

test('one seed, one hash', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string(), program, async (seed, clients) => {
      expect(await eventsOf(seed, clients)).toBe(await eventsOf(seed, clients));
    }),
    { numRuns: 60 },
  );
});

test('another seed, another hash', async () => {
  const clients = [
    Array.from({ length: 20 }, (_, index) => ({ action: index % 2 === 0 ? 'write' : 'wait', amount: 40 })),
  ];
  const hashes = await Promise.all(['1', '2', '3', '4', '5'].map((seed) => eventsOf(seed, clients)));
  expect(new Set(hashes).size).toBe(5);
});
