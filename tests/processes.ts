/** Other processes for the tests of the command: `nexthop` itself, and the servers of `fixtures/`. */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './source-tree.ts';

/** Nothing here should take a tenth of it; a command that hangs is killed, and fails its test. */
const commandLimitMs = 20_000;

/** Each start of the command compiles the same modules; it need not be each time anew. */
const compileCache = mkdtempSync(join(tmpdir(), 'nexthop-compiled-'));
process.once('exit', () => rmSync(compileCache, { recursive: true, force: true }));

/** Colours, and whether it is a workflow of GitHub, are up to each test. */
const { NO_COLOR, FORCE_COLOR, GITHUB_ACTIONS, GITHUB_STEP_SUMMARY, ...environment } = process.env;

export interface Finished {
  /** Exit status; null when a signal ended it. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly input?: string | Buffer;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Words before the command, that run it. */
  readonly before?: readonly string[];
  /** Other than the tests' own. */
  readonly uid?: number;
  readonly gid?: number;
  /** Of another copy of the sources. */
  readonly main?: string;
  /** When it is killed. */
  readonly limitMs?: number;
}

export interface Running {
  readonly child: ChildProcess;
  readonly finished: Promise<Finished>;
  /** Resolves when the text has been written. */
  says(stream: 'stdout' | 'stderr', text: string): Promise<void>;
}

export function startNexthop(args: readonly string[], options: CommandOptions = {}): Running {
  const { before = [], uid, gid, main = join(root, 'cli/main.ts') } = options;
  const [program = '', ...words] = [...before, process.execPath, main, ...args];
  const child = spawn(program, words, {
    cwd: options.cwd ?? root,
    env: { ...environment, NODE_COMPILE_CACHE: compileCache, ...options.env },
    ...(uid !== undefined && { uid }),
    ...(gid !== undefined && { gid }),
    timeout: options.limitMs ?? commandLimitMs,
    killSignal: 'SIGKILL',
  });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
    });
  const ended = new AbortController();
  child.once('close', () => ended.abort(new Error('the command ended before it said that')));
  // The command may fail before it has read everything.
  child.stdin.on('error', () => {});
  child.stdin.end(options.input ?? '');
  return {
    child,
    finished: once(child, 'close').then(([status]) => ({ status, ...output })),
    async says(stream, text) {
      while (!output[stream].includes(text)) await once(child[stream], 'data', { signal: ended.signal });
    },
  };
}

export const nexthop = (args: readonly string[], options?: CommandOptions): Promise<Finished> =>
  startNexthop(args, options).finished;

/** A server in a process of its own, and what it reported. */
export interface Server<Report> {
  readonly port: number;
  /** Everything reported so far, and until now. */
  reports(): Promise<readonly Report[]>;
  /** The first report of that type from now on. */
  next<Type extends string>(type: Type): Promise<Extract<Report, { type: Type }>>;
  stop(): Promise<void>;
}

/** Starts a server of `fixtures/` and waits until it listens. */
export async function startServer<Report extends { readonly type: string }>(
  name: string,
  options: object,
): Promise<Server<Report>> {
  const child = fork(join(root, 'tests/fixtures', name), [JSON.stringify(options)], {
    serialization: 'advanced',
    execArgv: [],
  });
  const reports: Report[] = [];
  const next = (type: string) =>
    new Promise<{ readonly type: string }>((resolve, reject) => {
      const onExit = () => reject(new Error(`${name} ended while ${type} was awaited`));
      const onMessage = (message: { readonly type: string }) => {
        if (message.type !== type) return;
        child.off('message', onMessage);
        child.off('exit', onExit);
        resolve(message);
      };
      child.on('message', onMessage);
      child.once('exit', onExit);
    });
  child.on('message', (message: Report) => {
    if (message.type !== 'pong' && message.type !== 'listening') reports.push(message);
  });
  const { port } = (await next('listening')) as unknown as { readonly port: number };
  return {
    port,
    async reports() {
      const answered = next('pong');
      child.send('ping');
      await answered;
      return [...reports];
    },
    next: async (type) => (await next(type)) as Extract<Report, { type: typeof type }>,
    async stop() {
      const ended = once(child, 'exit');
      child.kill();
      await ended;
    },
  };
}
