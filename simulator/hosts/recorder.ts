/**
 * Records what a mail host saw of each connection, as `Session`s.
 *
 * The tap is a layer between the network's stream (or TLS on top of it) and the host: it passes everything on and
 * writes down bytes, ends and resets with their times. Reading it with `data` listeners keeps chunk boundaries, so
 * where the network keeps segments, one write of the client is one entry.
 */
import { Duplex } from 'node:stream';
import type { Clock, Connection } from '../../client/platform/platform.ts';
import type { Endpoint, Session, SessionEntry, TlsFacts } from '../session.ts';

/** Recording of a session stops here, with a note; the connection itself goes on. */
export const RECORDED_BYTES_LIMIT = 64 * 1024 * 1024;
const RECORDED_ENTRIES_LIMIT = 200_000;
/** Sessions beyond this number are served but not recorded. */
const RECORDED_SESSIONS_LIMIT = 100_000;

export interface SessionRecorder {
  /** Every session of the run, open ones included, in the order in which they began. */
  readonly sessions: readonly Session[];
  /** Starts recording `connection`; the host must use the tap in its place. */
  tap(host: string, connection: Connection, endpoint?: Endpoint): Tap;
}

/** Told of sessions while they happen. */
export interface SessionWatch {
  opened(session: Session): void;
  happened(session: Session, entry: SessionEntry): void;
}

export interface RecorderOptions {
  /** Sessions that are watched are not kept: a server may see any number of them. */
  readonly watch?: SessionWatch | undefined;
  /** Told of what is said inside TLS, which the network cannot tell. */
  readonly secured?: (session: Session, entry: SessionEntry) => void;
}

export function sessionRecorder(clock: Clock, options: RecorderOptions = {}): SessionRecorder {
  const { watch } = options;
  const sessions: Session[] = [];
  return {
    sessions,
    tap(host, connection, endpoint) {
      const log = new SessionLog(clock, host, endpoint ?? endpointOf(connection), options);
      if (watch === undefined && sessions.length < RECORDED_SESSIONS_LIMIT) sessions.push(log);
      watch?.opened(log);
      return new Tap(connection, log);
    },
  };
}

/** An IPv4 client of a dual-stack listener is recorded with its IPv4 address. */
function endpointOf(connection: Connection): Endpoint {
  return {
    address: (connection.localAddress ?? '').replace(/^::ffff:(?=\d+\.)/, ''),
    port: connection.localPort ?? 0,
  };
}

class SessionLog implements Session {
  readonly host: string;
  readonly address: string;
  readonly port: number;
  readonly openedAtMs: number;
  readonly entries: SessionEntry[] = [];
  readonly #clock: Clock;
  readonly #options: RecorderOptions;
  #isSecured = false;
  #bytes = 0;
  #full = false;

  constructor(clock: Clock, host: string, endpoint: Endpoint, options: RecorderOptions) {
    this.#clock = clock;
    this.#options = options;
    this.host = host;
    this.address = endpoint.address;
    this.port = endpoint.port;
    this.openedAtMs = clock.now();
  }

  bytes(from: 'client' | 'server', bytes: Uint8Array): void {
    this.#bytes += bytes.length;
    this.#add({ atMs: this.#clock.now(), from, bytes });
  }

  event(from: 'client' | 'server', event: 'close' | 'reset'): void {
    this.#add({ atMs: this.#clock.now(), from, event });
  }

  tls(tls: TlsFacts): void {
    this.#add({ atMs: this.#clock.now(), from: 'client', event: 'tls', tls });
  }

  fault(text: string): void {
    this.#add({ atMs: this.#clock.now(), from: 'server', event: 'fault', text });
  }

  #add(entry: SessionEntry): void {
    if (this.#full) {
      // How a session ended matters even when its middle was too long to keep: two directions, two ends.
      if (isEnd(entry)) this.#keep(entry);
      return;
    }
    if (this.#bytes > RECORDED_BYTES_LIMIT || this.entries.length >= RECORDED_ENTRIES_LIMIT) {
      this.#full = true;
      this.#keep({
        atMs: entry.atMs,
        from: 'server',
        event: 'fault',
        text: `recording stopped: more than ${RECORDED_BYTES_LIMIT} bytes or ${RECORDED_ENTRIES_LIMIT} entries`,
      });
      if (isEnd(entry)) this.#keep(entry);
      return;
    }
    this.#keep(entry);
  }

  #keep(entry: SessionEntry): void {
    this.entries.push(entry);
    const { watch, secured } = this.#options;
    watch?.happened(this, entry);
    this.#isSecured ||= 'event' in entry && entry.event === 'tls';
    if (this.#isSecured) secured?.(this, entry);
  }
}

function isEnd(entry: SessionEntry): boolean {
  return 'event' in entry && (entry.event === 'close' || entry.event === 'reset');
}

/** The host's end of a recorded connection. */
export class Tap extends Duplex implements Connection {
  readonly remoteAddress: string | undefined;
  readonly remotePort: number | undefined;
  readonly localAddress: string | undefined;
  readonly localPort: number | undefined;
  readonly #raw: Connection;
  readonly #log: SessionLog;
  /** The network's stream, or TLS upon it. */
  #inner: Duplex;
  #stopListening: () => void = () => {};
  #beforeEnd: (() => void) | undefined;
  #concealed = false;
  #clientEnded = false;
  #serverEnded = false;

