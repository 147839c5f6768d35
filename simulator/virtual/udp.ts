/** Datagrams of a virtual network: loss, delay, duplication; never an answer of its own except where set. */
import type { UdpSocket } from '../../client/platform/platform.ts';
import { isUnspecified, normalAddress, placeKey, sourceAddressFor } from './addresses.ts';
import type { Cables, Listener } from './cables.ts';
import type { Endpoint } from './network-events.ts';
import type { Path } from './path.ts';
import { systemError } from './system-error.ts';

/** The longest UDP payload over IPv4. */
const MAX_DATAGRAM_BYTES = 65_507;

/** `reply` sends to the source, from the listener's own address unless another (forged) one is given. */
export type UdpListener = (
  message: Uint8Array,
  source: Endpoint,
  reply: (message: Uint8Array, from?: Endpoint) => void,
) => void;

type Inbox = (message: Uint8Array, source: Endpoint) => void;

export class UdpTraffic {
  readonly #network: Cables;
  readonly #inboxes = new Map<string, Inbox>();

  constructor(network: Cables) {
    this.#network = network;
  }

  listen(own: Endpoint, onMessage: UdpListener): Listener {
    const key = placeKey(own.address, own.port);
    if (this.#inboxes.has(key)) throw systemError('EADDRINUSE', 'bind', own);
    const path = this.#network.pathTo(own.address, own.port);
    this.#inboxes.set(key, (message, source) =>
      onMessage(message, source, (answer, from) => this.#transmit(answer, from ?? own, source, path)),
    );
    return { close: () => this.#inboxes.delete(key) };
  }

  open(ownAddresses: readonly string[], local: Endpoint): UdpSocket {
    return new VirtualUdpSocket(this, ownAddresses, local);
  }

  /** Receives at one address and port until the returned function is called. */
  bind(own: Endpoint, inbox: Inbox): () => void {
    const key = placeKey(own.address, own.port);
    this.#inboxes.set(key, inbox);
    return () => {
      if (this.#inboxes.get(key) === inbox) this.#inboxes.delete(key);
    };
  }

  /** Sends a client's datagram; `onError` is called later, when the destination or the system refuses it. */
  send(
    message: Uint8Array,
    from: Endpoint,
    to: Endpoint,
    onError: (error: NodeJS.ErrnoException) => void,
  ): void {
    const { clock } = this.#network;
    const path = this.#network.pathTo(to.address, to.port);
    const reachability = this.#network.reachabilityOf(to.address, to.port);
    if (reachability === 'open') {
      this.#transmit(message, from, to, path);
      return;
    }
    this.#note('sent', from, to, message);
    this.#note('lost', from, to, message);
    if (reachability === 'networkUnreachable') {
      clock.schedule(0, () => onError(systemError('ENETUNREACH', 'send', to)));
    } else if (reachability === 'refused') {
      clock.schedule(path.delayMs() + path.delayMs(), () =>
        onError(systemError('ECONNREFUSED', 'recvmsg', to)),
      );
    }
  }

  fail(error: NodeJS.ErrnoException, onError: (error: NodeJS.ErrnoException) => void): void {
    this.#network.clock.schedule(0, () => onError(error));
  }

  #transmit(message: Uint8Array, from: Endpoint, to: Endpoint, path: Path): void {
    // The sender may reuse its buffer.
    const bytes = Uint8Array.from(message);
    this.#note('sent', from, to, bytes);
    if (path.loses()) {
      this.#note('lost', from, to, bytes);
      return;
    }
    const copies = path.duplicates() ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      this.#network.clock.schedule(path.delayMs(), () => {
        const inbox = this.#inboxes.get(placeKey(to.address, to.port));
        this.#note(inbox === undefined ? 'lost' : 'delivered', from, to, bytes);
        inbox?.(bytes, from);
      });
    }
  }

  #note(what: 'sent' | 'lost' | 'delivered', from: Endpoint, to: Endpoint, bytes: Uint8Array): void {
    if (this.#network.observe === undefined) return;
    this.#network.note({ type: 'datagram', atMs: this.#network.clock.now(), from, to, what, bytes });
  }
}

class VirtualUdpSocket implements UdpSocket {
  readonly #traffic: UdpTraffic;
  readonly #ownAddresses: readonly string[];
  readonly #local: Endpoint;
  readonly #unbind: (() => void)[] = [];
  readonly #boundAddresses = new Set<string>();
  readonly #messageListeners: Inbox[] = [];
  readonly #errorListeners: ((error: NodeJS.ErrnoException) => void)[] = [];
  #closed = false;

  constructor(traffic: UdpTraffic, ownAddresses: readonly string[], local: Endpoint) {
    this.#traffic = traffic;
    this.#ownAddresses = ownAddresses;
    this.#local = local;
    if (!isUnspecified(local.address)) this.#bind(local.address);
  }

  send(message: Uint8Array, port: number, address: string): void {
    if (this.#closed) return;
    const to: Endpoint = { address: normalAddress(address), port };
    if (message.length > MAX_DATAGRAM_BYTES) {
      this.#traffic.fail(systemError('EMSGSIZE', 'send', to), this.#onError);
      return;
    }
    const source = isUnspecified(this.#local.address)
      ? sourceAddressFor(to.address, this.#ownAddresses)
      : this.#local.address;
    if (source === undefined) {
      this.#traffic.fail(systemError('ENETUNREACH', 'send', to), this.#onError);
      return;
    }
    this.#bind(source);
    this.#traffic.send(message, { address: source, port: this.#local.port }, to, this.#onError);
  }

  onMessage(listener: Inbox): void {
    this.#messageListeners.push(listener);
  }

  onError(listener: (error: NodeJS.ErrnoException) => void): void {
    this.#errorListeners.push(listener);
  }

  close(): void {
    this.#closed = true;
    for (const unbind of this.#unbind) unbind();
  }

  #bind(address: string): void {
    if (this.#boundAddresses.has(address)) return;
    this.#boundAddresses.add(address);
    this.#unbind.push(this.#traffic.bind({ address, port: this.#local.port }, this.#onMessage));
  }

  readonly #onMessage: Inbox = (message, source) => {
    if (this.#closed) return;
    for (const listener of this.#messageListeners) listener(message, source);
  };

  readonly #onError = (error: NodeJS.ErrnoException): void => {
    if (this.#closed) return;
    for (const listener of this.#errorListeners) listener(error);
  };
}
