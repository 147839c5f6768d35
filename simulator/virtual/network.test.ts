import { describe, expect, test } from 'vitest';
import type { TcpTarget } from '../../client/platform/platform.ts';
import type { Reachability } from './path.ts';
import { CLIENT, closed, readAll, SERVER, type TestWorld, testWorld, wait } from './testing.ts';

async function failure(world: TestWorld, target: TcpTarget, signal?: AbortSignal) {
  return world.client.connectTcp(target, signal).then(
    () => undefined,
    (error: unknown) => ({ error, atMs: world.elapsed() }),
  );
}

describe('connecting', () => {
  test.each<[Reachability, string, number]>([
    ['refused', 'ECONNREFUSED', 10],
    ['unreachable', 'EHOSTUNREACH', 10],
    ['networkUnreachable', 'ENETUNREACH', 0],
    ['silent', 'ETIMEDOUT', 127_000],
  ])('%s is %s after %i ms, with a listener or without', async (reachability, code, atMs) => {
    const world = testWorld();
    world.network.listenTcp(SERVER, 25, () => undefined);
    world.network.setReachability({ address: SERVER, port: 25 }, reachability);
    const result = await world.clock.run(() => failure(world, { address: SERVER, port: 25 }));
    expect(result).toMatchObject({
      atMs,
      error: { code, syscall: 'connect', address: SERVER, port: 25, message: `connect ${code} ${SERVER}:25` },
    });
  });

  test('nobody listens: refused; nobody has the address: unreachable, or as configured', async () => {
    const world = testWorld();
    world.network.addAddress('192.0.2.2');
    const strict = testWorld({ unknownAddress: 'silent' });
    await world.clock.run(async () => {
      expect(await failure(world, { address: '192.0.2.2', port: 25 })).toMatchObject({
        error: { code: 'ECONNREFUSED' },
      });
      expect(await failure(world, { address: '192.0.2.3', port: 25 })).toMatchObject({
        error: { code: 'EHOSTUNREACH' },
      });
    });
    const silent = await strict.clock.run(() => failure(strict, { address: '192.0.2.3', port: 25 }));
    expect(silent).toMatchObject({ atMs: 127_000, error: { code: 'ETIMEDOUT' } });
  });

  test('an abort ends a silent attempt', async () => {
    const world = testWorld();
    world.network.setReachability({ address: SERVER }, 'silent');
    await world.clock.run(async () => {
      const abort = new AbortController();
      world.clock.schedule(30_000, () => abort.abort(new Error('limit')));
      const result = await failure(world, { address: SERVER, port: 25 }, abort.signal);
      expect(result).toMatchObject({ atMs: 30_000, error: { name: 'AbortError', code: 'ABORT_ERR' } });
      expect(await failure(world, { address: SERVER, port: 25 }, abort.signal)).toMatchObject({
        atMs: 30_000,
      });
    });
  });

  test('the source address: own ones only, of the same family', async () => {
    const world = testWorld();
    world.network.listenTcp(SERVER, 25, (connection) => connection.end(`${connection.remoteAddress}`));
    world.network.listenTcp('2001:DB8::25', 25, () => undefined);
    const two = world.network.host([CLIENT, '198.51.100.8', '2001:db8::7']);
    await world.clock.run(async () => {
      const target = { address: SERVER, port: 25 };
      const connection = await two.connectTcp({ ...target, localAddress: '198.51.100.8' });
      expect(await readAll(connection)).toBe('198.51.100.8');
      expect(await failure(world, { ...target, localAddress: '198.51.100.99' })).toMatchObject({
        error: { code: 'EADDRNOTAVAIL', syscall: 'bind', message: 'bind EADDRNOTAVAIL 198.51.100.99' },
      });
      expect(await failure(world, { ...target, localAddress: '::1' })).toMatchObject({
        error: { code: 'EINVAL', syscall: 'bind' },
      });
      expect(await failure(world, { address: '2001:db8::25', port: 25 })).toMatchObject({
        error: { code: 'ENETUNREACH' },
      });
      const sixth = await two.connectTcp({ address: '2001:db8:0:0::25', port: 25 });
      expect(sixth.localAddress).toBe('2001:db8::7');
    });
  });

  test('unix sockets', async () => {
    const world = testWorld();
    world.network.listenUnix('/run/lmtp', (connection) => connection.end('220 here'));
    await world.clock.run(async () => {
      expect(await readAll(await world.client.connectUnix('/run/lmtp'))).toBe('220 here');
      expect(world.elapsed()).toBe(0);
      await expect(world.client.connectUnix('/run/none')).rejects.toMatchObject({
        code: 'ENOENT',
        syscall: 'connect',
        message: 'connect ENOENT /run/none',
      });
      world.network.setReachability({ address: '/run/lmtp' }, 'refused');
      await expect(world.client.connectUnix('/run/lmtp')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    });
  });

  test('path settings: port before address before default, felt by connections that exist', async () => {
    const world = testWorld();
    world.network.listenTcp(SERVER, 25, (connection) => connection.pipe(connection));
    world.network.setPath({ latencyMs: 100 }, { address: SERVER });
    world.network.setPath({ latencyMs: 50 }, { address: SERVER, port: 25 });
    await world.clock.run(async () => {
      const client = await world.client.connectTcp({ address: SERVER, port: 25 });
      expect(world.elapsed()).toBe(100);
      world.network.setPath({ latencyMs: 200 }, { address: SERVER, port: 25 });
      client.end('echo');
      expect(await readAll(client)).toBe('echo');
      expect(world.elapsed()).toBe(500);
    });
  });

  test('two listeners on one port and wrong settings are errors at once', () => {
    const { network } = testWorld();
    const listener = network.listenTcp(SERVER, 25, () => undefined);
    expect(() => network.listenTcp(SERVER, 25, () => undefined)).toThrow('listen EADDRINUSE 192.0.2.1:25');
    listener.close();
    network.listenTcp(SERVER, 25, () => undefined).close();
    expect(() => network.setPath({ windowBytes: 0 })).toThrow('windowBytes');
    expect(() => network.setPath({ datagramLoss: 2 })).toThrow('datagramLoss');
    expect(() => network.listenTcp('mail.example', 25, () => undefined)).toThrow('not a numeric address');
  });
});

describe('datagrams', () => {
  async function exchange(world: TestWorld, count: number): Promise<string[]> {
    const answers: string[] = [];
    const socket = await world.client.openUdp('0.0.0.0');
    socket.onMessage((message, source) =>
      answers.push(`${world.elapsed()} ${source.address}:${source.port} ${Buffer.from(message)}`),
    );
    for (let index = 0; index < count; index += 1) socket.send(Buffer.from(`q${index}`), 53, SERVER);
    await wait(world, 10_000);
    socket.close();
    return answers;
  }

  function echo(world: TestWorld): void {
    world.network.listenUdp(SERVER, 53, (message, source, reply) => {
      expect(source.address).toBe(CLIENT);
      reply(Buffer.from(`re ${Buffer.from(message)}`));
    });
  }

  test('question and answer', async () => {
    const world = testWorld();
    echo(world);
    const answers = await world.clock.run(() => exchange(world, 1));
    expect(answers).toEqual(['10 192.0.2.1:53 re q0']);
  });

  test('loss and duplication follow their probabilities', async () => {
    const lossy = testWorld({ path: { datagramLoss: 0.5 } });
    echo(lossy);
    const survivors = await lossy.clock.run(() => exchange(lossy, 400));
    // Both ways must survive: a quarter of 400, give or take five standard deviations.
    expect(survivors.length).toBeGreaterThan(56);
    expect(survivors.length).toBeLessThan(144);

    const doubled = testWorld({ path: { datagramDuplication: 1 } });
    echo(doubled);
    expect(await doubled.clock.run(() => exchange(doubled, 1))).toHaveLength(4);

    const dead = testWorld({ path: { datagramLoss: 1 } });
    echo(dead);
    expect(await dead.clock.run(() => exchange(dead, 20))).toEqual([]);
  });

  test('a forged source, errors, and nothing after close', async () => {
    const world = testWorld();
    world.network.listenUdp(SERVER, 53, (_message, _source, reply) =>
      reply(Buffer.from('forged'), { address: '203.0.113.66', port: 53 }),
    );
    const errors: (string | undefined)[] = [];
    await world.clock.run(async () => {
      expect(await exchange(world, 1)).toEqual(['10 203.0.113.66:53 forged']);
      const socket = await world.client.openUdp(CLIENT);
      socket.onMessage(() => errors.push('message after close'));
      socket.onError((error) => errors.push(error.code));
      world.network.setReachability({ address: '192.0.2.9' }, 'refused');
      socket.send(Buffer.alloc(1), 53, '192.0.2.9');
      socket.send(Buffer.alloc(70_000), 53, SERVER);
      await wait(world, 100);
      socket.send(Buffer.alloc(1), 53, SERVER);
      socket.close();
      await wait(world, 100);
      await expect(world.client.openUdp('192.0.2.77')).rejects.toMatchObject({
        code: 'EADDRNOTAVAIL',
        syscall: 'bind',
      });
    });
    expect(errors).toEqual(['EMSGSIZE', 'ECONNREFUSED']);
  });
});

test('a client that gives up before the server meets it leaves no error', async () => {
  const world = testWorld();
  const met: string[] = [];
  world.network.listenTcp(SERVER, 25, (connection) => {
    connection.on('end', () => met.push('end'));
    connection.resume();
  });
  await world.clock.run(async () => {
    const client = await world.client.connectTcp({ address: SERVER, port: 25 });
    client.destroy();
    expect(await closed(client)).toBeUndefined();
    await wait(world, 100);
  });
  expect(met).toEqual(['end']);
});
