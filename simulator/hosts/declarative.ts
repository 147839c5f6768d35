/**
 * A mail host described by switches: a correct ESMTP or LMTP server that does what the scenario says where it says so.
 *
 *     mailHost()                                                       accepts everything
 *     mailHost({ greeting: '554 5.3.2 closed' })                       by stage
 *     mailHost({ rcpt: { 'bad@example.test': '550 5.1.1 unknown' } })  by address
 *     mailHost({ greeting: ['421 4.3.2 busy', 'default'] })            by count
 *     mailHost({ mail: until('5m', '451 4.3.0 later') })               by time
 *     mailHost({ data: { delay: '10s', then: 'close' } })              how it is sent and what follows
 *     mailHost({ sasl: { mechanisms: ['PLAIN'], users: { user: 'pass' } } })  who may authenticate, and how
 *     mailHost({ faults: [{ at: 'rcpt', count: 3, then: 'reset' }] })  by position in the protocol
 *     mailHost({ tls: { credential: ca.issue('a.example.test') } })    with STARTTLS; see `TlsOptions`
 */
import type { Duration } from '../duration.ts';
import type { SaslOptions } from '../sasl/exchange.ts';
import { compileSasl } from '../sasl/server.ts';
import { DeclarativeHost } from './declarative-host.ts';
import {
  DEFAULT_MAX_MESSAGE_BYTES,
  HostDefinitionError,
  listeningPort,
  type MailHostDefinition,
  type MailProtocol,
} from './host.ts';
import type { Ending } from './peer.ts';
import type { FaultPlan, HostPlan } from './plan.ts';
import {
  type Action,
  asRecord,
  compileAnswer,
  compileDuration,
  compileSwitch,
  DEFAULT_ACTION,
  isEnding,
  isPositive,
  onlyKeys,
  STAGES,
  type Stage,
  type Switch,
  type SwitchNode,
} from './switches.ts';
import { compileTls, type TlsOptions, WRAPPER_PORT } from './tls/options.ts';

export type MailHostSwitches = { readonly [stage in Stage]?: Switch } & {
  /** The name in replies; the host's key when absent. */
  readonly name?: string;
  readonly protocol?: MailProtocol;
  /** 25, 24 for LMTP, or 465 for `tls: { wrapper: true }`, when absent. */
  readonly port?: number;
  /** The lines of the EHLO reply after the first; `DEFAULT_EXTENSIONS` when absent, and STARTTLS where there is TLS. */
  readonly extensions?: readonly string[];
  /** Larger messages get 552; also the value of the default SIZE keyword. 10240000 when absent. */
  readonly maxMessageBytes?: number;
  /** Further recipients get 452; 1000 when absent (RFC 5321 4.5.3.1.8 asks for at least 100). */
  readonly maxRecipients?: number;
  /** Connections open at the same time beyond this number get 421. */
  readonly maxConnections?: number;
  /** Defers each (client address, sender, recipient) with 450 until so long after its first attempt. */
  readonly greylist?: Duration;
  /** How long the client may say nothing before 421; 5 minutes when absent (RFC 5321 4.5.3.2.7). */
  readonly idleTimeout?: Duration;
  /** Users and the ways in which they can authenticate; an `AUTH` line is added to `extensions` that have none. */
  readonly sasl?: SaslOptions;
  readonly faults?: readonly Fault[];
  /** STARTTLS is served when present, perhaps `{}`. */
  readonly tls?: TlsOptions;
};

/** Something that goes wrong at one position; a fault that never came is a problem of the run. */
export interface Fault {
  /** At a command (or the greeting, or the end of the data), or within the content. */
  readonly at: Stage | 'content';
  /** The n-th time in a connection, counted from 1; 1 when absent. */
  readonly count?: number;
  /** Only in the n-th connection of the run; in every one when absent. */
  readonly connection?: number;
  /** For `content`: once so many bytes of it have come, transparency dots included; 1 when absent. */
  readonly afterBytes?: number;
  /** Before the reply, in place of it, or (when absent) after it. Content has no reply of its own. */
  readonly when?: 'beforeReply' | 'afterReply';
  /** Sent in place of the reply; verbatim, as in a switch. */
  readonly reply?: string;
  readonly delay?: Duration;
  readonly then: Ending;
}

