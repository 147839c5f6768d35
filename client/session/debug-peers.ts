/**
 * Whose sessions are logged line by line: `debug_peer_list` names destinations as requests have them, or servers by
 * name or address. A list that cannot be looked at counts as empty.
 */
import type { MatchList } from '../tables/match-list.ts';
import type { Tables } from '../tables/tables.ts';
import type { Peer } from './peer.ts';

export class DebugPeers {
  readonly #list: MatchList;
  readonly #all: boolean;

  /** For all sessions of one request. */
  static async of(nexthop: string, tables: Tables): Promise<DebugPeers> {
    const list = await tables.list('debug_peer_list');
    // A destination has no address; this is what Postfix has in its place.
    return new DebugPeers(list, (await list.match(nexthop, 'noaddr')) === 'listed');
  }

  private constructor(list: MatchList, all: boolean) {
    this.#list = list;
    this.#all = all;
  }

  async has({ host, address }: Peer): Promise<boolean> {
    return this.#all || (await this.#list.match(host, address)) === 'listed';
  }
}
