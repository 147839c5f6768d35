/**
 * Stands in for the transports that Postfix passes recipients on to (`best_mx_transport`): each is told one recipient
 * at a time, in the protocol of delivery agents, and takes it.
 */
import type { Socket } from 'node:net';
import { AttributeReader, protocolGreeting } from '../../../client/postfix/attributes.ts';
import { DELIVERY_PROTOCOL, encodeDeliveryReply } from '../../../client/postfix/delivery-protocol.ts';
import type { OtherTransport } from '../../../client/request.ts';
import type { Parameters } from './configuration.ts';
import { type ServiceSocket, serveSocket } from './service-sockets.ts';

export interface PassedRecipient {
  readonly queueId: string;
  readonly recipient: string;
  readonly passedTo: OtherTransport;
}

/** Transports that the parameters name. */
function otherTransports(configs: readonly Parameters[]): ReadonlySet<string> {
  const names = configs.map(({ best_mx_transport: target = '' }) => target.replace(/:.*/s, ''));
  return new Set(names.filter((name) => /^[\w-]+$/.test(name)));
}

/** Listens in the folder of private sockets. */
export function serveOtherTransports(
  folder: string,
  configs: readonly Parameters[],
  onPassed: (passed: PassedRecipient) => void,
): Promise<ServiceSocket[]> {
  return Promise.all(
    [...otherTransports(configs)].map((transport) =>
      serveSocket(`${folder}/${transport}`, (socket) => serve(socket, transport, onPassed)),
    ),
  );
}

/** The request comes first, its one recipient after it. */
function serve(
  socket: Socket,
  transport: string,
  onPassed: (passed: PassedRecipient) => void,
): (chunk: Buffer) => void {
  const reader = new AttributeReader();
  let request: ReadonlyMap<string, string> | undefined;
  socket.write(protocolGreeting(DELIVERY_PROTOCOL));
  return (chunk) => {
    for (const list of reader.push(chunk)) {
      if (request === undefined) {
        request = list;
        continue;
      }
      onPassed({
        queueId: request.get('queue_id') ?? '',
        recipient: list.get('recipient') ?? '',
        passedTo: { transport, nexthop: request.get('nexthop') ?? '' },
      });
      socket.write(encodeDeliveryReply({ finished: true }));
    }
  };
}
