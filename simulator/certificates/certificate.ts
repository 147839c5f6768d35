/** Writes X.509 certificates (RFC 5280), correct ones and every kind that a client should refuse. */
import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import ipaddr from 'ipaddr.js';
import * as der from './der.ts';
import type { KeyKind } from './keys.ts';
import { type SignatureDigest, signatureAlgorithm, signatureOf } from './signature.ts';

/** RFC 5280 4.2.1.3, in the order of their bits. */
const KEY_USAGES = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
] as const;
export type KeyUsage = (typeof KEY_USAGES)[number];

const EXTENDED_KEY_USAGES = {
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
  codeSigning: '1.3.6.1.5.5.7.3.3',
  emailProtection: '1.3.6.1.5.5.7.3.4',
} as const;
export type ExtendedKeyUsage = keyof typeof EXTENDED_KEY_USAGES;

/** Clients compare with real time, so the good ones are good for long. */
const VALIDITIES = {
  good: ['2020-01-01T00:00:00Z', '2120-01-01T00:00:00Z'],
  expired: ['2020-01-01T00:00:00Z', '2021-01-01T00:00:00Z'],
  notYetValid: ['2110-01-01T00:00:00Z', '2120-01-01T00:00:00Z'],
} as const;
export type Validity = keyof typeof VALIDITIES;

export interface CertificateOptions {
  /** Common name of the subject; '' for an empty subject. The name that it is made for when absent. */
  readonly commonName?: string;
  /** DNS names (subjectAltName); the name that it is made for when absent, none with `[]`. */
  readonly names?: readonly string[];
  /** IP addresses (subjectAltName). */
  readonly addresses?: readonly string[];
  /** 2020 to 2120 when absent; `expired` ended in 2021, `notYetValid` begins in 2110. */
  readonly validity?: Validity;
  /** `ec` when absent. */
  readonly key?: KeyKind;
  /** Whose key it is: the same name and kind, the same key. The name that the certificate is made for when absent. */
  readonly keyName?: string;
  /** Of the signature; sha256 when absent, meaningless where an Ed25519 key signs. */
  readonly digest?: SignatureDigest;
  /** No such extension when absent. */
  readonly keyUsage?: readonly KeyUsage[];
  readonly extendedKeyUsage?: readonly ExtendedKeyUsage[];
  /** Whether it may issue certificates. */
  readonly authority?: boolean;
  /** How many authorities may stand below it. */
  readonly pathLength?: number;
  /** Name constraints: DNS names below which names may be, or must not be. */
  readonly permitted?: readonly string[];
  readonly excluded?: readonly string[];
  /** Tells certificates of one name and key apart; 1 when absent. */
  readonly serial?: number;
}

export interface Issuer {
  /** A distinguished name in DER. */
  readonly subject: Buffer;
  readonly key: KeyObject;
}

export function subjectOf(name: string, { commonName = name }: CertificateOptions): Buffer {
  if (commonName === '') return der.sequence();
  return der.sequence(der.set(der.sequence(der.oid('2.5.4.3'), der.utf8(commonName))));
}

const knownSpki = new WeakMap<KeyObject, Buffer>();

/** SubjectPublicKeyInfo in DER. */
export function spkiOf(key: KeyObject): Buffer {
  const spki = knownSpki.get(key) ?? createPublicKey(key).export({ type: 'spki', format: 'der' });
  knownSpki.set(key, spki);
  return spki;
}

/** A certificate in DER. */
export function writeCertificate(
  name: string,
  key: KeyObject,
  issuer: Issuer,
  options: CertificateOptions,
): Buffer {
  const { digest = 'sha256', validity = 'good', serial = 1 } = options;
  const [notBefore, notAfter] = VALIDITIES[validity];
  const algorithm = signatureAlgorithm(issuer.key, digest);
  const signed = der.sequence(
    der.tagged(0, der.integer(2)),
    der.integer(serialNumber(name, serial)),
    algorithm,
    issuer.subject,
    der.sequence(der.time(notBefore), der.time(notAfter)),
    subjectOf(name, options),
    spkiOf(key),
    der.tagged(3, der.sequence(...extensions(name, key, issuer, options))),
  );
  return der.sequence(signed, algorithm, der.bits(signatureOf(signed, issuer.key, digest)));
}

/** Issuers must not use a serial number twice; the name makes it unlike those of other names. */
function serialNumber(name: string, serial: number): bigint {
  const prefix = createHash('sha256').update(name).digest().readBigUInt64BE() >> 1n;
  return (prefix << 32n) + BigInt(serial);
}

function extensions(name: string, key: KeyObject, issuer: Issuer, options: CertificateOptions): Buffer[] {
  const { authority = false, pathLength, keyUsage, extendedKeyUsage, permitted, excluded } = options;
  const { names = authority ? [] : [name], addresses = [] } = options;
  const alternatives = [
    ...names.map((dns) => der.primitive(2, Buffer.from(dns, 'latin1'))),
    ...addresses.map((address) => der.primitive(7, Buffer.from(ipaddr.parse(address).toByteArray()))),
  ];
  const limit = pathLength === undefined ? [] : [der.integer(pathLength)];
  const written = [
    extension('2.5.29.14', false, der.octets(keyIdentifier(key))),
    extension('2.5.29.35', false, der.sequence(der.primitive(0, keyIdentifier(issuer.key)))),
    extension('2.5.29.19', true, der.sequence(...(authority ? [der.boolean(true), ...limit] : []))),
  ];
  if (keyUsage !== undefined && keyUsage.length > 0)
    written.push(
      extension('2.5.29.15', true, der.namedBits(keyUsage.map((usage) => KEY_USAGES.indexOf(usage)))),
    );
  if (extendedKeyUsage !== undefined) {
    const purposes = extendedKeyUsage.map((usage) => der.oid(EXTENDED_KEY_USAGES[usage]));
    written.push(extension('2.5.29.37', false, der.sequence(...purposes)));
  }
  if (alternatives.length > 0) written.push(extension('2.5.29.17', false, der.sequence(...alternatives)));
  if (permitted !== undefined || excluded !== undefined)
    written.push(
      extension('2.5.29.30', true, der.sequence(...subtrees(0, permitted), ...subtrees(1, excluded))),
    );
  return written;
}

function subtrees(tag: number, names: readonly string[] | undefined): Buffer[] {
  if (names === undefined) return [];
  return [der.tagged(tag, ...names.map((name) => der.sequence(der.primitive(2, Buffer.from(name)))))];
}

function keyIdentifier(key: KeyObject): Buffer {
  return createHash('sha1').update(spkiOf(key)).digest();
}

function extension(id: string, critical: boolean, value: Buffer): Buffer {
  return der.sequence(der.oid(id), ...(critical ? [der.boolean(true)] : []), der.octets(value));
}
