/**
 * A whole Postfix of our own: master(8), queue manager, cleanup(8), bounce(8) and the rest, in a namespace for processes
 * with which all of it ends. It listens nowhere but on local sockets; all mail goes to one transport.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findInstallation, type Installation } from '../../scenarios/senders/postfix/installation.ts';
import { LogTail } from './log-tail.ts';

/** The command, as its sources have it. */
export const NEXTHOP = join(import.meta.dirname, '../../cli/main.ts');

/** Users and a group of every system, which nothing else of Postfix uses. */
const MAIL_OWNER = 'daemon';
const SETGID_GROUP = 'bin';
/** Postfix waits until a file of its configuration is old enough, lest it change under its hands. */
const BACKDATE_MS = 3_600_000;
const WAIT_LIMIT_MS = 60_000;

const QUEUES = [
  ...['active', 'bounce', 'corrupt', 'defer', 'deferred', 'flush', 'hold', 'incoming', 'maildrop'],
  ...['private', 'public', 'saved', 'trace'],
];

const SERVICES = [
  'postlog unix-dgram n - n - 1 postlogd',
  'pickup unix n - n 60 1 pickup',
  'cleanup unix n - n - 0 cleanup',
  'qmgr unix n - n 300 1 qmgr',
  'rewrite unix - - n - - trivial-rewrite',
  ...['bounce', 'defer', 'trace'].map((name) => `${name} unix - - n - 0 bounce`),
  'verify unix - - n - 1 verify',
  'flush unix n - n 1000? 0 flush',
  'showq unix n - n - - showq',
  'error unix - - n - - error',
  'retry unix - - n - - error',
  'discard unix - - n - - discard',
  'proxymap unix - - n - - proxymap',
  'anvil unix - - n - 1 anvil',
  'smtp unix - - n - - smtp',
];

/** Why there is none here, or the programs it consists of. */
export async function findMailSystem(): Promise<Installation | string> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    return 'a whole Postfix is started by root only';
  return (await findInstallation()) ?? 'no Postfix: npm run peers';
}

export interface MailSystemOptions {
  readonly installation: Installation;
  /** Where the mail goes: `transport:nexthop`. */
  readonly transport: string;
  readonly parameters?: Readonly<Record<string, string>>;
  /** Takes mail at this port of 127.0.0.1 too; from sendmail(1) alone when absent. */
  readonly port?: number;
  /** Further lines of master.cf. */
  readonly services?: readonly string[];
}

export class MailSystem {
  readonly folder = mkdtempSync(join(tmpdir(), 'nexthop-agent-'));
  readonly config = join(this.folder, 'config');
  readonly queue = join(this.folder, 'queue');
  readonly log: LogTail;
  readonly #options: MailSystemOptions;
  #namespace: ChildProcess | undefined;

  constructor(options: MailSystemOptions) {
    this.#options = options;
    const { programs } = options.installation;
    const owner = Number(/^daemon:[^:]*:(\d+)/m.exec(readFileSync('/etc/passwd', 'utf8'))?.[1]);
    const owned = [join(this.folder, 'data'), ...QUEUES.map((name) => join(this.queue, name))];
    for (const path of [this.config, join(this.queue, 'pid'), join(this.folder, 'sbin'), ...owned])
      mkdirSync(path, { recursive: true });
    for (const path of owned) chownSync(path, owner, 0);
    // The mail owner has a way in; its sockets are for nobody else.
    chmodSync(this.folder, 0o755);
    chmodSync(join(this.queue, 'private'), 0o700);
    for (const name of readdirSync(programs))
      symlinkSync(join(programs, name), join(this.folder, 'sbin', name));
    writeFileSync(
      join(this.folder, 'sbin/nexthop'),
      `#!/bin/sh\nexec ${process.execPath} ${NEXTHOP} agent -n "\${0##*/}" "$@"\n`,
      { mode: 0o755 },
    );
    this.log = new LogTail(this.#logFile);
    this.configure(options.parameters);
    const smtpd = options.port === undefined ? [] : [`127.0.0.1:${options.port} inet n - n - - smtpd`];
    this.#write('master.cf', [...SERVICES, ...smtpd, ...(options.services ?? [])]);
  }

  get #logFile(): string {
    return join(this.folder, 'mail.log');
  }

