/**
 * What a mail host knows of a SASL exchange. It is a generator: it yields challenges, is resumed with responses, and
 * returns whether it believes the client.
 */
import type { ChannelBindingType } from '../../client/tls/status.ts';

export const SASL_LIES = [
  /** Proves the knowledge of some other password (SCRAM's `v=`, DIGEST-MD5's `rspauth`). */
  'wrongProof',
  /** Says yes without a proof. */
  'noProof',
  /** SCRAM: goes on with a nonce that the client did not begin. */
  'foreignNonce',
  /** Asks for ever. */
  'endless',
  /** Asks once more when all is said. */
  'oneMore',
  /** Asks in what is no base64. */
  'badBase64',
  /** SCRAM: names an extension that nobody knows. */
  'unknownExtension',
  /** Expects a binding to some other channel. */
  'otherChannel',
] as const;
export type SaslLie = (typeof SASL_LIES)[number];

export interface SaslOptions {
  /** In the order in which they are offered. */
  readonly mechanisms: readonly string[];
  /** Passwords by user; tokens, for OAUTHBEARER and XOAUTH2. */
  readonly users?: Readonly<Record<string, string>>;
  readonly realm?: string;
  /** Of SCRAM; 4096 when absent. May be anything that a client should refuse. */
  readonly iterations?: number;
  readonly lie?: SaslLie;
}

export interface ServerContext {
  /** Name of this host. */
  readonly host: string;
  randomBytes(count: number): Uint8Array;
  channelBinding?(type: ChannelBindingType): Uint8Array | undefined;
}

export interface ExchangeOptions extends SaslOptions, ServerContext {
  readonly users: Readonly<Record<string, string>>;
}

/** Challenges in base64, if the server is honest. Its first one is yielded before the client has said anything. */
export type ServerExchange = Generator<Buffer, boolean, Buffer>;

/** Whether the client may speak first, and what follows. */
export interface ServerMechanism {
  readonly clientFirst: boolean;
  /** What the client says too early is overheard: it refers to an exchange that is not remembered here. */
  readonly ignoresInitial?: true;
  begin(options: ExchangeOptions): ServerExchange;
}
