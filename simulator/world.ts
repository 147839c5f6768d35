/**
 * A mail internet in one process: names, hosts, the network between them, and a clock that does not wait.
 *
 *     const world = createWorld({
 *       dns: zone('example.test', { MX: '10 mx', mx: '192.0.2.1' }),
 *       hosts: { mx: mailHost({ rcpt: '450 4.2.1 later' }) },
 *     });
 *     const result = await world.run(() => deliver(request, { ...world, settings }));
 *     world.sessions; world.deliveries; world.queries; world.attempts;   // what the hosts saw
 *
 * One seed decides everything random, so that every run of it is the same to the byte. Virtual time belongs to the
 * whole process while `run` is at work (packages that ask for `setTimeout` get it too): one run at a time.
 */

import { resolveSettings } from '../client/config/settings.ts';
import { createResolver, type Resolver } from '../client/dns/resolver.ts';
import type { ClientEvent, EventListener } from '../client/events.ts';
import { mailLogLine } from '../client/outcome/mail-log.ts';
import type { Platform } from '../client/platform/platform.ts';
import { loadAuthentication } from '../client/session/handshake.ts';
import { loadTypes } from '../client/tables/types.ts';
import { loadEngine } from '../client/tls/service.ts';
import type { Zone } from './dns/zone.ts';
import type { FileContent } from './file-content.ts';
import type { Delivery, MailHost } from './hosts/host.ts';
import { sessionRecorder } from './hosts/recorder.ts';
import { definitionOf, ownersOfAddresses, type PlacedHost, placesOf } from './places.ts';
import type { Session } from './session.ts';
import { CLIENT_ADDRESSES, CLIENT_HOSTNAME, placesNamed, withClientZone } from './surroundings.ts';
import type { TableServerDefinition } from './tables/table-server.ts';
import { type RunLimits, VirtualClock } from './virtual/clock.ts';
import { EventHash } from './virtual/event-hash.ts';
import { VirtualFiles } from './virtual/files.ts';
import { runInVirtualTime } from './virtual/global-timers.ts';
import { VirtualNetwork } from './virtual/network.ts';
import type { PathSettings, Reachability } from './virtual/path.ts';
import { VirtualRandom } from './virtual/random.ts';
import { repeatable } from './virtual/secured-entry.ts';
import {
  Attempts,
  NAME_SERVER,
  serveDns,
  type WorldAttempt,
  type WorldQuery,
  type WorldQuestion,
} from './witnesses.ts';

export { CLIENT_ADDRESSES } from './surroundings.ts';
export { NAME_SERVER, type WorldAttempt, type WorldQuery, type WorldQuestion } from './witnesses.ts';

export interface WorldDescription {
  readonly dns?: Zone | readonly Zone[];
  /** By name, relative to the zones; each listens on the addresses that DNS gives to its name. */
  readonly hosts?: Readonly<Record<string, PlacedHost>>;
  /** Servers that lookup tables of the client ask, by a name of their own. */
  readonly tables?: Readonly<Record<string, TableServerDefinition>>;
  /** What lies before a host, a name of the DNS, an address, or a socket path. */
  readonly network?: Readonly<
    Record<string, Reachability | ({ readonly reachability?: Reachability } & Partial<PathSettings>)>
  >;
  /** What the client may read. */
  readonly files?: Readonly<Record<string, FileContent>>;
  /** The client's name; a zone for it is added when there is none. `client.test` when absent. */
  readonly hostname?: string;
  readonly seed?: number | string;
  readonly startMs?: number;
}

export interface World {
  readonly platform: Platform;
  readonly resolver: Resolver;
  readonly hostname: string;
  readonly nameServer: { readonly address: string; readonly port: number };
  /** Runs `work` in virtual time, then lets the hosts finish. Rejects as `work` does, or with a `VirtualRunError`. */
  run<T>(work: () => Promise<T>, limits?: RunLimits): Promise<T>;
  /** Give it to the client: it keeps the events below. */
  readonly emit: EventListener;
  readonly events: readonly ClientEvent[];
  /** The lines that the mail log would have with default settings. */
  readonly log: readonly string[];
  readonly sessions: readonly Session[];
  /** Messages that hosts took, in order of time. */
  readonly deliveries: readonly WorldDelivery[];
  readonly queries: readonly WorldQuery[];
  readonly attempts: readonly WorldAttempt[];
  /** What table servers were asked. */
  readonly questions: readonly WorldQuestion[];
  /** Where each host listens. */
  readonly listening: ReadonlyMap<string, readonly string[]>;
  /** What scripted hosts complain about. */
  problems(): readonly { readonly host: string; readonly text: string }[];
  /** Of everything that crossed the network so far; of TLS, of what was said inside. */
  eventHash(): string;
}

export interface WorldDelivery extends Delivery {
  readonly host: string;
}

/** What a Postfix process has of it wherever it runs (`import_environment`). */
const ENVIRONMENT = { LANG: 'C' };

