/** What a handshake agreed on, as the server's engine tells it. */
import { createHash } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import type { TlsFacts } from '../../session.ts';

export function factsOf(socket: TLSSocket): TlsFacts {
  const certificate = socket.getPeerX509Certificate()?.raw;
  const serverName: unknown = Reflect.get(socket, 'servername');
  return {
    sni: typeof serverName === 'string' && serverName !== '' ? serverName : undefined,
    protocol: socket.getProtocol() ?? '',
    cipher: socket.getCipher().name,
    resumed: socket.isSessionReused(),
    clientCertificate: certificate === undefined ? undefined : certificateDigest(certificate),
  };
}

/** How the record of a session tells certificates apart: SHA-256 of the DER form, in hex. */
export function certificateDigest(certificate: Uint8Array): string {
  return createHash('sha256').update(certificate).digest('hex');
}
