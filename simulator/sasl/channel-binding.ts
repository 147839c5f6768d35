/** What an authentication is bound to, from the server's end of TLS (RFC 5929, RFC 9266). */
import { createHash } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import type { ChannelBindingType } from '../../client/tls/status.ts';

/** RFC 9266 section 4.2. */
const EXPORTER_BYTES = 32;

/** Undefined where the connection has none of this type. */
export function serverChannelBinding(socket: TLSSocket, type: ChannelBindingType): Uint8Array | undefined {
  switch (type) {
    case 'tls-exporter':
      return socket.exportKeyingMaterial(EXPORTER_BYTES, 'EXPORTER-Channel-Binding', Buffer.alloc(0));
    case 'tls-unique':
      // The client is the first to be finished, unless it resumes a session.
      return socket.isSessionReused() ? socket.getFinished() : socket.getPeerFinished();
    case 'tls-server-end-point':
      // RFC 5929 section 4.1: the certificates of the simulator are signed with SHA-256.
      return createHash('sha256')
        .update(socket.getX509Certificate()?.raw ?? Buffer.alloc(0))
        .digest();
  }
}
