/** Verifies a server by the authorities that are trusted here (RFC 5280; `smtp_tls_CAfile`, security reference 9.3). */
import type { X509Certificate } from 'node:crypto';
import { type Certificate, isSelfSigned, readCertificate } from './certificate.ts';
import { isWeakKey } from './key-strength.ts';
import { type BuiltPath, buildPath, CERTIFICATES_LIMIT, checkPath, lengthLimitOf } from './path.ts';
import { addNameFaults, type ReferenceNames } from './reference-names.ts';
import { Failures, type Verification, type VerificationCode } from './verification.ts';

export interface AuthorityOptions {
  /** See `readAuthorities`. */
  readonly authorities: readonly Certificate[];
  /** Not compared when absent: below the level `verify` it only matters who issued the certificate. */
  readonly names?: ReferenceNames | undefined;
  readonly nowMs: number;
  /** `smtp_tls_scert_verifydepth`. */
  readonly verifyDepth: number;
}

/** Reads authorities once for many verifications; malformed ones are of no use. */
export function readAuthorities(certificates: readonly X509Certificate[]): readonly Certificate[] {
  return certificates.map(readCertificate).filter((certificate) => certificate !== undefined);
}

/** The chain is what the server sent, its own certificate first. */
export function verifyAuthorities(
  chain: readonly X509Certificate[],
  { authorities, names, nowMs, verifyDepth }: AuthorityOptions,
): Verification {
  const failures = new Failures();
  const [own, ...others] = chain.slice(0, CERTIFICATES_LIMIT);
  const leaf = own && readCertificate(own);
  if (leaf === undefined) {
    failures.add('UNSPECIFIED', 0, own);
    return failures.verification({});
  }
  if (isWeakKey(leaf)) failures.add('EE_KEY_TOO_SMALL', 0, own);
  const built = buildPath(leaf, {
    trusted: authorities,
    candidates: readAuthorities(others),
    isAnchor: () => false,
    lengthLimit: lengthLimitOf(verifyDepth),
    nowMs,
  });
  const { path, isAnchored } = built;
  if (!isAnchored) failures.add(pathFailure(built, verifyDepth), path.length - 1, path.at(-1)?.x509);
  const peerName = names && addNameFaults(leaf.x509, names, failures);
  checkPath(path, { nowMs, hasBareKey: false }, failures);
  return failures.verification({ peerName });
}

/** Why a path leads nowhere. */
function pathFailure({ path, meetsTrusted }: BuiltPath, verifyDepth: number): VerificationCode {
  if (path.length > lengthLimitOf(verifyDepth)) return 'CERT_CHAIN_TOO_LONG';
  if (isSelfSigned(path.at(-1) ?? path[0]))
    return path.length === 1 ? 'DEPTH_ZERO_SELF_SIGNED_CERT' : 'SELF_SIGNED_CERT_IN_CHAIN';
  return meetsTrusted ? 'UNABLE_TO_GET_ISSUER_CERT' : 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY';
}
