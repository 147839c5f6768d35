import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { VirtualRandom } from '../virtual/random.ts';
import { OWN_ADDRESS, resolve } from './testing.ts';

const NOT_FOUND = 'Host or domain name not found. Name service error for';
const V4 = ['192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.4', '192.0.2.5', '192.0.2.6'];
const V6 = V4.map((_, at) => `2001:db8::${at + 1}`);

describe('exchangers', () => {
  test('rfc5321-5.1-15: lowest preference first, all of them resolved', async () => {
    const found = await resolve({
      MX: ['20 b', '10 a', '30 c'],
      a: '192.0.2.1',
      b: '192.0.2.2',
      c: '192.0.2.3',
    });
    expect(found.list).toEqual([
      'a.example.test 192.0.2.1 10',
      'b.example.test 192.0.2.2 20',
      'c.example.test 192.0.2.3 30',
    ]);
    expect(found).toMatchObject({ bestPreference: 10, weAreExchanger: false, failed: undefined });
    expect(found.asked).toHaveLength(7);
  });

  test('rfc5321-5.1-07: without MX the domain itself', async () => {
    const found = await resolve({ A: '192.0.2.1' });
    expect(found.list).toEqual(['example.test 192.0.2.1 0']);
    expect(found.asked).toEqual(['MX example.test', 'A example.test', 'AAAA example.test']);
  });

  test('rfc5321-5.1-09: with MX never the domain itself', async () => {
    const found = await resolve({ MX: '10 gone', A: '192.0.2.1' });
    expect(found.failed).toBe(`5.4.4 ${NOT_FOUND} name=gone.example.test type=AAAA: Host not found`);
    expect(found.log).toEqual(['warning: no MX host for example.test has a valid address record']);
  });

  test('the same deferred with smtp_defer_if_no_mx_address_found', async () => {
    const found = await resolve({ MX: '10 gone' }, {}, { smtp_defer_if_no_mx_address_found: true });
    expect(found.failed).toBe(`4.4.4 ${NOT_FOUND} name=gone.example.test type=AAAA: Host not found`);
  });

  test('NXDOMAIN shows in the text of the last address query', async () => {
    const found = await resolve({}, { domain: 'no.example.test' });
    expect(found.failed).toBe(`5.4.4 ${NOT_FOUND} name=no.example.test type=AAAA: Host not found`);
    const v4 = await resolve({}, { domain: 'no.example.test' }, { inet_protocols: ['ipv4'] });
    expect(v4.failed).toBe(`5.4.4 ${NOT_FOUND} name=no.example.test type=A: Host not found`);
  });

  test('neither MX nor address', async () => {
    const found = await resolve({ TXT: 'here' });
    expect(found.failed).toBe(
      `5.4.4 ${NOT_FOUND} name=example.test type=AAAA: Host found but no data record of requested type`,
    );
  });

  test.each(['SERVFAIL', 'REFUSED', 'NOTIMP', 'noAnswer'] as const)('%s on MX defers', async (fault) => {
    const found = await resolve({ A: '192.0.2.1', '@': { fault: { MX: fault } } });
    expect(found.failed).toBe(`4.4.3 ${NOT_FOUND} name=example.test type=MX: Host not found, try again`);
    expect(new Set(found.asked)).toEqual(new Set(['MX example.test']));
  });

  test('ignore_mx_lookup_error: the domain itself instead', async () => {
    for (const fault of ['SERVFAIL', 'FORMERR', 'malformed'] as const) {
      const found = await resolve(
        { A: '192.0.2.1', '@': { fault: { MX: fault } } },
        {},
        { ignore_mx_lookup_error: true },
      );
      expect(found.list).toEqual(['example.test 192.0.2.1 0']);
    }
  });

  test('an answer the servers cannot give, and one that cannot be read', async () => {
    const never = await resolve({ '@': { fault: 'FORMERR' } });
    expect(never.failed).toBe(`5.4.3 ${NOT_FOUND} name=example.test type=MX: Non-recoverable error`);
    const broken = await resolve({ '@': { fault: 'malformed' } });
    expect(broken.failed).toBe(
      '4.4.3 Name service error for name=example.test type=MX: Malformed or unexpected name server reply',
    );
  });

  test('rfc7505-3-01, rfc7505-3-02: null MX', async () => {
    const text = '5.1.0 Domain example.test does not accept mail (nullMX)';
    const alone = await resolve({ MX: '0 .', A: '192.0.2.1' }, {}, { ignore_mx_lookup_error: true });
    expect(alone.failed).toBe(text);
    expect(alone.asked).toEqual(['MX example.test']);
    expect((await resolve({ MX: ['10 a', '0 .'], a: '192.0.2.1' })).failed).toBe(text);
  });

  test('a malformed MX target alone bounces, beside a good one it is dropped', async () => {
    const alone = await resolve({ MX: '10 -bad-.' });
    expect(alone.failed).toBe(
      '5.4.4 Name service error for name=example.test type=MX: Malformed or unexpected name server reply',
    );
    expect(alone.log).toEqual([
      'warning: valid_hostname: misplaced hyphen: -bad-',
      'warning: malformed domain name in resource data of MX record for example.test: -bad-',
    ]);
    const beside = await resolve({ MX: ['10 -bad-.', '20 a'], a: '192.0.2.1' });
    expect(beside.list).toEqual(['a.example.test 192.0.2.1 20']);
  });

  test('a numeric MX target is used as the address it is', async () => {
    const found = await resolve({ MX: '10 192.0.2.9.' });
    expect(found.list).toEqual(['192.0.2.9 192.0.2.9 10']);
    expect(found.log).toEqual([
      'warning: numeric domain name in resource data of MX record for example.test: 192.0.2.9',
    ]);
  });

  test('failures of single hosts do not matter, but a soft one stays soft', async () => {
    const good = await resolve({ MX: ['10 gone', '20 a'], a: '192.0.2.1' });
    expect(good).toMatchObject({ list: ['a.example.test 192.0.2.1 20'], log: [], bestPreference: 10 });
    const soft = await resolve({ MX: ['10 slow', '20 gone'], slow: { fault: 'SERVFAIL' } });
    expect(soft.failed).toBe(`4.4.4 ${NOT_FOUND} name=gone.example.test type=AAAA: Host not found`);
    const only = await resolve({ MX: '10 slow', slow: { fault: 'SERVFAIL' } });
    expect(only.failed).toBe(
      `4.4.3 ${NOT_FOUND} name=slow.example.test type=AAAA: Host not found, try again`,
    );
  });

  test('more than 100 records: a warning, and 100 are kept', async () => {
    const addresses = Array.from({ length: 150 }, (_, at) => `198.18.0.${at}`);
    const found = await resolve({ MX: '10 a', a: addresses }, {}, { smtp_mx_address_limit: 0 });
    expect(found.addresses).toHaveLength(100);
    expect(found.log).toEqual([
      'warning: DNS record count limit (100) exceeded -- dropping excess record(s) after qname=a.example.test qtype=A',
    ]);
    const two = await resolve({ MX: ['10 a', '20 b'], a: addresses.slice(0, 90), b: addresses.slice(90) });
    expect(two.addresses).toHaveLength(100);
    expect(two.log).toEqual([
      'warning: DNS record count limit (100) exceeded -- dropping excess record(s) after qname=b.example.test qtype=A',
    ]);
  });
});

