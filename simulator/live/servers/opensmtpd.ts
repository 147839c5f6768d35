/** OpenSMTPD, with its own mail.maildir. */
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ask } from './ask.ts';
import { Daemon, hideFolder, overlayUsr } from './daemon.ts';
import { Maildirs } from './maildir.ts';
import {
  type RealServer,
  type RunningServer,
  type ServerEnrolment,
  ServerError,
  type ServerOptions,
  type ServerProgram,
} from './server.ts';

const EMPTY_FOLDER = '/var/lib/opensmtpd/empty';
const SPOOL = '/var/spool/smtpd';
/** Owner of the mail. */
const MAILBOX_OWNER_ID = 65_534;

export const opensmtpd: ServerEnrolment = {
  name: 'opensmtpd',
  install: 'npm run peers',
  users: [
    { name: 'opensmtpd', id: 64_502, home: EMPTY_FOLDER },
    { name: 'opensmtpq', id: 64_503, home: EMPTY_FOLDER },
  ],
  changesUsers: true,
  async find(findProgram) {
    const program = await findProgram('opensmtpd', 'usr/sbin/smtpd');
    if (program === undefined) return undefined;
    const version = program.version ?? /OpenSMTPD (\S+)/.exec(await ask(program, ['-h']))?.[1];
    return version === undefined ? undefined : new OpenSmtpd(version, program);
  },
};

class OpenSmtpd implements RealServer {
  readonly name = 'opensmtpd';
  readonly protocols = ['smtp'] as const;
  readonly notification = 'bare';
  readonly version: string;
  readonly #program: ServerProgram;

  constructor(version: string, program: ServerProgram) {
    this.version = version;
    this.#program = program;
  }

  async start(options: ServerOptions): Promise<RunningServer> {
    const { folder, listen } = options;
    if ('path' in listen) throw new ServerError('OpenSMTPD receives over TCP only');
    const { path: program, root, env } = this.#program;
    // The helper that writes maildirs, the queue and the empty folder are where they were compiled to be.
    const uncover = root === undefined ? undefined : await overlayUsr(root);
    for (const top of ['/var/lib', '/var/spool']) await hideFolder(top);
    await mkdir(EMPTY_FOLDER, { recursive: true });
    await mkdir(SPOOL);
    await chmod(SPOOL, 0o711);
    const maildirs = await Maildirs.create(join(folder, 'mail'));
    const config = join(folder, 'smtpd.conf');
    await writeFile(config, openSmtpdConfig(options, listen, maildirs.folder));
    const daemon = await Daemon.start({
      command: [program, '-d', '-F', '-f', config],
      env,
      listen,
      afterwards: uncover,
    });
    return { stored: () => maildirs.stored(), stop: () => daemon.stop() };
  }
}

function openSmtpdConfig(
  { hostname, domain, mailboxes, messageLimitBytes }: ServerOptions,
  { address, port }: { readonly address: string; readonly port: number },
  maildirs: string,
): string {
  const owner = `${MAILBOX_OWNER_ID}:${MAILBOX_OWNER_ID}`;
  const users = mailboxes.map((name) => `"${name}" = "${owner}:${maildirs}/${name}"`);
  return `table users { ${users.join(', ')} }
smtp max-message-size ${messageLimitBytes}
listen on ${address} port ${port} hostname "${hostname}"
action "store" maildir "%{user.directory}" userbase <users>
match from any for domain "${domain}" action "store"
`;
}
