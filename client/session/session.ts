/**
 * One use of a connection to a server: who it is, what it offers, and whether the position in the dialogue is still
 * certain.
 *
 * Order of use: construct on an open connection, `handshake`, `transact`, then `quit` and `close`; or `release`, and
 * for the next message `Session.resume`, which goes on where the session before it ended.
 */
import type { Settings } from '../config/register.ts';
import type { EventListener } from '../events.ts';
import type { Trouble } from '../outcome/notices.ts';
import { STAGES, type Stage } from '../outcome/stages.ts';
import type { Clock, Connection } from '../platform/platform.ts';
import type { Reply } from '../reply.ts';
import type { Service } from '../request.ts';
import { Redaction } from '../sasl/redaction.ts';
import { TableError } from '../tables/table.ts';
import type { Tables } from '../tables/tables.ts';
import type { TlsReport } from '../tls/report.ts';
import type { TlsStatus } from '../tls/status.ts';
import { Wire, WireError } from '../wire/wire.ts';
import { type Features, NO_FEATURES } from './features.ts';
import type { SessionSecurity } from './security.ts';
import { Transcript } from './transcript.ts';

/** The server a session talks to. */
export interface Peer {
  /** Name as looked up; for a unix socket our own name. */
  readonly host: string;
  /** Numeric address, or the path of a unix socket. */
  readonly address: string;
  /** 0 for a unix socket. */
  readonly port: number;
}

/** `host[address]` */
export function shortName(peer: Peer): string {
  return `${peer.host}[${peer.address}]`;
}

/** `host[address]:port`, without the port for a unix socket. */
export function fullName(peer: Peer): string {
  return peer.port === 0 ? shortName(peer) : `${shortName(peer)}:${peer.port}`;
}

export interface SessionOptions {
  /** Names the session in events. */
  readonly id: string;
  readonly peer: Peer;
  readonly service: Service;
  readonly settings: Settings;
  readonly tables: Tables;
  /** What TLS is to be. */
  readonly security: SessionSecurity;
  /** What a domain is to be told of the TLS of this connection, if it wants to know. */
  readonly report?: TlsReport | undefined;
  readonly clock: Clock;
  readonly emit: EventListener;
  /** When the connection gets too old to be used for another message; absent, it is for one message only. */
  readonly reusableUntilMs?: number | undefined;
}

/** A connection between two uses, with what was learnt about its server (delivery reference 4.6). */
export interface KeptSession {
  readonly connection: Connection;
  readonly options: SessionOptions;
  readonly features: Features;
  readonly tls: TlsStatus | undefined;
  readonly pauseBeforeDotMs: number;
  readonly redaction: Redaction;
  readonly uses: number;
}

export class Session {
  readonly id: string;
  readonly peer: Peer;
  readonly service: Service;
  readonly settings: Settings;
  readonly tables: Tables;
  readonly security: SessionSecurity;
  readonly report: TlsReport | undefined;
  readonly clock: Clock;
  readonly emit: EventListener;
  /** How often the connection has been used, this time included. */
  readonly use: number;
  readonly transcript = new Transcript();
  wire: Wire;
  /** What the postmaster may want to know of. */
  readonly troubles = new Set<string>();
  /** What is said is logged, line by line (`debug_peer_list`). */
  verbose = false;
  features: Features = NO_FEATURES;
  /** Absent in the clear. */
  tls: TlsStatus | undefined;
  /** Flush and wait this long before the final dot, for servers behind a PIX firewall; 0 means no. */
  pauseBeforeDotMs = 0;
  /** The stage whose reply, or whose bytes, are being waited for. */
  stage: Stage = 'greeting';
  /** Prefixes the log lines of the request at work. */
  queueId = '';
  /** Whether the server can still be expected to take our QUIT. */
  #canQuit = true;
  #dropped = false;
  /** Takes credentials out of what the server says. */
  #redaction = new Redaction();
  readonly #options: SessionOptions;
  #isReusable: boolean;

  constructor(connection: Connection, options: SessionOptions, use = 1) {
    this.#options = options;
    this.#isReusable = options.reusableUntilMs !== undefined;
    this.use = use;
    this.id = options.id;
    this.peer = options.peer;
    this.service = options.service;
    this.settings = options.settings;
    this.tables = options.tables;
    this.security = options.security;
    this.report = options.report;
    this.clock = options.clock;
    this.emit = options.emit;
    this.wire = this.#wireOver(connection);
  }

