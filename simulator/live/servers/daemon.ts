/** A server's process, with everything that it starts in turn. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type ServerAddress, ServerError } from './server.ts';

const run = promisify(execFile);

const START_LIMIT_MS = 10_000;
const STOP_LIMIT_MS = 3_000;
const STEP_MS = 5;
const MOUNT_LIMIT_MS = 5_000;
const LAST_WORDS_LIMIT_CHARACTERS = 4_000;

export interface DaemonOptions {
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly listen: ServerAddress;
  readonly uid?: number;
  readonly gid?: number;
  /** What has to be undone once it has ended, or could not be started. */
  readonly afterwards?: (() => Promise<void>) | undefined;
}

export class Daemon {
  readonly #process: ChildProcess;
  readonly #afterwards: DaemonOptions['afterwards'];
  #lastWords = '';
  #ended: string | undefined;

  /** Starts it and waits until it listens; rejects with ServerError. */
  static async start(options: DaemonOptions): Promise<Daemon> {
    const daemon = new Daemon(options);
    try {
      await daemon.#listening(options.listen);
    } catch (error) {
      await daemon.stop();
      throw error;
    }
    return daemon;
  }

  private constructor({ command: [program = '', ...words], env, uid, gid, afterwards }: DaemonOptions) {
    this.#afterwards = afterwards;
    this.#process = spawn(program, words, {
      // A process group of its own, so that it can be ended as a whole.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH, ...env },
      ...(uid === undefined ? {} : { uid }),
      ...(gid === undefined ? {} : { gid }),
    });
    const note = (chunk: Buffer) => {
      this.#lastWords = `${this.#lastWords}${chunk.toString()}`.slice(-LAST_WORDS_LIMIT_CHARACTERS);
    };
    this.#process.stdout?.on('data', note);
    this.#process.stderr?.on('data', note);
    this.#process.once('error', (error) => this.#end(error.message));
    this.#process.once('exit', (code, signal) => this.#end(signal ?? `exit status ${code}`));
  }

  /** Returns when its first process has ended; whatever is left in its group is killed. */
  async stop(): Promise<void> {
    await this.#endProcess();
    await this.#afterwards?.();
  }

  async #endProcess(): Promise<void> {
    const { pid } = this.#process;
    if (pid === undefined) return;
    if (this.#ended === undefined) {
      const exit = once(this.#process, 'exit');
      this.#process.kill('SIGTERM');
      await Promise.race([exit, sleep(STOP_LIMIT_MS, undefined, { ref: false })]);
    }
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // Nobody is left.
    }
  }

  async #listening(listen: ServerAddress): Promise<void> {
    const until = performance.now() + START_LIMIT_MS;
    while (!(await accepts(listen))) {
      const failure =
        this.#ended ?? (performance.now() > until ? `does not listen after ${START_LIMIT_MS} ms` : undefined);
      if (failure !== undefined) {
        const [last = ''] = this.#lastWords.trim().split('\n').slice(-1);
        throw new ServerError(`${this.#process.spawnfile}: ${failure}${last === '' ? '' : ` (${last})`}`);
      }
      await sleep(STEP_MS);
    }
  }

  #end(how: string): void {
    this.#ended ??= `ended (${how})`;
  }
}

function accepts(listen: ServerAddress): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = 'path' in listen ? connect(listen.path) : connect(listen.port, listen.address);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/**
 * Lays an unpacked package over /usr, for programs that look for their parts at paths that were compiled in, and
 * returns what takes it off again. Only inside a sandbox, which has mounts of its own. Rejects with ServerError.
 */
export async function overlayUsr(root: string): Promise<() => Promise<void>> {
  const layers = [`${root}/usr`, '/usr'].map((folder) => folder.replace(/[\\:]/g, '\\$&')).join(':');
  await mount(['-t', 'overlay', 'overlay', '-o', `lowerdir=${layers}`, '/usr']);
  return async () => {
    // Detached, should a process of the server still be at its end.
    await run('umount', ['--lazy', '/usr'], { timeout: MOUNT_LIMIT_MS });
  };
}

/** Inside a sandbox, an empty folder in memory over one of the system's. Rejects with ServerError. */
export function hideFolder(folder: string): Promise<void> {
  return mount(['-t', 'tmpfs', '-o', 'mode=755', 'tmpfs', folder]);
}

async function mount(words: readonly string[]): Promise<void> {
  await run('mount', [...words], { timeout: MOUNT_LIMIT_MS }).catch((error: unknown) => {
    const [first = ''] = (error instanceof Error ? error.message : String(error)).trim().split('\n').slice(1);
    throw new ServerError(`cannot mount over ${words.at(-1)}: ${first}`);
  });
}
