import { expect, test } from 'vitest';
import { zone } from '../dns/zone.ts';
import { mailHost } from '../hosts/declarative.ts';
import { LoopbackPlan } from './loopback-plan.ts';

const description = {
  dns: [
    zone('example.test', {
      MX: ['10 a', '20 b'],
      a: ['192.0.2.1', '2001:db8::1'],
      b: '192.0.2.2',
      c: ['203.0.113.7', '10.9.2.1', '127.0.0.1'],
      '_25._tcp.a': { TLSA: '3 1 1 00' },
      '_99._tcp.a': { TLSA: '3 1 1 00' },
    }),
  ],
  hosts: { a: mailHost(), b: mailHost({ port: 587 }) },
  network: { b: { latencyMs: 20 } },
};

test('every address has one of its own, and names lead there', async () => {
  const plan = new LoopbackPlan(description, { folder: '/f', manyAddresses: true });
  await plan.choosePorts(10_000);
  const given = [...plan.addresses.keys()];
  expect(given).toEqual([
    '192.0.2.1',
    '2001:db8::1',
    '192.0.2.2',
    '203.0.113.7',
    '10.9.2.1',
    '198.51.100.25',
    '2001:db8:c::25',
  ]);
  const served = [...plan.addresses.values()];
  expect(new Set(served).size).toBe(served.length);
  for (const [index, address] of served.entries())
    expect(address).toMatch(given[index]?.includes(':') ? /^::ffff:7f0\d:/ : /^127\.\d+\.\d+\.\d+$/);
  expect(served.slice(0, 4)).toEqual(['127.0.2.1', '::ffff:7f00:601', '127.0.2.2', '127.0.113.7']);
  const moved = plan.description();
  expect(moved.hosts).toMatchObject({
    a: { addresses: ['127.0.2.1', '127.0.6.1'], definition: { port: 10_025 } },
    b: { addresses: ['127.0.2.2'], definition: { port: 10_587 } },
  });
  const [first] = [moved.dns ?? []].flat();
  expect(first?.names.get('example.test')?.records).toMatchObject([{ exchange: 'a.example.test' }, {}]);
  expect(first?.names.get('c.example.test')?.records).toMatchObject([
    { address: '127.0.113.7' },
    { address: served[4] },
    { address: '127.0.0.1' },
  ]);
  expect([...(first?.names.keys() ?? [])].filter((name) => name.startsWith('_'))).toEqual([
    '_10025._tcp.a.example.test',
    '_99._tcp.a.example.test',
  ]);
  expect(plan.missing()).toEqual(['the path to b: its latencyMs can only be simulated']);
});

test('where there is one address, each host has a port of its own', async () => {
  const plan = new LoopbackPlan(description, { folder: '/f', manyAddresses: false });
  await plan.choosePorts(undefined);
  expect(new Set(plan.addresses.values())).toEqual(new Set(['127.0.0.1', '::ffff:7f00:1']));
  const { hosts = {} } = plan.description();
  expect(hosts).toMatchObject({ a: { addresses: ['127.0.0.1'] }, b: { addresses: ['127.0.0.1'] } });
  const [a, b] = plan.hosts(new Map());
  expect(a?.port).toBeGreaterThan(0);
  expect(b?.port).not.toBe(a?.port);
});