describe('aliases', () => {
  test('an alias as MX target keeps its name, unless the canonical one is wanted', async () => {
    const entries = { MX: '10 alias', alias: { CNAME: 'a' }, a: '192.0.2.1' };
    expect((await resolve(entries)).list).toEqual(['alias.example.test 192.0.2.1 10']);
    const canonical = await resolve(entries, {}, { smtp_cname_overrides_servername: true });
    expect(canonical.list).toEqual(['a.example.test 192.0.2.1 10']);
  });

  test.each([true, false])('rfc5321-5.1-04: a domain that is an alias (in one answer: %s)', async (chase) => {
    const found = await resolve(
      { alias: { CNAME: '@', chase }, MX: '10 a', a: '192.0.2.1' },
      { domain: 'alias.example.test' },
    );
    expect(found.list).toEqual(['a.example.test 192.0.2.1 10']);
    expect(found.asked.filter((asked) => asked.startsWith('MX'))).toHaveLength(chase ? 1 : 2);
  });

  test.each([true, false])('a circle of aliases (in one answer: %s)', async (chase) => {
    const found = await resolve(
      { one: { CNAME: 'two', chase }, two: { CNAME: 'one', chase } },
      { domain: 'one.example.test' },
      { inet_protocols: ['ipv4'] },
    );
    expect(found.failed).toBe('5.4.4 Name server loop for one.example.test');
    expect(found.log).toContain('warning: dns_lookup: Name server loop for one.example.test');
    expect(found.asked).toHaveLength(20);
  });

  test('a chain may take ten queries, not eleven', async () => {
    const chain = (length: number) =>
      Object.fromEntries([
        ...Array.from({ length }, (_, at) => [`n${at}`, { CNAME: `n${at + 1}`, chase: false }] as const),
        [`n${length}`, '192.0.2.1'] as const,
      ]);
    const site = { domain: 'n0.example.test', lookup: 'host' } as const;
    expect((await resolve(chain(9), site)).list).toEqual(['n0.example.test 192.0.2.1 0']);
    expect((await resolve(chain(10), site)).failed).toBe('5.4.4 Name server loop for n10.example.test');
  });

  test('an alias to what is no name', async () => {
    const found = await resolve(
      { alias: { CNAME: 'a$b', chase: false } },
      { domain: 'alias.example.test', lookup: 'host' },
    );
    expect(found.failed).toBe(
      '5.4.4 Name service error for name=alias.example.test type=AAAA: Malformed or unexpected name server reply',
    );
  });
});

