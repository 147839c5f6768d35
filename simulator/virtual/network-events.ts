/** What a virtual network tells its observer: the raw material of event hashes and traces. */

/** One machine's end of a conversation; a unix socket has its path as address and port 0. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

export type NetworkEvent =
  | ConnectEvent
  | {
      readonly type: 'connected';
      readonly atMs: number;
      readonly connection: number;
      readonly from: Endpoint;
      readonly to: Endpoint;
    }
  | {
      readonly type: 'connectFailed';
      readonly atMs: number;
      readonly connection: number;
      readonly code: string;
    }
  | SegmentEvent
  | {
      readonly type: 'end' | 'reset';
      readonly atMs: number;
      readonly connection: number;
      readonly from: Side;
    }
  | DatagramEvent;

/** Which end of a connection: `client` is the one that connected. */
export type Side = 'client' | 'server';

export interface ConnectEvent {
  readonly type: 'connect';
  readonly atMs: number;
  /** Counts the connection attempts of the network from 1. */
  readonly connection: number;
  readonly address: string;
  readonly port: number;
}

/** A segment reached the other machine (it need not have been read). */
export interface SegmentEvent {
  readonly type: 'segment';
  readonly atMs: number;
  readonly connection: number;
  readonly from: Side;
  /** Absent where the bytes are those of TLS: they differ from run to run. */
  readonly bytes?: Uint8Array;
}

export interface DatagramEvent {
  readonly type: 'datagram';
  readonly atMs: number;
  readonly from: Endpoint;
  readonly to: Endpoint;
  /** `sent` is followed by `delivered` once, twice (duplicated) or not at all. */
  readonly what: 'sent' | 'lost' | 'delivered';
  readonly bytes: Uint8Array;
}

export type NetworkObserver = (event: NetworkEvent) => void;
