/** One machine's view of a virtual network: the seam `Network` that a client is given. */
import type { Connection, Network, TcpTarget, UdpSocket } from '../../client/platform/platform.ts';
import { familyOf, isLoopback, isUnspecified, normalAddress, sourceAddressFor } from './addresses.ts';
import type { Cables, ConnectionListener } from './cables.ts';
import { VirtualConnection } from './connection.ts';
import type { Endpoint } from './network-events.ts';
import type { Path, Reachability } from './path.ts';
import { abortError, type SystemError, type SystemErrorPlace, systemError } from './system-error.ts';
import type { UdpTraffic } from './udp.ts';

/** Local ports are handed out in turn from here, as IANA's dynamic range begins. */
const FIRST_LOCAL_PORT = 49_152;
const LAST_PORT = 65_535;
const LOOPBACK_ADDRESSES = ['127.0.0.1', '::1'] as const;

interface Attempt {
  readonly connection: number;
  readonly place: SystemErrorPlace;
  readonly path: Path;
  readonly reachability: Reachability;
  /** Undefined for unix sockets. */
  readonly local: Endpoint | undefined;
  readonly remote: Endpoint | undefined;
  readonly signal: AbortSignal | undefined;
  /** Asked when the attempt reaches the far end. */
  listener(): ConnectionListener | undefined;
}

export class VirtualHost implements Network {
  readonly #network: Cables & { readonly udp: UdpTraffic };
  readonly #addresses: readonly string[];
  #nextPort = FIRST_LOCAL_PORT;

  constructor(network: Cables & { readonly udp: UdpTraffic }, addresses: readonly string[]) {
    this.#network = network;
    this.#addresses = addresses;
  }

  /** Its loopback interface is one of them, as on every machine. */
  ownAddresses(): readonly string[] {
    return [...LOOPBACK_ADDRESSES, ...this.#addresses];
  }

  async connectTcp(target: TcpTarget, signal?: AbortSignal): Promise<Connection> {
    const network = this.#network;
    const { port } = target;
    const address = normalAddress(target.address);
    const source = this.#sourceAddress(address, target.localAddress);
    const attempt = network.nextConnection();
    network.note({ type: 'connect', atMs: network.clock.now(), connection: attempt, address, port });
    return this.#connect({
      connection: attempt,
      place: { address, port },
      path: network.pathTo(address, port),
      reachability: source === undefined ? 'networkUnreachable' : network.reachabilityOf(address, port),
      local: { address: source ?? '', port: this.#localPort() },
      remote: { address, port },
      signal,
      listener: () => network.tcpListener(address, port),
    });
  }

  async connectUnix(path: string, signal?: AbortSignal): Promise<Connection> {
    const network = this.#network;
    if (network.unixListener(path) === undefined) throw systemError('ENOENT', 'connect', { path });
    const attempt = network.nextConnection();
    network.note({ type: 'connect', atMs: network.clock.now(), connection: attempt, address: path, port: 0 });
    return this.#connect({
      connection: attempt,
      place: { path },
      path: network.unixPathTo(path),
      reachability: network.unixReachabilityOf(path),
      local: undefined,
      remote: undefined,
      signal,
      listener: () => network.unixListener(path),
    });
  }

  async openUdp(localAddress: string): Promise<UdpSocket> {
    const address = normalAddress(localAddress);
    this.#checkOwn(address);
    return this.#network.udp.open(this.#addresses, { address, port: this.#localPort() });
  }

  #connect(attempt: Attempt): Promise<Connection> {
    const { signal } = attempt;
    const { clock } = this.#network;
    return new Promise<Connection>((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(abortError(signal));
        return;
      }
      const onAbort = () => {
        timer.cancel();
        this.#noteFailure(attempt, 'ABORT_ERR');
        if (signal !== undefined) reject(abortError(signal));
      };
      const timer = clock.schedule(this.#answerDelayMs(attempt), () => {
        signal?.removeEventListener('abort', onAbort);
        const listener = attempt.listener();
        const code = failureCode(attempt.reachability, listener);
        if (code === undefined && listener !== undefined) {
          resolve(this.#establish(attempt, listener));
          return;
        }
        const error: SystemError = systemError(code ?? 'ECONNREFUSED', 'connect', attempt.place);
        this.#noteFailure(attempt, error.code ?? '');
        reject(error);
      });
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }

  #answerDelayMs({ reachability, path }: Attempt): number {
    if (reachability === 'networkUnreachable') return 0;
    if (reachability === 'silent') return this.#network.systemConnectLimitMs;
    return path.delayMs() + path.delayMs();
  }

  #establish(attempt: Attempt, listener: ConnectionListener): VirtualConnection {
    const { connection, path, local, remote, place } = attempt;
    const { clock, observe } = this.#network;
    const client = new VirtualConnection({ clock, path, connection, side: 'client', local, remote, observe });
    const server = new VirtualConnection({
      clock,
      path,
      connection,
      side: 'server',
      local: remote,
      remote: local,
      observe,
    });
    VirtualConnection.join(client, server);
    const unixEnd: Endpoint = { address: place.path ?? '', port: 0 };
    this.#network.note({
      type: 'connected',
      atMs: clock.now(),
      connection,
      from: local ?? unixEnd,
      to: remote ?? unixEnd,
    });
    clock.schedule(path.delayMs(), () => {
      if (!server.destroyed) listener(server);
    });
    return client;
  }

  #noteFailure({ connection }: Attempt, code: string): void {
    this.#network.note({ type: 'connectFailed', atMs: this.#network.clock.now(), connection, code });
  }

  /** The address a connection comes from; undefined when the machine has none of the destination's family. */
  #sourceAddress(destination: string, wanted: string | undefined): string | undefined {
    if (wanted === undefined) return sourceAddressFor(destination, this.#addresses);
    const address = normalAddress(wanted);
    if (familyOf(address) !== familyOf(destination)) throw systemError('EINVAL', 'bind', { address });
    this.#checkOwn(address);
    // The loopback interface leads nowhere else.
    if (isLoopback(address) && !isLoopback(destination))
      throw systemError('EINVAL', 'connect', { address: destination });
    return isUnspecified(address) ? sourceAddressFor(destination, this.#addresses) : address;
  }

  #checkOwn(address: string): void {
    if (isUnspecified(address) || isLoopback(address) || this.#addresses.includes(address)) return;
    throw systemError('EADDRNOTAVAIL', 'bind', { address });
  }

  #localPort(): number {
    const port = this.#nextPort;
    this.#nextPort = port === LAST_PORT ? FIRST_LOCAL_PORT : port + 1;
    return port;
  }
}

function failureCode(
  reachability: Reachability,
  listener: ConnectionListener | undefined,
): string | undefined {
  switch (reachability) {
    case 'open':
      return listener === undefined ? 'ECONNREFUSED' : undefined;
    case 'refused':
      return 'ECONNREFUSED';
    case 'unreachable':
      return 'EHOSTUNREACH';
    case 'networkUnreachable':
      return 'ENETUNREACH';
    case 'silent':
      return 'ETIMEDOUT';
  }
}
