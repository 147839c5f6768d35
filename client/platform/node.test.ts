/** The real platform against real loopback sockets and files: short, and no waiting. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { nodePlatform } from './node.ts';

const { clock, network, files, random } = nodePlatform();
const cleanUps: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'nexthop-'));
  cleanUps.push(() => rm(path, { recursive: true }));
  return path;
}

async function listening(
  server: Server,
  where: { port: number; host: string } | { path: string },
): Promise<number> {
  cleanUps.push(() => server.close());
  server.listen(where);
  await once(server, 'listening');
  const address: AddressInfo | string | null = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

describe('clock', () => {
  test('delays beyond the 31 bits of a timer are waited out; cancelling holds in every part', () => {
    vi.useFakeTimers();
    cleanUps.push(() => vi.useRealTimers());
    const days30 = 30 * 24 * 3_600_000;
    let fired = 0;
    clock.schedule(days30, () => {
      fired += 1;
    });
    const cancelled = clock.schedule(days30, () => {
      fired += 100;
    });
    vi.advanceTimersByTime(days30 - 1);
    expect(fired).toBe(0);
    cancelled.cancel();
    vi.advanceTimersByTime(1);
    expect(fired).toBe(1);
    cancelled.cancel();
    expect(clock.now()).toBe(Date.now());
  });
});

describe('network', () => {
  test('TCP: from a bound address, half-closed, both ways', async () => {
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      let text = `${socket.remoteAddress} `;
      socket.on('data', (chunk) => {
        text += String(chunk);
      });
      socket.on('end', () => socket.end(text));
    });
    const port = await listening(server, { port: 0, host: '127.0.0.1' });
    const connection = await network.connectTcp({ address: '127.0.0.1', port, localAddress: '127.0.0.2' });
    expect(connection.remotePort).toBe(port);
    connection.end('said');
    let answer = '';
    for await (const chunk of connection) answer += String(chunk);
    expect(answer).toBe('127.0.0.2 said');
  });

  test('TCP: refused, not bindable, aborted', async () => {
    const server = createServer();
    const port = await listening(server, { port: 0, host: '127.0.0.1' });
    server.close();
    await once(server, 'close');
    const target = { address: '127.0.0.1', port };
    await expect(network.connectTcp(target)).rejects.toMatchObject({
      code: 'ECONNREFUSED',
      syscall: 'connect',
    });
    await expect(network.connectTcp({ ...target, localAddress: '192.0.2.1' })).rejects.toMatchObject({
      code: 'EADDRNOTAVAIL',
      syscall: 'bind',
    });
    const reason = new Error('enough');
    await expect(network.connectTcp(target, AbortSignal.abort(reason))).rejects.toMatchObject({
      code: 'ABORT_ERR',
      cause: reason,
    });
    const abort = new AbortController();
    const attempt = network.connectTcp(target, abort.signal);
    abort.abort();
    await expect(attempt).rejects.toMatchObject({ name: 'AbortError', code: 'ABORT_ERR' });
  });

  test('unix sockets', async () => {
    const path = join(await folder(), 'lmtp');
    await expect(network.connectUnix(path)).rejects.toMatchObject({ code: 'ENOENT', syscall: 'connect' });
    await listening(
      createServer((socket) => socket.end('220')),
      { path },
    );
    const connection = await network.connectUnix(path);
    let greeting = '';
    for await (const chunk of connection) greeting += String(chunk);
    expect(greeting).toBe('220');
  });

  test('UDP: question and answer, errors, binding', async () => {
    const server = createSocket('udp4');
    cleanUps.push(() => server.close());
    server.bind(0, '127.0.0.1');
    await once(server, 'listening');
    server.on('message', (message, source) => server.send(`re ${message}`, source.port, source.address));
    const socket = await network.openUdp('127.0.0.1');
    cleanUps.push(() => socket.close());
    const answer = new Promise<string>((resolve) =>
      socket.onMessage((message, source) => resolve(`${source.address} ${Buffer.from(message)}`)),
    );
    socket.send(Buffer.from('q'), server.address().port, '127.0.0.1');
    expect(await answer).toBe('127.0.0.1 re q');
    const failure = new Promise<NodeJS.ErrnoException>((resolve) => socket.onError(resolve));
    socket.send(new Uint8Array(70_000), server.address().port, '127.0.0.1');
    expect((await failure).code).toBe('EMSGSIZE');
    await expect(network.openUdp('192.0.2.1')).rejects.toMatchObject({
      code: 'EADDRNOTAVAIL',
      syscall: 'bind',
    });
  });

  test('own addresses hold the loopback', () => {
    expect(network.ownAddresses()).toContain('127.0.0.1');
  });
});

test('files: bounded, with system errors', async () => {
  const path = await folder();
  await writeFile(join(path, 'a'), Buffer.alloc(200_000, 'x'));
  expect(await files.read(join(path, 'a'), 200_000)).toHaveLength(200_000);
  await expect(files.read(join(path, 'a'), 199_999)).rejects.toMatchObject({ code: 'EFBIG' });
  await expect(files.read(join(path, 'b'), 10)).rejects.toMatchObject({ code: 'ENOENT' });
  await expect(files.read(path, 10)).rejects.toMatchObject({ code: 'EISDIR' });
  await expect(files.read('/dev/zero', 1000)).rejects.toMatchObject({ code: 'EFBIG' });
  expect(await files.ageMs(join(path, 'a'))).toBeLessThan(60_000);
  await utimes(join(path, 'a'), 0, 0);
  expect(await files.ageMs(join(path, 'a'))).toBeCloseTo(Date.now(), -5);
  await expect(files.ageMs(join(path, 'b'))).rejects.toMatchObject({ code: 'ENOENT' });
});

test('files: replaced as a whole, for their owner alone', async () => {
  const path = await folder();
  await files.replace(join(path, 'a'), Buffer.from('one'));
  await files.replace(join(path, 'a'), Buffer.from('two'));
  expect(String(Buffer.from(await files.read(join(path, 'a'), 10)))).toBe('two');
  expect((await stat(join(path, 'a'))).mode & 0o777).toBe(0o600);
  await expect(files.replace(join(path, 'b', 'c'), Buffer.from(''))).rejects.toMatchObject({
    code: 'ENOENT',
  });
  expect(await files.list(path)).toEqual(['a']);
});

test('databases: read, and nothing else', async () => {
  const path = join(await folder(), 'database');
  const made = new DatabaseSync(path);
  made.exec("CREATE TABLE t (v); INSERT INTO t VALUES ('text'), (1), (2.5), (3.0), (NULL), (x'41')");
  made.close();
  const database = await files.openDatabase(path);
  const texts = ['text', '1', '2.5', '3.0', undefined, 'A'];
  expect([...database.firstColumn('SELECT v FROM t')]).toEqual(texts);
  for (const query of ['DELETE FROM t', `ATTACH '${path}2' AS other`, `VACUUM INTO '${path}3'`])
    expect(() => [...database.firstColumn(query)]).toThrow();
  expect([...database.firstColumn('SELECT v FROM t')]).toEqual(texts);
  await expect(files.openDatabase(`${path}4`)).rejects.toThrow('unable to open database file');
  expect(await readdir(dirname(path))).toEqual(['database']);
});

test('random: bounds up to 2^32', () => {
  expect(random.integer(1)).toBe(0);
  expect(random.integer(2 ** 32)).toBeLessThan(2 ** 32);
  expect(random.bytes(16)).toHaveLength(16);
});
