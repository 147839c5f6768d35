/** What is remembered of refused credentials, for how long, and that it stays bounded. */
import { expect, test } from 'vitest';
import { FailureCache } from './failure-cache.ts';

const credentials = { user: 'user', password: 'pass' };
const reply = { code: 535, status: '5.7.8', text: '535-5.7.8 no\n535 5.7.8 really', malformed: false };
const within = { nowMs: 1_000, lifetimeMs: 1_000 };

test('credentials are found as they were refused', () => {
  const cache = new FailureCache();
  cache.store('mx.test', credentials, reply, 0);
  expect(cache.find('mx.test', credentials, within)).toMatchObject({ dsn: '5.7.8', text: '535-5.7.8 no' });
  expect(cache.find('other.test', credentials, within)).toBeUndefined();
  expect(cache.find('mx.test', { ...credentials, user: 'other' }, within)).toBeUndefined();
});

test('time, and another password, make an entry go', () => {
  const cache = new FailureCache();
  cache.store('mx.test', credentials, reply, 0);
  expect(cache.find('mx.test', credentials, { ...within, nowMs: 1_001 })).toBeUndefined();
  expect(cache.find('mx.test', credentials, within)).toBeUndefined();
  cache.store('mx.test', credentials, reply, 0);
  expect(cache.find('mx.test', { ...credentials, password: 'new' }, within)).toBeUndefined();
  expect(cache.find('mx.test', credentials, within)).toBeUndefined();
});

test('the oldest of very many are forgotten', () => {
  const cache = new FailureCache();
  for (let index = 0; index <= 10_000; index += 1) cache.store(`${index}`, credentials, reply, 0);
  expect(cache.find('0', credentials, within)).toBeUndefined();
  expect(cache.find('1', credentials, within)).toBeDefined();
  expect(cache.find('10000', credentials, within)).toBeDefined();
});
