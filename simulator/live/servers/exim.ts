/** Exim's daemon, with its appendfile transport into maildirs. */
import { chmod, chown, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ask } from './ask.ts';
import { Daemon } from './daemon.ts';
import { Maildirs } from './maildir.ts';
import {
  type RealServer,
  type RunningServer,
  type ServerEnrolment,
  ServerError,
  type ServerOptions,
  type ServerProgram,
} from './server.ts';

/** The user that Debian's Exim is built for. */
const USER = { name: 'Debian-exim', id: 64_501 };

export const exim: ServerEnrolment = {
  name: 'exim',
  install: 'npm run peers',
  users: [USER],
  changesUsers: true,
  async find(findProgram) {
    const program = await findProgram('exim', 'usr/sbin/exim4');
    if (program === undefined) return undefined;
    const version = program.version ?? /^Exim version (\S+)/m.exec(await ask(program, ['-bV']))?.[1];
    return version === undefined ? undefined : new Exim(version, program);
  },
};

class Exim implements RealServer {
  readonly name = 'exim';
  readonly protocols = ['smtp'] as const;
  readonly notification = 'undecoded';
  readonly version: string;
  readonly #program: ServerProgram;

  constructor(version: string, program: ServerProgram) {
    this.version = version;
    this.#program = program;
  }

  async start(options: ServerOptions): Promise<RunningServer> {
    const { folder, listen } = options;
    if ('path' in listen) throw new ServerError('Exim receives over TCP only');
    const { path: program, env } = this.#program;
    const maildirs = await Maildirs.create(join(folder, 'mail'));
    await mkdir(join(folder, 'spool'));
    for (const path of ['mail', 'spool']) await chown(join(folder, path), USER.id, USER.id);
    const config = join(folder, 'exim.conf');
    await writeFile(
      config,
      eximConfig(options, { program, maildirs: maildirs.folder, address: listen.address }),
    );
    await chmod(config, 0o644);
    const daemon = await Daemon.start({
      command: [program, '-C', config, '-bdf', '-oX', String(listen.port)],
      env,
      listen,
      // Its own user from the start: an unpacked Exim is not set-uid and could not become root again to deliver.
      uid: USER.id,
      gid: USER.id,
    });
    return { stored: () => maildirs.stored(), stop: () => daemon.stop() };
  }
}

/** A list that Exim reads: its separator is doubled, and nothing in it is expanded. */
function list(items: readonly string[]): string {
  return items.map((item) => item.replaceAll(':', '::')).join(' : ');
}

function eximConfig(
  { folder, hostname, domain, mailboxes, messageLimitBytes }: ServerOptions,
  {
    program,
    maildirs,
    address,
  }: { readonly program: string; readonly maildirs: string; readonly address: string },
): string {
  return `exim_path = ${program}
spool_directory = ${folder}/spool
log_file_path = ${folder}/spool/log_%s
primary_hostname = ${hostname}
local_interfaces = ${list([address])}
keep_environment = LD_LIBRARY_PATH
deliver_drop_privilege = true
pid_file_path = ${folder}/spool/exim.pid
host_lookup =
rfc1413_hosts =
dsn_advertise_hosts = *
smtputf8_advertise_hosts = *
tls_advertise_hosts =
pipelining_connect_advertise_hosts =
message_size_limit = ${messageLimitBytes}
check_spool_space = 0
acl_smtp_rcpt = recipient
acl_smtp_data = accept

begin acl

recipient:
  deny
    recipients = refused@${domain}
    message = no entry
  require
    message = no such user
    verify = recipient
  accept

begin routers

mailboxes:
  driver = accept
  domains = ${list([domain])}
  local_parts = ${list(mailboxes)}
  transport = maildir

begin transports

maildir:
  driver = appendfile
  directory = ${maildirs}/$local_part_data
  maildir_format
  delivery_date_add
  envelope_to_add
  return_path_add
`;
}
