/** How a table of addresses is asked: for the whole, then for its parts (tables reference 4.4). */
import { quoteAddress, splitAddress } from '../address.ts';
import type { Settings } from '../config/register.ts';
import type { Maps } from '../tables/maps.ts';

export interface AddressLookupOptions {
  readonly settings: Pick<Settings, 'recipient_delimiter' | 'owner_request_special'>;
  /** Whether mail for the domain, `[address]` included, is delivered on this host. */
  readonly isLocal: (domain: string) => Promise<boolean>;
}

export interface FoundAddress {
  readonly result: string;
  /** The part of the local part, with its delimiter, that the key had not. */
  readonly extension: string;
}

/**
 * Looks for the whole address; without its extension; for the local part alone if the domain is ours; and for
 * `@domain`. The address is in internal form. Rejects with TableError.
 */
export async function findAddress(
  maps: Maps,
  address: string,
  { settings, isLocal }: AddressLookupOptions,
): Promise<FoundAddress | undefined> {
  const { localPart, domain } = splitAddress(address);
  const extension = extensionOf(localPart, settings);
  const bare = localPart.slice(0, localPart.length - extension.length);
  const whole = await ask(maps, address, false);
  if (whole !== undefined) return { result: whole, extension: '' };
  const keys: { key: string; extension: string }[] = [];
  if (extension !== '') keys.push({ key: withDomain(bare, domain), extension });
  if (domain !== undefined && (await isLocal(domain))) {
    keys.push({ key: localPart, extension: '' });
    if (extension !== '') keys.push({ key: bare, extension });
  }
  for (const { key, extension: left } of keys) {
    const result = await ask(maps, key, true);
    if (result !== undefined) return { result, extension: left };
  }
  if (domain === undefined) return undefined;
  const result = await maps.lookupPart(`@${domain}`);
  return result === undefined ? undefined : { result, extension: '' };
}

/** Asks for an address in external form, as tables are written; then in internal form. */
async function ask(maps: Maps, address: string, isPart: boolean): Promise<string | undefined> {
  const lookup = (key: string) => (isPart ? maps.lookupPart(key) : maps.lookup(key));
  const quoted = quoteAddress(address);
  const found = await lookup(quoted);
  return found !== undefined || quoted === address ? found : lookup(address);
}

/** What is never taken apart, whatever the delimiter. */
const WHOLE = new Set(['postmaster', 'mailer-daemon', 'double-bounce']);

/** The extension of a local part with its delimiter, or ''. */
function extensionOf(localPart: string, settings: AddressLookupOptions['settings']): string {
  const { recipient_delimiter: delimiters, owner_request_special: ownerIsSpecial } = settings;
  const lower = localPart.toLowerCase();
  if (WHOLE.has(lower)) return '';
  if (ownerIsSpecial && delimiters.includes('-') && (lower.startsWith('owner-') || /.-request$/.test(lower)))
    return '';
  const at = [...localPart].findIndex((character) => delimiters.includes(character));
  if (at <= 0) return '';
  return [...localPart].slice(at).join('');
}

function withDomain(localPart: string, domain: string | undefined): string {
  return domain === undefined ? localPart : `${localPart}@${domain}`;
}