describe('hosts', () => {
  const host = { lookup: 'host' } as const;

  test('numeric hosts are used as they are, of enabled families only', async () => {
    expect((await resolve({}, { domain: '192.0.2.1', ...host })).list).toEqual(['192.0.2.1 192.0.2.1 0']);
    expect((await resolve({}, { domain: '192.0.2.1' })).list).toEqual(['192.0.2.1 192.0.2.1 0']);
    const disabled = await resolve({}, { domain: '::1', ...host }, { inet_protocols: ['ipv4'] });
    expect(disabled.failed).toBe('5.4.4 Name service error for ::1: invalid host or domain name');
    expect(disabled.asked).toEqual([]);
  });

  test('no protocol at all', async () => {
    const found = await resolve({ A: '192.0.2.1' }, {}, { inet_protocols: [] });
    expect(found.failed).toBe('4.4.4 all network protocols are disabled');
  });

  test('A and AAAA fail differently: the more hopeful failure counts', async () => {
    const found = await resolve({ a: { fault: { A: 'SERVFAIL' } } }, { domain: 'a.example.test', ...host });
    expect(found.failed).toBe(`4.4.3 ${NOT_FOUND} name=a.example.test type=A: Host not found, try again`);
    const never = await resolve({ a: { fault: { A: 'FORMERR' } } }, { domain: 'a.example.test', ...host });
    expect(never.failed).toBe(`5.4.3 ${NOT_FOUND} name=a.example.test type=A: Non-recoverable error`);
    const good = await resolve(
      { a: { AAAA: '2001:db8::1', fault: { A: 'SERVFAIL' } } },
      { domain: 'a.example.test', ...host },
    );
    expect(good.list).toEqual(['a.example.test 2001:db8::1 0']);
  });

  test('native lookup after DNS, and only where DNS found nothing', async () => {
    const settings = { smtp_host_lookup: ['dns', 'native'] };
    const hosts = '192.0.2.7 local.example.test\n';
    const site = { domain: 'local.example.test', ...host };
    expect((await resolve({}, site, settings, { hosts })).list).toEqual(['local.example.test 192.0.2.7 0']);
    const soft = await resolve({ local: { fault: 'SERVFAIL' } }, site, settings, { hosts });
    expect(soft.failed).toMatch(/^4\.4\.3 /);
    const none = await resolve({}, site, settings);
    expect(none.failed).toBe('5.4.4 unable to look up host local.example.test: Name or service not known');
    const family = await resolve({}, site, { ...settings, inet_protocols: ['ipv6'] }, { hosts });
    expect(family.failed).toBe('5.4.4 unable to look up host local.example.test: Name or service not known');
    expect(family.log).toEqual([]);
  });

  test.each([{ smtp_dns_support_level: 'disabled' }, { disable_dns_lookups: true }] as const)(
    'without DNS (%j) nobody is asked',
    async (settings) => {
      const found = await resolve({ MX: '10 a' }, {}, settings, { hosts: '192.0.2.7 example.test' });
      expect(found).toMatchObject({ list: ['example.test 192.0.2.7 0'], asked: [] });
    },
  );

  test('native alone', async () => {
    const found = await resolve({ A: '192.0.2.1' }, host, { smtp_host_lookup: ['native'] });
    expect(found.failed).toBe('5.4.4 unable to look up host example.test: Name or service not known');
    expect(found.asked).toEqual([]);
  });
});

