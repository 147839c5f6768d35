/** Which name servers to ask, and how: /etc/resolv.conf, with the limits of resolv.conf(5). */
import ipaddr from 'ipaddr.js';
import type { Files } from '../platform/platform.ts';
import { DEFAULT_ATTEMPTS, DEFAULT_TIMEOUT_MS, isLoopback } from './resolver.ts';
import type { NameServer } from './transport.ts';

export interface ResolvConf {
  readonly servers: readonly NameServer[];
  readonly search: readonly string[];
  /** Names with fewer dots go through `search` first, where a search is wanted. */
  readonly ndots: number;
  readonly timeoutMs: number;
  readonly attempts: number;
  readonly edns0: boolean;
  /** Option `trust-ad`, or all servers are on this machine. */
  readonly trustAd: boolean;
}

const RESOLV_CONF_PATH = '/etc/resolv.conf';
const FILE_LIMIT_BYTES = 65_536;
const DNS_PORT = 53;
const SERVERS_LIMIT = 3;
const SEARCH_LIMIT = 32;
const TIMEOUT_LIMIT_SECONDS = 30;
const ATTEMPTS_LIMIT = 5;
const NDOTS_LIMIT = 15;

/** Reads the file; one that cannot be read counts as empty, as it does for the system resolver. */
export async function readResolvConf(
  files: Pick<Files, 'read'>,
  path = RESOLV_CONF_PATH,
): Promise<ResolvConf> {
  const bytes = await files.read(path, FILE_LIMIT_BYTES).catch(() => new Uint8Array());
  return parseResolvConf(Buffer.from(bytes).toString('utf8'));
}

/** Never fails: what it does not understand it skips, and without any name server it is the local one. */
export function parseResolvConf(text: string): ResolvConf {
  const servers: NameServer[] = [];
  let search: string[] = [];
  const options = new Map<string, string>();
  for (const line of text.split('\n')) {
    if (/^[#;]/.test(line)) continue;
    const [keyword, ...values] = line.trim().split(/\s+/);
    const [first] = values;
    if (first === undefined) continue;
    if (keyword === 'nameserver' && ipaddr.isValid(first)) servers.push({ address: first, port: DNS_PORT });
    else if (keyword === 'search') search = values;
    else if (keyword === 'domain') search = [first];
    else if (keyword === 'options') {
      for (const option of values) {
        const [name = '', value = ''] = option.split(':');
        options.set(name, value);
      }
    }
  }
  const used =
    servers.length === 0 ? [{ address: '127.0.0.1', port: DNS_PORT }] : servers.slice(0, SERVERS_LIMIT);
  return {
    servers: used,
    search: search.slice(0, SEARCH_LIMIT),
    ndots: bounded(options.get('ndots'), 0, NDOTS_LIMIT) ?? 1,
    timeoutMs: seconds(bounded(options.get('timeout'), 1, TIMEOUT_LIMIT_SECONDS)) ?? DEFAULT_TIMEOUT_MS,
    attempts: bounded(options.get('attempts'), 1, ATTEMPTS_LIMIT) ?? DEFAULT_ATTEMPTS,
    edns0: options.has('edns0'),
    trustAd: options.has('trust-ad') || used.every(({ address }) => isLoopback(address)),
  };
}

function bounded(text: string | undefined, min: number, max: number): number | undefined {
  if (text === undefined || !/^\d{1,9}$/.test(text)) return undefined;
  return Math.min(Math.max(Number(text), min), max);
}

function seconds(value: number | undefined): number | undefined {
  return value === undefined ? undefined : value * 1_000;
}
