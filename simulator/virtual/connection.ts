/**
 * One end of a virtual TCP (or unix) connection: a Duplex that behaves as a connected socket does.
 *
 * - The two directions end separately (`allowHalfOpen`); `end()` delivers everything, then the end.
 * - `destroy()` with everything read closes in order; with unread data it resets, as TCP does.
 * - `resetPeer()` loses what has not arrived; the peer loses what it has not read and gets ECONNRESET.
 * - Data sent to an end that is closed comes back as a reset: ECONNRESET, or EPIPE on the next write for a writer that had
 *   seen the peer's end (as Linux).
 * - Delivery never happens inside a write: TLS on top depends on it.
 *
 * The parts of `net.Socket` that servers written for sockets ask for are there too.
 */
import { Duplex } from 'node:stream';
import type { Clock, Connection, Timer } from '../../client/platform/platform.ts';
import type { Endpoint, NetworkObserver, Side } from './network-events.ts';
import type { Path } from './path.ts';
import { Pipe, type PipeReceiver } from './pipe.ts';
import { systemError } from './system-error.ts';

type WriteCallback = (error?: Error | null) => void;

export interface ConnectionOptions {
  readonly clock: Clock;
  readonly path: Path;
  /** The number of the connection attempt. */
  readonly connection: number;
  readonly side: Side;
  /** Undefined for unix sockets. */
  readonly local: Endpoint | undefined;
  readonly remote: Endpoint | undefined;
  readonly observe: NetworkObserver | undefined;
}

export class VirtualConnection extends Duplex implements Connection, PipeReceiver {
  readonly remoteAddress: string | undefined;
  readonly remotePort: number | undefined;
  readonly localAddress: string | undefined;
  readonly localPort: number | undefined;
  /** The number of the connection attempt, counted by the network from 1. */
  readonly connection: number;
  readonly side: Side;
  readonly #clock: Clock;
  readonly #path: Path;
  readonly #observe: NetworkObserver | undefined;
  #outgoing: Pipe | undefined;
  #fromPeer: Pipe | undefined;
  #tellPeerOfReset: () => void = () => undefined;
  /** Segments that arrived and that the reader has not asked for. */
  readonly #arrived: Uint8Array[] = [];
  #peerHasEnded = false;
  #endWasRead = false;
  #wantsData = false;
  /** Bytes handed to the stream's buffer but perhaps not consumed from it; the window opens when it asks for more. */
  #handedBytes = 0;
  #resetSent = false;
  #resetReceived = false;
  #brokenPipe = false;
  #unfinishedWrite: WriteCallback | undefined;
  #idleMs = 0;
  #activeAtMs = 0;
  #idleTimer: Timer | undefined;

  constructor(options: ConnectionOptions) {
    // A high-water mark of one byte hands over one segment at a time: boundaries stay visible and the receive
    // window, not a second buffer, decides when a writer has to wait.
    super({ allowHalfOpen: true, readableHighWaterMark: 1 });
    this.#clock = options.clock;
    this.#path = options.path;
    this.#observe = options.observe;
    this.connection = options.connection;
    this.side = options.side;
    this.localAddress = options.local?.address;
    this.localPort = options.local?.port;
    this.remoteAddress = options.remote?.address;
    this.remotePort = options.remote?.port;
  }

  /** Makes two ends one connection. */
  static join(a: VirtualConnection, b: VirtualConnection): void {
    a.#outgoing = new Pipe(a.#clock, a.#path, b);
    b.#outgoing = new Pipe(b.#clock, b.#path, a);
    a.#fromPeer = b.#outgoing;
    b.#fromPeer = a.#outgoing;
    a.#tellPeerOfReset = () => b.#onReset();
    b.#tellPeerOfReset = () => a.#onReset();
  }

  /** `open`, `readOnly`, `writeOnly` or `closed`, as `net.Socket` has it. */
  get readyState(): 'open' | 'readOnly' | 'writeOnly' | 'closed' {
    if (this.readable && this.writable) return 'open';
    if (this.readable) return 'readOnly';
    return this.writable ? 'writeOnly' : 'closed';
  }

  get remoteFamily(): 'IPv4' | 'IPv6' | undefined {
    if (this.remoteAddress === undefined) return undefined;
    return this.remoteAddress.includes(':') ? 'IPv6' : 'IPv4';
  }

