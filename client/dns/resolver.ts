/**
 * The stub resolver: asks the configured name servers over UDP, and over TCP when an answer is truncated.
 *
 *     const resolver = createResolver({ clock, network, random, servers });
 *     const answer = await resolver.query('example.test', 'MX');
 *
 * It is our own because Node's resolver hides AD, rcode and the names of an alias chain. It behaves like the
 * system's stub resolver towards servers that fail: the next one is asked, round robin, a bounded number of times.
 */
import ipaddr from 'ipaddr.js';
import type { EventListener } from '../events.ts';
import type { Clock, Network, Random } from '../platform/platform.ts';
import { answersQuery, decodeReply, encodeQuery, isEncodableName, isTruncated } from './codec.ts';
import type { DnsRecord, RecordType } from './records.ts';
import { presentRecord } from './records.ts';
import { exchangeTcp, exchangeUdp, type NameServer } from './transport.ts';

/** The defaults of resolv.conf(5). */
export const DEFAULT_TIMEOUT_MS = 5_000;
export const DEFAULT_ATTEMPTS = 2;

export interface Resolver {
  /**
   * Asks for the records of a name in ASCII (A-labels), without final dot. Rejects only with the signal's reason;
   * every failure of servers is an answer.
   */
  query(name: string, type: RecordType, options?: QueryOptions): Promise<DnsAnswer>;
}

export interface QueryOptions {
  /** The answer is wanted validated: DO is set, and AD counts if it can be trusted. */
  readonly dnssec?: boolean;
  readonly signal?: AbortSignal | undefined;
}

export interface DnsAnswer {
  /**
   * `NOERROR`, `NXDOMAIN`, `SERVFAIL`, ...; `timeout` when no server gave a reply at all, `malformed` when the reply
   * cannot be decoded. A name that no DNS message can carry is `FORMERR`, without asking anybody.
   */
  readonly rcode: string;
  /** The name that was asked for in the end, when a search list completed it; the records belong to it. */
  readonly completedName?: string;
  /** The AD bit, if it was asked for and can be trusted. */
  readonly authenticated: boolean;
  /** The answer section, aliases included, in the order of the reply. */
  readonly records: readonly DnsRecord[];
}

export interface ResolverOptions {
  readonly clock: Clock;
  readonly network: Network;
  readonly random: Random;
  /** Asked in this order. */
  readonly servers: readonly NameServer[];
  /** Limit of each single exchange with one server. */
  readonly timeoutMs?: number;
  /** Rounds over all servers. */
  readonly attempts?: number;
  /** Whether AD counts; by default only when all servers are on this machine (RFC 6698 section 4.1). */
  readonly trustAd?: boolean;
  readonly emit?: EventListener;
}

/** With these the system resolver turns to the next server. */
const SERVER_FAILURES = new Set(['SERVFAIL', 'REFUSED', 'NOTIMP', 'timeout']);

export function createResolver(options: ResolverOptions): Resolver {
  const { random, servers, emit } = options;
  const attempts = options.attempts ?? DEFAULT_ATTEMPTS;
  const trustAd = options.trustAd ?? servers.every(({ address }) => isLoopback(address));
  const exchangeContext = {
    clock: options.clock,
    network: options.network,
    timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
  };

  async function ask(
    server: NameServer,
    name: string,
    type: RecordType,
    edns: boolean,
    { dnssec = false, signal }: QueryOptions,
  ): Promise<DnsAnswer> {
    const packet = encodeQuery(random.integer(0x10000), name, type, { edns, dnssec: edns && dnssec });
    const exchange = async (transport: 'udp' | 'tcp'): Promise<Uint8Array | undefined> => {
      const where = server.address.includes(':') ? `[${server.address}]` : server.address;
      emit?.({ type: 'dnsQuery', name, recordType: type, server: `${where}:${server.port}`, transport });
      const send = transport === 'udp' ? exchangeUdp : exchangeTcp;
      return send(exchangeContext, server, packet, (reply) => answersQuery(reply, packet), signal);
    };
    const tell = (answer: DnsAnswer): DnsAnswer => {
      const records = answer.records.map(presentRecord);
      const { rcode, authenticated } = answer;
      emit?.({ type: 'dnsAnswer', name, recordType: type, rcode, authenticated, records });
      return answer;
    };
    let reply = await exchange('udp');
    if (reply !== undefined && isTruncated(reply)) {
      tell({ rcode: 'truncated', authenticated: false, records: [] });
      reply = await exchange('tcp');
    }
    if (reply === undefined) return tell({ rcode: 'timeout', authenticated: false, records: [] });
    const decoded = decodeReply(reply);
    if (decoded === undefined) return tell({ rcode: 'malformed', authenticated: false, records: [] });
    return tell({ ...decoded, authenticated: decoded.authenticated && trustAd && dnssec });
  }

  return {
    async query(name, type, options = {}) {
      if (!isEncodableName(name)) return { rcode: 'FORMERR', authenticated: false, records: [] };
      let answer: DnsAnswer = { rcode: 'timeout', authenticated: false, records: [] };
      for (let attempt = 0; attempt < attempts; attempt++) {
        for (const server of servers) {
          answer = await ask(server, name, type, true, options);
          // A server that does not know EDNS says so (RFC 6891 section 7).
          if (answer.rcode === 'FORMERR') answer = await ask(server, name, type, false, options);
          if (!SERVER_FAILURES.has(answer.rcode)) return answer;
        }
      }
      return answer;
    },
  };
}

/** 127.0.0.0/8 and ::1. */
export function isLoopback(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.process(address).range() === 'loopback';
}
