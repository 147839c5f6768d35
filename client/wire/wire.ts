/**
 * The wire: commands out, reply lines in. Nothing else touches the stream of a session.
 *
 * Commands are buffered by `send` and leave with the next `flush`, or when a reply is awaited: pipelining is a
 * property of the wire, not a second way of talking. A time limit is set by `limit` and then holds, as
 * `smtp_per_request_deadline` says, for every single wait or for all waits until the next `limit` together.
 *
 * Order of use: `limit`, then any of `send`, `put`, `flush`, `readReply`; `close` or `destroy` at the end.
 */

import type { StreamFault } from '../outcome/failure.ts';
import type { Clock, Connection } from '../platform/platform.ts';
import type { Reply } from '../reply.ts';
import { Lines } from './lines.ts';
import { isReplyLine, REPLY_LINES_LIMIT, REPLY_TEXT_LIMIT_BYTES, ReplyBuilder } from './reply.ts';

/** Why the stream is of no further use. */
export class WireError extends Error {
  readonly kind: StreamFault;

  constructor(kind: StreamFault) {
    super(kind);
    this.name = 'WireError';
    this.kind = kind;
  }
}

export interface WireOptions {
  readonly clock: Clock;
  /** `line_length_limit`: longer reply lines are cut. */
  readonly lineLimitBytes: number;
  /** `smtputf8_enable`: keep UTF-8 in replies. */
  readonly utf8: boolean;
  /** `host[address]:port`, as warnings name the server. */
  readonly peer: string;
  /** Gives the line that takes the place of another before it is interpreted (`smtp_reply_filter`). */
  readonly replaceLine?: (line: string) => Promise<string>;
  /** Told of each line as it came, and whether it is stored. */
  readonly onReplyLine: (line: string, isStored: boolean) => void;
  /** Told of the line that took the place of the one before. */
  readonly onReplacement: (line: string) => void;
  readonly onWarning: (text: string) => void;
  /** Told of each line that is not a reply's. */
  readonly onMalformedLine: (line: string) => void;
}

export interface TimeLimit {
  /** 0 means no limit. */
  readonly seconds: number;
  /** One budget for all waits until the next limit (`smtp_per_request_deadline`), instead of one for each. */
  readonly deadline: boolean;
  /** With a deadline: each byte written earns 1/rate seconds more, never above the limit (`smtp_min_data_rate`). */
  readonly minBytesPerSecond?: number;
}

/** Unread input above which the stream is paused: a flood of replies must not fill the memory. */
const INPUT_PAUSE_BYTES = 65_536;

/** Output is handed to the system when this much has gathered, or when a reply is awaited. */
const OUTPUT_BUFFER_BYTES = 65_536;

/**
 * The unit that a time limit covers while writing: a peer that takes this much within the limit is slow, not stuck
 * (rfc5321-4.5.3.2-04).
 */
const WRITE_BYTES = 4096;

/** How long an orderly close may wait for the peer to take what was sent last. */
const CLOSE_LIMIT_MS = 30_000;

export class Wire {
  readonly #connection: Connection;
  readonly #options: WireOptions;
  readonly #lines: Lines;
  #inputEnded = false;
  #outputBroken = false;
  #aborted = false;
  #unsent: (string | Buffer)[] = [];
  #unsentBytes = 0;
  #limit: TimeLimit = { seconds: 0, deadline: false };
  #budgetMs = 0;
  #lastActiveMs: number;
  #wake: (() => void) | undefined;