const DEFAULT_MAX_RECIPIENTS = 1_000;
const DEFAULT_IDLE_TIMEOUT = '5m';
/** Content is kept in memory; no host takes more than this in one message. */
export const MESSAGE_LIMIT_BYTES = 256 * 1024 * 1024;

/** What a host offers unless told otherwise; SIZE follows `maxMessageBytes`. */
const DEFAULT_EXTENSIONS = [
  'PIPELINING',
  'SIZE',
  '8BITMIME',
  'ENHANCEDSTATUSCODES',
  'DSN',
  'SMTPUTF8',
] as const;

const OTHER_KEYS = [
  'name',
  'protocol',
  'port',
  'extensions',
  'maxMessageBytes',
  'maxRecipients',
  'maxConnections',
  'greylist',
  'idleTimeout',
  'sasl',
  'faults',
  'tls',
] as const;

/** Checks the switches at once: throws `HostDefinitionError`, one line that names the bad one. */
export function mailHost(switches: MailHostSwitches = {}): MailHostDefinition {
  const plan = compile(switches);
  const wrapperPort = plan.tls?.wrapper === true ? WRAPPER_PORT : undefined;
  const port = listeningPort('mailHost', plan.protocol, switches.port ?? wrapperPort);
  return {
    kind: 'declarative',
    protocol: plan.protocol,
    port,
    start: (context) => new DeclarativeHost(plan, context),
  };
}

function compile(switches: MailHostSwitches): HostPlan {
  onlyKeys('mailHost', asRecord('mailHost', switches), [...STAGES, ...OTHER_KEYS]);
  const protocol = switches.protocol ?? 'smtp';
  if (protocol !== 'smtp' && protocol !== 'lmtp') throw bad('protocol', 'must be smtp or lmtp');
  const name = switches.name;
  if (name !== undefined && !/^[^\s\p{Cc}]{1,255}$/u.test(name)) throw bad('name', 'must be one word');
  const maxMessageBytes = positive('maxMessageBytes', switches.maxMessageBytes, DEFAULT_MAX_MESSAGE_BYTES);
  if (maxMessageBytes > MESSAGE_LIMIT_BYTES) throw bad('maxMessageBytes', `at most ${MESSAGE_LIMIT_BYTES}`);
  const tls = switches.tls === undefined ? undefined : compileTls('mailHost: tls', switches.tls);
  const offered = tls === undefined || tls.wrapper ? DEFAULT_EXTENSIONS : [...DEFAULT_EXTENSIONS, 'STARTTLS'];
  const extensions = compileExtensions(switches.extensions ?? offered, maxMessageBytes);
  const secureExtensions = switches.tls?.extensions ?? extensions.filter((line) => line !== 'STARTTLS');
  return {
    name,
    protocol,
    maxMessageBytes,
    extensions: withAuth(extensions, switches.sasl),
    secureExtensions: withAuth(compileExtensions(secureExtensions, maxMessageBytes), switches.sasl),
    sasl: switches.sasl && compileSasl('mailHost: sasl', switches.sasl),
    maxRecipients: positive('maxRecipients', switches.maxRecipients, DEFAULT_MAX_RECIPIENTS),
    maxConnections: positive('maxConnections', switches.maxConnections, Number.POSITIVE_INFINITY),
    greylistMs:
      switches.greylist === undefined ? 0 : compileDuration('mailHost: greylist', switches.greylist),
    idleTimeoutMs: compileDuration('mailHost: idleTimeout', switches.idleTimeout ?? DEFAULT_IDLE_TIMEOUT),
    switches: compileStages(switches, protocol),
    faults: compileFaults(switches.faults),
    tls,
  };
}

