import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Files } from '../platform/platform.ts';
import { parseHostsFile, readHostsFile } from './hosts-file.ts';
import { parseResolvConf, readResolvConf } from './resolv-conf.ts';

const files = (text: string | undefined): Pick<Files, 'read'> => ({
  async read() {
    if (text === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
    return Buffer.from(text);
  },
});

describe('resolv.conf', () => {
  test('everything at once', () => {
    const text = [
      '# comment',
      '; comment',
      'domain old.test',
      'search example.test sub.example.test',
      'nameserver 192.0.2.53',
      ' nameserver 2001:db8::53 ',
      'nameserver not-an-address',
      'nameserver 192.0.2.54',
      'nameserver 192.0.2.55',
      'options timeout:3 attempts:99 ndots:2 edns0 rotate',
      'options trust-ad',
    ].join('\n');
    expect(parseResolvConf(text)).toEqual({
      servers: ['192.0.2.53', '2001:db8::53', '192.0.2.54'].map((address) => ({ address, port: 53 })),
      search: ['example.test', 'sub.example.test'],
      ndots: 2,
      timeoutMs: 3_000,
      attempts: 5,
      edns0: true,
      trustAd: true,
    });
  });

  test('a missing file means the local server and the defaults', async () => {
    expect(await readResolvConf(files(undefined))).toEqual({
      servers: [{ address: '127.0.0.1', port: 53 }],
      search: [],
      ndots: 1,
      timeoutMs: 5_000,
      attempts: 2,
      edns0: false,
      trustAd: true,
    });
  });

  test('AD is trusted from this machine only, or when told so', () => {
    expect(parseResolvConf('nameserver ::1\nnameserver 127.0.0.53').trustAd).toBe(true);
    expect(parseResolvConf('nameserver 127.0.0.1\nnameserver 192.0.2.53').trustAd).toBe(false);
  });

  test('any text gives a usable configuration', () => {
    const words = fc.constantFrom(
      'nameserver',
      'options',
      'timeout:',
      'attempts:0',
      '-1',
      '::1',
      ' ',
      '\n',
      '#',
    );
    fc.assert(
      fc.property(
        fc.string({ unit: fc.oneof(words, fc.string({ maxLength: 3 })), maxLength: 60 }),
        (text) => {
          const { servers, timeoutMs, attempts } = parseResolvConf(text);
          expect(servers.length).toBeGreaterThan(0);
          expect(timeoutMs).toBeGreaterThanOrEqual(1_000);
          expect(attempts).toBeGreaterThanOrEqual(1);
        },
      ),
    );
  });
});

describe('hosts file', () => {
  test('names and aliases, in any case, several lines', async () => {
    const hosts = await readHostsFile(
      files(
        '127.0.0.1 localhost # me\n192.0.2.1\tA.test b.test\n2001:DB8::1 a.test\nnonsense a.test\n#192.0.2.9 a.test',
      ),
    );
    expect(hosts.addresses('a.TEST')).toEqual(['192.0.2.1', '2001:db8::1']);
    expect(hosts.addresses('b.test')).toEqual(['192.0.2.1']);
    expect(hosts.addresses('me')).toEqual([]);
    expect(hosts.addresses('')).toEqual([]);
  });
  test('none', async () =>
    expect((await readHostsFile(files(undefined))).addresses('localhost')).toEqual([]));
  test('names of objects are no hosts', () =>
    expect(parseHostsFile('').addresses('constructor')).toEqual([]));
});
