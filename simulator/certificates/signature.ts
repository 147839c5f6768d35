/**
 * Signatures that are the same every time. RSA (PKCS #1 v1.5) and Ed25519 are so by themselves; ECDSA is made so as
 * RFC 6979 does, because certificates with random signatures would change TLSA records and event hashes.
 */
import { createECDH, createHash, createHmac, type KeyObject, sign } from 'node:crypto';
import { integer, nothing, oid, sequence } from './der.ts';

export type SignatureDigest = 'sha1' | 'sha256' | 'sha384' | 'sha512';

export interface Signature {
  /** AlgorithmIdentifier in DER. */
  readonly algorithm: Buffer;
  readonly value: Buffer;
}

const RSA_ALGORITHMS: Readonly<Record<SignatureDigest, string>> = {
  sha1: '1.2.840.113549.1.1.5',
  sha256: '1.2.840.113549.1.1.11',
  sha384: '1.2.840.113549.1.1.12',
  sha512: '1.2.840.113549.1.1.13',
};
const ECDSA_ALGORITHMS: Readonly<Record<SignatureDigest, string>> = {
  sha1: '1.2.840.10045.4.1',
  sha256: '1.2.840.10045.4.3.2',
  sha384: '1.2.840.10045.4.3.3',
  sha512: '1.2.840.10045.4.3.4',
};
const ED25519 = '1.3.101.112';
/** Order of the group of P-256. */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const SCALAR_BYTES = 32;

/** The AlgorithmIdentifier of what `signatureOf` makes: it is part of what is signed. */
export function signatureAlgorithm(key: KeyObject, digest: SignatureDigest): Buffer {
  switch (key.asymmetricKeyType) {
    case 'rsa':
      return sequence(oid(RSA_ALGORITHMS[digest]), nothing());
    case 'ec':
      return sequence(oid(ECDSA_ALGORITHMS[digest]));
    case 'ed25519':
      return sequence(oid(ED25519));
    default:
      throw new TypeError(`certificates: a key of type ${String(key.asymmetricKeyType)} cannot sign them`);
  }
}

export function signatureOf(data: Uint8Array, key: KeyObject, digest: SignatureDigest): Buffer {
  if (key.asymmetricKeyType === 'ec') return ecdsa(data, key, digest);
  return sign(key.asymmetricKeyType === 'ed25519' ? null : digest, data, key);
}

function ecdsa(data: Uint8Array, key: KeyObject, digest: SignatureDigest): Buffer {
  const secret = toNumber(Buffer.from(key.export({ format: 'jwk' }).d ?? '', 'base64url'));
  const hash = toNumber(createHash(digest).update(data).digest().subarray(0, SCALAR_BYTES));
  const nonce = deterministicNonce(secret, hash % ORDER, digest);
  const point = createECDH('prime256v1');
  point.setPrivateKey(toBytes(nonce));
  const r = toNumber(point.getPublicKey().subarray(1, 1 + SCALAR_BYTES)) % ORDER;
  const s = (inverse(nonce) * ((hash + r * secret) % ORDER)) % ORDER;
  return sequence(integer(r), integer(s));
}

/** RFC 6979 3.2, for a group whose order has a whole number of bytes. */
function deterministicNonce(secret: bigint, hash: bigint, digest: SignatureDigest): bigint {
  const hmac = (key: Buffer, ...parts: Buffer[]): Buffer =>
    createHmac(digest, key).update(Buffer.concat(parts)).digest();
  const seed = Buffer.concat([toBytes(secret), toBytes(hash)]);
  const bytes = createHash(digest).digest().length;
  let key: Buffer = Buffer.alloc(bytes, 0);
  let value: Buffer = Buffer.alloc(bytes, 1);
  for (const step of [0, 1]) {
    key = hmac(key, value, Buffer.of(step), seed);
    value = hmac(key, value);
  }
  for (;;) {
    let drawn: Buffer = Buffer.alloc(0);
    while (drawn.length < SCALAR_BYTES) {
      value = hmac(key, value);
      drawn = Buffer.concat([drawn, value]);
    }
    const nonce = toNumber(drawn.subarray(0, SCALAR_BYTES));
    if (nonce > 0n && nonce < ORDER) return nonce;
    key = hmac(key, value, Buffer.of(0));
    value = hmac(key, value);
  }
}

function inverse(value: bigint): bigint {
  let [a, b, x, y] = [value % ORDER, ORDER, 1n, 0n];
  while (a > 1n) {
    const quotient = b / a;
    [a, b, x, y] = [b % a, a, y - quotient * x, x];
  }
  return ((x % ORDER) + ORDER) % ORDER;
}

function toNumber(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
}

function toBytes(value: bigint): Buffer {
  return Buffer.from(value.toString(16).padStart(SCALAR_BYTES * 2, '0'), 'hex');
}
