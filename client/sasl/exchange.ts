/**
 * A SASL exchange from the client's side (RFC 4422 section 3): what a mechanism says to what the server says.
 *
 * An exchange is a generator. It yields what the client sends and is resumed with the challenge of the server; what it
 * returns is the last that it has to send. The first is the initial response, undefined where the server speaks first.
 */
import type { ChannelBindingType } from '../tls/status.ts';

/** Texts are bytes: what a table says is used as it is, unless a mechanism prepares it. */
export interface Credentials {
  readonly user: string;
  readonly password: string;
}

export interface ExchangeContext extends Credentials {
  /** The identity to act as; '' leaves it to the server (`send_cyrus_sasl_authzid`). */
  readonly authorization: string;
  /** `smtp` or `lmtp`: the service in names of what is authenticated to (RFC 4422 section 4). */
  readonly service: string;
  /** Name of the server, as looked up. */
  readonly host: string;
  /** 0 for a unix socket. */
  readonly port: number;
  /** Our own name. */
  readonly hostname: string;
  randomBytes(count: number): Uint8Array;
  /** Undefined without TLS, or where TLS has no such data. */
  channelBinding(): ChannelBinding | undefined;
  /** The server offers a mechanism that binds to TLS, wanted or not. */
  readonly serverBinds: boolean;
}

export interface ChannelBinding {
  readonly type: ChannelBindingType;
  readonly data: Uint8Array;
}

export type Exchange = Generator<Buffer | undefined, Buffer | undefined, Buffer>;

/** In the words of the Cyrus library, which reasons quote (security reference 18.5). */
export type SaslFault =
  | 'generic failure'
  | 'bad protocol / cancel'
  | 'another step is needed in authentication'
  | 'server failed mutual authentication step'
  | 'authentication failure'
  | 'no mechanism available';

/** The exchange cannot go on. Neither the fault nor the detail says anything of credentials. */
export class SaslError extends Error {
  override readonly name = 'SaslError';
  /** For the log: what was wrong. */
  readonly detail: string | undefined;
  readonly level: 'failure' | 'problem';

  constructor(fault: SaslFault, detail?: string, level: 'failure' | 'problem' = 'failure') {
    super(fault);
    this.detail = detail;
    this.level = level;
  }
}

export const EMPTY = Buffer.alloc(0);

/** A user without a name cannot be authenticated. */
export function checkUser({ user }: Credentials): void {
  if (user.trim() === '') throw new SaslError('generic failure', 'All-whitespace username.');
}
