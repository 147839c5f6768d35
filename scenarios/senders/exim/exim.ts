/**
 * Exim as a sender. Each message is submitted to a process of its own, which returns when the first delivery attempt
 * is over. Queue and hints are new for every scenario: Exim remembers hosts that failed.
 */
import { chown, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { namedDestination, postfixNotion } from '../foreign.ts';
import { askProgram, findProgram, type PeerProgram } from '../peers.ts';
import { runProgram } from '../run-program.ts';
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
import { type Submitted, submit } from '../submit.ts';
import { addUsers } from '../users.ts';
import { eximConfig, mainLogOf } from './config.ts';
import { linesOf, outcomesIn } from './log.ts';

export const exim: Enrolment = {
  name: 'exim',
  install: 'npm run peers',
  async find() {
    const program = await findProgram('exim', 'usr/sbin/exim4');
    if (program === undefined) return undefined;
    const version =
      program.version ?? /^Exim version (\S+)/m.exec((await askProgram(program, ['-bV'])) ?? '')?.[1];
    return version === undefined ? undefined : new Exim(program, version);
  },
};

/** The user that Debian's Exim is built for; any id that nobody else has. */
const USER = { name: 'Debian-exim', id: 64_501 };

class Exim implements Sender {
  readonly name = 'exim';
  readonly worlds = ['live'] as const;
  readonly claims = new Set(['lmtp', 'exchangers'] as const);
  readonly version: string;
  readonly #program: PeerProgram;
  #surroundings: SenderSurroundings | undefined;

  constructor(program: PeerProgram, version: string) {
    this.#program = program;
    this.version = version;
  }

  cannot(submissions: readonly Submission[]): string | undefined {
    return postfixNotion(this.name, submissions);
  }

  async start(surroundings: SenderSurroundings): Promise<void> {
    await addUsers(surroundings.folder, [USER]);
    this.#surroundings = surroundings;
  }

  async send(submissions: readonly Submission[], environment: SenderEnvironment): Promise<SenderReport> {
    const { folder } = this.#surroundings ?? { folder: '' };
    const spool = `${folder}/spool`;
    await rm(spool, { recursive: true, force: true });
    await mkdir(spool);
    if (this.#surroundings?.privilege === 'full') await chown(spool, USER.id, USER.id);
    const submitted: Submitted[] = [];
    for (const submission of submissions) {
      if (environment.signal.aborted) break;
      submitted.push(await this.#submit(submission, `${folder}/exim.conf`, spool, environment));
    }
    const log = await readFile(mainLogOf(spool), 'utf8').catch(() => '');
    return {
      outcomes: submitted.flatMap((taken, index) => outcomesOf(taken, submissions[index], log)),
      log: log
        .split('\n')
        .flatMap((line): LogLine[] => (line === '' ? [] : [{ level: 'info', text: line.slice(20) }])),
    };
  }

  async #submit(
    submission: Submission,
    configFile: string,
    spool: string,
    { hostname, signal }: SenderEnvironment,
  ): Promise<Submitted> {
    const { path: program, env } = this.#program;
    const destination = namedDestination(submission);
    await writeFile(
      configFile,
      eximConfig({ program, spool, hostname, destination, service: submission.service }),
    );
    let submitted: Submitted = { accepted: undefined, refused: new Map() };
    // It runs as its own user from the start: nothing then depends on who may change to whom.
    const full = this.#surroundings?.privilege === 'full';
    const become = full ? [] : ['unshare', '--user', `--map-user=${USER.id}`, `--map-group=${USER.id}`];
    await runProgram([...become, program, '-C', configFile, '-odf', '-bs'], {
      env,
      signal,
      ...(full ? { uid: USER.id, gid: USER.id } : {}),
      input: async (stdout, stdin) => {
        submitted = await submit(stdout, stdin, submission, hostname);
      },
    });
    return submitted;
  }
}

function outcomesOf(
  { accepted = '', refused }: Submitted,
  submission: Submission | undefined,
  log: string,
): RecipientOutcome[] {
  const addresses = submission?.recipients.map(({ address }) => address) ?? [];
  const [, id = ''] = / id=(\S+)/.exec(accepted) ?? [];
  const logged = id === '' ? [] : outcomesIn(linesOf(log, id), addresses);
  const atOnce = [...refused].map(
    ([address, reply]): RecipientOutcome => ({
      address,
      status: 'bounced',
      reason: `refused at submission: ${reply}`,
    }),
  );
  return [...logged, ...atOnce];
}
