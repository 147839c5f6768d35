/** Whether mail for a domain ends on this host: `myorigin`, `mydestination`, and own addresses in brackets. */
import type { Settings } from '../config/register.ts';
import type { Platform } from '../platform/platform.ts';
import { readHostsFile } from './hosts-file.ts';
import { canonicalAddress, ownAddresses } from './own-addresses.ts';

export type LocalDomainTest = (domain: string) => Promise<boolean>;

export function localDomainTest(settings: Settings, { network, files }: Platform): LocalDomainTest {
  return async (domain) => {
    const name = domain.replace(/\.$/, '').toLowerCase();
    if (name === settings.myorigin.toLowerCase()) return true;
    for (const item of settings.mydestination) {
      const negated = item.startsWith('!');
      if (item.slice(negated ? 1 : 0).toLowerCase() === name) return !negated;
    }
    const literal = /^\[(?:ipv6:)?(.*)\]$/.exec(name)?.[1];
    if (literal === undefined) return false;
    const own = await ownAddresses(settings, network.ownAddresses(), async (host) =>
      (await readHostsFile(files)).addresses(host),
    );
    return own.has(canonicalAddress(literal));
  };
}
