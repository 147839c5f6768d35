/**
 * Verifies a server by the authorities that this host trusts (RFC 5280 section 6). OpenSSL has done so within the
 * handshake, but tells one fault only, and goes by the clock of the system: both have to be content.
 */
import type { X509Certificate } from 'node:crypto';
import { type Certificate, isSelfSigned, readCertificate } from './certificate.ts';
import { isWeakKey } from './key-strength.ts';
import { buildPath, checkPath } from './path.ts';
import { checkNames, type ReferenceNames } from './reference-names.ts';
import { Failures, type Verification, verificationCode } from './verification.ts';

export interface AuthorityOptions {
  readonly authorities: readonly Certificate[];
  /** Absent: any name will do. */
  readonly names?: ReferenceNames | undefined;
  readonly nowMs: number;
  /** `smtp_tls_scert_verifydepth`. */
  readonly verifyDepth: number;
  /** What OpenSSL found, by the name of the error. */
  readonly libraryError: string | undefined;
}

/** OpenSSL takes two certificates more than Postfix tells it, which is one more than the parameter says. */
const MORE_THAN_DEPTH = 2;
const CERTIFICATES_LIMIT = 100;

/** The chain is what the server sent, its own certificate first. */
export function verifyAuthorities(
  chain: readonly X509Certificate[],
  options: AuthorityOptions,
): Verification {
  const { authorities, names, nowMs, verifyDepth, libraryError } = options;
  const failures = new Failures();
  const [own, ...others] = chain.slice(0, CERTIFICATES_LIMIT);
  const leaf = own && readCertificate(own);
  if (leaf === undefined) {
    failures.add('UNSPECIFIED', 0, own);
    return failures.verification({});
  }
  if (isWeakKey(leaf)) failures.add('EE_KEY_TOO_SMALL', 0, own);
  const isTrusted = ({ raw }: Certificate) => authorities.some((authority) => authority.raw.equals(raw));
  const isRoot = (certificate: Certificate) => isSelfSigned(certificate) && isTrusted(certificate);
  const sent = others.map(readCertificate).filter((certificate) => certificate !== undefined);
  const lengthLimit = verifyDepth + MORE_THAN_DEPTH;
  const { path, isAnchored } = buildPath(leaf, {
    candidates: [...authorities, ...sent],
    isAnchor: isRoot,
    lengthLimit,
    nowMs,
  });
  const depth = path.length - 1;
  const top = path.at(-1) ?? leaf;
  if (!isAnchored && !isRoot(top)) {
    if (path.length > lengthLimit) failures.add('CERT_CHAIN_TOO_LONG', depth, top.x509);
    else if (!isSelfSigned(top)) failures.add('UNABLE_TO_GET_ISSUER_CERT_LOCALLY', depth, top.x509);
    else
      failures.add(
        depth === 0 ? 'DEPTH_ZERO_SELF_SIGNED_CERT' : 'SELF_SIGNED_CERT_IN_CHAIN',
        depth,
        top.x509,
      );
  }
  checkPath(path, { nowMs, hasBareKey: false }, failures);
  const found = names && checkNames(leaf.x509, names);
  for (const code of found?.wrong ?? []) failures.add(code, 0, own);
  const verification = failures.verification({ peerName: found?.peerName });
  if (!verification.trusted || libraryError === undefined) return verification;
  const distrust = new Failures();
  distrust.add(verificationCode(libraryError), 0, own);
  return distrust.verification({});
}
