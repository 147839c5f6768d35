/** Whether mail for a domain ends on this host: `myorigin`, `mydestination`, and own addresses in brackets. */
import type { Settings } from '../config/register.ts';
import type { Platform } from '../platform/platform.ts';
import { TableError } from '../tables/table.ts';
import type { Tables } from '../tables/tables.ts';
import { readHostsFile } from './hosts-file.ts';
import { canonicalAddress, ownAddresses } from './own-addresses.ts';

/** Rejects with TableError when `mydestination` cannot be looked at. */
export type LocalDomainTest = (domain: string) => Promise<boolean>;

export function localDomainTest(
  settings: Settings,
  tables: Tables,
  { network, files }: Platform,
): LocalDomainTest {
  return async (domain) => {
    const name = domain.replace(/\.$/, '').toLowerCase();
    if (name === settings.myorigin.toLowerCase()) return true;
    const destinations = await tables.list('mydestination');
    const match = await destinations.match(name);
    if (match === 'unknown') throw new TableError('mydestination lookup problem');
    if (match === 'listed') return true;
    const literal = /^\[(?:ipv6:)?(.*)\]$/.exec(name)?.[1];
    if (literal === undefined) return false;
    const own = await ownAddresses(settings, network.ownAddresses(), async (host) =>
      (await readHostsFile(files)).addresses(host),
    );
    return own.has(canonicalAddress(literal));
  };
}
