/** The npm package smtp-server on a socket of its own, for SMTP and LMTP. */
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import { z } from 'zod';
import type { RunningServer, ServerEnrolment, ServerOptions, StoredMessage } from './server.ts';

const { version } = z
  .object({ version: z.string() })
  .parse(createRequire(import.meta.url)('smtp-server/package.json'));

export const smtpServer: ServerEnrolment = {
  name: 'smtp-server',
  install: 'npm ci',
  users: [],
  changesUsers: false,
  find: async () => ({
    name: 'smtp-server',
    version,
    protocols: ['smtp', 'lmtp'],
    notification: 'none',
    start,
  }),
};

async function start(options: ServerOptions): Promise<RunningServer> {
  const { protocol, listen, hostname, domain, mailboxes, messageLimitBytes } = options;
  const stored: StoredMessage[] = [];
  const known = new Set(mailboxes.map((name) => `${name}@${domain}`));
  const smtp = new SMTPServer({
    name: hostname,
    lmtp: protocol === 'lmtp',
    size: messageLimitBytes,
    disabledCommands: ['AUTH', 'STARTTLS'],
    authOptional: true,
    disableReverseLookup: true,
    logger: false,
    hideDSN: false,
    onRcptTo: ({ address }, _session, callback) =>
      callback(
        known.has(address) ? null : Object.assign(new Error('5.1.1 no such user'), { responseCode: 550 }),
      ),
    onData: (stream, session, callback) => {
      receive(stream, session, (messages) => {
        stored.push(...messages);
        callback();
      });
    },
  });
  smtp.on('error', () => {});
  if ('path' in listen) smtp.listen(listen.path);
  else smtp.listen(listen.port, listen.address);
  await once(smtp.server, 'listening');
  return {
    stored: async () => stored,
    stop: () => new Promise((resolve) => smtp.close(() => resolve())),
  };
}

function receive(
  stream: SMTPServerDataStream,
  { envelope }: SMTPServerSession,
  store: (messages: readonly StoredMessage[]) => void,
): void {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  stream.on('end', () => {
    const content = Buffer.concat(chunks);
    const sender = envelope.mailFrom ? envelope.mailFrom.address : '';
    store(
      envelope.rcptTo.map(({ address }) => ({
        mailbox: address.slice(0, address.lastIndexOf('@')),
        sender,
        content,
      })),
    );
  });
}
