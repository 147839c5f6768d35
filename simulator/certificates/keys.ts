/** Keys of the simulator's certificates: a name and a kind always give the same one. */
import { createECDH, createHash, createPrivateKey, type KeyObject } from 'node:crypto';
import { bits, integer, octets, oid, sequence, tagged } from './der.ts';
import { DSA_KEY, RSA_KEYS, WEAK_RSA_KEY } from './fixed-keys.ts';

/** `ec` is P-256; `rsa` has 2048 bits, `rsa-1024` is too weak for OpenSSL's default security level. */
export const KEY_KINDS = ['ec', 'rsa', 'rsa-1024', 'dsa', 'ed25519'] as const;
export type KeyKind = (typeof KEY_KINDS)[number];

/** EC and Ed25519 keys are made from the name; of RSA keys there are three, of the others one. */
export function privateKey(kind: KeyKind, name: string): KeyObject {
  const seed = createHash('sha256').update(`${kind} key of ${name}`).digest();
  switch (kind) {
    case 'ec':
      return pkcs8(ecPrivateKey(seed));
    case 'ed25519':
      return pkcs8(sequence(integer(0), sequence(oid('1.3.101.112')), octets(octets(seed))));
    case 'rsa':
      return fixed(RSA_KEYS[(seed[0] ?? 0) % RSA_KEYS.length] ?? '');
    case 'rsa-1024':
      return fixed(WEAK_RSA_KEY);
    case 'dsa':
      return fixed(DSA_KEY);
  }
}

/** RFC 5915 within PKCS #8; the first bit cleared, the scalar is below the order of the group. */
function ecPrivateKey(seed: Buffer): Buffer {
  const scalar = Buffer.from(seed);
  scalar[0] = (scalar[0] ?? 0) & 0x7f;
  const point = createECDH('prime256v1');
  point.setPrivateKey(scalar);
  const algorithm = sequence(oid('1.2.840.10045.2.1'), oid('1.2.840.10045.3.1.7'));
  return sequence(
    integer(0),
    algorithm,
    octets(sequence(integer(1), octets(scalar), tagged(1, bits(point.getPublicKey())))),
  );
}

function fixed(base64: string): KeyObject {
  return pkcs8(Buffer.from(base64, 'base64'));
}

function pkcs8(der: Buffer): KeyObject {
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
}