function compileStages(switches: MailHostSwitches, protocol: MailProtocol): ReadonlyMap<Stage, SwitchNode> {
  const foreign: readonly Stage[] = protocol === 'lmtp' ? ['ehlo', 'helo'] : ['lhlo'];
  const compiled = new Map<Stage, SwitchNode>();
  for (const stage of STAGES) {
    const value = switches[stage];
    if (value === undefined) continue;
    if (foreign.includes(stage)) throw bad(stage, `is no command of ${protocol.toUpperCase()}`);
    const byAddress = stage === 'mail' || stage === 'rcpt' || (stage === 'endOfData' && protocol === 'lmtp');
    compiled.set(stage, compileSwitch(`mailHost: ${stage}`, value, byAddress));
  }
  return compiled;
}

function compileExtensions(lines: readonly string[], maxMessageBytes: number): readonly string[] {
  if (!Array.isArray(lines)) throw bad('extensions', 'must be a list of EHLO lines');
  return lines.map((line: unknown) => {
    if (typeof line !== 'string' || /[\r\n]/.test(line))
      throw bad('extensions', 'each must be one line of text');
    return line === 'SIZE' ? `SIZE ${maxMessageBytes}` : line;
  });
}

function withAuth(extensions: readonly string[], sasl: SaslOptions | undefined): readonly string[] {
  if (sasl === undefined || extensions.some((line) => /^AUTH\b/i.test(line))) return extensions;
  return [...extensions, `AUTH ${sasl.mechanisms.join(' ')}`];
}

function compileFaults(faults: readonly Fault[] | undefined): readonly FaultPlan[] {
  if (faults === undefined) return [];
  if (!Array.isArray(faults)) throw bad('faults', 'must be a list');
  return faults.map((fault: Fault, index) => {
    const where = `faults[${index}]`;
    const keys = ['at', 'count', 'connection', 'afterBytes', 'when', 'reply', 'delay', 'then'];
    onlyKeys(`mailHost: ${where}`, asRecord(`mailHost: ${where}`, fault), keys);
    const { at, when, reply, then } = fault;
    if (at !== 'content' && !STAGES.includes(at))
      throw bad(where, `at: must be one of ${STAGES.join(', ')}, content`);
    if (!isEnding(then)) throw bad(where, 'then: must be close, reset, halfClose, silent or stall');
    if (fault.afterBytes !== undefined && at !== 'content')
      throw bad(where, 'afterBytes: only goes with content');
    if (when !== undefined && when !== 'beforeReply' && when !== 'afterReply') {
      throw bad(where, 'when: must be beforeReply or afterReply');
    }
    if (when !== undefined && (at === 'content' || reply !== undefined)) {
      throw bad(where, `when: does not go with ${at === 'content' ? 'content' : 'reply'}`);
    }
    const count = positive(`${where}: count`, fault.count, 1);
    const connection =
      fault.connection === undefined ? undefined : positive(`${where}: connection`, fault.connection, 1);
    return {
      at,
      count,
      connection,
      afterBytes: positive(`${where}: afterBytes`, fault.afterBytes, 1),
      answer: compileFaultAnswer(`mailHost: ${where}`, fault),
      delayMs: fault.delay === undefined ? 0 : compileDuration(`mailHost: ${where}: delay`, fault.delay),
      ending: then,
      label: `${then} at ${at} ${count}${connection === undefined ? '' : ` of connection ${connection}`}`,
    };
  });
}

function compileFaultAnswer(where: string, { at, when, reply }: Fault): Action | undefined {
  if (reply !== undefined) return compileAnswer(where, { reply });
  const silently = when === 'beforeReply' || at === 'content';
  return silently ? { ...DEFAULT_ACTION, reply: { kind: 'none' } } : undefined;
}

function positive(key: string, value: unknown, fallback: number): number {
  if (value === undefined) return fallback;
  if (!isPositive(value)) throw bad(key, 'must be a whole number, 1 or more');
  return value;
}

function bad(key: string, text: string): HostDefinitionError {
  return new HostDefinitionError(`mailHost: ${key}: ${text}`);
}