  #wireOver(connection: Connection): Wire {
    const { clock, settings, peer } = this;
    return new Wire(connection, {
      clock,
      lineLimitBytes: settings.line_length_limit,
      utf8: settings.smtputf8_enable,
      peer: fullName(peer),
      ...(settings.smtp_reply_filter !== '' && { replaceLine: (line) => this.#replaceLine(line) }),
      onReplyLine: (line, isStored) => this.#heard(this.#redaction.of(line), isStored),
      onReplacement: (line) => this.transcript.replacement(this.#redaction.of(line)),
      onWarning: (text) => this.log('warning', this.#redaction.of(text)),
      onMalformedLine: (line) => this.#malformedLine(this.#redaction.of(line)),
    });
  }

  /**
   * Goes on inside TLS. What the server said in the clear is forgotten (RFC 3207 section 4.2), but for its name and the
   * size limit that it named, as in Postfix. The connection is for other messages only if the policy says so.
   */
  secure(connection: Connection, status: TlsStatus): void {
    const { serverName, sizeLimitBytes } = this.features;
    this.features = { ...NO_FEATURES, serverName, sizeLimitBytes };
    this.pauseBeforeDotMs = 0;
    this.tls = status;
    if (!this.security.policy.connectionReuse) this.endReuse();
    this.wire = this.#wireOver(connection);
    const { protocol, cipher, level, present, trusted, matched, resumed } = status;
    const details = { protocol, cipher, level, present, trusted, matched, resumed };
    this.emit({ type: 'secured', session: this.id, ...details });
  }

  /** Goes on with a connection that was kept; the server may be known by another name to this delivery. */
  static resume(kept: KeptSession, options: Partial<SessionOptions> = {}): Session {
    const session = new Session(kept.connection, { ...kept.options, ...options }, kept.uses + 1);
    session.features = kept.features;
    session.tls = kept.tls;
    session.pauseBeforeDotMs = kept.pauseBeforeDotMs;
    session.#redaction = kept.redaction;
    return session;
  }

  /** MAIL asks for REQUIRETLS where the server knows it (RFC 8689). */
  get requireTls(): boolean {
    return this.security.requireTls.isWanted;
  }

  /** Nothing speaks against using the connection again, but perhaps its age. */
  get isReusable(): boolean {
    return this.#isReusable;
  }

  /** The connection has been open, or was used again, as long or as often as it may. */
  get isExpired(): boolean {
    const { smtp_connection_reuse_count_limit: limit } = this.settings;
    const { reusableUntilMs = 0 } = this.#options;
    return this.clock.now() > reusableUntilMs || (limit > 0 && this.use > limit);
  }

  /** The connection is for no other message. */
  endReuse(): void {
    this.#isReusable = false;
  }

  /** Ends this use of the connection. A size limit and a name are not remembered, as in Postfix. */
  release(): KeptSession {
    return {
      connection: this.wire.release(),
      options: this.#options,
      features: { ...this.features, serverName: '', sizeLimitBytes: 0 },
      tls: this.tls,
      pauseBeforeDotMs: this.pauseBeforeDotMs,
      redaction: this.#redaction,
      uses: this.use,
    };
  }

  /** Starts the time limit of a stage. */
  limit(stage: Stage): void {
    this.wire.limit({
      seconds: this.settings[STAGES[stage].limit],
      deadline: this.settings.smtp_per_request_deadline,
      ...(stage === 'content' && { minBytesPerSecond: this.settings.smtp_min_data_rate }),
    });
  }

  /** Buffers a command; it leaves with the next reply that is awaited. */
  send(line: string): void {
    this.wire.send(line);
    this.#tell(line);
  }

  /**
   * Buffers a line with credentials in it: everybody but the server gets to see `shown`. What the line is made of is
   * taken out of replies as well, for a server may repeat what it was told.
   */
  sendSecret(line: string, shown: string, secrets: readonly string[]): void {
    this.#redaction.add(secrets);
    this.wire.send(line);
    this.#tell(shown);
  }

  /** Buffers the end of the content. */
  sendFinalDot(): void {
    this.wire.send('.');
    this.#writeDown('.');
  }

  /** What anybody gets to know of a command passes here: what nobody may know has to be taken out of it here. */
  #tell(line: string): void {
    this.#writeDown(line);
    this.emit({ type: 'command', session: this.id, line });
  }

  #writeDown(line: string): void {
    this.transcript.command(line);
    if (this.verbose) this.log('info', `> ${fullName(this.peer)}: ${line}`);
  }

  #heard(line: string, isStored: boolean): void {
    if (isStored) this.transcript.replyLine(line);
    if (this.verbose) this.log('info', `< ${fullName(this.peer)}: ${line.slice(0, SHOWN_CHARACTERS)}`);
  }

