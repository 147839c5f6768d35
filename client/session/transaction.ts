/**
 * One message over an open session: XFORWARD where it is wanted, MAIL, RCPT, DATA, content, and what the server says to it.
 *
 * Two cursors run over the same sequence of stages: the sender's, which generates commands, and the receiver's,
 * which is the list of replies still awaited. A command may go out while replies are awaited if the server offers
 * PIPELINING (RFC 2920); otherwise, and before the content, the cursors first meet. That is all pipelining is.
 *
 * The sequence is changed only while the cursors are together: if MAIL, all RCPTs or DATA failed by then, the
 * transaction is aborted with RSET; a DATA that was accepted all the same is ended with an empty message.
 */
import { CheckError } from '../content/checks.ts';
import { GenericMapError } from '../content/generic.ts';
import { CorruptMessageError } from '../content/message.ts';
import { NestingError } from '../content/mime/parser.ts';
import { needsConversion, type Outgoing } from '../content/outgoing.ts';
import { contentPieces } from '../content/writer.ts';
import { type Failure, isProtocolError, saidNo, streamFailed } from '../outcome/failure.ts';
import type { Recipients } from '../outcome/recipients.ts';
import { STAGES, type Stage } from '../outcome/stages.ts';
import { oneLine, type Reply } from '../reply.ts';
import { type DeliveryRequest, isProbe, type Recipient } from '../request.ts';
import { type Wire, WireError } from '../wire/wire.ts';
import { mailCommand, rcptCommand } from './envelope.ts';
import { fullName, shortName } from './peer.ts';
import type { Session } from './session.ts';
import { type XforwardCommand, type XforwardStage, xforwardCommands } from './xforward.ts';

/**
 * Largest group of commands that is sent without reading replies. Both sides can then finish their writes whatever
 * the buffers of the network are, so the dialogue cannot deadlock (rfc2920-3.1-12).
 */
const GROUP_LIMIT_BYTES = 4096;

/** After a pause of ours this long the replies are read first: the server's patience has its limits too. */
const IDLE_LIMIT_MS = 10_000;

/** Where the sender's cursor stands. */
type Step = 'xforward' | 'mail' | 'rcpt' | 'data' | 'content' | 'abort' | 'quit' | 'end';

/** A reply that the receiver's cursor has yet to pass. */
interface Awaited {
  readonly stage: Stage;
  readonly recipient?: Recipient;
}

/**
 * Runs the transaction; every recipient left is marked afterwards. At its end QUIT was said, unless the connection
 * is to be used again. Throws WireError when the stream fails; recipients that have no mark then are left to the caller.
 */
export async function transact(
  session: Session,
  request: DeliveryRequest,
  recipients: Recipients,
  outgoing: Outgoing,
): Promise<void> {
  session.queueId = request.queueId;
  const tooLarge = exceedsSizeLimit(session, request);
  if (tooLarge !== undefined) {
    await recipients.fail(tooLarge);
    return;
  }
  try {
    await new Transaction(session, request, recipients, outgoing).run();
    recipients.sessionCompleted();
  } catch (error) {
    if (error instanceof CorruptMessageError) {
      const { queueId } = request;
      session.emit({ type: 'log', level: 'warning', queueId, text: error.message });
      session.wire.discardUnsent();
      await recipients.fail({ scope: 'message', dsn: '5.3.0', reason: 'unreadable mail queue entry' });
      session.drop('closed');
      recipients.unreadable(error.file);
    } else if (error instanceof ContentError) {
      await recipients.fail({
        scope: 'message',
        dsn: '4.3.0',
        reason: `cannot read the message: ${error.message}`,
      });
      session.drop('closed');
    } else if (error instanceof NestingError) {
      await recipients.fail({ scope: 'message', dsn: '5.6.0', reason: error.message });
      await abandon(session);
    } else if (error instanceof CheckError) {
      session.troubled('data');
      await recipients.fail(streamFailed(session.stage, shortName(session.peer), 'localData'));
      await abandon(session);
    } else {
      throw error;
    }
  }
}

/** There is no polite way out of DATA: what was written goes out, and the connection ends without a final dot. */
async function abandon(session: Session): Promise<void> {
  await session.wire.flush().catch((error: unknown) => {
    if (!(error instanceof WireError)) throw error;
  });
  session.drop('closed');
}

