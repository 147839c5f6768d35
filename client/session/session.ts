/**
 * One use of a connection to a server: who it is, what it offers, and whether the position in the dialogue is still
 * certain.
 *
 * Order of use: construct on an open connection, `handshake`, `transact`, then `quit` and `close`; or `release`, and
 * for the next message `Session.resume`, which goes on where the session before it ended.
 */
import type { Settings } from '../config/register.ts';
import type { Decision, ReuseEnd } from '../decision.ts';
import type { EventListener } from '../events.ts';
import type { Trouble } from '../outcome/notices.ts';
import { STAGES, type Stage } from '../outcome/stages.ts';
import type { Clock, Connection } from '../platform/platform.ts';
import type { Reply } from '../reply.ts';
import type { Service } from '../request.ts';
import { Redaction } from '../sasl/redaction.ts';
import type { Tables } from '../tables/tables.ts';
import type { TlsReport } from '../tls/report/report.ts';
import type { TlsStatus } from '../tls/status.ts';
import { Wire, WireError } from '../wire/wire.ts';
import { type Features, NO_FEATURES } from './features.ts';
import { fullName, type Peer } from './peer.ts';
import { filteredLine, SHOWN_CHARACTERS, warnOfStrangeLine } from './reply-lines.ts';
import type { SessionSecurity } from './security.ts';
import { Transcript } from './transcript.ts';

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
  #reuseEnd: ReuseEnd | undefined;
  #timeLimit: Stage = 'greeting';

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
      ...(settings.smtp_reply_filter !== '' && { replaceLine: (line) => filteredLine(this, line) }),
      onReplyLine: (line, isStored) => this.#heard(this.redacted(line), isStored),
      onReplacement: (line) => this.transcript.replacement(this.redacted(line)),
      onWarning: (text) => this.log('warning', this.redacted(text)),
      onMalformedLine: (line) => warnOfStrangeLine(this, this.redacted(line)),
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
    if (!this.security.policy.connectionReuse) this.endReuse('tlsPolicy');
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

  /** The connection is for no other message; the first reason counts. */
  endReuse(why: ReuseEnd): void {
    if (this.#isReusable) this.#reuseEnd = why;
    this.#isReusable = false;
  }

  /** Why a connection that was to be kept is not; undefined for one that never was. */
  get reuseEnd(): ReuseEnd | undefined {
    return this.#reuseEnd;
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
    this.#timeLimit = stage;
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

  /** From now on these are taken out of whatever is told: a server may repeat what it was told. */
  conceal(secrets: readonly string[]): void {
    this.#redaction.add(secrets);
  }

  /** Buffers a line with credentials in it: everybody but the server gets to see `shown`. */
  sendSecret(line: string, shown: string): void {
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
    const text = this.redacted(heard.text);
    this.emit({ type: 'reply', session: this.id, code: heard.code, text });
    if (heard.malformed) this.troubled('protocol');
    // A challenge is not quoted but answered, which takes all of it.
    const isChallenge = (stage === 'auth' || stage === 'lmtpAuth') && Math.floor(heard.code / 100) === 3;
    return isChallenge ? heard : { ...heard, text };
  }

  /** What a server said, as it may be quoted. */
  redacted(text: string): string {
    return this.#redaction.of(text);
  }

  /** One of the two sides has lost the protocol, or a lookup of ours failed. */
  troubled(what: Trouble): void {
    this.troubles.add(what);
    if (what === 'protocol') this.endReuse('protocol');
  }

  log(level: 'info' | 'warning', text: string): void {
    this.emit({ type: 'log', level, text });
  }

  /** The stream failed; told if it was for the time limit, before anything comes of it. */
  failed({ kind }: WireError): void {
    if (kind !== 'timeout') return;
    const { limit: parameter } = STAGES[this.#timeLimit];
    const { doing } = STAGES[this.stage];
    this.decided({ kind: 'timeLimit', parameter, seconds: this.settings[parameter], doing });
  }

  decided(decision: Decision): void {
    this.emit({ type: 'decision', decision, session: this.id });
  }

  /**
   * Says QUIT unless the stream or the position in the dialogue no longer allows it, and waits for the answer only
   * if `smtp_skip_quit_response` is off. Nothing that happens here changes an outcome.
   */
  async quit(): Promise<void> {
    this.endReuse('ended');
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
    this.endReuse('ended');
    this.#canQuit = false;
    this.#dropped = true;
    this.wire.destroy();
    this.emit({ type: 'disconnected', session: this.id, how });
  }

  /** The same, said as the fault has it. */
  dropAfter({ kind }: WireError): void {
    this.drop(DISCONNECTED[kind]);
  }
}

const DISCONNECTED = { timeout: 'timeout', localData: 'closed', lost: 'lost', aborted: 'lost' } as const;

function ignoreWireError(error: unknown): void {
  if (!(error instanceof WireError)) throw error;
}
