/**
 * Where things are in a simulated internet: which addresses the zones give to a name, and whose an address is.
 */

import type { Zone } from './dns/zone.ts';
import type { MailHostDefinition } from './hosts/host.ts';

/** A host that does not listen where DNS says, or not only on TCP. */
export interface ListeningHost {
  readonly definition: MailHostDefinition;
  /** Numeric addresses in place of those that DNS gives to the host's name. */
  readonly addresses: readonly string[] | undefined;
  /** Path of a local stream socket, in place of TCP. */
  readonly unix: string | undefined;
}

export type PlacedHost = MailHostDefinition | ListeningHost;

/** `definition` listens on this address, or on this local socket, whatever DNS says. */
export function listening(
  place: { readonly address?: string | readonly string[]; readonly unix?: string },
  definition: MailHostDefinition,
): ListeningHost {
  const { address, unix } = place;
  const addresses = typeof address === 'string' ? [address] : address;
  return { definition, addresses, unix };
}

export function definitionOf(host: PlacedHost): MailHostDefinition {
  return 'definition' in host ? host.definition : host;
}

/** Addresses or socket path where a host listens; empty when DNS knows no address for its name. */
export function placesOf(name: string, host: PlacedHost, zones: readonly Zone[]): readonly string[] {
  if ('definition' in host) {
    if (host.unix !== undefined) return [host.unix];
    if (host.addresses !== undefined) return host.addresses;
  }
  return addressesOf(name, zones);
}

/** Addresses of a name, relative to any of the zones or absolute, in the order of the zones. */
export function addressesOf(name: string, zones: readonly Zone[]): readonly string[] {
  const wanted = name.toLowerCase().replace(/\.$/, '');
  const addresses = new Set<string>();
  for (const zone of zones) {
    for (const candidate of [`${wanted}.${zone.origin}`, wanted]) {
      for (const record of zone.names.get(candidate)?.records ?? []) {
        if (record.type === 'A' || record.type === 'AAAA') addresses.add(record.address);
      }
    }
  }
  return [...addresses];
}

/** Names of the zones, relative and absolute, as they may be used for hosts. */
export function namesIn(zones: readonly Zone[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const zone of zones) {
    for (const absolute of zone.names.keys()) {
      names.add(absolute);
      names.add(relativeName(absolute, zone.origin));
    }
  }
  return names;
}

/** Every address of the zones with the name it belongs to, relative to its zone; the first one wins. */
export function ownersOfAddresses(zones: readonly Zone[]): ReadonlyMap<string, string> {
  const owners = new Map<string, string>();
  for (const zone of zones) {
    for (const { name, records } of zone.names.values()) {
      for (const record of records) {
        if (record.type !== 'A' && record.type !== 'AAAA') continue;
        if (!owners.has(record.address)) owners.set(record.address, relativeName(name, zone.origin));
      }
    }
  }
  return owners;
}

function relativeName(absolute: string, origin: string): string {
  return absolute.endsWith(`.${origin}`) ? absolute.slice(0, -origin.length - 1) : absolute;
}
