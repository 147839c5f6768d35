/** One running smtpd, from its start to its end, and what its log has said so far. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { killGroup } from '../run-program.ts';
import type { Submission } from '../sender.ts';
import { type Submitted, submit } from '../submit.ts';
import { connectionIn, deliveryIn, type LoggedDelivery } from './log.ts';

const START_LIMIT_MS = 3_000;
const START_STEP_MS = 3;
const LOG_LIMIT_LINES = 20_000;

export class Instance {
  readonly log: string[] = [];
  readonly deliveries: LoggedDelivery[] = [];
  readonly #process: ChildProcess;
  readonly #open = new Set<string>();
  #ended = false;
  #changed: () => void = () => {};

  constructor(program: string, configFile: string, env: Readonly<Record<string, string>>) {
    this.#process = spawn(program, ['-d', '-F', '-f', configFile], {
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { PATH: process.env.PATH, ...env },
    });
    const { stderr } = this.#process;
    if (stderr !== null) createInterface({ input: stderr }).on('line', (line) => this.#note(line));
    const onEnd = () => {
      this.#ended = true;
      this.#changed();
    };
    this.#process.on('error', onEnd).on('exit', onEnd);
  }

  /** Connections to servers that are not over yet. */
  get open(): number {
    return this.#open.size;
  }

  /**
   * Resolves when it answers at that port. Rejects when it ends or takes too long: while it starts, its processes give
   * each other 10 s by its own clock, and on a busy machine that is not always enough.
   */
  async ready(port: number, signal: AbortSignal): Promise<void> {
    const socket = await this.#connect(port, signal);
    try {
      await once(socket, 'data', { signal: AbortSignal.any([signal, AbortSignal.timeout(START_LIMIT_MS)]) });
      socket.end('QUIT\r\n');
    } catch {
      socket.destroy();
      throw this.#noStart();
    }
  }

  /** Hands over a message. */
  async submit(
    port: number,
    submission: Submission,
    hostname: string,
    signal: AbortSignal,
  ): Promise<Submitted> {
    const socket = await this.#connect(port, signal);
    const abort = () => socket.destroy();
    signal.addEventListener('abort', abort, { once: true });
    try {
      return await submit(socket.setEncoding('latin1'), socket, submission, hostname);
    } finally {
      signal.removeEventListener('abort', abort);
      socket.destroy();
    }
  }

  /** Resolves when the condition holds, the instance ends, or the signal aborts. */
  async until(condition: () => boolean, signal: AbortSignal): Promise<void> {
    const wake = () => this.#changed();
    signal.addEventListener('abort', wake, { once: true });
    while (!condition() && !this.#ended && !signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#changed = resolve;
      });
    }
    signal.removeEventListener('abort', wake);
  }

  /** Ends all its processes. */
  async end(): Promise<void> {
    const exit = this.#ended ? undefined : once(this.#process, 'exit');
    killGroup(this.#process.pid);
    await exit;
  }

  async #connect(port: number, signal: AbortSignal): Promise<Socket> {
    const until = performance.now() + START_LIMIT_MS;
    for (;;) {
      const socket = connect(port, '127.0.0.1').setNoDelay(true);
      try {
        await once(socket, 'connect');
        socket.on('error', () => {});
        return socket;
      } catch {
        if (this.#ended || signal.aborted || performance.now() > until) {
          throw this.#noStart();
        }
        await new Promise((resolve) => setTimeout(resolve, START_STEP_MS));
      }
    }
  }

  #noStart(): Error {
    const said =
      this.log.findLast((line) => /fatal|error|conf/i.test(line)) ?? this.log.at(-1) ?? 'no reason given';
    return new Error(`smtpd does not start: ${said}`);
  }

  #note(line: string): void {
    if (this.log.length < LOG_LIMIT_LINES) this.log.push(line);
    const delivery = deliveryIn(line);
    if (delivery !== undefined) this.deliveries.push(delivery);
    const connection = connectionIn(line);
    if (connection?.open === true) this.#open.add(connection.session);
    else if (connection !== undefined) this.#open.delete(connection.session);
    if (delivery !== undefined || connection !== undefined) this.#changed();
  }
}