  constructor(inner: Connection, log: SessionLog) {
    // A high-water mark of one byte stops the network within one chunk when the host stops reading ('stall').
    super({ readableHighWaterMark: 1 });
    this.#raw = inner;
    this.#inner = inner;
    this.#log = log;
    this.remoteAddress = inner.remoteAddress;
    this.remotePort = inner.remotePort;
    this.localAddress = inner.localAddress;
    this.localPort = inner.localPort;
    inner.on('error', (error: Error) => {
      this.#clientEnd('reset');
      this.destroy(error);
    });
    inner.on('close', () => this.destroy());
    this.#listenTo(inner);
  }

  /** What passes from now on is TLS: it is not recorded, and nothing may depend on its bytes, which differ every time. */
  conceal(): void {
    this.#concealed = true;
    (this.#raw as Connection & { conceal?: () => void }).conceal?.();
  }

  /** Leaves the network's stream to a layer upon it, TLS; `carryOn` must follow. */
  handOver(): Connection {
    this.conceal();
    this.#stopListening();
    return this.#raw;
  }

  /**
   * Goes on upon a layer, or upon the network's stream again. Not recorded: the client's bytes are those of a handshake
   * that failed. `beforeEnd` is called before the host's side ends.
   */
  carryOn(
    stream: Duplex,
    options: {
      readonly skip?: (bytes: Uint8Array) => boolean;
      readonly beforeEnd?: (() => void) | undefined;
    } = {},
  ): void {
    this.#concealed = false;
    this.#inner = stream;
    this.#beforeEnd = options.beforeEnd;
    this.#listenTo(stream, options.skip);
    stream.resume();
    if (stream.readableEnded) this.#ended();
    if (stream !== this.#raw) {
      stream.on('error', (error: Error) => {
        this.fault('TLS failed');
        this.destroy(error);
      });
      stream.on('close', () => this.destroy());
    }
    if (this.#raw.destroyed) this.destroy();
  }

  /** Records what was said to or by a layer upon this one. */
  note(from: 'client' | 'server', bytes: Uint8Array): void {
    this.#log.bytes(from, bytes);
  }

  noteTls(tls: TlsFacts): void {
    this.#log.tls(tls);
  }

  #listenTo(inner: Duplex, skip?: (bytes: Uint8Array) => boolean): void {
    const onData = (chunk: Buffer) => {
      if (!this.#concealed && !skip?.(chunk)) this.#log.bytes('client', chunk);
      if (!this.push(chunk)) inner.pause();
    };
    const onEnd = () => this.#ended();
    inner.on('data', onData);
    inner.on('end', onEnd);
    this.#stopListening = () => {
      inner.off('data', onData);
      inner.off('end', onEnd);
    };
  }

  #ended(): void {
    this.#clientEnd('close');
    this.push(null);
  }

  get session(): Session {
    return this.#log;
  }

  /** Notes something done on purpose that leaves no bytes. */
  fault(text: string): void {
    this.#log.fault(text);
  }

  /** Aborts the connection; what the client has not read yet may be lost. */
  reset(): void {
    if (this.destroyed) return;
    this.#serverEnd('reset');
    abort(this.#raw);
    this.destroy();
  }

  override _read(): void {
    this.#inner.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    const inner = this.#inner;
    if (inner.destroyed || inner.writableEnded) {
      callback(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
      return;
    }
    if (!this.#concealed) this.#log.bytes('server', chunk);
    // Not the write's own callback: a network may answer that only after a round trip.
    if (inner.write(chunk)) callback();
    else inner.once('drain', () => callback());
  }

  override _final(callback: (error?: Error | null) => void): void {
    this.#serverEnd('close');
    this.#beforeEnd?.();
    // The stream is destroyed once both directions are done, so done must mean that the bytes are out.
    this.#inner.end(() => callback());
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    if (!this.#raw.destroyed) {
      this.#serverEnd('close');
      this.#beforeEnd?.();
      this.#inner.destroy();
      this.#raw.destroy();
    }
    callback(error);
  }

  #clientEnd(event: 'close' | 'reset'): void {
    if (this.#clientEnded && event === 'close') return;
    this.#clientEnded = true;
    this.#log.event('client', event);
  }

  #serverEnd(event: 'close' | 'reset'): void {
    if (this.#serverEnded && event === 'close') return;
    this.#serverEnded = true;
    this.#log.event('server', event);
  }
}

/** How connections send a reset: `net.Socket`'s name for it, and the virtual one's. */
interface Resettable {
  resetAndDestroy?: () => unknown;
  resetPeer?: () => unknown;
}

function abort(connection: Connection & Resettable): void {
  try {
    if (connection.resetPeer) connection.resetPeer();
    else connection.resetAndDestroy?.();
  } catch {
    // A real unix socket knows no reset (its method throws): closing it, below, is all there is.
  }
  connection.destroy();
}
