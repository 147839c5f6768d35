/**
 * Cases from the field: what other mail projects test on the sending side, as rows of tables. Each row has the script
 * of the server, what became of the recipients with real Postfix, and what went over the wire.
 */
import type { PlacedHost } from '../../../simulator/places.ts';
import {
  bounced,
  connections,
  deferred,
  delivered,
  type Expectation,
  logged,
  type MessageSpec,
  mailHost,
  message,
  pipelined,
  received,
  type Scenario,
  scenario,
  zone,
} from '../../scenario.ts';

export interface FieldCase {
  /** Its id in the catalogue without `field-`. */
  readonly id: string;
  readonly title: string;
  /** Further cases of the catalogue, by their whole ids. */
  readonly alsoShows?: readonly string[];
  readonly clauses: readonly string[];
  /** The exchanger `mx`. */
  readonly host: PlacedHost;
  /** A second exchanger of less preference, `second`. */
  readonly second?: PlacedHost;
  /** What differs from a message of a few lines to `user1@example.test`, `user2@example.test`, ... */
  readonly send?: Partial<MessageSpec>;
  /** What the content ends with on arrival. */
  readonly arrives?: string;
  /** More messages after it, one after the other, each to one recipient. */
  readonly then?: number;
  /** By recipient; the number of fates is the number of recipients, unless `send` names them. */
  readonly fates: readonly Fate[];
  /**
   * What the client sends to each host, by session: commands, `+` behind those that do not wait for a reply, `x3`
   * for a repetition, `.` for the message text with its dot, base64 for a line of an AUTH exchange. A command has parameters only in brackets:
   * `EHLO MAIL[BODY=8BITMIME]+ RCPT+x3 DATA .+ QUIT`. `(nothing)` for a connection without a command, `(any)` where
   * it depends on the moment whether the server still sees it.
   */
  readonly wire: string | Readonly<Record<string, readonly string[]>>;
  readonly config?: Readonly<Record<string, string>>;
  /** Warnings, and other lines of the log that matter. */
  readonly log?: readonly string[];
  readonly tolerates?: Readonly<Record<string, string>>;
  readonly virtualOnly?: string;
}

export type Fate =
  | { readonly status: 'sent'; readonly reason?: string }
  | {
      readonly status: 'deferred' | 'bounced';
      readonly dsn: string | RegExp;
      readonly reason: string | RegExp;
    };

/** The server's name in reasons. */
export const SERVER = 'mx.example.test[192.0.2.1]';

export const SENT: Fate = { status: 'sent' };

/** The server refuses in greeting or introduction. */
export function refused(dsn: string, reply: string, server = SERVER): Fate {
  return { status: statusOf(dsn), dsn, reason: `host ${server} refused to talk to me: ${reply}` };
}

/** The server refuses the message or the recipient, in reply to `command`. */
export function said(dsn: string, reply: string, command: string, server = SERVER): Fate {
  return { status: statusOf(dsn), dsn, reason: `host ${server} said: ${reply} (in reply to ${command})` };
}

export function lost(doing: string): Fate {
  return { status: 'deferred', dsn: '4.4.2', reason: `lost connection with ${SERVER} while ${doing}` };
}

export function timedOut(doing: string, server = SERVER): Fate {
  return { status: 'deferred', dsn: '4.4.2', reason: `conversation with ${server} timed out while ${doing}` };
}

export const MAIL = 'MAIL FROM command';
export const RCPT = 'RCPT TO command';
export const DATA = 'DATA command';
export const END_OF_DATA = 'end of DATA command';

/** What a plain server of these cases offers. */
const EXTENSIONS = ['PIPELINING', '8BITMIME', 'ENHANCEDSTATUSCODES'];

type Switches = NonNullable<Parameters<typeof mailHost>[0]>;

/** A server that offers the usual and accepts everything, but for what is said. */
export function server(switches: Switches = {}): ReturnType<typeof mailHost> {
  return mailHost({ extensions: EXTENSIONS, ...switches });
}

