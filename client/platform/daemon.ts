/**
 * What a daemon among those of a mail system needs of the machine, beside the platform: the second door to it. Nothing
 * here is needed to deliver mail.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { constants, fchmodSync, fstatSync, writeSync } from 'node:fs';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { createServer, type Server, Socket } from 'node:net';
import { promisify } from 'node:util';
import type { Connection } from './platform.ts';

export interface Listener {
  /** Takes no more connections; those there are stay. */
  close(): void;
}

type OnConnection = (connection: Connection) => void;

/** Owner only: whoever else may connect is a matter of the folder. */
const SOCKET_UMASK = 0o177;

/**
 * Listens on a local socket, in place of one that a process left behind. Rejects with `EADDRINUSE` while another one
 * listens.
 */
export async function listenUnix(path: string, onConnection: OnConnection): Promise<Listener> {
  if (await isLeftBehind(path)) await unlink(path);
  const server = serverFor(onConnection);
  const before = process.umask(SOCKET_UMASK);
  try {
    await listening(server, () => server.listen({ path }));
  } finally {
    process.umask(before);
  }
  return { close: () => server.close() };
}

/** Listens on a socket that the parent process has opened. */
export async function listenDescriptor(descriptor: number, onConnection: OnConnection): Promise<Listener> {
  const server = serverFor(onConnection);
  await listening(server, () => server.listen({ fd: descriptor }));
  return { close: () => server.close() };
}

function serverFor(onConnection: OnConnection): Server {
  return createServer({ allowHalfOpen: true }, (socket) => onConnection(socket as Socket & Connection));
}

function listening(server: Server, listen: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.once('listening', resolve);
    listen();
  });
}

function isLeftBehind(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = new Socket();
    const end = (result: boolean) => {
      socket.destroy();
      resolve(result);
    };
    socket.once('connect', () => end(false));
    socket.once('error', ({ code }: NodeJS.ErrnoException) => end(code === 'ECONNREFUSED'));
    socket.connect(path);
  });
}

/** A stream socket that the parent process has opened. */
export function openDescriptor(descriptor: number): Socket {
  return new Socket({ fd: descriptor, readable: true, writable: true });
}

/** Becomes a user, of its own group alone, for good. Rejects where there is no such user or this one is not root. */
export async function becomeUser(name: string): Promise<void> {
  const { stdout } = await promisify(execFile)('id', ['-g', '--', name]).catch(() => {
    throw coded('ENOENT', `there is no user ${name}`);
  });
  const group = Number(stdout);
  process.setgroups?.([group]);
  process.setgid?.(group);
  process.setuid?.(name);
}

/** A file of which nobody else may take the lock for itself. */
export interface SharedFile {
  /** At most so many bytes; fewer at its end, none behind it. */
  read(position: number, length: number): Promise<Uint8Array>;
  /** Done when it returns, so that what follows can rely on it. */
  write(position: number, bytes: Uint8Array): void;
  setMode(mode: number): void;
  /** Gives the lock back. */
  close(): Promise<void>;
}

/** Rejects with `EWOULDBLOCK` while another process has the lock for itself. */
export async function openShared(path: string): Promise<SharedFile> {
  const handle = await open(path, constants.O_RDWR | constants.O_NOFOLLOW);
  try {
    if (!fstatSync(handle.fd).isFile()) throw coded('EINVAL', `${path} is no regular file`);
    await lockShared(handle, path);
  } catch (error) {
    await handle.close();
    throw error;
  }
  return {
    async read(position, length) {
      const bytes = new Uint8Array(length);
      const { bytesRead } = await handle.read(bytes, 0, length, position);
      return bytes.subarray(0, bytesRead);
    },
    write(position, bytes) {
      if (writeSync(handle.fd, bytes, 0, bytes.length, position) !== bytes.length)
        throw coded('EIO', `${path} took less than it was given`);
    },
    setMode: (mode) => fchmodSync(handle.fd, mode),
    close: () => handle.close(),
  };
}

interface WantedLock {
  readonly handle: FileHandle;
  readonly path: string;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

const wantedLocks: WantedLock[] = [];
let isLocking = false;

function lockShared(handle: FileHandle, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    wantedLocks.push({ handle, path, resolve, reject });
    if (!isLocking) void lockWanted();
  });
}

const LOCKS_AT_A_TIME = 50;

async function lockWanted(): Promise<void> {
  isLocking = true;
  while (wantedLocks.length > 0) await lockEach(wantedLocks.splice(0, LOCKS_AT_A_TIME));
  isLocking = false;
}

/** Its arguments are descriptors; a line for each says how that went. */
const LOCK_SCRIPT = 'for descriptor; do flock -s -n "$descriptor"; echo "$?"; done';
const FIRST_DESCRIPTOR = 3;

/**
 * Node has no flock(2), and flock(1) has it for us: a lock belongs to the open file, which that program is given, and stays
 * when it has ended. To start a program is what takes our time, so that one shell serves all who wait.
 */
function lockEach(wanted: readonly WantedLock[]): Promise<void> {
  return new Promise((resolve) => {
    const descriptors = wanted.map((_, index) => String(FIRST_DESCRIPTOR + index));
    const child = spawn('sh', ['-c', LOCK_SCRIPT, 'sh', ...descriptors], {
      stdio: ['ignore', 'pipe', 'ignore', ...wanted.map(({ handle }) => handle.fd)],
    });
    let output = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    child.once('error', (error) => {
      for (const { reject } of wanted) reject(error);
      resolve();
    });
    child.once('close', () => {
      const statuses = output.split('\n');
      for (const [index, { path, resolve: locked, reject }] of wanted.entries()) {
        if (statuses[index] === '0') locked();
        else reject(coded('EWOULDBLOCK', `${path} is locked by another process`));
      }
      resolve();
    });
  });
}

/** A program that takes lines. */
export interface LineProgram {
  /** False: it cannot keep up, or is gone, and the line is lost. */
  write(line: string): boolean;
  /** Resolves when it has taken all lines and ended. */
  end(): Promise<void>;
}

const BACKLOG_LIMIT_BYTES = 4 * 1024 * 1024;

export function startLineProgram(command: string, words: readonly string[]): LineProgram {
  const child: ChildProcess = spawn(command, words, { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  const ended = new Promise<void>((resolve) => {
    child.once('error', () => resolve());
    child.once('exit', () => resolve());
  });
  const { stdin } = child;
  let isGone = false;
  void ended.then(() => {
    isGone = true;
  });
  stdin?.on('error', () => {
    isGone = true;
  });
  return {
    write(line) {
      if (stdin === null || isGone || stdin.writableLength > BACKLOG_LIMIT_BYTES) return false;
      stdin.write(`${line}\n`);
      return true;
    },
    async end() {
      stdin?.end();
      await ended;
    },
  };
}

/** Ids of this process and the user it runs as. */
export const identity = () => ({ processId: process.pid, isRoot: process.getuid?.() === 0 });

function coded(code: string, message: string): NodeJS.ErrnoException {
  return Object.assign(new Error(message), { code });
}
