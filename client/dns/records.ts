/** DNS records as the client sees them, and their presentation form for traces. */

export type RecordType = 'A' | 'AAAA' | 'CNAME' | 'MX' | 'NS' | 'PTR' | 'SRV' | 'TLSA' | 'TXT';

interface Owned {
  /** Owner name in ASCII, without the final dot; the root is the empty string. */
  readonly name: string;
  readonly ttlSeconds: number;
}

export interface AddressRecord extends Owned {
  readonly type: 'A' | 'AAAA';
  /** Numeric address in canonical text form. */
  readonly address: string;
}

export interface AliasRecord extends Owned {
  readonly type: 'CNAME' | 'NS' | 'PTR';
  readonly target: string;
}

export interface MxRecord extends Owned {
  readonly type: 'MX';
  readonly preference: number;
  /** Empty for the root: the null MX of RFC 7505. */
  readonly exchange: string;
}

export interface SrvRecord extends Owned {
  readonly type: 'SRV';
  readonly priority: number;
  readonly weight: number;
  readonly port: number;
  readonly target: string;
}

export interface TlsaRecord extends Owned {
  readonly type: 'TLSA';
  readonly usage: number;
  readonly selector: number;
  readonly matchingType: number;
  readonly data: Uint8Array;
}

export interface TxtRecord extends Owned {
  readonly type: 'TXT';
  readonly strings: readonly Uint8Array[];
}

export type DnsRecord = AddressRecord | AliasRecord | MxRecord | SrvRecord | TlsaRecord | TxtRecord;

/** The record shape that belongs to a type: `RecordOf<'MX'>` is MxRecord. */
export type RecordOf<T extends RecordType> = T extends 'A' | 'AAAA'
  ? AddressRecord
  : T extends 'CNAME' | 'NS' | 'PTR'
    ? AliasRecord
    : Extract<DnsRecord, { readonly type: T }>;

/** `mx.example.test. 300 IN A 192.0.2.1` */
export function presentRecord(record: DnsRecord): string {
  return `${record.name}. ${record.ttlSeconds} IN ${record.type} ${presentData(record)}`;
}

function presentData(record: DnsRecord): string {
  switch (record.type) {
    case 'A':
    case 'AAAA':
      return record.address;
    case 'CNAME':
    case 'NS':
    case 'PTR':
      return `${record.target}.`;
    case 'MX':
      return `${record.preference} ${record.exchange}.`;
    case 'SRV':
      return `${record.priority} ${record.weight} ${record.port} ${record.target}.`;
    case 'TLSA':
      return `${record.usage} ${record.selector} ${record.matchingType} ${Buffer.from(record.data).toString('hex')}`;
    case 'TXT':
      return record.strings.map((text) => JSON.stringify(Buffer.from(text).toString('latin1'))).join(' ');
  }
}

/** DNS names compare without regard to ASCII case (RFC 4343). */
export function sameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
