/** Protocol lists such as `>=TLSv1.2`, `!TLSv1.1`: their grammar, and what node:tls is to be given (security reference 9.1). */
import { constants } from 'node:crypto';
import type { SecureVersion } from 'node:tls';

export interface ProtocolRange {
  readonly minVersion: SecureVersion;
  readonly maxVersion: SecureVersion;
  /** Versions left out between them, as `SSL_OP_NO_...` bits. */
  readonly secureOptions: number;
}

/** Why the session cannot be tried; one line for the log, behind the server's name. */
export interface HandshakeFault {
  readonly error: string;
}

/** Those that Node has, oldest first. */
const VERSIONS: readonly { readonly name: SecureVersion; readonly wire: number; readonly without: number }[] =
  [
    { name: 'TLSv1', wire: 0x0301, without: constants.SSL_OP_NO_TLSv1 },
    { name: 'TLSv1.1', wire: 0x0302, without: constants.SSL_OP_NO_TLSv1_1 },
    { name: 'TLSv1.2', wire: 0x0303, without: constants.SSL_OP_NO_TLSv1_2 },
    { name: 'TLSv1.3', wire: 0x0304, without: constants.SSL_OP_NO_TLSv1_3 },
  ];

/** OpenSSL says what is wrong when the handshake begins. */
const NO_PROTOCOL: ProtocolRange = {
  minVersion: 'TLSv1',
  maxVersion: 'TLSv1.3',
  secureOptions: VERSIONS.reduce((options, { without }) => options | without, 0),
};

/** Names in lists. What was before TLS can be named, and is never spoken. */
const WIRE_VERSIONS: ReadonlyMap<string, number> = new Map([
  ['sslv2', 0x0002],
  ['sslv3', 0x0300],
  ...VERSIONS.map(({ name, wire }) => [name.toLowerCase(), wire] as const),
]);
/** Bounds that OpenSSL takes; 0 for none. */
const BOUNDS: ReadonlySet<number> = new Set([0, 0x0300, ...VERSIONS.map(({ wire }) => wire)]);

/**
 * An empty list leaves all versions; one that leaves none makes the handshake fail. A bound that the library does not
 * know counts for nothing, as in Postfix: `warn` hears of it.
 */
export function readProtocols(list: string, warn: (text: string) => void): ProtocolRange | HandshakeFault {
  const invalid = { error: `Invalid TLS protocol list "${list}": aborting TLS session` };
  const included = new Set<number>();
  const excluded = new Set<number>();
  let [floor, ceiling] = [0, 0];
  for (const item of list.split(/[,: \t\r\n]+/)) {
    if (item === '') continue;
    const isBound = /^[<>]=/.test(item);
    const version = isBound
      ? boundOf(item.slice(2))
      : WIRE_VERSIONS.get(item.replace(/^!/, '').toLowerCase());
    if (version === undefined) return invalid;
    if (item.startsWith('>=')) floor = version;
    else if (isBound) ceiling = version;
    else (item.startsWith('!') ? excluded : included).add(version);
  }
  for (const [which, bound] of Object.entries({ minimum: floor, maximum: ceiling }))
    if (!BOUNDS.has(bound))
      warn(`error setting ${which} TLS version to: 0x${bound.toString(16).padStart(4, '0')}`);
  if (!BOUNDS.has(floor)) floor = 0;
  if (!BOUNDS.has(ceiling)) ceiling = 0;
  const spoken = VERSIONS.filter(
    ({ wire }) =>
      wire >= floor &&
      (ceiling === 0 || wire <= ceiling) &&
      (included.size === 0 || included.has(wire)) &&
      !excluded.has(wire),
  );
  const [oldest, newest] = [spoken[0], spoken.at(-1)];
  if (oldest === undefined || newest === undefined) return NO_PROTOCOL;
  return {
    minVersion: oldest.name,
    maxVersion: newest.name,
    secureOptions: VERSIONS.filter((version) => !spoken.includes(version))
      .filter(({ wire }) => wire > oldest.wire && wire < newest.wire)
      .reduce((options, { without }) => options | without, 0),
  };
}

/** A name, `None`, or the version on the wire in hexadecimal. */
function boundOf(text: string): number | undefined {
  const name = text.toLowerCase();
  if (name === 'none') return 0;
  if (name !== 'sslv2' && WIRE_VERSIONS.has(name)) return WIRE_VERSIONS.get(name);
  return /^(?:0x)?[0-9a-f]{1,7}$/.test(name) ? Number.parseInt(name, 16) : undefined;
}
