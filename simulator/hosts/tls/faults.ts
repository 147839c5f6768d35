/**
 * What can go wrong in a TLS handshake on the server's side. Faults of certificates are not among them: they come
 * with the credential.
 *
 *     { instead: '500 what?\r\n' }         text in place of the server's first flight, then a close
 *     { alert: 40, then: 'stall' }         a fatal alert in its place (RFC 8446 6.2)
 *     { afterBytes: 0, then: 'reset' }     the client's hello is answered with a reset
 *     { afterBytes: 90, then: 'silent' }   the first flight is cut off
 *     { corruptByte: 40 }                  a byte of what the server says is inverted
 */
import { HostDefinitionError } from '../host.ts';
import { ENDINGS, type Ending } from '../peer.ts';

export interface HandshakeFault {
  /** Sent in place of the server's first flight. Text is UTF-8. */
  readonly instead?: string | Uint8Array;
  /** Number of a fatal alert, sent in place of the server's first flight. */
  readonly alert?: number;
  /** So many bytes of what the server says leave. */
  readonly afterBytes?: number;
  /** Position of a byte that is damaged, from 0, in what the server says; the handshake goes on. */
  readonly corruptByte?: number;
  /** What follows; `close` when absent. Not for `corruptByte`. */
  readonly then?: Ending;
  /** Only in the n-th connection of the run; in every one when absent. */
  readonly connection?: number;
}

/** A fault, checked. */
export interface HandshakeFaultPlan {
  readonly instead: Buffer | undefined;
  readonly afterBytes: number | undefined;
  readonly corruptByte: number | undefined;
  readonly ending: Ending;
  /** Nothing of the engine leaves after it. */
  readonly ends: boolean;
  readonly connection: number | undefined;
}

const KEYS = ['instead', 'alert', 'afterBytes', 'corruptByte', 'then', 'connection'];
const KINDS = ['instead', 'alert', 'afterBytes', 'corruptByte'] as const;
const ALERT_RECORD = 21;
const FATAL = 2;

/** Checks a fault; `where` begins every message of `HostDefinitionError`. */
export function compileHandshakeFault(where: string, fault: HandshakeFault): HandshakeFaultPlan {
  const bad = (text: string) => new HostDefinitionError(`${where}: ${text}`);
  if (typeof fault !== 'object' || fault === null) throw bad('must be an object such as { alert: 40 }');
  const stranger = Object.keys(fault).find((key) => !KEYS.includes(key));
  if (stranger !== undefined) throw bad(`unknown key ${JSON.stringify(stranger)} (${KEYS.join(', ')})`);
  if (KINDS.filter((kind) => fault[kind] !== undefined).length !== 1)
    throw bad(`give one of ${KINDS.join(', ')}`);
  const { instead, alert, afterBytes, corruptByte, then, connection } = fault;
  for (const [key, value, least, most] of [
    ['alert', alert, 0, 255],
    ['afterBytes', afterBytes, 0, Number.MAX_SAFE_INTEGER],
    ['corruptByte', corruptByte, 0, Number.MAX_SAFE_INTEGER],
    ['connection', connection, 1, Number.MAX_SAFE_INTEGER],
  ] as const) {
    if (value !== undefined && !(Number.isSafeInteger(value) && value >= least && value <= most))
      throw bad(`${key}: must be a whole number, ${least} or more`);
  }
  if (then !== undefined && (corruptByte !== undefined || !ENDINGS.includes(then)))
    throw bad(`then: must be one of ${ENDINGS.join(', ')}, and does not go with corruptByte`);
  return {
    instead: alert === undefined ? asBytes(instead) : Buffer.of(ALERT_RECORD, 3, 3, 0, 2, FATAL, alert),
    afterBytes,
    corruptByte,
    ending: then ?? 'close',
    ends: corruptByte === undefined,
    connection,
  };
}

function asBytes(value: string | Uint8Array | undefined): Buffer | undefined {
  if (value === undefined) return undefined;
  return typeof value === 'string' ? Buffer.from(value) : Buffer.from(value);
}
