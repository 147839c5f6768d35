/**
 * The client's own certificates: files of keys with their chains, or a certificate and a key for each algorithm
 * (security reference 9.3). What the log says of files that are of no use is what Postfix says, the words of OpenSSL
 * aside.
 */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import type { Settings } from '../../config/register.ts';
import type { Files } from '../../platform/platform.ts';
import { systemText } from '../../platform/system-text.ts';
import { CredentialsError, certificateFault, libraryLines, readText } from './credential-files.ts';

export interface OwnCertificate {
  /** PEM, leaf first. */
  readonly chain: string;
  /** PEM. */
  readonly key: string;
}

type Warn = (text: string) => void;

const OBJECT = /-----BEGIN ([A-Z0-9 ]+)-----[^-]+-----END \1-----/g;
const CERTIFICATE_LABEL = /^(?:X509 )?CERTIFICATE$/;
const KEY_LABEL = /^(?:(?:RSA|EC|DSA) )?PRIVATE KEY$/;

/** A server that asks gets the one that suits it. Rejects with CredentialsError. */
export async function loadOwnCertificates(
  settings: Settings,
  files: Files,
  warn: Warn,
): Promise<OwnCertificate[]> {
  if (settings.smtp_tls_chain_files.length > 0)
    return await chainsIn(settings.smtp_tls_chain_files, files, warn);
  const pairs = [
    ['RSA', settings.smtp_tls_cert_file, settings.smtp_tls_key_file],
    ['DSA', settings.smtp_tls_dcert_file, settings.smtp_tls_dkey_file],
    ['ECDSA', settings.smtp_tls_eccert_file, settings.smtp_tls_eckey_file],
  ] as const;
  const own: OwnCertificate[] = [];
  for (const [algorithm, certificateFile, keyFile] of pairs) {
    if (certificateFile === '') continue;
    own.push(
      certificateFile === keyFile
        ? await together(certificateFile, files, warn)
        : await pairOf(algorithm, certificateFile, keyFile, files),
    );
  }
  return own;
}

/** OpenSSL says so of keys of different kinds. */
const KEY_TYPES_DIFFER = new Error('error:03000065:digital envelope routines::different key types');

/** A key, the certificates that belong to it, and where it was found. */
interface Unfinished {
  readonly key: KeyObject;
  readonly file: string;
  /** Number of the PEM object, from 1. */
  readonly index: number;
  readonly chain: string[];
}

/**
 * Files of `smtp_tls_chain_files`: each key stands before its chain, which may go on in the next file. One that cannot
 * be opened ends the list, and the chain before it counts for nothing; TLS goes on without.
 */
async function chainsIn(paths: readonly string[], files: Files, warn: Warn): Promise<OwnCertificate[]> {
  const refused: Refused = (why, fault) => unusable(why, paths.join(' '), fault);
  const own: OwnCertificate[] = [];
  let last: Unfinished | undefined;
  for (const file of paths) {
    const text = await readText(file, files).catch((error: unknown) => warn(notOpened(file, error)));
    if (text === undefined) return own;
    for (const [index, { label, pem }] of objectsIn(text).entries()) {
      if (CERTIFICATE_LABEL.test(label)) {
        if (last === undefined) throw refused(`error loading chain from ${file}: key not first`);
        const fault = certificateFault(pem);
        if (fault !== undefined) throw refused(notLoaded('certificate', index + 1, file), fault);
        last.chain.push(pem);
      } else if (KEY_LABEL.test(label)) {
        if (last?.chain.length === 0)
          throw refused(`error loading certificate chain: ${placeOf(last)} not followed by a certificate`);
        const mismatch = last && pairFault(last);
        if (last !== undefined && mismatch !== undefined)
          throw refused(
            `error loading certificate chain: ${placeOf(last)} does not match the certificate`,
            mismatch,
          );
        if (last !== undefined) own.push(finished(last));
        const key = readKey(pem);
        if (key instanceof Error) throw refused(notLoaded('private key', index + 1, file), key);
        last = { key, file, index: index + 1, chain: [] };
      } else warn(`loading ${file}: ignoring PEM type: ${label}`);
    }
  }
  if (last === undefined) throw refused(`No PEM data in ${paths.join(' ')}`);
  return [...own, complete(last, refused)];
}

