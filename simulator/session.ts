/**
 * What a simulated mail host saw of one connection: the evidence that checks and monitors read.
 * The same record comes from the virtual and from the live world.
 */

/** Where a connection arrived. */
export interface Endpoint {
  /** Numeric address, or the path of a unix socket. */
  readonly address: string;
  /** 0 for a unix socket. */
  readonly port: number;
}

export interface Session {
  /** The host's key in the scenario. */
  readonly host: string;
  /** Numeric address and port the client connected to, or the path of a unix socket with port 0. */
  readonly address: string;
  readonly port: number;
  readonly openedAtMs: number;
  readonly entries: readonly SessionEntry[];
}

/**
 * One thing that happened, in the order in which the server saw it. `client` bytes are stamped when they arrive,
 * `server` bytes when they are sent. Chunks are as they came off the network: one write of a pipelining client is
 * one entry. `close` is an orderly end of one direction, `reset` an abort, `fault` something the script did on
 * purpose (delay, stall) that leaves no bytes. From `tls` on, bytes are what is said inside TLS; what the handshake
 * took is not kept.
 */
export type SessionEntry =
  | { readonly atMs: number; readonly from: 'client' | 'server'; readonly bytes: Uint8Array }
  | { readonly atMs: number; readonly from: 'client' | 'server'; readonly event: 'close' | 'reset' }
  | { readonly atMs: number; readonly from: 'client'; readonly event: 'tls'; readonly tls: TlsFacts }
  | { readonly atMs: number; readonly from: 'server'; readonly event: 'fault'; readonly text: string };

/** What a handshake agreed on, from the server's side. */
export interface TlsFacts {
  /** The name that the client asked for. */
  readonly sni: string | undefined;
  /** `TLSv1.3` and the like. */
  readonly protocol: string;
  /** The cipher suite by its OpenSSL name. */
  readonly cipher: string;
  /** A session of an earlier connection goes on. */
  readonly resumed: boolean;
  /** SHA-256 of the client's certificate, in hex; undefined when it showed none. */
  readonly clientCertificate: string | undefined;
}

/** Where TLS began, as dialogues write it: `{TLS}` or `{TLS sni=a.example.test}`. */
export function tlsMark({ sni }: TlsFacts): string {
  return sni === undefined ? '{TLS}' : `{TLS sni=${sni}}`;
}
