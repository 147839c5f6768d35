/** One exchange with one name server, over UDP or TCP, within a time limit. */
import ipaddr from 'ipaddr.js';
import type { Clock, Connection, Network } from '../platform/platform.ts';

export interface NameServer {
  /** Numeric address. */
  readonly address: string;
  readonly port: number;
}

export interface ExchangeContext {
  readonly clock: Clock;
  readonly network: Network;
  readonly timeoutMs: number;
}

/** Datagrams that answer something else are ignored; so many of them are an attack, and the wait ends. */
const IGNORED_DATAGRAMS_LIMIT = 1_000;
const FRAME_HEADER_BYTES = 2;
const MESSAGE_LIMIT_BYTES = 65_535;

/**
 * Sends a datagram from a port of its own and waits for the reply that `matches` from the address and port it went
 * to. Gives undefined when none comes in time or the server cannot be reached; rejects with the signal's reason.
 */
export async function exchangeUdp(
  context: ExchangeContext,
  server: NameServer,
  query: Uint8Array,
  matches: (reply: Uint8Array) => boolean,
  signal?: AbortSignal,
): Promise<Uint8Array | undefined> {
  signal?.throwIfAborted();
  const socket = await context.network
    .openUdp(server.address.includes(':') ? '::' : '0.0.0.0')
    .catch(() => undefined);
  if (socket === undefined) return undefined;
  try {
    return await within(context, signal, (done) => {
      let ignored = 0;
      socket.onMessage((message, source) => {
        const fromServer = source.port === server.port && sameAddress(source.address, server.address);
        if (fromServer && matches(message)) done(message);
        else if (++ignored >= IGNORED_DATAGRAMS_LIMIT) done(undefined);
      });
      socket.onError(() => done(undefined));
      socket.send(query, server.port, server.address);
    });
  } finally {
    socket.close();
  }
}

/** The same over a TCP connection that serves this one query. */
export async function exchangeTcp(
  context: ExchangeContext,
  server: NameServer,
  query: Uint8Array,
  matches: (reply: Uint8Array) => boolean,
  signal?: AbortSignal,
): Promise<Uint8Array | undefined> {
  signal?.throwIfAborted();
  const givenUp = new AbortController();
  let connection: Connection | undefined;
  try {
    return await within(context, signal, (done) => {
      context.network.connectTcp({ address: server.address, port: server.port }, givenUp.signal).then(
        (connected) => {
          connection = connected;
          connected.on('error', () => done(undefined));
          connected.on('close', () => done(undefined));
          if (givenUp.signal.aborted) {
            connected.destroy();
            return;
          }
          readFrame(connected, (reply) => done(reply !== undefined && matches(reply) ? reply : undefined));
          connected.write(Buffer.concat([frameHeader(query.length), query]));
        },
        () => done(undefined),
      );
    });
  } finally {
    givenUp.abort();
    connection?.destroy();
  }
}

/** Runs `start` until it is done, the time is up (undefined), or the signal fires (rejects with its reason). */
function within(
  { clock, timeoutMs }: ExchangeContext,
  signal: AbortSignal | undefined,
  start: (done: (reply: Uint8Array | undefined) => void) => void,
): Promise<Uint8Array | undefined> {
  return new Promise<Uint8Array | undefined>((resolve, reject) => {
    const abort = () => finish(() => reject(signal?.reason));
    const timer = clock.schedule(timeoutMs, () => finish(() => resolve(undefined)));
    const finish = (settle: () => void) => {
      timer.cancel();
      signal?.removeEventListener('abort', abort);
      settle();
    };
    signal?.addEventListener('abort', abort, { once: true });
    if (signal?.aborted) abort();
    else start((reply) => finish(() => resolve(reply)));
  });
}

/** Reads one message behind its two-byte length (RFC 1035 section 4.2.2); undefined when the stream ends before. */
function readFrame(connection: Connection, done: (reply: Uint8Array | undefined) => void): void {
  const frame = Buffer.alloc(FRAME_HEADER_BYTES + MESSAGE_LIMIT_BYTES);
  let length = 0;
  connection.on('data', (chunk: Buffer) => {
    length += chunk.copy(frame, length);
    if (length < FRAME_HEADER_BYTES) return;
    const end = FRAME_HEADER_BYTES + frame.readUInt16BE(0);
    if (length < end) return;
    connection.removeAllListeners('data');
    connection.pause();
    done(frame.subarray(FRAME_HEADER_BYTES, end));
  });
  connection.on('end', () => done(undefined));
}

function frameHeader(length: number): Uint8Array {
  return Uint8Array.of(length >> 8, length & 0xff);
}

/** An IPv6 socket may show an IPv4 peer as mapped address. */
function sameAddress(a: string, b: string): boolean {
  if (a === b) return true;
  if (!ipaddr.isValid(a) || !ipaddr.isValid(b)) return false;
  return ipaddr.process(a).toString() === ipaddr.process(b).toString();
}
