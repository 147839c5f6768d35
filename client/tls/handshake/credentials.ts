/**
 * What the client brings to a handshake: authorities that it trusts, and certificates of its own (security reference 9.3).
 */
import { X509Certificate } from 'node:crypto';
import type { Settings } from '../../config/register.ts';
import type { Files } from '../../platform/platform.ts';
import { CredentialsError, certificateFault, libraryLines, readText } from './credential-files.ts';
import { subjectHash } from './name-hash.ts';
import { loadOwnCertificates, type OwnCertificate } from './own-certificates.ts';

export interface Credentials {
  /** PEM, one certificate each; none means that no chain is trusted. */
  readonly authorities: readonly string[];
  /** PEM; a server that asks gets the one that suits it. */
  readonly own: readonly OwnCertificate[];
}

/** Names of certificates in `smtp_tls_CApath`: what openssl-rehash(1) makes of their subjects. */
const HASHED_NAME = /^[0-9a-f]{8}\.\d{1,3}$/;
/** Where systems keep the authorities that all programs trust (`tls_append_default_CA`). */
const SYSTEM_BUNDLES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/cert.pem',
] as const;

const CERTIFICATE = /-----BEGIN (TRUSTED )?CERTIFICATE-----[^-]+-----END \1?CERTIFICATE-----/g;

/** Reads what the parameters name. Rejects with CredentialsError about the first of it that is of no use. */
export async function loadCredentials(
  settings: Settings,
  files: Files,
  warn: (text: string) => void,
): Promise<Credentials> {
  return {
    authorities: await authorities(settings, files),
    own: await loadOwnCertificates(settings, files, warn),
  };
}

async function authorities(settings: Settings, files: Files): Promise<string[]> {
  const { smtp_tls_CAfile: file, smtp_tls_CApath: folder, tls_append_default_CA: withDefault } = settings;
  const found = new Set<string>();
  const named = [file && `CAfile="${file}"`, folder && `CApath="${folder}"`].filter(Boolean).join(', ');
  const unusable = `cannot load Certification Authority data, ${named}: disabling TLS support`;
  if (file !== '') {
    const refused = (fault: unknown) => new CredentialsError([unusable, ...libraryLines(fault)], 'info');
    const text = await readText(file, files).catch((error: unknown) => {
      throw refused(error);
    });
    const certificates = certificatesIn(text);
    if (certificates.length === 0) throw refused(firstFault(text));
    for (const certificate of certificates) found.add(certificate);
  }
  if (folder !== '') {
    // A folder that is not there holds no authorities; that is found out only when one is missed.
    const names = await files.list(folder).catch(() => []);
    for (const name of names.filter((each) => HASHED_NAME.test(each)).sort()) {
      const text = await readText(`${folder}/${name}`, files).catch(() => '');
      for (const certificate of certificatesIn(text))
        if (name.startsWith(`${subjectHash(new X509Certificate(certificate))}.`)) found.add(certificate);
    }
  }
  if (withDefault && (file !== '' || folder !== '')) {
    for (const bundle of SYSTEM_BUNDLES) {
      const certificates = certificatesIn(await readText(bundle, files).catch(() => ''));
      for (const certificate of certificates) found.add(certificate);
      if (certificates.length > 0) break;
    }
  }
  return [...found];
}

/** What is wrong with the first certificate of a text in which there is no good one. */
function firstFault(text: string): unknown {
  const [first] = text.match(CERTIFICATE) ?? [];
  if (first === undefined)
    return new Error('error:05800088:x509 certificate routines::no certificate or crl found');
  return certificateFault(first);
}

/** Those that can be read as certificates. */
export function certificatesIn(text: string): string[] {
  return (text.match(CERTIFICATE) ?? []).filter((pem) => certificateFault(pem) === undefined);
}
