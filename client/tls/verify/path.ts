/**
 * Paths of certificates from a server's own to a trust anchor (RFC 5280 section 6, as far as TLS clients check it): built
 * in one go without a way back, as OpenSSL does, and checked from end to end.
 */
import { type Certificate, isSelfIssued, isSelfSigned, mayHaveIssued, publicKeyOf } from './certificate.ts';
import type { GeneralName } from './general-name.ts';
import { isWeakKey, isWeakSignature } from './key-strength.ts';
import { constraintViolation } from './name-constraints.ts';
import type { Failures } from './verification.ts';

/** No server needs more, and each may be looked at for each link of a path. */
export const CERTIFICATES_LIMIT = 100;

/** Postfix tells OpenSSL one more than `smtp_tls_scert_verifydepth`, and OpenSSL counts the server's own beside. */
export function lengthLimitOf(verifyDepth: number): number {
  return verifyDepth + 2;
}

/** From the server's own certificate upward. */
export type Path = readonly [Certificate, ...Certificate[]];

export interface PathOptions {
  /** Authorities that are trusted; where one of them is the issuer, only they go on. */
  readonly trusted?: readonly Certificate[];
  /** In the order in which they are preferred. */
  readonly candidates: readonly Certificate[];
  readonly isAnchor: (certificate: Certificate, depth: number) => boolean;
  /** Certificates of a path. */
  readonly lengthLimit: number;
  readonly nowMs: number;
}

export interface BuiltPath {
  readonly path: Path;
  readonly isAnchored: boolean;
  /** It goes on with trusted authorities, whether they lead to a root or not. */
  readonly meetsTrusted: boolean;
}

/** Adds issuers until one is an anchor; up to one more than the limit, which shows that the path is too long. */
export function buildPath(leaf: Certificate, options: PathOptions): BuiltPath {
  const { trusted = [], candidates, isAnchor, lengthLimit, nowMs } = options;
  const path: [Certificate, ...Certificate[]] = [leaf];
  let top = leaf;
  let meetsTrusted = false;
  while (path.length <= lengthLimit) {
    const isRoot = isSelfSigned(top);
    const authority = issuerOf(top, trusted, nowMs);
    if (authority !== undefined && isRoot)
      return { path, isAnchored: authority.raw.equals(top.raw), meetsTrusted };
    meetsTrusted ||= authority !== undefined;
    const isNew = ({ raw }: Certificate) => !path.some((used) => used.raw.equals(raw));
    const isOpen = !isRoot && !meetsTrusted;
    const issuer = authority ?? (isOpen ? issuerOf(top, candidates.filter(isNew), nowMs) : undefined);
    if (issuer === undefined) break;
    path.push(issuer);
    top = issuer;
    const isAnchored = authority === undefined ? isAnchor(issuer, path.length - 1) : isSelfSigned(issuer);
    if (isAnchored) return { path, isAnchored, meetsTrusted };
  }
  return { path, isAnchored: false, meetsTrusted };
}

/** One that is in time, or else the one that was so last. */
function issuerOf(
  certificate: Certificate,
  candidates: readonly Certificate[],
  nowMs: number,
): Certificate | undefined {
  const issuers = candidates.filter((candidate) => mayHaveIssued(candidate, certificate));
  return issuers.find((issuer) => isInTime(issuer, nowMs)) ?? latest(issuers);
}

function isInTime({ notBeforeMs, notAfterMs }: Certificate, nowMs: number): boolean {
  return notBeforeMs <= nowMs && nowMs <= notAfterMs;
}

function latest(certificates: readonly Certificate[]): Certificate | undefined {
  return certificates.toSorted((one, other) => other.notAfterMs - one.notAfterMs)[0];
}

/**
 * Everything but names of the server: purposes, lengths, strength, signatures, dates, name constraints. A bare key that
 * signed the top of the path has been checked before.
 */
export function checkPath(
  path: Path,
  { nowMs, hasBareKey }: { readonly nowMs: number; readonly hasBareKey: boolean },
  failures: Failures,
): void {
  checkUses(path, failures);
  checkStrength(path, failures);
  checkSignatures(path, { nowMs, hasBareKey }, failures);
  checkNameConstraints(path, failures);
}

function checkUses(path: Path, failures: Failures): void {
  let authorities = 0;
  for (const [depth, certificate] of path.entries()) {
    const add = (code: Parameters<Failures['add']>[0]) => failures.add(code, depth, certificate.x509);
    const { hasUnknownCritical, constraints } = certificate.extensions;
    const isTop = depth === path.length - 1;
    if (hasUnknownCritical) add('UNHANDLED_CRITICAL_EXTENSION');
    if (depth > 0 && !(isAuthority(certificate) || (isTop && isAncientAuthority(certificate))))
      add('INVALID_CA');
    if (path.length > 1 && hasExplicitCurve(certificate)) add('EC_KEY_EXPLICIT_PARAMS');
    if (!isForServers(certificate, depth)) add('INVALID_PURPOSE');
    if (depth > 1 && authorities > (constraints?.pathLength ?? Number.POSITIVE_INFINITY))
      add('PATH_LENGTH_EXCEEDED');
    if (depth > 0 && !isSelfIssued(certificate)) authorities += 1;
  }
}

