/** TLS of whole deliveries, as far as scenarios do not show it: what is shared, what is given up, what is closed. */
import { expect, test } from 'vitest';
import { authority } from '../../simulator/certificates/authority.ts';
import { zone } from '../../simulator/dns/zone.ts';
import { mailHost } from '../../simulator/hosts/declarative.ts';
import type { TlsOptions } from '../../simulator/hosts/tls/options.ts';
import { tableServer } from '../../simulator/tables/table-server.ts';
import { createWorld, type World } from '../../simulator/world.ts';
import { createClient } from '../client.ts';

const PLACE = { address: '192.0.2.9', port: 7000 };
const MAP = 'socketmap:inet:tables.example.test:7000:m';
const ca = authority('Example CA');
const credential = ca.issue('mx.example.test');
const worldOf = (tls: TlsOptions) =>
  createWorld({
    dns: zone('example.test', { MX: '10 mx', mx: '192.0.2.1' }),
    hosts: { mx: mailHost({ tls: { credential, ...tls } }) },
    files: { '/run/ca.pem': ca.pem },
  });
const clientOf = (world: World, parameters: Readonly<Record<string, string>>) =>
  createClient({ ...world, parameters, onEvent: world.emit });
const mail = { sender: 'a@client.test', recipients: ['b@example.test'], content: 'Subject: x\n\nHello\n' };
const secured = (world: World) => world.events.filter((event) => event.type === 'secured');

test('a delivery that is given up in the midst of a handshake ends at once', async () => {
  const world = worldOf({ handshake: { instead: '', then: 'silent' } });
  const { clock } = world.platform;
  await world.run(async () => {
    const client = await clientOf(world, { smtp_tls_security_level: 'may' });
    const stop = new AbortController();
    clock.schedule(5_000, () => stop.abort());
    const startMs = clock.now();
    const [outcome] = await client.deliver(mail, { signal: stop.signal });
    expect(clock.now() - startMs).toBe(5_000);
    expect(outcome).toMatchObject({ status: 'deferred', dsn: '4.3.2' });
    await client.close();
  });
  expect(world.log.filter((line) => line.includes('SSL_connect'))).toEqual([]);
});

test.each(['TLSv1.2', 'TLSv1.3'] as const)('deliveries of a client share sessions: %s', async (version) => {
  const world = worldOf({ minVersion: version, maxVersion: version });
  await world.run(async () => {
    const client = await clientOf(world, {
      smtp_tls_security_level: 'verify',
      smtp_tls_CAfile: '/run/ca.pem',
      smtp_tls_session_cache_database: 'btree:/run/sessions',
    });
    const outcomes = [...(await client.deliver(mail)), ...(await client.deliver(mail))];
    expect(outcomes.map(({ status }) => status)).toEqual(['sent', 'sent']);
    await client.close();
  });
  expect(secured(world)).toMatchObject([
    { resumed: false, matched: true, protocol: version },
    { resumed: true, matched: true, protocol: version },
  ]);
});

test('a session is not resumed at another level', async () => {
  const world = worldOf({});
  const common = { smtp_tls_CAfile: '/run/ca.pem', smtp_tls_session_cache_database: 'btree:/run/sessions' };
  await world.run(async () => {
    const client = await clientOf(world, {
      ...common,
      smtp_tls_security_level: 'may',
      smtp_tls_policy_maps: 'inline:{{[mx.example.test]=verify}}',
    });
    await client.deliver(mail);
    await client.deliver({ ...mail, nexthop: '[mx.example.test]' });
    await client.close();
  });
  expect(secured(world)).toMatchObject([
    { level: 'may', resumed: false },
    { level: 'verify', resumed: false, matched: true },
  ]);
});

test('a trickle of a handshake ends with its time limit', async () => {
  const world = worldOf({ handshake: { afterBytes: 100, then: 'stall' } });
  const { clock } = world.platform;
  await world.run(async () => {
    const client = await clientOf(world, {
      smtp_tls_security_level: 'encrypt',
      smtp_starttls_timeout: '30s',
    });
    const startMs = clock.now();
    const [outcome] = await client.deliver(mail);
    expect(outcome).toMatchObject({ status: 'deferred', dsn: '4.7.5' });
    expect(clock.now() - startMs).toBeLessThan(31_000);
    await client.close();
  });
});

