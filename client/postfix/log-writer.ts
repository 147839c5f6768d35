/**
 * Writes the mail log where Postfix writes it, syslog or `maillog_file`, through postlog(1): its own program for that.
 * Both are sockets for datagrams, which Node cannot connect to.
 */
import type { Settings } from '../config/register.ts';
import type { ClientEvent } from '../events.ts';
import { mailLogLine } from '../outcome/mail-log.ts';
import { type LineProgram, startLineProgram } from '../platform/daemon.ts';
import type { Clock } from '../platform/platform.ts';

type Severity = 'info' | 'warning' | 'error';

/** Words of postlog(1), which puts them in front of the text. */
const PRIORITIES: Readonly<Record<Severity, string>> = { info: 'info', warning: 'warn', error: 'error' };

/** A program that has gone away is not started more often than this. */
const RESTART_INTERVAL_MS = 1_000;

export class LogWriter {
  readonly #command: string;
  readonly #words: readonly string[];
  readonly #clock: Clock;
  readonly #programs = new Map<Severity, { program: LineProgram; startedAtMs: number }>();

  /** `directory` is that of main.cf, `name` of the service. */
  constructor(
    { command_directory: commands, syslog_name: first }: Pick<Settings, 'command_directory' | 'syslog_name'>,
    { directory, name, clock }: { readonly directory: string; readonly name: string; readonly clock: Clock },
  ) {
    this.#command = `${commands}/postlog`;
    this.#words = ['-c', directory, '-t', `${first}/${name}`];
    this.#clock = clock;
    // While there are the rights for it: a configuration elsewhere is not for everybody.
    for (const severity of Object.keys(PRIORITIES) as Severity[]) this.#start(severity);
  }

  /** Lines that are lost because the program cannot keep up are lost quietly: there is nowhere to tell. */
  write(event: ClientEvent, settings: Settings): void {
    const severity = event.type === 'log' ? event.level : 'info';
    const line = mailLogLine(event.type === 'log' ? { ...event, level: 'info' } : event, settings);
    if (line !== undefined) this.line(severity, line);
  }

  line(severity: Severity, text: string): void {
    const running = this.#programs.get(severity);
    if (running?.program.write(text) === true) return;
    const now = this.#clock.now();
    if (running !== undefined && now - running.startedAtMs < RESTART_INTERVAL_MS) return;
    this.#start(severity).write(text);
  }

  async close(): Promise<void> {
    await Promise.all(Array.from(this.#programs.values(), ({ program }) => program.end()));
  }

  #start(severity: Severity): LineProgram {
    const program = startLineProgram(this.#command, ['-p', PRIORITIES[severity], ...this.#words]);
    this.#programs.set(severity, { program, startedAtMs: this.#clock.now() });
    return program;
  }
}
