/**
 * Generic maps: addresses that mean something here only are replaced by such that can be answered from outside
 * (`smtp_generic_maps`; delivery reference 6.8, tables reference 4.4).
 */
import { splitAddress } from '../address.ts';
import type { Settings } from '../config/register.ts';
import type { EventListener } from '../events.ts';
import type { Maps } from '../tables/maps.ts';
import { TableError } from '../tables/table.ts';
import { type AddressLookupOptions, type FoundAddress, findAddress } from './address-lookup.ts';
import { readAddresses } from './addresses.ts';

/** Which address a message would be sent from, or to, is not known: nothing can be sent. */
export class GenericMapError extends Error {
  override readonly name = 'GenericMapError';
}

export interface GenericMapsOptions extends AddressLookupOptions {
  readonly settings: Settings;
  readonly emit: EventListener;
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
      const found = await findAddress(this.#maps, address, this.#options);
      return found && this.#replacement(address, found);
    } catch (error) {
      if (!(error instanceof TableError)) throw error;
      throw new GenericMapError(`${this.#maps.parameter} map lookup problem for ${address}`);
    }
  }

  #replacement(address: string, { result, extension }: FoundAddress): string {
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
