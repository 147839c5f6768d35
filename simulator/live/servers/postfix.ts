/** Postfix: smtpd(8) into the queue, and virtual(8) into maildirs. */
import { chown, mkdir, readFile, utimes, writeFile } from 'node:fs/promises';
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

export const postfix: ServerEnrolment = {
  name: 'postfix',
  install: 'npm run peers',
  users: [],
  changesUsers: true,
  async find(findProgram) {
    const postconf = await findProgram('postfix', 'usr/sbin/postconf');
    if (postconf === undefined) return undefined;
    const defaults = await ask(postconf, ['-d', 'mail_version', 'daemon_directory']);
    const [, version, folder] = /^mail_version = (\S+)\ndaemon_directory = (\S+)$/m.exec(defaults) ?? [];
    if (version === undefined || folder === undefined) return undefined;
    return new Postfix(version, `${postconf.root ?? ''}${folder}`, postconf);
  },
};

/** Users and a group of every system, which nothing else of Postfix uses. */
const MAIL_OWNER = 'daemon';
const SETGID_GROUP = 'bin';
/** Owner of the mail: virtual(8) wants an id of 100 or more. */
const MAILBOX_OWNER_ID = 65_534;
/** Postfix waits until a file of its configuration is old enough, lest it change under its hands. */
const BACKDATE_MS = 3_600_000;

const QUEUES = [
  'active',
  'bounce',
  'corrupt',
  'defer',
  'deferred',
  'flush',
  'hold',
  'incoming',
  'maildrop',
  'private',
  'public',
  'saved',
  'trace',
];

class Postfix implements RealServer {
  readonly name = 'postfix';
  readonly protocols = ['smtp'] as const;
  readonly notification = 'complete';
  readonly version: string;
  readonly #programs: string;
  readonly #postconf: ServerProgram;

  constructor(version: string, programs: string, postconf: ServerProgram) {
    this.version = version;
    this.#programs = programs;
    this.#postconf = postconf;
  }

  async start(options: ServerOptions): Promise<RunningServer> {
    const { folder, listen } = options;
    if ('path' in listen) throw new ServerError('Postfix receives over TCP only');
    const config = join(folder, 'config');
    const owner = await userId(MAIL_OWNER);
    const owned = ['data', ...QUEUES.map((name) => join('queue', name))].map((name) => join(folder, name));
    for (const path of [config, join(folder, 'queue/pid'), ...owned]) await mkdir(path, { recursive: true });
    for (const path of owned) await chown(path, owner, 0);
    const maildirs = await Maildirs.create(join(folder, 'mail'));
    const { domain, mailboxes } = options;
    await writeOldFile(
      join(config, 'mailboxes'),
      mailboxes.map((name) => `${name}@${domain} ${name}/\n`).join(''),
    );
    const text = mainCf(options, { programs: this.#programs, maildirs: maildirs.folder });
    await writeOldFile(join(config, 'main.cf'), text);
    await writeOldFile(join(config, 'master.cf'), masterCf(listen.address, listen.port));
    const daemon = await Daemon.start({
      command: [join(this.#programs, 'master'), '-c', config, '-d'],
      env: { ...this.#postconf.env, MAIL_CONFIG: config },
      listen,
    });
    return { stored: () => maildirs.stored(), stop: () => daemon.stop() };
  }
}

function mainCf(
  { folder, hostname, domain, messageLimitBytes }: ServerOptions,
  { programs, maildirs }: { readonly programs: string; readonly maildirs: string },
): string {
  const parameters = {
    compatibility_level: '3.6',
    queue_directory: `${folder}/queue`,
    data_directory: `${folder}/data`,
    meta_directory: `${folder}/config`,
    daemon_directory: programs,
    mail_owner: MAIL_OWNER,
    setgid_group: SETGID_GROUP,
    maillog_file: `${folder}/mail.log`,
    maillog_file_prefixes: folder,
    import_environment: 'LD_LIBRARY_PATH LANG=C TZ MAIL_CONFIG MAIL_LOGTAG POSTLOG_SERVICE POSTLOG_HOSTNAME',
    default_database_type: 'texthash',
    myhostname: hostname,
    mydestination: '',
    alias_maps: '',
    // Clients have no names here, and nobody is to be asked for them.
    smtpd_peername_lookup: 'no',
    // A user who may receive nothing, besides those who do not exist.
    smtpd_recipient_restrictions: `check_recipient_access inline:{ { refused@${domain} = REJECT no entry } }, reject_unauth_destination`,
    virtual_mailbox_domains: domain,
    virtual_mailbox_base: maildirs,
    virtual_mailbox_maps: `texthash:${folder}/config/mailboxes`,
    virtual_uid_maps: `static:${MAILBOX_OWNER_ID}`,
    virtual_gid_maps: `static:${MAILBOX_OWNER_ID}`,
    virtual_mailbox_limit: '0',
    message_size_limit: String(messageLimitBytes),
    smtputf8_enable: 'yes',
    // It would take its time over clients that try recipients in vain.
    smtpd_error_sleep_time: '0',
    in_flow_delay: '0',
    fast_flush_domains: '',
  };
  return Object.entries(parameters)
    .map(([name, value]) => `${name} = ${value}\n`)
    .join('');
}

function masterCf(address: string, port: number): string {
  const lines = [
    `[${address}]:${port} inet n - n - - smtpd`,
    'postlog unix-dgram n - n - 1 postlogd',
    'cleanup unix n - n - 0 cleanup',
    'qmgr unix n - n 300 1 qmgr',
    'rewrite unix - - n - - trivial-rewrite',
    'proxymap unix - - n - - proxymap',
    'anvil unix - - n - 1 anvil',
    'virtual unix - n n - - virtual',
    'error unix - - n - - error',
    'retry unix - - n - - error',
    ...['bounce', 'defer', 'trace'].map((name) => `${name} unix - - n - 0 bounce`),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

async function writeOldFile(path: string, text: string): Promise<void> {
  await writeFile(path, text);
  const at = new Date(Date.now() - BACKDATE_MS);
  await utimes(path, at, at);
}

async function userId(name: string): Promise<number> {
  const lines = (await readFile('/etc/passwd', 'utf8')).split('\n');
  const id = Number(lines.find((line) => line.startsWith(`${name}:`))?.split(':')[2]);
  if (!Number.isSafeInteger(id)) throw new ServerError(`Postfix needs the user ${name}`);
  return id;
}
