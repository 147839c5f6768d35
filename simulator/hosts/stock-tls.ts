/** TLS by smtp-server itself, on a connection whose record is to show what is said inside. */
import type { TLSSocket } from 'node:tls';
import { type Credential, selfSigned } from '../certificates/authority.ts';
import type { Tap } from './recorder.ts';
import { factsOf } from './tls/facts.ts';

/** smtp-server's options for the certificate; self-signed when a scenario gives none. */
export function stockCertificate(credential: Credential | undefined, hostName: string) {
  const { pem, keyPem } = credential ?? selfSigned(hostName);
  return { cert: pem, key: keyPem };
}

/** To be called when TLS is there, before anything was said inside. */
export function recordInside(tap: Tap, socket: TLSSocket): void {
  tap.noteTls(factsOf(socket));
  socket.on('data', (chunk: Buffer) => tap.note('client', chunk));
  // As on the connection itself: a client's close is answered with the server's.
  socket.on('end', () => socket.end());
  const write: TLSSocket['write'] = socket.write.bind(socket);
  const noted = (chunk: string | Uint8Array, ...rest: []) => {
    tap.note('server', Buffer.from(chunk as string));
    return write(chunk, ...rest);
  };
  Object.assign(socket, { write: noted });
}
