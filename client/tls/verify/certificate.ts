/** What a certificate says of itself, as far as paths of certificates depend on it (RFC 5280 section 4). */
import type { KeyObject, X509Certificate } from 'node:crypto';
import { contentOf, DerError, type Element, readAll, readBits, readElement, readOid, TAG } from './der.ts';
import { type DistinguishedName, readName, sameDistinguishedName } from './distinguished-name.ts';
import { type GeneralName, readGeneralNames } from './general-name.ts';
import { type NameConstraints, readNameConstraints } from './name-constraints.ts';

export interface Certificate {
  readonly x509: X509Certificate;
  /** DER of the whole. */
  readonly raw: Buffer;
  /** SubjectPublicKeyInfo in DER, as it stands in the certificate. */
  readonly spki: Buffer;
  readonly isFirstVersion: boolean;
  readonly serialNumber: string;
  readonly subject: DistinguishedName;
  readonly issuer: DistinguishedName;
  /** Milliseconds since 1970; NaN for what is no time. */
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  readonly signatureAlgorithm: Algorithm;
  readonly keyAlgorithm: Algorithm;
  readonly extensions: Extensions;
}

export interface Algorithm {
  readonly id: string;
  readonly parameters: Element | undefined;
}

export interface Extensions {
  /** basicConstraints, if there are any. */
  readonly constraints?: BasicConstraints;
  /** Bits of keyUsage: 0 digitalSignature, 2 keyEncipherment, 4 keyAgreement, 5 keyCertSign. */
  readonly keyUsage?: (bit: number) => boolean;
  /** Object identifiers of extKeyUsage. */
  readonly purposes?: readonly string[];
  readonly subjectKeyId?: Buffer;
  readonly authorityKeyId?: AuthorityKeyId;
  readonly alternativeNames?: readonly GeneralName[];
  readonly nameConstraints?: NameConstraints;
  /** One that is critical, and not known here. */
  readonly hasUnknownCritical: boolean;
  /** Nobody can tell what they say: no authority vouches for the certificate, though a bare key or DNS may. */
  readonly isMalformed: boolean;
}

interface BasicConstraints {
  readonly isAuthority: boolean;
  readonly pathLength?: number;
}

interface AuthorityKeyId {
  readonly keyId: Buffer | undefined;
  readonly issuer: DistinguishedName | undefined;
  readonly serialNumber: string | undefined;
}

/** Reads a certificate; undefined when it is malformed. */
export function readCertificate(x509: X509Certificate): Certificate | undefined {
  try {
    return read(x509);
  } catch (error) {
    if (error instanceof DerError) return undefined;
    throw error;
  }
}

/** The key, if its algorithm is known. */
export function publicKeyOf({ x509 }: Pick<Certificate, 'x509'>): KeyObject | undefined {
  try {
    return x509.publicKey;
  } catch {
    return undefined;
  }
}

export function isSelfIssued({ subject, issuer }: Certificate): boolean {
  return sameDistinguishedName(subject, issuer);
}

/** Judged by its names and key identifiers, not by its signature. */
export function isSelfSigned(certificate: Certificate): boolean {
  return mayHaveIssued(certificate, certificate);
}

/** Whether names, key identifiers and algorithm agree; the signature decides. */
export function mayHaveIssued(issuer: Certificate, certificate: Certificate): boolean {
  if (issuer.extensions.isMalformed || certificate.extensions.isMalformed) return false;
  if (!sameDistinguishedName(issuer.subject, certificate.issuer)) return false;
  if (keyFamily(issuer.keyAlgorithm) !== keyFamily(certificate.signatureAlgorithm)) return false;
  const { authorityKeyId } = certificate.extensions;
  if (authorityKeyId === undefined) return true;
  const { keyId, serialNumber, issuer: above } = authorityKeyId;
  const { subjectKeyId } = issuer.extensions;
  if (keyId !== undefined && subjectKeyId !== undefined && !keyId.equals(subjectKeyId)) return false;
  if (serialNumber !== undefined && serialNumber !== issuer.serialNumber) return false;
  return above === undefined || sameDistinguishedName(above, issuer.issuer);
}

/** Of a key, or of the key that made a signature. */
function keyFamily({ id }: Algorithm): string {
  return FAMILIES.find((prefix) => id.startsWith(prefix)) ?? id;
}

/** RSA, elliptic curves, DSA with SHA-1, DSA with SHA-2. */
const FAMILIES = ['1.2.840.113549.1.1.', '1.2.840.10045.', '1.2.840.10040.4.', '2.16.840.1.101.3.4.3.'];