/** Bits of keyUsage. */
const [DIGITAL_SIGNATURE, KEY_ENCIPHERMENT, KEY_AGREEMENT, KEY_CERT_SIGN] = [0, 2, 4, 5];

function isAuthority({ extensions: { constraints, keyUsage } }: Certificate): boolean {
  return constraints?.isAuthority === true && keyUsage?.(KEY_CERT_SIGN) !== false;
}

/** From before basicConstraints; only as an anchor. */
function isAncientAuthority(certificate: Certificate): boolean {
  const { constraints, keyUsage } = certificate.extensions;
  if (constraints !== undefined) return false;
  return keyUsage === undefined
    ? certificate.isFirstVersion && isSelfSigned(certificate)
    : keyUsage(KEY_CERT_SIGN);
}

/** serverAuth, and what Microsoft and Netscape had before there was that. */
const SERVER_PURPOSES: ReadonlySet<string> = new Set([
  '1.3.6.1.5.5.7.3.1',
  '1.3.6.1.4.1.311.10.3.3',
  '2.16.840.1.113730.4.1',
]);

/** Purposes hold for authorities too. */
function isForServers({ extensions: { purposes, keyUsage } }: Certificate, depth: number): boolean {
  if (purposes !== undefined && !purposes.some((purpose) => SERVER_PURPOSES.has(purpose))) return false;
  if (depth > 0 || keyUsage === undefined) return true;
  return [DIGITAL_SIGNATURE, KEY_ENCIPHERMENT, KEY_AGREEMENT].some(keyUsage);
}

/** A curve that is not named but described could be made to fit any signature. */
function hasExplicitCurve({ keyAlgorithm: { id, parameters } }: Certificate): boolean {
  return id === '1.2.840.10045.2.1' && parameters?.tag === 0x30;
}

/** The strength of the leaf's key was judged before; the signature of an anchor does not matter. */
function checkStrength(path: Path, failures: Failures): void {
  for (const [depth, certificate] of path.entries()) {
    if (depth > 0 && isWeakKey(certificate)) failures.add('CA_KEY_TOO_SMALL', depth, certificate.x509);
    if (depth < path.length - 1 && isWeakSignature(certificate))
      failures.add('CA_MD_TOO_WEAK', depth, certificate.x509);
  }
}

/** The dates of an anchor hold if it is a root, or the subject of a bare key. */
function checkSignatures(
  path: Path,
  { nowMs, hasBareKey }: { readonly nowMs: number; readonly hasBareKey: boolean },
  failures: Failures,
): void {
  for (const [depth, certificate] of path.entries()) {
    const issuer = path[depth + 1];
    if (issuer !== undefined && !isSignedBy(certificate, issuer))
      failures.add('CERT_SIGNATURE_FAILURE', depth, certificate.x509);
    if (issuer !== undefined || hasBareKey || isSelfSigned(certificate) || depth === 0)
      checkTime(certificate, depth, nowMs, failures);
  }
}

function isSignedBy({ x509 }: Certificate, issuer: Certificate): boolean {
  const key = publicKeyOf(issuer);
  return key !== undefined && x509.verify(key);
}

function checkTime(certificate: Certificate, depth: number, nowMs: number, failures: Failures): void {
  const { notBeforeMs, notAfterMs, x509 } = certificate;
  if (Number.isNaN(notBeforeMs)) failures.add('ERROR_IN_CERT_NOT_BEFORE_FIELD', depth, x509);
  else if (notBeforeMs > nowMs) failures.add('CERT_NOT_YET_VALID', depth, x509);
  if (Number.isNaN(notAfterMs)) failures.add('ERROR_IN_CERT_NOT_AFTER_FIELD', depth, x509);
  else if (notAfterMs <= nowMs) failures.add('CERT_HAS_EXPIRED', depth, x509);
}

function checkNameConstraints(path: Path, failures: Failures): void {
  for (const [depth, certificate] of path.entries()) {
    if (depth > 0 && isSelfIssued(certificate)) continue;
    const names = namesOf(certificate, depth === 0);
    for (const { extensions } of path.slice(depth + 1)) {
      const violation = extensions.nameConstraints && constraintViolation(names, extensions.nameConstraints);
      if (violation !== undefined) failures.add(violation, depth, certificate.x509);
    }
  }
}

/** Subject and alternative names; the common name of a server counts where it has no DNS name. */
function namesOf({ subject, extensions }: Certificate, isServer: boolean): GeneralName[] {
  const names: GeneralName[] = [...(extensions.alternativeNames ?? [])];
  const hasDnsName = names.some(({ type }) => type === 'dns');
  if (subject.length > 0) names.push({ type: 'directory', name: subject });
  if (!isServer || hasDnsName) return names;
  for (const relative of subject) {
    const host = /^2\.5\.4\.3="([a-z0-9_-]+(?:\.[a-z0-9_-]+)+)"$/.exec(relative)?.[1];
    if (host !== undefined) names.push({ type: 'dns', text: host });
  }
  return names;
}
