/**
 * The notation of DNS zones in scenarios:
 *
 *     zone('example.test', {
 *       MX: ['10 a', '20 b.other.test.'],                 // upper case: records of the zone itself
 *       a: '192.0.2.1',                                   // addresses of a.example.test
 *       b: ['192.0.2.2', '2001:db8::2'],
 *       alias: { CNAME: 'a' },
 *       slow: { A: '192.0.2.3', delay: '3s', times: 1 },  // only the first query is slow
 *       broken: { fault: 'SERVFAIL' },
 *       '@': { fault: { MX: 'REFUSED' } },                // the zone itself once more
 *       ad: true,                                         // answers are authenticated (DNSSEC)
 *       mixed: { A: '192.0.2.4', TLSA: '3 1 1 ...', ad: { TLSA: false } },   // those of one type are not
 *       bogus: { fault: { TLSA: 'SERVFAIL' } },           // what a validating resolver says of forged records
 *     })
 *
 * Names are relative to the zone unless they end in a dot, owners and targets alike; `*` is the wildcard.
 * Data is written as in zone files: MX `10 host`, SRV `0 5 25 host`, TLSA `3 1 1 hex`; TXT is one string each.
 */
import ipaddr from 'ipaddr.js';
import { type Duration, durationMs } from '../duration.ts';
import {
  absoluteName,
  checkName,
  isRecordType,
  RECORD_TYPES,
  type RecordType,
  readRecord,
  ZoneError,
  type ZoneRecord,
} from './zone-record.ts';

export { type RecordType, ZoneError, type ZoneRecord } from './zone-record.ts';

/**
 * noAnswer: silence. wrongId: a reply to another query. truncated: over UDP always `TC` without records.
 * malformed: a reply whose answer section is cut off. otherQuestion: a reply to another question, under the right id.
 * noEdns: FORMERR for every query with EDNS, as from servers before RFC 6891. The others are response codes.
 */
const FAULTS = [
  'SERVFAIL',
  'NXDOMAIN',
  'REFUSED',
  'FORMERR',
  'NOTIMP',
  'noAnswer',
  'wrongId',
  'truncated',
  'malformed',
  'otherQuestion',
  'noEdns',
] as const;
export type Fault = (typeof FAULTS)[number];

export type RecordTexts = string | readonly string[];

export interface NameEntry extends Readonly<Partial<Record<RecordType, RecordTexts>>> {
  /** For queries of every type, or by type. */
  readonly fault?: Fault | Readonly<Partial<Record<RecordType, Fault>>>;
  /** Before every answer of this name. */
  readonly delay?: Duration;
  /** Fault and delay end after so many queries of this name that they applied to. */
  readonly times?: number;
  /** Overrides the zone's, for all types or by type; that no record of a type exists is authenticated likewise. */
  readonly ad?: boolean | Readonly<Partial<Record<RecordType, boolean>>>;
  readonly ttl?: number;
  /** `false`: a CNAME is answered alone, without the records of its target. */
  readonly chase?: boolean;
}

/** See the head of this file. `ad` (boolean) and `ttl` (seconds) are of the zone, everything else is a name. */
export interface ZoneEntries {
  readonly [nameOrType: string]: RecordTexts | NameEntry | boolean | number;
}

export interface Zone {
  readonly origin: string;
  /** What is true of names that do not exist. */
  readonly authenticated: boolean;
  /** By lower-case absolute name without final dot. */
  readonly names: ReadonlyMap<string, ZoneName>;
}

export interface ZoneName {
  readonly name: string;
  readonly records: readonly ZoneRecord[];
  readonly authenticated: boolean;
  /** Where it differs by type. */
  readonly authenticatedTypes: ReadonlyMap<string, boolean>;
  readonly chase: boolean;
  readonly faults: ReadonlyMap<RecordType, Fault>;
  readonly delayMs: number;
  /** Queries that fault and delay apply to. */
  readonly times: number;
}

const DEFAULT_TTL_SECONDS = 300;
const OPTIONS = new Set(['fault', 'delay', 'times', 'ad', 'ttl', 'chase']);

/** Reads a zone. Throws ZoneError. */
export function zone(origin: string, entries: ZoneEntries): Zone {
  const apex = origin.replace(/\.$/, '');
  const names = new Map<string, NameEntry>();
  let authenticated = false;
  let ttlSeconds = DEFAULT_TTL_SECONDS;
  checkName(apex, origin, `zone ${origin}`);

  const add = (name: string, entry: NameEntry) => {
    const key = name.toLowerCase();
    names.set(key, { ...names.get(key), ...entry });
  };
  for (const [key, value] of Object.entries(entries)) {
    const where = `zone ${apex}: ${key}`;
    if (key === 'ad' && typeof value === 'boolean') authenticated = value;
    else if (key === 'ttl' && typeof value === 'number') ttlSeconds = checkTtl(value, where);
    else if (isRecordType(key)) add(apex, { [key]: checkTexts(value, where) });
    else {
      const name = absoluteName(key, apex);
      checkName(name.replace(/^\*\./, ''), key, where);
      add(
        name,
        typeof value === 'object' && !isTexts(value) ? checkEntry(value, where) : readAddresses(value, where),
      );
    }
  }
  const read = [...names].map(([name, entry]): [string, ZoneName] => [
    name,
    readName(name, entry, apex, { authenticated, ttlSeconds }),
  ]);
  return { origin: apex.toLowerCase(), authenticated, names: new Map(read) };
}

