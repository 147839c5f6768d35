/**
 * The name server of the simulated internet: zones in, bytes out. It stands for a recursive resolver that knows
 * everything there is, so a name outside all zones does not exist.
 */
import {
  encodeReply,
  type OwnedRecord,
  parseQuery,
  type Query,
  RCODES,
  type ReplyContent,
} from './message.ts';
import type { Fault, Zone, ZoneName } from './zone.ts';
import { isRecordType } from './zone-record.ts';

export type Transport = 'udp' | 'tcp';

export interface DnsReply {
  /** Absent: the server keeps silent. */
  readonly reply?: Uint8Array;
  readonly delayMs: number;
}

/** One query as it came in: evidence for checks. */
export interface DnsQuery {
  readonly atMs: number;
  /** In the case in which it was asked, without final dot. */
  readonly name: string;
  /** `MX`, `A`, ..., or `TYPE64` for types that zones do not have. */
  readonly type: string;
  readonly transport: Transport;
  /** The DO bit: the client wants DNSSEC. */
  readonly dnssec: boolean;
}

export interface DnsServer {
  /** Answers one message. Never throws: what is no query gets no reply. */
  answer(message: Uint8Array, transport: Transport): DnsReply;
  /** In order of arrival; those beyond a generous limit are not kept. */
  readonly queries: readonly DnsQuery[];
}

export interface DnsServerOptions {
  readonly zones: readonly Zone[];
  /** Milliseconds of the world's clock. */
  readonly now: () => number;
}

const HEADER_BYTES = 12;
/** Of the question's name. */
const FIRST_LETTER = HEADER_BYTES + 1;
const PLAIN_UDP_LIMIT_BYTES = 512;
const ALIAS_STEPS_LIMIT = 16;
const QUERIES_LIMIT = 100_000;

/** What the zones say about a question. */
interface Resolution {
  readonly answers: readonly OwnedRecord[];
  readonly exists: boolean;
  readonly authenticated: boolean;
  readonly fault: Fault | undefined;
  readonly delayMs: number;
}

export function createDnsServer({ zones, now }: DnsServerOptions): DnsServer {
  const queries: DnsQuery[] = [];
  const tree = createTree(zones);
  const faultyQueries = new Map<ZoneName, number>();

  /** Counts a query that a fault or delay of the name applies to; false when their time is over. */
  function isFaulty(found: ZoneName): boolean {
    const count = (faultyQueries.get(found) ?? 0) + 1;
    faultyQueries.set(found, count);
    return count <= found.times;
  }

  function resolve(asked: string, type: string): Resolution {
    const answers: OwnedRecord[] = [];
    let authenticated = true;
    let fault: Fault | undefined;
    let delayMs = 0;
    let exists = true;
    let name = asked;
    for (let step = 0; step < ALIAS_STEPS_LIMIT; step++) {
      const found = tree.find(name);
      exists = found !== undefined || tree.exists(name);
      if (found === undefined) {
        authenticated &&= tree.isAuthenticated(name);
        break;
      }
      const ownFault = isRecordType(type) ? found.faults.get(type) : undefined;
      if ((ownFault !== undefined || found.delayMs > 0) && isFaulty(found)) {
        fault ??= ownFault;
        delayMs += found.delayMs;
      }
      const records = found.records.filter((record) => record.type === type);
      const alias = found.records.find((record) => record.type === 'CNAME');
      const given = records.length === 0 && alias !== undefined ? 'CNAME' : type;
      authenticated &&= found.authenticatedTypes.get(given) ?? found.authenticated;
      for (const record of records) answers.push({ name, record });
      if (records.length > 0 || alias?.type !== 'CNAME') break;
      if (answers.some(({ record }) => record === alias)) break;
      answers.push({ name, record: alias });
      if (!found.chase) break;
      name = alias.target;
    }
    return { answers, exists, authenticated, fault, delayMs };
  }

  return {
    queries,
    answer(message, transport) {
      const query = parseQuery(message);
      if (query === undefined) return { delayMs: 0 };
      if (!query.isPlainQuery) return { reply: encodeReply(query, failureContent('FORMERR')), delayMs: 0 };
      const { name, type, dnssec } = query;
      if (queries.length < QUERIES_LIMIT) queries.push({ atMs: now(), name, type, transport, dnssec });
      const resolution = resolve(name, type);
      const reply = render(query, resolution, transport);
      return reply === undefined ? { delayMs: resolution.delayMs } : { reply, delayMs: resolution.delayMs };
    },
  };
}

