import { connect as connectTls, createSecureContext, TLSSocket } from 'node:tls';
import { promisify } from 'node:util';
import { SMTPServer } from 'smtp-server';
import { describe, expect, test } from 'vitest';
import type { Connection } from '../../client/platform/platform.ts';
import { DEFAULT_START_MS, VirtualClock } from './clock.ts';
import { installGlobalTimers, runInVirtualTime } from './global-timers.ts';
import { closed, connectedPair, readAll, SERVER, testWorld, wait } from './testing.ts';

describe('global timers in virtual time', () => {
  test('setTimeout, setInterval and Date follow the clock, and are real again afterwards', async () => {
    const before = { setTimeout, clearTimeout, setInterval, clearInterval, Date };
    const clock = new VirtualClock();
    await runInVirtualTime(clock, async () => {
      const ticks: number[] = [];
      const interval = setInterval(() => ticks.push(Date.now() - DEFAULT_START_MS), 600_000);
      await new Promise((resolve) => setTimeout(resolve, 1_900_000));
      clearInterval(interval);
      await promisify(setTimeout)(3_600_000);
      expect(ticks).toEqual([600_000, 1_200_000, 1_800_000]);
      expect(new Date().toISOString()).toBe('2026-01-01T01:31:40.000Z');
      expect(new Date()).toBeInstanceOf(Date);
      expect(new Date(0).getTime()).toBe(0);
      expect(Date.UTC(2000, 0)).toBe(946_684_800_000);
      expect(Date()).toContain('2026');
    });
    expect({ setTimeout, clearTimeout, setInterval, clearInterval, Date }).toEqual(before);
    expect(Math.abs(Date.now() - DEFAULT_START_MS)).toBeGreaterThan(5_500_000);
  });

  test('timer objects have the surface of Node timeouts', async () => {
    const clock = new VirtualClock();
    const realTimer = setTimeout(() => undefined, 60_000);
    await runInVirtualTime(clock, async () => {
      clearTimeout(realTimer);
      const fired: string[] = [];
      const byNumber = setTimeout(() => fired.push('cleared by number'), 5);
      clearTimeout(Number(byNumber));
      const refreshed = setTimeout(
        (text: string) => fired.push(`${text} ${clock.now() - DEFAULT_START_MS}`),
        10,
        'at',
      );
      expect(refreshed.unref().hasRef()).toBe(false);
      expect(refreshed.ref().hasRef()).toBe(true);
      setTimeout(() => refreshed.refresh(), 8);
      setTimeout(() => fired.push('overflow'), 2 ** 31);
      clearTimeout(undefined);
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(fired).toEqual(['overflow', 'at 18']);
      expect(() => Reflect.apply(setTimeout, undefined, ['text', 1])).toThrow(TypeError);
    });
  });

  test('one run at a time in a process', async () => {
    const uninstall = installGlobalTimers(new VirtualClock());
    try {
      await expect(runInVirtualTime(new VirtualClock(), async () => undefined)).rejects.toMatchObject({
        failure: 'concurrent',
        message: 'virtual time: a run is in progress in this process already',
      });
    } finally {
      uninstall();
    }
    await expect(runInVirtualTime(new VirtualClock(), async () => 'ok')).resolves.toBe('ok');
  });
});

/** Anonymous suites need no certificate; the handshake is real all the same. */
const ANONYMOUS = { ciphers: 'AECDH:ADH:@SECLEVEL=0', maxVersion: 'TLSv1.2' } as const;

function secured(socket: TLSSocket, event: 'secure' | 'secureConnect'): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once(event, resolve);
    socket.once('error', reject);
  });
}

function nextData(stream: Connection | TLSSocket): Promise<string> {
  return new Promise((resolve) => stream.once('data', (chunk) => resolve(String(chunk))));
}