describe('mail loops', () => {
  const settings = { inet_protocols: ['ipv4'] };
  test('best exchanger myself', async () => {
    const found = await resolve({ MX: ['10 me', '20 b'], me: OWN_ADDRESS, b: '192.0.2.2' }, {}, settings);
    expect(found).toMatchObject({
      failed: '5.4.6 mail for example.test loops back to myself',
      weAreExchanger: true,
    });
  });

  test('backup exchanger myself: only better ones are left', async () => {
    const found = await resolve(
      {
        MX: ['10 a', '20 me', '20 c', '30 b'],
        a: '192.0.2.1',
        me: OWN_ADDRESS,
        b: '192.0.2.2',
        c: '192.0.2.3',
      },
      {},
      settings,
    );
    expect(found).toMatchObject({ list: ['a.example.test 192.0.2.1 10'], weAreExchanger: true });
  });

  test('backup exchanger myself, the better one not to be found', async () => {
    const found = await resolve({ MX: ['10 gone', '20 me'], me: OWN_ADDRESS }, {}, settings);
    expect(found).toMatchObject({
      failed: '4.4.4 unable to find primary relay for example.test',
      weAreExchanger: true,
    });
  });

  test('a host that is myself', async () => {
    const found = await resolve({ A: ['192.0.2.1', OWN_ADDRESS] }, {}, settings);
    expect(found).toMatchObject({
      failed: '5.4.6 mail for example.test loops back to myself',
      weAreExchanger: true,
    });
  });

  test('no loop where none is looked for, and none with another address', async () => {
    expect((await resolve({ A: OWN_ADDRESS }, { detectLoops: false })).addresses).toHaveLength(1);
    expect(
      (await resolve({ A: OWN_ADDRESS }, {}, { inet_interfaces: ['loopback-only'] })).addresses,
    ).toHaveLength(1);
  });

  test.each([
    { proxy_interfaces: ['192.0.2.1'] },
    { inet_interfaces: ['[192.0.2.1]'] },
    { inet_interfaces: ['natted.test'] },
  ])('own addresses of %j', async (own) => {
    const found = await resolve({ A: '192.0.2.1' }, {}, own, { hosts: '192.0.2.1 natted.test' });
    expect(found.failed).toMatch(/^5\.4\.6/);
  });
});

