import { describe, expect, test } from 'vitest';
import { CLIENT, closed, connectedPair, readAll, SERVER, testWorld, wait } from './testing.ts';

describe('virtual connection', () => {
  test('a dialogue takes the time of its round trips', async () => {
    const world = testWorld({ path: { latencyMs: 10 } });
    const log: string[] = [];
    world.network.listenTcp(SERVER, 25, (connection) => {
      expect(connection.remoteAddress).toBe(CLIENT);
      expect(connection.localAddress).toBe(SERVER);
      expect(connection.readyState).toBe('open');
      connection.write('220 hello\r\n');
      connection.on('data', (chunk) => {
        log.push(`${world.elapsed()} C: ${String(chunk).trim()}`);
        connection.end('221 bye\r\n');
      });
    });
    await world.clock.run(async () => {
      const client = await world.client.connectTcp({ address: SERVER, port: 25 });
      log.push(`${world.elapsed()} connected`);
      client.on('data', (chunk) => {
        log.push(`${world.elapsed()} S: ${String(chunk).trim()}`);
        if (String(chunk).startsWith('220')) client.write('QUIT\r\n');
      });
      client.once('end', () => client.end());
      expect(await closed(client)).toBeUndefined();
      log.push(`${world.elapsed()} closed`);
    });
    expect(log).toEqual(['20 connected', '40 S: 220 hello', '50 C: QUIT', '60 S: 221 bye', '60 closed']);
  });

  test('a half-closed connection still carries the other direction', async () => {
    const world = testWorld();
    await world.clock.run(async () => {
      const { client, server } = await connectedPair(world);
      client.end('all of it');
      expect(await readAll(server.iterator({ destroyOnReturn: false }))).toBe('all of it');
      expect(server.readyState).toBe('writeOnly');
      await wait(world, 60_000);
      server.end('answer');
      expect(await readAll(client)).toBe('answer');
    });
  });

  test('a reset loses what has not arrived', async () => {
    const world = testWorld();
    await world.clock.run(async () => {
      const { client, server } = await connectedPair(world);
      const received: string[] = [];
      client.on('data', (chunk) => received.push(String(chunk)));
      server.write('250 read');
      await wait(world, 5);
      server.write('250 lost');
      server.resetPeer();
      expect(await closed(client)).toMatchObject({
        code: 'ECONNRESET',
        syscall: 'read',
        message: 'read ECONNRESET',
      });
      expect(received).toEqual(['250 read']);
    });
  });

  test('a reset loses what has arrived and was not read', async () => {
    const world = testWorld();
    await world.clock.run(async () => {
      const { client, server } = await connectedPair(world);
      server.write('unread');
      await wait(world, 20);
      server.resetPeer();
      const error = await closed(client);
      expect(error?.code).toBe('ECONNRESET');
      expect(client.read()).toBeNull();
    });
  });

  test('destroying with unread data resets, with everything read it closes in order', async () => {
    const world = testWorld();
    await world.clock.run(async () => {
      const first = await connectedPair(world);
      first.client.write('never read');
      await wait(world, 20);
      first.server.destroy();
      expect((await closed(first.client))?.code).toBe('ECONNRESET');

      const second = await connectedPair(world);
      second.server.write('last words');
      second.server.destroy();
      expect(await readAll(second.client)).toBe('last words');
    });
  });

  test('writing to a closed peer: the first write provokes a reset, the next is a broken pipe', async () => {
    const world = testWorld();
    await world.clock.run(async () => {
      const { client, server } = await connectedPair(world);
      server.destroy();
      client.resume();
      await new Promise((resolve) => client.once('end', resolve));
      await new Promise<void>((resolve, reject) =>
        client.write('a', (error) => (error ? reject(error) : resolve())),
      );
      await wait(world, 20);
      const failure = closed(client);
      client.write('b');
      expect(await failure).toMatchObject({ code: 'EPIPE', syscall: 'write', message: 'write EPIPE' });
    });
  });

  test('data for an end that closed in the meantime comes back as a reset', async () => {
    const world = testWorld({ path: { latencyMs: 10 } });
    await world.clock.run(async () => {
      const { client, server } = await connectedPair(world);
      const failure = closed(client);
      client.write('crosses the close');
      server.destroy();
      const before = world.elapsed();
      expect((await failure)?.code).toBe('ECONNRESET');
      expect(world.elapsed() - before).toBe(20);
    });
  });

  test('the writer waits for a stalled reader', async () => {
    const world = testWorld({ path: { windowBytes: 1000 } });
    await world.clock.run(async () => {
      const { client, server } = await connectedPair(world);
      const accepted: number[] = [];
      for (const size of [600, 600, 600])
        client.write(Buffer.alloc(size), () => accepted.push(world.elapsed()));
      client.end();
      await wait(world, 10_000);
      expect(accepted).toHaveLength(1);
      const resumedAtMs = world.elapsed();
      expect(await readAll(server)).toHaveLength(1800);
      expect(accepted).toHaveLength(3);
      expect(accepted[1]).toBe(resumedAtMs);
    });
  });

  test('a stalled writer whose peer resets is told', async () => {
    const world = testWorld({ path: { windowBytes: 10 } });
    await world.clock.run(async () => {
      const { client, server } = await connectedPair(world);
      const failed = new Promise<unknown>((resolve) => client.write(Buffer.alloc(100), resolve));
      const failure = closed(client);
      await wait(world, 100);
      server.resetPeer();
      expect(await failed).toMatchObject({ code: 'ECONNRESET' });
      expect((await failure)?.code).toBe('ECONNRESET');
    });
  });

  test('a reader of either kind sees segment boundaries', async () => {
    for (const kind of ['flowing', 'iterating'] as const) {
      const world = testWorld({ path: { segmentBytes: 4 } });
      const seen = await world.clock.run(async () => {
        const { client, server } = await connectedPair(world);
        client.write('0123456789');
        client.end('ab');
        const pieces: string[] = [];
        if (kind === 'iterating') for await (const piece of server) pieces.push(String(piece));
        else {
          server.on('data', (piece) => pieces.push(String(piece)));
          await new Promise((resolve) => server.once('end', resolve));
        }
        return pieces;
      });
      expect(seen).toEqual(['0123', '4567', '89', 'ab']);
    }
  });

  test('each read() takes one segment, also when more have arrived', async () => {
    const world = testWorld();
    await world.clock.run(async () => {
      const { client, server } = await connectedPair(world);
      client.write('one');
      client.write('two');
      await wait(world, 20);
      const pieces: string[] = [];
      server.on('readable', () => {
        const piece = server.read();
        if (piece !== null) pieces.push(String(piece));
      });
      await wait(world, 20);
      expect(pieces).toEqual(['one', 'two']);
    });
  });

  test('corked writes travel as one segment', async () => {
    const world = testWorld();
    await world.clock.run(async () => {
      const { client, server } = await connectedPair(world);
      client.cork();
      client.write('MAIL\r\n');
      client.write('RCPT\r\n');
      client.uncork();
      const [chunk] = await new Promise<unknown[]>((resolve) =>
        server.once('data', (...data) => resolve(data)),
      );
      expect(String(chunk)).toBe('MAIL\r\nRCPT\r\n');
    });
  });

  test('bandwidth is exact to the millisecond', async () => {
    const world = testWorld({ path: { latencyMs: 7, bytesPerSecond: 3000, segmentBytes: 100 } });
    await world.clock.run(async () => {
      const { client, server } = await connectedPair(world);
      const startMs = world.elapsed();
      client.write(Buffer.alloc(300));
      const arrivals: number[] = [];
      server.on('data', () => arrivals.push(world.elapsed() - startMs));
      await wait(world, 1000);
      // 100 bytes take 33 1/3 ms; the fraction is carried on, not rounded for each segment.
      expect(arrivals).toEqual([41, 74, 107]);
    });
  });

  test('jitter never reorders a stream', async () => {
    const world = testWorld({ path: { jitterMs: 50 } });
    await world.clock.run(async () => {
      const { client, server } = await connectedPair(world);
      for (let index = 0; index < 50; index += 1) {
        client.write(`${index},`);
        await wait(world, 1);
      }
      client.end();
      expect(await readAll(server)).toBe(Array.from({ length: 50 }, (_, index) => `${index},`).join(''));
    });
  });

  test('the idle limit counts traffic of both directions', async () => {
    const world = testWorld();
    await world.clock.run(async () => {
      const { client, server } = await connectedPair(world);
      const startMs = world.elapsed();
      server.resume();
      const idle = new Promise<number>((resolve) =>
        server.setTimeout(1000, () => resolve(world.elapsed() - startMs)),
      );
      await wait(world, 800);
      client.write('x');
      await wait(world, 800);
      server.write('y');
      expect(await idle).toBe(2600 + 0);
    });
  });
});
