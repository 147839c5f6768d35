/** Whether DANE applies and where its records are (security reference 5.1 to 5.6, scenarios 95 to 126). */
import { describe, expect, test } from 'vitest';
import { asked, dnsWorld } from '../../../simulator/dns/testing.ts';
import type { ZoneEntries } from '../../../simulator/dns/zone.ts';
import { resolveSettings } from '../../config/settings.ts';
import { findExchangers, type Site } from '../../dns/exchangers.ts';
import { parseHostsFile } from '../../dns/hosts-file.ts';
import type { Service } from '../../request.ts';
import type { TlsLevel } from '../level.ts';
import { type FindDaneContext, findDane } from './find-dane.ts';
import { TlsaCache } from './tlsa-cache.ts';

const HASH = '00'.repeat(32);
const TLSA = `3 1 1 ${HASH}`;
const signed = { ad: true, MX: '10 mx', mx: '192.0.2.1', '_25._tcp.mx': { TLSA } };

interface Question {
  readonly site?: Partial<Site>;
  readonly config?: Readonly<Record<string, string>>;
  readonly level?: TlsLevel;
  readonly service?: Service;
  /** Finds so many times, so many milliseconds apart. */
  readonly again?: readonly number[];
}

/** The level, the base domain and the names, or the failure; with what was asked beside addresses, and the log. */
async function find(entries: ZoneEntries, question: Question = {}) {
  const { site, config = {}, level = 'dane', service = 'smtp', again = [] } = question;
  const world = dnsWorld(entries, { trustAd: true });
  const assigned = new Map(
    Object.entries({ smtp_dns_support_level: 'dnssec', inet_protocols: 'ipv4', ...config }),
  );
  const settings = resolveSettings(assigned, service, { hostname: 'mail' });
  const context = {
    settings,
    service,
    resolver: world.resolver,
    random: world.random,
    hostsFile: async () => parseHostsFile('192.0.2.9 mx.example.test'),
    searchList: async () => ({ search: [], ndots: 1 }),
    interfaceAddresses: () => [],
    cache: new TlsaCache(world.clock),
    emit: (event: (typeof world.events)[number]) => world.events.push(event),
  };
  const result = await world.clock.run(async () => {
    const wanted: Site = {
      domain: 'example.test',
      port: 25,
      lookup: 'exchangers',
      detectLoops: false,
      ...site,
    };
    const { addresses } = await findExchangers(wanted, context);
    const [address] = addresses;
    if (address === undefined) throw new Error('no address');
    const target = { ...address, nexthop: wanted.domain, domain: wanted.domain };
    const first = await findDane(level, target, context);
    for (const delayMs of again) {
      await new Promise<void>((resolve) => world.clock.schedule(delayMs, resolve));
      await findDane(level, target, context);
    }
    return first;
  });
  const questions = asked(world.server.queries).filter((text) => /^(?:TLSA|CNAME) /.test(text));
  const log = world.events.flatMap((event) =>
    event.type === 'log' ? [`${event.level}: ${event.text}`] : [],
  );
  if ('reason' in result) return { level: `${result.dsn} ${result.reason}`, questions, log };
  const { dane } = result;
  return {
    level: result.level,
    base: dane?.baseDomain,
    names: dane?.names,
    records: dane?.records.length,
    questions,
    log,
  };
}

const mx = 'mx.example.test';
const tlsaOf = (name: string) => `TLSA _25._tcp.${name}`;

