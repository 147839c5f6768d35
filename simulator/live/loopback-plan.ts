/** What stands for what where a description is served at loopback addresses: addresses, ports, sockets, zones. */

import { once } from 'node:events';
import net from 'node:net';
import { join } from 'node:path';
import ipaddr from 'ipaddr.js';
import type { Zone, ZoneName } from '../dns/zone.ts';
import { definitionOf, listening, placesOf } from '../places.ts';
import { CLIENT_HOSTNAME, placesNamed, withClientZone } from '../surroundings.ts';
import type { TablePlace } from '../tables/table-server.ts';
import type { WorldDescription } from '../world.ts';
import { SYSTEM_FILES } from './loopback-files.ts';

export interface LoopbackHost {
  readonly name: string;
  readonly protocol: 'smtp' | 'lmtp';
  /** Addresses or socket path in the description. */
  readonly places: readonly string[];
  /** Where it is served: addresses or socket path; empty when nobody can reach it. */
  readonly servedAt: readonly string[];
  readonly port: number;
}

/** A server of lookup tables; places as parameters write them, `address:port` or the path of a socket. */
export interface LoopbackTable {
  readonly name: string;
  readonly place: string;
  readonly servedAt: string;
}

export const NAME_SERVER_ADDRESS = '127.0.0.1';

/** Where everything goes. */
export class LoopbackPlan {
  readonly addresses = new Map<string, string>();
  readonly sockets = new Map<string, string>();
  readonly ports = new Map<number, number>();
  readonly #given: WorldDescription;
  readonly #zones: readonly Zone[];
  readonly #folder: string;
  readonly #manyAddresses: boolean;
  /** By host. */
  readonly #places = new Map<string, readonly string[]>();
  readonly #servedPorts = new Map<string, number>();
  readonly #tablePorts = new Map<string, number>();

