/** The name that a client asks a server for (RFC 6066 section 3; security reference 9.3). */
import { toAsciiDomain } from '../../dns/domain-name.ts';
import type { TlsPolicy, TlsTarget } from '../policy/policy.ts';
import { HandshakeError } from './handshake-error.ts';

/** Bytes that the extension can hold. */
const NAME_LIMIT_BYTES = 255;

/** '' for none. Throws HandshakeError, of which `warn` hears, for a name that cannot be sent. */
export function sentServerName(policy: TlsPolicy, target: TlsTarget, warn: (text: string) => void): string {
  const name = policy.dane?.baseDomain ?? configuredName(policy.serverName, target);
  const ascii = (toAsciiDomain(name, false) ?? name).replace(/\.$/, '');
  if (ascii.length <= NAME_LIMIT_BYTES) return ascii;
  warn(`ignoring too long SNI hostname: ${ascii}`);
  throw new HandshakeError('');
}

function configuredName(name: string, { host, domain }: TlsTarget): string {
  if (name === 'hostname') return host;
  return name === 'nexthop' ? domain : name;
}
