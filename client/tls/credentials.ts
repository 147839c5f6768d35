/**
 * What the client brings to a handshake: authorities that it trusts, and certificates of its own (security reference 9.3).
 */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import type { Settings } from '../config/register.ts';
import type { Files } from '../platform/platform.ts';
import { systemText } from '../platform/system-text.ts';

export interface Credentials {
  /** PEM, one certificate each; none means that no chain is trusted. */
  readonly authorities: readonly string[];
  /** PEM; a server that asks gets the one that suits it. */
  readonly own: readonly OwnCertificate[];
}

export interface OwnCertificate {
  /** Leaf first. */
  readonly chain: string;
  readonly key: string;
}

/** TLS cannot be set up; the message is the line for the log. */
export class CredentialsError extends Error {}

const FILE_LIMIT_BYTES = 16 * 1024 * 1024;
/** Names of certificates in `smtp_tls_CApath`: what openssl-rehash(1) makes of their subjects. */
const HASHED_NAME = /^[0-9a-f]{8}\.\d{1,3}$/;
/** Where systems keep the authorities that all programs trust (`tls_append_default_CA`). */
const SYSTEM_BUNDLES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/cert.pem',
] as const;

const CERTIFICATE = /-----BEGIN (TRUSTED )?CERTIFICATE-----[^-]+-----END \1?CERTIFICATE-----/g;
const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----[^-]+-----END \1-----/g;

/** Reads what the parameters name. Rejects with CredentialsError about the first of it that is of no use. */
export async function loadCredentials(settings: Settings, files: Files): Promise<Credentials> {
  return { authorities: await authorities(settings, files), own: await ownCertificates(settings, files) };
}

async function authorities(settings: Settings, files: Files): Promise<string[]> {
  const { smtp_tls_CAfile: file, smtp_tls_CApath: folder, tls_append_default_CA: withDefault } = settings;
  const found = new Set<string>();
  const named = [file && `CAfile="${file}"`, folder && `CApath="${folder}"`].filter(Boolean).join(', ');
  const unusable = `cannot load Certification Authority data, ${named}: disabling TLS support`;
  if (file !== '') {
    const text = await readText(file, files).catch(() => '');
    const certificates = certificatesIn(text);
    if (certificates.length === 0) throw new CredentialsError(unusable);
    for (const certificate of certificates) found.add(certificate);
  }
  if (folder !== '') {
    // A folder that is not there holds no authorities; that is found out only when one is missed.
    const names = await files.list(folder).catch(() => []);
    for (const name of names.filter((each) => HASHED_NAME.test(each)).sort()) {
      const text = await readText(`${folder}/${name}`, files).catch(() => '');
      for (const certificate of certificatesIn(text)) found.add(certificate);
    }
  }
  if (withDefault) {
    for (const bundle of SYSTEM_BUNDLES) {
      const certificates = certificatesIn(await readText(bundle, files).catch(() => ''));
      for (const certificate of certificates) found.add(certificate);
      if (certificates.length > 0) break;
    }
  }
  return [...found];
}

/** Those that can be read as certificates. */
export function certificatesIn(text: string): string[] {
  return (text.match(CERTIFICATE) ?? []).filter((pem) => {
    try {
      return new X509Certificate(pem).raw.length > 0;
    } catch {
      return false;
    }
  });
}

async function ownCertificates(settings: Settings, files: Files): Promise<OwnCertificate[]> {
  if (settings.smtp_tls_chain_files.length > 0) {
    const own: OwnCertificate[] = [];
    for (const file of settings.smtp_tls_chain_files) own.push(...(await chainsIn(file, files)));
    return own;
  }
  const pairs = [
    ['RSA', settings.smtp_tls_cert_file, settings.smtp_tls_key_file],
    ['DSA', settings.smtp_tls_dcert_file, settings.smtp_tls_dkey_file],
    ['ECDSA', settings.smtp_tls_eccert_file, settings.smtp_tls_eckey_file],
  ] as const;
  const own: OwnCertificate[] = [];
  for (const [algorithm, certFile, keyFile] of pairs) {
    if (certFile === '') continue;
    const chain = await readText(certFile, files).catch(() => '');
    if (certificatesIn(chain).length === 0)
      throw new CredentialsError(
        `cannot get ${algorithm} certificate from file "${certFile}": disabling TLS support`,
      );
    const key = await readText(keyFile, files).catch(() => '');
    if (!isPair(chain, key))
      throw new CredentialsError(
        `cannot get ${algorithm} private key from file "${keyFile}": disabling TLS support`,
      );
    own.push({ chain, key });
  }
  return own;
}

/** A file of `smtp_tls_chain_files`: each key stands before its chain. */
async function chainsIn(file: string, files: Files): Promise<OwnCertificate[]> {
  const refused = (why: string) =>
    new CredentialsError(`error loading chain from ${file}: ${why}: disabling TLS support`);
  const text = await readText(file, files).catch((error: unknown) => {
    throw refused(systemText(error));
  });
  const found: { key: string; chain: string[] }[] = [];
  for (const [block, label = ''] of text.matchAll(BLOCK)) {
    if (label.endsWith('PRIVATE KEY')) found.push({ key: block, chain: [] });
    else if (label.endsWith('CERTIFICATE')) {
      const last = found.at(-1);
      if (last === undefined) throw refused('a certificate precedes its private key');
      last.chain.push(block);
    }
  }
  if (found.length === 0) throw refused('no private key found');
  return found.map(({ key, chain }) => {
    const own = { key, chain: chain.join('\n') };
    if (chain.length === 0 || !isPair(own.chain, key)) throw refused('key and certificate do not match');
    return own;
  });
}

/** They can be read and belong together. */
function isPair(chain: string, key: string): boolean {
  try {
    createPrivateKey(key);
    createSecureContext({ cert: chain, key, ciphers: 'ALL:@SECLEVEL=0' });
    return true;
  } catch {
    return false;
  }
}

async function readText(path: string, files: Files): Promise<string> {
  return Buffer.from(await files.read(path, FILE_LIMIT_BYTES)).toString('latin1');
}
