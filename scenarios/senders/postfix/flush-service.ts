/** Stands in for flush(8): hears of mail that waits. */
import type { Socket } from 'node:net';
import { AttributeReader, encodeAttributes, protocolGreeting } from '../../../client/postfix/attributes.ts';
import type { FlushAdd } from '../sender.ts';
import { type ServiceSocket, serveSocket } from './service-sockets.ts';

/** Any status but 0 says that it was not noted, and any but 4 is a failure. */
const DOWN = 3;

/** Takes a note; false: it could not. */
export type OnFlushAdd = (add: FlushAdd) => boolean;

/** Listens in the folder of public sockets. */
export function serveFlush(folder: string, onAdd: OnFlushAdd): Promise<ServiceSocket> {
  return serveSocket(`${folder}/flush`, (socket) => serve(socket, onAdd));
}

function serve(socket: Socket, onAdd: OnFlushAdd): (chunk: Buffer) => void {
  const reader = new AttributeReader();
  socket.write(protocolGreeting('queue_flush_protocol'));
  return (chunk) => {
    for (const list of reader.push(chunk)) {
      const text = (name: string) => list.get(name) ?? '';
      const isNoted = text('request') === 'add' && onAdd({ domain: text('site'), queueId: text('queue_id') });
      socket.write(encodeAttributes([['status', isNoted ? 0 : DOWN]]));
    }
  };
}