/** The server said how much it takes (RFC 1870): no need to ask. */
function exceedsSizeLimit(session: Session, { message }: DeliveryRequest): Failure | undefined {
  const limit = session.features.sizeLimitBytes;
  if (limit === 0 || message.sizeBytes <= limit) return undefined;
  const server = shortName(session.peer);
  return {
    scope: 'message',
    dsn: '5.3.4',
    reason: `message size ${message.sizeBytes} exceeds size limit ${limit} of server ${server}`,
    stage: 'mail',
  };
}

class Transaction {
  readonly #session: Session;
  readonly #request: DeliveryRequest;
  readonly #recipients: Recipients;
  readonly #outgoing: Outgoing;
  readonly #targets: readonly Recipient[];
  /** What is left to be said of the message's origin. */
  readonly #xforward: XforwardCommand[];
  #step: Step;
  /** What follows the last of content and RSET. */
  #farewell: 'quit' | 'end' = 'quit';
  #nextTarget = 0;
  #awaited: Awaited[] = [];
  #accepted: Recipient[] = [];
  #mailRefused = false;
  /** The server spoke before MAIL was said to it (`smtp_tls_block_early_mail_reply`). */
  #spokeEarly = false;
  #dataRefused = false;

  constructor(session: Session, request: DeliveryRequest, recipients: Recipients, outgoing: Outgoing) {
    this.#session = session;
    this.#request = request;
    this.#recipients = recipients;
    this.#outgoing = outgoing;
    this.#targets = recipients.left;
    const { settings, features } = session;
    this.#xforward = settings.smtp_send_xforward_command
      ? [...xforwardCommands(request, features.xforward)]
      : [];
    this.#step = this.#xforward.length > 0 ? 'xforward' : 'mail';
  }

