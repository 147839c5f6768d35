/** Numeric addresses as keys: one spelling for each address. */
import ipaddr from 'ipaddr.js';

export type Family = 'IPv4' | 'IPv6';

const MAX_REMEMBERED = 10_000;
const normalForms = new Map<string, string>();

/** Lower-case, zero-compressed (RFC 5952). Throws a `TypeError` on what is not a numeric address. */
export function normalAddress(address: string): string {
  const known = normalForms.get(address);
  if (known !== undefined) return known;
  if (!ipaddr.IPv4.isValidFourPartDecimal(address) && !ipaddr.IPv6.isValid(address)) {
    throw new TypeError(`network: ${JSON.stringify(address)} is not a numeric address`);
  }
  const normal = ipaddr.parse(address).toString();
  if (normalForms.size >= MAX_REMEMBERED) normalForms.clear();
  normalForms.set(address, normal);
  return normal;
}

export function familyOf(address: string): Family {
  return address.includes(':') ? 'IPv6' : 'IPv4';
}

export function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.');
}

/** `0.0.0.0` and `::`: the system chooses. */
export function isUnspecified(address: string): boolean {
  return address === '0.0.0.0' || address === '::';
}

/** As in Node's error messages: `192.0.2.1:25`, `2001:db8::1:25`. */
export function placeKey(address: string, port: number): string {
  return `${address}:${port}`;
}

/** The machine's address from which a destination is reached; undefined when it has none of that family. */
export function sourceAddressFor(destination: string, ownAddresses: readonly string[]): string | undefined {
  if (isLoopback(destination)) return destination;
  const family = familyOf(destination);
  return ownAddresses.find((address) => familyOf(address) === family);
}
