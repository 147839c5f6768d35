/** A scenario's world for any client to be pointed at: what to tell the client, and what happens then. */
import { quoteAddress } from '../client/address.ts';
import { type LoopbackOptions, type LoopbackWorld, serveOnLoopback } from '../simulator/live/loopback.ts';
import type { LiveWatch } from '../simulator/live/world.ts';
import type { Session } from '../simulator/session.ts';
import { followDialogue, type TimelineItem } from '../simulator/session-view.ts';
import { submissionOf } from './message.ts';
import type { Scenario } from './scenario-shape.ts';
import type { Submission } from './senders/sender.ts';
import { shellWord } from './shell-word.ts';

export interface ServeOptions extends Omit<LoopbackOptions, 'watch'> {
  /** Takes each line: the guide first, then the dialogue. */
  readonly say: (line: string) => void;
}

export interface ServedScenario {
  /** Ends everything, and says what the hosts complain about. */
  close(): Promise<void>;
}

/** Rejects with ListenError when a place is taken. */
export async function serveScenario(scenario: Scenario, options: ServeOptions): Promise<ServedScenario> {
  const { say, ...where } = options;
  const { zones, hosts, network, files, tables } = scenario;
  const hostname = scenario.config.myhostname;
  const world = await serveOnLoopback(
    { dns: zones, hosts, network, files, tables, ...(hostname !== undefined && { hostname }) },
    { ...where, watch: telling(say) },
  );
  for (const line of guide(scenario, world)) say(line);
  return {
    async close() {
      await world.close();
      for (const { host, text } of world.problems()) say(`${host}: ${text}`);
    },
  };
}

function guide(scenario: Scenario, world: LoopbackWorld): readonly string[] {
  const { nameServer, hosts, tables, addresses, missing } = world;
  const notes = [
    ...(scenario.virtualOnly === undefined ? [] : [`meant for the virtual world: ${scenario.virtualOnly}`]),
    ...missing,
  ];
  const rows = [
    ['name server', `${nameServer.address}:${nameServer.port}`, 'UDP and TCP'],
    ...hosts.map(({ name, protocol, places, servedAt, port }) => [
      name,
      servedAt.map((place) => (place.startsWith('/') ? place : `${place}:${port}`)).join(' ') ||
        'nobody can reach it',
      [protocol.toUpperCase(), ...namesAt(places, scenario), ...places].join(' '),
    ]),
    ...tables.map(({ name, place, servedAt }) => [
      name,
      servedAt,
      ['tables', ...namesAt([addressOf(place)], scenario), place].join(' '),
    ]),
    ...[...addresses]
      .filter(
        ([given]) =>
          !hosts.some(({ places }) => places.includes(given)) &&
          !tables.some(({ place }) => addressOf(place) === given),
      )
      .map(([given, served]) => ({ served, names: namesAt([given], scenario), given }))
      .filter(({ names }) => names.length > 0)
      .map(({ served, names, given }) => ['nobody', served, [...names, given].join(' ')]),
  ];
  return [
    `${scenario.id}: ${scenario.title}`,
    '',
    ...table(rows),
    ...notes.map((note) => `note: ${note}`),
    '',
    'To send what the scenario sends:',
    ...scenario.messages
      .map(submissionOf)
      .map((submission) => `  ${sendCommand(submission, scenario, world)}`),
    ...hosts.slice(0, 1).flatMap((host) => swaks(host, scenario)),
    '',
    'Ctrl-C ends it.',
    '',
  ];
}

function addressOf(place: string): string {
  return place.replace(/:\d+$/, '');
}

/** Names that lead to any of the addresses. */
function namesAt(places: readonly string[], { zones }: Scenario): readonly string[] {
  return zones.flatMap(({ names }) =>
    [...names.values()]
      .filter(({ records }) =>
        records.some(
          (record) => (record.type === 'A' || record.type === 'AAAA') && places.includes(record.address),
        ),
      )
      .map(({ name }) => name),
  );
}