  async run(): Promise<void> {
    while (this.#step !== 'end') {
      const line = await this.#commandLine();
      if (this.#mustMeet(line)) await this.#receiveAll();
      if (this.#awaited.length === 0 && this.#correctCourse()) continue;
      if (this.#step === 'content') await this.#sendContent();
      else if (line !== undefined) this.#sendCommand(line);
    }
    await this.#receiveAll();
  }

  /** The next command, or undefined at the content. */
  async #commandLine(): Promise<string | undefined> {
    const { features, settings } = this.#session;
    switch (this.#step) {
      case 'xforward':
        return this.#xforward[0]?.line;
      case 'mail':
        return mailCommand(await this.#outgoing.address(this.#request.sender), this.#request, this.#session);
      case 'rcpt': {
        const target = this.#targets[this.#nextTarget];
        if (target === undefined) return undefined;
        const address = await this.#outgoing.address(target.address);
        return rcptCommand(address, target, this.#request, features, settings);
      }
      case 'data':
        return 'DATA';
      case 'abort':
        return 'RSET';
      case 'quit':
        return 'QUIT';
      default:
        return undefined;
    }
  }

  /** Whether all replies have to be read before the next step. */
  #mustMeet(line: string | undefined): boolean {
    if (line === undefined || !this.#session.features.pipelining) return true;
    const { wire } = this.#session;
    if (wire.idleMs > IDLE_LIMIT_MS) return true;
    // QUIT may follow the final dot whatever is buffered: the content before it is no group of commands.
    const afterContent = this.#step === 'quit' && this.#awaited[0]?.stage === 'endOfData';
    const group = wire.unsentBytes + Buffer.byteLength(line) + 2;
    return group > GROUP_LIMIT_BYTES && !afterContent;
  }

  /** With the cursors together: leaves the sequence if what is next makes no sense any more. */
  #correctCourse(): boolean {
    const pointless =
      (this.#step === 'rcpt' && this.#mailRefused) ||
      (this.#step === 'data' && this.#accepted.length === 0) ||
      (this.#step === 'content' && this.#dataRefused);
    if (pointless) this.#conclude('abort');
    return pointless;
  }

  #sendCommand(line: string): void {
    this.#session.send(line);
    switch (this.#step) {
      case 'xforward': {
        const sent = this.#xforward.shift();
        if (sent !== undefined) this.#awaited.push({ stage: sent.stage });
        if (this.#xforward.length === 0) this.#step = 'mail';
        break;
      }
      case 'mail':
        this.#recipients.setupDone();
        this.#spokeEarly = this.#hasEarlyReply();
        this.#awaited.push({ stage: 'mail' });
        this.#step = 'rcpt';
        break;
      case 'rcpt':
        this.#sentRecipient();
        break;
      case 'data':
        this.#awaited.push({ stage: 'data' });
        this.#conclude('content');
        break;
      case 'abort':
        this.#awaited.push({ stage: 'abort' });
        this.#step = this.#farewell;
        break;
      default:
        this.#session.quitWasSaid();
        this.#awaited.push({ stage: 'quit' });
        this.#step = 'end';
    }
  }

  #sentRecipient(): void {
    const recipient = this.#targets[this.#nextTarget];
    this.#awaited.push({ stage: 'rcpt', ...(recipient && { recipient }) });
    this.#nextTarget += 1;
    if (this.#nextTarget < this.#targets.length) return;
    if (this.#probes('rcpt')) this.#conclude('abort');
    else this.#step = 'data';
  }

  /** Sends the message and the final dot; nothing but the dot when nobody is left to get it. */
  async #sendContent(): Promise<void> {
    this.#session.stage = 'content';
    if (this.#accepted.length > 0) {
      this.#session.limit('content');
      try {
        await this.#putContent();
      } catch (error) {
        if (!(error instanceof WireError) || error.kind !== 'lost') throw error;
        await this.#lostInContent(error);
        return;
      }
    }
    this.#session.sendFinalDot();
    if (this.#session.service === 'lmtp' && this.#accepted.length > 0) {
      // rfc2033-4.2-02: one reply for each accepted recipient, in the order of their RCPTs.
      for (const recipient of this.#accepted) this.#awaited.push({ stage: 'endOfData', recipient });
    } else {
      this.#awaited.push({ stage: 'endOfData' });
    }
    this.#step = this.#farewell;
  }

  /** Enters the last step before the end. A session that another message may use, as far as is known now, is not ended. */
  #conclude(step: 'content' | 'abort'): void {
    const { isReusable, isExpired } = this.#session;
    this.#step = step;
    this.#farewell = isReusable && !isExpired ? 'end' : 'quit';
  }

  async #putContent(): Promise<void> {
    const { wire, settings, features, emit, id, pauseBeforeDotMs } = this.#session;
    if (needsConversion(this.#request.message, features.eightBitMime, settings))
      this.#session.decided({ kind: 'conversion' });
    const content = this.#outgoing.content(features.eightBitMime, this.#targets[0]);
    const pieces = contentPieces(readable(content, wire), {
      lineLimitBytes: settings.smtp_line_length_limit,
      onBreak: () => {
        const text = `breaking line > ${settings.smtp_line_length_limit} bytes with <CR><LF>SPACE`;
        emit({ type: 'log', level: 'info', queueId: this.#request.queueId, text });
      },
    });
    let bytes = 0;
    for await (const piece of pieces) {
      bytes += piece.length;
      await wire.put(piece);
    }
    emit({ type: 'content', session: id, bytes });
    if (pauseBeforeDotMs === 0) return;
    await wire.flush();
    await wire.pause(pauseBeforeDotMs);
  }

  /**
   * The server closed while we were sending: it may have said why (a 552 in mid-message), so what it said is taken
   * as the reply to the content. There is nobody left to say QUIT to.
   */
  async #lostInContent(error: WireError): Promise<void> {
    this.#session.wire.discardUnsent();
    this.#session.limit('endOfData');
    const perRecipient = this.#session.service === 'lmtp';
    const awaited: readonly Awaited[] = perRecipient
      ? this.#accepted.map((recipient) => ({ stage: 'endOfData', recipient }))
      : [{ stage: 'endOfData' }];
    for (const expected of awaited) {
      const reply = await this.#session.receive('content').catch((failure: unknown) => {
        throw failure instanceof WireError ? error : failure;
      });
      await this.#handle({ ...expected }, reply);
    }
    this.#step = 'end';
    this.#session.drop('lost');
  }

  /** Moves the receiver's cursor up to the sender's. */
  async #receiveAll(): Promise<void> {
    // The list grows only by commands sent, and nothing is sent meanwhile.
    for (let next = this.#awaited.shift(); next !== undefined; next = this.#awaited.shift()) {
      if (next.stage === 'quit' && this.#session.settings.smtp_skip_quit_response) return;
      this.#session.limit(next.stage);
      await this.#handle(next, await this.#session.receive(next.stage));
    }
  }

  async #handle({ stage, recipient }: Awaited, reply: Reply): Promise<void> {
    const replyClass = Math.floor(reply.code / 100);
    switch (stage) {
      case 'xforwardClient':
      case 'xforwardProtocol':
        if (replyClass !== 2) this.#notForwarded(stage, reply);
        break;
      case 'mail':
        this.#mailRefused = replyClass !== 2 || this.#spokeEarly;
        if (replyClass !== 2) await this.#fail(stage, reply);
        else if (this.#spokeEarly) await this.#failEarlyReply(stage);
        break;
      case 'rcpt':
        if (recipient !== undefined && !this.#mailRefused)
          await this.#handleRcpt(recipient, reply, replyClass);
        break;
      case 'data':
        await this.#handleData(reply, replyClass);
        break;
      case 'endOfData':
        await this.#handleEndOfData(recipient, reply, replyClass);
        break;
      default:
      // What is said to RSET and QUIT changes nothing (rfc5321-4.3.2-07).
    }
  }

  /** The message goes out all the same. */
  #notForwarded(stage: XforwardStage, reply: Reply): void {
    const said = `host ${fullName(this.#session.peer)} said: ${oneLine(reply.text)}`;
    this.#session.log('warning', `${said} (in reply to ${STAGES[stage].command})`);
  }

  async #handleRcpt(recipient: Recipient, reply: Reply, replyClass: number): Promise<void> {
    if (replyClass !== 2) {
      await this.#fail('rcpt', reply, recipient);
      return;
    }
    this.#accepted.push(recipient);
    if (this.#probes('rcpt')) await this.#recipients.deliver(recipient, reply);
  }

  async #handleData(reply: Reply, replyClass: number): Promise<void> {
    if (replyClass !== 3) {
      this.#dataRefused = true;
      if (this.#accepted.length > 0) await this.#fail('data', reply);
      return;
    }
    if (!this.#probes('data')) return;
    // The server would take the message: that was the question. There is no polite way out of DATA.
    this.#recipients.deliverDone();
    for (const recipient of this.#recipients.unmarked)
      await this.#recipients.deliver(recipient, reply, '2.0.0');
    this.#step = 'end';
    this.#session.drop('closed');
  }

  async #handleEndOfData(recipient: Recipient | undefined, reply: Reply, replyClass: number): Promise<void> {
    if (this.#accepted.length === 0) return;
    if (recipient !== undefined) {
      if (replyClass === 2) await this.#recipients.deliver(recipient, reply);
      else await this.#fail('endOfData', reply, recipient);
      return;
    }
    if (replyClass !== 2) {
      await this.#fail('endOfData', reply);
      return;
    }
    this.#recipients.deliverDone();
    for (const accepted of this.#recipients.unmarked) await this.#recipients.deliver(accepted, reply);
  }

  /**
   * Inside TLS a reply that nothing has asked for shifts all that follow: whoever put it there makes the server take, or
   * refuse, what it has not seen (security reference 20). What the network has not brought yet is not noticed.
   */
  #hasEarlyReply(): boolean {
    const { settings, tls, wire } = this.#session;
    const isEarly = tls !== undefined && this.#awaited.length === 0 && wire.hasUnread;
    return settings.smtp_tls_block_early_mail_reply && isEarly;
  }

  async #failEarlyReply(stage: Stage): Promise<void> {
    const { service, peer } = this.#session;
    const policy = `${service}_tls_block_early_mail_reply`;
    this.#session.log('warning', `server ${shortName(peer)} violates ${policy} policy`);
    this.#session.endReuse('protocol');
    await this.#recipients.fail({
      scope: 'message',
      dsn: '4.7.0',
      reason: 'unexpected server message',
      stage,
    });
  }

  /** The reply refuses one recipient, or all that have no outcome. */
  async #fail(stage: Stage, reply: Reply, recipient?: Recipient): Promise<void> {
    if (isProtocolError(reply)) this.#session.troubled('protocol');
    const failure = saidNo(stage, shortName(this.#session.peer), reply, recipient !== undefined);
    await this.#recipients.fail(failure, recipient && [recipient]);
  }

  #probes(target: 'rcpt' | 'data'): boolean {
    return isProbe(this.#request) && this.#session.settings.smtp_address_verify_target === target;
  }
}

/** Marks a failure of the message's own source, so that it is not taken for one of the connection. */
class ContentError extends Error {
  override readonly name = 'ContentError';
}

/** What says itself what is to be done. */
const PASSED = [NestingError, CheckError, GenericMapError, CorruptMessageError];

async function* readable(
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  wire: Wire,
): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks;
  } catch (error) {
    if (PASSED.some((kind) => error instanceof kind)) throw error;
    // A table that the content depends on is not waited for.
    if (wire.aborted) throw new WireError('aborted');
    throw new ContentError(error instanceof Error ? error.message : String(error));
  }
}