describe('levels', () => {
  test('everything validated (95)', async () => {
    expect(await find(signed)).toEqual({
      level: 'dane',
      base: mx,
      names: [mx, 'example.test'],
      records: 1,
      questions: [tlsaOf(mx)],
      log: [],
    });
    expect(await find(signed, { level: 'dane-only' })).toMatchObject({ level: 'dane-only', base: mx });
  });

  test('levels that have nothing to do with DANE are left alone', async () => {
    for (const level of ['none', 'may', 'encrypt', 'fingerprint', 'verify', 'secure'] as const)
      expect(await find(signed, { level })).toMatchObject({ level, questions: [], log: [] });
  });

  const insecure = { ...signed, '@': { ad: false } };
  const notFound = { ...signed, '_25._tcp.mx': {} };
  const unusable = { ...signed, '_25._tcp.mx': { TLSA: `1 1 1 ${HASH}` } };
  const reserved = { ...signed, '_25._tcp.mx': { TLSA: `3 1 255 ${HASH}` } };
  const failing = { ...signed, '_25._tcp.mx': { fault: 'SERVFAIL' } } as const;
  const unvalidated = { ...signed, '_25._tcp.mx': { TLSA, ad: false } };
  const lookupError = '4.7.5 TLSA lookup error for mx.example.test:25';
  test.each([
    ['MX not validated (98)', insecure, {}, 'halfdane', '4.7.5 non DNSSEC destination'],
    [
      'the same, policy encrypt (99)',
      insecure,
      { smtp_tls_dane_insecure_mx_policy: 'encrypt' },
      'encrypt',
      '4.7.5 non DNSSEC destination',
    ],
    [
      'the same, policy may (99)',
      insecure,
      { smtp_tls_dane_insecure_mx_policy: 'may' },
      'may',
      '4.7.5 non DNSSEC destination',
    ],
    ['no TLSA (100)', notFound, {}, 'may', '4.7.5 no TLSA records found'],
    ['TLSA lookup fails (101)', failing, {}, lookupError, lookupError],
    ['TLSA not validated (102)', unvalidated, {}, 'may', '4.7.5 no TLSA records found'],
    ['only usage 1 (103)', unusable, {}, 'encrypt', '4.7.5 TLSA records unusable'],
    ['only matching type 255 (105)', reserved, {}, 'encrypt', '4.7.5 TLSA records unusable'],
    [
      'address not validated (108)',
      { ...signed, mx: { A: '192.0.2.1', ad: false } },
      {},
      'may',
      '4.7.5 no TLSA records found',
    ],
  ] as const)('%s', async (_, entries, config, opportunistic, mandatory) => {
    expect((await find(entries, { config })).level).toBe(opportunistic);
    expect((await find(entries, { config, level: 'dane-only' })).level).toBe(mandatory);
  });

  test('reasons are warned of as Postfix does', async () => {
    expect((await find(unusable)).log).toEqual([
      `warning: _25._tcp.mx.example.test unsupported TLSA certificate usage: 1 1 1 ${HASH}`,
    ]);
    expect((await find(reserved)).log).toEqual([
      `warning: _25._tcp.mx.example.test reserved private-use matching type: 3 1 255 ${HASH}`,
    ]);
    const failed =
      'warning: DANE TLSA lookup problem: Host or domain name not found. Name service error for ' +
      'name=_25._tcp.mx.example.test type=TLSA: Host not found, try again';
    expect((await find(failing)).log).toEqual([failed, failed]);
    expect((await find(notFound)).log).toEqual([]);
  });

  test.each([
    [{ smtp_dns_support_level: 'enabled' }, 'LEVEL configured with dnssec lookups disabled'],
    [{ smtp_dns_support_level: '' }, 'LEVEL configured with dnssec lookups disabled'],
    [{ smtp_dns_support_level: 'disabled' }, 'LEVEL configured with dnssec lookups disabled'],
    [{ smtp_host_lookup: 'native' }, 'LEVEL configured with dnssec lookups disabled'],
    [{ ignore_mx_lookup_error: 'yes' }, 'LEVEL configured with MX lookup errors ignored'],
    [{ smtp_dns_resolver_options: 'res_defnames' }, 'dns resolver options incompatible with LEVEL TLS'],
    [{ smtp_dns_resolver_options: 'res_dnsrch' }, 'dns resolver options incompatible with LEVEL TLS'],
  ])('%j (123, 124)', async (config: Readonly<Record<string, string>>, text) => {
    const site = { domain: mx, lookup: 'host' } as const;
    for (const [level, outcome] of [
      ['dane', 'may'],
      ['dane-only', '4.7.5 client TLS configuration problem'],
    ] as const) {
      const found = await find(signed, { config, level, site });
      expect(found.level).toBe(outcome);
      expect(found.questions).toEqual([]);
      expect(found.log).toEqual([`warning: ${mx}: ${text.replace('LEVEL', level)}`]);
    }
  });

  test('LMTP does not ask about MX lookups', async () => {
    const site = { domain: mx, lookup: 'host' } as const;
    const config = { lmtp_dns_support_level: 'dnssec', ignore_mx_lookup_error: 'yes' };
    expect(await find(signed, { config, service: 'lmtp', site })).toMatchObject({ level: 'dane', base: mx });
  });

  test('a unix socket has no DNS', async () => {
    const log: string[] = [];
    const world = dnsWorld({});
    const context: FindDaneContext = {
      settings: resolveSettings(new Map(), 'lmtp', { hostname: 'mail' }),
      service: 'lmtp',
      resolver: world.resolver,
      cache: new TlsaCache(world.clock),
      emit: (event) => event.type === 'log' && log.push(event.text),
    };
    const target = { nexthop: '/run/lmtp', domain: 'mail', host: 'mail', address: '/run/lmtp', port: 0 };
    expect(await findDane('dane', target, context)).toEqual({
      dsn: '4.7.5',
      reason: 'client TLS configuration problem',
    });
    expect(log).toEqual([
      '/run/lmtp: the "dane" security level is invalid for delivery via unix-domain sockets',
    ]);
  });
});