test('a connection that breaks before the handshake begins costs the session, and no more', async () => {
  const world = createWorld({
    dns: zone('example.test', { MX: '10 mx', mx: '192.0.2.1', tables: '192.0.2.9' }),
    hosts: {
      mx: mailHost({ tls: { credential }, faults: [{ at: 'starttls', delay: '1s', then: 'reset' }] }),
    },
    tables: { slow: tableServer('socketmap', PLACE, {}, { after: '10s', answer: { notFound: '' } }) },
  });
  await world.run(async () => {
    const client = await clientOf(world, {
      smtp_tls_security_level: 'encrypt',
      smtp_tls_loglevel_maps: MAP,
    });
    const [outcome] = await client.deliver(mail);
    expect(outcome).toMatchObject({ status: 'deferred', dsn: '4.7.5' });
    await client.close();
  });
});

test('a session of before another program found fault with the destination proves nothing', async () => {
  const policy = 'verify policy_type=sts policy_domain=example.test';
  const world = createWorld({
    dns: zone('example.test', { MX: '10 mx', mx: '192.0.2.1', tables: '192.0.2.9' }),
    hosts: { mx: mailHost({ tls: { credential } }) },
    files: { '/run/ca.pem': ca.pem },
    tables: {
      policies: tableServer('socketmap', PLACE, {
        'm [mx.example.test]': [policy, `${policy} policy_failure=validation-failure`, policy],
      }),
    },
  });
  await world.run(async () => {
    const client = await clientOf(world, {
      smtp_tls_CAfile: '/run/ca.pem',
      smtp_tls_session_cache_database: 'btree:/run/sessions',
      smtp_tls_policy_maps: MAP,
    });
    const statuses: string[] = [];
    for (let count = 0; count < 3; count += 1) {
      const [outcome] = await client.deliver({ ...mail, nexthop: '[mx.example.test]' });
      statuses.push(outcome?.status ?? '');
    }
    expect(statuses).toEqual(['sent', 'deferred', 'sent']);
    expect(secured(world).map(({ resumed }) => resumed)).toEqual([false, false, true]);
    await client.close();
  });
});

test('the next program goes on with the sessions of the one before', async () => {
  const world = worldOf({});
  const parameters = {
    smtp_tls_security_level: 'verify',
    smtp_tls_CAfile: '/run/ca.pem',
    smtp_tls_session_cache_database: 'btree:/run/sessions',
  };
  await world.run(async () => {
    for (let count = 0; count < 2; count += 1) {
      const client = await clientOf(world, parameters);
      await client.deliver(mail);
      await client.close();
    }
  });
  expect(secured(world)).toMatchObject([
    { resumed: false, matched: true },
    { resumed: true, matched: true },
  ]);
});

test.each(['no JSON', '{}', '[1, null, {"key": 1}, {"key": "a", "storedAtMs": 1, "session": "AAAA"}]'])(
  'a file of sessions that is something else is of no consequence: %s',
  async (content) => {
    const world = createWorld({
      dns: zone('example.test', { MX: '10 mx', mx: '192.0.2.1' }),
      hosts: { mx: mailHost({ tls: { credential } }) },
      files: { '/run/sessions.sessions': content },
    });
    await world.run(async () => {
      const client = await clientOf(world, {
        smtp_tls_security_level: 'encrypt',
        smtp_tls_session_cache_database: 'btree:/run/sessions',
      });
      const [outcome] = await client.deliver(mail);
      expect(outcome?.status).toBe('sent');
      await client.close();
    });
    const stored = JSON.parse(
      String(Buffer.from(await world.platform.files.read('/run/sessions.sessions', 1e6))),
    );
    expect(stored).toMatchObject([{ matched: false, trusted: false, session: expect.any(String) }]);
  },
);
