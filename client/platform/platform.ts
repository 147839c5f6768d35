/**
 * The seam between the client and the world: time, network, files, chance and the environment.
 *
 * The client and the simulator know the outside only through these interfaces. `platform/node.ts` is the one
 * door to the real ones; `simulator/` holds the virtual ones. Code that asks for `Date.now`, `setTimeout`,
 * `Math.random`, `node:net`, `node:dgram`, `node:dns`, `node:fs` or `node:sqlite` anywhere else fails the lint.
 *
 * Every failure of the network is rejected with an Error that carries a system `code` as Node's own do:
 * `ECONNREFUSED`, `EHOSTUNREACH`, `ENETUNREACH`, `ETIMEDOUT`, `ECONNRESET`, `EPIPE`, `ENOENT`, `EADDRNOTAVAIL`.
 */
import type { Duplex } from 'node:stream';

export interface Platform {
  readonly clock: Clock;
  readonly network: Network;
  readonly files: Files;
  readonly random: Random;
  /** The environment of this process, for tables that ask it. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Wall time and timers. All times are milliseconds; `now` counts from the Unix epoch. */
export interface Clock {
  now(): number;
  /** Calls back once after `delayMs` (0 or more). A timer keeps the process alive until it fires or is cancelled. */
  schedule(delayMs: number, callback: () => void): Timer;
}

export interface Timer {
  /** Harmless when the timer has fired or was cancelled already. */
  cancel(): void;
}

export interface Network {
  connectTcp(target: TcpTarget, signal?: AbortSignal): Promise<Connection>;
  /** Connects to a local stream socket. */
  connectUnix(path: string, signal?: AbortSignal): Promise<Connection>;
  /** Opens a UDP socket; `localAddress` decides the family, `0.0.0.0` or `::` leaves the address to the system. */
  openUdp(localAddress: string): Promise<UdpSocket>;
  /** Numeric addresses of this machine's own interfaces, for own-address detection (`inet_interfaces`). */
  ownAddresses(): readonly string[];
}

export interface TcpTarget {
  /** Numeric IPv4 or IPv6 address. */
  readonly address: string;
  readonly port: number;
  /** Numeric source address to bind to; a failure to bind is rejected with `syscall: 'bind'`. */
  readonly localAddress?: string;
}

/**
 * A connected byte stream. A peer's orderly close ends the readable side, a reset destroys the stream with
 * `ECONNRESET`. Half-closed connections stay writable (`allowHalfOpen`). Real TLS runs on top of it in both worlds.
 */
export interface Connection extends Duplex {
  readonly remoteAddress: string | undefined;
  readonly remotePort: number | undefined;
  readonly localAddress: string | undefined;
  readonly localPort: number | undefined;
}

export interface UdpSocket {
  send(message: Uint8Array, port: number, address: string): void;
  onMessage(listener: (message: Uint8Array, source: { address: string; port: number }) => void): void;
  /** Told of asynchronous failures (ICMP port unreachable arrives as `ECONNREFUSED` on some systems). */
  onError(listener: (error: NodeJS.ErrnoException) => void): void;
  close(): void;
}

/** Rejects with `ENOENT`, `EACCES` and the like. */
export interface Files {
  /** The whole file; rejects with `EISDIR` for a folder, and with `EFBIG` beyond `maxBytes`. */
  read(path: string, maxBytes: number): Promise<Uint8Array>;
  /** Names in a folder, without order. */
  list(path: string): Promise<readonly string[]>;
  /** Puts a file, for its owner to read alone, in place of what was there: as a whole or not at all. */
  replace(path: string, bytes: Uint8Array): Promise<void>;
  /** How long ago the file was changed last, in milliseconds. */
  ageMs(path: string): Promise<number>;
  /** Opens an SQLite database for reading; rejects with an Error in the words of SQLite. */
  openDatabase(path: string): Promise<SqlDatabase>;
}

export interface SqlDatabase {
  /** Of each row, as text, undefined for NULL. Throws an Error in the words of SQLite. */
  firstColumn(query: string): Iterable<string | undefined>;
}

export interface Random {
  /** A uniform integer from 0 to `boundExclusive` - 1; the bound is 1 to 2^32. */
  integer(boundExclusive: number): number;
  bytes(count: number): Uint8Array;
}
