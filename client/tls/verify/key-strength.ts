/**
 * What is too weak wherever the server has to prove who it is: less than 80 bits of security, OpenSSL's security level 1
 * (security reference 9.3).
 */
import { type Algorithm, type Certificate, publicKeyOf, readAlgorithm } from './certificate.ts';
import { DerError, readAll, readElement, TAG } from './der.ts';

const RSA_BITS = 1024;
const DSA_SUBGROUP_BITS = 160;
const SMALL_CURVE = /^(?:sec[pt]|wap-wsg-idm-ecid-wtls|prime)1[0-5]\d/;

/** A key of an unknown algorithm counts as weak. */
export function isWeakKey(certificate: Certificate): boolean {
  const key = publicKeyOf(certificate);
  if (key === undefined) return true;
  const { modulusLength, divisorLength, namedCurve } = key.asymmetricKeyDetails ?? {};
  if (modulusLength !== undefined && modulusLength < RSA_BITS) return true;
  if (divisorLength !== undefined && divisorLength < DSA_SUBGROUP_BITS) return true;
  return namedCurve !== undefined && SMALL_CURVE.test(namedCurve);
}

const RSA_PSS = '1.2.840.113549.1.1.10';
const SHA_1 = '1.3.14.3.2.26';
const MD_5 = '1.2.840.113549.2.5';

/** RSA with MD2, MD4, MD5 and SHA-1; DSA and ECDSA with SHA-1. */
const WEAK_SIGNATURES: ReadonlySet<string> = new Set([
  '1.2.840.113549.1.1.2',
  '1.2.840.113549.1.1.3',
  '1.2.840.113549.1.1.4',
  '1.2.840.113549.1.1.5',
  '1.3.14.3.2.29',
  '1.2.840.10040.4.3',
  '1.2.840.10045.4.1',
]);

export function isWeakSignature({ signatureAlgorithm }: Certificate): boolean {
  if (signatureAlgorithm.id !== RSA_PSS) return WEAK_SIGNATURES.has(signatureAlgorithm.id);
  const digest = pssDigest(signatureAlgorithm);
  return digest === undefined || digest === SHA_1 || digest === MD_5;
}

/** SHA-1 where none is said (RFC 4055 section 3.1); undefined for what cannot be read. */
function pssDigest({ parameters }: Algorithm): string | undefined {
  if (parameters === undefined) return SHA_1;
  try {
    const [first] = readAll(parameters, TAG.sequence);
    return first?.tag === 0xa0 ? readAlgorithm(readElement(first.content)).id : SHA_1;
  } catch (error) {
    if (error instanceof DerError) return undefined;
    throw error;
  }
}
