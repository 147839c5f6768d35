/** What the tests of TLS share: a client of a few lines over node:tls. */
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import type { Connection } from '../../../client/platform/platform.ts';
import type { Session } from '../../session.ts';
import { dialogueOf } from '../../session-view.ts';
import { type HostWorld, TestClient } from '../testing.ts';

/** Up to the reply to STARTTLS, in the clear. */
export async function askForTls(world: HostWorld): Promise<TestClient> {
  const client = await world.connect();
  await client.reply();
  await client.askAll('EHLO client.test', 'STARTTLS');
  return client;
}

export interface Secured {
  readonly socket: TLSSocket;
  readonly client: TestClient;
}

/** TLS on what the client has said STARTTLS on; rejects with the error of the handshake. */
export function secure(plain: TestClient, options: ConnectionOptions = {}): Promise<Secured> {
  plain.connection.removeAllListeners('data');
  plain.connection.removeAllListeners('end');
  return secureConnection(plain.connection, options);
}

/** TLS from the first byte. */
export function secureConnection(connection: Connection, options: ConnectionOptions = {}): Promise<Secured> {
  return new Promise((resolve, reject) => {
    const socket = connect({ socket: connection, rejectUnauthorized: false, ...options });
    socket.once('error', reject);
    socket.once('secureConnect', () => {
      socket.off('error', reject);
      resolve({ socket, client: new TestClient(socket as unknown as Connection) });
    });
  });
}

/** The lines and events of the n-th session. */
export function seen(world: HostWorld, session = 0): string[] {
  return dialogueOf(sessionOf(world, session)).timeline.map((item) =>
    'line' in item ? item.line : item.event,
  );
}

export function factsOf(world: HostWorld, session = 0) {
  return world.sessions[session]?.entries.flatMap((entry) =>
    'event' in entry && entry.event === 'tls' ? [entry.tls] : [],
  )[0];
}

/** The code of the error that ends the client's handshake. */
export async function failure(world: HostWorld, options?: ConnectionOptions): Promise<string> {
  const plain = await askForTls(world);
  return secure(plain, options).then(
    () => 'none',
    (error: NodeJS.ErrnoException) => error.code ?? error.message,
  );
}

export async function secured(world: HostWorld, options?: ConnectionOptions): Promise<Secured> {
  return secure(await askForTls(world), options);
}

function sessionOf(world: HostWorld, index: number): Session {
  const session = world.sessions[index];
  if (session === undefined) throw new TypeError(`there is no session ${index}`);
  return session;
}
