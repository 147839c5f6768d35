/**
 * What TLS has to be like with one server: the outcome of the tables, parameters and DNS records that decide it
 * (security reference, sections 2 to 6).
 */
import type { X509Certificate } from 'node:crypto';
import type { TlsaRecord } from '../../dns/records.ts';
import type { DnsTrust } from '../../dns/trust.ts';
import type { TlsLevel } from '../level.ts';

/** The server that a policy is looked for. */
export interface TlsTarget {
  /** The next hop being tried, as written, `[]` and `:port` included; a fallback relay when that is tried. */
  readonly nexthop: string;
  /** The same without `[]` and port; for a unix socket our own name. */
  readonly domain: string;
  /** Name of the server for policies: as looked up, or its canonical name (`smtp_cname_overrides_servername`). */
  readonly host: string;
  /** Numeric address, or the path of a unix socket. */
  readonly address: string;
  /** 0 for a unix socket. */
  readonly port: number;
  /** How DNS led there; absent for a unix socket. */
  readonly dns?: DnsTrust | undefined;
}

export interface TlsPolicy {
  readonly level: TlsLevel;
  /** A protocol list as written, '' for no restriction; its grammar is checked with the handshake (9.1). */
  readonly protocols: string;
  /** A cipher grade as written, checked likewise (9.2). */
  readonly ciphers: string;
  /** Cipher exclusions, one token each, `eNULL` or `aNULL` that the level adds included (4, step 5). */
  readonly exclusions: readonly string[];
  /** For SNI: '' sends none, `hostname` and `nexthop` stand for those of the target. Not used at DANE levels. */
  readonly serverName: string;
  /** At verify and secure: names, `.parent`s and the strategies `nexthop`, `dot-nexthop`, `hostname`. */
  readonly names: readonly string[];
  /** At fingerprint: digests as upper-case hex pairs separated by colons. */
  readonly fingerprints: readonly string[];
  /** At verify and secure: trust these instead of the local authorities. */
  readonly trustAnchors?: TrustAnchors | undefined;
  /** At DANE levels. */
  readonly dane?: DanePolicy | undefined;
  readonly connectionReuse: boolean;
  /** What another program found out about the destination: MTA-STS (15). */
  readonly external?: ExternalPolicy | undefined;
}

/** The contents of trust-anchor files (10.4). */
export interface TrustAnchors {
  readonly certificates: readonly X509Certificate[];
  /** SubjectPublicKeyInfo in DER. */
  readonly publicKeys: readonly Uint8Array[];
}

/** TLSA records that were found for a server, and where (5.3 to 5.6). */
export interface DanePolicy {
  /** Name under which the TLSA records are: SNI, and the first name that a certificate may have. */
  readonly baseDomain: string;
  /** Those that are parsable (5.4); at least one. */
  readonly records: readonly TlsaRecord[];
  /** Reference names for usage 2, the base domain first. */
  readonly names: readonly string[];
}

export interface ExternalPolicy {
  readonly type: 'sts' | 'no-policy-found';
  readonly domain: string;
  readonly strings: readonly string[];
  readonly mxHostPatterns: readonly string[];
  /** Why certificates cannot count, whatever they say. */
  readonly failure?: string | undefined;
}

/** Why this server cannot be used; another one of the same destination may be. */
export interface TlsPolicyFailure {
  readonly dsn: string;
  readonly reason: string;
}

/** Something in the configuration is wrong; the log says what. */
export const CONFIGURATION_PROBLEM: TlsPolicyFailure = {
  dsn: '4.7.5',
  reason: 'client TLS configuration problem',
};

export function isPolicyFailure(result: TlsPolicy | TlsPolicyFailure): result is TlsPolicyFailure {
  return 'dsn' in result;
}
