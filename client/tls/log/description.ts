/** What was agreed on in a handshake, as the log describes it (security reference 11.2). */
import type { KeyObject, X509Certificate } from 'node:crypto';
import type { EphemeralKeyInfo, TLSSocket } from 'node:tls';
import { publicKeyOf } from '../verify/certificate.ts';

/** Protocol, cipher and, where TLS 1.3 was spoken, how keys were agreed on and who signed. */
export function describeConnection(socket: TLSSocket, leaf: X509Certificate | undefined): string {
  const protocol = socket.getProtocol() ?? '';
  const { name } = socket.getCipher();
  const bits = cipherBits(name);
  const parts = [`${protocol} with cipher ${name} (${bits}/${bits} bits)`];
  if (protocol === 'TLSv1.3') {
    const exchange = keyExchange(socket.getEphemeralKeyInfo());
    if (exchange !== undefined) parts.push(`key-exchange ${exchange}`);
    const key = leaf && publicKeyOf({ x509: leaf });
    if (key !== undefined && !socket.isSessionReused()) parts.push(serverSignature(key));
  }
  return parts.join(' ');
}

/** OpenSSL tells the strength by the name of the cipher, Node not at all. */
function cipherBits(name: string): number {
  if (/NULL/.test(name)) return 0;
  if (/256|CHACHA20/.test(name.replace(/SHA256$/, ''))) return 256;
  return 128;
}

function keyExchange(info: EphemeralKeyInfo | object | null): string | undefined {
  if (info === null || !('type' in info)) return undefined;
  if (info.type === 'DH') return `DHE (${info.size} bits)`;
  const name = info.name ?? '';
  return /^X\d+/.test(name) ? name : `ECDHE (${name})`;
}

const CURVE_DIGESTS: Readonly<Record<string, string>> = {
  prime256v1: 'SHA256',
  secp384r1: 'SHA384',
  secp521r1: 'SHA512',
};

/** Node does not tell which signature the server chose: this is the one that goes with its key by default. */
function serverSignature({ asymmetricKeyType: type, asymmetricKeyDetails: details }: KeyObject): string {
  if (type === 'ec') {
    const curve = details?.namedCurve ?? '';
    return `server-signature ECDSA (${curve}) server-digest ${CURVE_DIGESTS[curve] ?? 'SHA256'}`;
  }
  if (type === 'ed25519') return 'server-signature ED25519';
  if (type === 'ed448') return 'server-signature ED448';
  return `server-signature RSA-PSS (${details?.modulusLength ?? 0} bits) server-digest SHA256`;
}
