import { createHash } from 'node:crypto';
import type { ConnectionOptions } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { authority, selfSigned } from '../../certificates/authority.ts';
import { mailHost } from '../declarative.ts';
import { TestClient, withHost } from '../testing.ts';
import type { TlsOptions } from './options.ts';
import { askForTls, factsOf, failure, secure, secureConnection, secured, seen } from './testing.ts';

const ca = authority('Test CA');
const credential = ca.issue('a.example.test');

describe('STARTTLS', () => {
  test('a whole delivery inside TLS is recorded as plaintext, with the mark where TLS began', async () => {
    await withHost(mailHost({ tls: { credential } }), async (world) => {
      const trusting = { servername: 'a.example.test', ca: ca.pem, rejectUnauthorized: true };
      const { client, socket } = await secured(world, trusting);
      expect(socket.authorized).toBe(true);
      await client.askAll(
        'EHLO client.test',
        'MAIL FROM:<a@sender.test>',
        'RCPT TO:<b@example.test>',
        'DATA',
      );
      expect(await client.ask('Hello\r\n.')).toBe('250 2.0.0 Ok: queued as 1');
      expect(await client.quit()).toBe('221 2.0.0 Bye');
      await new Promise((resolve) => world.clock.schedule(1_000, () => resolve(undefined)));
      const lines = seen(world);
      expect(lines.slice(9, 15)).toEqual([
        '250 STARTTLS',
        'STARTTLS',
        '220 2.0.0 Ready to start TLS',
        '{TLS sni=a.example.test}',
        'EHLO client.test',
        '250-a',
      ]);
      expect(lines).toContain('<content, 10 bytes>');
      expect(lines.slice(-3)).toEqual(['221 2.0.0 Bye', 'close', 'close']);
      expect(lines.filter((line) => line.includes('STARTTLS'))).toHaveLength(2);
      expect(factsOf(world)).toMatchObject({ protocol: 'TLSv1.3', resumed: false });
      expect(world.host.deliveries).toHaveLength(1);
      expect(world.host.problems()).toEqual([]);
    });
  });

  test('is refused where it makes no sense', async () => {
    await withHost(mailHost(), async (world) => {
      const client = await world.connect();
      await client.reply();
      expect(await client.askAll('EHLO c', 'STARTTLS')).toEqual([
        expect.not.stringContaining('STARTTLS'),
        '500 5.5.1 command not recognized',
      ]);
    });
    await withHost(mailHost({ tls: {} }), async (world) => {
      const client = await world.connect();
      await client.reply();
      expect(await client.ask('STARTTLS now')).toBe('501 5.5.4 STARTTLS takes no argument');
      const inside = (await secured(world)).client;
      expect(await inside.askAll('MAIL FROM:<>', 'STARTTLS')).toEqual([
        '503 5.5.1 send EHLO first',
        '503 5.5.1 TLS is active already',
      ]);
    });
  });

  test('what is offered, before and inside', async () => {
    const tls = { extensions: ['SIZE', 'REQUIRETLS'] };
    await withHost(mailHost({ tls, extensions: ['STARTTLS', 'X-BEFORE'] }), async (world) => {
      const client = await world.connect();
      await client.reply();
      expect(await client.ask('EHLO c')).toBe('250-a\n250-STARTTLS\n250 X-BEFORE');
      await client.ask('STARTTLS');
      const inside = (await secure(client)).client;
      expect(await inside.ask('EHLO c')).toBe('250-a\n250-SIZE 10240000\n250 REQUIRETLS');
    });
  });

  test('a switch answers in its place, and injected lines leave with the reply', async () => {
    await withHost(
      mailHost({ tls: {}, starttls: ['454 4.7.0 later', '220 go\n250 injected'] }),
      async (world) => {
        const client = await world.connect();
        await client.reply();
        expect(await client.askAll('EHLO c', 'STARTTLS', 'NOOP', 'STARTTLS')).toEqual([
          expect.any(String),
          '454 4.7.0 later',
          '250 2.0.0 Ok',
          '220 go',
        ]);
        expect(client.segments.at(-1)).toBe('220 go\r\n250 injected\r\n');
        expect(await (await secure(client)).client.ask('NOOP')).toBe('250 2.0.0 Ok');
      },
    );
  });

  test('lines that come in a segment of their own meet the handshake', async () => {
    const starttls = { reply: '220 go\n250 injected', segments: ['220 go\r\n'.length] };
    await withHost(mailHost({ tls: {}, starttls }), async (world) => {
      expect(await failure(world)).toBe('ERR_SSL_WRONG_VERSION_NUMBER');
      expect(seen(world)).toContain('250 injected');
    });
  });

  test.each(['close', 'silent', 'stall', 'halfClose'] as const)(
    'a fault after the reply: %s',
    async (then) => {
      const host = mailHost({ tls: {}, faults: [{ at: 'starttls', then }] });
      await withHost(host, async (world) => {
        const waiting = new Promise((resolve) => world.clock.schedule(600_000, () => resolve('nothing')));
        const result = await Promise.race([waiting, failure(world)]);
        expect(result).toBe(/^(?:silent|stall)$/.test(then) ? 'nothing' : 'ECONNRESET');
        expect(world.host.problems()).toEqual([]);
      });
    },
  );

  test('what the client said behind STARTTLS is not taken for something said inside', async () => {
    await withHost(mailHost({ tls: {} }), async (world) => {
      const client = await world.connect();
      await client.reply();
      await client.ask('EHLO c');
      client.send('STARTTLS\r\nRSET\r\n');
      await client.reply();
      const inside = (await secure(client)).client;
      expect(await inside.ask('NOOP')).toBe('250 2.0.0 Ok');
      expect(seen(world).slice(-4)).toEqual([
        '220 2.0.0 Ready to start TLS',
        '{TLS}',
        'NOOP',
        '250 2.0.0 Ok',
      ]);
    });
  });
});