describe('base domain', () => {
  const real = 'real.example.test';
  const alias = { ad: true, MX: '10 mx', mx: { CNAME: 'real' }, real: '192.0.2.1' };
  test('of an alias its target comes first (109)', async () => {
    const entries = { ...alias, '_25._tcp.real': { TLSA }, '_25._tcp.mx': { TLSA } };
    expect(await find(entries)).toMatchObject({
      base: real,
      questions: [tlsaOf(real)],
      names: [real, 'example.test'],
    });
  });

  test('then the alias itself (110)', async () => {
    const entries = { ...alias, '_25._tcp.mx': { TLSA } };
    expect(await find(entries)).toMatchObject({
      level: 'dane',
      base: mx,
      questions: [tlsaOf(real), tlsaOf(mx)],
    });
  });

  test('where the target fails the alias is not asked', async () => {
    const entries = { ...alias, '_25._tcp.real': { fault: 'SERVFAIL' }, '_25._tcp.mx': { TLSA } } as const;
    expect(await find(entries)).toMatchObject({
      level: '4.7.5 TLSA lookup error for mx.example.test:25',
      // Two lookups of two attempts each.
      questions: [tlsaOf(real), tlsaOf(real), tlsaOf(real), tlsaOf(real)],
    });
  });

  const half = { ...alias, mx: { CNAME: 'real', chase: false }, real: { A: '192.0.2.1', ad: false } };
  test('a validated alias of what is not validated (111)', async () => {
    const entries = { ...half, '_25._tcp.mx': { TLSA }, '_25._tcp.real': { TLSA } };
    expect(await find(entries)).toMatchObject({
      level: 'dane',
      base: mx,
      questions: [`CNAME ${mx}`, tlsaOf(mx)],
    });
  });

  test('an alias that is not validated (112)', async () => {
    const entries = { ...alias, mx: { CNAME: 'real', ad: false }, '_25._tcp.mx': { TLSA } };
    expect(await find(entries)).toMatchObject({ level: 'may', questions: [`CNAME ${mx}`] });
  });

  test('whether an alias is validated cannot be found out', async () => {
    const entries = { ...half, mx: { CNAME: 'real', ad: false, fault: { CNAME: 'SERVFAIL' } } } as const;
    expect(await find(entries)).toMatchObject({
      level: '4.7.5 TLSA lookup error for mx.example.test:25',
      log: [
        `warning: DNSSEC status lookup error for ${mx}: Host or domain name not found. ` +
          `Name service error for name=${mx} type=CNAME: Host not found, try again`,
      ],
    });
    const gone = { ...half, mx: { CNAME: 'real', ad: false, fault: { CNAME: 'NXDOMAIN' } } } as const;
    expect((await find(gone)).log).toEqual([
      `warning: DNSSEC status lookup error for ${mx}: no longer a CNAME`,
    ]);
  });

  test('smtp_tls_force_insecure_host_tlsa_lookup asks for the name that was asked (108)', async () => {
    const config = { smtp_tls_force_insecure_host_tlsa_lookup: 'yes' };
    const plain = { ...signed, mx: { A: '192.0.2.1', ad: false } };
    expect(await find(plain, { config })).toMatchObject({ level: 'dane', base: mx, questions: [tlsaOf(mx)] });
    const entries = { ...half, '_25._tcp.mx': { TLSA }, '_25._tcp.real': { TLSA } };
    expect(await find(entries, { config })).toMatchObject({ base: mx, questions: [tlsaOf(mx)] });
  });

  test('no MX records (120), and a host alone: no other names', async () => {
    const entries = { ad: true, A: '192.0.2.1', '_25._tcp': { TLSA } };
    for (const lookup of ['exchangers', 'host'] as const)
      expect(await find(entries, { site: { lookup } })).toMatchObject({
        level: 'dane',
        names: ['example.test'],
      });
  });

  test('a domain that is an alias: its own name, and that of the MX records', async () => {
    const entries = { ...signed, other: { CNAME: 'example.test.' } };
    const site = { domain: 'other.example.test' };
    expect((await find(entries, { site })).names).toEqual([mx, 'example.test', 'other.example.test']);
  });

  test('other ports (125), and those of SRV records (126)', async () => {
    const entries = {
      ...signed,
      '_2525._tcp.mx': { TLSA },
      '_submission._tcp': { SRV: '1 1 2525 mx' },
    };
    const questions = ['TLSA _2525._tcp.mx.example.test'];
    expect(await find(entries, { site: { port: 2525 } })).toMatchObject({ level: 'dane', questions });
    const found = await find(entries, { site: { service: 'submission' } });
    expect(found).toMatchObject({ level: 'dane', questions, names: [mx, '_submission._tcp.example.test'] });
  });

  test('a numeric address has no TLSA records', async () => {
    const site = { domain: '192.0.2.1', lookup: 'host' } as const;
    expect(await find(signed, { site })).toMatchObject({ level: 'may', questions: [] });
  });
});

