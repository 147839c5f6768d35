/**
 * The handshake itself: real TLS on top of whatever connection the platform gives. It fails for reasons of the
 * protocol only, never because of a certificate: that is looked at afterwards (security reference 9.3).
 */
import type { X509Certificate } from 'node:crypto';
import { connect, type SecureContext, type TLSSocket } from 'node:tls';
import type { Clock, Connection } from '../../platform/platform.ts';
import { systemText } from '../../platform/system-text.ts';
import { withTimeLimit } from '../../platform/time-limit.ts';
import { CERTIFICATES_LIMIT } from '../verify/path.ts';
import { HandshakeError } from './handshake-error.ts';

export interface HandshakeOptions {
  readonly secureContext: SecureContext;
  /** For SNI; none when ''. */
  readonly serverName: string;
  /** Of an earlier connection, to be resumed. */
  readonly session: Uint8Array | undefined;
  readonly clock: Clock;
  /** 0 means no limit. */
  readonly limitMs: number;
  readonly signal?: AbortSignal | undefined;
  /** The first session that the server gives out anew, when it comes. */
  readonly onSession: (session: Uint8Array) => void;
}

/** Resolves once both sides are secure; rejects with HandshakeError, and the connection is gone then. */
export async function connectTls(connection: Connection, options: HandshakeOptions): Promise<TLSSocket> {
  const { clock, limitMs, signal, session, serverName } = options;
  if (connection.destroyed) throw new HandshakeError('lost connection');
  const socket = connect({
    // A duplex stream will do; Node's types ask for less than a socket here.
    socket: connection,
    secureContext: options.secureContext,
    ...(serverName !== '' && { servername: serverName }),
    ...(session !== undefined && { session: Buffer.from(session) }),
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
    // The security level decides which parameters are too short.
    minDHSize: 1,
  });
  socket.once('session', (given) => {
    if (!socket.isSessionReused()) options.onSession(given);
  });
  try {
    await withTimeLimit({ clock, limitMs, signal }, (limit) => secured(socket, limit));
    return socket;
  } catch (error) {
    // It stays, for what comes after the end.
    socket.on('error', () => undefined);
    socket.destroy();
    connection.destroy();
    throw asHandshakeError(error);
  }
}

function secured(socket: TLSSocket, limit: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (done: () => void) => () => {
      limit.removeEventListener('abort', onAbort);
      socket.off('secureConnect', onSecure);
      socket.off('error', onError);
      socket.off('close', onClose);
      done();
    };
    const onSecure = settle(resolve);
    const onClose = settle(() => reject(new HandshakeError('lost connection')));
    const onAbort = settle(() => reject(new HandshakeError('lost connection')));
    const onError = (error: Error) => settle(() => reject(error))();
    socket.once('secureConnect', onSecure);
    socket.once('error', onError);
    socket.once('close', onClose);
    limit.addEventListener('abort', onAbort, { once: true });
  });
}

function asHandshakeError(error: unknown): HandshakeError {
  if (error instanceof HandshakeError) return error;
  const { code, syscall } = error as NodeJS.ErrnoException;
  const problem = libraryProblem(error);
  if (problem !== undefined) return new HandshakeError('-1', problem);
  // Node's own error about an orderly close names no system call.
  if (code === 'ECONNRESET' && syscall === undefined) return new HandshakeError('lost connection');
  return new HandshakeError(systemText(error));
}

/**
 * An error of OpenSSL in its own form, less the place in its sources: `error:0A00010B:SSL routines::wrong version number`,
 * perhaps with a remark such as `:SSL alert number 70`. Undefined for other errors.
 */
export function libraryProblem(error: unknown): string | undefined {
  const { message, code = '' } = error as NodeJS.ErrnoException;
  const found = /error:([0-9A-F]{8}):([^:]*):[^:]*:([^:\n]*)(?::[^:\n]*:\d+(:[^:\n]+))?/.exec(message);
  if (found !== null) return `error:${found[1]}:${found[2]}::${found[3]}${found[4] ?? ''}`;
  return code.startsWith('ERR_SSL_') || code.startsWith('ERR_OSSL_') ? message.trim() : undefined;
}

/** The certificates as the server sent them, leaf first, as far as they are looked at. Node gives them away once only. */
export function peerChain(socket: TLSSocket): X509Certificate[] {
  const chain: X509Certificate[] = [];
  let next = socket.getPeerX509Certificate();
  while (next !== undefined && chain.length < CERTIFICATES_LIMIT) {
    chain.push(next);
    next = next.issuerCertificate;
  }
  return chain;
}
