import { describe, expect, test } from 'vitest';
import type { RecordType } from '../../client/dns/records.ts';
import type { DnsAnswer } from '../../client/dns/resolver.ts';
import { createResolver } from '../../client/dns/resolver.ts';
import { VirtualRandom } from '../virtual/random.ts';
import { testWorld } from '../virtual/testing.ts';
import { createDnsServer } from './server.ts';
import { type DnsWorld, dnsWorld, NAME_SERVER } from './testing.ts';
import { attachDns } from './virtual.ts';
import { zone } from './zone.ts';

const MANY = Array.from({ length: 60 }, (_, at) => `10 mx${at}`);

const query = (world: DnsWorld, ...args: Parameters<DnsWorld['resolver']['query']>): Promise<DnsAnswer> =>
  world.clock.run(() => world.resolver.query(...args));

const shapes = (answer: DnsAnswer) => answer.records.map(({ name, ttlSeconds, ...data }) => data);

describe('records', () => {
  test('every type comes back structured, with owner and time to live', async () => {
    const world = dnsWorld({
      ttl: 60,
      MX: ['10 a', '0 .'],
      TXT: ['v=spf1 -all', 'x'.repeat(300)],
      a: ['192.0.2.1', '2001:DB8::0:2'],
      alias: { CNAME: 'A' },
      '_25._tcp.a': { TLSA: '3 1 1 00ff' },
      '_smtp._tcp': { SRV: '1 2 587 a' },
      '1.2.0.192.in-addr.arpa.': { PTR: 'a' },
    });
    const mx = await query(world, 'example.test', 'MX');
    expect(mx.records).toEqual([
      { type: 'MX', name: 'example.test', ttlSeconds: 60, preference: 10, exchange: 'a.example.test' },
      { type: 'MX', name: 'example.test', ttlSeconds: 60, preference: 0, exchange: '' },
    ]);
    expect(shapes(await query(world, 'a.example.test', 'A'))).toEqual([{ type: 'A', address: '192.0.2.1' }]);
    expect(shapes(await query(world, 'a.example.test', 'AAAA'))).toEqual([
      { type: 'AAAA', address: '2001:db8::2' },
    ]);
    expect(shapes(await query(world, 'alias.example.test', 'A'))).toEqual([
      { type: 'CNAME', target: 'A.example.test' },
      { type: 'A', address: '192.0.2.1' },
    ]);
    const [tlsa] = (await query(world, '_25._tcp.a.example.test', 'TLSA')).records;
    expect(tlsa).toMatchObject({ usage: 3, selector: 1, matchingType: 1 });
    expect(tlsa?.type === 'TLSA' && [...tlsa.data]).toEqual([0, 255]);
    expect(shapes(await query(world, '_smtp._tcp.example.test', 'SRV'))).toEqual([
      { type: 'SRV', priority: 1, weight: 2, port: 587, target: 'a.example.test' },
    ]);
    expect(shapes(await query(world, '1.2.0.192.in-addr.arpa', 'PTR'))).toEqual([
      { type: 'PTR', target: 'a.example.test' },
    ]);
    const texts = (await query(world, 'example.test', 'TXT')).records;
    expect(texts.map((text) => text.type === 'TXT' && text.strings.map((part) => part.length))).toEqual([
      [11],
      [255, 45],
    ]);
  });

  test('a name without data and a name that is not there', async () => {
    const world = dnsWorld({ 'deep.down': '192.0.2.1', '*.wild': '192.0.2.2' });
    expect(await query(world, 'deep.down.example.test', 'MX')).toMatchObject({
      rcode: 'NOERROR',
      records: [],
    });
    expect(await query(world, 'down.example.test', 'A')).toMatchObject({ rcode: 'NOERROR', records: [] });
    expect(await query(world, 'up.example.test', 'A')).toMatchObject({ rcode: 'NXDOMAIN', records: [] });
    expect(await query(world, 'any.thing.wild.example.test', 'A')).toMatchObject({
      rcode: 'NOERROR',
      records: [{ name: 'any.thing.wild.example.test', address: '192.0.2.2' }],
    });
  });

  test.each(['', 'a..b', `${'x'.repeat(64)}.test`, 'ä.test', 'a b'])('%j is not sent', async (name) => {
    const world = dnsWorld({});
    expect((await query(world, name, 'A')).rcode).toBe('FORMERR');
    expect(world.server.queries).toEqual([]);
  });
});

