/**
 * The real world behind the seam: the one door to Node's timers, sockets, files, random numbers and environment.
 */
import { randomBytes, randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { type FileHandle, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createConnection, isIPv6, type NetConnectOpts, type Socket } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';
import type {
  Clock,
  Connection,
  Files,
  Network,
  Platform,
  Random,
  TcpTarget,
  Timer,
  UdpSocket,
} from './platform.ts';
import { openDatabaseFile } from './sqlite.ts';

/** Longer delays overflow Node's timers, which would fire at once: they are served in parts. */
const MAX_TIMER_MS = 2 ** 31 - 1;
const READ_CHUNK_BYTES = 65_536;

/** The real platform. It holds no state: every call may make its own. */
export function nodePlatform(): Platform {
  return { clock, network, files, random, environment: process.env };
}

/** This machine's name as the system has it, perhaps without a domain: the default of `myhostname`. */
export function systemHostname(): string {
  return hostname();
}

const clock: Clock = {
  now: () => Date.now(),
  schedule(delayMs: number, callback: () => void): Timer {
    let leftMs = delayMs;
    let timeout: NodeJS.Timeout;
    const wait = () => {
      const partMs = Math.min(leftMs, MAX_TIMER_MS);
      leftMs -= partMs;
      timeout = setTimeout(() => (leftMs > 0 ? wait() : callback()), partMs);
    };
    wait();
    return { cancel: () => clearTimeout(timeout) };
  },
};

const network: Network = {
  connectTcp({ address, port, localAddress }: TcpTarget, signal?: AbortSignal): Promise<Connection> {
    // A literal address needs no look-up; `family` keeps Node from asking for one.
    const family = isIPv6(address) ? 6 : 4;
    const local = localAddress === undefined ? {} : { localAddress };
    return connect({ host: address, port, family, noDelay: true, ...local }, signal);
  },

  connectUnix: (path: string, signal?: AbortSignal): Promise<Connection> => connect({ path }, signal),

  openUdp,

  ownAddresses(): readonly string[] {
    const addresses = Object.values(networkInterfaces()).flatMap((entries) => entries ?? []);
    return [...new Set(addresses.map(({ address }) => address))];
  },
};

function connect(options: NetConnectOpts, signal: AbortSignal | undefined): Promise<Connection> {
  return new Promise<Connection>((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(abortError(signal));
      return;
    }
    const socket: Socket = createConnection({ ...options, allowHalfOpen: true });
    const settle = () => {
      signal?.removeEventListener('abort', onAbort);
      socket.removeListener('connect', onConnect);
      socket.removeListener('error', onError);
    };
    const onConnect = () => {
      settle();
      // Node's types call the addresses optional; they are getters that answer undefined.
      resolve(socket as Socket & Connection);
    };
    const onError = (error: Error) => {
      settle();
      reject(error);
    };
    const onAbort = () => {
      settle();
      // A failure of the attempt may still be under way.
      socket.on('error', () => undefined);
      socket.destroy();
      if (signal !== undefined) reject(abortError(signal));
    };
    socket.once('connect', onConnect);
    socket.once('error', onError);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

/** The shape of Node's own: `code` is `ABORT_ERR`, `cause` the signal's reason. */
function abortError(signal: AbortSignal): NodeJS.ErrnoException {
  const error: NodeJS.ErrnoException = new Error('The operation was aborted', { cause: signal.reason });
  error.name = 'AbortError';
  error.code = 'ABORT_ERR';
  return error;
}

function openUdp(localAddress: string): Promise<UdpSocket> {
  return new Promise<UdpSocket>((resolve, reject) => {
    const socket = createSocket(isIPv6(localAddress) ? { type: 'udp6', ipv6Only: true } : { type: 'udp4' });
    const errorListeners: ((error: NodeJS.ErrnoException) => void)[] = [];
    let closed = false;
    const fail = (error: Error | null) => {
      if (error === null || closed) return;
      for (const listener of errorListeners) listener(error);
    };
    socket.once('error', reject);
    socket.bind({ address: localAddress, port: 0 }, () => {
      socket.removeListener('error', reject);
      socket.on('error', fail);
      resolve({
        send(message, port, address) {
          if (!closed) socket.send(message, port, address, fail);
        },
        onMessage(listener) {
          socket.on('message', (message, { address, port }) => listener(message, { address, port }));
        },
        onError(listener) {
          errorListeners.push(listener);
        },
        close() {
          if (closed) return;
          closed = true;
          socket.close();
        },
      });
    });
  });
}

/** No two programs write the same file before it is renamed. */
const NEXT_NAME_BYTES = 6;

const files: Files = {
  async read(path: string, maxBytes: number): Promise<Uint8Array> {
    const handle = await open(path, 'r');
    try {
      return await readBounded(handle, path, maxBytes);
    } finally {
      await handle.close();
    }
  },
  async replace(path: string, bytes: Uint8Array): Promise<void> {
    const next = `${path}.${randomBytes(NEXT_NAME_BYTES).toString('hex')}`;
    try {
      await writeFile(next, bytes, { mode: 0o600, flag: 'wx' });
      await rename(next, path);
    } catch (error) {
      await rm(next, { force: true });
      throw error;
    }
  },
  list: (path: string) => readdir(path),
  ageMs: async (path: string) => Date.now() - (await stat(path)).mtimeMs,
  openDatabase: openDatabaseFile,
};

/** Counts what is read instead of trusting the size: files may grow, and pipes and /proc have none. */
async function readBounded(handle: FileHandle, path: string, maxBytes: number): Promise<Uint8Array> {
  const { size } = await handle.stat();
  const chunks: Uint8Array[] = [];
  let total = 0;
  while (total <= maxBytes) {
    // One byte more than expected shows the end of a file of known size in the same read.
    const wanted = Math.min(Math.max(size - total + 1, READ_CHUNK_BYTES), maxBytes - total + 1);
    const { bytesRead, buffer } = await handle.read(new Uint8Array(wanted), 0, wanted, null);
    if (bytesRead === 0) {
      const [first = new Uint8Array(), ...others] = chunks;
      return others.length === 0 ? first : Buffer.concat(chunks, total);
    }
    chunks.push(buffer.subarray(0, bytesRead));
    total += bytesRead;
  }
  const error: NodeJS.ErrnoException = new Error(`EFBIG: ${path} is larger than ${maxBytes} bytes`);
  throw Object.assign(error, { code: 'EFBIG', syscall: 'read', path });
}

const random: Random = {
  integer: (boundExclusive: number) => randomInt(boundExclusive),
  bytes: (count: number) => randomBytes(count),
};
