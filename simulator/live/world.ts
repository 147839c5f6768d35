/**
 * The live world: the same description as a simulated one (`createWorld`), on real sockets, inside a sandbox.
 *
 *     const site = await openLiveSite();              // once in a sandbox: the name server
 *     const world = await site.enter(description);    // for each scenario: zones, hosts, routes, files
 *     ...                                             // senders of any kind do their work
 *     await world.quiet(); world.sessions; await world.leave();
 *
 * One scenario at a time: names and addresses are those of the scenario, nothing is renamed.
 */
import { mkdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { dirname, normalize } from 'node:path';
import { nodePlatform } from '../../client/platform/node.ts';
import type { DnsServer } from '../dns/server.ts';
import { asAgedFile, type FileContent } from '../file-content.ts';
import { type SessionRecorder, type SessionWatch, sessionRecorder } from '../hosts/recorder.ts';
import { definitionOf, ownersOfAddresses, placesOf } from '../places.ts';
import type { Session } from '../session.ts';
import { CLIENT_HOSTNAME, placesNamed, withClientZone } from '../surroundings.ts';
import type { TableServerDefinition } from '../tables/table-server.ts';
import { VirtualRandom } from '../virtual/random.ts';
import { recordingDns, type WorldAttempt, type WorldQuery, type WorldQuestion } from '../witnesses.ts';
import type { WorldDelivery, WorldDescription } from '../world.ts';
import { serveDns } from './dns.ts';
import { setReachability } from './reachability.ts';
import { SANDBOX_HOSTS_FILE, SANDBOX_NAME_SERVER } from './sandbox.ts';
import { type ServedHost, serveConnections, serveHost } from './serve.ts';

export interface LiveSite {
  enter(description: WorldDescription): Promise<LiveWorld>;
  close(): Promise<void>;
}

export interface LiveWorld {
  readonly hostname: string;
  readonly sessions: readonly Session[];
  readonly deliveries: readonly WorldDelivery[];
  readonly queries: readonly WorldQuery[];
  /** Those that were accepted: the others leave no trace in real time. */
  readonly attempts: readonly WorldAttempt[];
  readonly questions: readonly WorldQuestion[];
  readonly listening: ReadonlyMap<string, readonly string[]>;
  problems(): readonly { readonly host: string; readonly text: string }[];
  /** Waits, for a limited time, until every connection is closed: senders say QUIT after the outcome is known. */
  quiet(): Promise<void>;
  /** Takes everything away; what is still connected is dropped. */
  leave(): Promise<void>;
}

/** Postfix keeps an idle connection for up to two seconds, and looks for it once in a second. */
const QUIET_LIMIT_MS = 3_500;
const HOSTS_FILE = '/etc/hosts';
/** Where files of scenarios are written; a sandbox has it for itself. */
const FILES_FOLDER = '/run/';
const RESOLVER_FILE = '/etc/resolv.conf';
const LOCALHOST = '127.0.0.1 localhost\n::1 localhost\n';

/** Why a description has no meaning here, in one line; undefined when it has. */
export function impossibleLive({ network = {}, files = {} }: WorldDescription): string | undefined {
  for (const [name, setting] of Object.entries(network)) {
    if (typeof setting === 'string') continue;
    const { reachability: _, ...path } = setting;
    const [key] = Object.keys(path);
    if (key !== undefined) return `the ${key} of the path to ${name} can only be simulated`;
  }
  const placeable = (path: string) =>
    path === HOSTS_FILE ||
    path === RESOLVER_FILE ||
    (path.startsWith(FILES_FOLDER) && path === normalize(path));
  const odd = Object.keys(files).find((path) => !placeable(path));
  return odd === undefined
    ? undefined
    : `the file ${odd} cannot be put in place for a real sender; give one in ${FILES_FOLDER}, ${HOSTS_FILE} or ${RESOLVER_FILE}`;
}

/** Starts the name server of the sandbox. Rejects with ListenError when its port is taken. */
export async function openLiveSite(): Promise<LiveSite> {
  let current: DnsServer | undefined;
  const dns = await serveDns({
    ...SANDBOX_NAME_SERVER,
    answer: (message, transport) => current?.answer(message, transport) ?? { delayMs: 0 },
  });
  return {
    async enter(description) {
      const world = await LiveHosts.open(description);
      current = world.dns.server;
      return world;
    },
    close: () => dns.close(),
  };
}

/** Told of what happens while it happens. */
export interface LiveWatch extends SessionWatch {
  queried(query: WorldQuery): void;
  asked(question: WorldQuestion): void;
}

/** The hosts of a description at their places, and its names, which somebody has to serve. */
export class LiveHosts implements LiveWorld {
  readonly hostname: string;
  readonly dns: ReturnType<typeof recordingDns>;
  readonly listening = new Map<string, readonly string[]>();
  readonly questions: WorldQuestion[] = [];
  readonly #watch: LiveWatch | undefined;
  readonly #recorder: SessionRecorder;
  readonly #served = new Map<string, ServedHost[]>();
  readonly #owners: Map<string, string>;
  readonly #undo: (() => Promise<void>)[] = [];

  /** Rejects with ListenError. What is watched is not kept. */
  static async open(description: WorldDescription, watch?: LiveWatch): Promise<LiveHosts> {
    const world = new LiveHosts(description, watch);
    try {
      await world.#build(description);
    } catch (error) {
      await world.leave();
      throw error;
    }
    return world;
  }

  private constructor(description: WorldDescription, watch: LiveWatch | undefined) {
    this.hostname = description.hostname ?? CLIENT_HOSTNAME;
    const zones = withClientZone(description.dns, this.hostname);
    const { clock } = nodePlatform();
    this.#watch = watch;
    this.#recorder = sessionRecorder(clock, { watch });
    this.dns = recordingDns(zones, () => clock.now(), watch?.queried);
    this.#owners = new Map(ownersOfAddresses(zones));
  }

  get sessions(): readonly Session[] {
    return this.#recorder.sessions;
  }

  get deliveries(): readonly WorldDelivery[] {
    return [...this.#served]
      .flatMap(
        ([name, [first]]) => first?.host.deliveries.map((delivery) => ({ ...delivery, host: name })) ?? [],
      )
      .sort((a, b) => a.atMs - b.atMs);
  }

  get queries(): readonly WorldQuery[] {
    return this.dns.list();
  }

  get attempts(): readonly WorldAttempt[] {
    return this.sessions.map(({ openedAtMs, address, port, host }) => ({
      atMs: openedAtMs,
      address,
      port,
      host: this.#owners.get(address) ?? host,
      accepted: true,
    }));
  }

  problems(): readonly { readonly host: string; readonly text: string }[] {
    return [...this.#served].flatMap(([name, [first]]) =>
      (first?.host.problems() ?? []).map((text) => ({ host: name, text })),
    );
  }

  async quiet(): Promise<void> {
    const limit = Promise.withResolvers<void>();
    const timer = setTimeout(limit.resolve, QUIET_LIMIT_MS);
    const idle = Promise.all([...this.#served.values()].flat().map((host) => host.idle()));
    await Promise.race([idle, limit.promise]);
    clearTimeout(timer);
  }

  async leave(): Promise<void> {
    await Promise.all([...this.#served.values()].flat().map((host) => host.close()));
    for (const undo of this.#undo.reverse()) await undo();
  }

  async #build(description: WorldDescription): Promise<void> {
    const zones = withClientZone(description.dns, this.hostname);
    const random = new VirtualRandom(description.seed ?? 1);
    for (const [name, placed] of Object.entries(description.hosts ?? {})) {
      this.listening.set(name, placesOf(name, placed, zones));
    }
    const closed = await this.#setNetwork(description, zones);
    for (const [name, placed] of Object.entries(description.hosts ?? {})) {
      const context = {
        name,
        clock: nodePlatform().clock,
        random: random.fork(`host ${name}`),
        recorder: this.#recorder,
      };
      const places = (this.listening.get(name) ?? []).filter((place) => !closed.has(place));
      for (const place of places) this.#owners.set(place, name);
      const served: ServedHost[] = [];
      this.#served.set(name, served);
      await serveAt(places, definitionOf(placed), context, served);
    }
    for (const [server, definition] of Object.entries(description.tables ?? {}))
      await this.#serveTable(server, definition);
    for (const [path, file] of Object.entries(description.files ?? {})) await this.#place(path, file);
  }

  async #serveTable(server: string, { place, start }: TableServerDefinition): Promise<void> {
    const { clock } = nodePlatform();
    const asked = (text: string, connection: number) => {
      const question = { atMs: clock.now(), server, connection, text };
      if (this.#watch === undefined) this.questions.push(question);
      else this.#watch.asked(question);
    };
    const target = 'unix' in place ? { path: place.unix } : place;
    if ('path' in target) await makeWay(target.path);
    const served = await serveConnections(target, start({ clock, asked }).serve);
    this.#undo.push(() => served.close());
  }

  async #place(path: string, file: FileContent): Promise<void> {
    const { content, ageMs } = asAgedFile(file);
    if (path === HOSTS_FILE) {
      await writeFile(SANDBOX_HOSTS_FILE, content);
      this.#undo.push(() => writeFile(SANDBOX_HOSTS_FILE, LOCALHOST));
      return;
    }
    if (path === RESOLVER_FILE) {
      // The name server stays that of the sandbox.
      const own = await readFile(RESOLVER_FILE);
      await writeFile(RESOLVER_FILE, Buffer.concat([own, Buffer.from(content)]));
      this.#undo.push(() => writeFile(RESOLVER_FILE, own));
      return;
    }
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
    const changedAt = new Date(nodePlatform().clock.now() - ageMs);
    await utimes(path, changedAt, changedAt);
    this.#undo.push(() => rm(path, { force: true }));
  }

  /** Sets routes; returns the places where nobody shall listen. */
  async #setNetwork(
    description: WorldDescription,
    zones: ReturnType<typeof withClientZone>,
  ): Promise<ReadonlySet<string>> {
    const closed = new Set<string>();
    for (const [name, setting] of Object.entries(description.network ?? {})) {
      const reachability = typeof setting === 'string' ? setting : (setting.reachability ?? 'open');
      if (reachability === 'open') continue;
      for (const place of placesNamed(name, zones, this.listening)) {
        closed.add(place);
        if (!place.startsWith('/')) this.#undo.push(await setReachability(place, reachability));
      }
    }
    return closed;
  }
}

/** For a socket of a path. */
async function makeWay(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await rm(path, { force: true });
}

/** One host at all its places: it counts connections and keeps deliveries over all of them. */
async function serveAt(
  places: readonly string[],
  definition: Parameters<typeof serveHost>[0],
  context: Parameters<typeof serveHost>[2],
  served: ServedHost[],
): Promise<void> {
  const host = definition.start(context);
  for (const place of places) {
    if (place.startsWith('/')) await makeWay(place);
    const target = place.startsWith('/') ? { path: place } : { address: place };
    served.push(await serveHost({ ...definition, start: () => host }, target, context));
  }
}
