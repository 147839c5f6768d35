/**
 * What it takes to be delivered to: the contract of a real mail server in the sandbox.
 *
 * It serves one domain with a few mailboxes, refuses everybody else at RCPT, and tells what it stored. It keeps all
 * its files in the folder it is given and ends with the sandbox, whatever happens.
 */
import type { Service } from '../../../client/request.ts';

/** A program of another mail system. */
export interface ServerProgram {
  /** Absolute path. */
  readonly path: string;
  /** The root of an unpacked package; undefined when the program is installed. */
  readonly root: string | undefined;
  /** Undefined when the program is to be asked. */
  readonly version: string | undefined;
  /** What its environment must hold. */
  readonly env: Readonly<Record<string, string>>;
}

/** Looks for a program of a mail system, by its path below the root of the package. */
export type FindProgram = (system: string, program: string) => Promise<ServerProgram | undefined>;

/** A user that a package would have created; the group has the same name. */
export interface ServerUser {
  readonly name: string;
  readonly id: number;
  readonly home?: string;
}

export interface ServerEnrolment {
  readonly name: string;
  /** The command that installs it, for the line that says it is skipped. */
  readonly install: string;
  /** Must be there before it starts. */
  readonly users: readonly ServerUser[];
  /** Whether it works only where programs may change to users of their own. */
  readonly changesUsers: boolean;
  /** The server as it is installed here, or undefined. */
  find(findProgram: FindProgram): Promise<RealServer | undefined>;
}

export interface RealServer {
  readonly name: string;
  readonly version: string;
  readonly protocols: readonly Service[];
  /** What it tells a sender of its own domain who asked to hear of success (RFC 3461). */
  readonly notification: Notification;
  /** Resolves when it listens. Rejects with ServerError. */
  start(options: ServerOptions): Promise<RunningServer>;
}

export type Notification =
  /** Nothing: it only takes the parameters in, or does not offer them. */
  | 'none'
  /** That it was delivered, but neither envelope id nor original recipient. */
  | 'bare'
  /** Envelope id and original recipient as they were on the wire, in xtext. */
  | 'undecoded'
  /** Envelope id and original recipient as RFC 3464 sections 2.2.1 and 2.3.1 have them. */
  | 'complete';

export interface ServerOptions {
  /** Its own, empty, and open to every user. */
  readonly folder: string;
  /** One of its protocols. */
  readonly protocol: Service;
  readonly listen: ServerAddress;
  readonly hostname: string;
  readonly domain: string;
  /** Local parts of the recipients that exist. */
  readonly mailboxes: readonly string[];
  readonly messageLimitBytes: number;
}

export type ServerAddress = { readonly address: string; readonly port: number } | { readonly path: string };

export interface RunningServer {
  /** Everything so far, in no order. A message is there once it is complete. */
  stored(): Promise<readonly StoredMessage[]>;
  stop(): Promise<void>;
}

export interface StoredMessage {
  /** Local part of the recipient. */
  readonly mailbox: string;
  /** The reverse-path; undefined when the server does not keep it. */
  readonly sender: string | undefined;
  /** As stored, but without the fields that a server puts on top; its line ends are the server's. */
  readonly content: Buffer;
}

/** It did not start, or cannot be used; one line. */
export class ServerError extends Error {
  override readonly name = 'ServerError';
}
