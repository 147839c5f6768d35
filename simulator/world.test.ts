import { describe, expect, test } from 'vitest';
import { resolveSettings } from '../client/config/settings.ts';
import { messageFromBytes } from '../client/content/message.ts';
import { deliver } from '../client/deliver.ts';
import type { Connection } from '../client/platform/platform.ts';
import type { DeliveryRequest } from '../client/request.ts';
import { zone } from './dns/zone.ts';
import { mailHost } from './hosts/declarative.ts';
import { listening } from './places.ts';
import { transcript } from './session-view.ts';
import { CLIENT_ADDRESSES, createWorld, type World, type WorldDescription } from './world.ts';

const description: WorldDescription = {
  dns: zone('example.test', { MX: '10 mx', mx: '192.0.2.1', empty: '192.0.2.9' }),
  hosts: { mx: mailHost() },
};

/** Says each line once the server has said something. */
async function talk(connection: Connection, lines: readonly string[]): Promise<void> {
  const left = [...lines];
  await new Promise<void>((resolve) => {
    connection.on('data', () => {
      const line = left.shift();
      if (line === undefined) connection.end();
      else connection.write(`${line}\r\n`);
    });
    connection.on('end', () => connection.end());
    connection.on('close', () => resolve());
  });
}

async function visit(world: World): Promise<void> {
  await world.run(async () => {
    const answer = await world.resolver.query('mx.example.test', 'A');
    const [record] = answer.records;
    if (record?.type !== 'A') throw new Error('no address');
    const { network } = world.platform;
    await talk(await network.connectTcp({ address: record.address, port: 25 }), ['EHLO client.test', 'QUIT']);
  });
}

describe('a world', () => {
  test('has names, hosts, and eyes', async () => {
    const world = createWorld(description);
    await visit(world);
    expect(world.sessions.map((session) => transcript(session)[1])).toEqual(['C: EHLO client.test']);
    expect(world.queries).toMatchObject([{ name: 'mx.example.test', type: 'A', transport: 'udp' }]);
    expect(world.queries[0]?.answer).toBe('NOERROR; mx.example.test. 300 IN A 192.0.2.1');
    expect(world.attempts).toMatchObject([{ host: 'mx', address: '192.0.2.1', port: 25, accepted: true }]);
    expect(world.listening.get('mx')).toEqual(['192.0.2.1']);
  });

  test('is the same in every run of a seed, and another with another seed', async () => {
    const hashes = [];
    for (const seed of [1, 1, 2]) {
      const world = createWorld({ ...description, seed });
      await visit(world);
      hashes.push(world.eventHash());
    }
    expect(hashes[0]).toBe(hashes[1]);
    expect(hashes[0]).not.toBe(hashes[2]);
  });

  test('refuses where an address has no host, knows no route elsewhere, and obeys network settings', async () => {
    const world = createWorld({ ...description, network: { mx: 'refused' } });
    const codes = await world.run(async () =>
      Promise.all(
        ['192.0.2.9', '203.0.113.1', '192.0.2.1'].map((address) =>
          world.platform.network.connectTcp({ address, port: 25 }).then(
            () => 'connected',
            (error: NodeJS.ErrnoException) => error.code,
          ),
        ),
      ),
    );
    expect(codes).toEqual(['ECONNREFUSED', 'EHOSTUNREACH', 'ECONNREFUSED']);
    expect(world.attempts.map(({ host, accepted }) => [host, accepted])).toEqual([
      ['empty', false],
      [undefined, false],
      ['mx', false],
    ]);
  });

  test('knows the client by name', async () => {
    const world = createWorld({ hostname: 'out.sender.test' });
    const answer = await world.run(() => world.resolver.query('out.sender.test', 'AAAA'));
    expect(answer.records).toMatchObject([{ address: CLIENT_ADDRESSES[1] }]);
  });

  test('has local sockets', async () => {
    const world = createWorld({
      hosts: { store: listening({ unix: '/run/lmtp' }, mailHost({ protocol: 'lmtp' })) },
    });
    await world.run(async () =>
      talk(await world.platform.network.connectUnix('/run/lmtp'), ['LHLO client.test', 'QUIT']),
    );
    expect(world.sessions).toMatchObject([{ host: 'store', address: '/run/lmtp', port: 0 }]);
  });

  test('carries a delivery of our client', async () => {
    const world = createWorld({ ...description, hosts: { mx: mailHost({ rcpt: '450 4.2.1 later' }) } });
    const settings = resolveSettings(new Map(), 'smtp', { hostname: world.hostname });
    const request: DeliveryRequest = {
      queueId: '1',
      service: 'smtp',
      nexthop: 'example.test',
      sender: 'a@client.test',
      recipients: [{ address: 'b@example.test' }],
      message: messageFromBytes(Buffer.from('Subject: x\n\nHello.\n')),
      arrivedAtMs: world.platform.clock.now(),
    };
    const { outcomes } = await world.run(() => deliver(request, { ...world, settings }));
    expect(outcomes).toMatchObject([{ status: 'deferred', dsn: '4.2.1' }]);
    expect(world.log.at(-1)).toMatch(/^1: to=<b@example.test>, relay=mx.example.test.*status=deferred/);
    expect(world.deliveries).toEqual([]);
  });

  test('ends work that waits for nothing', async () => {
    const world = createWorld();
    await expect(world.run(() => new Promise(() => {}))).rejects.toThrow(/deadlock/);
  });
});
