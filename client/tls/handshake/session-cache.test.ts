import { expect, test } from 'vitest';
import { testWorld, wait } from '../../../simulator/virtual/testing.ts';
import { TlsSessionCache } from './session-cache.ts';

const entry = (name: string) => ({
  session: Buffer.from(name),
  verification: { matched: true, trusted: true },
  certificate: undefined,
});

test('a session is found until its time is up, and by its own key alone', async () => {
  const world = testWorld();
  await world.clock.run(async () => {
    const cache = new TlsSessionCache(world.clock, 3_600_000);
    cache.keep('a', entry('one'));
    expect(cache.find('b')).toBeUndefined();
    await wait(world, 3_600_000);
    expect(cache.find('a')).toEqual(entry('one'));
    await wait(world, 1);
    expect(cache.find('a')).toBeUndefined();
  });
});

test('a new session takes the place of the old one, and a failure ends it', () => {
  const cache = new TlsSessionCache(testWorld().clock, 1000);
  cache.keep('a', entry('one'));
  cache.keep('a', entry('two'));
  expect(cache.find('a')).toEqual(entry('two'));
  cache.forget('a');
  expect(cache.find('a')).toBeUndefined();
});

test('a thousand are kept; the one stored first gives way', () => {
  const cache = new TlsSessionCache(testWorld().clock, 1000);
  for (let number = 0; number <= 1000; number++) cache.keep(`key ${number}`, entry('x'));
  expect(cache.find('key 0')).toBeUndefined();
  expect(cache.find('key 1')).toBeDefined();
  expect(cache.find('key 1000')).toBeDefined();
});
