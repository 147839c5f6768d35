/** What hosts and datagrams need of the network they are plugged into. */
import type { Clock } from '../../client/platform/platform.ts';
import type { VirtualConnection } from './connection.ts';
import type { NetworkEvent, NetworkObserver } from './network-events.ts';
import type { Path, Reachability } from './path.ts';

export type ConnectionListener = (connection: VirtualConnection) => void;

export interface Listener {
  /** Later attempts are refused; connections that exist go on. */
  close(): void;
}

export interface Cables {
  readonly clock: Clock;
  readonly observe: NetworkObserver | undefined;
  readonly systemConnectLimitMs: number;
  pathTo(address: string, port: number): Path;
  reachabilityOf(address: string, port: number): Reachability;
  unixPathTo(path: string): Path;
  unixReachabilityOf(path: string): Reachability;
  tcpListener(address: string, port: number): ConnectionListener | undefined;
  unixListener(path: string): ConnectionListener | undefined;
  nextConnection(): number;
  note(event: NetworkEvent): void;
}
