/** msmtp as a sender: a submission client, one process for each message and server. */
import { quoteAddress } from '../../client/address.ts';
import { type Share, sharesOf } from './exchanger.ts';
import { PATIENCE_SECONDS, postfixNotion } from './foreign.ts';
import { askProgram, findProgram, type PeerProgram } from './peers.ts';
import { type ProgramRun, runProgram } from './run-program.ts';
import type {
  Enrolment,
  LogLine,
  RecipientOutcome,
  Sender,
  SenderEnvironment,
  SenderReport,
  Submission,
} from './sender.ts';

export const msmtp: Enrolment = {
  name: 'msmtp',
  install: 'npm run peers',
  async find() {
    const program = await findProgram('msmtp', 'usr/bin/msmtp');
    if (program === undefined) return undefined;
    const version = /^msmtp version (\S+)/m.exec((await askProgram(program, ['--version'])) ?? '')?.[1];
    return version === undefined ? undefined : new Msmtp(program, version);
  },
};

class Msmtp implements Sender {
  readonly name = 'msmtp';
  readonly worlds = ['live'] as const;
  readonly claims = new Set(['lmtp', 'exchangers'] as const);
  readonly version: string;
  readonly #program: PeerProgram;

  constructor(program: PeerProgram, version: string) {
    this.#program = program;
    this.version = version;
  }

  cannot(submissions: readonly Submission[]): string | undefined {
    const odd = postfixNotion(this.name, submissions);
    if (odd !== undefined) return odd;
    for (const { envelopeId, recipients } of submissions) {
      const [first] = recipients;
      if (envelopeId !== undefined || recipients.some((one) => one.dsnOriginalRecipient !== undefined)) {
        return 'msmtp knows NOTIFY and RET only, of delivery status notifications';
      }
      if (recipients.some(({ notify }) => `${notify}` !== `${first?.notify}`)) {
        return 'msmtp asks for the same notices for all recipients';
      }
    }
    return undefined;
  }

  async send(submissions: readonly Submission[], environment: SenderEnvironment): Promise<SenderReport> {
    const outcomes: RecipientOutcome[] = [];
    const log: LogLine[] = [];
    for (const submission of submissions) {
      for (const share of await sharesOf(submission, environment)) {
        const run = await runProgram(
          [this.#program.path, ...optionsOf(submission, share, environment.hostname)],
          {
            input: submission.content,
            env: this.#program.env,
            signal: environment.signal,
          },
        );
        outcomes.push(
          ...outcomesOf(
            share.recipients.map(({ address }) => address),
            run,
          ),
        );
        for (const text of run.stderr.split('\n')) if (text !== '') log.push({ level: 'info', text });
      }
    }
    return { outcomes, log };
  }
}

function optionsOf(submission: Submission, { server, recipients }: Share, hostname: string): string[] {
  const { service, from, returnContent } = submission;
  const [first] = recipients;
  const place =
    'path' in server
      ? ['--host=localhost', `--socket=${server.path}`]
      : [`--host=${server.address}`, `--port=${server.port}`];
  return [
    ...place,
    `--protocol=${service}`,
    `--domain=${hostname}`,
    `--timeout=${PATIENCE_SECONDS}`,
    '--auth=off',
    '--tls=off',
    `--from=${quoteAddress(from)}`,
    ...(first?.notify === undefined ? [] : [`--dsn-notify=${first.notify.join(',')}`]),
    ...(returnContent === undefined ? [] : [`--dsn-return=${returnContent === 'full' ? 'full' : 'headers'}`]),
    '--',
    ...recipients.map(({ address }) => quoteAddress(address)),
  ];
}

/**
 * It sends to all recipients or none, apart from LMTP after the content, and says why in words: `msmtp: recipient
 * address <a> not accepted by the server`, then `msmtp: server message: 550 ...`. What names no recipient is true of
 * all; when one is named, nothing was decided about the others.
 */
export function outcomesOf(addresses: readonly string[], { status, stderr }: ProgramRun): RecipientOutcome[] {
  if (status === 0) return addresses.map((address) => ({ address, status: 'sent' }));
  const lines = stderr.split('\n').map((line) => line.replace(/^msmtp: (?:LMTP server )?/, ''));
  const reply = lines.flatMap((line) => /^server message: (.*)$/.exec(line)?.[1] ?? []).join(' ');
  const named = /^recipient address (.*) not accepted by the server$/m.exec(lines.join('\n'))?.[1];
  const reason = lines.find((line) => line !== '') ?? `exit status ${status}`;
  return addresses.map((address): RecipientOutcome => {
    const decided = named === undefined || quoteAddress(address) === named.replace(/^<(.*)>$/, '$1');
    const final = decided && reply.startsWith('5');
    return {
      address,
      status: final ? 'bounced' : 'deferred',
      reason,
      ...(decided && reply !== '' ? { reply } : {}),
    };
  });
}