  /** What programs that are told of this Postfix have in their environment. */
  get environment(): Record<string, string> {
    return { ...this.#options.installation.env, MAIL_CONFIG: this.config };
  }

  /** main.cf anew. */
  configure(parameters: Readonly<Record<string, string>> = {}, ageMs = BACKDATE_MS): void {
    const { installation, transport } = this.#options;
    const all = {
      compatibility_level: '3.6',
      queue_directory: this.queue,
      data_directory: join(this.folder, 'data'),
      meta_directory: this.config,
      daemon_directory: join(this.folder, 'sbin'),
      command_directory: join(installation.programs, '../../../sbin'),
      sendmail_path: join(installation.programs, '../../../sbin/sendmail'),
      mail_owner: MAIL_OWNER,
      setgid_group: SETGID_GROUP,
      maillog_file: this.#logFile,
      maillog_file_prefixes: this.folder,
      import_environment:
        'LD_LIBRARY_PATH LANG=C TZ MAIL_CONFIG MAIL_LOGTAG POSTLOG_SERVICE POSTLOG_HOSTNAME',
      export_environment: 'LD_LIBRARY_PATH PATH LANG=C TZ MAIL_CONFIG MAIL_LOGTAG',
      default_database_type: 'texthash',
      myhostname: 'mx.client.test',
      myorigin: 'client.test',
      mydestination: '',
      alias_maps: '',
      default_transport: transport,
      relay_transport: transport,
      inet_interfaces: '127.0.0.1',
      inet_protocols: 'ipv4',
      in_flow_delay: '0',
      mynetworks: '127.0.0.0/8',
      smtpd_relay_restrictions: 'permit_mynetworks, reject',
      smtpd_peername_lookup: 'no',
      fast_flush_domains: '',
      // A transport whose socket is missing for a moment is asked again soon.
      transport_retry_time: '1s',
      service_throttle_time: '1s',
      queue_run_delay: '1s',
      minimal_backoff_time: '2s',
      maximal_backoff_time: '4s',
      ...parameters,
    };
    this.#write(
      'main.cf',
      Object.entries(all).map(([name, value]) => `${name} = ${value}`),
      ageMs,
    );
  }

  async start(): Promise<void> {
    const { installation } = this.#options;
    const master = [join(installation.programs, 'master'), '-c', this.config, '-d'];
    this.#namespace = spawn(
      'setpriv',
      [
        ...['--pdeathsig', 'KILL', 'unshare', '--pid', '--fork', '--kill-child', '--mount-proc'],
        // The shell collects processes that lose their parents, which master(8) would not know.
        ...['sh', '-c', '"$@" & wait', 'sh', ...master],
      ],
      { env: { ...process.env, ...this.environment }, stdio: 'ignore' },
    );
    await this.logged(/daemon started/);
  }

  async stop(): Promise<void> {
    const namespace = this.#namespace;
    if (namespace !== undefined && namespace.exitCode === null && namespace.signalCode === null) {
      const gone = once(namespace, 'exit');
      namespace.kill('SIGKILL');
      await gone;
    }
    this.log.close();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }

  /** Agents that master(8) has started for a service, by the numbers that they have here. */
  agentsOf(service: string): number[] {
    return processes(
      (words) => words.includes('agent') && words[words.lastIndexOf('-n') + 1] === service,
    ).filter((id) => wordsOf(`/proc/${id}/environ`).includes(`MAIL_CONFIG=${this.config}`));
  }

  /** `postfix reload`: master(8) reads its configuration, and starts its processes anew. */
  reload(): void {
    const isMaster = ([program = '', ...words]: string[]) =>
      program.endsWith('/master') && words.includes(this.config);
    for (const id of processes(isMaster)) process.kill(id, 'SIGHUP');
  }

  /** Resolves with so many lines of the log that match, from its beginning. */
  logged(pattern: RegExp, count = 1): Promise<readonly RegExpExecArray[]> {
    const { log } = this;
    const found = log.lines.map((line) => pattern.exec(line)).filter((match) => match !== null);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        ignoreLines();
        const end = log.lines.slice(-20).join('\n');
        reject(new Error(`waited in vain for ${count} of ${pattern} in the log:\n${end}`));
      }, WAIT_LIMIT_MS);
      const settle = () => {
        if (found.length < count) return;
        clearTimeout(timer);
        ignoreLines();
        resolve(found);
      };
      const ignoreLines = log.onLine((line) => {
        const match = pattern.exec(line);
        if (match === null) return;
        found.push(match);
        settle();
      });
      settle();
    });
  }

  /** Runs one of Postfix's commands, such as sendmail(1); resolves with what it printed. */
  run(command: string, words: readonly string[], input = ''): Promise<string> {
    const path = join(this.#options.installation.programs, '../../../sbin', command);
    return new Promise((resolve, reject) => {
      const child = execFile(
        path,
        [...words],
        { env: { ...process.env, ...this.environment } },
        (error, stdout, stderr) => {
          if (error === null) resolve(stdout);
          else reject(new Error(`${command}: ${stderr || error.message}`));
        },
      );
      // It may end before it has read everything; its exit status tells whether that was right.
      child.stdin?.on('error', () => {});
      child.stdin?.end(input);
    });
  }

  #write(name: string, lines: readonly string[], ageMs = BACKDATE_MS): void {
    const path = join(this.config, name);
    writeFileSync(path, lines.map((line) => `${line}\n`).join(''));
    const at = new Date(Date.now() - ageMs);
    utimesSync(path, at, at);
  }
}

function processes(isOne: (words: string[]) => boolean): number[] {
  const ids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return ids.filter((id) => isOne(wordsOf(`/proc/${id}/cmdline`))).map(Number);
}

/** Of a process; none when it is gone. */
function wordsOf(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\0');
  } catch {
    return [];
  }
}