describe('transport', () => {
  test('a truncated answer is fetched over TCP', async () => {
    const world = dnsWorld({ MX: MANY });
    const answer = await query(world, 'example.test', 'MX');
    expect(answer.records).toHaveLength(60);
    expect(world.server.queries.map(({ transport }) => transport)).toEqual(['udp', 'tcp']);
    expect(world.events.map((event) => (event.type === 'dnsAnswer' ? event.rcode : event.type))).toEqual([
      'dnsQuery',
      'truncated',
      'dnsQuery',
      'NOERROR',
    ]);
  });

  test('1232 bytes come over UDP, thanks to EDNS', async () => {
    const world = dnsWorld({ MX: MANY.slice(0, 40) });
    expect((await query(world, 'example.test', 'MX')).records).toHaveLength(40);
    expect(world.server.queries.map(({ transport }) => transport)).toEqual(['udp']);
  });

  test('the fault "truncated" needs no long answer', async () => {
    const world = dnsWorld({ a: { A: '192.0.2.1', fault: 'truncated' } });
    expect((await query(world, 'a.example.test', 'A')).records).toHaveLength(1);
    expect(world.server.queries.map(({ transport }) => transport)).toEqual(['udp', 'tcp']);
  });

  test('silence: two attempts of five seconds, then timeout', async () => {
    const world = dnsWorld({ '@': { fault: 'noAnswer' } });
    expect((await query(world, 'example.test', 'MX')).rcode).toBe('timeout');
    expect(world.elapsed()).toBe(10_000);
    expect(world.server.queries).toHaveLength(2);
  });

  test('a fault that ends is survived by the second attempt', async () => {
    const world = dnsWorld({ '@': { MX: '10 a', fault: 'noAnswer', times: 1 } });
    expect((await query(world, 'example.test', 'MX')).records).toHaveLength(1);
  });

  test.each(['wrongId', 'otherQuestion'] as const)(
    '%s replies are ignored until the time is up',
    async (fault) => {
      const world = dnsWorld({ '@': { MX: '10 a', fault } });
      expect((await query(world, 'example.test', 'MX')).rcode).toBe('timeout');
      expect(world.elapsed()).toBe(10_000);
    },
  );

  test('a server without EDNS answers the query without it', async () => {
    const world = dnsWorld({ '@': { MX: '10 a', fault: 'noEdns' } });
    expect((await query(world, 'example.test', 'MX')).records).toHaveLength(1);
    expect(world.elapsed()).toBeLessThan(1_000);
  });

  test('a late answer is an answer, a too late one is not', async () => {
    const late = dnsWorld({ a: { A: '192.0.2.1', delay: '4s' } });
    expect((await query(late, 'a.example.test', 'A')).rcode).toBe('NOERROR');
    const tooLate = dnsWorld({ a: { A: '192.0.2.1', delay: '6s' } });
    expect((await query(tooLate, 'a.example.test', 'A')).rcode).toBe('timeout');
  });

  test('the signal ends the wait with its reason', async () => {
    const world = dnsWorld({ '@': { fault: 'noAnswer' } });
    const stop = new AbortController();
    world.clock.schedule(1_000, () => stop.abort(new Error('enough')));
    await expect(query(world, 'example.test', 'MX', { signal: stop.signal })).rejects.toThrow('enough');
    expect(world.elapsed()).toBe(1_000);
  });
});

