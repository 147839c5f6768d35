/** `nexthop run --watch`: runs again what a changed file touches, until it is told to end. */
import { type ChildProcess, fork } from 'node:child_process';
import { type FSWatcher, watch as watchFolder } from 'node:fs';
import { getCompileCacheDir } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodePlatform } from '../client/platform/node.ts';
import { isScenarioFile } from '../scenarios/load.ts';
import { type Ended, type Loaded, type Wanted, Watch } from '../scenarios/watch/watch.ts';
import { interruptible } from './interruptible.ts';
import type { Order, RunCommandOptions } from './run-options.ts';
import { EXIT } from './usage.ts';

const WATCHED_RUN = fileURLToPath(
  new URL(`./watched-run${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url),
);

export async function watchRuns(selectors: readonly string[], options: RunCommandOptions): Promise<number> {
  const folders = new Folders((path) => watch.change(path));
  const inputs = [options.mainCf, options.masterCf, options.expectations]
    .filter((path) => path !== undefined)
    .map((path) => resolve(path));
  for (const path of inputs) folders.add(dirname(path));
  let child: ChildProcess | undefined;
  let status: number = EXIT.ok;
  let begun = false;
  const watch = new Watch({
    clock: nodePlatform().clock,
    inputs,
    mayHoldScenarios: (path) => isScenarioFile(path) && folders.ofScenarios.has(dirname(path)),
    say,
    interrupt: () => void child?.kill('SIGINT'),
    async run(wanted: Wanted): Promise<Ended | undefined> {
      child = startRun({ selectors, options, wanted });
      const { ended, exitStatus } = await finished(child, (loaded) => folders.follow(loaded));
      child = undefined;
      status = exitStatus;
      // What cannot even begin the first time is a mistake of the command line.
      if (ended === undefined && !begun) watch.stop();
      begun = true;
      if (ended !== undefined && exitStatus !== EXIT.interrupted)
        say(`watching ${folders.count} folders: ${KEYS}`);
      return ended;
    },
  });
  const stopReading = readKeys((key) => watch.key(key));
  await interruptible(async (signal) => {
    signal.addEventListener('abort', () => watch.stop());
    watch.want('all');
    await watch.ended;
  });
  stopReading();
  folders.close();
  return status === EXIT.interrupted ? EXIT.ok : status;
}

const KEYS = 'Enter runs everything, f what failed, q ends';

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function startRun(order: Order): ChildProcess {
  const cache = getCompileCacheDir();
  const child = fork(WATCHED_RUN, {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, ...(cache !== undefined && { NODE_COMPILE_CACHE: cache }) },
  });
  // That it could not be sent shows when the process ends.
  child.send(order, () => undefined);
  return child;
}

interface Finished {
  readonly ended: Ended | undefined;
  readonly exitStatus: number;
}

function finished(child: ChildProcess, onLoaded: (loaded: Loaded) => void): Promise<Finished> {
  let ended: Ended | undefined;
  child.on('message', (message: Loaded | Ended) => {
    if ('ran' in message) ended = message;
    else onLoaded(message);
  });
  return new Promise((done) => {
    child.once('error', () => done({ ended: undefined, exitStatus: EXIT.failed }));
    child.once('close', (code) => done({ ended, exitStatus: code ?? EXIT.failed }));
  });
}

/** Single keys, where somebody sits at a terminal. Returns what gives it back. */
function readKeys(onKey: (key: string) => void): () => void {
  const { stdin } = process;
  if (!stdin.isTTY) return () => undefined;
  stdin.setRawMode(true);
  stdin.setEncoding('utf8');
  const onData = (text: string) => {
    for (const key of text) onKey(key);
  };
  stdin.on('data', onData);
  return () => {
    stdin.off('data', onData);
    stdin.setRawMode(false);
    stdin.pause();
  };
}

/** The folders of all files that a run leans on. */
class Folders {
  readonly ofScenarios = new Set<string>();
  readonly #watchers = new Map<string, FSWatcher>();
  readonly #onChange: (path: string) => void;

  constructor(onChange: (path: string) => void) {
    this.#onChange = onChange;
  }

  get count(): number {
    return this.#watchers.size;
  }

  follow({ imports, scenarios }: Loaded): void {
    for (const path of new Set(imports.flat())) this.add(dirname(path));
    for (const { file } of scenarios) {
      this.ofScenarios.add(dirname(file));
      this.add(dirname(file));
    }
  }

  add(folder: string): void {
    if (this.#watchers.has(folder)) return;
    try {
      const watcher = watchFolder(folder, (_, name) => {
        if (name !== null) this.#onChange(join(folder, name));
      });
      // A folder that goes away is not watched any more; a later run finds it again.
      watcher.on('error', () => this.#watchers.delete(folder));
      this.#watchers.set(folder, watcher);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
      say(`nexthop: warning: ${folder} cannot be watched${code}`);
    }
  }

  close(): void {
    for (const watcher of this.#watchers.values()) watcher.close();
  }
}