  /** Emits `timeout` after `timeoutMs` without traffic in either direction; 0 switches it off. */
  setTimeout(timeoutMs: number, listener?: () => void): this {
    this.#idleTimer?.cancel();
    this.#idleTimer = undefined;
    this.#idleMs = timeoutMs;
    if (timeoutMs > 0 && !this.destroyed) {
      this.#activeAtMs = this.#clock.now();
      if (listener !== undefined) this.once('timeout', listener);
      this.#awaitIdle(timeoutMs);
    } else if (listener !== undefined) {
      this.removeListener('timeout', listener);
    }
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  /** Aborts the connection: what has not arrived is lost, and the peer gets ECONNRESET. This end closes without an error. */
  resetPeer(): void {
    this.#sendReset();
    this.destroy();
  }

  /** What both ends send from now on belongs to TLS: no event tells its bytes, no time depends on them. */
  conceal(): void {
    this.#outgoing?.conceal();
    this.#fromPeer?.conceal();
  }

  onSegment(bytes: Uint8Array, concealed: boolean): void {
    this.#note('segment', concealed ? undefined : bytes);
    if (this.destroyed) {
      // A closed end answers data with a reset (RFC 9293 section 3.10.7.1).
      this.#sendReset();
      return;
    }
    this.#touch();
    this.#arrived.push(bytes);
    if (this.#wantsData) this.#handOver();
  }

  onEnd(): void {
    this.#note('end');
    if (this.destroyed) return;
    this.#peerHasEnded = true;
    if (this.#wantsData) this.#handOver();
  }

  override _read(): void {
    this.#wantsData = true;
    if (this.#handedBytes > 0) {
      const consumed = this.#handedBytes;
      this.#handedBytes = 0;
      this.#fromPeer?.onRead(consumed);
    }
    // Called while a segment is being taken from the buffer: the next one must not be joined to it.
    if (this.readableLength > 0) process.nextTick(this.#handOver);
    else this.#handOver();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: WriteCallback): void {
    this.#transmit(chunk, callback);
  }

  override _writev(chunks: { chunk: Buffer; encoding: BufferEncoding }[], callback: WriteCallback): void {
    this.#transmit(Buffer.concat(chunks.map(({ chunk }) => chunk)), callback);
  }

  override _final(callback: WriteCallback): void {
    if (!this.#resetReceived) this.#outgoing?.end();
    callback();
  }

  override _destroy(error: Error | null, callback: WriteCallback): void {
    this.#idleTimer?.cancel();
    const hasUnread = this.#arrived.length > 0 || this.readableLength > 0;
    this.#arrived.length = 0;
    if (hasUnread) this.#sendReset();
    else if (!this.writableFinished && !this.#resetSent && !this.#resetReceived) this.#outgoing?.end();
    if (this.#unfinishedWrite !== undefined) this.#finishWrite(error ?? systemError('ECONNRESET', 'write'));
    callback(error);
  }

  #transmit(bytes: Uint8Array, callback: WriteCallback): void {
    this.#unfinishedWrite = callback;
    if (this.#brokenPipe) {
      this.#finishWrite(systemError('EPIPE', 'write'));
      return;
    }
    this.#touch();
    this.#outgoing?.send(bytes, this.#writeAccepted);
  }

  readonly #writeAccepted = (): void => {
    this.#touch();
    this.#finishWrite();
  };

  /** Node has one write under way at a time; after `destroy` none is. */
  #finishWrite(error?: Error): void {
    const callback = this.#unfinishedWrite;
    this.#unfinishedWrite = undefined;
    callback?.(error);
  }

  /** Gives the reader the next segment, or the end. */
  readonly #handOver = (): void => {
    if (this.destroyed) return;
    const segment = this.#arrived.shift();
    if (segment !== undefined) {
      this.#wantsData = false;
      this.#handedBytes += segment.length;
      this.push(segment);
    } else if (this.#peerHasEnded && !this.#endWasRead) {
      this.#endWasRead = true;
      this.push(null);
    }
  };

  #sendReset(): void {
    if (this.#resetSent || this.#resetReceived) return;
    this.#resetSent = true;
    this.#outgoing?.cut();
    this.#fromPeer?.cut();
    this.#clock.schedule(this.#path.delayMs(), this.#tellPeerOfReset);
  }

  #onReset(): void {
    this.#note('reset');
    if (this.#resetReceived) return;
    this.#resetReceived = true;
    this.#outgoing?.cut();
    if (this.destroyed) return;
    if (!this.#endWasRead) {
      this.#arrived.length = 0;
      this.destroy(systemError('ECONNRESET', 'read'));
      return;
    }
    this.#brokenPipe = true;
    if (this.#unfinishedWrite !== undefined) this.#finishWrite(systemError('EPIPE', 'write'));
  }

  #touch(): void {
    if (this.#idleMs === 0 || this.destroyed) return;
    this.#activeAtMs = this.#clock.now();
    // The timer has fired once: traffic starts it again.
    if (this.#idleTimer === undefined) this.#awaitIdle(this.#idleMs);
  }

  #awaitIdle(delayMs: number): void {
    this.#idleTimer = this.#clock.schedule(delayMs, () => {
      const idleForMs = this.#clock.now() - this.#activeAtMs;
      if (idleForMs < this.#idleMs) {
        this.#awaitIdle(this.#idleMs - idleForMs);
        return;
      }
      this.#idleTimer = undefined;
      this.emit('timeout');
    });
  }

  /** Tells the observer of something that the peer sent and that arrived here. */
  #note(type: 'segment', bytes: Uint8Array | undefined): void;
  #note(type: 'end' | 'reset'): void;
  #note(type: 'segment' | 'end' | 'reset', bytes?: Uint8Array): void {
    if (this.#observe === undefined) return;
    const atMs = this.#clock.now();
    const from: Side = this.side === 'client' ? 'server' : 'client';
    const { connection } = this;
    if (type !== 'segment' || bytes === undefined) this.#observe({ type, atMs, connection, from });
    else this.#observe({ type, atMs, connection, from, bytes });
  }
}