describe('servers that fail', () => {
  const OTHER = '192.0.2.54';
  async function askBoth(first: ReturnType<typeof zone> | undefined) {
    const world = testWorld();
    const good = createDnsServer({
      zones: [zone('example.test', { MX: '10 good' })],
      now: () => world.elapsed(),
    });
    const bad = createDnsServer({ zones: first === undefined ? [] : [first], now: () => world.elapsed() });
    if (first !== undefined) attachDns(bad, { ...world, address: NAME_SERVER });
    else world.network.addAddress(NAME_SERVER);
    attachDns(good, { ...world, address: OTHER });
    const resolver = createResolver({
      clock: world.clock,
      network: world.client,
      random: new VirtualRandom(1),
      servers: [NAME_SERVER, OTHER].map((address) => ({ address, port: 53 })),
    });
    const answer = await world.clock.run(() => resolver.query('example.test', 'MX'));
    return { answer, bad, good, elapsedMs: world.elapsed() };
  }

  test.each(['SERVFAIL', 'REFUSED', 'NOTIMP', 'noAnswer'] as const)(
    '%s: the next one is asked',
    async (fault) => {
      const { answer, bad, good } = await askBoth(zone('example.test', { '@': { fault } }));
      expect(answer.records).toHaveLength(1);
      expect([bad.queries.length, good.queries.length]).toEqual([1, 1]);
    },
  );

  test.each(['NXDOMAIN', 'malformed'] as const)('%s is the answer', async (fault) => {
    const { answer, good } = await askBoth(zone('example.test', { '@': { fault } }));
    expect(answer.rcode).toBe(fault);
    expect(good.queries).toEqual([]);
  });

  test('a server that is not there costs its time limit at most', async () => {
    const { answer, elapsedMs } = await askBoth(undefined);
    expect(answer.records).toHaveLength(1);
    expect(elapsedMs).toBeLessThanOrEqual(5_100);
  });

  test('SERVFAIL everywhere is asked for twice and reported', async () => {
    const world = dnsWorld({ '@': { fault: 'SERVFAIL' } });
    expect((await query(world, 'example.test', 'MX')).rcode).toBe('SERVFAIL');
    expect(world.server.queries).toHaveLength(2);
  });

  test('FORMERR to EDNS: once more without', async () => {
    const world = dnsWorld({ '@': { MX: '10 a', fault: 'FORMERR', times: 1 } });
    expect((await query(world, 'example.test', 'MX', { dnssec: true })).records).toHaveLength(1);
    expect(world.server.queries.map(({ dnssec }) => dnssec)).toEqual([true, false]);
  });
});

describe('authenticated answers by type', () => {
  const zones = [
    zone('signed.test', {
      ad: true,
      a: { A: '192.0.2.1', TLSA: '3 1 1 00', ad: { TLSA: false } },
      alias: { CNAME: 'a' },
      forged: { A: '192.0.2.2', fault: { TLSA: 'SERVFAIL' } },
      bare: { CNAME: 'a.plain.test.', chase: false },
      doubtful: { CNAME: 'a', ad: { CNAME: false } },
    }),
    zone('plain.test', { a: { A: '192.0.2.3', TLSA: '3 1 1 00', ad: { TLSA: true } } }),
  ];
  test.each([
    ['a.signed.test', 'A', 'NOERROR', true],
    ['a.signed.test', 'TLSA', 'NOERROR', false],
    ['alias.signed.test', 'A', 'NOERROR', true],
    ['alias.signed.test', 'TLSA', 'NOERROR', false],
    ['forged.signed.test', 'A', 'NOERROR', true],
    ['forged.signed.test', 'TLSA', 'SERVFAIL', false],
    ['bare.signed.test', 'A', 'NOERROR', true],
    ['doubtful.signed.test', 'A', 'NOERROR', false],
    ['a.plain.test', 'A', 'NOERROR', false],
    ['a.plain.test', 'TLSA', 'NOERROR', true],
    ['nobody.signed.test', 'A', 'NXDOMAIN', true],
    ['nobody.plain.test', 'A', 'NXDOMAIN', false],
  ] as const)('%s %s: %s, AD %s', async (name, type, rcode, authenticated) => {
    const world = testWorld();
    const server = createDnsServer({ zones, now: () => 0 });
    attachDns(server, { network: world.network, clock: world.clock, address: NAME_SERVER });
    const resolver = createResolver({
      clock: world.clock,
      network: world.client,
      random: new VirtualRandom(1),
      servers: [{ address: NAME_SERVER, port: 53 }],
      trustAd: true,
    });
    const answer = await world.clock.run(() => resolver.query(name, type, { dnssec: true }));
    expect(answer).toMatchObject({ rcode, authenticated });
  });
});