function render(query: Query, resolution: Resolution, transport: Transport): Uint8Array | undefined {
  const { answers, authenticated, exists, fault } = resolution;
  if (fault === 'noAnswer') return undefined;
  if (fault !== undefined && isRcode(fault)) return encodeReply(query, failureContent(fault));
  if (fault === 'noEdns' && query.udpLimitBytes !== undefined) return withoutEdns(query, 'FORMERR');
  const content: ReplyContent = {
    rcode: exists ? 'NOERROR' : 'NXDOMAIN',
    authenticated,
    truncated: false,
    answers,
  };
  if (transport === 'udp' && fault === 'truncated') return encodeReply(query, truncatedContent(content));
  const reply = encodeReply(query, content);
  if (fault === 'wrongId') reply.writeUInt16BE((reply.readUInt16BE(0) + 1) & 0xffff, 0);
  if (fault === 'otherQuestion') reply.writeUInt8(reply.readUInt8(FIRST_LETTER) ^ 1, FIRST_LETTER);
  if (fault === 'malformed') return cutOff(query);
  const limitBytes = Math.max(query.udpLimitBytes ?? 0, PLAIN_UDP_LIMIT_BYTES);
  if (transport === 'udp' && reply.length > limitBytes) return encodeReply(query, truncatedContent(content));
  return reply;
}

function failureContent(rcode: ReplyContent['rcode']): ReplyContent {
  return { rcode, authenticated: false, truncated: false, answers: [] };
}

function truncatedContent(content: ReplyContent): ReplyContent {
  return { ...content, truncated: true, answers: [] };
}

/** Promises an answer that is not there. */
function cutOff(query: Query): Uint8Array {
  const plain = withoutEdns(query, 'NOERROR');
  plain.writeUInt16BE(1, HEADER_BYTES - 6);
  return plain;
}

function withoutEdns(query: Query, rcode: ReplyContent['rcode']): Buffer {
  return encodeReply({ ...query, udpLimitBytes: undefined }, failureContent(rcode));
}

function isRcode(fault: Fault): fault is Fault & keyof typeof RCODES {
  return fault in RCODES;
}

/** All zones as one tree of names. */
function createTree(zones: readonly Zone[]): {
  find(name: string): ZoneName | undefined;
  exists(name: string): boolean;
  /** Of a name without records: as its zone is; what is in no zone is. */
  isAuthenticated(name: string): boolean;
} {
  const origins = new Map(zones.map(({ origin, authenticated }) => [origin, authenticated]));
  const names = new Map<string, ZoneName>();
  // Names between other names exist too, without records (RFC 8020).
  const existing = new Set<string>(['']);
  for (const zone of zones) {
    for (const [key, name] of zone.names) {
      names.set(key, name);
      for (let above = key; above !== ''; above = parentOf(above)) existing.add(above);
    }
  }
  return {
    exists: (name) => existing.has(name.toLowerCase()),
    isAuthenticated(name) {
      for (let above = name.toLowerCase(); above !== ''; above = parentOf(above)) {
        const authenticated = origins.get(above);
        if (authenticated !== undefined) return authenticated;
      }
      return true;
    },
    find(name) {
      const key = name.toLowerCase();
      if (existing.has(key)) return names.get(key);
      // A wildcard stands for what does not exist below its parent (RFC 4592).
      let encloser = parentOf(key);
      while (!existing.has(encloser)) encloser = parentOf(encloser);
      return names.get(encloser === '' ? '*' : `*.${encloser}`);
    },
  };
}

function parentOf(name: string): string {
  const dot = name.indexOf('.');
  return dot < 0 ? '' : name.slice(dot + 1);
}