  constructor(given: WorldDescription, where: { folder: string; manyAddresses: boolean }) {
    this.#given = given;
    this.#folder = where.folder;
    this.#manyAddresses = where.manyAddresses;
    this.#zones = withClientZone(given.dns, given.hostname ?? CLIENT_HOSTNAME);
    for (const [name, host] of Object.entries(given.hosts ?? {})) {
      const places = placesOf(name, host, this.#zones);
      this.#places.set(name, places);
      for (const place of places) {
        if (place.startsWith('/')) this.sockets.set(place, join(this.#folder, place));
        else this.#addAddress(place);
      }
    }
    for (const { place } of Object.values(given.tables ?? {})) {
      if ('unix' in place) this.sockets.set(place.unix, join(this.#folder, place.unix));
      else this.#addAddress(place.address);
    }
    const records = this.#zones.flatMap(({ names }) => [...names.values()].flatMap((name) => name.records));
    for (const record of records) {
      if (record.type === 'A' || record.type === 'AAAA') this.#addAddress(record.address);
    }
  }

  /** One for each port of the description, or for each host where they share an address. */
  async choosePorts(portBase: number | undefined): Promise<void> {
    const hosts = Object.entries(this.#given.hosts ?? {});
    const tables = Object.entries(this.#given.tables ?? {});
    const free = portBase === undefined ? await freePorts(hosts.length + tables.length) : [];
    hosts.forEach(([name, host], index) => {
      const { port } = definitionOf(host);
      const own = portBase === undefined ? (free[index] ?? 0) : portBase + port;
      const shared = this.ports.get(port) ?? own;
      this.ports.set(port, shared);
      this.#servedPorts.set(name, this.#manyAddresses ? shared : own);
    });
    tables.forEach(([name, { place }], index) => {
      if ('unix' in place) return;
      const own = portBase === undefined ? (free[hosts.length + index] ?? 0) : portBase + place.port;
      this.#tablePorts.set(name, own);
    });
  }

  description(): WorldDescription {
    const { hosts = {}, network = {}, tables = {}, hostname, seed } = this.#given;
    const closed = this.#closed(network);
    return {
      dns: this.#zones.map((zone) => this.#moveZone(zone)),
      hosts: Object.fromEntries(
        Object.entries(hosts).map(([name, host]) => {
          const definition = { ...definitionOf(host), port: this.#servedPorts.get(name) ?? 0 };
          const places = (this.#places.get(name) ?? []).filter((place) => !closed.has(place));
          const [unix] = places.map((place) => this.sockets.get(place));
          if (unix !== undefined) return [name, listening({ unix }, definition)];
          const address = [
            ...new Set(places.map((place) => servedAddress(this.addresses.get(place) ?? place))),
          ];
          return [name, listening({ address }, definition)];
        }),
      ),
      tables: Object.fromEntries(
        Object.entries(tables).map(([name, definition]) => [
          name,
          { ...definition, place: this.#movedPlace(name, definition.place) },
        ]),
      ),
      ...(hostname !== undefined && { hostname }),
      ...(seed !== undefined && { seed }),
    };
  }

  tables(): readonly LoopbackTable[] {
    return Object.entries(this.#given.tables ?? {}).map(([name, { place }]) => ({
      name,
      place: asWritten(place),
      servedAt: asWritten(this.#movedPlace(name, place)),
    }));
  }

  #movedPlace(name: string, place: TablePlace): TablePlace {
    if ('unix' in place) return { unix: this.sockets.get(place.unix) ?? place.unix };
    const address = servedAddress(this.addresses.get(place.address) ?? place.address);
    return { address, port: this.#tablePorts.get(name) ?? place.port };
  }

  hosts(served: ReadonlyMap<string, readonly string[]>): readonly LoopbackHost[] {
    return Object.entries(this.#given.hosts ?? {}).map(([name, host]) => ({
      name,
      protocol: definitionOf(host).protocol,
      places: this.#places.get(name) ?? [],
      servedAt: served.get(name) ?? [],
      port: this.#servedPorts.get(name) ?? 0,
    }));
  }

  missing(): readonly string[] {
    const { network = {}, files = {} } = this.#given;
    return [
      ...Object.entries(network).flatMap(([name, setting]) => {
        const { reachability = 'open', ...path } =
          typeof setting === 'string' ? { reachability: setting } : setting;
        const lost =
          reachability === 'open' || reachability === 'refused'
            ? []
            : [`it is ${reachability}; connections are refused in place of that`];
        const properties = Object.keys(path).map((key) => `its ${key} can only be simulated`);
        return [...lost, ...properties].map((what) => `the path to ${name}: ${what}`);
      }),
      ...Object.keys(files)
        .filter((path) => SYSTEM_FILES.has(path))
        .map((path) => `the file ${path} is for the client to be told`),
    ];
  }

  /** Places that nobody can reach: nobody listens there, so that they refuse. */
  #closed(network: NonNullable<WorldDescription['network']>): ReadonlySet<string> {
    return new Set(
      Object.entries(network)
        .filter(
          ([, setting]) =>
            ((typeof setting === 'string' ? setting : setting.reachability) ?? 'open') !== 'open',
        )
        .flatMap(([name]) => placesNamed(name, this.#zones, this.#places)),
    );
  }

  #addAddress(address: string): void {
    if (this.addresses.has(address) || LOCAL.test(address)) return;
    this.addresses.set(
      address,
      this.#manyAddresses ? this.#freeAddress(address) : asFamilyOf(address, '127.0.0.1'),
    );
  }

  /** Much like the one it stands for, which makes it easy to recognise. */
  #freeAddress(address: string): string {
    const taken = new Set([...this.addresses.values(), NAME_SERVER_ADDRESS].map(servedAddress));
    const alike = address.replace(
      /^(?:192\.0\.2|198\.51\.100|203\.0\.113|\d+\.\d+\.\d+)\./,
      (network) => `${ALIKE[network] ?? '127.0.1.'}`,
    );
    let candidate = address.includes(':') ? '127.0.6.1' : alike;
    for (let last = 1; taken.has(candidate); last += 1) candidate = `127.1.${last >> 8}.${last & 0xff}`;
    return asFamilyOf(address, candidate);
  }

  #moveZone(zone: Zone): Zone {
    const names = [...zone.names].map(([key, name]): [string, ZoneName] => [
      this.#movedName(key),
      {
        ...name,
        records: name.records.map((record) =>
          record.type === 'A' || record.type === 'AAAA'
            ? { ...record, address: this.addresses.get(record.address) ?? record.address }
            : record,
        ),
      },
    ]);
    return { ...zone, names: new Map(names) };
  }

  /** TLSA records are found by the port (RFC 6698 3). */
  #movedName(name: string): string {
    return name.replace(/^_(\d+)(?=\._tcp\.)/, (label, port) => {
      const moved = this.ports.get(Number(port));
      return moved === undefined ? label : `_${moved}`;
    });
  }
}

/** Loopback and unspecified addresses mean this machine already. */
const LOCAL = /^(?:127\.|0\.|::1?$)/;
const ALIKE: Readonly<Record<string, string>> = {
  '192.0.2.': '127.0.2.',
  '198.51.100.': '127.0.100.',
  '203.0.113.': '127.0.113.',
};

/** An IPv6 record needs an IPv6 address: there is one for each of IPv4 (RFC 4291 section 2.5.5.2). */
function asFamilyOf(address: string, served: string): string {
  return address.includes(':') ? ipaddr.IPv4.parse(served).toIPv4MappedAddress().toString() : served;
}

/** In the name of a table. */
function asWritten(place: TablePlace): string {
  return 'unix' in place ? place.unix : `${place.address}:${place.port}`;
}

/** Where to listen for it. */
function servedAddress(address: string): string {
  return ipaddr.process(address).toString();
}

/** Free a moment ago. */
async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => net.createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => {
    const place = server.address();
    return typeof place === 'object' && place !== null ? place.port : 0;
  });
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
