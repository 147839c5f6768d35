/** Where the server of a table listens, and how it is connected to. */
import { DestinationError, parseInetDestination } from '../../destination.ts';
import { addressFamily } from '../../dns/hostname.ts';
import type { Connection } from '../../platform/platform.ts';
import { systemText } from '../../platform/system-text.ts';
import { withTimeLimit } from '../../platform/time-limit.ts';
import type { OpenContext } from '../opener.ts';
import { TableError } from '../table.ts';
import { Link, LinkError } from './link.ts';

export type Endpoint =
  | { readonly text: string; readonly host: string; readonly port: number }
  | { readonly text: string; readonly path: string };

/** `host:port`, `:port` or `port`, where the host may be an address, in brackets or not. Throws TableError. */
export function inetEndpoint(text: string): Endpoint {
  const written = text.includes(':') ? text.replace(/^:/, 'localhost:') : `localhost:${text}`;
  try {
    const options = { protocol: 'smtp', defaultService: '', knownTcpPorts: [] } as const;
    const { domain: host, port } = parseInetDestination(written, options);
    return { text, host, port };
  } catch (error) {
    if (error instanceof DestinationError) throw new TableError(error.message);
    throw error;
  }
}

/**
 * Tries all addresses of a host, each for as long as this. Rejects with LinkError, whose message is the last one's
 * failure, or with the signal's reason.
 */
export async function connectTo(
  endpoint: Endpoint,
  context: OpenContext,
  { limitMs, signal }: { readonly limitMs: number; readonly signal: AbortSignal | undefined },
): Promise<Link> {
  const { clock, network } = context;
  const within = (open: (limit: AbortSignal) => Promise<Connection>) =>
    withTimeLimit({ clock, limitMs, signal }, open);
  let failure = systemText({ code: 'EADDRNOTAVAIL' });
  const attempts =
    'path' in endpoint
      ? [(limit: AbortSignal) => network.connectUnix(endpoint.path, limit)]
      : (await addressesOf(endpoint.host, endpoint.text, context, signal)).map(
          (address) => (limit: AbortSignal) => network.connectTcp({ address, port: endpoint.port }, limit),
        );
  for (const attempt of attempts) {
    try {
      return new Link(await within(attempt), clock);
    } catch (error) {
      signal?.throwIfAborted();
      failure = systemText(error);
    }
  }
  throw new LinkError('closed', failure);
}

async function addressesOf(
  host: string,
  text: string,
  context: OpenContext,
  signal: AbortSignal | undefined,
): Promise<readonly string[]> {
  if (addressFamily(host) !== undefined) return [host];
  const addresses = await context.addressesOf(host, signal);
  if (addresses.length === 0) context.warn(`host or service ${text} not found: Name or service not known`);
  return addresses;
}