function readName(
  name: string,
  entry: NameEntry,
  origin: string,
  defaults: { authenticated: boolean; ttlSeconds: number },
): ZoneName {
  const where = `zone ${origin}: ${name}`;
  const ttlSeconds = entry.ttl ?? defaults.ttlSeconds;
  const records = RECORD_TYPES.flatMap((type) =>
    listOf(entry[type]).map((text) =>
      readRecord(type, text, ttlSeconds, origin, `${where} ${type} "${text}"`),
    ),
  );
  if (entry.CNAME !== undefined && records.length > 1) {
    throw new ZoneError(`${where}: a CNAME must be alone with its name`);
  }
  const { fault } = entry;
  const faults = typeof fault === 'string' ? RECORD_TYPES.map((type) => [type, fault] as const) : [];
  const typed =
    typeof fault === 'object'
      ? RECORD_TYPES.flatMap((type) => (fault[type] === undefined ? [] : [[type, fault[type]] as const]))
      : [];
  return {
    name,
    records,
    authenticated: typeof entry.ad === 'boolean' ? entry.ad : defaults.authenticated,
    authenticatedTypes: new Map(typeof entry.ad === 'object' ? Object.entries(entry.ad) : []),
    chase: entry.chase ?? true,
    faults: new Map([...faults, ...typed]),
    delayMs: entry.delay === undefined ? 0 : readDelay(entry.delay, where),
    times: entry.times ?? Number.POSITIVE_INFINITY,
  };
}

function checkEntry(value: NameEntry, where: string): NameEntry {
  const bad = Object.keys(value).find((key) => !OPTIONS.has(key) && !isRecordType(key));
  if (bad !== undefined) {
    throw new ZoneError(`${where}: unknown "${bad}", expected ${[...RECORD_TYPES, ...OPTIONS].join(', ')}`);
  }
  for (const type of RECORD_TYPES) if (value[type] !== undefined) checkTexts(value[type], `${where} ${type}`);
  const { ad, fault, times, ttl } = value;
  const odd = typeof ad === 'object' ? Object.keys(ad).find((type) => !isRecordType(type)) : undefined;
  if (odd !== undefined) throw new ZoneError(`${where}: ad for unknown record type "${odd}"`);
  const faults = typeof fault === 'object' ? Object.entries(fault) : [['A', fault] as const];
  for (const [type, name] of faults) {
    if (!isRecordType(type)) throw new ZoneError(`${where}: fault for unknown record type "${type}"`);
    if (name !== undefined && !FAULTS.some((known) => known === name)) {
      throw new ZoneError(`${where}: unknown fault "${name}", expected ${FAULTS.join(', ')}`);
    }
  }
  if (times !== undefined && !(Number.isSafeInteger(times) && times > 0)) {
    throw new ZoneError(`${where}: times must be a positive whole number`);
  }
  if (ttl !== undefined) checkTtl(ttl, where);
  return value;
}

function readAddresses(value: unknown, where: string): NameEntry {
  const texts = listOf(checkTexts(value, where));
  const bad = texts.find((text) => !ipaddr.isValid(text));
  if (bad !== undefined) throw new ZoneError(`${where}: "${bad}" is no address`);
  return {
    A: texts.filter((text) => !text.includes(':')),
    AAAA: texts.filter((text) => text.includes(':')),
  };
}

function readDelay(delay: Duration, where: string): number {
  try {
    return durationMs(delay);
  } catch (error) {
    throw new ZoneError(`${where}: ${error instanceof Error ? error.message : 'bad delay'}`);
  }
}

function checkTexts(value: unknown, where: string): RecordTexts {
  if (isTexts(value)) return value;
  throw new ZoneError(`${where}: expected a string or a list of strings`);
}

function checkTtl(value: number, where: string): number {
  if (Number.isSafeInteger(value) && value >= 0 && value <= 0x7fffffff) return value;
  throw new ZoneError(`${where}: ttl must be a whole number of seconds`);
}

function isTexts(value: unknown): value is RecordTexts {
  return (
    typeof value === 'string' || (Array.isArray(value) && value.every((text) => typeof text === 'string'))
  );
}

function listOf(value: RecordTexts | undefined): readonly string[] {
  if (value === undefined) return [];
  return typeof value === 'string' ? [value] : value;
}