function read(x509: X509Certificate): Certificate {
  const { raw } = x509;
  const [signed] = readAll(readElement(raw), TAG.sequence);
  const fields = readAll(signed, TAG.sequence);
  const version = fields[0]?.tag === 0xa0 ? fields.shift() : undefined;
  const [serialNumber, signature, issuer, validity, subject, spki, ...rest] = fields;
  const [notBefore, notAfter] = readAll(validity, TAG.sequence);
  const [keyAlgorithm] = readAll(spki, TAG.sequence);
  const written = rest.find(({ tag }) => tag === 0xa3);
  return {
    x509,
    raw,
    spki: spki?.whole ?? Buffer.alloc(0),
    isFirstVersion: version === undefined,
    serialNumber: contentOf(serialNumber, TAG.integer).toString('hex'),
    subject: readName(subject),
    issuer: readName(issuer),
    notBeforeMs: readTime(notBefore),
    notAfterMs: readTime(notAfter),
    signatureAlgorithm: readAlgorithm(signature),
    keyAlgorithm: readAlgorithm(keyAlgorithm),
    extensions: written === undefined ? NO_EXTENSIONS : readExtensions(written.content),
  };
}

export function readAlgorithm(element: Element | undefined): Algorithm {
  const [id, parameters] = readAll(element, TAG.sequence);
  return { id: readOid(id), parameters };
}

/** UTCTime stands for 1950 to 2049 (RFC 5280 section 4.1.2.5). */
function readTime(element: Element | undefined): number {
  let digits = element?.content.toString('latin1') ?? '';
  if (element?.tag === TAG.utcTime) digits = `${digits < '5' ? 20 : 19}${digits}`;
  else if (element?.tag !== TAG.generalizedTime) return Number.NaN;
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(digits);
  if (parts === null) return Number.NaN;
  const [, year, month, day, hour, minute, second] = parts;
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

const NO_EXTENSIONS: Extensions = { hasUnknownCritical: false, isMalformed: false };

/** Malformed ones are met in real life, such as a path length of what is no authority. */
function readExtensions(content: Buffer): Extensions {
  try {
    return readExtensionList(readAll(readElement(content), TAG.sequence));
  } catch (error) {
    if (error instanceof DerError) return { ...NO_EXTENSIONS, isMalformed: true };
    throw error;
  }
}

function readExtensionList(elements: readonly Element[]): Extensions {
  let extensions = NO_EXTENSIONS;
  const seen = new Set<string>();
  for (const element of elements) {
    const parts = readAll(element, TAG.sequence);
    const id = readOid(parts[0]);
    if (seen.has(id)) throw new DerError('an extension comes twice');
    seen.add(id);
    const isCritical = parts.length === 3 && contentOf(parts[1], TAG.boolean)[0] !== 0;
    const reader = READERS.get(id);
    const value = contentOf(parts.at(-1), TAG.octets);
    if (reader !== undefined) extensions = { ...extensions, ...reader(readElement(value)) };
    else if (isCritical && !WITHOUT_EFFECT.has(id)) extensions = { ...extensions, hasUnknownCritical: true };
  }
  return extensions;
}

const READERS = new Map<string, (value: Element) => Partial<Extensions>>([
  ['2.5.29.14', (value) => ({ subjectKeyId: contentOf(value, TAG.octets) })],
  ['2.5.29.15', (value) => ({ keyUsage: readBits(value) })],
  ['2.5.29.17', (value) => ({ alternativeNames: readGeneralNames(contentOf(value, TAG.sequence)) })],
  ['2.5.29.19', (value) => ({ constraints: readConstraints(value) })],
  ['2.5.29.30', (value) => ({ nameConstraints: readNameConstraints(value) })],
  ['2.5.29.35', (value) => ({ authorityKeyId: readAuthorityKeyId(value) })],
  ['2.5.29.37', (value) => ({ purposes: readAll(value, TAG.sequence).map(readOid) })],
]);

/** Policies and CRL distribution points are known, and not checked. */
const WITHOUT_EFFECT: ReadonlySet<string> = new Set([
  '2.5.29.31',
  '2.5.29.32',
  '2.5.29.33',
  '2.5.29.36',
  '2.5.29.54',
]);

/** Longer paths are refused anyway. */
const PATH_LENGTH_BYTES_LIMIT = 4;

function readConstraints(value: Element): BasicConstraints {
  const parts = readAll(value, TAG.sequence);
  const isAuthority = parts[0]?.tag === TAG.boolean && parts.shift()?.content[0] !== 0;
  if (parts.length === 0) return { isAuthority };
  const limit = contentOf(parts[0], TAG.integer);
  if (limit.length === 0 || limit.length > PATH_LENGTH_BYTES_LIMIT)
    throw new DerError('path length out of range');
  const pathLength = limit.readIntBE(0, limit.length);
  if (pathLength < 0 || !isAuthority) throw new DerError('a path length that cannot be');
  return { isAuthority, pathLength };
}

function readAuthorityKeyId(value: Element): AuthorityKeyId {
  const parts = readAll(value, TAG.sequence);
  const issuers = parts.find(({ tag }) => tag === 0xa1);
  const names = issuers && readGeneralNames(issuers.content);
  return {
    keyId: parts.find(({ tag }) => tag === 0x80)?.content,
    issuer: names?.find((name) => name.type === 'directory')?.name,
    serialNumber: parts.find(({ tag }) => tag === 0x82)?.content.toString('hex'),
  };
}
