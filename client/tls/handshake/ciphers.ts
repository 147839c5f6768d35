/** Cipher grades and exclusions as one OpenSSL cipher list (security reference 9.2, 9.3). */
import type { Settings } from '../../config/register.ts';
import { mustMatch } from '../level.ts';
import type { TlsPolicy } from '../policy/policy.ts';
import type { HandshakeFault } from './protocols.ts';

export type CipherSettings = Pick<
  Settings,
  'tls_high_cipherlist' | 'tls_medium_cipherlist' | 'tls_null_cipherlist'
>;

/** The lists of the grades low and export went with the ciphers that were in them. */
const GRADES: Readonly<Record<string, keyof CipherSettings>> = {
  high: 'tls_high_cipherlist',
  medium: 'tls_medium_cipherlist',
  low: 'tls_medium_cipherlist',
  export: 'tls_medium_cipherlist',
  null: 'tls_null_cipherlist',
};

/**
 * The `ciphers` of node:tls; suites of TLS 1.3 are beyond its reach. A list that leaves no cipher is known only when a
 * context is made of it.
 */
export function cipherList(
  { ciphers: grade, exclusions, level }: Pick<TlsPolicy, 'ciphers' | 'exclusions' | 'level'>,
  settings: CipherSettings,
): string | HandshakeFault {
  const key = grade.toLowerCase();
  const parameter = Object.hasOwn(GRADES, key) ? GRADES[key] : undefined;
  if (parameter === undefined) return { error: `invalid cipher grade: "${grade}"` };
  const unusable = exclusions.find((name) => /^[!+@-]/.test(name));
  if (unusable !== undefined) return { error: `invalid unary '!+-@' in cipher exclusion: ${unusable}` };
  // Node reads names that begin with TLS_ as suites of TLS 1.3, which a list of ciphers cannot name in OpenSSL.
  const list = settings[parameter].split(/[:, ]+/).filter((name) => name !== '' && !name.startsWith('TLS_'));
  // Weak keys and digests do where nothing is proved; where something is, they prove nothing.
  const strength = `@SECLEVEL=${mustMatch(level) ? 1 : 0}`;
  return [...list, ...exclusions.map((name) => `!${name}`), strength].join(':');
}
