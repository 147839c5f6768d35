/** Whether mail for a domain ends on this host: `myorigin`, `mydestination`, and own addresses in brackets. */
import type { Settings } from '../config/register.ts';
import type { HostsFile } from './hosts-file.ts';
import { canonicalAddress, ownAddresses } from './own-addresses.ts';

export interface HostAddresses {
  readonly interfaceAddresses: readonly string[];
  readonly hostsFile: () => Promise<HostsFile>;
}

export async function isLocalDomain(
  domain: string,
  settings: Settings,
  { interfaceAddresses, hostsFile }: HostAddresses,
): Promise<boolean> {
  const name = domain.replace(/\.$/, '').toLowerCase();
  if (name === settings.myorigin.toLowerCase()) return true;
  for (const item of settings.mydestination) {
    const negated = item.startsWith('!');
    if (item.slice(negated ? 1 : 0).toLowerCase() === name) return !negated;
  }
  const literal = /^\[(?:ipv6:)?(.*)\]$/.exec(name)?.[1];
  if (literal === undefined) return false;
  const own = await ownAddresses(settings, interfaceAddresses, async (host) =>
    (await hostsFile()).addresses(host),
  );
  return own.has(canonicalAddress(literal));
}
