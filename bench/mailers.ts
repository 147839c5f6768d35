/** Who sends in the throughput benchmark: our client and its peers, each with the same number of connections. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import nodemailer, { type SMTPPoolOptions, type Transporter } from 'nodemailer';
import { createClient } from '../client/client.ts';
import { findProgram } from '../scenarios/senders/peers.ts';

export interface Batch {
  readonly port: number;
  readonly messages: number;
  readonly connections: number;
  readonly recipients: readonly string[];
  readonly content: Buffer;
  /** The same content, for programs that read a file. */
  readonly file: string;
}

export interface Mailer {
  readonly name: string;
  /** Works in this process, so that its processor time can be told. */
  readonly inProcess: boolean;
  /** Sends the whole batch; rejects unless every message was taken. */
  send(batch: Batch): Promise<void>;
}

const SENDER = 'sender@client.test';
const OWN_NAME = 'client.test';

const ours: Mailer = {
  name: 'nexthop, new connections',
  inProcess: true,
  async send(batch) {
    const client = await createClient({ hostname: OWN_NAME, nameServers: [] });
    await concurrently(batch, async () => {
      const outcomes = await client.deliver({
        nexthop: `[127.0.0.1]:${batch.port}`,
        sender: SENDER,
        recipients: batch.recipients,
        content: batch.content,
      });
      const lost = outcomes.find(({ status }) => status !== 'sent');
      if (lost !== undefined) throw new Error(`nexthop: ${lost.recipient.address}: ${lost.reason}`);
    });
  },
};

const nodemailerNew: Mailer = {
  name: 'nodemailer, new connections',
  inProcess: true,
  async send(batch) {
    const transport = nodemailer.createTransport(plain(batch.port));
    await concurrently(batch, () => sendMail(transport, batch));
  },
};

const nodemailerPool: Mailer = {
  name: 'nodemailer, connections reused',
  inProcess: true,
  async send(batch) {
    const options: SMTPPoolOptions & { pool: true } = {
      ...plain(batch.port),
      pool: true,
      maxConnections: batch.connections,
      maxMessages: Number.POSITIVE_INFINITY,
    };
    const transport = nodemailer.createTransport(options);
    try {
      await concurrently(batch, () => sendMail(transport, batch));
    } finally {
      transport.close();
    }
  },
};

/** Postfix's load generator; `-d` keeps its connections. */
function smtpSource(name: string, options: readonly string[]): Mailer {
  return {
    name,
    inProcess: false,
    async send({ port, messages, connections, recipients, file }) {
      const load = ['-s', connections, '-m', messages, '-r', recipients.length, '-F', file].map(String);
      const envelope = ['-M', OWN_NAME, '-f', SENDER, '-t', recipients[0] ?? ''];
      const program = await findProgram('postfix', 'usr/sbin/smtp-source');
      if (program === undefined) throw new Error('smtp-source is not here; npm run peers fetches it');
      const child = spawn(program.path, [...options, ...load, ...envelope, `127.0.0.1:${port}`], {
        stdio: ['ignore', 'ignore', 'inherit'],
        env: { ...process.env, ...program.env },
      });
      const [status] = await once(child, 'exit');
      if (status !== 0) throw new Error(`smtp-source ended with status ${status}`);
    },
  };
}

export const nodeMailers: readonly Mailer[] = [ours, nodemailerNew, nodemailerPool];
export const postfixMailers: readonly Mailer[] = [
  smtpSource('smtp-source, new connections', []),
  smtpSource('smtp-source, connections reused', ['-d']),
];

function plain(port: number) {
  return { host: '127.0.0.1', port, ignoreTLS: true, name: OWN_NAME } as const;
}

async function sendMail<T>(transport: Transporter<T>, { recipients, content }: Batch): Promise<void> {
  await transport.sendMail({ envelope: { from: SENDER, to: [...recipients] }, raw: content });
}

/** Each connection's worth of messages one after another, all connections side by side. */
async function concurrently({ messages, connections }: Batch, send: () => Promise<void>): Promise<void> {
  let left = messages;
  const worker = async () => {
    for (; left > 0; ) {
      left -= 1;
      await send();
    }
  };
  await Promise.all(Array.from({ length: connections }, worker));
}
