/**
 * The TLS security levels, weakest first: every rule about them is a comparison in this order (security reference,
 * section 1).
 */
export const TLS_LEVELS = [
  'none',
  'may',
  'encrypt',
  'fingerprint',
  'halfdane',
  'dane',
  'dane-only',
  'verify',
  'secure',
] as const;

/** `halfdane` is never configured: it is what `dane` comes to where the MX records were not validated. */
export type TlsLevel = (typeof TLS_LEVELS)[number];

export function isAtLeast(level: TlsLevel, other: TlsLevel): boolean {
  return TLS_LEVELS.indexOf(level) >= TLS_LEVELS.indexOf(other);
}

/** The weaker of two. */
export function weaker(one: TlsLevel, other: TlsLevel): TlsLevel {
  return isAtLeast(one, other) ? other : one;
}

/** STARTTLS is used where it is offered. */
export function usesTls(level: TlsLevel): boolean {
  return level !== 'none';
}

/** Mail never travels in the clear. */
export function requiresTls(level: TlsLevel): boolean {
  return isAtLeast(level, 'encrypt');
}

/** The server has to prove who it is. */
export function mustMatch(level: TlsLevel): boolean {
  return isAtLeast(level, 'fingerprint');
}

/** By a chain of certificates and a name. */
export function usesPkix(level: TlsLevel): boolean {
  return isAtLeast(level, 'verify');
}

/** By TLSA records (RFC 7672). */
export function usesDane(level: TlsLevel): boolean {
  return level === 'halfdane' || level === 'dane' || level === 'dane-only';
}
