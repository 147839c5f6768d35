/** A simulated mail host on a real TCP or unix socket, for any client to be pointed at. */
import net from 'node:net';
import type { Connection } from '../../client/platform/platform.ts';
import type { HostContext, MailHost, MailHostDefinition } from '../hosts/host.ts';

export type ListenTarget =
  /** `port` 0 takes any free one; the definition's when absent. */
  | { readonly address: string; readonly port?: number }
  /** A unix socket; the path must not exist yet. */
  | { readonly path: string };

export interface ServedHost extends Served {
  readonly host: MailHost;
}

export interface Served {
  /** Where it listens: numeric address and port, or the path with port 0. */
  readonly address: string;
  readonly port: number;
  /** Resolves as soon as no connection is open. */
  idle(): Promise<void>;
  /** Stops listening and drops the open connections. */
  close(): Promise<void>;
}

/** One line: where it could not listen, and the system's reason. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
  /** Another place may be free. */
  readonly taken: boolean;

  constructor(where: string, { code, message }: NodeJS.ErrnoException) {
    super(`cannot listen on ${where}: ${code ?? message}`);
    this.taken = code === 'EADDRINUSE';
  }
}

const CONNECTIONS_LIMIT = 10_000;

/** Starts the host and listens; rejects with `ListenError`. */
export async function serveHost(
  definition: MailHostDefinition,
  target: ListenTarget,
  context: HostContext,
): Promise<ServedHost> {
  const host = definition.start(context);
  const endpoint = 'path' in target ? { address: target.path, port: 0 } : undefined;
  const place = 'path' in target ? target : { address: target.address, port: target.port ?? definition.port };
  return { host, ...(await serveConnections(place, (connection) => host.serve(connection, endpoint))) };
}

/** Listens, and hands over what connects; rejects with `ListenError`. */
export async function serveConnections(
  target: { readonly address: string; readonly port: number } | { readonly path: string },
  onConnection: (connection: Connection) => void,
): Promise<Served> {
  const path = 'path' in target ? target.path : undefined;
  const sockets = new Set<net.Socket>();
  const waiting: (() => void)[] = [];
  const server = net.createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => {
      sockets.delete(socket);
      if (sockets.size === 0) for (const tell of waiting.splice(0)) tell();
    });
    onConnection(socket as Connection);
  });
  server.maxConnections = CONNECTIONS_LIMIT;
  await listen(server, target);
  const bound = server.address();
  const endpoint =
    typeof bound === 'object' && bound !== null
      ? { address: bound.address, port: bound.port }
      : { address: path ?? '', port: 0 };
  return {
    ...endpoint,
    idle: () =>
      new Promise((resolve) => {
        if (sockets.size === 0) resolve();
        else waiting.push(resolve);
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function listen(
  server: net.Server,
  target: { address: string; port: number } | { path: string },
): Promise<void> {
  const where = 'path' in target ? target.path : `${target.address}:${target.port}`;
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(new ListenError(where, error));
    });
    // Senders may run under users of their own.
    server.listen(
      'path' in target
        ? { path: target.path, readableAll: true, writableAll: true }
        : { host: target.address, port: target.port },
      () => {
        server.removeAllListeners('error');
        // A failing accept (too many open files) costs one connection, not the process.
        server.on('error', () => {});
        resolve();
      },
    );
  });
}
