/** The `native` host lookup: /etc/hosts. */
import ipaddr from 'ipaddr.js';
import type { Files } from '../platform/platform.ts';
import { addressFamily } from './hostname.ts';

export interface HostsFile {
  /** Numeric addresses of a name or alias, in file order; empty when the file does not have it. */
  addresses(host: string): readonly string[];
}

const HOSTS_PATH = '/etc/hosts';
const FILE_LIMIT_BYTES = 1_048_576;

/** Reads the file; one that cannot be read counts as empty, as it does for the system. */
export async function readHostsFile(files: Pick<Files, 'read'>, path = HOSTS_PATH): Promise<HostsFile> {
  const bytes = await files.read(path, FILE_LIMIT_BYTES).catch(() => new Uint8Array());
  return parseHostsFile(Buffer.from(bytes).toString('utf8'));
}

/** Lines `address name alias...`; `#` starts a comment; lines without numeric address are skipped. */
export function parseHostsFile(text: string): HostsFile {
  const hosts = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const [address, ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    if (address === undefined || addressFamily(address) === undefined) continue;
    for (const name of names) {
      const addresses = hosts.get(name.toLowerCase()) ?? [];
      addresses.push(ipaddr.parse(address).toString());
      hosts.set(name.toLowerCase(), addresses);
    }
  }
  return { addresses: (host) => hosts.get(host.toLowerCase()) ?? [] };
}
