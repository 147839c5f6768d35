/** The far side of the throughput benchmark, in a process of its own: Postfix's smtp-sink, or else npm smtp-server. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findProgram } from '../scenarios/senders/peers.ts';

export interface Sink {
  readonly name: string;
  readonly port: number;
  stop(): Promise<void>;
}

const BACKLOG = 100;
const READY_LIMIT_MS = 10_000;
const POLL_MS = 20;

export async function startSink(): Promise<Sink> {
  const port = await freePort();
  const place = `127.0.0.1:${port}`;
  // As root it insists on giving its rights away.
  const rights = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
  const program = await findProgram('postfix', 'usr/sbin/smtp-sink');
  if (program !== undefined) {
    return start('smtp-sink', program.path, [...rights, place, String(BACKLOG)], port, program.env);
  }
  process.stderr.write('smtp-sink is not here (npm run peers fetches it): npm smtp-server stands in\n');
  const script = join(import.meta.dirname, 'stock-sink.ts');
  return start('npm smtp-server', process.execPath, [script, String(port), String(BACKLOG)], port);
}

/** Runs a server until `stop`; resolves once it listens on the port of 127.0.0.1. */
export async function start(
  name: string,
  path: string,
  args: readonly string[],
  port: number,
  env: Readonly<Record<string, string>> = {},
): Promise<Sink> {
  const child = spawn(path, args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, ...env },
  });
  await once(child, 'spawn');
  await ready(child, name, port);
  return {
    name,
    port,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill();
      await once(child, 'exit');
    },
  };
}

async function ready(child: ChildProcess, program: string, port: number): Promise<void> {
  const deadlineMs = performance.now() + READY_LIMIT_MS;
  while (!(await accepts(port))) {
    if (child.exitCode !== null) throw new Error(`${program} ended with status ${child.exitCode}`);
    if (performance.now() > deadlineMs) {
      child.kill();
      throw new Error(`${program} did not listen on port ${port} within ${READY_LIMIT_MS} ms`);
    }
    await sleep(POLL_MS);
  }
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
