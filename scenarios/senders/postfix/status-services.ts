/**
 * Stands in for bounce(8), defer(8), trace(8) and verify(8): takes what the client reports to them. A report has the
 * server's reply apart from the reason, and both in full; and no notices go out into the scenario.
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
  /** In full, where the log has cut it off. */
  readonly reason: string;
  /** The server's reply, its lines joined by spaces; '' when none decided it. */
  readonly reply: string;
}

export interface StatusServices {
  close(): void;
}

/** Listens in the folder of private sockets; `onReport` is called for each report about a recipient. */
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
        if (list.get('nrequest') === '0') onReport(reportOf(list));
        socket.write(encodeAttributes([['status', 0]]));
      }
    } catch {
      socket.destroy();
    }
  });
  socket.write(protocolGreeting(protocol));
}

function reportOf(list: ReadonlyMap<string, string>): StatusReport {
  const text = (name: string) => list.get(name) ?? '';
  return {
    queueId: text('queue_id'),
    recipient: text('recipient'),
    reason: text('reason'),
    reply: text('diag_type') === 'smtp' ? text('diag_text') : '',
  };
}

/** Resolves with the server once everybody can connect to it at this path. */
export function listening(server: Server, path: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ path, writableAll: true, readableAll: true }, () => resolve(server));
  });
}
