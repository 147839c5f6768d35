/**
 * Verifies a server by TLSA records (RFC 7671 and 7672, security reference 5.5): those of DNS, or those that
 * trust-anchor files (10.4) and fingerprints (10.3) come to.
 *
 * The chain is what the server sent, its own certificate first, the others in any order and with any that do not belong.
 */
import { createHash, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import type { TlsaRecord } from '../../dns/records.ts';
import type { TrustAnchors } from '../policy/policy.ts';
import { type Certificate, readCertificate } from '../verify/certificate.ts';
import { isWeakKey } from '../verify/key-strength.ts';
import { buildPath, CERTIFICATES_LIMIT, checkPath, lengthLimitOf, type Path } from '../verify/path.ts';
import { addNameFaults, type ReferenceNames } from '../verify/reference-names.ts';
import { Failures, type TlsaMatch, type Verification } from '../verify/verification.ts';
import { type Digests, digestNamed, PRIVATE_MATCHING_TYPE } from './digests.ts';
import {
  anchorRecords,
  FULL,
  fingerprintRecords,
  presentTlsa,
  presentTlsaData,
  SELECTOR,
  USAGE,
  usableRecords,
} from './records.ts';

export interface VerifyOptions {
  readonly names: ReferenceNames;
  readonly nowMs: number;
  /** `smtp_tls_scert_verifydepth`. */
  readonly verifyDepth: number;
}

export interface DaneOptions extends VerifyOptions {
  /** Those that are not usable do not count. */
  readonly records: readonly TlsaRecord[];
  readonly digests: Digests;
}

export interface AnchorOptions extends VerifyOptions {
  readonly anchors: TrustAnchors;
}

/** By records of DNS. Names count for trust anchors, and not where the server's own certificate is in DNS. */
export function verifyDane(chain: readonly X509Certificate[], options: DaneOptions): Verification {
  return verify(chain, { ...options, endEntityNames: undefined });
}

/** By the contents of trust-anchor files. The name counts also if the anchor is the server's own certificate. */
export function verifyAnchors(chain: readonly X509Certificate[], options: AnchorOptions): Verification {
  const { anchors, names } = options;
  return verify(chain, {
    ...options,
    records: anchorRecords(anchors),
    digests: new Map(),
    endEntityNames: names,
  });
}

/** By fingerprints of its own certificate or public key: dates and names do not count. */
export function verifyFingerprints(
  leaf: X509Certificate,
  fingerprints: readonly string[],
  digest: string,
): Verification {
  return verify([leaf], {
    records: fingerprintRecords(fingerprints),
    digests: fingerprintDigests(digest),
    endEntityNames: undefined,
    names: { hosts: [] },
    nowMs: 0,
    verifyDepth: 0,
  });
}

/** To tell usable fingerprints from others. */
export function fingerprintDigests(name: string): Digests {
  const digest = digestNamed(name, 1);
  return new Map(digest && [[PRIVATE_MATCHING_TYPE, digest]]);
}

/** Of DNS records; `Matched fingerprint: ...` and `Matched trust anchor at depth 1` have their own functions. */
export function daneMatchText({ record, depth, isBareKey }: TlsaMatch): string {
  const certificate = depth > 0 ? 'TA certificate' : 'EE certificate';
  const what = isBareKey ? 'TA public key verified certificate' : certificate;
  return `Matched DANE ${what} at depth ${depth}: ${presentTlsa(record)}`;
}

export function anchorMatchText({ depth }: TlsaMatch): string {
  return `Matched trust anchor at depth ${depth}`;
}

export function fingerprintMatchText({ record }: TlsaMatch): string {
  return `Matched fingerprint: ${presentTlsaData(record.data)}`;
}

interface Rules extends DaneOptions {
  /** What the server's own certificate has to be called if a record names it. */
  readonly endEntityNames: ReferenceNames | undefined;
}

function verify(chain: readonly X509Certificate[], rules: Rules): Verification {
  const failures = new Failures();
  const [own, ...others] = chain.slice(0, CERTIFICATES_LIMIT);
  const leaf = own && readCertificate(own);
  if (leaf === undefined) {
    failures.add('UNSPECIFIED', 0, own);
    return failures.verification({});
  }
  if (isWeakKey(leaf)) failures.add('EE_KEY_TOO_SMALL', 0, own);
  const usable = usableRecords(rules.records, rules.digests, () => {});
  const records = agile(usable, rules.digests);
  const match = findMatch(leaf, 0, USAGE.endEntity, records, rules.digests);
  if (match !== undefined) {
    const peerName = rules.endEntityNames && addNameFaults(leaf.x509, rules.endEntityNames, failures);
    return failures.verification({ match, peerName });
  }
  if (!records.some(({ usage }) => usage === USAGE.trustAnchor)) {
    failures.add('DANE_NO_MATCH', 0, own);
    return failures.verification({});
  }
  return verifyPath(leaf, others, { ...rules, records }, failures);
}

function verifyPath(
  leaf: Certificate,
  others: readonly X509Certificate[],
  rules: DaneOptions,
  failures: Failures,
): Verification {
  const { records, digests, names, nowMs, verifyDepth } = rules;
  let match: TlsaMatch | undefined;
  const lengthLimit = lengthLimitOf(verifyDepth);
  const { path, isAnchored } = buildPath(leaf, {
    candidates: [...suppliedCertificates(records), ...others.map(readCertificate)].filter(isPresent),
    isAnchor: (certificate, depth) => {
      match = findMatch(certificate, depth, USAGE.trustAnchor, records, digests);
      return match !== undefined;
    },
    lengthLimit,
    nowMs,
  });
  const depth = path.length - 1;
  const top = path.at(-1)?.x509;
  if (!isAnchored && path.length > lengthLimit) failures.add('CERT_CHAIN_TOO_LONG', depth, top);
  else if (!isAnchored) {
    match = bareKeyMatch(path, records);
    if (match === undefined) failures.add('DANE_NO_MATCH', depth, top);
  }
  const peerName = addNameFaults(leaf.x509, names, failures);
  checkPath(path, { nowMs, hasBareKey: match?.isBareKey === true }, failures);
  return failures.verification({ match, peerName });
}

/** The strongest digest of a usage and selector counts, and records with the whole (RFC 7671 section 9). */
function agile(records: readonly TlsaRecord[], digests: Digests): readonly TlsaRecord[] {
  const strengthOf = ({ matchingType }: TlsaRecord) => digests.get(matchingType)?.strength ?? 0;
  const strongest = new Map<string, number>();
  const kindOf = ({ usage, selector }: TlsaRecord) => `${usage} ${selector}`;
  for (const record of records) {
    const kind = kindOf(record);
    strongest.set(kind, Math.max(strongest.get(kind) ?? 0, strengthOf(record)));
  }
  return records
    .filter((record) => record.matchingType === FULL || strengthOf(record) === strongest.get(kindOf(record)))
    .toSorted((one, other) => other.selector - one.selector || strengthOf(other) - strengthOf(one));
}

function findMatch(
  certificate: Certificate,
  depth: number,
  usage: number,
  records: readonly TlsaRecord[],
  digests: Digests,
): TlsaMatch | undefined {
  const record = records.find((record) => record.usage === usage && matches(certificate, record, digests));
  return record && { record, depth, isBareKey: false };
}

function matches({ raw, spki }: Certificate, record: TlsaRecord, digests: Digests): boolean {
  const { selector, matchingType, data } = record;
  const whole = selector === SELECTOR.certificate ? raw : spki;
  if (matchingType === FULL) return whole.equals(data);
  const digest = digests.get(matchingType);
  return digest !== undefined && createHash(digest.algorithm).update(whole).digest().equals(data);
}

/** Records with a whole certificate stand in for what the server does not send. */
function suppliedCertificates(records: readonly TlsaRecord[]): readonly (Certificate | undefined)[] {
  return records
    .filter((record) => isAnchorWith(record, SELECTOR.certificate))
    .map(({ data }) => readCertificate(new X509Certificate(data)));
}

/** A key alone may have signed the top of the path. */
function bareKeyMatch(path: Path, records: readonly TlsaRecord[]): TlsaMatch | undefined {
  const depth = path.length - 1;
  const record = records.find(
    (record) => isAnchorWith(record, SELECTOR.publicKey) && path[depth]?.x509.verify(keyOf(record)),
  );
  return record && { record, depth, isBareKey: true };
}

function isAnchorWith({ usage, selector, matchingType }: TlsaRecord, wanted: number): boolean {
  return usage === USAGE.trustAnchor && selector === wanted && matchingType === FULL;
}

function keyOf({ data }: TlsaRecord): KeyObject {
  return createPublicKey({ key: Buffer.from(data), format: 'der', type: 'spki' });
}

function isPresent<T>(value: T | undefined): value is T {
  return value !== undefined;
}