/** The same without PIPELINING. */
export function slowServer(switches: Switches = {}): ReturnType<typeof mailHost> {
  return server({ extensions: EXTENSIONS.slice(1), ...switches });
}

/** `n` times the same fate. */
export function all(n: number, fate: Fate): Fate[] {
  return Array.from({ length: n }, () => fate);
}

export function fieldCase(row: FieldCase): Scenario {
  const to = row.send?.to ?? row.fates.map((_, index) => `user${index + 1}@example.test`);
  const addresses = [to].flat().map((each) => (typeof each === 'string' ? each : each.address));
  const hosts = { mx: row.host, ...(row.second && { second: row.second }) };
  const wires = typeof row.wire === 'string' ? { mx: [row.wire] } : row.wire;
  const slug = row.title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  const sends = Array.from({ length: 1 + (row.then ?? 0) }, () => message({ ...row.send, to }));
  return scenario(`field/${row.id.toLowerCase()}-${slug.slice(0, 50).replace(/-$/, '')}`, {
    title: row.title,
    clauses: row.clauses,
    origins: [`field-${row.id}`, ...(row.alsoShows ?? [])],
    dns: zone('example.test', {
      MX: row.second ? ['10 mx', '20 second'] : '10 mx',
      mx: '192.0.2.1',
      ...(row.second && { second: '192.0.2.2' }),
    }),
    hosts,
    ...(row.config && { config: row.config }),
    send: sends,
    expect: [
      ...sends.flatMap(() => addresses.map((address, index) => expectFate(address, row.fates[index]))),
      ...Object.entries(wires).flatMap(([host, sessions]) => expectWire(host, sessions)),
      ...(row.arrives === undefined ? [] : [received('mx', { content: row.arrives })]),
      ...(row.log ?? []).map((line) => logged(line)),
    ],
    ...(row.tolerates && { tolerates: row.tolerates }),
    ...(row.virtualOnly !== undefined && { virtualOnly: row.virtualOnly }),
  });
}

function expectFate(address: string, fate: Fate | undefined): Expectation {
  if (fate === undefined) throw new Error(`no fate for ${address}`);
  if (fate.status === 'sent')
    return delivered(address, { dsn: '2.0.0', ...(fate.reason !== undefined && { reason: fate.reason }) });
  const { dsn, reason } = fate;
  return fate.status === 'deferred' ? deferred(address, { dsn, reason }) : bounced(address, { dsn, reason });
}

function expectWire(host: string, sessions: readonly string[]): Expectation[] {
  return [
    connections(host, sessions.length),
    ...sessions.flatMap((wire, index) =>
      wire.startsWith('(') ? [] : [pipelined(host, groupsOf(wire), { session: index + 1 })],
    ),
  ];
}

function groupsOf(wire: string): string[][] {
  const groups: string[][] = [[]];
  for (const token of wire.split(' ')) {
    const [, verb = '', parameters, ahead, times = '1'] =
      /^([A-Z]+|\.|[A-Za-z0-9/]+=*)(?:\[(.*)\])?(\+?)(?:x(\d+))?$/.exec(token) ?? [];
    if (verb === '') throw new Error(`wire: '${token}' is no command`);
    for (let count = 1; count <= Number(times); count += 1) {
      groups.at(-1)?.push(commandPattern(verb, parameters));
      if (ahead === '') groups.push([]);
    }
  }
  return groups.filter((group) => group.length > 0);
}

function commandPattern(verb: string, parameters: string | undefined): string {
  const rest = parameters === undefined ? '' : ` ${parameters.replaceAll(',', ' ')}`;
  if (verb === 'MAIL') return `MAIL FROM:<*>${rest}`;
  if (verb === 'RCPT') return `RCPT TO:<*>${rest}`;
  return /^[EL]HLO$|^HELO$/.test(verb) ? `${verb} *` : `${verb}${rest}`;
}

function statusOf(dsn: string): 'deferred' | 'bounced' {
  return dsn.startsWith('4') ? 'deferred' : 'bounced';
}
