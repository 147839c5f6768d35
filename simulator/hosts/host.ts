/**
 * What every kind of simulated mail host has in common.
 *
 * A scenario holds *definitions*: checked once, used for many runs. `definition.start(context)` makes the host of one
 * run, with its own counters, deliveries and problems; the network then hands it connections with `serve`.
 *
 *     const definition = mailHost({ greeting: '554 5.3.2 closed' });   // or dialogueHost(...), stockHost(...)
 *     const host = definition.start({ name: 'a', clock, random, recorder });
 *     network.listen('192.0.2.1', definition.port, (connection) => host.serve(connection));
 *     // ... the run ...
 *     host.deliveries; host.problems(); recorder.sessions;
 */
import type { Clock, Connection, Random } from '../../client/platform/platform.ts';
import type { Endpoint } from '../session.ts';
import type { SessionRecorder } from './recorder.ts';

export type MailProtocol = 'smtp' | 'lmtp';

export interface MailHostDefinition {
  readonly kind: 'declarative' | 'dialogue' | 'stock';
  readonly protocol: MailProtocol;
  /** The TCP port to listen on: 25, or 24 for LMTP, unless the scenario says otherwise. */
  readonly port: number;
  start(context: HostContext): MailHost;
}

export interface HostContext {
  /** The host's key in the scenario; also its name in replies unless the definition names it. */
  readonly name: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly recorder: SessionRecorder;
}

/** The host of one run. It never throws and never leaves a connection without an end. */
export interface MailHost {
  readonly kind: MailHostDefinition['kind'];
  readonly name: string;
  /** `endpoint` tells where the client connected to when the connection cannot (unix sockets). */
  serve(connection: Connection, endpoint?: Endpoint): void;
  /** The messages accepted so far, in order. */
  readonly deliveries: readonly Delivery[];
  /** What did not go as the definition says: script lines not matched or not used, faults that never came. */
  problems(): readonly string[];
}

/** ESMTP parameters of MAIL or RCPT: keywords in upper case, `true` for one without a value. */
export type EsmtpParameters = Readonly<Record<string, string | true>>;

/** A message for which the host took responsibility with a 2xx reply. */
export interface Delivery {
  /** When the reply was decided. */
  readonly atMs: number;
  /** Which connection of this host it came over, counted from 1. */
  readonly connection: number;
  /** Internal (unquoted) form, '' for the null reverse-path. */
  readonly sender: string;
  readonly mailParameters: EsmtpParameters;
  /** The recipients accepted, for LMTP those accepted at the end of the data; internal form. */
  readonly recipients: readonly string[];
  /** One for each of `recipients`. */
  readonly recipientParameters: readonly EsmtpParameters[];
  /** The content as sent, after dot-unstuffing, with the line end before the final dot. */
  readonly content: Buffer;
}

/** A mistake in a definition: one line that names the switch or script line and what is wrong. */
export class HostDefinitionError extends Error {
  override readonly name = 'HostDefinitionError';
}

/** What a host takes in one message, and announces with SIZE, unless told otherwise. */
export const DEFAULT_MAX_MESSAGE_BYTES = 10_240_000;

const PORTS: Readonly<Record<MailProtocol, number>> = { smtp: 25, lmtp: 24 };

/** The port a definition listens on; throws `HostDefinitionError` when it is none. */
export function listeningPort(owner: string, protocol: MailProtocol, port: number | undefined): number {
  if (port === undefined) return PORTS[protocol];
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new HostDefinitionError(`${owner}: port: ${String(port)} is not a port number`);
  }
  return port;
}
