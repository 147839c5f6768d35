/**
 * A private instance of Postfix without its queue: master(8), the log, and the SMTP and LMTP clients. We are the queue
 * manager, so that recipients, time in the queue, next hop and probes are what a scenario says; and we are the services
 * and other transports that the clients report to, so that nothing of it is lost.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import { chown, mkdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Notice } from '../../../client/outcome/notices.ts';
import { ACTIVE_QUEUE } from '../../../client/postfix/delivery-request.ts';
import type { SenderSurroundings } from '../sender.ts';
import { dynamicMapsCf, type InstanceFolders, MAIL_OWNER, mainCf, masterCf } from './configuration.ts';
import { type OnFlushAdd, serveFlush } from './flush-service.ts';
import type { Installation } from './installation.ts';
import { LogMarks } from './log-marks.ts';
import { type MailLogLine, readMailLogLine } from './mail-log.ts';
import { type PassedRecipient, serveOtherTransports } from './other-transports.ts';
import { servePostedMail } from './posted-mail.ts';
import type { ServiceSocket } from './service-sockets.ts';
import { type OnRecord, serveStatusServices } from './status-services.ts';

export interface InstanceListener {
  readonly onLogLine: (line: MailLogLine) => void;
  readonly onRecord: OnRecord;
  readonly onPassed: (passed: PassedRecipient) => void;
  readonly onNotice: (notice: Notice) => void;
  readonly onFlushAdd: OnFlushAdd;
}

/** It did not start, or is gone; one line. */
export class InstanceError extends Error {
  override readonly name = 'InstanceError';
}

const START_LIMIT_MS = 10_000;
const STOP_LIMIT_MS = 2_000;
/** Postfix waits until a configuration file is this old, lest it change under its hands. */
const BACKDATE_MS = 3_600_000;
const LINE_LIMIT_CHARACTERS = 1024 * 1024;

export class Instance {
  readonly folders: InstanceFolders;
  readonly owner: number;
  readonly #marks: LogMarks;
  readonly #process: ChildProcess;
  readonly #services: readonly ServiceSocket[];
  #lastWords = '';
  #ended: string | undefined;

  /** Rejects with InstanceError. */
  static async start(
    installation: Installation,
    { folder, hostname, setups }: Pick<SenderSurroundings, 'folder' | 'hostname' | 'setups'>,
    listener: InstanceListener,
  ): Promise<Instance> {
    const folders = {
      config: join(folder, 'config'),
      queue: join(folder, 'queue'),
      data: join(folder, 'data'),
    };
    const owner = await userId(MAIL_OWNER);
    const owned = [
      folders.data,
      ...[ACTIVE_QUEUE, 'private', 'public'].map((name) => join(folders.queue, name)),
    ];
    for (const path of [folders.config, join(folders.queue, 'pid'), ...owned])
      await mkdir(path, { recursive: true });
    for (const path of owned) await chown(path, owner, 0);
    await writeOldFile(join(folders.config, 'main.cf'), mainCf({ ...installation, folders, hostname }));
    await writeOldFile(join(folders.config, 'master.cf'), masterCf(setups));
    await writeOldFile(join(folders.config, 'dynamicmaps.cf'), dynamicMapsCf(installation.plugIns));
    const sockets = join(folders.queue, 'private');
    const services = [
      ...(await serveStatusServices(sockets, listener.onRecord)),
      await servePostedMail(join(folders.queue, 'public'), listener.onNotice),
      await serveFlush(join(folders.queue, 'public'), listener.onFlushAdd),
      ...(await serveOtherTransports(
        sockets,
        setups.map(({ config }) => config),
        listener.onPassed,
      )),
    ];
    const log = await openPipe(join(folder, 'log'));
    const child = spawn(join(installation.programs, 'master'), ['-c', folders.config, '-d'], {
      env: { PATH: process.env.PATH ?? '', ...installation.env, MAIL_CONFIG: folders.config },
      stdio: ['ignore', log.writeEnd, 'pipe'],
      // Leader of a process group: master signals its group.
      detached: true,
    });
    closeSync(log.writeEnd);
    const instance = new Instance(folders, owner, child, services);
    try {
      await instance.#started(log.readEnd, listener);
    } catch (error) {
      await instance.stop();
      throw error;
    }
    return instance;
  }

