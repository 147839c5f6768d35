/**
 * OpenSMTPD as a sender. It remembers routes that failed and repeats deferred messages, so every scenario has an
 * instance and a queue of its own. It waits for minutes where nothing can be configured: its clock is made to run
 * faster (libfaketime).
 */
import { execFile } from 'node:child_process';
import { chmod, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { postfixNotion } from '../foreign.ts';
import { askProgram, findProgram, type PeerProgram } from '../peers.ts';
import type {
  Enrolment,
  LogLine,
  RecipientOutcome,
  Sender,
  SenderEnvironment,
  SenderReport,
  SenderSurroundings,
  Submission,
} from '../sender.ts';
import type { Submitted } from '../submit.ts';
import { addUsers } from '../users.ts';
import { openSmtpdConfig, portOf, routeOf } from './config.ts';
import { Instance } from './instance.ts';

const run = promisify(execFile);

export const opensmtpd: Enrolment = {
  name: 'opensmtpd',
  install: 'npm run peers',
  async find() {
    const program = await findProgram('opensmtpd', 'usr/sbin/smtpd');
    if (program === undefined) return undefined;
    const version = program.version ?? /OpenSMTPD (\S+)/.exec((await askProgram(program, ['-h'])) ?? '')?.[1];
    return version === undefined ? undefined : new OpenSmtpd(program, version);
  },
};

/** Users that its package creates; any ids that nobody else has. */
const EMPTY_FOLDER = '/var/lib/opensmtpd/empty';
const USERS = [
  { name: 'opensmtpd', id: 64_502, home: EMPTY_FOLDER },
  { name: 'opensmtpq', id: 64_503, home: EMPTY_FOLDER },
];
/** Compiled in. */
const SPOOL = '/var/spool/smtpd';
/** Its sessions wait for 300 s: 6 s then. Where there is no libfaketime, it runs in its own time. */
const CLOCK = { LD_PRELOAD: 'libfaketime.so.1', FAKETIME: '+0 x50' };
const START_ATTEMPTS = 5;
/** Where libfaketime leaves semaphores, named by process ids: those of other sandboxes must not be seen. */
const SHARED_MEMORY = '/dev/shm';
const MOUNT_LIMIT_MS = 5_000;
/** A session that has nothing left to send is kept for a while: 10 s of its time. */
const QUIT_LIMIT_MS = 1_000;

class OpenSmtpd implements Sender {
  readonly name = 'opensmtpd';
  readonly worlds = ['live'] as const;
  readonly claims = new Set(['lmtp', 'exchangers'] as const);
  readonly version: string;
  readonly #program: PeerProgram;
  #folder = '';

  constructor(program: PeerProgram, version: string) {
    this.#program = program;
    this.version = version;
  }

  cannot(submissions: readonly Submission[]): string | undefined {
    const odd = postfixNotion(this.name, submissions);
    if (odd !== undefined) return odd;
    try {
      for (const submission of submissions) routeOf(submission);
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  async start({ folder, privilege }: SenderSurroundings): Promise<void> {
    if (privilege === 'single-user') {
      throw new Error('opensmtpd changes to users of its own: run as root, or with a range in /etc/subuid');
    }
    // Its own places are compiled in: the sandbox sees empty ones.
    for (const place of ['/var/spool', '/var/lib', SHARED_MEMORY]) {
      await run('mount', ['-t', 'tmpfs', '-o', 'mode=755', 'tmpfs', place], { timeout: MOUNT_LIMIT_MS });
    }
    await mkdir(EMPTY_FOLDER, { recursive: true });
    await addUsers(folder, USERS);
    this.#folder = folder;
  }

  async send(submissions: readonly Submission[], environment: SenderEnvironment): Promise<SenderReport> {
    const { hostname, signal } = environment;
    const routes = [...new Set(submissions.map(routeOf))];
    const configFile = `${this.#folder}/smtpd.conf`;
    await writeFile(configFile, openSmtpdConfig(routes, hostname), { mode: 0o600 });
    const instance = await this.#startInstance(configFile, signal);
    try {
      const sent: Sent[] = [];
      for (const submission of submissions) {
        const port = portOf(routes.indexOf(routeOf(submission)));
        const submitted = await instance.submit(port, submission, hostname, signal);
        sent.push({ submission, submitted });
        // One after another, as the other senders do it.
        await instance.until(() => isDecided({ submission, submitted }, instance), signal);
      }
      const quitLimit = AbortSignal.any([signal, AbortSignal.timeout(QUIT_LIMIT_MS)]);
      await instance.until(() => instance.open === 0, quitLimit);
      return {
        outcomes: sent.flatMap((one) => outcomesOf(one, instance)),
        log: instance.log.map(
          (text): LogLine => ({ level: text.startsWith('warn: ') ? 'warning' : 'info', text }),
        ),
      };
    } finally {
      await instance.end();
    }
  }

  async #startInstance(configFile: string, signal: AbortSignal): Promise<Instance> {
    for (let attempt = 1; ; attempt += 1) {
      for (const name of await readdir(SHARED_MEMORY)) await rm(`${SHARED_MEMORY}/${name}`, { force: true });
      await rm(SPOOL, { recursive: true, force: true });
      await mkdir(SPOOL);
      await chmod(SPOOL, 0o711);
      const instance = new Instance(this.#program.path, configFile, { ...this.#program.env, ...CLOCK });
      try {
        await instance.ready(portOf(0), signal);
        return instance;
      } catch (error) {
        await instance.end();
        if (attempt === START_ATTEMPTS || signal.aborted) throw error;
      }
    }
  }
}

interface Sent {
  readonly submission: Submission;
  readonly submitted: Submitted;
}

function outcomesOf({ submission, submitted }: Sent, { deliveries }: Instance): RecipientOutcome[] {
  const [, id] = / ([0-9a-f]{8}) Message accepted/.exec(submitted.accepted ?? '') ?? [];
  return submission.recipients.flatMap(({ address }): RecipientOutcome[] => {
    const refusal = submitted.refused.get(address);
    if (refusal !== undefined) {
      return [{ address, status: 'bounced', reason: `refused at submission: ${refusal}` }];
    }
    const logged = deliveries.find(
      ({ message, outcome }) => message === id && sameAddress(outcome.address, address),
    );
    return logged === undefined ? [] : [{ ...logged.outcome, address }];
  });
}

function isDecided(sent: Sent, instance: Instance): boolean {
  return outcomesOf(sent, instance).length === sent.submission.recipients.length;
}

/** It writes domains in lower case. */
function sameAddress(logged: string, address: string): boolean {
  return logged.toLowerCase() === address.toLowerCase();
}
