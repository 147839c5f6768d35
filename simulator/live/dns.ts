/** Serves zones on real UDP and TCP sockets, for senders that bring their own resolver. */
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { createTCPServer, createUDPServer, type DnsHandler, type TCPServer, type UDPServer } from 'dns2';
import { createDnsServer, type DnsServer, type Transport } from '../dns/server.ts';
import type { Zone } from '../dns/zone.ts';
import { ListenError } from './serve.ts';

export interface LiveDnsOptions {
  /** What is served; or `answer`, which may change its mind between queries. */
  readonly zones?: readonly Zone[];
  readonly answer?: DnsServer['answer'];
  /** Numeric address to listen at. */
  readonly address: string;
  /** 0: any free port, the same for UDP and TCP. */
  readonly port: number;
}

export interface LiveDns {
  readonly port: number;
  /** What was asked so far. */
  readonly queries: DnsServer['queries'];
  close(): Promise<void>;
}

/** A free TCP port may be taken for UDP; another one is tried then. */
const PORT_ATTEMPTS = 10;

/** Rejects with ListenError when the address or port cannot be had. */
export async function serveDns({ zones = [], answer, address, port }: LiveDnsOptions): Promise<LiveDns> {
  const server = createDnsServer({ zones, now: Date.now });
  const answerOne = answer ?? server.answer.bind(server);
  const timers = new Set<NodeJS.Timeout>();
  const connections = new Set<Socket>();

  const handler =
    (transport: Transport): DnsHandler =>
    (request, send) => {
      const { reply, delayMs } = answerOne(request.toBuffer(), transport);
      if (reply === undefined) return;
      // A client that went away is nothing to the server.
      const answerNow = () => void Promise.resolve(send(Buffer.from(reply))).catch(() => {});
      if (delayMs === 0) {
        answerNow();
        return;
      }
      const timer = setTimeout(() => {
        timers.delete(timer);
        answerNow();
      }, delayMs);
      timers.add(timer);
    };

  const listen = async (): Promise<{ udp: UDPServer; tcp: TCPServer; bound: number }> => {
    const tcp = createTCPServer(handler('tcp'));
    tcp.on('connection', (connection: Socket) => {
      connections.add(connection);
      connection.on('error', () => {});
      connection.on('close', () => connections.delete(connection));
    });
    tcp.listen(port, address);
    await once(tcp, 'listening');
    const bound = portOf(tcp);
    const udp = createUDPServer({ type: address.includes(':') ? 'udp6' : 'udp4' });
    udp.on('request', handler('udp'));
    try {
      udp.bind(bound, address);
      await once(udp, 'listening');
      udp.on('error', () => {});
      return { udp, tcp, bound };
    } catch (error) {
      tcp.close();
      throw error;
    }
  };

  const { udp, tcp, bound } = await retryWhenTaken(port === 0 ? PORT_ATTEMPTS : 1, () =>
    listen().catch((error: NodeJS.ErrnoException) => {
      throw new ListenError(`${address}:${port}`, error);
    }),
  );
  return {
    port: bound,
    queries: server.queries,
    async close() {
      for (const timer of timers) clearTimeout(timer);
      for (const connection of connections) connection.destroy();
      const closed = Promise.all([once(tcp, 'close'), once(udp, 'close')]);
      tcp.close();
      udp.close();
      await closed;
    },
  };
}

/** Another attempt may choose another place; what was taken at the last one is the caller's to know. */
export async function retryWhenTaken<T>(attempts: number, action: () => Promise<T>): Promise<T> {
  for (let left = attempts; left > 1; left--) {
    try {
      return await action();
    } catch (error) {
      if (!(error instanceof ListenError && error.taken)) throw error;
    }
  }
  return action();
}

function portOf(server: TCPServer): number {
  const place = server.address();
  return typeof place === 'object' && place !== null ? place.port : 0;
}
