/** An agent beside a Postfix, in a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, watch } from 'node:fs';
import { join } from 'node:path';
import { type MailSystem, NEXTHOP } from './mail-system.ts';

export class AgentProcess {
  readonly child: ChildProcess;
  readonly #exited: Promise<unknown>;

  /** Resolves once the queue manager can connect. */
  static async start(
    system: MailSystem,
    words: readonly string[] = [],
    name = 'nexthop',
  ): Promise<AgentProcess> {
    const folder = join(system.queue, 'private');
    const child = spawn(process.execPath, [NEXTHOP, 'agent', '--socket', join(folder, name), ...words], {
      env: { ...process.env, ...system.environment },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const agent = new AgentProcess(child);
    await listening(folder, name, child);
    return agent;
  }

  private constructor(child: ChildProcess) {
    this.child = child;
    this.#exited = once(child, 'exit');
  }

  /** Resolves with the exit status, or the signal that ended it. */
  async end(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<number | string | null> {
    this.child.kill(signal);
    await this.#exited;
    return this.child.exitCode ?? this.child.signalCode;
  }
}

/** A socket that the process before left behind is taken away first. */
function listening(folder: string, name: string, child: ChildProcess): Promise<void> {
  const wasThere = existsSync(join(folder, name));
  return new Promise((resolve, reject) => {
    let events = 0;
    const watcher = watch(folder, (_event, changed) => {
      if (changed !== name) return;
      events += 1;
      if (!existsSync(join(folder, name)) || (wasThere && events < 2)) return;
      watcher.close();
      resolve();
    });
    child.once('exit', (code) => {
      watcher.close();
      reject(new Error(`the agent ended with status ${code} before it listened`));
    });
  });
}
