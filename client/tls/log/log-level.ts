/** What the log tells of TLS: `smtp_tls_loglevel`, and `smtp_tls_loglevel_maps` for single servers (security reference 11.1). */
import type { Settings } from '../../config/register.ts';
import { splitList } from '../../config/text.ts';
import { toAsciiDomain } from '../../dns/domain-name.ts';
import { addressFamily, isHostname } from '../../dns/hostname.ts';
import type { Service } from '../../request.ts';
import type { Maps } from '../../tables/maps.ts';
import { TableError } from '../../tables/table.ts';
import type { Tables } from '../../tables/tables.ts';

export type TlsLogFeature =
  | 'summary'
  | 'untrusted'
  | 'peercert'
  | 'certmatch'
  | 'verbose'
  | 'cache'
  | 'dane'
  | 'ssl-debug'
  | 'ssl-handshake-packet-dump'
  | 'ssl-session-packet-dump';

const DEBUG: readonly TlsLogFeature[] = ['summary', 'verbose', 'cache', 'ssl-debug'];
const EXPERT: readonly TlsLogFeature[] = [...DEBUG, 'ssl-handshake-packet-dump'];
const DEVELOPER: readonly TlsLogFeature[] = [...EXPERT, 'ssl-session-packet-dump'];

const WORDS: Readonly<Record<string, readonly TlsLogFeature[]>> = {
  '0': [],
  none: [],
  '1': ['summary'],
  routine: ['summary'],
  '2': DEBUG,
  debug: DEBUG,
  '3': EXPERT,
  'ssl-expert': EXPERT,
  '4': DEVELOPER,
  'ssl-developer': DEVELOPER,
  '5': DEVELOPER,
  '6': DEVELOPER,
  '7': DEVELOPER,
  '8': DEVELOPER,
  '9': DEVELOPER,
  summary: ['summary'],
  untrusted: ['untrusted'],
  peercert: ['peercert'],
  certmatch: ['certmatch'],
  verbose: ['verbose'],
  cache: ['cache'],
  dane: ['dane'],
  'ssl-debug': ['ssl-debug'],
  'ssl-handshake-packet-dump': ['ssl-handshake-packet-dump'],
  'ssl-session-packet-dump': ['ssl-handshake-packet-dump', 'ssl-session-packet-dump'],
};

type Warn = (text: string) => void;

/** Words of `parameter` in any case. An unknown one makes them all count for nothing, with a warning. */
export function readLogLevel(parameter: string, text: string, warn: Warn): ReadonlySet<TlsLogFeature> {
  const features = new Set<TlsLogFeature>();
  for (const word of splitList(text)) {
    const name = word.toLowerCase();
    if (name === 'trace') {
      warn(`${parameter}: ignoring "trace" log level: SSL_trace() is not available in this build`);
      continue;
    }
    if (!Object.hasOwn(WORDS, name)) {
      warn(`unknown ${parameter} value "${word}" in "${text}"`);
      return new Set();
    }
    for (const feature of WORDS[name] ?? []) features.add(feature);
  }
  return features;
}

export interface TlsLogContext {
  readonly settings: Pick<
    Settings,
    'smtp_tls_loglevel' | 'smtp_tls_loglevel_maps' | 'enable_idna2003_compatibility'
  >;
  readonly service: Service;
  readonly tables: Tables;
  readonly warn: Warn;
}

/** For one server. A table that cannot be looked at leaves it at `smtp_tls_loglevel`. */
export async function tlsLogFeatures(
  server: { readonly host: string; readonly address: string },
  { settings, service, tables, warn }: TlsLogContext,
): Promise<ReadonlySet<TlsLogFeature>> {
  const maps = await tables.of('smtp_tls_loglevel_maps');
  const found = maps && (await lookUp(server, maps, settings, tables));
  if (found !== undefined && found.toUpperCase() !== 'DUNNO')
    return readLogLevel(`${service}_tls_loglevel_maps`, found, warn);
  return readLogLevel(`${service}_tls_loglevel`, settings.smtp_tls_loglevel, warn);
}

async function lookUp(
  { host, address }: { readonly host: string; readonly address: string },
  maps: Maps,
  settings: TlsLogContext['settings'],
  tables: Tables,
): Promise<string | undefined> {
  const name = toAsciiDomain(host, settings.enable_idna2003_compatibility);
  const subdomains = await tables.list('parent_domain_matches_subdomains');
  const bare = (await subdomains.match('smtp_tls_loglevel_maps')) === 'listed';
  const names = name !== undefined && isHostname(name) ? [...withParents(name, bare)] : [];
  const addresses = addressFamily(address) === undefined ? [] : [...withPrefixes(address)];
  try {
    for (const keys of [names, addresses]) {
      for (const [index, key] of keys.entries()) {
        const found = await (index === 0 ? maps.lookup(key) : maps.lookupPart(key));
        if (found !== undefined) return found;
      }
    }
  } catch (error) {
    if (!(error instanceof TableError)) throw error;
  }
  return undefined;
}

/** `a.b.test`, `.b.test`, `.test`; the parents without their dot where that stands for subdomains. */
function* withParents(name: string, bare: boolean): Generator<string> {
  yield name;
  for (let dot = name.indexOf('.', 1); dot > 0; dot = name.indexOf('.', dot + 1))
    yield name.slice(bare ? dot + 1 : dot);
}

/** `192.0.2.1`, `192.0.2`, `192.0`, `192`, and the like of IPv6. */
function* withPrefixes(address: string): Generator<string> {
  const delimiter = address.includes(':') ? ':' : '.';
  let prefix = address;
  while (prefix !== '') {
    yield prefix;
    prefix = prefix.slice(0, Math.max(0, prefix.lastIndexOf(delimiter)));
  }
}