describe('authenticated answers', () => {
  const entries = {
    ad: true,
    MX: '10 a',
    plain: { A: '192.0.2.1', ad: false },
    a: '192.0.2.2',
    alias: { CNAME: 'plain' },
  };
  test('AD counts when the server is trusted', async () => {
    const world = dnsWorld(entries, { trustAd: true });
    const validated = async (name: string, type: RecordType) =>
      (await query(world, name, type, { dnssec: true })).authenticated;
    expect(await validated('example.test', 'MX')).toBe(true);
    expect(await validated('plain.example.test', 'A')).toBe(false);
    expect(await validated('alias.example.test', 'A')).toBe(false);
    expect(world.server.queries[0]?.dnssec).toBe(true);
  });
  test('AD that was not asked for does not count', async () => {
    const world = dnsWorld(entries, { trustAd: true });
    expect((await query(world, 'example.test', 'MX')).authenticated).toBe(false);
    expect(world.server.queries[0]?.dnssec).toBe(false);
  });
  test('AD of a server elsewhere does not count by itself', async () => {
    const world = dnsWorld(entries);
    expect((await query(world, 'example.test', 'MX', { dnssec: true })).authenticated).toBe(false);
  });
});

test('forged replies from elsewhere and to other questions are ignored', async () => {
  const world = testWorld();
  const server = createDnsServer({ zones: [zone('example.test', { A: '192.0.2.1' })], now: () => 0 });
  const forger = createDnsServer({ zones: [zone('example.test', { A: '203.0.113.66' })], now: () => 0 });
  world.network.listenUdp(NAME_SERVER, 53, (message, _source, reply) => {
    const forged = forger.answer(message, 'udp').reply ?? new Uint8Array();
    reply(forged, { address: '203.0.113.66', port: 53 });
    reply(forged, { address: NAME_SERVER, port: 5353 });
    const otherQuestion = Uint8Array.from(forged);
    otherQuestion[13] = 0x7a;
    reply(otherQuestion);
    reply(Uint8Array.of(1, 2, 3));
    reply(server.answer(message, 'udp').reply ?? new Uint8Array());
  });
  const resolver = createResolver({
    clock: world.clock,
    network: world.client,
    random: new VirtualRandom(1),
    servers: [{ address: NAME_SERVER, port: 53 }],
  });
  const answer = await world.clock.run(() => resolver.query('EXAMPLE.test', 'A'));
  expect(answer.records).toMatchObject([{ address: '192.0.2.1' }]);
});

test.each([
  ['closes at once', (connection: import('node:stream').Duplex) => connection.end()],
  [
    'sends half a frame',
    (connection: import('node:stream').Duplex) => connection.end(Buffer.from([0, 50, 1, 2])),
  ],
  [
    'sends another answer',
    (connection: import('node:stream').Duplex) => connection.write(Buffer.from([0, 2, 9, 9])),
  ],
  ['says nothing', () => {}],
])('a TCP server that %s counts as failed', async (_, behave) => {
  const world = testWorld();
  const server = createDnsServer({
    zones: [zone('example.test', { '@': { A: '192.0.2.1', fault: 'truncated' } })],
    now: () => 0,
  });
  world.network.listenUdp(NAME_SERVER, 53, (message, _source, reply) => {
    reply(server.answer(message, 'udp').reply ?? new Uint8Array());
  });
  world.network.listenTcp(NAME_SERVER, 53, (connection) => {
    connection.on('error', () => {});
    behave(connection);
  });
  const resolver = createResolver({
    clock: world.clock,
    network: world.client,
    random: new VirtualRandom(1),
    servers: [{ address: NAME_SERVER, port: 53 }],
  });
  const answer = await world.clock.run(() => resolver.query('example.test', 'A'));
  expect(answer.rcode).toBe('timeout');
  expect(world.elapsed()).toBeLessThan(11_000);
});
