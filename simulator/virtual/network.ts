/**
 * A network in memory: machines, listeners, and the paths between them, on a virtual clock.
 *
 * Use: `new VirtualNetwork({ clock, random })`; servers `listenTcp`, `listenUnix`, `listenUdp`; each machine that
 * connects gets its view from `host(addresses)`, which is the client's seam `Network`. Faults are set with
 * `setReachability` and `setPath`, before or during a run. Everything is delivered through the clock.
 *
 * A TCP connection costs one round trip; the server meets it half a round trip later, with the client's first
 * acknowledgement. A destination whose family the connecting machine has no address of fails with ENETUNREACH.
 */
import type { Clock, Network } from '../../client/platform/platform.ts';
import { isLoopback, normalAddress, placeKey } from './addresses.ts';
import type { Cables, ConnectionListener, Listener } from './cables.ts';
import { VirtualHost } from './host.ts';
import type { NetworkEvent, NetworkObserver } from './network-events.ts';
import type { Path, PathSettings, Reachability } from './path.ts';
import { type FarEnd, Paths } from './paths.ts';
import type { VirtualRandom } from './random.ts';
import { systemError } from './system-error.ts';
import { type UdpListener, UdpTraffic } from './udp.ts';

/** Linux gives up a connection attempt after this time (seven SYNs: `tcp_syn_retries` of 6). */
const SYSTEM_CONNECT_LIMIT_MS = 127_000;

export interface VirtualNetworkOptions {
  readonly clock: Clock;
  /** Jitter and datagram loss are drawn from forks of this stream. */
  readonly random: VirtualRandom;
  readonly observe?: NetworkObserver;
  /** Changes to `DEFAULT_PATH`. */
  readonly path?: Partial<PathSettings>;
  /** What an address meets that no machine has; `unreachable` when absent. `open` is taken as `refused`. */
  readonly unknownAddress?: Reachability;
  /** After how long a silent destination fails with ETIMEDOUT; `SYSTEM_CONNECT_LIMIT_MS` when absent. */
  readonly systemConnectLimitMs?: number;
}

export class VirtualNetwork implements Cables {
  readonly clock: Clock;
  readonly observe: NetworkObserver | undefined;
  readonly systemConnectLimitMs: number;
  readonly udp: UdpTraffic;
  readonly #paths: Paths;
  readonly #unknownAddress: Reachability;
  readonly #tcp = new Map<string, ConnectionListener>();
  readonly #unix = new Map<string, ConnectionListener>();
  readonly #addresses = new Set<string>();
  #connections = 0;

  constructor(options: VirtualNetworkOptions) {
    this.clock = options.clock;
    this.observe = options.observe;
    this.systemConnectLimitMs = options.systemConnectLimitMs ?? SYSTEM_CONNECT_LIMIT_MS;
    this.#unknownAddress = options.unknownAddress ?? 'unreachable';
    this.#paths = new Paths(options.random, options.path ?? {});
    this.udp = new UdpTraffic(this);
  }

  /** A machine with these addresses (loopback comes by itself): its view of the network. */
  host(ownAddresses: readonly string[]): Network {
    const addresses = ownAddresses.map(normalAddress);
    for (const address of addresses) this.addAddress(address);
    return new VirtualHost(this, addresses);
  }

  /** Some machine has this address: what it does not listen on is refused, not unreachable. */
  addAddress(address: string): void {
    this.#addresses.add(normalAddress(address));
  }

  /** `onConnection` gets the server's end. Throws EADDRINUSE when something listens there. */
  listenTcp(address: string, port: number, onConnection: ConnectionListener): Listener {
    this.addAddress(address);
    const normal = normalAddress(address);
    return listen(this.#tcp, placeKey(normal, port), onConnection, () =>
      systemError('EADDRINUSE', 'listen', { address: normal, port }),
    );
  }

  /** A local stream socket, at no distance. */
  listenUnix(path: string, onConnection: ConnectionListener): Listener {
    return listen(this.#unix, path, onConnection, () => systemError('EADDRINUSE', 'listen', { path }));
  }

  /** `onMessage` gets a datagram, its source, and a function that answers it. */
  listenUdp(address: string, port: number, onMessage: UdpListener): Listener {
    this.addAddress(address);
    return this.udp.listen({ address: normalAddress(address), port }, onMessage);
  }

  /** What connections and datagrams to this far end meet from now on; existing connections are not touched. */
  setReachability(farEnd: FarEnd, reachability: Reachability): void {
    this.#paths.setReachability(farEnd, reachability);
  }

  /** Changes path settings for one far end, or for all that have none of their own. */
  setPath(settings: Partial<PathSettings>, farEnd?: FarEnd): void {
    this.#paths.change(settings, farEnd);
  }

  /** The path to a far end, for the parts of the network. */
  pathTo(address: string, port: number): Path {
    return this.#paths.pathTo(address, port);
  }

  /** What an attempt at this address meets; `open` only where some machine has it. */
  reachabilityOf(address: string, port: number): Reachability {
    const known = this.#addresses.has(address) || isLoopback(address);
    return this.#paths.reachabilityOf(address, port) ?? (known ? 'open' : this.#unknownAddress);
  }

  unixPathTo(path: string): Path {
    return this.#paths.pathToUnix(path);
  }

  unixReachabilityOf(path: string): Reachability {
    return this.#paths.reachabilityOf(path) ?? 'open';
  }

  tcpListener(address: string, port: number): ConnectionListener | undefined {
    return this.#tcp.get(placeKey(address, port));
  }

  unixListener(path: string): ConnectionListener | undefined {
    return this.#unix.get(path);
  }

  nextConnection(): number {
    this.#connections += 1;
    return this.#connections;
  }

  note(event: NetworkEvent): void {
    this.observe?.(event);
  }
}

function listen(
  listeners: Map<string, ConnectionListener>,
  key: string,
  onConnection: ConnectionListener,
  inUse: () => Error,
): Listener {
  if (listeners.has(key)) throw inUse();
  listeners.set(key, onConnection);
  return {
    close() {
      if (listeners.get(key) === onConnection) listeners.delete(key);
    },
  };
}