function table(rows: readonly (readonly string[])[]): readonly string[] {
  const width = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  const widths = [width(0), width(1)];
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function sendCommand(submission: Submission, scenario: Scenario, world: LoopbackWorld): string {
  const { service, nexthop, from, recipients } = submission;
  const { nameServer, ports } = world;
  const standardPort = service === 'lmtp' ? 24 : 25;
  const port = ports.get(standardPort);
  const config = {
    ...(port === undefined ? {} : { [`${service}_tcp_port`]: String(port) }),
    ...scenario.config,
  };
  const words = [
    ...['nexthop', 'send', '--dns', `${nameServer.address}:${nameServer.port}`],
    ...Object.entries(config).flatMap(([name, value]) => ['-o', `${name}=${moved(value, world)}`]),
    ...(service === 'lmtp' ? ['--lmtp'] : []),
    ...(nexthop === undefined ? [] : ['--nexthop', moved(nexthop, world)]),
    ...['--from', quoteAddress(from)],
    ...recipients.flatMap(({ address }) => ['--to', quoteAddress(address)]),
  ];
  return `${words.map(shellWord).join(' ')} < message`;
}

/** A text with addresses, ports after them, sockets and files as they are served. */
function moved(text: string, { addresses, ports, sockets, files, tables }: LoopbackWorld): string {
  // Those of tables whole: their ports are their own. Sockets of theirs are among the others.
  const places = new Map([
    ...sockets,
    ...files,
    ...tables.map(({ place, servedAt }) => [place, servedAt] as const),
  ]);
  const withSockets = [...places].reduce((all, [given, served]) => all.replaceAll(given, served), text);
  return withSockets
    .replace(/[\d.]{7,}|[\da-f]*:[\da-f:]+/gi, (found) => addresses.get(found) ?? found)
    .replace(/(?<=\]:|^inet:\S+:|^[a-z][\w.-]+:)\d+(?=,|\s|$)/gi, (port) =>
      String(ports.get(Number(port)) ?? port),
    );
}

function swaks(
  { protocol, servedAt: [place], port }: LoopbackWorld['hosts'][number],
  { messages }: Scenario,
): readonly string[] {
  const [first] = messages.map(submissionOf);
  const [to] = first?.recipients ?? [];
  if (place === undefined || first === undefined || to === undefined) return [];
  const where = place.startsWith('/') ? ['--socket', place] : ['--server', `${place}:${port}`];
  const words = [
    ...['swaks', ...where],
    ...(protocol === 'lmtp' ? ['--protocol', 'LMTP'] : []),
    ...['--from', quoteAddress(first.from) || '<>', '--to', quoteAddress(to.address)],
  ];
  return [`or, to the first host alone: ${words.map(shellWord).join(' ')}`];
}

/** Sessions are numbered as they begin. */
function telling(say: (line: string) => void): LiveWatch {
  const followed = new WeakMap<Session, { follow: ReturnType<typeof followDialogue>; label: string }>();
  let count = 0;
  return {
    opened(session) {
      count += 1;
      const label = `#${count} ${session.host}`;
      followed.set(session, { follow: followDialogue(), label });
      const place = session.port === 0 ? session.address : `${session.address}:${session.port}`;
      say(`${timeOf(session.openedAtMs)} ${label}  = connection to ${place}`);
    },
    happened(session, entry) {
      const known = followed.get(session);
      for (const item of known?.follow(entry) ?? [])
        say(`${timeOf(item.atMs)} ${known?.label}  ${lineOf(item)}`);
    },
    asked({ atMs, server, text }) {
      say(`${timeOf(atMs)} ${server}  = asked ${JSON.stringify(text)}`);
    },
    queried({ atMs, name, type, transport, answer }) {
      say(`${timeOf(atMs)} DNS  ${name} ${type} (${transport}): ${answer}`);
    },
  };
}

const SHOWN_CHARACTERS = 2_000;

function lineOf(item: TimelineItem): string {
  if ('event' in item) return `= ${item.from}: ${item.event}`;
  const { line, shown = line } = item;
  const text = shown.length > SHOWN_CHARACTERS ? `${shown.slice(0, SHOWN_CHARACTERS)}...` : shown;
  return `${item.from === 'client' ? 'C' : 'S'}: ${text}`;
}

/** Of the day, to the millisecond. */
function timeOf(ms: number): string {
  const date = new Date(ms);
  return `${date.toTimeString().slice(0, 8)}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}
