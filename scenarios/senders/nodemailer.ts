/** Nodemailer as a sender: a submission client in this process, one connection for each message and server. */
import { once } from 'node:events';
import { connect, Socket } from 'node:net';
import { quoteAddress } from '../../client/address.ts';
import { type Share, sharesOf } from './exchanger.ts';
import { PATIENCE_SECONDS, postfixNotion } from './foreign.ts';
import type {
  Enrolment,
  RecipientOutcome,
  Sender,
  SenderEnvironment,
  SenderReport,
  Submission,
} from './sender.ts';

export const nodemailer: Enrolment = {
  name: 'nodemailer',
  install: 'npm install --no-save nodemailer',
  async find() {
    const [library, version] = await Promise.all([load(), readVersion()]);
    return library === undefined || version === undefined ? undefined : new Nodemailer(library, version);
  },
};

/** What is used of the package, which need not be there. */
interface Library {
  createTransport(options: object): { sendMail(mail: object): Promise<Result> };
}

interface Result {
  readonly accepted?: readonly string[];
  readonly rejectedErrors?: readonly Failure[];
  readonly response?: string;
}

/** Also what `sendMail` rejects with. */
interface Failure {
  readonly message: string;
  readonly recipient?: string;
  readonly response?: string;
  readonly responseCode?: number;
  readonly rejectedErrors?: readonly Failure[];
}

const PACKAGE = 'nodemailer';

async function load(): Promise<Library | undefined> {
  try {
    const module: { default?: Library } = await import(PACKAGE);
    return module.default;
  } catch {
    return undefined;
  }
}

async function readVersion(): Promise<string | undefined> {
  try {
    const module: { default?: { version?: string } } = await import(`${PACKAGE}/package.json`, {
      with: { type: 'json' },
    });
    return module.default?.version;
  } catch {
    return undefined;
  }
}

class Nodemailer implements Sender {
  readonly name = 'nodemailer';
  readonly worlds = ['live'] as const;
  readonly claims = new Set(['lmtp', 'exchangers'] as const);
  readonly version: string;
  readonly #library: Library;

  constructor(library: Library, version: string) {
    this.#library = library;
    this.version = version;
  }

  cannot(submissions: readonly Submission[]): string | undefined {
    const odd = postfixNotion(this.name, submissions);
    if (odd !== undefined) return odd;
    const own = submissions.some(({ recipients }) =>
      recipients.some((one) => `${one.notify}\n${one.dsnOriginalRecipient}` !== dsnWords(recipients)),
    );
    return own ? 'nodemailer asks for the same notices for all recipients' : undefined;
  }

  async send(submissions: readonly Submission[], environment: SenderEnvironment): Promise<SenderReport> {
    const outcomes: RecipientOutcome[] = [];
    for (const submission of submissions) {
      for (const share of await sharesOf(submission, environment)) {
        outcomes.push(...(await this.#sendShare(submission, share, environment)));
      }
    }
    return { outcomes, log: [] };
  }

  async #sendShare(
    submission: Submission,
    { server, recipients }: Share,
    { hostname, signal }: SenderEnvironment,
  ): Promise<RecipientOutcome[]> {
    const unix = 'path' in server;
    const socket = unix ? connect(server.path) : new Socket();
    // Whatever becomes of it, the library hears of it too.
    socket.on('error', () => {});
    const abort = () => socket.destroy();
    signal.addEventListener('abort', abort, { once: true });
    const limitMs = PATIENCE_SECONDS * 1000;
    const transport = this.#library.createTransport({
      ...(unix
        ? { connection: socket }
        : { socket, host: server.address, port: server.port, servername: server.name }),
      name: hostname,
      secure: false,
      lmtp: submission.service === 'lmtp',
      connectionTimeout: limitMs,
      greetingTimeout: limitMs,
      socketTimeout: limitMs,
      tls: { rejectUnauthorized: false },
    });
    const relay = unix ? `${hostname}[${server.path}]` : `${server.name}[${server.address}]:${server.port}`;
    try {
      // The library does not connect to unix sockets itself, and takes one for connected that is not yet.
      if (unix) await once(socket, 'connect', { signal });
      const result = await transport.sendMail({
        envelope: envelopeOf(submission, recipients),
        raw: Buffer.from(submission.content),
      });
      return recipients.map(({ address }) => ({ ...outcomeOf(address, result), relay }));
    } catch (error) {
      return recipients.map(({ address }) => ({ ...failedOutcome(address, error as Failure), relay }));
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }
}

function dsnWords([first]: Submission['recipients']): string {
  return `${first?.notify}\n${first?.dsnOriginalRecipient}`;
}

function envelopeOf(submission: Submission, recipients: Submission['recipients']): object {
  const { from, content, envelopeId, returnContent } = submission;
  const [first] = recipients;
  const dsn = {
    ...(returnContent === undefined ? {} : { ret: returnContent === 'full' ? 'FULL' : 'HDRS' }),
    ...(envelopeId === undefined ? {} : { envid: envelopeId }),
    ...(first?.notify === undefined ? {} : { notify: first.notify.map((word) => word.toUpperCase()) }),
    ...(first?.dsnOriginalRecipient === undefined ? {} : { orcpt: first.dsnOriginalRecipient }),
  };
  return {
    from: from === '' ? false : quoteAddress(from),
    to: recipients.map(({ address }) => quoteAddress(address)),
    use8BitMime: content.some((byte) => byte > 0x7f),
    ...(Object.keys(dsn).length === 0 ? {} : { dsn }),
  };
}

export function outcomeOf(address: string, { rejectedErrors = [], response }: Result): RecipientOutcome {
  const refusal = rejectedErrors.find(({ recipient }) => recipient === quoteAddress(address));
  if (refusal !== undefined) return failedOutcome(address, refusal);
  return { address, status: 'sent', ...(response === undefined ? {} : { reply: response }) };
}

/** A 5xx reply is final; anything else may be tried again. */
export function failedOutcome(address: string, failure: Failure): RecipientOutcome {
  const own = failure.rejectedErrors?.find(({ recipient }) => recipient === quoteAddress(address)) ?? failure;
  const { responseCode = 0, response, message } = own;
  return {
    address,
    status: responseCode >= 500 ? 'bounced' : 'deferred',
    reason: message,
    ...(response === undefined ? {} : { reply: response }),
  };
}
