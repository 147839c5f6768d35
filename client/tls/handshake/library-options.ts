/** Switches of the TLS library: `tls_disable_workarounds`, `tls_ssl_options`, and the groups for the key exchange. */
import { constants } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import type { Settings } from '../../config/register.ts';

/** Workarounds by name; those that OpenSSL has given up, or that Node does not name, are 0. */
const WORKAROUNDS: Readonly<Record<string, number>> = {
  MICROSOFT_SESS_ID_BUG: 0,
  NETSCAPE_CHALLENGE_BUG: 0,
  LEGACY_SERVER_CONNECT: constants.SSL_OP_LEGACY_SERVER_CONNECT,
  NETSCAPE_REUSE_CIPHER_CHANGE_BUG: 0,
  'CVE-2010-4180': 0,
  SSLREF2_REUSE_CERT_TYPE_BUG: 0,
  MICROSOFT_BIG_SSLV3_BUFFER: 0,
  MSIE_SSLV2_RSA_PADDING: 0,
  'CVE-2005-2969': 0,
  SSLEAY_080_CLIENT_DH_BUG: 0,
  TLS_D5_BUG: 0,
  TLS_BLOCK_PADDING_BUG: 0,
  TLS_ROLLBACK_BUG: constants.SSL_OP_TLS_ROLLBACK_BUG,
  DONT_INSERT_EMPTY_FRAGMENTS: constants.SSL_OP_DONT_INSERT_EMPTY_FRAGMENTS,
  CRYPTOPRO_TLSEXT_BUG: constants.SSL_OP_CRYPTOPRO_TLSEXT_BUG,
  // A bit of SSL_OP_ALL.
  TLSEXT_PADDING: 0x10,
};

/** `ENABLE_MIDDLEBOX_COMPAT` is on in any case, and Node cannot turn it off. */
const OPTIONS: Readonly<Record<string, number>> = {
  LEGACY_SERVER_CONNECT: constants.SSL_OP_LEGACY_SERVER_CONNECT,
  NO_TICKET: constants.SSL_OP_NO_TICKET,
  NO_COMPRESSION: constants.SSL_OP_NO_COMPRESSION,
  NO_RENEGOTIATION: constants.SSL_OP_NO_RENEGOTIATION,
  NO_SESSION_RESUMPTION_ON_RENEGOTIATION: constants.SSL_OP_NO_SESSION_RESUMPTION_ON_RENEGOTIATION,
  PRIORITIZE_CHACHA: constants.SSL_OP_PRIORITIZE_CHACHA,
  ENABLE_MIDDLEBOX_COMPAT: 0,
};

/** What other parameters decide. */
const MANAGED =
  constants.SSL_OP_CIPHER_SERVER_PREFERENCE |
  constants.SSL_OP_NO_SSLv3 |
  constants.SSL_OP_NO_TLSv1 |
  constants.SSL_OP_NO_TLSv1_1 |
  constants.SSL_OP_NO_TLSv1_2 |
  constants.SSL_OP_NO_TLSv1_3;

type Warn = (text: string) => void;

/** The `secureOptions` of node:tls, those of the protocol list aside. Renegotiation is refused in any case. */
export function secureOptions(
  settings: Pick<Settings, 'tls_disable_workarounds' | 'tls_ssl_options'>,
  warn: Warn,
): number {
  const { tls_disable_workarounds: disabled, tls_ssl_options: enabled } = settings;
  const without = bitsOf('tls_disable_workarounds', disabled, WORKAROUNDS, warn);
  const added = bitsOf('tls_ssl_options', enabled, OPTIONS, warn) & ~(constants.SSL_OP_ALL | MANAGED);
  return ((constants.SSL_OP_ALL & ~without) | added | constants.SSL_OP_NO_RENEGOTIATION) >>> 0;
}

/** Names in any case, or bits in hexadecimal; what is neither is left out, with a warning. */
function bitsOf(
  parameter: string,
  words: readonly string[],
  known: Readonly<Record<string, number>>,
  warn: Warn,
): number {
  let bits = 0;
  for (const word of words) {
    const name = word.toUpperCase();
    if (Object.hasOwn(known, name)) bits |= known[name] ?? 0;
    else if (/^0X[0-9A-F]{1,8}$/.test(name)) bits |= Number.parseInt(name, 16);
    else warn(`unknown ${parameter} value "${word}" in "${words.join(' ')}"`);
  }
  return bits;
}

/**
 * The `ecdhCurve` of node:tls: groups for the key exchange, those that the library does not know left out
 * (`tls_eecdh_auto_curves`, `tls_ffdhe_auto_groups`). Undefined leaves the choice to the library, as two empty lists do.
 */
export function keyExchangeGroups(
  settings: Pick<Settings, 'tls_eecdh_auto_curves' | 'tls_ffdhe_auto_groups'>,
): string | undefined {
  const named = [...settings.tls_eecdh_auto_curves, ...settings.tls_ffdhe_auto_groups];
  const groups = named.filter(isGroup);
  return groups.length === 0 ? undefined : groups.join(':');
}

const groupsKnown = new Map<string, boolean>();
/** Names come from the configuration alone; more of them are asked for again each time. */
const KNOWN_GROUPS_LIMIT = 100;

function isGroup(name: string): boolean {
  const known = groupsKnown.get(name);
  if (known !== undefined) return known;
  const isUsable = canUse(name);
  if (groupsKnown.size < KNOWN_GROUPS_LIMIT) groupsKnown.set(name, isUsable);
  return isUsable;
}

/** There is no list of all that the library knows. */
function canUse(group: string): boolean {
  try {
    createSecureContext({ ecdhCurve: group });
    return group !== 'auto';
  } catch {
    return false;
  }
}
