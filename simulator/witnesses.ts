/** What a world notes beside the sessions of its hosts: attempts to connect, and queries with their answers. */
import { decodeReply } from '../client/dns/codec.ts';
import { presentRecord } from '../client/dns/records.ts';
import { createDnsServer, type DnsQuery, type DnsServer } from './dns/server.ts';
import { attachDns } from './dns/virtual.ts';
import type { Zone } from './dns/zone.ts';
import type { TablePlace } from './tables/table-server.ts';
import { placeKey } from './virtual/addresses.ts';
import type { VirtualClock } from './virtual/clock.ts';
import type { VirtualNetwork } from './virtual/network.ts';
import type { NetworkEvent } from './virtual/network-events.ts';

export const NAME_SERVER = { address: '192.0.2.53', port: 53 } as const;

export interface WorldQuery {
  readonly atMs: number;
  readonly name: string;
  readonly type: string;
  readonly transport: 'udp' | 'tcp';
  /** `NOERROR` and records, another rcode, or `no answer`. */
  readonly answer: string;
}

export interface WorldAttempt {
  readonly atMs: number;
  readonly address: string;
  readonly port: number;
  /** Key of the host, or the name that DNS has for the address. */
  readonly host: string | undefined;
  readonly accepted: boolean;
}

/** A question to a scripted table server: what it was asked, and over which of its connections, from 1. */
export interface WorldQuestion {
  readonly atMs: number;
  readonly server: string;
  readonly connection: number;
  readonly text: string;
}

/** Notes every attempt to connect, the refused ones too. */
export class Attempts {
  readonly #owners: ReadonlyMap<string, string>;
  readonly #aside: ReadonlySet<string>;
  readonly #attempts = new Map<number, WorldAttempt>();

  /** `aside` are places that no mail is for: table servers. */
  constructor(owners: ReadonlyMap<string, string>, aside: readonly TablePlace[]) {
    this.#owners = owners;
    this.#aside = new Set(
      aside.map((place) => ('unix' in place ? placeKey(place.unix, 0) : placeKey(place.address, place.port))),
    );
  }

  get list(): readonly WorldAttempt[] {
    return [...this.#attempts.values()];
  }

  note(event: NetworkEvent): void {
    if (event.type === 'connect') {
      const { atMs, address, port, connection } = event;
      if (address === NAME_SERVER.address || this.#aside.has(placeKey(address, port))) return;
      this.#attempts.set(connection, {
        atMs,
        address,
        port,
        host: this.#owners.get(address),
        accepted: false,
      });
    } else if (event.type === 'connected') {
      const attempt = this.#attempts.get(event.connection);
      if (attempt !== undefined) this.#attempts.set(event.connection, { ...attempt, accepted: true });
    }
  }
}

/** A name server that keeps its answers; `list` has them in presentation form, with the queries. */
export interface RecordingDns {
  readonly server: DnsServer;
  list(): readonly WorldQuery[];
}

/** `watch` is told of each query as it is answered. */
export function recordingDns(
  zones: readonly Zone[],
  now: () => number,
  watch?: (query: WorldQuery) => void,
): RecordingDns {
  const server = createDnsServer({ zones, now });
  const replies: (Uint8Array | undefined)[] = [];
  const present = ({ atMs, name, type, transport }: DnsQuery, reply: Uint8Array | undefined) => ({
    atMs,
    name,
    type,
    transport,
    answer: presentReply(reply),
  });
  return {
    server: {
      queries: server.queries,
      answer(message, transport) {
        const known = server.queries.length;
        const answered = server.answer(message, transport);
        const query = server.queries[known];
        if (query !== undefined) {
          replies[known] = answered.reply;
          watch?.(present(query, answered.reply));
        }
        return answered;
      },
    },
    list: () => server.queries.map((query, index) => present(query, replies[index])),
  };
}

/** Puts the name server into a virtual network; the returned function lists the queries. */
export function serveDns(
  network: VirtualNetwork,
  zones: readonly Zone[],
  clock: VirtualClock,
): () => readonly WorldQuery[] {
  const { server, list } = recordingDns(zones, () => clock.now());
  attachDns(server, { network, clock, ...NAME_SERVER });
  return list;
}

function presentReply(reply: Uint8Array | undefined): string {
  if (reply === undefined) return 'no answer';
  const decoded = decodeReply(reply);
  if (decoded === undefined) return 'malformed';
  return [decoded.rcode, ...decoded.records.map(presentRecord)].join('; ');
}
