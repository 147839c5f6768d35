/** Dovecot's LMTP server, over TCP or a unix socket. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ask } from './ask.ts';
import { Daemon, overlayUsr } from './daemon.ts';
import { Maildirs } from './maildir.ts';
import type { RealServer, RunningServer, ServerEnrolment, ServerOptions, ServerProgram } from './server.ts';

export const dovecot: ServerEnrolment = {
  name: 'dovecot',
  install: 'npm run peers',
  users: [
    { name: 'dovecot', id: 64_504 },
    { name: 'dovenull', id: 64_505 },
  ],
  changesUsers: true,
  async find(findProgram) {
    const program = await findProgram('dovecot', 'usr/sbin/dovecot');
    if (program === undefined) return undefined;
    const version = program.version ?? /^(\d\S+)/.exec(await ask(program, ['--version']))?.[1];
    return version === undefined ? undefined : new Dovecot(version, program);
  },
};

/** Owner of the mail. */
const MAILBOX_OWNER_ID = 65_534;

class Dovecot implements RealServer {
  readonly name = 'dovecot';
  readonly protocols = ['lmtp'] as const;
  readonly notification = 'none';
  readonly version: string;
  readonly #program: ServerProgram;

  constructor(version: string, program: ServerProgram) {
    this.version = version;
    this.#program = program;
  }

  async start(options: ServerOptions): Promise<RunningServer> {
    const { folder, listen, mailboxes } = options;
    const { path: program, root, env } = this.#program;
    // Its parts and modules are where they were compiled to be.
    const uncover = root === undefined ? undefined : await overlayUsr(root);
    const maildirs = await Maildirs.create(join(folder, 'mail'));
    await writeFile(join(folder, 'users'), mailboxes.map((name) => `${name}:{PLAIN}::::::\n`).join(''));
    const config = join(folder, 'dovecot.conf');
    await writeFile(config, dovecotConfig(options, maildirs.folder));
    const daemon = await Daemon.start({
      command: [program, '-F', '-c', config],
      env,
      listen,
      afterwards: uncover,
    });
    return { stored: () => maildirs.stored(), stop: () => daemon.stop() };
  }
}

function dovecotConfig({ folder, listen, hostname }: ServerOptions, maildirs: string): string {
  const listener =
    'path' in listen
      ? `unix_listener ${listen.path} {\n    mode = 0666\n  }`
      : `inet_listener lmtp {\n    address = ${listen.address}\n    port = ${listen.port}\n  }`;
  return `base_dir = ${folder}/run
state_dir = ${folder}/state
log_path = ${folder}/dovecot.log
protocols = lmtp
ssl = no
hostname = ${hostname}
mail_location = maildir:${maildirs}/%n
auth_username_format = %Ln
passdb {
  driver = passwd-file
  args = ${folder}/users
}
userdb {
  driver = static
  args = uid=${MAILBOX_OWNER_ID} gid=${MAILBOX_OWNER_ID} home=${maildirs}/%n
}
service lmtp {
  ${listener}
}
`;
}