/** A certificate and its key in one file, in any order. */
async function together(file: string, files: Files, warn: Warn): Promise<OwnCertificate> {
  const refused: Refused = (why, fault) => unusable(why, file, fault);
  const text = await readText(file, files).catch((error: unknown) => {
    throw new CredentialsError([notOpened(file, error)]);
  });
  const chain: string[] = [];
  let first: Unfinished | undefined;
  for (const [index, { label, pem }] of objectsIn(text).entries()) {
    if (CERTIFICATE_LABEL.test(label)) {
      const fault = certificateFault(pem);
      if (fault !== undefined) throw refused(notLoaded('certificate', index + 1, file), fault);
      chain.push(pem);
    } else if (KEY_LABEL.test(label)) {
      if (first !== undefined) {
        warn(`ignoring 2nd key at index ${index + 1} in ${file} after 1st at ${first.index}`);
        continue;
      }
      const key = readKey(pem);
      if (key instanceof Error) throw refused(notLoaded('private key', index + 1, file), key);
      first = { key, file, index: index + 1, chain };
    }
  }
  if (first !== undefined) return complete(first, refused);
  throw refused(chain.length === 0 ? `No PEM data in ${file}` : `No private key found in ${file}`);
}

/** A certificate in one file, its key in another. */
async function pairOf(
  algorithm: string,
  certificateFile: string,
  keyFile: string,
  files: Files,
): Promise<OwnCertificate> {
  const refused = (what: string, file: string, fault: unknown) =>
    new CredentialsError([
      `cannot get ${algorithm} ${what} from file "${file}": disabling TLS support`,
      ...libraryLines(fault),
    ]);
  const chain: string[] = [];
  const noCertificate = (fault: unknown) => refused('certificate', certificateFile, fault);
  const text = await readText(certificateFile, files).catch((error: unknown) => {
    throw noCertificate(error);
  });
  for (const { label, pem } of objectsIn(text)) {
    if (!CERTIFICATE_LABEL.test(label)) continue;
    const fault = certificateFault(pem);
    if (fault !== undefined) throw noCertificate(fault);
    chain.push(pem);
  }
  const [leaf] = chain;
  if (leaf === undefined) throw noCertificate(certificateFault(text));
  const noKey = (fault: unknown) => refused('private key', keyFile, fault);
  const keyText = await readText(keyFile, files).catch((error: unknown) => {
    throw noKey(error);
  });
  const key = readKey(objectsIn(keyText).find(({ label }) => KEY_LABEL.test(label))?.pem ?? '');
  if (key instanceof Error) throw noKey(key);
  if (key.asymmetricKeyType !== new X509Certificate(leaf).publicKey.asymmetricKeyType)
    throw new CredentialsError([
      `${algorithm} private key in ${keyFile} does not match public key in ${certificateFile}: disabling TLS support`,
    ]);
  const pair = { key, file: keyFile, index: 1, chain };
  const mismatch = pairFault(pair);
  if (mismatch !== undefined) throw noKey(mismatch);
  return finished(pair);
}

type Refused = (why: string, fault?: unknown) => CredentialsError;

function complete(last: Unfinished, refused: Refused): OwnCertificate {
  if (last.chain.length === 0) throw refused(`No certs for ${placeOf(last)}`);
  const mismatch = pairFault(last);
  if (mismatch !== undefined) throw refused(`${placeOf(last)} does not match next certificate`, mismatch);
  return finished(last);
}

function finished({ key, chain }: Unfinished): OwnCertificate {
  return { key: String(key.export({ type: 'pkcs8', format: 'pem' })), chain: chain.join('\n') };
}

/** What OpenSSL has against them as a pair. */
function pairFault({ key, chain }: Unfinished): unknown {
  try {
    const pem = String(key.export({ type: 'pkcs8', format: 'pem' }));
    createSecureContext({ cert: chain.join('\n'), key: pem, ciphers: 'ALL:@SECLEVEL=0' });
    const [leaf = ''] = chain;
    return new X509Certificate(leaf).checkPrivateKey(key) ? undefined : KEY_TYPES_DIFFER;
  } catch (error) {
    return error;
  }
}

function objectsIn(text: string): { readonly label: string; readonly pem: string }[] {
  return [...text.matchAll(OBJECT)].map(([pem, label = '']) => ({ label, pem }));
}

function readKey(pem: string): KeyObject | Error {
  try {
    return createPrivateKey(pem);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

const placeOf = ({ index, file }: Unfinished): string => `key at index ${index} in ${file}`;
const notLoaded = (what: string, index: number, file: string): string =>
  `error loading ${what} (PEM object number ${index}) from ${file}`;
const notOpened = (file: string, error: unknown): string =>
  `error opening chain file: ${file}: ${systemText(error)}`;
const unusable = (why: string, origin: string, fault?: unknown): CredentialsError =>
  new CredentialsError([
    why,
    ...libraryLines(fault),
    `error loading private keys and certificates from: ${origin}: disabling TLS support`,
  ]);
