/**
 * Stands in for bounce(8), defer(8), trace(8) and verify(8): takes what the client reports to them. A report holds the
 * server's reply as it came, which the mail log has not; and no notices go out into the scenario.
 */
import { createServer, type Server, type Socket } from 'node:net';
import { AttributeReader, encodeAttributes, protocolGreeting } from './attributes.ts';

const DELIVERY_STATUS = 'delivery_status_protocol';
/** Postfix's own spelling. */
const VERIFICATION = 'address_verification_prrotocol';
const PROTOCOLS = {
  bounce: DELIVERY_STATUS,
  defer: DELIVERY_STATUS,
  trace: DELIVERY_STATUS,
  verify: VERIFICATION,
};

export interface StatusReport {
  readonly queueId: string;
  readonly recipient: string;
  /** The server's reply; lines joined by newlines. */
  readonly reply: string;
}

export interface StatusServices {
  close(): void;
}

/** Listens in the folder of private sockets; `onReport` is called for each report that quotes a server. */
export async function serveStatusServices(
  folder: string,
  onReport: (report: StatusReport) => void,
): Promise<StatusServices> {
  const open = new Set<Socket>();
  const servers = await Promise.all(
    Object.entries(PROTOCOLS).map(([name, protocol]) => {
      const server = createServer((socket) => {
        open.add(socket);
        socket.once('close', () => open.delete(socket));
        serve(socket, protocol, onReport);
      });
      return listening(server, `${folder}/${name}`);
    }),
  );
  return {
    close() {
      for (const server of servers) server.close();
      for (const socket of open) socket.destroy();
    },
  };
}

function serve(socket: Socket, protocol: string, onReport: (report: StatusReport) => void): void {
  const reader = new AttributeReader();
  // A client that is killed in the middle is nothing to us.
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk) => {
    try {
      for (const list of reader.push(chunk)) {
        const reply = list.get('diag_text') ?? '';
        if (list.get('diag_type') === 'smtp' && reply !== '') {
          onReport({ queueId: list.get('queue_id') ?? '', recipient: list.get('recipient') ?? '', reply });
        }
        socket.write(encodeAttributes([['status', 0]]));
      }
    } catch {
      socket.destroy();
    }
  });
  socket.write(protocolGreeting(protocol));
}

function listening(server: Server, path: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ path, writableAll: true, readableAll: true }, () => resolve(server));
  });
}
