/** What came of a TLS handshake (security reference 10.1, 11.2). */
import type { TlsLevel } from './level.ts';

export interface TlsStatus {
  /** The level that held for this session: DANE without usable records falls back to `encrypt`. */
  readonly level: TlsLevel;
  /** `TLSv1.3` and the like. */
  readonly protocol: string;
  /** The cipher suite by its OpenSSL name. */
  readonly cipher: string;
  /** Both and more, as the log has it (security reference 11.2). */
  readonly summary: string;
  /** A certificate came. */
  readonly present: boolean;
  /** It is good, or would be but for its name. */
  readonly trusted: boolean;
  /** It is what the level demands: the policy is satisfied. */
  readonly matched: boolean;
  /** Matched, and nothing on the way to the server could be forged: not so at `halfdane`. */
  readonly secured: boolean;
  /** The session of an earlier connection was resumed. */
  readonly resumed: boolean;
  /** Data that binds an authentication to this connection (RFC 5929, RFC 9266); undefined where there is none. */
  channelBinding(type: ChannelBindingType): Uint8Array | undefined;
}

export type ChannelBindingType = 'tls-exporter' | 'tls-unique' | 'tls-server-end-point';
