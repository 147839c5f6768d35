import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mailHost } from '../declarative.ts';
import { type HostWorld, withHost } from '../testing.ts';
import type { TlsOptions } from './options.ts';
import { askForTls, failure, secure, secured, seen } from './testing.ts';

const later = (world: HostWorld, ms: number) =>
  new Promise<void>((resolve) => world.clock.schedule(ms, resolve));

describe('faults of the handshake', () => {
  test.each<[string, TlsOptions, string]>([
    ['text in place of TLS', { handshake: { instead: '500 what?\r\n' } }, 'ERR_SSL_WRONG_VERSION_NUMBER'],
    ['alert 40', { handshake: { alert: 40 } }, 'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE'],
    ['alert 112', { handshake: { alert: 112 } }, 'ERR_SSL_TLSV1_UNRECOGNIZED_NAME'],
    ['close', { handshake: { afterBytes: 0 } }, 'ECONNRESET'],
    ['reset', { handshake: { afterBytes: 0, then: 'reset' } }, 'ECONNRESET'],
    ['half of the first flight, close', { handshake: { afterBytes: 90, then: 'close' } }, 'ECONNRESET'],
    ['a corrupted hello', { handshake: { corruptByte: 20 } }, 'ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC'],
    [
      'a corrupted certificate',
      { handshake: { corruptByte: 500 } },
      'ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC',
    ],
    [
      'no common version',
      { minVersion: 'TLSv1', maxVersion: 'TLSv1.1' },
      'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
    ],
    [
      'no common cipher',
      { maxVersion: 'TLSv1.2', ciphers: 'aNULL' },
      'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE',
    ],
  ])('%s', async (_, tls, code) => {
    await withHost(mailHost({ tls }), async (world) => {
      expect(await failure(world, { ecdhCurve: 'X25519' })).toBe(code);
      await new Promise((resolve) => world.clock.schedule(5_000, () => resolve(undefined)));
      expect(seen(world).filter((line) => !line.startsWith('250'))).toContain('TLS handshake failed');
      expect(seen(world).at(-1)).toMatch(/^close|reset$/);
      expect(world.host.problems()).toEqual([]);
    });
  });

  test.each<[string, TlsOptions]>([
    ['silence', { handshake: { afterBytes: 0, then: 'silent' } }],
    ['a stall', { handshake: { afterBytes: 0, then: 'stall' } }],
    ['half of the first flight, then silence', { handshake: { afterBytes: 90, then: 'silent' } }],
  ])('%s: nothing happens', async (_, tls) => {
    await withHost(mailHost({ tls }), async (world) => {
      const plain = await askForTls(world);
      const waiting = new Promise((resolve) => world.clock.schedule(600_000, () => resolve('nothing')));
      expect(await Promise.race([waiting, secure(plain).catch((error) => error)])).toBe('nothing');
    });
  });

  test('a client that never begins is left after the idle time', async () => {
    await withHost(mailHost({ tls: {}, idleTimeout: '10s' }), async (world) => {
      const client = await askForTls(world);
      expect(await client.rest()).toBe('<close>');
    });
  });

  test('only in the connection that is named', async () => {
    await withHost(mailHost({ tls: { handshake: { alert: 40, connection: 2 } } }), async (world) => {
      await (await secured(world)).client.quit();
      expect(await failure(world)).toBe('ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE');
    });
  });

  test('what is said in the clear after a handshake that failed is kept', async () => {
    const handshake = { instead: '500 what?\r\n', then: 'silent' } as const;
    await withHost(mailHost({ tls: { handshake } }), async (world) => {
      const plain = await askForTls(world);
      const raw = plain.connection;
      // A hello, and then a change of mind.
      raw.write(Buffer.from('16030100050100000100', 'hex'));
      raw.write(Buffer.from('15030100020228', 'hex'));
      await later(world, 1_000);
      raw.write('MAIL FROM:<>\r\n');
      await later(world, 1_000);
      raw.write('RCPT TO:<a@b.test>\r\n');
      await later(world, 1_000);
      raw.end();
      await later(world, 1_000);
      expect(seen(world).slice(-6)).toEqual([
        'TLS handshake failed',
        'silent',
        'MAIL FROM:<>',
        'RCPT TO:<a@b.test>',
        'close',
        'close',
      ]);
    });
  });

  test('whatever the client says, the host ends the connection and complains of nothing', async () => {
    const record = fc
      .tuple(fc.constantFrom(0x16, 0x14, 0x15, 0x17, 0x80, 0x45), fc.uint8Array({ maxLength: 80 }))
      .map(([type, bytes]) => Buffer.from([type, 3, 1, 0, bytes.length, ...bytes]));
    const chunk = fc.oneof(record, fc.uint8Array({ minLength: 1, maxLength: 60 }));
    const run = async (chunks: readonly Uint8Array[]) =>
      withHost(mailHost({ tls: {}, idleTimeout: '20s' }), async (world) => {
        const client = await askForTls(world);
        for (const bytes of chunks) {
          client.send(bytes);
          await later(world, 50);
        }
        await client.rest();
        await later(world, 60_000);
        expect(world.host.problems()).toEqual([]);
        expect(seen(world)).toContain('TLS handshake failed');
      });
    await fc.assert(fc.asyncProperty(fc.array(chunk, { maxLength: 4 }), run), { numRuns: 60 });
  });

  test('commands in the clear on a failed handshake are kept', async () => {
    await withHost(mailHost({ tls: {} }), async (world) => {
      const client = await askForTls(world);
      client.send('MAIL FROM:<>\r\n');
      await client.rest();
      expect(seen(world).slice(-3)).toEqual(['MAIL FROM:<>', 'TLS handshake failed', 'close']);
    });
  });
});

describe('after the handshake', () => {
  test('plaintext in the midst of TLS', async () => {
    await withHost(
      mailHost({ tls: { afterHandshake: { plaintext: '250 injected\r\n' } } }),
      async (world) => {
        const { client } = await secured(world);
        expect(await client.rest()).toMatch(/ERR_SSL_(BAD_RECORD_TYPE|WRONG_VERSION_NUMBER)/);
      },
    );
  });

  test('another handshake is asked for', async () => {
    const tls = { maxVersion: 'TLSv1.2', afterHandshake: 'renegotiate' } as const;
    await withHost(mailHost({ tls }), async (world) => {
      const { client, socket } = await secured(world);
      let handshakes = 1;
      socket.on('secureConnect', () => {
        handshakes += 1;
      });
      expect(await client.askAll('NOOP', 'NOOP')).toEqual(['250 2.0.0 Ok', '250 2.0.0 Ok']);
      expect(handshakes).toBe(2);
    });
  });

  test.each([true, false])('close_notify: %s', async (closeNotify) => {
    await withHost(mailHost({ tls: { closeNotify, maxVersion: 'TLSv1.2' } }), async (world) => {
      const plain = await askForTls(world);
      const raw: number[] = [];
      const { client } = await secure(plain);
      plain.connection.on('data', (chunk: Buffer) => raw.push(chunk[0] ?? 0));
      expect(await client.ask('QUIT')).toBe('221 2.0.0 Bye');
      await client.rest();
      expect(raw.includes(21)).toBe(closeNotify);
    });
  });

  test.each(['close', 'reset'] as const)('%s', async (then) => {
    await withHost(mailHost({ tls: {}, mail: { then } }), async (world) => {
      const { client } = await secured(world);
      await client.ask('EHLO c');
      expect(await client.ask('MAIL FROM:<>')).toBe(then === 'close' ? '<close>' : '<ECONNRESET>');
    });
  });
});
