/**
 * How a server is going to be verified in one session. What the policy names may turn out to be of no use before the
 * handshake; then the level changes, or nothing can satisfy it (security reference 5.4, 10).
 */
import type { X509Certificate } from 'node:crypto';
import type { Settings } from '../../config/register.ts';
import type { TlsaRecord } from '../../dns/records.ts';
import { readDigests } from '../dane/digests.ts';
import { fingerprintRecords, presentTlsa, unusableText, usableRecords } from '../dane/records.ts';
import {
  anchorMatchText,
  daneMatchText,
  fingerprintDigests,
  fingerprintMatchText,
  verifyAnchors,
  verifyDane,
  verifyFingerprints,
} from '../dane/verify.ts';
import { type TlsLevel, usesDane, usesPkix } from '../level.ts';
import type { DanePolicy, TlsPolicy, TlsTarget } from '../policy/policy.ts';
import { verifyAuthorities } from './authorities.ts';
import type { Certificate } from './certificate.ts';
import { type ReferenceNames, referenceNames } from './reference-names.ts';
import {
  Failures,
  type TlsaMatch,
  type Verification,
  type VerificationCode,
  verificationCode,
} from './verification.ts';

export interface PeerCheckContext {
  readonly settings: Pick<
    Settings,
    'tls_dane_digests' | 'smtp_tls_fingerprint_digest' | 'smtp_tls_scert_verifydepth'
  >;
  readonly authorities: readonly Certificate[];
  readonly nowMs: number;
  /** `host[address]:port` */
  readonly peer: string;
  readonly warn: (text: string) => void;
}

export interface PeerCheck {
  /** The level that holds for the session. */
  readonly level: TlsLevel;
  /** Why nothing that the server shows will do, for reports (security reference 16). */
  readonly hopeless?:
    | 'all-TLSA-records-unusable'
    | 'all-fingerprints-unusable'
    | 'all-trust-anchors-unusable';
  /** What sessions must have in common to share the result. */
  readonly key: readonly string[];
  /** `libraryError` is what OpenSSL said of the chain, by name. */
  verify(chain: readonly X509Certificate[], libraryError: string | undefined): Verification;
  /** The line of the log about what matched, after the server's name. */
  describe(match: TlsaMatch): string;
}

export function peerCheck(policy: TlsPolicy, target: TlsTarget, context: PeerCheckContext): PeerCheck {
  const { dane } = policy;
  if (usesDane(policy.level) && dane !== undefined) return daneCheck(policy.level, dane, context);
  if (policy.level === 'fingerprint') return fingerprintCheck(policy, context);
  return chainCheck(policy, target, context);
}

function daneCheck(level: TlsLevel, { records, names }: DanePolicy, context: PeerCheckContext): PeerCheck {
  const { settings, peer, warn } = context;
  const digests = readDigests(settings.tls_dane_digests, warn);
  const usable = usableRecords(records, digests, (record) => warn(unusableText(record, peer)));
  if (usable.length === 0) {
    const isMandatory = level === 'dane-only';
    const what = `${peer}: all TLSA records unusable`;
    warn(isMandatory ? what : `${what}, fallback to unauthenticated TLS`);
    const hopeless = 'all-TLSA-records-unusable' as const;
    if (isMandatory) return { ...hopelessCheck(level), hopeless };
    return { ...chainOnly('encrypt', context), hopeless };
  }
  const hosts: ReferenceNames = { hosts: names };
  return {
    level,
    key: usable.map(presentWhole).sort(),
    verify: (chain) => verifyDane(chain, { ...validity(context), records: usable, digests, names: hosts }),
    describe: daneMatchText,
  };
}

function fingerprintCheck({ level, fingerprints }: TlsPolicy, context: PeerCheckContext): PeerCheck {
  const { settings, peer, warn } = context;
  const digest = settings.smtp_tls_fingerprint_digest;
  const records = fingerprintRecords(fingerprints);
  const usable = usableRecords(records, fingerprintDigests(digest), (record) =>
    warn(unusableText(record, peer)),
  );
  if (usable.length === 0) {
    warn(`${peer}: all fingerprints unusable`);
    return { ...hopelessCheck(level), hopeless: 'all-fingerprints-unusable' };
  }
  return {
    level,
    key: usable.map(presentWhole).sort(),
    verify: ([leaf]) => (leaf === undefined ? distrusted() : verifyFingerprints(leaf, fingerprints, digest)),
    describe: fingerprintMatchText,
  };
}

function chainCheck(policy: TlsPolicy, target: TlsTarget, context: PeerCheckContext): PeerCheck {
  const { level, trustAnchors: anchors } = policy;
  if (!usesPkix(level)) return chainOnly(level, context);
  const warn = (text: string) => context.warn(`${context.peer}: ${text}`);
  const names = referenceNames(policy.names, { nexthop: target.domain, hostname: target.host, warn });
  if (names.hosts.length === 0 && names.address === undefined) return hopelessCheck(level);
  const key = [JSON.stringify(names)];
  if (anchors === undefined) return { ...chainOnly(level, context, names), key };
  if (anchors.certificates.length + anchors.publicKeys.length === 0) {
    warn('all trust anchors unusable');
    return { ...hopelessCheck(level), hopeless: 'all-trust-anchors-unusable' };
  }
  for (const { fingerprint256 } of anchors.certificates) key.push(fingerprint256);
  for (const spki of anchors.publicKeys) key.push(Buffer.from(spki).toString('hex'));
  return {
    level,
    key,
    verify: (chain) => verifyAnchors(chain, { ...validity(context), anchors, names }),
    describe: anchorMatchText,
  };
}

function chainOnly(level: TlsLevel, context: PeerCheckContext, names?: ReferenceNames): PeerCheck {
  const { authorities } = context;
  return {
    level,
    key: [],
    verify: (chain, libraryError) => {
      const verification = verifyAuthorities(chain, { ...validity(context), authorities, names });
      // OpenSSL goes by the clock of the system, and knows of no names: trust takes both.
      const isAgreed = !verification.trusted || libraryError === undefined;
      return isAgreed ? verification : distrusted(verificationCode(libraryError));
    },
    describe: anchorMatchText,
  };
}

function hopelessCheck(level: TlsLevel): PeerCheck {
  return { level, key: ['hopeless'], verify: () => distrusted(), describe: anchorMatchText };
}

/** Whatever the server shows. */
export function distrusted(code: VerificationCode = 'UNSPECIFIED'): Verification {
  const failures = new Failures();
  failures.add(code, 0);
  return failures.verification({});
}

function validity({ settings, nowMs }: PeerCheckContext): { nowMs: number; verifyDepth: number } {
  return { nowMs, verifyDepth: settings.smtp_tls_scert_verifydepth };
}

/** With all of its data, where the log shortens it. */
function presentWhole(record: TlsaRecord): string {
  return `${presentTlsa(record)} ${Buffer.from(record.data).toString('hex')}`;
}