describe('records are kept', () => {
  const times = async (entries: ZoneEntries, ...again: number[]) =>
    (await find(entries, { again })).questions.length;
  const ttl = (seconds: number) => ({ ...signed, '_25._tcp.mx': { TLSA, ttl: seconds } });

  test('as long as they live, at most 101 seconds and at least 2', async () => {
    expect(await times(ttl(10), 10_900)).toBe(1);
    expect(await times(ttl(10), 11_100)).toBe(2);
    expect(await times(ttl(3_600), 100_900)).toBe(1);
    expect(await times(ttl(3_600), 101_100)).toBe(2);
    expect(await times(ttl(0), 1_900)).toBe(1);
    expect(await times(ttl(0), 2_100)).toBe(2);
  });

  test('also that there are none, but no failure', async () => {
    const none = { ...signed, '_25._tcp.mx': {} };
    expect(await times(none, 1_900)).toBe(1);
    expect(await times(none, 2_100)).toBe(2);
    const failing = { ...signed, '_25._tcp.mx': { fault: 'REFUSED' } } as const;
    // Each failure is two attempts, and the first one is asked about again at once.
    expect(await times(failing, 1, 1)).toBe(8);
  });

  test('of twenty names', async () => {
    const names = Array.from({ length: 21 }, (_, at) => `_25._tcp.h${at}`);
    const world = dnsWorld(
      { ad: true, ...Object.fromEntries(names.map((name) => [name, { TLSA }])) },
      { trustAd: true },
    );
    const cache = new TlsaCache(world.clock);
    const askFor = (name: string) =>
      world.clock.run(() => cache.find(`${name}.example.test`, { resolver: world.resolver }));
    for (const name of names) expect(await askFor(name)).toHaveLength(1);
    await askFor('_25._tcp.h1');
    expect(world.server.queries).toHaveLength(21);
    await askFor('_25._tcp.h0');
    expect(world.server.queries).toHaveLength(22);
    // What was used last stays.
    await askFor('_25._tcp.h1');
    expect(world.server.queries).toHaveLength(22);
  });
});
