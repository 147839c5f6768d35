import { expect, test } from 'vitest';
import { runScenarios } from './runner.ts';
import { check, delivered, mailHost, message, scenario, zone } from './scenario.ts';
import { nexthopSender } from './senders/nexthop.ts';
import { within } from './time-limit.ts';

const never = new Promise<never>(() => {});

test('work that ends in time settles as it would', async () => {
  expect(await within(10_000, 'work', Promise.resolve(1))).toBe(1);
  await expect(within(10_000, 'work', Promise.reject(new Error('own')))).rejects.toThrow('own');
});

test('work that does not end is given up', async () => {
  await expect(within(1, 'work', never)).rejects.toThrow('work took more than 1 ms');
});

test.each([
  ['before', AbortSignal.abort()],
  ['meanwhile', AbortSignal.timeout(1)],
])('work that is interrupted %s is given up', async (_, signal) => {
  await expect(within(10_000, 'work', never, signal)).rejects.toThrow('work: interrupted');
});

test('a check that never ends fails its scenario, not the run', async () => {
  const to = 'user@example.test';
  const family = ['first', 'stuck', 'last'].map((name) =>
    scenario(`limit/${name}`, {
      title: 'A message arrives',
      clauses: ['rfc5321-2.1-01'],
      dns: zone('example.test', { MX: '10 a', a: '192.0.2.1' }),
      hosts: { a: mailHost() },
      send: message({ to }),
      expect: [delivered(to, { via: 'a' }), check('ends', () => (name === 'stuck' ? never : undefined))],
    }),
  );
  const run = runScenarios(family, { senders: [nexthopSender('1')], seed: 1, scenarioLimitMs: 500 });
  const results = [];
  for await (const result of run.results) results.push(result);
  expect(results.map(({ verdict }) => verdict)).toEqual(['passed', 'failed', 'passed']);
  expect(results[1]?.reason).toBe('checking took more than 500 ms');
});
