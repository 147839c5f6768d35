/** A connection to the server of a table: a question goes out, an answer comes in, within one time limit. */
import { onAbort } from '../../platform/on-abort.ts';
import type { Clock, Connection } from '../../platform/platform.ts';
import { systemText } from '../../platform/system-text.ts';

/** Why a server gave no answer; the message is one line. */
export class LinkError extends Error {
  override readonly name = 'LinkError';
  /**
   * - `closed`: the server closed the connection, or it broke, or there was none;
   * - `late`: the time was up;
   * - `malformed`, `oversized`: the answer is none of this protocol, or longer than it may be.
   */
  readonly kind: 'closed' | 'late' | 'malformed' | 'oversized';

  constructor(kind: LinkError['kind'], text: string) {
    super(text);
    this.kind = kind;
  }
}

export interface ExchangeOptions {
  readonly limitMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** What Postfix says where the system has no reason: the peer closed in order. */
const NO_REASON = 'Application error';

/** Unread input above which the server has to wait: one that does not stop must not fill the memory. */
const INPUT_PAUSE_BYTES = 65_536;

export class Link {
  readonly openedAtMs: number;
  readonly #connection: Connection;
  readonly #clock: Clock;
  #input: Buffer[] = [];
  #unreadBytes = 0;
  /** Why nothing more will come. */
  #end: LinkError | undefined;
  #wake: (() => void) | undefined;

  constructor(connection: Connection, clock: Clock) {
    this.#connection = connection;
    this.#clock = clock;
    this.openedAtMs = clock.now();
    connection.on('data', (chunk: Buffer) => this.#onData(chunk));
    connection.on('end', () => this.#finish(new LinkError('closed', NO_REASON)));
    connection.on('error', (error) => this.#finish(new LinkError('closed', systemText(error))));
    connection.on('close', () => this.#finish(new LinkError('closed', NO_REASON)));
  }

  /** Whether the server has said more than it was asked for: then its next answer may belong to an older question. */
  get hasUnread(): boolean {
    return this.#unreadBytes > 0;
  }

  /**
   * Sends a question, and reads its answer with `read`. Rejects with LinkError or the signal's reason; after either the
   * connection is closed. The limit is one for all of it: a server that trickles gains no time.
   */
  async exchange<T>(
    question: Uint8Array,
    read: () => Promise<T>,
    { limitMs, signal }: ExchangeOptions,
  ): Promise<T> {
    const timer = this.#clock.schedule(limitMs, () =>
      this.#finish(new LinkError('late', systemText({ code: 'ETIMEDOUT' }))),
    );
    const ignoreAbort = onAbort(signal, () => this.#finish(new LinkError('closed', 'aborted')));
    try {
      signal?.throwIfAborted();
      this.#connection.write(question);
      return await read();
    } catch (error) {
      this.close();
      signal?.throwIfAborted();
      throw error;
    } finally {
      timer.cancel();
      ignoreAbort();
    }
  }

  /** The next bytes of an answer, as many as this. */
  async take(count: number): Promise<Buffer> {
    while (this.#unreadBytes < count) await this.#more();
    // Bytes that are taken one by one are not to be copied each time.
    const [first = Buffer.alloc(0), ...others] = this.#input;
    const all = others.length === 0 ? first : Buffer.concat(this.#input);
    this.#unreadBytes -= count;
    this.#input = [all.subarray(count)];
    return all.subarray(0, count);
  }

  close(): void {
    this.#connection.destroy();
  }

  #onData(chunk: Buffer): void {
    this.#input.push(chunk);
    this.#unreadBytes += chunk.length;
    if (this.#unreadBytes > INPUT_PAUSE_BYTES) this.#connection.pause();
    this.#wake?.();
  }

  #finish(reason: LinkError): void {
    this.#end ??= reason;
    this.#wake?.();
  }

  async #more(): Promise<void> {
    if (this.#end !== undefined) throw this.#end;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    this.#connection.resume();
    await promise;
    this.#wake = undefined;
  }
}
