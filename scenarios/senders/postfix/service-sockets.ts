/** Unix sockets that programs of Postfix find our stand-ins for other programs at. */
import { createServer, type Socket } from 'node:net';

/** What listens, with all that it serves. */
export interface ServiceSocket {
  close(): void;
}

/**
 * Resolves once everybody can connect to the path. `onData` makes what takes the bytes of one connection; when it
 * throws, the connection is given up.
 */
export async function serveSocket(
  path: string,
  onData: (socket: Socket) => (chunk: Buffer) => void,
): Promise<ServiceSocket> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    // A client that is killed in the middle is nothing to us.
    socket.on('error', () => socket.destroy());
    const take = onData(socket);
    socket.on('data', (chunk) => {
      try {
        take(chunk);
      } catch {
        socket.destroy();
      }
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ path, writableAll: true, readableAll: true }, resolve);
  });
  return {
    close() {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}
