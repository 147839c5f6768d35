/** TLSA records: which can be kept, which can be used, and how they are shown (security reference 5.4). */
import { createPublicKey, X509Certificate } from 'node:crypto';
import type { TlsaRecord } from '../../dns/records.ts';
import type { TrustAnchors } from '../policy/policy.ts';
import { readElement } from '../verify/der.ts';
import { type Digests, PRIVATE_MATCHING_TYPE } from './digests.ts';

export const USAGE = { trustAnchor: 2, endEntity: 3 } as const;
export const SELECTOR = { certificate: 0, publicKey: 1 } as const;
/** Matching type of records with the whole certificate or key. */
export const FULL = 0;

/** Long data is shown by its ends. */
const SHOWN_END_BYTES = 32;

/** `3 1 1 HEX` */
export function presentTlsa({ usage, selector, matchingType, data }: TlsaRecord): string {
  return `${usage} ${selector} ${matchingType} ${presentTlsaData(data)}`;
}

export function presentTlsaData(data: Uint8Array): string {
  const bytes = Buffer.from(data);
  const hex = (part: Buffer) => part.toString('hex').toUpperCase();
  if (bytes.length <= 2 * SHOWN_END_BYTES) return hex(bytes);
  return `${hex(bytes.subarray(0, SHOWN_END_BYTES))}...${hex(bytes.subarray(-SHOWN_END_BYTES))}`;
}

/** Those worth keeping of an answer to a query for `asked`; the others are warned of. */
export function parsableRecords(
  records: readonly TlsaRecord[],
  asked: string,
  warn: (text: string) => void,
): readonly TlsaRecord[] {
  return records.filter((record) => {
    const { name, usage, matchingType, data } = record;
    const owner = name.toLowerCase() === asked.toLowerCase() ? name : `${asked} -> ${name}`;
    let complaint: string | undefined;
    if (data.length === 0) {
      warn(`${owner}: truncated TLSA RR length == 3`);
      return false;
    }
    if (usage !== USAGE.trustAnchor && usage !== USAGE.endEntity)
      complaint = 'unsupported TLSA certificate usage';
    else if (matchingType === PRIVATE_MATCHING_TYPE) complaint = 'reserved private-use matching type';
    if (complaint !== undefined) warn(`${owner} ${complaint}: ${presentTlsa(record)}`);
    return complaint === undefined;
  });
}

/** Those that certificates can be compared with. `unusable` is told of the others. */
export function usableRecords(
  records: readonly TlsaRecord[],
  digests: Digests,
  unusable: (record: TlsaRecord) => void,
): readonly TlsaRecord[] {
  return records.filter((record) => {
    const isUsable = canCompare(record, digests);
    if (!isUsable) unusable(record);
    return isUsable;
  });
}

/** For `unusable`; `peer` is `host[address]:port`. */
export function unusableText(record: TlsaRecord, peer: string): string {
  return `${peer}: unusable TLSA RR: ${presentTlsa(record)}`;
}

function canCompare({ selector, matchingType, data }: TlsaRecord, digests: Digests): boolean {
  if (selector !== SELECTOR.certificate && selector !== SELECTOR.publicKey) return false;
  if (matchingType !== FULL) return digests.get(matchingType)?.lengthBytes === data.length;
  const der = Buffer.from(data);
  try {
    readElement(der);
    if (selector === SELECTOR.publicKey)
      return createPublicKey({ key: der, format: 'der', type: 'spki' }) !== undefined;
    return new X509Certificate(der).publicKey !== undefined;
  } catch {
    return false;
  }
}

/** What trust-anchor files come to: an anchor may be any certificate of a chain, and need not be sent (10.4). */
export function anchorRecords({ certificates, publicKeys }: TrustAnchors): readonly TlsaRecord[] {
  const usages = [USAGE.trustAnchor, USAGE.endEntity];
  return usages.flatMap((usage) => [
    ...certificates.map(({ raw }) => recordOf(usage, SELECTOR.certificate, FULL, raw)),
    ...publicKeys.map((key) => recordOf(usage, SELECTOR.publicKey, FULL, key)),
  ]);
}

/** What fingerprints come to, each being that of a public key or of a certificate (10.3); the last one comes first. */
export function fingerprintRecords(fingerprints: readonly string[]): readonly TlsaRecord[] {
  return fingerprints.toReversed().flatMap((fingerprint) => {
    const data = Buffer.from(fingerprint.replaceAll(':', ''), 'hex');
    return [SELECTOR.publicKey, SELECTOR.certificate].map((selector) =>
      recordOf(USAGE.endEntity, selector, PRIVATE_MATCHING_TYPE, data),
    );
  });
}

/** A record that comes from no zone. */
function recordOf(usage: number, selector: number, matchingType: number, data: Uint8Array): TlsaRecord {
  return { type: 'TLSA', name: '', ttlSeconds: 0, usage, selector, matchingType, data };
}
