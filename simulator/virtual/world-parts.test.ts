/** The small parts: files, random numbers, event hashes. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { VirtualClock } from './clock.ts';
import { canonicalJson, EventHash } from './event-hash.ts';
import { VirtualFiles } from './files.ts';
import { VirtualRandom } from './random.ts';

describe('virtual files', () => {
  test('contents and errors as on a disk', async () => {
    const files = new VirtualFiles({ '/etc/postfix/main.cf': 'a = b\n' });
    expect(Buffer.from(await files.read('/etc/postfix/main.cf', 6)).toString()).toBe('a = b\n');
    await expect(files.read('/etc/postfix/main.cf', 5)).rejects.toMatchObject({ code: 'EFBIG' });
    await expect(files.read('/etc/none', 10)).rejects.toMatchObject({
      code: 'ENOENT',
      syscall: 'open',
      path: '/etc/none',
    });
    await expect(files.read('/etc/postfix', 10)).rejects.toMatchObject({ code: 'EISDIR' });
    files.fail('/etc/postfix/main.cf', 'EACCES');
    await expect(files.read('/etc/postfix/main.cf', 10)).rejects.toMatchObject({ code: 'EACCES' });
    files.remove('/etc/postfix/main.cf');
    await expect(files.read('/etc/postfix/main.cf', 10)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('reads take virtual time when asked to', async () => {
    const clock = new VirtualClock();
    const files = new VirtualFiles({ '/slow': '' }, { clock, readMs: 250 });
    await clock.run(() => files.read('/slow', 0));
    expect(clock.now() - clock.startMs).toBe(250);
  });

  test('grow older', async () => {
    const clock = new VirtualClock();
    const files = new VirtualFiles({ '/old': { content: '', ageMs: 1000 } }, { clock });
    await clock.run(() => new Promise<void>((resolve) => clock.schedule(500, resolve)));
    files.write('/new', '');
    expect([await files.ageMs('/old'), await files.ageMs('/new')]).toEqual([1500, 0]);
    await expect(files.ageMs('/none')).rejects.toMatchObject({ code: 'ENOENT', syscall: 'stat' });
  });
});

describe('virtual random', () => {
  test('a seed and a label decide everything; forks do not disturb each other', () => {
    const drawn = (random: VirtualRandom) => Array.from({ length: 8 }, () => random.integer(1_000_000));
    const busy = new VirtualRandom('seed');
    drawn(busy);
    expect(drawn(busy.fork('dns'))).toEqual(drawn(new VirtualRandom('seed').fork('dns')));
    expect(drawn(new VirtualRandom('seed').fork('dns'))).not.toEqual(
      drawn(new VirtualRandom('seed').fork('tcp')),
    );
    expect(drawn(new VirtualRandom('seed'))).not.toEqual(drawn(new VirtualRandom('seeds')));
    expect(new VirtualRandom(7).bytes(20)).toEqual(new VirtualRandom(7).bytes(20));
  });

  test('integers lie below their bound, and spread evenly', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 32 }), (bound) => {
        const value = new VirtualRandom('bounds').integer(bound);
        expect(Number.isInteger(value) && value >= 0 && value < bound).toBe(true);
      }),
    );
    const counts = new Array<number>(6).fill(0);
    const random = new VirtualRandom('dice');
    for (let roll = 0; roll < 60_000; roll += 1) {
      const face = random.integer(6);
      counts[face] = (counts[face] ?? 0) + 1;
    }
    // 10,000 each with a standard deviation of 91; five of them is far enough.
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(456);
    expect(() => random.integer(0)).toThrow(RangeError);
    expect(() => random.integer(2 ** 32 + 1)).toThrow(RangeError);
  });
});

describe('event hash', () => {
  test('key order does not matter; values, bytes and order of events do', () => {
    expect(canonicalJson({ b: [1, undefined, null], a: { d: 'x', c: true }, e: undefined })).toBe(
      '{"a":{"c":true,"d":"x"},"b":[1,null,null]}',
    );
    expect(canonicalJson({ bytes: Buffer.from('hi'), big: 1n })).toBe(
      '{"big":{"$bigint":"1"},"bytes":{"$base64":"aGk="}}',
    );
    const digest = (...events: object[]) => {
      const hash = new EventHash();
      for (const event of events) hash.record(event);
      return hash.digest();
    };
    expect(digest({ a: 1, b: 2 })).toBe(digest({ b: 2, a: 1 }));
    expect(digest({ a: 1 }, { b: 2 })).not.toBe(digest({ b: 2 }, { a: 1 }));
    expect(digest({ a: Buffer.from('x') })).not.toBe(digest({ a: Buffer.from('y') }));
  });

  test('a digest in between does not change the last one', () => {
    const straight = new EventHash();
    const interrupted = new EventHash();
    for (let index = 0; index < 5000; index += 1) {
      straight.record({ index });
      interrupted.record({ index });
      if (index % 1000 === 0) interrupted.digest();
    }
    expect(interrupted.digest()).toBe(straight.digest());
  });

  test('what has no canonical form is an error', () => {
    const cycle: { self?: object } = {};
    cycle.self = cycle;
    for (const value of [{ a: Number.NaN }, { a: () => 1 }, { a: new Map() }, cycle]) {
      expect(() => canonicalJson(value)).toThrow(TypeError);
    }
  });
});
