/**
 * A connection of a declarative mail host: RFC 5321 (and RFC 2033 for LMTP) from the server's side, in wire order.
 * Every reply goes through `#answer`, where switches and faults have their say.
 */
import type { TLSSocket } from 'node:tls';
import { serverChannelBinding } from '../sasl/channel-binding.ts';
import { AuthDialogue } from '../sasl/dialogue.ts';
import { offeredKeywords, parseCommandLine, parsePathCommand, type Refusal } from './command-syntax.ts';
import { unstuff } from './content.ts';
import type { EsmtpParameters } from './host.ts';
import { type Ending, Peer } from './peer.ts';
import type { FaultPlan, HostRun } from './plan.ts';
import type { Tap } from './recorder.ts';
import { replyCode, sendReply } from './reply-writer.ts';
import { type Action, actionFor, type Counts, DEFAULT_ACTION, type Stage } from './switches.ts';
import { secureConnection } from './tls/handshake.ts';
import type { TlsPlan } from './tls/options.ts';

/** Longer than any standard command with all its extensions, but AUTH (RFC 5321 4.5.3.1.4, RFC 3461 4). */
const COMMAND_LIMIT_BYTES = 4_096;
/** RFC 4954 section 4: base64 lines of an exchange may be as long. */
const AUTH_LIMIT_BYTES = 12_288;
const COMMANDS_PER_CONNECTION_LIMIT = 1_000_000;

interface Envelope {
  readonly sender: string;
  readonly parameters: EsmtpParameters;
  readonly recipients: { readonly address: string; readonly parameters: EsmtpParameters }[];
}

/** Thrown to leave the dialogue from anywhere; the connection has ended already. One is enough: it tells no more. */
const connectionOver = new Error('the connection is over');

interface Answered {
  /** What the client reads; undefined when there was no reply or garbage. */
  readonly code: number | undefined;
  readonly lines: readonly string[] | undefined;
}

/** Told the code of a reply once it is on its way, and whether the connection goes on after it. */
type Replied = (code: number | undefined, goesOn: boolean) => void;

interface AnswerOptions {
  readonly address?: string;
  /** A protocol error or limit of the connection: switches do not apply, faults do. */
  readonly fixed?: boolean;
  readonly replied?: Replied;
}

export class DeclarativeSession {
  readonly connection: number;
  readonly #host: HostRun;
  readonly #tap: Tap;
  readonly #peer: Peer;
  readonly #crowded: boolean;
  readonly #lmtp: boolean;
  readonly #connectionCounts: Counts = new Map();
  #transactionCounts: Counts = new Map();
  readonly #stageCounts = new Map<Stage | 'content', number>();
  #offered: ReadonlySet<string>;
  /** After a 5xx greeting only QUIT is in order (RFC 5321 3.1). */
  #refusedService = false;
  #greeted = false;
  #secured = false;
  #authenticated = false;
  /** Its end of TLS, to which an authentication can be bound. */
  #tls: TLSSocket | undefined;
  #envelope: Envelope | undefined;

  constructor(host: HostRun, tap: Tap, connection: number, crowded: boolean) {
    this.#host = host;
    this.#tap = tap;
    this.connection = connection;
    this.#crowded = crowded;
    this.#lmtp = host.plan.protocol === 'lmtp';
    this.#peer = new Peer(tap, host.context.clock);
    // Until the client has said EHLO, the greeting's and the first errors' enhanced codes follow the plan.
    this.#offered = offeredKeywords(['', ...host.plan.extensions.map((line) => `250 ${line}`)]);
  }

  async run(): Promise<void> {
    try {
      if (this.#host.plan.tls?.wrapper) await this.#secure(this.#host.plan.tls);
      await this.#greet();
      for (let commands = 0; commands < COMMANDS_PER_CONNECTION_LIMIT; commands += 1) await this.#command();
      await this.#answer('unknown', this.#status(421, '4.7.0', 'too many commands'), { fixed: true });
    } catch (error) {
      if (error !== connectionOver) throw error;
    }
  }

  async #greet(): Promise<void> {
    const { name, plan } = this.#host;
    const busy = `421 ${name} too many connections`;
    const { code } = this.#crowded
      ? await this.#answer('greeting', busy, { fixed: true })
      : await this.#answer('greeting', `220 ${name} ${plan.protocol === 'lmtp' ? 'LMTP' : 'ESMTP'}`);
    this.#refusedService = code !== undefined && code >= 400;
  }