describe('TLS in virtual time', () => {
  test('an upgrade after plaintext, over a path of an hour each way', async () => {
    const world = testWorld({ path: { latencyMs: 3_600_000 } });
    await runInVirtualTime(world.clock, async () => {
      const { client, server } = await connectedPair(world);
      const context = createSecureContext(ANONYMOUS);
      const serverSide = (async () => {
        expect(await nextData(server)).toBe('STARTTLS\r\n');
        server.write('220 go\r\n');
        const tls = new TLSSocket(server, { isServer: true, secureContext: context });
        await secured(tls, 'secure');
        expect(await nextData(tls)).toBe('EHLO\r\n');
        tls.end('250 secret\r\n');
      })();
      const startMs = world.elapsed();
      client.write('STARTTLS\r\n');
      expect(await nextData(client)).toBe('220 go\r\n');
      client.pause();
      const tls = connectTls({ socket: client, secureContext: context, rejectUnauthorized: false });
      await secured(tls, 'secureConnect');
      // One round trip for STARTTLS, two for the handshake of TLS 1.2.
      expect(world.elapsed() - startMs).toBe(6 * 3_600_000);
      tls.write('EHLO\r\n');
      expect(await readAll(tls)).toBe('250 secret\r\n');
      await serverSide;
    });
  });

  test('the last alert of a server that refuses reaches the client', async () => {
    const world = testWorld();
    await runInVirtualTime(world.clock, async () => {
      const { client, server } = await connectedPair(world);
      const refusing = new TLSSocket(server, {
        isServer: true,
        secureContext: createSecureContext({ ciphers: 'ECDHE-RSA-AES128-GCM-SHA256', maxVersion: 'TLSv1.2' }),
      });
      refusing.on('error', () => refusing.destroy());
      const tls = connectTls({ socket: client, secureContext: createSecureContext(ANONYMOUS) });
      await expect(secured(tls, 'secureConnect')).rejects.toMatchObject({
        code: expect.stringContaining('ALERT_HANDSHAKE_FAILURE'),
      });
    });
  });

  test('the idle limit of a TLS socket is virtual', async () => {
    const world = testWorld();
    await runInVirtualTime(world.clock, async () => {
      const { client, server } = await connectedPair(world);
      const context = createSecureContext(ANONYMOUS);
      const tlsServer = new TLSSocket(server, { isServer: true, secureContext: context });
      const tls = connectTls({ socket: client, secureContext: context, rejectUnauthorized: false });
      await secured(tls, 'secureConnect');
      const idle = new Promise<number>((resolve) =>
        tlsServer.setTimeout(60_000, () => resolve(world.elapsed())),
      );
      tlsServer.resume();
      await wait(world, 40_000);
      tls.write('x');
      const wroteAtMs = world.elapsed();
      expect(await idle).toBe(wroteAtMs + 5 + 60_000);
    });
  });
});

describe('the stock server in virtual time', () => {
  test('smtp-server: greeting delay, STARTTLS, a message, its idle limit', async () => {
    const world = testWorld();
    const messages: string[] = [];
    const server = new SMTPServer({
      logger: false,
      authOptional: true,
      disableReverseLookup: true,
      socketTimeout: 300_000,
      onData(stream, _session, callback) {
        void readAll(stream).then((text) => {
          messages.push(text);
          callback(null, 'kept');
        });
      },
    });
    server.on('error', () => undefined);
    world.network.listenTcp(SERVER, 25, (connection) =>
      Reflect.apply(server.connect, server, [connection, {}]),
    );
    await runInVirtualTime(world.clock, async () => {
      const plain = await world.client.connectTcp({ address: SERVER, port: 25 });
      expect(await nextData(plain)).toMatch(/^220 /);
      expect(world.elapsed()).toBe(120);
      plain.write('EHLO client.test\r\n');
      expect(await nextData(plain)).toContain('STARTTLS');
      plain.write('STARTTLS\r\n');
      expect(await nextData(plain)).toMatch(/^220 /);
      plain.pause();
      const client = connectTls({ socket: plain, rejectUnauthorized: false });
      await secured(client, 'secureConnect');
      for (const line of ['EHLO client.test', 'MAIL FROM:<a@b.test>', 'RCPT TO:<c@d.test>', 'DATA']) {
        client.write(`${line}\r\n`);
        expect(await nextData(client)).toMatch(/^[23]5/);
      }
      client.write('Subject: x\r\n\r\nbody\r\n.\r\n');
      expect(await nextData(client)).toContain('kept');
      const idleFromMs = world.elapsed();
      expect(await nextData(client)).toMatch(/^421 /);
      expect(world.elapsed() - idleFromMs).toBeGreaterThanOrEqual(300_000);
      expect(world.elapsed() - idleFromMs).toBeLessThan(300_100);
      client.end();
      await closed(plain);
    });
    expect(messages).toEqual(['Subject: x\r\n\r\nbody\r\n']);
  });
});
