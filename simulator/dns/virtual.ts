/** Serves zones in a virtual network, over UDP and TCP. */
import type { Duplex } from 'node:stream';
import type { Clock } from '../../client/platform/platform.ts';
import type { DnsServer } from './server.ts';

/** What it needs of a network; `VirtualNetwork` has it. */
export interface DnsNetwork {
  listenUdp(
    address: string,
    port: number,
    onMessage: (message: Uint8Array, source: unknown, reply: (message: Uint8Array) => void) => void,
  ): { close(): void };
  listenTcp(address: string, port: number, onConnection: (connection: Duplex) => void): { close(): void };
}

export interface DnsPlace {
  readonly network: DnsNetwork;
  readonly clock: Clock;
  readonly address: string;
  /** 53 when absent. */
  readonly port?: number;
}

const DNS_PORT = 53;
const FRAME_HEADER_BYTES = 2;

/** Listens at the place until `close`; delays of answers run on its clock. */
export function attachDns(
  server: DnsServer,
  { network, clock, address, port = DNS_PORT }: DnsPlace,
): { close(): void } {
  const respond = (message: Uint8Array, transport: 'udp' | 'tcp', send: (reply: Uint8Array) => void) => {
    const { reply, delayMs } = server.answer(message, transport);
    if (reply === undefined) return;
    if (delayMs === 0) send(reply);
    else clock.schedule(delayMs, () => send(reply));
  };
  const udp = network.listenUdp(address, port, (message, _source, reply) => respond(message, 'udp', reply));
  const tcp = network.listenTcp(address, port, (connection) => {
    // A client that goes away is nothing to the server.
    connection.on('error', () => {});
    connection.on('end', () => connection.end());
    readFrames(connection, (message) =>
      respond(message, 'tcp', (reply) => {
        if (!connection.writable) return;
        connection.write(Buffer.concat([Uint8Array.of(reply.length >> 8, reply.length & 0xff), reply]));
      }),
    );
  });
  return {
    close() {
      udp.close();
      tcp.close();
    },
  };
}

/** Messages behind two-byte lengths, several on one connection (RFC 7766); never more than one frame is held. */
function readFrames(connection: Duplex, onMessage: (message: Uint8Array) => void): void {
  let received = Buffer.alloc(0);
  connection.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    while (received.length >= FRAME_HEADER_BYTES) {
      const end = FRAME_HEADER_BYTES + received.readUInt16BE(0);
      if (received.length < end) return;
      onMessage(received.subarray(FRAME_HEADER_BYTES, end));
      received = received.subarray(end);
    }
  });
}