test('TLS from the first byte', async () => {
  const host = mailHost({ tls: { credential, wrapper: true } });
  expect(host.port).toBe(465);
  await withHost(host, async (world) => {
    const { client } = await secureConnection(await world.open());
    expect(await client.reply()).toBe('220 a ESMTP');
    expect(await client.ask('EHLO c')).not.toContain('STARTTLS');
    expect(seen(world).slice(0, 2)).toEqual(['{TLS}', '220 a ESMTP']);
  });
  await withHost(host, async (world) => {
    const client = new TestClient(await world.open());
    client.send('EHLO client.test\r\n');
    // What the server's engine says of it is an alert.
    expect(await client.rest()).toMatch(/<close>$/);
    expect(seen(world)).toEqual(['EHLO client.test', 'TLS handshake failed', 'close']);
  });
});

describe('what is agreed on', () => {
  const TLS12 = { maxVersion: 'TLSv1.2' } as const;
  test.each<[string, TlsOptions, ConnectionOptions, string, string]>([
    ['the newest', {}, {}, 'TLSv1.3', 'TLS_AES_256_GCM_SHA384'],
    ['no more than 1.2', TLS12, {}, 'TLSv1.2', 'ECDHE-ECDSA-AES128-GCM-SHA256'],
    [
      'TLS 1.0 alone',
      { minVersion: 'TLSv1', maxVersion: 'TLSv1', credential: selfSigned('a', { key: 'rsa' }) },
      { minVersion: 'TLSv1', ciphers: 'DEFAULT:@SECLEVEL=0' },
      'TLSv1',
      'ECDHE-RSA-AES256-SHA',
    ],
    [
      'anonymous',
      { ...TLS12, ciphers: 'aNULL' },
      { ciphers: 'ALL:@SECLEVEL=0' },
      'TLSv1.2',
      'ADH-AES256-GCM-SHA384',
    ],
    [
      'null encryption',
      { ...TLS12, ciphers: 'eNULL', credential: selfSigned('a', { key: 'rsa' }) },
      { ciphers: 'eNULL:@SECLEVEL=0' },
      'TLSv1.2',
      'ECDHE-RSA-NULL-SHA',
    ],
    [
      'a weak key',
      { credential: selfSigned('a', { key: 'rsa-1024' }) },
      { ciphers: 'DEFAULT:@SECLEVEL=0' },
      'TLSv1.3',
      'TLS_AES_256_GCM_SHA384',
    ],
    [
      'a DSA key',
      { ...TLS12, ciphers: 'ALL', credential: ca.issue('a', { key: 'dsa' }) },
      { ciphers: 'ALL:@SECLEVEL=0', sigalgs: 'DSA+SHA256' },
      'TLSv1.2',
      'DHE-DSS-AES256-GCM-SHA384',
    ],
    [
      'an Ed25519 key',
      { credential: ca.issue('a', { key: 'ed25519' }) },
      {},
      'TLSv1.3',
      'TLS_AES_256_GCM_SHA384',
    ],
  ])('%s', async (_, tls, options, protocol, cipher) => {
    await withHost(mailHost({ tls }), async (world) => {
      const { client } = await secured(world, options);
      expect(await client.ask('NOOP')).toBe('250 2.0.0 Ok');
      expect(factsOf(world)).toMatchObject({ protocol, cipher, sni: undefined });
    });
  });

  test('with certificates of two kinds the client chooses', async () => {
    const both = [credential, ca.issue('a.example.test', { key: 'rsa' })];
    await withHost(mailHost({ tls: { credential: both } }), async (world) => {
      for (const [sigalgs, kind] of [
        ['ECDSA+SHA256', 'ec'],
        ['RSA-PSS+SHA256', 'rsa'],
      ] as const) {
        const { socket } = await secured(world, { sigalgs });
        expect(socket.getPeerX509Certificate()?.publicKey.asymmetricKeyType).toBe(kind);
      }
    });
  });

  test('the certificate depends on the name that is asked for', async () => {
    const other = ca.issue('b.example.test');
    await withHost(mailHost({ tls: { credential, sni: { 'b.example.test': other } } }), async (world) => {
      const shown = async (servername: string) =>
        (await secured(world, { servername })).socket.getPeerX509Certificate()?.subjectAltName;
      expect(await shown('b.example.test')).toBe('DNS:b.example.test');
      expect(await shown('c.example.test')).toBe('DNS:a.example.test');
      expect(await shown('')).toBe('DNS:a.example.test');
    });
  });

  test.each([
    ['TLSv1.2', true],
    ['TLSv1.3', true],
    ['TLSv1.2', false],
    ['TLSv1.3', false],
  ] as const)('sessions of %s, tickets %s', async (maxVersion, tickets) => {
    await withHost(mailHost({ tls: { tickets } }), async (world) => {
      const first = await secured(world, { maxVersion });
      let session = first.socket.getSession();
      first.socket.on('session', (later) => {
        session = later;
      });
      await first.client.quit();
      const second = await secured(world, { maxVersion, session });
      await second.client.ask('NOOP');
      expect(factsOf(world, 1)?.resumed).toBe(tickets);
      expect(second.socket.isSessionReused()).toBe(tickets);
    });
  });

  test.each(['TLSv1.2', 'TLSv1.3'] as const)('client certificates with %s', async (maxVersion) => {
    const own = ca.issue('client.test', { extendedKeyUsage: ['clientAuth'] });
    const digest = createHash('sha256').update(own.certificate).digest('hex');
    for (const clientCertificate of ['asked', 'required'] as const) {
      const host = mailHost({ tls: { clientCertificate, clientAuthorities: [ca] } });
      await withHost(host, async (world) => {
        const shown = await secured(world, { maxVersion, cert: own.pem, key: own.keyPem });
        await shown.client.ask('NOOP');
        expect(factsOf(world)?.clientCertificate).toBe(digest);
      });
      await withHost(host, async (world) => {
        const plain = await askForTls(world);
        const result = await secure(plain, { maxVersion }).then(
          ({ client }) => client.ask('NOOP'),
          (error: NodeJS.ErrnoException) => error.code,
        );
        const refused =
          maxVersion === 'TLSv1.2'
            ? 'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE'
            : '<ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED>';
        expect(result).toBe(clientCertificate === 'asked' ? '250 2.0.0 Ok' : refused);
      });
    }
  });
});

describe('mistakes in options', () => {
  test.each<[unknown, string]>([
    [{ tickest: true }, 'mailHost: tls: unknown key "tickest"'],
    [{ ciphers: 'nonsense' }, 'mailHost: tls: '],
    [{ credential: { pem: '' } }, 'mailHost: tls: credential: make one with'],
    [{ handshake: {} }, 'mailHost: tls: handshake[0]: give one of instead, alert, afterBytes, corruptByte'],
    [{ handshake: { alert: 300 } }, 'alert: must be a whole number'],
    [{ handshake: { corruptByte: 1, then: 'close' } }, 'does not go with corruptByte'],
    [{ clientCertificate: 'yes' }, 'clientCertificate: must be asked or required'],
    [{ extensions: ['a\r\nb'] }, 'extensions: must be a list of EHLO lines'],
  ])('%j', (tls, message) => {
    expect(() => mailHost({ tls: tls as TlsOptions })).toThrow(message);
  });
});
