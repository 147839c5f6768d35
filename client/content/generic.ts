/**
 * Generic maps: addresses that mean something here only are replaced by such that can be answered from outside
 * (`smtp_generic_maps`; delivery reference 6.8, tables reference 4.4).
 *
 * A table is asked for the whole address; without its extension; for the local part alone if the domain is ours; and
 * for `@domain`.
 */
import { quoteAddress, splitAddress } from '../address.ts';
import type { Settings } from '../config/register.ts';
import type { EventListener } from '../events.ts';
import type { Maps } from '../tables/maps.ts';
import { TableError } from '../tables/table.ts';
import { readAddresses } from './addresses.ts';

/** Which address a message would be sent from, or to, is not known: nothing can be sent. */
export class GenericMapError extends Error {
  override readonly name = 'GenericMapError';
}

export interface GenericMapsOptions {
  readonly settings: Settings;
  readonly emit: EventListener;
  /** Whether mail for the domain, `[address]` included, is delivered on this host. */
  readonly isLocal: (domain: string) => Promise<boolean>;
}

interface Found {
  readonly result: string;
  /** The part of the local part, with its delimiter, that the key had not. */
  readonly extension: string;
}

export class GenericMaps {
  readonly #maps: Maps;
  readonly #options: GenericMapsOptions;

  constructor(maps: Maps, options: GenericMapsOptions) {
    this.#maps = maps;
    this.#options = options;
  }

  /**
   * The address, in internal form, that takes the place of this one; undefined when it stays. The null address stays
   * always. Rejects with GenericMapError when a table cannot be asked.
   */
  async lookup(address: string): Promise<string | undefined> {
    if (address === '') return undefined;
    try {
      const found = await this.#find(address);
      return found && this.#replacement(address, found);
    } catch (error) {
      if (!(error instanceof TableError)) throw error;
      throw new GenericMapError(`${this.#maps.parameter} map lookup problem for ${address}`);
    }
  }

  async #find(address: string): Promise<Found | undefined> {
    const { localPart, domain } = splitAddress(address);
    const extension = extensionOf(localPart, this.#options.settings);
    const bare = localPart.slice(0, localPart.length - extension.length);
    const whole = await this.#ask(address, false);
    if (whole !== undefined) return { result: whole, extension: '' };
    const keys: { key: string; extension: string }[] = [];
    if (extension !== '') keys.push({ key: withDomain(bare, domain), extension });
    if (domain !== undefined && (await this.#options.isLocal(domain))) {
      keys.push({ key: localPart, extension: '' });
      if (extension !== '') keys.push({ key: bare, extension });
    }
    for (const { key, extension: left } of keys) {
      const result = await this.#ask(key, true);
      if (result !== undefined) return { result, extension: left };
    }
    if (domain === undefined) return undefined;
    const result = await this.#maps.lookupPart(`@${domain}`);
    return result === undefined ? undefined : { result, extension: '' };
  }

  /** Asks for an address in external form, as tables are written; then in internal form. */
  async #ask(address: string, isPart: boolean): Promise<string | undefined> {
    const lookup = (key: string) => (isPart ? this.#maps.lookupPart(key) : this.#maps.lookup(key));
    const quoted = quoteAddress(address);
    const found = await lookup(quoted);
    return found !== undefined || quoted === address ? found : lookup(address);
  }

  #replacement(address: string, { result, extension }: Found): string {
    const { settings, emit } = this.#options;
    const { localPart } = splitAddress(address);
    if (result.startsWith('@')) {
      return `${localPart.slice(0, localPart.length - extension.length)}${result}`;
    }
    const [first, ...others] = readAddresses(result);
    if (first === undefined) {
      const text = `${this.#maps.parameter} lookup of ${address} returns non-address result "${result}"`;
      emit({ type: 'log', level: 'warning', text });
      throw new TableError(text);
    }
    if (others.length > 0) {
      const text = `multi-valued ${this.#maps.parameter} result for ${address}`;
      emit({ type: 'log', level: 'warning', text });
    }
    const target = splitAddress(first);
    const keeps = settings.propagate_unmatched_extensions.includes('generic');
    return `${target.localPart}${keeps ? extension : ''}@${target.domain ?? settings.myorigin}`;
  }
}

/** What is never taken apart, whatever the delimiter. */
const WHOLE = new Set(['postmaster', 'mailer-daemon', 'double-bounce']);

/** The extension of a local part with its delimiter, or ''. */
function extensionOf(localPart: string, settings: Settings): string {
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