  async #command(): Promise<void> {
    const input = await this.#peer.readLine(COMMAND_LIMIT_BYTES, this.#host.plan.idleTimeoutMs);
    switch (input.kind) {
      case 'line':
        if (input.lineEnd === 'lf')
          await this.#refuse('unknown', 500, '5.5.2', 'line ended by a bare newline');
        else await this.#dispatch(input.bytes.toString('utf8'));
        return;
      case 'tooLong':
        await this.#refuse('unknown', 500, '5.5.2', `line longer than ${COMMAND_LIMIT_BYTES} bytes`);
        return;
      case 'timeout':
        await this.#answer('unknown', this.#status(421, '4.4.2', 'idle for too long'), { fixed: true });
        return;
      default:
        await this.#end('close');
    }
  }

  async #dispatch(line: string): Promise<void> {
    const { verb, argument } = parseCommandLine(line);
    if (this.#refusedService && verb !== 'QUIT')
      return this.#refuse('unknown', 503, '5.5.1', 'only QUIT is accepted');
    switch (verb) {
      case 'EHLO':
      case 'HELO':
      case 'LHLO':
        return this.#hello(verb, argument);
      case 'STARTTLS':
        return this.#startTls(argument);
      case 'AUTH':
        return this.#auth(argument);
      case 'XFORWARD':
        return this.#xforward(argument);
      case 'MAIL':
        return this.#mail(argument);
      case 'RCPT':
        return this.#rcpt(argument);
      case 'DATA':
        return this.#data(argument);
      case 'RSET':
        if (argument !== undefined) return this.#refuse('rset', 501, '5.5.4', 'RSET takes no argument');
        this.#reset();
        await this.#answer('rset', this.#status(250, '2.0.0', 'Ok'));
        return;
      case 'QUIT': {
        if (argument !== undefined) return this.#refuse('quit', 501, '5.5.4', 'QUIT takes no argument');
        await this.#answer('quit', this.#status(221, '2.0.0', 'Bye'));
        return this.#end('close');
      }
      default:
        return this.#otherCommand(verb, argument);
    }
  }

  async #otherCommand(verb: string, argument: string | undefined): Promise<void> {
    const missing = (verb === 'VRFY' || verb === 'EXPN') && !argument;
    if (missing) return this.#refuse('other', 501, '5.5.4', `${verb} takes an argument`);
    const replies: Readonly<Record<string, string>> = {
      NOOP: this.#status(250, '2.0.0', 'Ok'),
      VRFY: this.#status(252, '2.5.0', 'send mail to find out'),
      EXPN: this.#status(502, '5.5.1', 'EXPN is disabled'),
      HELP: this.#status(214, '2.0.0', 'see RFC 5321'),
    };
    const reply = Object.hasOwn(replies, verb) ? replies[verb] : undefined;
    if (reply === undefined)
      await this.#answer('unknown', this.#status(500, '5.5.1', 'command not recognized'));
    else await this.#answer('other', reply);
    await this.#peer.flush();
  }

  async #hello(verb: 'EHLO' | 'HELO' | 'LHLO', argument: string | undefined): Promise<void> {
    const stage = ({ EHLO: 'ehlo', HELO: 'helo', LHLO: 'lhlo' } as const)[verb];
    if ((verb === 'LHLO') !== this.#lmtp) {
      return this.#refuse('unknown', 500, '5.5.1', `${verb} is not for ${this.#lmtp ? 'LMTP' : 'SMTP'}`);
    }
    if (!argument || /\s/.test(argument))
      return this.#refuse(stage, 501, '5.5.4', `syntax: ${verb} hostname`);
    const { name, plan } = this.#host;
    const extensions = this.#secured ? plan.secureExtensions : plan.extensions;
    const keywords = verb === 'HELO' ? [] : extensions;
    const lines = [name, ...keywords].map(
      (text, index, all) => `250${index === all.length - 1 ? ' ' : '-'}${text}`,
    );
    const { code, lines: said } = await this.#answer(stage, lines);
    await this.#peer.flush();
    if (!isPositiveReply(code)) return;
    this.#greeted = true;
    this.#offered = verb === 'HELO' ? new Set() : offeredKeywords(said ?? []);
    this.#reset();
  }

  /** RFC 3207 4. */
  async #startTls(argument: string | undefined): Promise<void> {
    const { tls } = this.#host.plan;
    if (tls === undefined) return this.#refuse('unknown', 500, '5.5.1', 'command not recognized');
    if (argument !== undefined) return this.#refuse('starttls', 501, '5.5.4', 'STARTTLS takes no argument');
    if (this.#secured) return this.#refuse('starttls', 503, '5.5.1', 'TLS is active already');
    const { lines } = await this.#answer('starttls', this.#status(220, '2.0.0', 'Ready to start TLS'));
    // Lines beyond the reply, sent with it, are injected: its first line decides.
    if (!isPositiveReply(replyCode(lines?.slice(0, 1)))) return;
    await this.#peer.flush();
    await this.#secure(tls);
  }

  async #secure(tls: TlsPlan): Promise<void> {
    const failed = await secureConnection({
      peer: this.#peer,
      tap: this.#tap,
      clock: this.#host.context.clock,
      plan: tls,
      hostName: this.#host.context.name,
      connection: this.connection,
      limitMs: this.#host.plan.idleTimeoutMs,
      onSecure: (socket) => {
        this.#tls = socket;
      },
    });
    if (failed !== undefined) await this.#end(failed);
    this.#secured = true;
    // RFC 3207 4.2: what was said before counts no more.
    this.#greeted = false;
    this.#authenticated = false;
    this.#reset();
  }

  /** RFC 4954: every reply of the exchange is one of the stage `auth`. */
  async #auth(argument: string | undefined): Promise<void> {
    if (!this.#offered.has('AUTH')) return this.#refuse('unknown', 500, '5.5.1', 'command not recognized');
    if (this.#authenticated || this.#envelope) return this.#refuse('auth', 503, '5.5.1', 'not now');
    const { name: host, plan, context } = this.#host;
    const dialogue = new AuthDialogue(plan.sasl, {
      host,
      randomBytes: (count) => context.random.bytes(count),
      channelBinding: (type) => this.#tls && serverChannelBinding(this.#tls, type),
    });
    for (let reply = dialogue.begin(argument); ; ) {
      const standard =
        reply.is === 'challenge' ? reply.line : this.#status(reply.code, reply.enhanced, reply.text);
      const { code } = await this.#answer('auth', standard);
      await this.#peer.flush();
      this.#authenticated = isPositiveReply(code);
      if (code === undefined || code < 300 || code > 399) return;
      const input = await this.#peer.readLine(AUTH_LIMIT_BYTES, plan.idleTimeoutMs);
      if (input.kind !== 'line') return this.#end('close');
      const line = input.bytes.toString('latin1');
      // A script of replies goes on until it says something final; only QUIT, which no exchange has, ends it before.
      if (line.toUpperCase() === 'QUIT') return this.#dispatch(line);
      reply = dialogue.respond(line);
    }
  }

  /** Postfix's extension: where the message to come is from. */
  async #xforward(argument: string | undefined): Promise<void> {
    if (!this.#offered.has('XFORWARD'))
      return this.#refuse('unknown', 500, '5.5.1', 'command not recognized');
    if (this.#envelope) return this.#refuse('xforward', 503, '5.5.1', 'mail transaction in progress');
    if (!/^[A-Za-z]+=[\x21-\x7e]+(?: [A-Za-z]+=[\x21-\x7e]+)*$/.test(argument ?? ''))
      return this.#refuse('xforward', 501, '5.5.4', 'syntax: XFORWARD attribute=value...');
    await this.#answer('xforward', this.#status(250, '2.0.0', 'Ok'));
  }

  async #mail(argument: string | undefined): Promise<void> {
    if (!this.#greeted)
      return this.#refuse('mail', 503, '5.5.1', `send ${this.#lmtp ? 'LHLO' : 'EHLO'} first`);
    if (this.#envelope) return this.#refuse('mail', 503, '5.5.1', 'nested MAIL command');
    const command = parsePathCommand('MAIL', argument, this.#offered);
    if ('code' in command) return this.#refused('mail', command);
    const { address, parameters } = command;
    const tooBig = Number(parameters.SIZE ?? 0) > this.#host.plan.maxMessageBytes;
    const reply = tooBig ? this.#status(552, '5.3.4', 'message too big') : this.#status(250, '2.1.0', 'Ok');
    const { code } = await this.#answer('mail', reply, { address });
    if (isPositiveReply(code)) this.#envelope = { sender: address, parameters, recipients: [] };
  }

  async #rcpt(argument: string | undefined): Promise<void> {
    const envelope = this.#envelope;
    if (!envelope) return this.#refuse('rcpt', 503, '5.5.1', 'need MAIL command');
    const command = parsePathCommand('RCPT', argument, this.#offered);
    if ('code' in command) return this.#refused('rcpt', command);
    const { address, parameters } = command;
    const { code } = await this.#answer('rcpt', this.#rcptReply(envelope, address), { address });
    if (isPositiveReply(code)) envelope.recipients.push({ address, parameters });
  }

  #rcptReply(envelope: Envelope, address: string): string {
    if (envelope.recipients.length >= this.#host.plan.maxRecipients) {
      return this.#status(452, '4.5.3', 'too many recipients');
    }
    if (this.#host.greylisted(this.#tap.remoteAddress ?? '', envelope.sender, address)) {
      return this.#status(450, '4.7.1', 'greylisted, try again later');
    }
    return this.#status(250, '2.1.5', 'Ok');
  }

  async #data(argument: string | undefined): Promise<void> {
    const envelope = this.#envelope;
    if (argument !== undefined) return this.#refuse('data', 501, '5.5.4', 'DATA takes no argument');
    if (!envelope) return this.#refuse('data', 503, '5.5.1', 'need MAIL command');
    if (envelope.recipients.length === 0) return this.#refuse('data', 554, '5.5.1', 'no valid recipients');
    const { code } = await this.#answer('data', '354 End data with <CR><LF>.<CR><LF>');
    await this.#peer.flush();
    if (code === undefined || code < 300 || code > 399) return;
    const content = await this.#content();
    if (this.#lmtp) await this.#endOfDataForEach(envelope, content);
    else {
      await this.#answer('endOfData', this.#contentRefusal(content) ?? this.#accepted(), {
        replied: (final) => {
          if (isPositiveReply(final)) this.#deliver(envelope, envelope.recipients, content);
        },
      });
    }
    this.#reset();
  }

  /** RFC 2033 4.2: one reply for each recipient accepted, in their order. */
  async #endOfDataForEach(envelope: Envelope, content: Buffer | undefined): Promise<void> {
    const accepted: Envelope['recipients'] = [];
    const reply = this.#contentRefusal(content) ?? this.#accepted();
    const last = envelope.recipients.at(-1);
    for (const recipient of envelope.recipients) {
      await this.#answer('endOfData', reply, {
        address: recipient.address,
        replied: (code, goesOn) => {
          if (isPositiveReply(code)) accepted.push(recipient);
          const complete = recipient === last || !goesOn;
          if (complete && accepted.length > 0) this.#deliver(envelope, accepted, content);
        },
      });
    }
  }

  /** Undefined: more than `maxMessageBytes`. */
  async #content(): Promise<Buffer | undefined> {
    const { plan } = this.#host;
    const fault = this.#faultAt('content', this.#count('content'));
    const input = await this.#peer.readContent(plan.maxMessageBytes, plan.idleTimeoutMs, fault?.afterBytes);
    if (input.kind === 'content') return input.oversize ? undefined : unstuff(input.sent);
    if (input.kind === 'stopped' && fault) {
      this.#host.faultsSeen.add(fault);
      await this.#perform(fault.answer ?? DEFAULT_ACTION, [], fault);
    } else if (input.kind === 'timeout') {
      await this.#answer('unknown', this.#status(421, '4.4.2', 'idle for too long'), { fixed: true });
    }
    return this.#end('close');
  }

  #contentRefusal(content: Buffer | undefined): string | undefined {
    if (content === undefined) return this.#status(552, '5.3.4', 'message too big');
    return this.#host.hasRoomFor(content.length) ? undefined : this.#status(452, '4.3.1', 'no room');
  }

  #accepted(): string {
    return this.#status(250, '2.0.0', `Ok: queued as ${this.#host.deliveries.length + 1}`);
  }

  #deliver(envelope: Envelope, recipients: Envelope['recipients'], content: Buffer | undefined): void {
    this.#host.deliver({
      atMs: this.#host.context.clock.now(),
      connection: this.connection,
      sender: envelope.sender,
      mailParameters: envelope.parameters,
      recipients: recipients.map(({ address }) => address),
      recipientParameters: recipients.map(({ parameters }) => parameters),
      content: content ?? Buffer.alloc(0),
    });
  }

  #reset(): void {
    this.#envelope = undefined;
    this.#transactionCounts = new Map();
  }

  #refused(stage: Stage, { code, enhanced, text }: Refusal): Promise<void> {
    return this.#refuse(stage, code, enhanced, text);
  }

  async #refuse(stage: Stage, code: number, enhanced: string, text: string): Promise<void> {
    await this.#answer(stage, this.#status(code, enhanced, text), { fixed: true });
  }

  /** Enhanced status codes are for clients that were offered them (RFC 2034 3). */
  #status(code: number, enhanced: string, text: string): string {
    return this.#offered.has('ENHANCEDSTATUSCODES') ? `${code} ${enhanced} ${text}` : `${code} ${text}`;
  }

  /** Says what the switches and faults make of `standard`, and does what follows. */
  async #answer(
    stage: Stage,
    standard: string | readonly string[],
    options: AnswerOptions = {},
  ): Promise<Answered> {
    const action = options.fixed ? DEFAULT_ACTION : this.#action(stage, options.address);
    const fault = this.#faultAt(stage, this.#count(stage));
    return this.#perform(
      fault?.answer ?? action,
      typeof standard === 'string' ? [standard] : standard,
      fault,
      options.replied,
    );
  }

  #action(stage: Stage, address: string | undefined): Action {
    const host = this.#host;
    const occasion = {
      elapsedMs: host.context.clock.now() - host.startedAtMs,
      connection: this.connection,
      connectionCounts: this.#connectionCounts,
      transactionCounts: this.#transactionCounts,
      ...(address === undefined ? {} : { address }),
    };
    return actionFor(host.plan.switches.get(stage), occasion, host.runCounts);
  }

  async #perform(
    action: Action,
    standard: readonly string[],
    fault: FaultPlan | undefined,
    replied?: Replied,
  ): Promise<Answered> {
    if (fault && fault.delayMs > 0 && fault.answer) await this.#pause(fault.delayMs);
    const lines = await sendReply(this.#peer, this.#tap, action, standard);
    if (fault && fault.delayMs > 0 && !fault.answer) await this.#pause(fault.delayMs);
    const code = replyCode(lines);
    // RFC 5321 3.8: a server that says 421 closes the channel.
    const ending = fault?.ending ?? action.ending ?? (code === 421 ? 'close' : undefined);
    replied?.(code, ending === undefined);
    return ending === undefined ? { code, lines } : this.#end(ending);
  }

  async #pause(delayMs: number): Promise<void> {
    await this.#peer.flush();
    this.#tap.fault(`delay ${delayMs} ms`);
    await this.#peer.sleep(delayMs);
  }

  /** How often this stage was reached in the connection, this time included. */
  #count(stage: Stage | 'content'): number {
    const count = (this.#stageCounts.get(stage) ?? 0) + 1;
    this.#stageCounts.set(stage, count);
    return count;
  }

  #faultAt(at: Stage | 'content', count: number): FaultPlan | undefined {
    const fault = this.#host.plan.faults.find(
      (plan) =>
        plan.at === at &&
        plan.count === count &&
        (plan.connection === undefined || plan.connection === this.connection),
    );
    // A fault within the content counts once its bytes have come: the host may never see them.
    if (fault && at !== 'content') this.#host.faultsSeen.add(fault);
    return fault;
  }

  async #end(ending: Ending): Promise<never> {
    await this.#peer.end(ending);
    throw connectionOver;
  }
}

function isPositiveReply(code: number | undefined): boolean {
  return code !== undefined && code >= 200 && code < 300;
}
