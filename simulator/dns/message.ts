/** DNS messages on the server's side, by dns2: the client reads and writes them with another codec. */
import { Packet, type Resource } from 'dns2';
import type { RecordType, ZoneRecord } from './zone-record.ts';

/** A question, with what its reply must take from the query. */
export interface Query {
  readonly request: Packet;
  /** As asked, without final dot; the root is empty. */
  readonly name: string;
  /** `MX`, `A`, ..., or `TYPE64` for types that zones do not have. */
  readonly type: string;
  readonly isPlainQuery: boolean;
  /** The DO bit. */
  readonly dnssec: boolean;
  /** DO or AD: the client understands AD (RFC 6840 section 5.8). */
  readonly wantsAuthenticated: boolean;
  /** Undefined without EDNS. */
  readonly udpLimitBytes: number | undefined;
}

export interface ReplyContent {
  readonly rcode: keyof typeof RCODES;
  readonly authenticated: boolean;
  readonly truncated: boolean;
  readonly answers: readonly OwnedRecord[];
}

export interface OwnedRecord {
  readonly name: string;
  readonly record: ZoneRecord;
}

export const RCODES = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5 } as const;

const TYPE_CODES: Readonly<Record<RecordType, number>> = {
  A: 1,
  CNAME: 5,
  PTR: 12,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  TLSA: 52,
};
const TYPE_NAMES = new Map(Object.entries(TYPE_CODES).map(([name, code]) => [code, name]));
const CLASS_IN = 1;
const OPCODE_QUERY = 0;
const OWN_UDP_LIMIT_BYTES = 1232;

/** Reads a query; undefined for bytes that are none, which deserve no reply at all. */
export function parseQuery(bytes: Uint8Array): Query | undefined {
  let request: Packet;
  try {
    request = Packet.parse(Buffer.from(bytes));
  } catch {
    return undefined;
  }
  if (request.header.qr !== 0) return undefined;
  const [question] = request.questions;
  const opt = request.additionals.find((record) => record.type === Packet.TYPE.EDNS);
  // The types of dns2 do not know the AD bit: it is 0x20 in the low byte of the flags.
  const authenticData = ((bytes[3] ?? 0) & 0x20) !== 0;
  const code = question?.type ?? 0;
  return {
    request,
    name: question?.name ?? '',
    type: TYPE_NAMES.get(code) ?? `TYPE${code}`,
    isPlainQuery:
      request.header.opcode === OPCODE_QUERY &&
      request.questions.length === 1 &&
      question?.class === CLASS_IN,
    dnssec: opt?.doFlag === true,
    wantsAuthenticated: authenticData || opt?.doFlag === true,
    udpLimitBytes: opt?.class,
  };
}

export function encodeReply(query: Query, content: ReplyContent): Buffer {
  const response = Packet.createResponseFromRequest(query.request);
  Object.assign(response.header, {
    ra: 1,
    tc: content.truncated ? 1 : 0,
    rcode: RCODES[content.rcode],
  });
  response.answers = content.answers.map(toResource);
  if (query.udpLimitBytes !== undefined) {
    response.additionals = [
      Packet.Resource.EDNS([], { udpPayloadSize: OWN_UDP_LIMIT_BYTES, doFlag: query.dnssec }),
    ];
  }
  const bytes = response.toBuffer();
  if (content.authenticated && query.wantsAuthenticated) bytes[3] = (bytes[3] ?? 0) | 0x20;
  return bytes;
}

function toResource({ name, record }: OwnedRecord): Resource {
  const resource = new Packet.Resource(name, TYPE_CODES[record.type], CLASS_IN, record.ttlSeconds);
  return Object.assign(resource, rdata(record));
}

function rdata(record: ZoneRecord): Partial<Resource> {
  switch (record.type) {
    case 'A':
    case 'AAAA':
      return { address: record.address };
    case 'CNAME':
    case 'PTR':
      return { domain: record.target };
    case 'MX':
      return { exchange: record.exchange, priority: record.preference };
    case 'SRV':
      return { priority: record.priority, weight: record.weight, port: record.port, target: record.target };
    case 'TLSA':
      return { data: Buffer.from(record.bytes) };
    case 'TXT':
      return { data: [...record.strings] };
  }
}
