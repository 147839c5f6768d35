/**
 * What an answer of the DNS means for mail: aliases followed, bad records dropped, outcomes in classes with the
 * reason texts of delivery reference 3.4.
 */
import type { EventListener } from '../events.ts';
import type { Maps } from '../tables/maps.ts';
import { TableError } from '../tables/table.ts';
import { addressFamily, hostnameFault, isHostname } from './hostname.ts';
import { type DnsRecord, presentRecord, type RecordOf, type RecordType, sameName } from './records.ts';
import type { Resolver } from './resolver.ts';

/** Types whose answers mail delivery interprets. */
export type LookupType = 'A' | 'AAAA' | 'CNAME' | 'MX' | 'SRV' | 'TLSA' | 'TXT';

export type LookupResult<T extends LookupType> = LookupSuccess<T> | LookupFailure;

export interface LookupSuccess<T extends LookupType> {
  readonly status: 'ok';
  /** At least one. */
  readonly records: readonly RecordOf<T>[];
  /** Owner of the records: the name itself, or the end of its alias chain. */
  readonly canonicalName: string;
  /** Every answer on the way was authenticated. */
  readonly authenticated: boolean;
}

/**
 * notFound: no such name, no such record, an impossible name, an alias loop. temporary: ask again later.
 * nonRecoverable: the servers cannot handle the query. invalid: nothing but malformed records. noService: the domain
 * declares that it has none, by a null MX (RFC 7505) or a null SRV target (RFC 2782). policy: `smtp_dns_reply_filter`
 * left nothing.
 */
export interface LookupFailure {
  readonly status: 'notFound' | 'temporary' | 'nonRecoverable' | 'invalid' | 'noService' | 'policy';
  readonly reason: string;
}

export interface LookupContext {
  readonly resolver: Resolver;
  /** `smtp_dns_reply_filter`: says which records of an answer to ignore. */
  readonly filter?: Maps | undefined;
  /** The answers are wanted validated (security reference 5.2); without that none is. */
  readonly dnssec?: boolean;
  readonly emit?: EventListener;
  readonly signal?: AbortSignal;
}

/** Records kept of one answer, and addresses kept of one destination. */
export const RECORDS_LIMIT = 100;
/** Queries for one name, all its aliases included. */
const ALIAS_QUERIES_LIMIT = 10;
/** Aliases inside one answer; a longer chain goes on with a query. */
const ALIAS_STEPS_LIMIT = 100;
const SHOWN_NAME_LIMIT = 100;

/** Looks up a name in ASCII without final dot. Rejects only with the signal's reason. */
export async function lookup<T extends LookupType>(
  name: string,
  type: T,
  context: LookupContext,
): Promise<LookupResult<T>> {
  if (!isHostname(name, { wildcard: true })) {
    return failure('notFound', `Name service error for ${name}: invalid host or domain name`);
  }
  let asked = name;
  // Once an alias is not validated nothing behind it can be, and is not asked to be.
  let authenticated = context.dnssec === true;
  for (let queries = 0; queries < ALIAS_QUERIES_LIMIT; queries++) {
    const answer = await context.resolver.query(asked, type, {
      dnssec: authenticated,
      signal: context.signal,
    });
    const failed = failureOf(answer.rcode, asked, type);
    if (failed !== undefined) return failed;
    authenticated &&= answer.authenticated;

    const owner = answer.completedName ?? asked;
    const alias =
      type === 'CNAME'
        ? { name: owner, followed: false, malformed: false }
        : followAliases(answer.records, owner, context);
    const owned = answer.records.filter((record) => sameName(record.name, alias.name));
    const data = readData(owned, asked, type, context);
    if (data === 'noService') return failure('noService', noServiceReason(asked, type));
    if (data.records.length > 0) {
      const limited = limitRecords(data.records, asked, type, context);
      const records = await filterRecords(limited, context);
      if (records === undefined)
        return failure('temporary', filtered(asked, type, 'Invalid DNS reply filter syntax'));
      if (records.length === 0)
        return failure('policy', filtered(asked, type, 'DNS reply filter drops all results'));
      return { status: 'ok', records, canonicalName: alias.name, authenticated };
    }
    if (data.malformed || alias.malformed) return failure('invalid', unexpectedReply(asked, type));
    if (!alias.followed) {
      return failure(
        'notFound',
        nameServiceError(asked, type, 'Host found but no data record of requested type'),
      );
    }
    asked = alias.name;
  }
  warn(context, `dns_lookup: Name server loop for ${asked}`);
  return failure('notFound', `Name server loop for ${asked}`);
}

/** Walks the aliases of one answer as far as they go; a circle ends where it began. */
function followAliases(
  records: readonly DnsRecord[],
  from: string,
  context: LookupContext,
): { name: string; followed: boolean; malformed: boolean } {
  const aliases = new Map<string, string>();
  for (const record of records) {
    if (record.type === 'CNAME') aliases.set(record.name.toLowerCase(), record.target);
  }
  let name = from;
  const seen = new Set<string>();
  while (seen.size < ALIAS_STEPS_LIMIT && !seen.has(name.toLowerCase())) {
    const target = aliases.get(name.toLowerCase());
    if (target === undefined) break;
    if (!isUsableName(target, 'CNAME', from, context)) return { name, followed: false, malformed: true };
    seen.add(name.toLowerCase());
    name = target;
  }
  return { name, followed: seen.size > 0, malformed: false };
}