describe('order', () => {
  test('smtp_randomize_addresses=no keeps the order of the answer', async () => {
    const found = await resolve(
      { MX: '10 a', a: V4 },
      {},
      { smtp_randomize_addresses: false, smtp_mx_address_limit: 0 },
    );
    expect(found.addresses.map(({ address }) => address)).toEqual(V4);
  });

  test('rfc5321-5.1-16: equal preferences come in uniformly random order', async () => {
    const first = new Map<string, number>();
    const random = new VirtualRandom('order');
    const runs = 300;
    for (let run = 0; run < runs; run++) {
      const found = await resolve(
        { MX: ['10 a', '10 b', '20 c'], a: '192.0.2.1', b: '192.0.2.2', c: '192.0.2.3' },
        {},
        { inet_protocols: ['ipv4'] },
        { random },
      );
      const address = found.addresses[0]?.address ?? '';
      first.set(address, (first.get(address) ?? 0) + 1);
      expect(found.addresses[2]?.address).toBe('192.0.2.3');
    }
    expect([...first.keys()].sort()).toEqual(['192.0.2.1', '192.0.2.2']);
    for (const count of first.values()) expect(Math.abs(count - runs / 2)).toBeLessThan(runs / 6);
  });

  test('the preferred family is first inside a preference only', async () => {
    const entries = { MX: ['10 a', '20 b'], a: ['192.0.2.1'], b: ['192.0.2.2', '2001:db8::2'] };
    const found = await resolve(entries, {}, { smtp_address_preference: 'ipv6' });
    expect(found.addresses.map(({ address }) => address)).toEqual(['192.0.2.1', '2001:db8::2', '192.0.2.2']);
  });

  test('balance among the first five', async () => {
    const families = async (entries: Parameters<typeof resolve>[0], preference: 'ipv4' | 'ipv6') => {
      const found = await resolve(entries, {}, { smtp_address_preference: preference });
      return found.addresses
        .slice(0, 5)
        .map(({ family }) => family)
        .join('');
    };
    expect(await families({ A: V4, AAAA: V6 }, 'ipv6')).toBe('66644');
    expect(await families({ A: V4, AAAA: V6 }, 'ipv4')).toBe('44466');
    expect(await families({ A: V4.slice(0, 2), AAAA: V6 }, 'ipv6')).toBe('66644');
    expect(await families({ A: V4.slice(0, 1), AAAA: V6 }, 'ipv6')).toBe('66664');
  });

  test('without balance one family may take all attempts', async () => {
    const found = await resolve(
      { A: V4, AAAA: V6 },
      {},
      { smtp_address_preference: 'ipv6', smtp_balance_inet_protocols: false },
    );
    expect(found.addresses.slice(0, 6).every(({ family }) => family === 6)).toBe(true);
  });
});

describe('internationalised domains', () => {
  test('rfc5891-3.2-01: A-labels in queries and in the name of the host', async () => {
    const found = await resolve({ 'xn--bcher-kva': '192.0.2.1' }, { domain: 'bücher.example.test' });
    expect(found.list).toEqual(['xn--bcher-kva.example.test 192.0.2.1 0']);
    expect(found.asked[0]).toBe('MX xn--bcher-kva.example.test');
  });

  test('one without ASCII form cannot be looked up', async () => {
    const found = await resolve({}, { domain: 'ä@.test' });
    expect(found.failed).toBe('5.4.4 Name service error for ä@.test: invalid host or domain name');
    expect(found.log).toEqual(['warning: domain "ä@.test" has no ASCII form']);
    expect(found.asked).toEqual([]);
  });
});

test('any domain text ends in addresses or a failure, never in an exception', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 40 }), async (domain) => {
      const found = await resolve({ MX: '10 a', a: '192.0.2.1' }, { domain });
      expect(found.addresses.length > 0).toBe(found.failure === undefined);
    }),
    { numRuns: 40 },
  );
});

test('the outcome is told as an event', async () => {
  const found = await resolve({ MX: '10 a', a: '192.0.2.1' });
  expect(found.events.filter(({ type }) => type === 'resolved')).toEqual([
    {
      type: 'resolved',
      destination: 'example.test',
      addresses: [{ host: 'a.example.test', address: '192.0.2.1', preference: 10 }],
    },
  ]);
});
