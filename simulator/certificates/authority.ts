/**
 * A certificate authority for scenarios: what it issues is the same, to the byte, in every process and both worlds.
 *
 *     const ca = authority('Example CA');
 *     const good = ca.issue('a.example.test');
 *     const expired = ca.issue('a.example.test', { validity: 'expired' });
 *     const intermediate = ca.intermediate('Example Issuing CA');
 *     const leaf = intermediate.issue('a.example.test');              // its chain: the leaf, the intermediate
 *     const alone = selfSigned('a.example.test', { key: 'rsa' });
 *     mailHost({ tls: { credential: leaf.withChain(leaf, ca) } })     // missing intermediate
 *     zone('example.test', { '_25._tcp.a': { TLSA: tlsa(3, 1, 1, leaf) } })
 *
 * A chain may be anything: incomplete, shuffled, with certificates that do not belong there. Two authorities of one name
 * have the same key, as after a rollover, unless `keyName` says otherwise.
 */
import { createHash, type KeyObject } from 'node:crypto';
import { type CertificateOptions, type Issuer, spkiOf, subjectOf, writeCertificate } from './certificate.ts';
import { privateKey } from './keys.ts';

/** What has a certificate: a credential or an authority. */
export interface Certified {
  /** DER. */
  readonly certificate: Buffer;
  /** SubjectPublicKeyInfo in DER. */
  readonly spki: Buffer;
}

/** A private key with its certificates, as a server or client presents them. They are made when they are asked for. */
export class Credential implements Certified {
  readonly #key: () => KeyObject;
  readonly #chain: () => readonly Buffer[];

  /** `chain` is in DER, the certificate of the key first; a function makes it, or the key, when it is asked for. */
  constructor(key: KeyObject | (() => KeyObject), chain: readonly Buffer[] | (() => readonly Buffer[])) {
    this.#key = typeof key === 'function' ? key : () => key;
    this.#chain = typeof chain === 'function' ? once(chain) : () => chain;
  }

  get key(): KeyObject {
    return this.#key();
  }

  /** DER, as sent: the own certificate first. */
  get chain(): readonly Buffer[] {
    return this.#chain();
  }

  get certificate(): Buffer {
    const [own] = this.#chain();
    if (own === undefined) throw new TypeError('Credential: a chain has at least one certificate');
    return own;
  }

  get spki(): Buffer {
    return spkiOf(this.#key());
  }

  /** The same with these certificates in its chain, its own the first. */
  withChain(...links: readonly Certified[]): Credential {
    return new Credential(this.#key, () => links.map(({ certificate }) => certificate));
  }

  /** The chain, for `smtp_tls_cert_file` and the like. */
  get pem(): string {
    return this.chain.map(certificatePem).join('');
  }

  /** PKCS #8, for `smtp_tls_key_file`. */
  get keyPem(): string {
    return String(this.key.export({ type: 'pkcs8', format: 'pem' }));
  }
}

export interface Authority extends Certified {
  /** Its certificate, for `smtp_tls_CAfile`. */
  readonly pem: string;
  /** A credential for a name; its chain holds the intermediate authorities, but no root. */
  issue(name: string, options?: CertificateOptions): Credential;
  /** An authority below this one. */
  intermediate(name: string, options?: CertificateOptions): Authority;
}

/** A root. `options` may take away what makes it one. */
export function authority(name: string, options: CertificateOptions = {}): Authority {
  const { issuer, complete } = authorityParts(name, options);
  return authorityOf(
    issuer,
    once(() => writeCertificate(name, issuer().key, issuer(), complete)),
    () => [],
  );
}

/** A certificate that its own key has signed; an end entity's unless `options` say otherwise. */
export function selfSigned(name: string, options: CertificateOptions = {}): Credential {
  const key = keyFor(name, options);
  return new Credential(key, () => [
    writeCertificate(name, key(), { subject: subjectOf(name, options), key: key() }, options),
  ]);
}

/** PEM of one certificate in DER. */
export function certificatePem(certificate: Uint8Array): string {
  const lines =
    Buffer.from(certificate)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

/** PEM of a public key, for trust-anchor files. */
export function publicKeyPem({ spki }: Certified): string {
  const lines = spki.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN PUBLIC KEY-----\n${lines.join('\n')}\n-----END PUBLIC KEY-----\n`;
}

/** As Postfix writes fingerprints: hex pairs with colons; of the certificate, or of the public key. */
export function fingerprint(
  of: Certified,
  digest = 'sha256',
  part: 'certificate' | 'spki' = 'certificate',
): string {
  const hex = createHash(digest).update(of[part]).digest('hex').toUpperCase();
  return hex.replace(/(..)(?=.)/g, '$1:');
}

/** An authority whose credentials travel with the certificates `above` them. */
function authorityOf(
  issuer: () => Issuer,
  certificate: () => Buffer,
  above: () => readonly Buffer[],
): Authority {
  return {
    get certificate() {
      return certificate();
    },
    get spki() {
      return spkiOf(issuer().key);
    },
    get pem() {
      return certificatePem(certificate());
    },
    issue(name, options = {}) {
      const key = keyFor(name, options);
      return new Credential(key, () => [writeCertificate(name, key(), issuer(), options), ...above()]);
    },
    intermediate(name, options = {}) {
      const below = authorityParts(name, options);
      const written = once(() => writeCertificate(name, below.issuer().key, issuer(), below.complete));
      return authorityOf(below.issuer, written, () => [written(), ...above()]);
    },
  };
}

function authorityParts(name: string, options: CertificateOptions) {
  const complete: CertificateOptions = {
    authority: true,
    names: [],
    keyUsage: ['keyCertSign', 'cRLSign'],
    ...options,
  };
  const key = keyFor(name, options);
  return { issuer: once((): Issuer => ({ subject: subjectOf(name, options), key: key() })), complete };
}

function keyFor(name: string, { key = 'ec', keyName = name }: CertificateOptions): () => KeyObject {
  return once(() => privateKey(key, keyName));
}

/** Scenarios describe many certificates, of which a run needs few. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