/** The name that a record refers to; the empty one, the root, says that the service is not there. */
function targetOf(record: DnsRecord): string | undefined {
  if (record.type === 'MX') return record.exchange;
  return record.type === 'SRV' ? record.target : undefined;
}

/**
 * Picks the records of the wanted type, without those whose data is no name. A null MX among them decides, as does a
 * null SRV target.
 */
function readData<T extends LookupType>(
  records: readonly DnsRecord[],
  asked: string,
  type: T,
  context: LookupContext,
): { records: RecordOf<T>[]; malformed: boolean } | 'noService' {
  const wanted = records.filter((record): record is RecordOf<T> & DnsRecord => record.type === type);
  if (wanted.some((record) => targetOf(record) === '')) return 'noService';
  const usable = wanted.filter((record) => {
    const target = targetOf(record);
    return target === undefined || isUsableName(target, type, asked, context);
  });
  return { records: usable, malformed: usable.length < wanted.length };
}

/** Numeric names are wrong but usable (as the address they are); what is no name at all is not. */
function isUsableName(target: string, type: LookupType, asked: string, context: LookupContext): boolean {
  if (isHostname(target, { wildcard: true })) return true;
  const numeric = addressFamily(target) !== undefined;
  const complaint = numeric ? 'numeric domain name' : 'malformed domain name';
  const shown = target.slice(0, SHOWN_NAME_LIMIT);
  const fault = numeric ? undefined : hostnameFault(target, { wildcard: true });
  if (fault !== undefined) warn(context, `valid_hostname: ${fault}: ${shown}`);
  warn(context, `${complaint} in resource data of ${type} record for ${asked}: ${shown}`);
  return numeric;
}

function limitRecords<R>(
  records: readonly R[],
  name: string,
  type: string,
  context: LookupContext,
): readonly R[] {
  if (records.length <= RECORDS_LIMIT) return records;
  warn(context, tooManyRecords(name, type));
  return records.slice(0, RECORDS_LIMIT);
}

/** The records that may be used; undefined when the filter cannot tell, or says what nobody understands. */
async function filterRecords<R extends DnsRecord>(
  records: readonly R[],
  { filter, emit, signal }: LookupContext,
): Promise<readonly R[] | undefined> {
  if (filter === undefined) return records;
  const kept: R[] = [];
  for (const record of records) {
    const text = presentRecord(record);
    let action: string | undefined;
    try {
      action = await filter.lookup(text, signal);
    } catch (error) {
      if (!(error instanceof TableError)) throw error;
      return undefined;
    }
    if (action === undefined) {
      kept.push(record);
    } else if (/^IGNORE(?:[ \t]|$)/i.test(action)) {
      emit?.({ type: 'log', level: 'info', text: `ignoring DNS RR: ${text}` });
    } else {
      const complaint = `${filter.parameter}: unknown DNS filter action: "${action}"`;
      emit?.({ type: 'log', level: 'warning', text: complaint });
      return undefined;
    }
  }
  return kept;
}

/** The line of the log about records that were dropped, the last one kept being of this name and type. */
export function tooManyRecords(name: string, type: string): string {
  return `DNS record count limit (${RECORDS_LIMIT}) exceeded -- dropping excess record(s) after qname=${name} qtype=${type}`;
}

/** What an answer with this code is, when it is not one. */
export function failureOf(rcode: string, name: string, type: RecordType): LookupFailure | undefined {
  switch (rcode) {
    case 'NOERROR':
      return undefined;
    case 'NXDOMAIN':
      return failure('notFound', nameServiceError(name, type, 'Host not found'));
    case 'malformed':
      return failure('temporary', unexpectedReply(name, type));
    case 'timeout':
    case 'SERVFAIL':
    case 'REFUSED':
    case 'NOTIMP':
      return failure('temporary', nameServiceError(name, type, 'Host not found, try again'));
    default:
      return failure('nonRecoverable', nameServiceError(name, type, 'Non-recoverable error'));
  }
}

function nameServiceError(name: string, type: RecordType, detail: string): string {
  return `Host or domain name not found. Name service error for name=${name} type=${type}: ${detail}`;
}

function unexpectedReply(name: string, type: RecordType): string {
  return `Name service error for name=${name} type=${type}: Malformed or unexpected name server reply`;
}

function filtered(name: string, type: LookupType, detail: string): string {
  return `Error looking up name=${name} type=${type}: ${detail}`;
}

function noServiceReason(name: string, type: LookupType): string {
  const refusal = type === 'SRV' ? 'support SRV requests' : 'accept mail (nullMX)';
  return `Domain ${name} does not ${refusal}`;
}

function failure(status: LookupFailure['status'], reason: string): LookupFailure {
  return { status, reason };
}

function warn(context: LookupContext, text: string): void {
  context.emit?.({ type: 'log', level: 'warning', text });
}
