/**
 * Stands in for the transports that Postfix passes recipients on to (`best_mx_transport`): each is told one recipient
 * at a time, in the protocol of delivery agents, and takes it.
 */
import { createServer, type Server, type Socket } from 'node:net';
import type { OtherTransport } from '../../../client/request.ts';
import { AttributeReader, encodeAttributes, protocolGreeting } from './attributes.ts';
import type { Parameters } from './configuration.ts';
import { DELIVERY_PROTOCOL } from './delivery-request.ts';
import { listening } from './status-services.ts';

export interface PassedRecipient {
  readonly queueId: string;
  readonly recipient: string;
  readonly passedTo: OtherTransport;
}

/** An agent with nothing to tell about the destination, and nothing left to do. */
const ALL_DONE = encodeAttributes([
  ...['status', 'diag_type', 'diag_text', 'mta_type', 'mta_mname', 'action', 'reason'].map(
    (name) => [name, ''] as const,
  ),
  ['status', 0],
]);

/** Transports that the parameters name. */
function otherTransports(configs: readonly Parameters[]): ReadonlySet<string> {
  const names = configs.map(({ best_mx_transport: target = '' }) => target.replace(/:.*/s, ''));
  return new Set(names.filter((name) => /^[\w-]+$/.test(name)));
}

/** Listens in the folder of private sockets. */
export async function serveOtherTransports(
  folder: string,
  configs: readonly Parameters[],
  onPassed: (passed: PassedRecipient) => void,
): Promise<{ close(): void }> {
  const open = new Set<Socket>();
  const servers = await Promise.all(
    [...otherTransports(configs)].map((transport): Promise<Server> => {
      const server = createServer((socket) => {
        open.add(socket);
        socket.once('close', () => open.delete(socket));
        serve(socket, transport, onPassed);
      });
      return listening(server, `${folder}/${transport}`);
    }),
  );
  return {
    close() {
      for (const server of servers) server.close();
      for (const socket of open) socket.destroy();
    },
  };
}

/** The request comes first, its one recipient after it. */
function serve(socket: Socket, transport: string, onPassed: (passed: PassedRecipient) => void): void {
  const reader = new AttributeReader();
  let request: ReadonlyMap<string, string> | undefined;
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk) => {
    try {
      for (const list of reader.push(chunk)) {
        if (request === undefined) request = list;
        else {
          const text = (name: string) => request?.get(name) ?? '';
          onPassed({
            queueId: text('queue_id'),
            recipient: list.get('recipient') ?? '',
            passedTo: { transport, nexthop: text('nexthop') },
          });
          socket.write(ALL_DONE);
        }
      }
    } catch {
      socket.destroy();
    }
  });
  socket.write(protocolGreeting(DELIVERY_PROTOCOL));
}
