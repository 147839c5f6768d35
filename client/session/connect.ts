/**
 * Opens the connection to a server: source address, time limit, and the words for what can go wrong
 * (delivery reference 4.1).
 */
import type { Settings } from '../config/register.ts';
import { readHostsFile } from '../dns/hosts-file.ts';
import { ownAddresses } from '../dns/own-addresses.ts';
import { isLoopback } from '../dns/resolver.ts';
import type { EventListener } from '../events.ts';
import type { Failure } from '../outcome/failure.ts';
import type { Connection, Platform } from '../platform/platform.ts';
import { startingFrom } from '../platform/queue-directory.ts';
import { systemText } from '../platform/system-text.ts';
import { withTimeLimit } from '../platform/time-limit.ts';
import { fullName, type Peer } from './peer.ts';

export interface ConnectContext {
  readonly platform: Platform;
  readonly settings: Settings;
  readonly emit: EventListener;
  readonly signal?: AbortSignal | undefined;
}

/** Connects, or says in a Failure why not. The failure is logged without a queue id, as Postfix does. */
export async function connect(peer: Peer, context: ConnectContext): Promise<Connection | Failure> {
  const { emit, platform, settings, signal } = context;
  emit({ type: 'connect', ...peer });
  const startMs = platform.clock.now();
  try {
    return await withTimeLimit(
      { clock: platform.clock, limitMs: settings.smtp_connect_timeout * 1000, signal },
      (limit) => open(peer, context, limit),
    );
  } catch (error) {
    const failure = connectFailure(peer, error);
    const { smtp_connect_timeout: seconds } = settings;
    if (
      seconds > 0 &&
      (error as NodeJS.ErrnoException).code === 'ETIMEDOUT' &&
      platform.clock.now() - startMs >= seconds * 1000
    )
      emit({
        type: 'decision',
        decision: {
          kind: 'timeLimit',
          parameter: 'smtp_connect_timeout',
          seconds,
          doing: `connecting to ${fullName(peer)}`,
        },
      });
    if (signal?.aborted !== true) emit({ type: 'connectFailed', ...peer, text: failure.reason });
    return failure;
  }
}

function connectFailure(peer: Peer, error: unknown): Failure {
  if (error instanceof BindError) {
    return { scope: 'session', dsn: '4.4.0', reason: 'server configuration error' };
  }
  return { scope: 'session', dsn: '4.4.1', reason: `connect to ${fullName(peer)}: ${systemText(error)}` };
}

/** `smtp_bind_address_enforce` forbids to go on without the source address asked for. */
class BindError extends Error {}

async function open(peer: Peer, context: ConnectContext, signal: AbortSignal): Promise<Connection> {
  const { network } = startingFrom(context.settings.queue_directory, context.platform);
  if (peer.port === 0) return network.connectUnix(peer.address, signal);
  const target = { address: peer.address, port: peer.port };
  const source = await sourceAddress(peer, context);
  if (source === undefined) return network.connectTcp(target, signal);
  try {
    return await network.connectTcp({ ...target, localAddress: source.address }, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall !== 'bind') throw error;
    const text = `smtp_connect_addr: bind ${source.address}: ${systemText(error)}`;
    context.emit({ type: 'log', level: 'warning', text });
    if (source.required) throw new BindError();
    return network.connectTcp(target, signal);
  }
}

interface SourceAddress {
  readonly address: string;
  /** Without it there is to be no connection. */
  readonly required: boolean;
}

/** The bind address of the peer's family; failing that, the one address that inet_interfaces leaves of that family. */
async function sourceAddress(
  peer: Peer,
  { platform, settings }: ConnectContext,
): Promise<SourceAddress | undefined> {
  const { smtp_bind_address: ipv4, smtp_bind_address6: ipv6, smtp_bind_address_enforce: required } = settings;
  const wantsIpv6 = peer.address.includes(':');
  const address = (wantsIpv6 ? ipv6 : ipv4).replace(/^\[(.*)\]$/, '$1');
  if (address !== '') return { address, required };
  if (settings.inet_interfaces.includes('all')) return undefined;
  const { inet_interfaces } = settings;
  const own = await ownAddresses(
    { inet_interfaces, proxy_interfaces: [] },
    platform.network.ownAddresses(),
    async (name) => (await readHostsFile(platform.files)).addresses(name),
  );
  const [only, ...others] = [...own].filter((candidate) => candidate.includes(':') === wantsIpv6);
  if (only === undefined || others.length > 0 || isLoopback(only)) return undefined;
  return { address: only, required: false };
}