  constructor(connection: Connection, options: WireOptions) {
    this.#connection = connection;
    this.#options = options;
    this.#lastActiveMs = options.clock.now();
    this.#lines = new Lines({
      limitBytes: options.lineLimitBytes,
      utf8: options.utf8,
      onCut: (text) =>
        options.onWarning(
          `${options.peer}: response longer than ${options.lineLimitBytes}: ${text.slice(0, 30)}...`,
        ),
    });
    // What happened to a connection that was kept is not told again.
    if (connection.destroyed) this.#onBroken();
    if (connection.readableEnded) this.#onEnd();
    connection.on('data', this.#onData);
    connection.on('end', this.#onEnd);
    connection.on('error', this.#onBroken);
    connection.on('close', this.#onBroken);
  }

  /**
   * Hands the connection over, to be used by another wire. It is paused, so that what the peer says meanwhile waits,
   * within the limits of the network's buffers, and it has no listeners: an `error` must find one.
   */
  release(): Connection {
    const connection = this.#connection;
    connection.pause();
    connection.off('data', this.#onData);
    connection.off('end', this.#onEnd);
    connection.off('error', this.#onBroken);
    connection.off('close', this.#onBroken);
    return connection;
  }

  /** Whether the caller gave up. */
  get aborted(): boolean {
    return this.#aborted;
  }

  /** Bytes that wait for the next flush. */
  get unsentBytes(): number {
    return this.#unsentBytes;
  }

  /** Whether the peer has said something that nobody has asked to read yet. */
  get hasUnread(): boolean {
    return this.#lines.unreadBytes > 0;
  }

  /** How long nothing has been read or written. */
  get idleMs(): number {
    return this.#options.clock.now() - this.#lastActiveMs;
  }

  /** Sets the time limit for what follows. */
  limit(limit: TimeLimit): void {
    this.#limit = limit;
    this.#budgetMs = limit.seconds * 1000;
  }

  /** Buffers a command line; CRLF is added. Characters are bytes (latin1) or UTF-8 text as the caller encoded them. */
  send(line: string): void {
    this.#unsent.push(line, '\r\n');
    this.#unsentBytes += Buffer.byteLength(line) + 2;
  }

  /** Buffers bytes as they are; a full buffer is flushed, which waits while the peer does not take them. */
  async put(bytes: Buffer): Promise<void> {
    this.#unsent.push(bytes);
    this.#unsentBytes += bytes.length;
    if (this.#unsentBytes >= OUTPUT_BUFFER_BYTES) await this.flush();
  }

  /** Forgets what was buffered: the message behind it will not be sent. */
  discardUnsent(): void {
    this.#unsent = [];
    this.#unsentBytes = 0;
  }

  async flush(): Promise<void> {
    if (this.#unsent.length === 0) return;
    const bytes = this.#takeUnsent();
    for (let at = 0; at < bytes.length; at += WRITE_BYTES)
      await this.#write(bytes.subarray(at, at + WRITE_BYTES));
  }

  /** Flushes, then reads one whole reply. */
  async readReply(): Promise<Reply> {
    await this.flush();
    const reply = new ReplyBuilder();
    let warned = false;
    for (;;) {
      const received = await this.#readLine();
      const { replaceLine, onReplyLine, onReplacement } = this.#options;
      const isStored = !reply.isFull;
      onReplyLine(received, isStored);
      const line = replaceLine === undefined ? received : await replaceLine(received);
      if (isStored && line !== received) onReplacement(line);
      if (!isReplyLine(line)) this.#options.onMalformedLine(line);
      const complete = reply.add(line);
      if (reply.truncated && !warned) {
        warned = true;
        this.#options.onWarning(
          `${this.#options.peer}: multi-line response longer than ${REPLY_TEXT_LIMIT_BYTES} ${reply.start(30)}...`,
        );
      }
      if (complete !== undefined) return complete;
      if (reply.lines >= REPLY_LINES_LIMIT) this.#disableInput();
    }
  }

  /** Waits without reading, for the PIX pause. */
  async pause(milliseconds: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const done = () => {
        timer.cancel();
        this.#wake = undefined;
        resolve();
      };
      const timer = this.#options.clock.schedule(milliseconds, done);
      // Only an abort ends the pause early: bytes and losses are looked at afterwards.
      this.#wake = () => this.#aborted && done();
    });
    if (this.#aborted) throw new WireError('aborted');
  }

  /** Sends what is buffered and closes in order; the peer has a limited time to take it. */
  close(): void {
    const connection = this.#connection;
    if (connection.destroyed) return;
    if (this.#unsent.length > 0 && !this.#outputBroken) connection.write(this.#takeUnsent());
    const timer = this.#options.clock.schedule(CLOSE_LIMIT_MS, () => connection.destroy());
    connection.once('close', () => timer.cancel());
    connection.end(() => connection.destroy());
  }

  /** Drops the connection at once. */
  destroy(): void {
    this.#connection.destroy();
  }

  /** The caller gave up: every wait ends with a WireError of kind `aborted`. */
  abort(): void {
    this.#aborted = true;
    this.#connection.destroy();
    this.#wake?.();
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#lines.add(chunk);
    this.#lastActiveMs = this.#options.clock.now();
    if (this.#lines.unreadBytes > INPUT_PAUSE_BYTES) this.#connection.pause();
    this.#wake?.();
  };

  readonly #onEnd = (): void => {
    this.#inputEnded = true;
    this.#wake?.();
  };

  readonly #onBroken = (): void => {
    this.#inputEnded = true;
    this.#outputBroken = true;
    this.#wake?.();
  };

  #takeUnsent(): Buffer {
    const parts = this.#unsent.map((part) => (typeof part === 'string' ? Buffer.from(part) : part));
    this.discardUnsent();
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
  }

  #assertOutput(): void {
    if (this.#aborted) throw new WireError('aborted');
    if (this.#outputBroken) throw new WireError('lost');
  }

  async #readLine(): Promise<string> {
    for (;;) {
      const line = this.#lines.next();
      if (line === 'endless') return this.#disableInput();
      if (line !== 'incomplete') return line.text;
      if (this.#aborted) throw new WireError('aborted');
      if (this.#inputEnded) throw new WireError('lost');
      const before = this.#lines.unreadBytes;
      if (this.#connection.isPaused()) this.#connection.resume();
      await this.#wait(() => this.#inputEnded || this.#lines.unreadBytes > before);
    }
  }

  /** A server that will not stop is not listened to any more: the session counts as lost. */
  #disableInput(): never {
    this.#options.onWarning(`disabling input from ${this.#options.peer}`);
    this.#inputEnded = true;
    this.#lines.clear();
    this.#connection.pause();
    throw new WireError('lost');
  }

  /** Hands bytes to the system and waits until it has taken them all, within the time limit. */
  async #write(bytes: Buffer): Promise<void> {
    this.#assertOutput();
    let taken = false;
    this.#connection.write(bytes, (error) => {
      if (error) this.#outputBroken = true;
      taken = true;
      this.#wake?.();
    });
    if (this.#connection.writableLength > 0) {
      await this.#wait(() => this.#outputBroken || taken);
      this.#assertOutput();
    }
    this.#lastActiveMs = this.#options.clock.now();
    this.#earn(bytes.length);
  }

  /** Waits until `ready`, within the time limit. */
  async #wait(ready: () => boolean): Promise<void> {
    const { clock } = this.#options;
    const startedAtMs = clock.now();
    const allowedMs = this.#limit.deadline ? this.#budgetMs : this.#limit.seconds * 1000;
    if (this.#limit.seconds > 0 && allowedMs <= 0) throw new WireError('timeout');
    const timedOut = await new Promise<boolean>((resolve) => {
      const finish = (late: boolean) => {
        timer?.cancel();
        this.#wake = undefined;
        resolve(late);
      };
      const timer = this.#limit.seconds > 0 ? clock.schedule(allowedMs, () => finish(true)) : undefined;
      this.#wake = () => {
        if (this.#aborted || ready()) finish(false);
      };
    });
    this.#budgetMs -= clock.now() - startedAtMs;
    if (timedOut) throw new WireError('timeout');
    if (this.#aborted) throw new WireError('aborted');
  }

  #earn(bytes: number): void {
    const { deadline, minBytesPerSecond, seconds } = this.#limit;
    if (!deadline || minBytesPerSecond === undefined) return;
    this.#budgetMs = Math.min(seconds * 1000, this.#budgetMs + (bytes * 1000) / minBytesPerSecond);
  }
}
