/** The server that a session is with, and how logs and reasons name it. */
export interface Peer {
  /** Name as looked up; for a unix socket our own name. */
  readonly host: string;
  /** Numeric address, or the path of a unix socket. */
  readonly address: string;
  /** 0 for a unix socket. */
  readonly port: number;
}

/** `host[address]` */
export function shortName(peer: Peer): string {
  return `${peer.host}[${peer.address}]`;
}

/** `host[address]:port`, without the port for a unix socket. */
export function fullName(peer: Peer): string {
  return peer.port === 0 ? shortName(peer) : `${shortName(peer)}:${peer.port}`;
}
