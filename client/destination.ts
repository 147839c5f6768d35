/**
 * Destinations as they are written: the nexthop of a request, relayhost, smtp_fallback_relay
 * (delivery reference 2.1).
 */
import { toAsciiDomain } from './dns/domain-name.ts';
import { addressFamily, isHostname } from './dns/hostname.ts';

export type Destination = InetDestination | UnixDestination;

export interface InetDestination {
  readonly kind: 'inet';
  /** As written, for texts and policy lookups. */
  readonly text: string;
  /** Host or domain; an address without brackets and without the `ipv6:` tag. */
  readonly domain: string;
  /** In brackets: the host's own addresses, no MX lookup. */
  readonly bracketed: boolean;
  readonly port: number;
  /** The port or service name as written, or the default service: the key of use_srv_lookup. */
  readonly portText: string;
}

export interface UnixDestination {
  readonly kind: 'unix';
  readonly path: string;
}

export interface DestinationOptions {
  /** `unix:` and `inet:` mean something to LMTP only. */
  readonly protocol: 'smtp' | 'lmtp';
  /** smtp_tcp_port or lmtp_tcp_port: a number or a service name. */
  readonly defaultService: string;
  /** known_tcp_ports: entries like `smtp=25` or `smtps=submissions=465`. */
  readonly knownTcpPorts: readonly string[];
}

/**
 * A destination that cannot be used, in one line. To Postfix it is fatal at the moment it comes to that destination,
 * which leaves all recipients for a later attempt.
 */
export class DestinationError extends Error {
  override readonly name = 'DestinationError';
}

/** Of the system's services database, those that speak mail. */
const TCP_SERVICES = new Map([
  ['smtp', 25],
  ['mail', 25],
  ['lmtp', 24],
  ['urd', 465],
  ['ssmtp', 465],
  ['smtps', 465],
  ['submissions', 465],
  ['submission', 587],
]);

const PORT_LIMIT = 65_535;
const IPV6_TAG = /^ipv6:/i;

/** Parses a whole nexthop; at least one destination comes back. Throws DestinationError. */
export function parseDestinations(nexthop: string, options: DestinationOptions): readonly Destination[] {
  const texts = splitDestinations(nexthop, options.protocol);
  return texts.map((text) => parseDestination(text, options));
}

/**
 * Splits a nexthop into its destinations, not parsed yet: a mistake in a later one matters only when its turn comes.
 * A `unix:` path is one destination whatever it holds.
 */
export function splitDestinations(nexthop: string, protocol: 'smtp' | 'lmtp'): readonly string[] {
  if (protocol === 'lmtp' && nexthop.startsWith('unix:')) return [nexthop];
  const list = protocol === 'lmtp' && nexthop.startsWith('inet:') ? nexthop.slice('inet:'.length) : nexthop;
  const texts = list.split(/[, \t\r\n]+/).filter((text) => text !== '');
  if (texts.length === 0) throw new DestinationError(`null destination: "${oneLine(nexthop)}"`);
  return texts;
}

/** Parses the first destination of a nexthop. Throws DestinationError. */
export function parseDestination(text: string, options: DestinationOptions): Destination {
  if (options.protocol === 'lmtp' && text.startsWith('unix:')) {
    return { kind: 'unix', path: text.slice('unix:'.length) };
  }
  return parseInetDestination(text, options);
}

/** Parses one of the others, where `unix:` would be a host. Throws DestinationError. */
export function parseInetDestination(text: string, options: DestinationOptions): InetDestination {
  const { host, service, bracketed } = splitHostPort(text);
  const fail = (error: string): never => {
    throw new DestinationError(`${error} in server description: ${oneLine(text)}`);
  };
  if (host === '') fail('missing host information');
  const domain = bracketed ? host.replace(IPV6_TAG, '') : host;
  if (domain !== host && addressFamily(domain) !== 6) fail('malformed IPv6 address');
  if (addressFamily(domain) === undefined && !isHostname(toAsciiDomain(domain, false) ?? '')) {
    fail('valid hostname or network address required');
  }
  const portText = service === '' ? options.defaultService : service;
  if (/^\d.*\D/s.test(portText)) fail('garbage after numerical service');
  return { kind: 'inet', text, domain, bracketed, port: parsePort(portText, text, options), portText };
}

function splitHostPort(text: string): { host: string; service: string; bracketed: boolean } {
  if (text.startsWith('[')) {
    const end = text.indexOf(']');
    const rest = text.slice(end + 1);
    if (end < 0) throw new DestinationError(`missing "]" in server description: ${oneLine(text)}`);
    if (rest !== '' && !rest.startsWith(':')) {
      throw new DestinationError(`garbage after "]" in server description: ${oneLine(text)}`);
    }
    return { host: text.slice(1, end), service: rest.slice(1), bracketed: true };
  }
  const colon = text.lastIndexOf(':');
  if (colon < 0) return { host: text, service: '', bracketed: false };
  return { host: text.slice(0, colon), service: text.slice(colon + 1), bracketed: false };
}

function parsePort(service: string, destination: string, options: DestinationOptions): number {
  const known = knownPort(service, options.knownTcpPorts) ?? service;
  if (/^\d+$/.test(known)) {
    const port = Number(known);
    if (port >= 1 && port <= PORT_LIMIT) return port;
    const shown = oneLine(destination);
    throw new DestinationError(`bad network port: ${known} for destination: ${shown}`);
  }
  const port = TCP_SERVICES.get(known);
  if (port === undefined) throw new DestinationError(`unknown service: ${oneLine(known)}/tcp`);
  return port;
}

/** Every name before the last `=` of an entry has the port behind it. */
function knownPort(service: string, entries: readonly string[]): string | undefined {
  for (const entry of entries) {
    const names = entry.split('=').map((part) => part.trim());
    const port = names.pop();
    if (names.includes(service)) return port;
  }
  return undefined;
}

/** Log lines show characters that are not printable as `?`; an error is one line too. */
function oneLine(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f]/g, '?');
}
