/** What comes of verifying a server's certificates, and the words for it (security reference 10.5, 11.3). */
import type { X509Certificate } from 'node:crypto';
import type { TlsaRecord } from '../../dns/records.ts';

/** Numbers and texts of OpenSSL, X509_verify_cert_error_string(3). */
export const VERIFICATION_ERRORS = {
  UNSPECIFIED: [1, 'unspecified certificate verification error'],
  UNABLE_TO_GET_ISSUER_CERT: [2, 'unable to get issuer certificate'],
  CERT_SIGNATURE_FAILURE: [7, 'certificate signature failure'],
  CERT_NOT_YET_VALID: [9, 'certificate is not yet valid'],
  CERT_HAS_EXPIRED: [10, 'certificate has expired'],
  ERROR_IN_CERT_NOT_BEFORE_FIELD: [13, "format error in certificate's notBefore field"],
  ERROR_IN_CERT_NOT_AFTER_FIELD: [14, "format error in certificate's notAfter field"],
  DEPTH_ZERO_SELF_SIGNED_CERT: [18, 'self-signed certificate'],
  SELF_SIGNED_CERT_IN_CHAIN: [19, 'self-signed certificate in certificate chain'],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: [20, 'unable to get local issuer certificate'],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: [21, 'unable to verify the first certificate'],
  CERT_CHAIN_TOO_LONG: [22, 'certificate chain too long'],
  PATH_LENGTH_EXCEEDED: [25, 'path length constraint exceeded'],
  INVALID_PURPOSE: [26, 'unsuitable certificate purpose'],
  CERT_UNTRUSTED: [27, 'certificate not trusted'],
  CERT_REJECTED: [28, 'certificate rejected'],
  KEYUSAGE_NO_CERTSIGN: [32, 'key usage does not include certificate signing'],
  UNHANDLED_CRITICAL_EXTENSION: [34, 'unhandled critical extension'],
  PERMITTED_VIOLATION: [47, 'permitted subtree violation'],
  EXCLUDED_VIOLATION: [48, 'excluded subtree violation'],
  SUBTREE_MINMAX: [49, 'name constraints minimum and maximum not supported'],
  UNSUPPORTED_CONSTRAINT_TYPE: [51, 'unsupported name constraint type'],
  HOSTNAME_MISMATCH: [62, 'hostname mismatch'],
  IP_ADDRESS_MISMATCH: [64, 'IP address mismatch'],
  DANE_NO_MATCH: [65, 'no matching DANE TLSA records'],
  EE_KEY_TOO_SMALL: [66, 'EE certificate key too weak'],
  CA_KEY_TOO_SMALL: [67, 'CA certificate key too weak'],
  CA_MD_TOO_WEAK: [68, 'CA signature digest algorithm too weak'],
  INVALID_CA: [79, 'invalid CA certificate'],
  EC_KEY_EXPLICIT_PARAMS: [94, 'Certificate public key has explicit ECC parameters'],
} as const satisfies Readonly<Record<string, readonly [number: number, text: string]>>;

/** As OpenSSL and Node.js name them. */
export type VerificationCode = keyof typeof VERIFICATION_ERRORS;

export interface VerificationFailure {
  readonly code: VerificationCode;
  /** 0 is the server's own certificate. */
  readonly depth: number;
  readonly certificate?: X509Certificate | undefined;
}

export interface Verification {
  /** Nothing is wrong. */
  readonly matched: boolean;
  /** Nothing is wrong but perhaps the name. */
  readonly trusted: boolean;
  /** The one that counts; exactly when not matched. */
  readonly failure?: VerificationFailure | undefined;
  /** The name that the certificate was found to have, if names were compared. */
  readonly peerName?: string | undefined;
  readonly match?: TlsaMatch | undefined;
}

/** The record that decided. */
export interface TlsaMatch {
  readonly record: TlsaRecord;
  /** Of the certificate that it is about. */
  readonly depth: number;
  /** It is a key that verified that certificate, without a certificate of its own. */
  readonly isBareKey: boolean;
}

/**
 * Collects what is wrong. The failure closest to the server's own certificate counts, the first one there; that of a
 * name only if there is no other.
 */
export class Failures {
  #counting: VerificationFailure | undefined;

  add(code: VerificationCode, depth: number, certificate?: X509Certificate): void {
    const { code: earlier, depth: earlierDepth = Number.POSITIVE_INFINITY } = this.#counting ?? {};
    if (earlier !== undefined && code === 'HOSTNAME_MISMATCH') return;
    if (earlierDepth <= depth && earlier !== 'HOSTNAME_MISMATCH') return;
    this.#counting = { code, depth, certificate };
  }

  verification(found: Pick<Verification, 'match' | 'peerName'>): Verification {
    const failure = this.#counting;
    const matched = failure === undefined;
    return { matched, trusted: matched || failure.code === 'HOSTNAME_MISMATCH', failure, ...found };
  }
}

/** As Node.js says it of the chains that it verified itself (`authorizationError`). */
export function verificationCode(text: string): VerificationCode {
  return Object.hasOwn(VERIFICATION_ERRORS, text) ? (text as VerificationCode) : 'UNSPECIFIED';
}

/** `certificate_has_expired`, for reports (security reference 16). */
export function failureText(code: VerificationCode): string {
  return VERIFICATION_ERRORS[code][1];
}

/** The line of the log; `peer` is `host[address]:port`. */
export function failureLine({ code, depth, certificate }: VerificationFailure, peer: string): string {
  const kind = depth > 0 ? 'CA' : 'server';
  const failed = `certificate verification failed for ${peer}:`;
  switch (code) {
    case 'CERT_UNTRUSTED':
      return `${failed} not trusted by local or TLSA policy`;
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
      return `${failed} self-signed certificate`;
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
      return `${failed} untrusted issuer ${certificate ? oneLine(certificate.issuer) : '<unknown>'}`;
    case 'CERT_NOT_YET_VALID':
    case 'ERROR_IN_CERT_NOT_BEFORE_FIELD':
      return `${kind} ${failed} certificate not yet valid`;
    case 'CERT_HAS_EXPIRED':
    case 'ERROR_IN_CERT_NOT_AFTER_FIELD':
      return `${kind} ${failed} certificate has expired`;
    case 'INVALID_PURPOSE':
      return `${failed} not designated for use as a ${kind} certificate`;
    case 'CERT_CHAIN_TOO_LONG':
      return `${failed} certificate chain longer than limit(${depth - 1})`;
    default: {
      const [number, text] = VERIFICATION_ERRORS[code];
      return `${kind} ${failed} num=${number}:${text}`;
    }
  }
}

/** `/O=Example/CN=Example CA`, of a name as Node.js writes it, a line for each part. */
function oneLine(name: string | undefined): string {
  const parts = (name ?? '').split('\n').map((part) => `/${part}`);
  return parts.join('').replace(/[^\x20-\x7e]/g, '?');
}
