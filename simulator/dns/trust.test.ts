/** What DNSSEC says of the way to an address, and which queries want it to say something (security reference 5.2). */
import { describe, expect, test } from 'vitest';
import { resolve } from './testing.ts';
import type { ZoneEntries } from './zone.ts';

const dnssec = { smtp_dns_support_level: 'dnssec', inet_protocols: ['ipv4'] } as const;
const plain = { inet_protocols: ['ipv4'] };
const exchangers = { authenticated: true, queriedName: 'example.test', owner: 'example.test' };

async function trustOf(
  entries: ZoneEntries,
  ...rest: Parameters<typeof resolve> extends [unknown, ...infer R] ? R : never
) {
  const found = await resolve(entries, ...rest);
  return { dns: found.addresses[0]?.dns, validated: found.askedValidated };
}

const both = ['MX example.test', 'A mx.example.test'];
const zone = { ad: true, MX: '10 mx', mx: '192.0.2.1' };

describe('the way over exchangers', () => {
  test('everything validated', async () => {
    expect(await trustOf(zone, {}, dnssec)).toEqual({
      dns: {
        exchangers,
        addressAuthenticated: true,
        queriedName: 'mx.example.test',
        canonicalName: 'mx.example.test',
      },
      validated: both,
    });
  });

  test('without smtp_dns_support_level = dnssec nothing is, and nothing wants to be', async () => {
    expect(await trustOf(zone, {}, plain)).toMatchObject({
      dns: { exchangers: { authenticated: false }, addressAuthenticated: false },
      validated: [],
    });
  });

  const insecure = { ...zone, '@': { ad: false } };
  test.each([
    ['dane', both, true],
    ['encrypt', both, true],
    ['may', ['MX example.test'], false],
  ] as const)('MX not validated, insecure MX policy %s', async (policy, validated, addressAuthenticated) => {
    const settings = { ...dnssec, smtp_tls_dane_insecure_mx_policy: policy };
    expect(await trustOf(insecure, {}, settings)).toMatchObject({
      dns: { exchangers: { authenticated: false }, addressAuthenticated },
      validated,
    });
    expect(await trustOf(zone, {}, settings)).toMatchObject({ validated: both });
  });

  test('A and AAAA have their own status', async () => {
    const entries = { ...zone, mx: { AAAA: '2001:db8::1', fault: { A: 'NXDOMAIN' } } } as const;
    expect(await trustOf(entries, {}, { ...dnssec, inet_protocols: ['all'] })).toMatchObject({
      dns: { addressAuthenticated: true },
    });
  });

  test('a domain that is an alias: the owner of its MX records is the end of the chain', async () => {
    const entries = { ad: true, alias: { CNAME: 'real' }, real: { MX: '10 mx' }, mx: '192.0.2.1' };
    expect(await trustOf(entries, { domain: 'alias.example.test' }, dnssec)).toMatchObject({
      dns: {
        exchangers: { authenticated: true, queriedName: 'alias.example.test', owner: 'real.example.test' },
      },
    });
  });
});

describe('a host that is an alias', () => {
  test('in one answer', async () => {
    const entries = { ...zone, mx: { CNAME: 'real' }, real: '192.0.2.1' };
    expect(await trustOf(entries, {}, dnssec)).toMatchObject({
      dns: {
        addressAuthenticated: true,
        queriedName: 'mx.example.test',
        canonicalName: 'real.example.test',
      },
    });
  });

  test('in two answers, the second one not validated', async () => {
    const entries = { ...zone, mx: { CNAME: 'real', chase: false }, real: { A: '192.0.2.1', ad: false } };
    expect(await trustOf(entries, {}, dnssec)).toMatchObject({
      dns: { addressAuthenticated: false },
      validated: [...both, 'A real.example.test'],
    });
  });

  test('in two answers, the first one not validated: the second does not want to be', async () => {
    const entries = { ...zone, mx: { CNAME: 'real', chase: false, ad: false }, real: '192.0.2.1' };
    expect(await trustOf(entries, {}, dnssec)).toMatchObject({
      dns: { addressAuthenticated: false },
      validated: both,
    });
  });
});

describe('without exchangers', () => {
  test('implicit MX', async () => {
    const { dns } = await trustOf({ ad: true, A: '192.0.2.1' }, {}, dnssec);
    expect(dns).toEqual({
      addressAuthenticated: true,
      queriedName: 'example.test',
      canonicalName: 'example.test',
    });
  });

  test('SRV records', async () => {
    const entries = { ad: true, '_smtp._tcp': { SRV: '1 1 25 mx' }, mx: '192.0.2.1' };
    const { dns, validated } = await trustOf(entries, { service: 'smtp' }, dnssec);
    const owner = '_smtp._tcp.example.test';
    expect(dns?.exchangers).toEqual({ authenticated: true, queriedName: owner, owner });
    expect(validated).toEqual([`SRV ${owner}`, 'A mx.example.test']);
  });

  test('numbers and the hosts file are not validated', async () => {
    const literal = await trustOf({}, { domain: '192.0.2.1', lookup: 'host' }, dnssec);
    expect(literal.dns).toMatchObject({ addressAuthenticated: false, queriedName: '192.0.2.1' });
    const settings = { ...dnssec, smtp_host_lookup: ['native'] };
    const hosts = '192.0.2.7 example.test';
    const native = await trustOf({ ad: true }, { lookup: 'host' }, settings, { hosts });
    expect(native.dns).toMatchObject({ addressAuthenticated: false, queriedName: 'example.test' });
  });

  test('our own names are looked up without', async () => {
    const own = { ...dnssec, inet_interfaces: ['mx.example.test'] };
    const { validated } = await trustOf({ ad: true, A: '192.0.2.1', mx: '192.0.2.2' }, {}, own);
    expect(validated).toEqual(['MX example.test', 'A example.test']);
  });
});
