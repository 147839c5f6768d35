/**
 * The server's side of TLS on a host's connection: from now on the host reads and the record keeps what is said
 * inside. A handshake that does not succeed gives the connection back, for the host to end it.
 */
import { TLSSocket } from 'node:tls';
import type { Clock } from '../../../client/platform/platform.ts';
import type { Ending, Peer } from '../peer.ts';
import type { Tap } from '../recorder.ts';
import { factsOf } from './facts.ts';
import type { TlsPlan } from './options.ts';
import { isTlsRecord, Wire } from './wire.ts';

/** What the record of a session says of it. */
export const HANDSHAKE_FAILED = 'TLS handshake failed';

export interface Handshake {
  readonly peer: Peer;
  readonly tap: Tap;
  readonly clock: Clock;
  readonly plan: TlsPlan;
  /** The host's key in the scenario. */
  readonly hostName: string;
  /** Which connection of the run, counted from 1. */
  readonly connection: number;
  readonly limitMs: number;
  /** Told of the host's end of TLS. */
  readonly onSecure?: (socket: TLSSocket) => void;
}

/**
 * Undefined once TLS is there; else how the connection is to be left. What is still to be said in the clear must have
 * been flushed. It begins at once: the client's hello may be there already.
 */
export async function secureConnection(handshake: Handshake): Promise<Ending | undefined> {
  const { peer, tap, clock, plan, hostName, connection, limitMs } = handshake;
  // What was sent before TLS must not be taken for what is said inside it (RFC 3207 6).
  peer.discardInput();
  if (tap.destroyed) return 'close';
  const raw = tap.handOver();
  const fault = plan.faults.find((item) => item.connection === undefined || item.connection === connection);
  return new Promise((resolve) => {
    let over = false;
    const wire = new Wire(raw, fault, () => fail(fault?.ending ?? 'close'));
    const socket = new TLSSocket(wire, {
      isServer: true,
      secureContext: plan.contextFor(undefined, hostName),
      requestCert: plan.clientCertificate !== 'none',
      rejectUnauthorized: plan.clientCertificate === 'required',
      ...(plan.hasServerNames
        ? { SNICallback: (name, done) => done(null, plan.contextFor(name, hostName)) }
        : {}),
    });
    const limit = clock.schedule(limitMs, () => fail('close'));
    const fail = (ending: Ending) => {
      if (over) return;
      over = true;
      limit.cancel();
      // The engine may want to say more, or to close: nothing of it reaches the network.
      wire.cut();
      wire.release();
      socket.destroy();
      if (wire.spokenInClear !== undefined) tap.note('client', wire.spokenInClear);
      tap.fault(HANDSHAKE_FAILED);
      tap.carryOn(raw, { skip: isTlsRecord });
      resolve(ending);
    };
    socket.on('error', () => fail('close'));
    socket.on('close', () => fail('close'));
    raw.once('end', () => fail('close'));
    socket.once('secure', () => {
      if (over) return;
      over = true;
      limit.cancel();
      handshake.onSecure?.(socket);
      tap.noteTls(factsOf(socket));
      tap.carryOn(socket, { beforeEnd: plan.closeNotify ? undefined : () => wire.cut() });
      afterwards(plan, socket, wire);
      resolve(undefined);
    });
  });
}

function afterwards({ afterHandshake }: TlsPlan, socket: TLSSocket, wire: Wire): void {
  if (afterHandshake === 'renegotiate') socket.renegotiate({}, () => {});
  else if (afterHandshake !== undefined) wire.inject(Buffer.from(afterHandshake.plaintext));
}
