/**
 * The server that a mere submission client is pointed at: such a client is told one, and finds none itself. Where the
 * destination of a message leaves a choice, there is nothing to tell it.
 */
import { Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { InetDestination } from '../../client/destination.ts';
import { namedDestination } from './foreign.ts';
import {
  type SenderEnvironment,
  type Submission,
  type SubmittedRecipient,
  UnsupportedError,
} from './sender.ts';

/** A host with its numeric address, or a unix socket. */
export type Server =
  | { readonly name: string; readonly address: string; readonly port: number }
  | { readonly path: string };

export interface Share {
  readonly server: Server;
  readonly recipients: readonly SubmittedRecipient[];
}

const TIMEOUT_MS = 500;
const TRIES = 2;

/** Who goes where. Rejects with UnsupportedError when that is not one place for each recipient's domain. */
export async function sharesOf(submission: Submission, environment: SenderEnvironment): Promise<Share[]> {
  const { recipients } = submission;
  const destination = namedDestination(submission);
  if (destination?.kind === 'unix') return [{ server: { path: destination.path }, recipients }];
  const resolver = new Resolver({ timeout: TIMEOUT_MS, tries: TRIES });
  const { address, port } = environment.nameServer;
  resolver.setServers([`${address}:${port}`]);
  const cancel = () => resolver.cancel();
  environment.signal.addEventListener('abort', cancel, { once: true });
  try {
    if (destination !== undefined)
      return [{ server: await serverOf(resolver, destination, submission), recipients }];
    const byDomain = Map.groupBy(recipients, (recipient) => domainOf(recipient.address));
    return await Promise.all(
      [...byDomain].map(async ([domain, its]): Promise<Share> => {
        const name = await exchangerOf(resolver, domain);
        return { server: { name, port: 25, address: await addressOf(resolver, name) }, recipients: its };
      }),
    );
  } finally {
    environment.signal.removeEventListener('abort', cancel);
  }
}

async function serverOf(
  resolver: Resolver,
  { domain, bracketed, port }: InetDestination,
  { service }: Submission,
): Promise<Server> {
  if (isIP(domain) !== 0) return { name: domain, address: domain, port };
  const name = bracketed || service === 'lmtp' ? domain : await exchangerOf(resolver, domain);
  return { name, port, address: await addressOf(resolver, name) };
}

function domainOf(address: string): string {
  const at = address.lastIndexOf('@');
  if (at < 0) throw new UnsupportedError(`no server can be told for the recipient ${address}`);
  return address.slice(at + 1);
}

async function exchangerOf(resolver: Resolver, domain: string): Promise<string> {
  const records = await resolver.resolveMx(domain).catch(() => []);
  const [only, ...others] = records;
  if (only === undefined || others.length > 0 || only.exchange === '') {
    throw new UnsupportedError(
      `a submission client is told one server, and ${domain} has ${records.length} exchangers`,
    );
  }
  return only.exchange;
}

async function addressOf(resolver: Resolver, name: string): Promise<string> {
  const found = await Promise.all([
    resolver.resolve4(name).catch(() => []),
    resolver.resolve6(name).catch(() => []),
  ]);
  const addresses = found.flat();
  const [only, ...others] = addresses;
  if (only === undefined || others.length > 0) {
    throw new UnsupportedError(
      `a submission client is told one address, and ${name} has ${addresses.length}`,
    );
  }
  return only;
}
