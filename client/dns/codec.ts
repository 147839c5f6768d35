/** DNS messages on the wire: one question out, one answer in. Decoding is total: hostile bytes give `undefined`. */
import { type Answer, AUTHENTIC_DATA, DNSSEC_OK, decode, encode, RECURSION_DESIRED } from 'dns-packet';
import ipaddr from 'ipaddr.js';
import type { DnsRecord, RecordType } from './records.ts';

/** RFC 9715: large enough for mail's records, small enough to escape fragmentation. */
const EDNS_UDP_LIMIT_BYTES = 1232;
const HEADER_BYTES = 12;
const LABEL_LIMIT_BYTES = 63;
const NAME_LIMIT_BYTES = 253;

const RCODES = new Map([
  [0, 'NOERROR'],
  [1, 'FORMERR'],
  [2, 'SERVFAIL'],
  [3, 'NXDOMAIN'],
  [4, 'NOTIMP'],
  [5, 'REFUSED'],
  [6, 'YXDOMAIN'],
  [7, 'YXRRSET'],
  [8, 'NXRRSET'],
  [9, 'NOTAUTH'],
  [10, 'NOTZONE'],
  [16, 'BADVERS'],
]);

export interface QueryOptions {
  readonly edns: boolean;
  /** Sets DO: the answer may carry signatures, and AD tells of validation. Needs `edns`. */
  readonly dnssec: boolean;
}

/** What a reply says; `authenticated` is the AD bit as it stands, trusted or not. */
export interface DecodedReply {
  readonly rcode: string;
  readonly authenticated: boolean;
  readonly records: readonly DnsRecord[];
}

/** Whether the name fits on the wire at all: ASCII, labels of 1 to 63 bytes, 253 bytes in all; or `.`, the root. */
export function isEncodableName(name: string): boolean {
  if (name === '.') return true;
  if (!/^[\u0021-\u007e]+$/.test(name) || name.length > NAME_LIMIT_BYTES) return false;
  return name.split('.').every((label) => label.length > 0 && label.length <= LABEL_LIMIT_BYTES);
}

/** Encodes a query; the name must be encodable. */
export function encodeQuery(id: number, name: string, type: RecordType, options: QueryOptions): Uint8Array {
  return encode({
    type: 'query',
    id,
    // AD in a query asks for the AD bit of the answer (RFC 6840 section 5.7).
    flags: RECURSION_DESIRED | (options.dnssec ? AUTHENTIC_DATA : 0),
    questions: [{ type, name, class: 'IN' }],
    additionals: options.edns
      ? [
          {
            type: 'OPT',
            name: '.',
            udpPayloadSize: EDNS_UDP_LIMIT_BYTES,
            extendedRcode: 0,
            ednsVersion: 0,
            flags: options.dnssec ? DNSSEC_OK : 0,
            flag_do: options.dnssec,
            options: [],
          },
        ]
      : [],
  });
}

/**
 * Whether `reply` answers `query`: a response with the same id and the same question (RFC 5452 section 9.1).
 * A FORMERR may come without question, from servers that gave up on the message.
 */
export function answersQuery(reply: Uint8Array, query: Uint8Array): boolean {
  if (reply.length < HEADER_BYTES || reply[0] !== query[0] || reply[1] !== query[1]) return false;
  if (((reply[2] ?? 0) & 0x80) === 0) return false;
  const questions = (reply[4] ?? 0) * 256 + (reply[5] ?? 0);
  if (questions === 0) return ((reply[3] ?? 0) & 0x0f) === 1;
  if (questions !== 1) return false;
  const end = questionEnd(query);
  if (reply.length < end) return false;
  for (let at = HEADER_BYTES; at < end; at++) {
    // Length bytes are below 64, so folding letters cannot confuse them; type and class compare as they are.
    const fold = at < end - 4 ? foldCase : (byte: number) => byte;
    if (fold(reply[at] ?? 0) !== fold(query[at] ?? 0)) return false;
  }
  return true;
}

function questionEnd(query: Uint8Array): number {
  let at = HEADER_BYTES;
  while ((query[at] ?? 0) !== 0) at += (query[at] ?? 0) + 1;
  return at + 1 + 4;
}

function foldCase(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
}

/** The TC bit: the answer did not fit into the datagram. */
export function isTruncated(reply: Uint8Array): boolean {
  return ((reply[2] ?? 0) & 0x02) !== 0;
}

/** Decodes a reply of any origin; undefined when it is malformed. */
export function decodeReply(reply: Uint8Array): DecodedReply | undefined {
  try {
    const message = decode(Buffer.from(reply.buffer, reply.byteOffset, reply.byteLength));
    const opt = message.additionals?.find((record) => record.type === 'OPT');
    const code = (opt?.type === 'OPT' ? opt.extendedRcode * 16 : 0) + ((reply[3] ?? 0) & 0x0f);
    return {
      rcode: RCODES.get(code) ?? `RCODE${code}`,
      authenticated: message.flag_ad,
      records: (message.answers ?? []).flatMap(toRecord),
    };
  } catch {
    return undefined;
  }
}

/** Records of other classes and types (RRSIG, DNAME, ...) are of no use to the client. */
function toRecord(answer: Answer): DnsRecord[] {
  if (answer.type === 'OPT' || answer.class !== 'IN') return [];
  const owner = { name: plainName(answer.name), ttlSeconds: answer.ttl ?? 0 };
  switch (answer.type) {
    case 'A':
    case 'AAAA':
      return [{ ...owner, type: answer.type, address: ipaddr.parse(answer.data).toString() }];
    case 'CNAME':
    case 'NS':
    case 'PTR':
      return [{ ...owner, type: answer.type, target: plainName(answer.data) }];
    case 'MX':
      return [
        {
          ...owner,
          type: 'MX',
          preference: answer.data.preference ?? 0,
          exchange: plainName(answer.data.exchange),
        },
      ];
    case 'SRV': {
      const { priority = 0, weight = 0, port, target } = answer.data;
      return [{ ...owner, type: 'SRV', priority, weight, port, target: plainName(target) }];
    }
    case 'TLSA': {
      const { usage, selector, matchingType, certificate } = answer.data;
      return [{ ...owner, type: 'TLSA', usage, selector, matchingType, data: certificate }];
    }
    case 'TXT': {
      const strings = Array.isArray(answer.data) ? answer.data : [answer.data];
      return [{ ...owner, type: 'TXT', strings: strings.map((text) => Buffer.from(text)) }];
    }
    default:
      return [];
  }
}

function plainName(name: string): string {
  return name === '.' ? '' : name;
}