  private constructor(
    folders: InstanceFolders,
    owner: number,
    child: ChildProcess,
    services: readonly ServiceSocket[],
  ) {
    this.folders = folders;
    this.#marks = new LogMarks(join(folders.queue, 'private', 'scache'));
    this.owner = owner;
    this.#process = child;
    this.#services = services;
  }

  /** Why nothing can be delivered any more, or undefined. */
  get ended(): string | undefined {
    return this.#ended;
  }

  /** Resolves when all that was logged so far has been handed over. */
  logged(signal: AbortSignal): Promise<void> {
    return this.#marks.pass(signal);
  }

  async stop(): Promise<void> {
    const { pid } = this.#process;
    for (const service of this.#services) service.close();
    if (pid === undefined || this.#ended !== undefined) return;
    const gone = new Promise<void>((resolve) => this.#process.once('exit', () => resolve()));
    this.#process.kill('SIGTERM');
    const timer = setTimeout(() => process.kill(-pid, 'SIGKILL'), STOP_LIMIT_MS);
    await gone;
    clearTimeout(timer);
  }

  #started(log: Socket, { onLogLine }: InstanceListener): Promise<void> {
    const child = this.#process;
    return new Promise((resolve, reject) => {
      const fail = (what: string) => {
        this.#ended ??= `Postfix ${what}${this.#lastWords === '' ? '' : `: ${this.#lastWords}`}`;
        clearTimeout(timer);
        reject(new InstanceError(this.#ended));
      };
      const timer = setTimeout(fail, START_LIMIT_MS, `did not start within ${START_LIMIT_MS} ms`);
      child.once('error', (error) => fail(`cannot be run: ${error.message}`));
      child.once('exit', (code, signal) => fail(`ended (${signal ?? `exit status ${code}`})`));
      child.stderr?.on('data', (chunk: Buffer) => {
        this.#lastWords = chunk.toString().trim().split('\n').at(-1) ?? '';
      });
      log.on(
        'data',
        lineSplitter((line) => {
          const read = readMailLogLine(line);
          if (read === undefined) return;
          if (read.program.endsWith('/master')) {
            if (read.text.startsWith('daemon started')) {
              clearTimeout(timer);
              resolve();
            } else {
              this.#lastWords = read.text;
            }
          }
          this.#marks.onLogLine(read.text);
          onLogLine(read);
        }),
      );
    });
  }
}

/** A named pipe: postlogd(8) opens its log by name, which no pipe of Node's own can be. */
async function openPipe(path: string) {
  await promisify(execFile)('mkfifo', ['-m', '600', path]);
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const readEnd = new Socket({ fd, readable: true, writable: false });
  return { readEnd, writeEnd: openSync(path, constants.O_WRONLY | constants.O_NONBLOCK) };
}

function lineSplitter(onLine: (line: string) => void): (chunk: Buffer) => void {
  const decoder = new TextDecoder();
  let rest = '';
  return (chunk) => {
    const lines = `${rest}${decoder.decode(chunk, { stream: true })}`.split('\n');
    rest = (lines.pop() ?? '').slice(0, LINE_LIMIT_CHARACTERS);
    for (const line of lines) onLine(line);
  };
}

async function writeOldFile(path: string, text: string): Promise<void> {
  await writeFile(path, text);
  const at = new Date(Date.now() - BACKDATE_MS);
  await utimes(path, at, at);
}

async function userId(name: string): Promise<number> {
  const line = (await readFile('/etc/passwd', 'utf8'))
    .split('\n')
    .find((entry) => entry.startsWith(`${name}:`));
  const id = Number(line?.split(':')[2]);
  if (!Number.isSafeInteger(id))
    throw new InstanceError(`Postfix needs the user ${name}, which /etc/passwd has not`);
  return id;
}
