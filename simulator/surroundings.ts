/** What stands around a client in either world: its name, its addresses, and whose place a name is. */
import { type Zone, zone } from './dns/zone.ts';
import { addressesOf } from './places.ts';

/** The machine that the client runs on. */
export const CLIENT_ADDRESSES: readonly string[] = ['198.51.100.25', '2001:db8:c::25'];
export const CLIENT_HOSTNAME = 'client.test';

/** The client's own name must be known, as that of any mail host on the Internet is. */
export function withClientZone(given: Zone | readonly Zone[] | undefined, hostname: string): readonly Zone[] {
  const zones = zonesOf(given);
  if (zones.some((known) => hostname === known.origin || hostname.endsWith(`.${known.origin}`))) return zones;
  return [...zones, hostname === CLIENT_HOSTNAME ? usualClientZone : clientZone(hostname)];
}

function clientZone(hostname: string): Zone {
  return zone(hostname, {
    '@': {
      A: CLIENT_ADDRESSES.filter((address) => !address.includes(':')),
      AAAA: CLIENT_ADDRESSES.filter((address) => address.includes(':')),
    },
  });
}

/** Nearly every world has it; zones are never changed. */
const usualClientZone = clientZone(CLIENT_HOSTNAME);

function zonesOf(given: Zone | readonly Zone[] | undefined): readonly Zone[] {
  if (given === undefined) return [];
  return 'origin' in given ? [given] : given;
}

/** The places that a key of `network` means: of a host, a name of the DNS, an address, or a socket path. */
export function placesNamed(
  name: string,
  zones: readonly Zone[],
  listening: ReadonlyMap<string, readonly string[]>,
): readonly string[] {
  if (/^[\d.]+$|:|^\//.test(name)) return [name];
  return listening.get(name) ?? addressesOf(name, zones);
}
