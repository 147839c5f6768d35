/** Reads the lines of Postfix's mail log. */
import { AddressError, parseAddress } from '../../../client/address.ts';
import type { LogLine, RecipientOutcome } from '../sender.ts';

export interface MailLogLine {
  /** `syslog_name` and the program: `postfix/s0/smtp`. */
  readonly program: string;
  readonly processId: number;
  /** What follows the program's name and process id. */
  readonly text: string;
}

/** `Nov 23 22:03:04 host postfix/s0/smtp[51]: text`; undefined for something else. */
export function readMailLogLine(line: string): MailLogLine | undefined {
  const parts = /^[A-Z][a-z]{2} [ \d]\d [\d:]{8} \S+ ([^\s[]+)\[(\d+)\]: (.*)$/s.exec(line);
  if (parts === null) return undefined;
  const [, program = '', processId = '', text = ''] = parts;
  return { program, processId: Number(processId), text };
}

/** The last line of a process that gives up. */
export function isFatal(text: string): boolean {
  return /^(?:fatal|panic): /.test(text);
}

export function asLogLine(text: string): LogLine {
  return { level: /^(?:warning|error|fatal|panic): /.test(text) ? 'warning' : 'info', text };
}

export interface LoggedOutcome extends RecipientOutcome {
  readonly queueId: string;
}

/** What `status=` of the log means; those of an address probe are told apart by the status code. */
const STATUSES: Readonly<Record<string, RecipientOutcome['status']>> = {
  sent: 'sent',
  deliverable: 'sent',
  deferred: 'deferred',
  SOFTBOUNCE: 'deferred',
  bounced: 'bounced',
};

/**
 * The outcome that a line tells: `QUEUEID: to=<address>, relay=..., delay=..., dsn=X.Y.Z, status=WORD (reason)`, with
 * more attributes between in some versions. A very long reason loses its end. Undefined for every other line.
 */
export function readOutcome(text: string): LoggedOutcome | undefined {
  const head = /^([0-9A-Za-z]+): to=<(.*?)>, (?:orig_to=<.*?>, )?relay=(.*?), (?:conn_use=|delay=)/s.exec(
    text,
  );
  const tail = /, dsn=(\d\.\d+\.\d+), status=([\w-]+) \((.*?)\)?$/s.exec(text);
  if (head === null || tail === null) return undefined;
  const [, queueId = '', address = '', relay = ''] = head;
  const [, dsn = '', word = '', reason = ''] = tail;
  const probe = word === 'deliverable' || word.startsWith('undeliverable');
  const status = STATUSES[word] ?? (dsn.startsWith('4') ? 'deferred' : 'bounced');
  const reply = status === 'sent' ? reason : undefined;
  return {
    queueId,
    address: internalForm(address),
    status,
    dsn,
    relay,
    reason,
    ...(reply === undefined ? {} : { reply }),
    ...(probe ? { probe } : {}),
  };
}

/** The log has addresses in external form, unless `info_log_address_format` says otherwise. */
function internalForm(address: string): string {
  try {
    return parseAddress(address);
  } catch (error) {
    if (error instanceof AddressError) return address;
    throw error;
  }
}
