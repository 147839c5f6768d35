/** Trust-anchor files: PEM certificates and public keys that replace the local authorities (security reference 10.4). */
import { createPublicKey, X509Certificate } from 'node:crypto';
import type { Files } from '../../platform/platform.ts';
import { systemText } from '../../platform/system-text.ts';
import type { TrustAnchors } from './policy.ts';

/** Some thousand certificates. */
const FILE_LIMIT_BYTES = 4 * 1024 * 1024;

const PEM_BLOCK = /^-----BEGIN ([A-Z0-9 ]+)-----[ \t]*\r?\n([\s\S]*?)^-----END \1-----[ \t]*$/gm;

/**
 * Undefined, with a warning, when a file cannot be read or has no PEM block that can be decoded. An anchor that is
 * malformed inside is left out with a warning: without any other, no certificate can be trusted.
 */
export async function readTrustAnchors(
  paths: readonly string[],
  files: Pick<Files, 'read'>,
  warn: (text: string) => void,
): Promise<TrustAnchors | undefined> {
  const certificates: X509Certificate[] = [];
  const publicKeys: Uint8Array[] = [];
  for (const path of paths) {
    const text = await readText(path, files, warn);
    if (text === undefined) return undefined;
    const blocks = [...text.matchAll(PEM_BLOCK)];
    const begun = text.match(/^-----BEGIN /gm)?.length ?? 0;
    if (blocks.length === 0 || begun !== blocks.length) {
      const problem = blocks.length === 0 && begun === 0 ? 'no PEM object in it' : 'malformed PEM object';
      warn(`error reading: ${path}: ${problem}`);
      return undefined;
    }
    for (const [block, label = '', body = ''] of blocks) {
      try {
        if (/^(?:X509 )?CERTIFICATE$/.test(label))
          certificates.push(new X509Certificate(Buffer.from(body, 'base64')));
        if (label === 'PUBLIC KEY')
          publicKeys.push(createPublicKey(block).export({ type: 'spki', format: 'der' }));
      } catch {
        warn(`error reading: ${path}: malformed trust-anchor ${label.toLowerCase()}`);
      }
    }
  }
  return { certificates, publicKeys };
}

async function readText(
  path: string,
  files: Pick<Files, 'read'>,
  warn: (text: string) => void,
): Promise<string | undefined> {
  try {
    const bytes = await files.read(path, FILE_LIMIT_BYTES);
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  } catch (error) {
    warn(`error opening trust anchor file: ${path}: ${systemText(error)}`);
    return undefined;
  }
}