  /** Awaits the reply of a stage, within the time limit set last. */
  async receive(stage: Stage): Promise<Reply> {
    this.stage = stage;
    const heard = await this.wire.readReply();
    const reply = { ...heard, text: this.#redaction.of(heard.text) };
    this.emit({ type: 'reply', session: this.id, code: reply.code, text: reply.text });
    if (reply.malformed) this.troubled('protocol');
    return reply;
  }

  /** One of the two sides has lost the protocol, or a lookup of ours failed. */
  troubled(what: Trouble): void {
    this.troubles.add(what);
    if (what === 'protocol') this.endReuse();
  }

  log(level: 'info' | 'warning', text: string): void {
    this.emit({ type: 'log', level, text });
  }

  /**
   * Says QUIT unless the stream or the position in the dialogue no longer allows it, and waits for the answer only
   * if `smtp_skip_quit_response` is off. Nothing that happens here changes an outcome.
   */
  async quit(): Promise<void> {
    this.endReuse();
    if (!this.#canQuit) return;
    this.#canQuit = false;
    this.send('QUIT');
    if (this.settings.smtp_skip_quit_response) return;
    this.limit('quit');
    await this.receive('quit').catch(ignoreWireError);
  }

  /** QUIT was said within the transaction. */
  quitWasSaid(): void {
    this.#canQuit = false;
  }

  /** Sends what is buffered, then closes. Does nothing after `drop`. */
  close(): void {
    if (this.#dropped) return;
    this.wire.close();
    this.emit({ type: 'disconnected', session: this.id, how: 'closed' });
  }

  /** The stream failed: nothing more is said. */
  drop(how: 'closed' | 'lost' | 'timeout'): void {
    this.endReuse();
    this.#canQuit = false;
    this.#dropped = true;
    this.wire.destroy();
    this.emit({ type: 'disconnected', session: this.id, how });
  }

  /** A reply that cannot be filtered must not be taken at its word. */
  async #replaceLine(line: string): Promise<string> {
    const filter = await this.tables.one('smtp_reply_filter');
    const replacement = await filter?.lookup(line).catch((error: unknown) => {
      if (!(error instanceof TableError)) throw error;
      this.log(
        'warning',
        `${this.queueId}: table ${filter.name} lookup error for ${this.#redaction.of(line)}`,
      );
      throw new WireError('localData');
    });
    if (replacement === undefined) return line;
    const [from, to] = [line, replacement].map((text) => this.#redaction.of(text));
    this.log('info', `${fullName(this.peer)}: replacing server reply "${from}" with "${to}"`);
    return replacement;
  }

  /** The same, said as the fault has it. */
  dropAfter({ kind }: WireError): void {
    this.drop(DISCONNECTED[kind]);
  }

  #malformedLine(line: string): void {
    if (!this.features.pipelining) return;
    const protocol = this.service === 'lmtp' ? 'LMTP' : 'ESMTP';
    const text = `non-${protocol} response from ${fullName(this.peer)}: ${line.slice(0, SHOWN_CHARACTERS)}`;
    this.emit({ type: 'log', level: 'warning', queueId: this.queueId, text });
    if (!this.settings.helpful_warnings) return;
    const parameter =
      this.service === 'lmtp'
        ? 'lmtp_discard_lhlo_keyword_address_maps'
        : 'smtp_discard_ehlo_keyword_address_maps';
    this.log(
      'warning',
      `to prevent loss of mail, turn off command pipelining for ${this.peer.address} with the ${parameter} parameter`,
    );
  }
}

/** How much of a line of the server's the log shows. */
const SHOWN_CHARACTERS = 100;

const DISCONNECTED = { timeout: 'timeout', localData: 'closed', lost: 'lost', aborted: 'lost' } as const;

function ignoreWireError(error: unknown): void {
  if (!(error instanceof WireError)) throw error;
}