/** Virtual time for what is still under way when the client is done: the last QUIT and its reply. */
const SETTLE_MS = 60_000;

export function createWorld(description: WorldDescription = {}): World {
  const hostname = description.hostname ?? CLIENT_HOSTNAME;
  const zones = withClientZone(description.dns, hostname);
  const clock = new VirtualClock(description.startMs === undefined ? {} : { startMs: description.startMs });
  const random = new VirtualRandom(description.seed ?? 1);
  const hash = new EventHash();
  const owners = new Map(ownersOfAddresses(zones));
  const tables = Object.entries(description.tables ?? {});
  const attempts = new Attempts(
    owners,
    tables.map(([, { place }]) => place),
  );
  const network = new VirtualNetwork({
    clock,
    random: random.fork('network'),
    observe(event) {
      hash.record(event);
      attempts.note(event);
    },
  });
  const platform: Platform = {
    clock,
    network: network.host(CLIENT_ADDRESSES),
    files: new VirtualFiles({ ...systemFiles(), ...description.files }, { clock }),
    random: random.fork('client'),
    environment: ENVIRONMENT,
  };
  for (const address of owners.keys()) network.addAddress(address);
  const queries = serveDns(network, zones, clock);
  const recorder = sessionRecorder(clock, {
    secured: ({ host }, entry) => hash.record({ host, ...repeatable(entry) }),
  });
  const hosts = new Map<string, MailHost>();
  const listening = new Map<string, readonly string[]>();
  for (const [name, placed] of Object.entries(description.hosts ?? {})) {
    const definition = definitionOf(placed);
    const host = definition.start({ name, clock, random: random.fork(`host ${name}`), recorder });
    const places = placesOf(name, placed, zones);
    hosts.set(name, host);
    listening.set(name, places);
    for (const place of places) {
      owners.set(place, name);
      if (place.startsWith('/'))
        network.listenUnix(place, (connection) => host.serve(connection, { address: place, port: 0 }));
      else network.listenTcp(place, definition.port, (connection) => host.serve(connection));
    }
  }
  const questions: WorldQuestion[] = [];
  for (const [server, definition] of tables) {
    const asked = (text: string, connection: number) => {
      questions.push({ atMs: clock.now(), server, connection, text });
    };
    const { serve } = definition.start({ clock, asked });
    if ('unix' in definition.place) network.listenUnix(definition.place.unix, serve);
    else network.listenTcp(definition.place.address, definition.place.port, serve);
  }
  setPaths(network, description, zones, listening);
  const events: ClientEvent[] = [];
  const emit: EventListener = (event) => {
    events.push(event);
  };
  return {
    platform,
    resolver: createResolver({ ...platform, servers: [NAME_SERVER], trustAd: true, emit }),
    hostname,
    nameServer: NAME_SERVER,
    emit,
    events,
    listening,
    get log() {
      const settings = resolveSettings(new Map(), 'smtp', { hostname });
      return events.flatMap((event) => mailLogLine(event, settings) ?? []);
    },
    async run(work, limits) {
      // Loading takes real time, which must not pass while virtual time stands still.
      await Promise.all([loadTypes(), loadEngine(), loadAuthentication()]);
      return runInVirtualTime(
        clock,
        async () => {
          const result = await work();
          await new Promise<void>((resolve) => clock.schedule(SETTLE_MS, resolve));
          return result;
        },
        limits,
      );
    },
    get sessions() {
      return recorder.sessions;
    },
    get deliveries() {
      return [...hosts]
        .flatMap(([name, host]) => host.deliveries.map((delivery) => ({ ...delivery, host: name })))
        .sort((a, b) => a.atMs - b.atMs);
    },
    get queries() {
      return queries();
    },
    get attempts() {
      return attempts.list;
    },
    questions,
    problems: () =>
      [...hosts].flatMap(([name, host]) => host.problems().map((text) => ({ host: name, text }))),
    eventHash: () => hash.digest(),
  };
}

function systemFiles(): Record<string, string> {
  return {
    '/etc/resolv.conf': `nameserver ${NAME_SERVER.address}\noptions trust-ad\n`,
    '/etc/hosts': '127.0.0.1 localhost\n::1 localhost\n',
    '/etc/passwd': 'root:x:0:0:root:/root:/bin/bash\n',
    '/etc/group': 'root:x:0:\n',
  };
}

function setPaths(
  network: VirtualNetwork,
  description: WorldDescription,
  zones: readonly Zone[],
  listening: ReadonlyMap<string, readonly string[]>,
): void {
  for (const [name, setting] of Object.entries(description.network ?? {})) {
    const { reachability, ...path } = typeof setting === 'string' ? { reachability: setting } : setting;
    for (const address of placesNamed(name, zones, listening)) {
      if (reachability !== undefined) network.setReachability({ address }, reachability);
      if (Object.keys(path).length > 0) network.setPath(path, { address });
    }
  }
}
