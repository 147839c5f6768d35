/** Which addresses are this mail system's own, for mail-loop detection (rfc5321-5.1-18). */
import ipaddr from 'ipaddr.js';
import { isLoopback } from './resolver.ts';
import type { ExchangerSettings } from './settings.ts';

/**
 * The addresses of inet_interfaces (of `interfaceAddresses`, those of the machine, with `all` and `loopback-only`)
 * and proxy_interfaces, in canonical form. Names among them are looked up with `addressesOfName`.
 */
export async function ownAddresses(
  settings: Pick<ExchangerSettings, 'inet_interfaces' | 'proxy_interfaces'>,
  interfaceAddresses: readonly string[],
  addressesOfName: (name: string) => Promise<readonly string[]>,
): Promise<ReadonlySet<string>> {
  const own = new Set<string>();
  const add = (addresses: readonly string[]) => {
    for (const address of addresses) own.add(canonicalAddress(address));
  };
  for (const entry of settings.inet_interfaces) {
    if (entry === 'all') add(interfaceAddresses);
    else if (entry === 'loopback-only') add(interfaceAddresses.filter(isLoopback));
    else add(await addressesOf(entry, addressesOfName));
  }
  for (const entry of settings.proxy_interfaces) add(await addressesOf(entry, addressesOfName));
  return own;
}

/** IPv4 in the one form that DNS answers and interfaces have. */
const PLAIN_IPV4 = /^(?:0|[1-9]\d{0,2})(?:\.(?:0|[1-9]\d{0,2})){3}$/;

/** One text form for each address, so that texts compare. */
export function canonicalAddress(address: string): string {
  // Most addresses by far are of this form, and parsing takes long.
  if (PLAIN_IPV4.test(address)) return address;
  return ipaddr.isValid(address) ? ipaddr.parse(address).toString() : address;
}

async function addressesOf(
  entry: string,
  addressesOfName: (name: string) => Promise<readonly string[]>,
): Promise<readonly string[]> {
  const text = entry.replace(/^\[(?:ipv6:)?(.*)\]$/i, '$1');
  return ipaddr.isValid(text) ? [text] : addressesOfName(text);
}
