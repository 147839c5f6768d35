import { expect, test } from 'vitest';
import { zone } from '../../../simulator/dns/zone.ts';
import { mailHost } from '../../../simulator/hosts/declarative.ts';
import { type TableAnswer, tableServer } from '../../../simulator/tables/table-server.ts';
import { createWorld, type World } from '../../../simulator/world.ts';
import { createClient } from '../../client.ts';

const PLACE = { address: '192.0.2.9', port: 7000 };
const worldOf = (answer: TableAnswer) =>
  createWorld({
    dns: zone('example.test', { MX: '10 mx', mx: '192.0.2.1', tables: '192.0.2.9' }),
    hosts: { mx: mailHost() },
    tables: { server: tableServer('socketmap', PLACE, {}, answer) },
  });
const clientOf = (world: World, parameters: Readonly<Record<string, string>>) =>
  createClient({ ...world, parameters, onEvent: world.emit });
const mail = { sender: 'a@client.test', recipients: ['b@example.test'], content: 'Subject: x\n\nHello\n' };
const MAP = 'socketmap:inet:tables.example.test:7000:m';

test('a client keeps its connection to a table server until it is closed', async () => {
  const world = worldOf({ notFound: '' });
  await world.run(async () => {
    const client = await clientOf(world, { smtp_generic_maps: MAP });
    await client.deliver(mail);
    await client.deliver(mail);
    await client.close();
    await client.deliver(mail);
  });
  const connections = world.questions.map(({ connection }) => connection);
  expect(connections).toEqual([1, 1, 1, 1, 2, 3]);
});

test.each([
  'smtp_generic_maps',
  'smtp_header_checks',
  'smtp_body_checks',
  'smtp_reply_filter',
  'smtp_discard_ehlo_keyword_address_maps',
  'smtp_delivery_status_filter',
  'smtp_dns_reply_filter',
  'smtp_connection_cache_destinations',
  'debug_peer_list',
])('a delivery that is given up does not wait for the table of %s', async (parameter) => {
  const world = worldOf({ bytes: '' });
  const { clock } = world.platform;
  await world.run(async () => {
    const client = await clientOf(world, { [parameter]: MAP });
    const stop = new AbortController();
    clock.schedule(5_000, () => stop.abort());
    const startMs = clock.now();
    const [outcome] = await client.deliver(mail, { signal: stop.signal });
    expect(clock.now() - startMs).toBe(5_000);
    const taken = parameter === 'smtp_delivery_status_filter';
    expect(outcome).toMatchObject(
      taken
        ? { status: 'sent' }
        : { status: 'deferred', dsn: '4.3.2', reason: expect.stringMatching(/^delivery aborted/) },
    );
    await client.close();
  });
  expect(world.questions).toHaveLength(1);
});

test('a delivery that is given up before its session began does not wait for the greeting', async () => {
  const answers = { 'm example.test': { notFound: '' } };
  const world = createWorld({
    dns: zone('example.test', { MX: '10 mx', mx: '192.0.2.1', tables: '192.0.2.9' }),
    hosts: { mx: mailHost({ greeting: { delay: '200s' } }) },
    tables: { server: tableServer('socketmap', PLACE, answers, { bytes: '' }) },
  });
  const { clock } = world.platform;
  await world.run(async () => {
    const client = await clientOf(world, { debug_peer_list: MAP });
    const stop = new AbortController();
    clock.schedule(5_000, () => stop.abort());
    const startMs = clock.now();
    await client.deliver(mail, { signal: stop.signal });
    expect(clock.now() - startMs).toBe(5_000);
    await client.close();
  });
  expect(world.questions.map(({ text }) => text)).toEqual(['m example.test', 'm mx.example.test']);
});
