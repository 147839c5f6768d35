import { describe, expect, test } from 'vitest';
import { type ZoneEntries, ZoneError, zone } from './zone.ts';

const errorOf = (entries: unknown, origin = 'example.test'): string => {
  try {
    zone(origin, entries as ZoneEntries);
  } catch (error) {
    if (error instanceof ZoneError) return error.message;
  }
  return 'no error';
};

test('relative and absolute names, the zone itself three ways', () => {
  const { origin, names } = zone('Example.Test.', {
    MX: '10 a',
    '@': { TXT: 'x', fault: { MX: 'REFUSED' } },
    'example.test.': { A: '192.0.2.9' },
    a: ['192.0.2.1', '2001:db8::1'],
    'host.other.test.': { CNAME: 'a' },
  });
  expect(origin).toBe('example.test');
  expect([...names.keys()].sort()).toEqual(['a.example.test', 'example.test', 'host.other.test']);
  expect(names.get('example.test')?.records.map(({ type }) => type)).toEqual(['A', 'MX', 'TXT']);
  expect([...(names.get('example.test')?.faults ?? [])]).toEqual([['MX', 'REFUSED']]);
  expect(names.get('a.example.test')?.records).toMatchObject([
    { type: 'A', address: '192.0.2.1' },
    { type: 'AAAA', address: '2001:db8::1' },
  ]);
  expect(names.get('host.other.test')?.records).toMatchObject([{ type: 'CNAME', target: 'a.Example.Test' }]);
});

test('authentication and time to live, by zone and by name', () => {
  const { names } = zone('example.test', {
    ad: true,
    ttl: 5,
    a: '192.0.2.1',
    b: { A: '192.0.2.2', ad: false, ttl: 7 },
  });
  const shown = [...names.values()].map(({ authenticated, records }) => [
    authenticated,
    records[0]?.ttlSeconds,
  ]);
  expect(shown).toEqual([
    [true, 5],
    [false, 7],
  ]);
});

test('names of records may be called ad and ttl', () => {
  const { names } = zone('example.test', { ad: '192.0.2.1', ttl: { A: '192.0.2.2' } });
  expect([...names.keys()]).toEqual(['ad.example.test', 'ttl.example.test']);
});

describe('mistakes are named in one line', () => {
  test.each<[unknown, RegExp]>([
    [{ a: '192.0.2.300' }, /^zone example\.test: a: "192\.0\.2\.300" is no address$/],
    [{ MX: 'mail' }, /^zone example\.test: .*MX "mail": expected "preference host"$/],
    [{ MX: '70000 mail' }, /70000 is above 65535/],
    [{ MX: '10 a..b' }, /"a\.\.b" is no name that DNS can carry/],
    [{ 'a b': '192.0.2.1' }, /"a b" is no name/],
    [{ [`${'x'.repeat(64)}`]: '192.0.2.1' }, /is no name/],
    [{ a: { AAAA: '192.0.2.1' } }, /expected an IPv6 address/],
    [{ a: { A: '::1' } }, /expected an IPv4 address/],
    [{ a: { TLSA: '3 1 1 xyz' } }, /expected "usage selector matching-type hex"/],
    [{ a: { TLSA: '3 1 300 00' } }, /expected fields from 0 to 255/],
    [{ a: { SRV: '0 5 host' } }, /expected "priority weight port host"/],
    [
      { a: { CNAME: 'b', A: '192.0.2.1' } },
      /^zone example\.test: a\.example\.test: a CNAME must be alone with its name$/,
    ],
    [{ a: { fault: 'servfail' } }, /unknown fault "servfail", expected SERVFAIL, /],
    [{ a: { fault: { NS: 'SERVFAIL' } } }, /fault for unknown record type "NS"/],
    [{ a: { delay: 'soon' } }, /^zone example\.test: a\.example\.test: not a duration: "soon"/],
    [{ a: { times: 0, fault: 'SERVFAIL' } }, /times must be a positive whole number/],
    [{ a: { ttl: -1 } }, /ttl must be/],
    [{ a: { mx: '10 a' } }, /unknown "mx", expected A, AAAA, /],
    [{ a: { A: 7 } }, /^zone example\.test: a A: expected a string or a list of strings$/],
    [{ a: 7 }, /^zone example\.test: a: expected a string or a list of strings$/],
    [{ TXT: 'line\nbreak' }, /expected printable ASCII/],
  ])('%j', (entries, message) => {
    expect(errorOf(entries)).toMatch(message);
    expect(errorOf(entries)).not.toContain('\n');
  });
  test('the zone', () => expect(errorOf({}, 'no zone')).toMatch(/"no zone" is no name/));
});
