import { describe, expect, test } from 'vitest';
import { zone } from '../../simulator/dns/zone.ts';
import { mailHost } from '../../simulator/hosts/declarative.ts';
import { transcript } from '../../simulator/session-view.ts';
import { connectedPair, type TestWorld, testWorld, wait } from '../../simulator/virtual/testing.ts';
import { createWorld } from '../../simulator/world.ts';
import { createClient } from '../client.ts';
import { resolveSettings } from '../config/settings.ts';
import type { ClientEvent } from '../events.ts';
import { nodePlatform } from '../platform/node.ts';
import { Tables } from '../tables/tables.ts';
import { FeatureStatus } from '../tls/feature-status.ts';
import { completePolicy } from '../tls/policy/complete.ts';
import { RequireTls } from '../tls/requiretls/requiretls.ts';
import { TlsService } from '../tls/service.ts';
import { SessionCache } from './cache.ts';
import { Session } from './session.ts';

const settings = resolveSettings(new Map(), 'smtp', { hostname: 'client.test' });
const tables = new Tables({
  settings,
  service: 'smtp',
  platform: nodePlatform(),
  addressesOf: async () => [],
});
const engine = new TlsService({
  settings,
  service: 'smtp',
  tables,
  platform: nodePlatform(),
  emit: () => {},
});
const peer = { host: 'mx.example.test', address: '192.0.2.1', port: 25 };

async function idle(world: TestWorld, id = 'one') {
  const events: ClientEvent[] = [];
  const { client, server } = await connectedPair(world);
  const session = new Session(client, {
    id,
    peer,
    service: 'smtp',
    settings,
    tables,
    security: {
      engine,
      policy: await completePolicy('example.test', 'none', { trustAnchorFiles: [] }, undefined, {
        settings,
        service: 'smtp',
        files: nodePlatform().files,
        warn: () => {},
      }).then((policy) => ('level' in policy ? policy : expect.unreachable(policy.reason))),
      target: { ...peer, nexthop: 'example.test', domain: 'example.test' },
      requireTls: new RequireTls({ action: 'disable', status: new FeatureStatus(), note: () => {} }),
      features: new FeatureStatus(),
      reportTo: undefined,
    },
    clock: world.clock,
    emit: (event) => events.push(event),
    reusableUntilMs: world.clock.now() + 300_000,
  });
  return { kept: session.release(), server, client, events };
}

describe('a connection that waits', () => {
  test('is closed when its time is up', async () => {
    const world = testWorld();
    await world.clock.run(async () => {
      const cache = new SessionCache(world.clock);
      const { kept, client, events } = await idle(world);
      cache.keep(kept, { address: 'a' }, 2000);
      await wait(world, 1999);
      expect(client.destroyed).toBe(false);
      await wait(world, 1);
      expect(client.destroyed).toBe(true);
      expect(events).toEqual([{ type: 'disconnected', session: 'one', how: 'closed' }]);
      expect(cache.takeByAddress('a')).toBeUndefined();
    });
  });

  test('does no harm when it breaks, and holds back what the server says', async () => {
    const world = testWorld();
    await world.clock.run(async () => {
      const cache = new SessionCache(world.clock);
      const broken = await idle(world);
      const flooded = await idle(world);
      cache.keep(broken.kept, { address: 'a' }, 2000);
      cache.keep(flooded.kept, { address: 'b' }, 2000);
      flooded.server.write(Buffer.alloc(10_000_000, '421 busy\r\n'));
      broken.server.resetPeer();
      await wait(world, 1000);
      expect(flooded.server.writableLength).toBeGreaterThan(1_000_000);
      expect(flooded.client.readableLength).toBeLessThan(100_000);
      expect(cache.takeByAddress('a')).toBe(broken.kept);
      expect(cache.takeByAddress('b')).toBe(flooded.kept);
      flooded.client.destroy();
      flooded.server.on('error', () => {}).destroy();
    });
  });

  test('gives way when there are too many, the one that has waited longest first', async () => {
    const world = testWorld();
    await world.clock.run(async () => {
      const cache = new SessionCache(world.clock);
      const all = [];
      for (let number = 0; number < 103; number += 1) {
        const one = await idle(world, String(number));
        cache.keep(one.kept, { address: String(number) }, 2000);
        all.push(one);
      }
      expect(all.filter(({ client }) => client.destroyed)).toEqual(all.slice(0, 3));
      for (const { connection } of cache.drain()) connection.destroy();
    });
  });

  test('is found by next hop for as long as it waits, whoever put it there', async () => {
    const world = testWorld();
    await world.clock.run(async () => {
      const cache = new SessionCache(world.clock);
      const first = await idle(world);
      const second = await idle(world);
      cache.keep(first.kept, { address: 'a', nexthop: 'example.test' }, 2000);
      cache.keep(second.kept, { address: 'a' }, 2000);
      expect(cache.takeByNexthop('example.test')).toEqual({ kept: first.kept, peer });
      expect(cache.takeByNexthop('example.test')).toEqual({ kept: second.kept, peer });
      expect(cache.takeByNexthop('example.test')).toBeUndefined();
      first.client.destroy();
      second.client.destroy();
    });
  });

  test('is not accepted any more after drain', async () => {
    const world = testWorld();
    await world.clock.run(async () => {
      const cache = new SessionCache(world.clock);
      const { kept, client } = await idle(world);
      expect(cache.drain()).toEqual([]);
      cache.keep(kept, { address: 'a' }, 2000);
      expect(client.destroyed).toBe(true);
    });
  });
});

test('closing a client says QUIT on what was kept', async () => {
  const world = createWorld({
    dns: zone('example.test', { MX: '10 mx', mx: '192.0.2.1' }),
    hosts: { mx: mailHost() },
  });
  await world.run(async () => {
    const client = await createClient({
      ...world,
      parameters: { smtp_connection_cache_destinations: 'example.test' },
    });
    const mail = { sender: '', recipients: ['user@example.test'], content: 'Subject: x\r\n\r\n' };
    for (const use of [1, 2]) {
      const [outcome] = await client.deliver(mail);
      expect(outcome?.timing.connectionUse).toBe(use);
    }
    await client.close();
  });
  const [session, ...others] = world.sessions;
  expect(others).toEqual([]);
  expect(session && transcript(session).at(-2)).toBe('C: QUIT');
});
