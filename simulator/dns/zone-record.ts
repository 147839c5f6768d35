/** The records of a zone: from their text in a scenario to what the server puts on the wire. */
import ipaddr from 'ipaddr.js';

export const RECORD_TYPES = ['A', 'AAAA', 'CNAME', 'MX', 'PTR', 'SRV', 'TLSA', 'TXT'] as const;
export type RecordType = (typeof RECORD_TYPES)[number];

/** Something is wrong in a zone; the message is one line that names the zone and the record. */
export class ZoneError extends Error {
  override readonly name = 'ZoneError';

  constructor(message: string) {
    super(message.replace(/[\u0000-\u001f\u007f]/g, '?'));
  }
}

/** Record data; names are absolute without final dot, the root is empty. */
export type ZoneRecord = { readonly ttlSeconds: number } & (
  | { readonly type: 'A' | 'AAAA'; readonly address: string }
  | { readonly type: 'CNAME' | 'PTR'; readonly target: string }
  | { readonly type: 'MX'; readonly preference: number; readonly exchange: string }
  | {
      readonly type: 'SRV';
      readonly priority: number;
      readonly weight: number;
      readonly port: number;
      readonly target: string;
    }
  /** Wire form of the data. */
  | { readonly type: 'TLSA'; readonly bytes: Uint8Array }
  | { readonly type: 'TXT'; readonly strings: readonly string[] }
);

export function isRecordType(key: string): key is RecordType {
  return RECORD_TYPES.some((type) => type === key);
}

/** Reads the data of one record; `where` names it in errors. Throws ZoneError. */
export function readRecord(
  type: RecordType,
  text: string,
  ttlSeconds: number,
  origin: string,
  where: string,
): ZoneRecord {
  const fail = (expected: string): never => {
    throw new ZoneError(`${where}: expected ${expected}`);
  };
  const target = (name: string): string => {
    if (name === '.') return '';
    const absolute = absoluteName(name, origin);
    checkName(absolute, name, where);
    return absolute;
  };
  switch (type) {
    case 'A':
      if (!ipaddr.IPv4.isValidFourPartDecimal(text)) fail('an IPv4 address');
      return { type, ttlSeconds, address: text };
    case 'AAAA':
      if (!ipaddr.IPv6.isValid(text) || text.includes('%')) fail('an IPv6 address');
      return { type, ttlSeconds, address: ipaddr.parse(text).toString() };
    case 'CNAME':
    case 'PTR':
      if (!/^\S+$/.test(text)) fail('a name');
      return { type, ttlSeconds, target: target(text) };
    case 'MX': {
      const [, preference = '', exchange = ''] = /^(\d{1,5}) +(\S+)$/.exec(text) ?? fail('"preference host"');
      return { type, ttlSeconds, preference: uint16(preference, where), exchange: target(exchange) };
    }
    case 'SRV': {
      const [, priority = '', weight = '', port = '', host = ''] =
        /^(\d{1,5}) +(\d{1,5}) +(\d{1,5}) +(\S+)$/.exec(text) ?? fail('"priority weight port host"');
      return {
        type,
        ttlSeconds,
        priority: uint16(priority, where),
        weight: uint16(weight, where),
        port: uint16(port, where),
        target: target(host),
      };
    }
    case 'TLSA': {
      const [, usage, selector, matching, hex = ''] =
        /^(\d{1,3}) +(\d{1,3}) +(\d{1,3}) +((?:[0-9a-f]{2})*)$/i.exec(text) ??
        fail('"usage selector matching-type hex"');
      const fields = [usage, selector, matching].map(Number);
      if (fields.some((field) => field > 255)) fail('fields from 0 to 255');
      return { type, ttlSeconds, bytes: Buffer.concat([Buffer.from(fields), Buffer.from(hex, 'hex')]) };
    }
    case 'TXT':
      if (!/^[\u0020-\u007e]*$/.test(text)) fail('printable ASCII');
      return { type, ttlSeconds, strings: characterStrings(text) };
  }
}

/** A long text becomes several character-strings of one record (RFC 1035 section 3.3.14). */
function characterStrings(text: string): readonly string[] {
  return text.match(/.{1,255}/g) ?? [''];
}

/** Relative names get the origin, `@` is the origin, a final dot makes a name absolute; none is in the result. */
export function absoluteName(name: string, origin: string): string {
  if (name === '@') return origin;
  return name.endsWith('.') ? name.slice(0, -1) : `${name}.${origin}`;
}

/** What cannot be encoded cannot be served; names that are wrong in other ways are what scenarios are about. */
export function checkName(name: string, written: string, where: string): void {
  const labels = name.split('.');
  const fits = name.length <= 253 && labels.every((label) => label.length > 0 && label.length <= 63);
  if (!fits || !/^[\u0021-\u007e]+$/.test(name)) {
    throw new ZoneError(`${where}: "${written}" is no name that DNS can carry`);
  }
}

function uint16(text: string, where: string): number {
  const value = Number(text);
  if (value > 0xffff) throw new ZoneError(`${where}: ${text} is above 65535`);
  return value;
}
