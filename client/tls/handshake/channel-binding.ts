/** Data that ties an authentication to its TLS connection (RFC 5929, RFC 9266). */
import { createHash, type X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import type { ChannelBindingType } from '../status.ts';

const EXPORTER_LABEL = 'EXPORTER-Channel-Binding';
const EXPORTER_BYTES = 32;

/** Undefined where the connection has none of this type. */
export function channelBinding(
  socket: TLSSocket,
  type: ChannelBindingType,
  certificate: X509Certificate | undefined,
): Uint8Array | undefined {
  switch (type) {
    case 'tls-exporter':
      return socket.exportKeyingMaterial(EXPORTER_BYTES, EXPORTER_LABEL, Buffer.alloc(0));
    case 'tls-unique':
      if (socket.getProtocol() === 'TLSv1.3') return undefined;
      // RFC 5929 section 3.1: the first Finished message, which is the server's when a session is resumed.
      return socket.isSessionReused() ? socket.getPeerFinished() : socket.getFinished();
    case 'tls-server-end-point':
      return certificate && createHash(endPointDigest(certificate)).update(certificate.raw).digest();
  }
}

/** RFC 5929 section 4.1: the digest of the certificate's signature, but nothing weaker than SHA-256. */
function endPointDigest({ signatureAlgorithm = '' }: X509Certificate): string {
  const [digest = 'sha256'] = /sha(?:224|256|384|512)/i.exec(signatureAlgorithm) ?? [];
  return digest.toLowerCase();
}
