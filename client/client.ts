/**
 * The client for programs: settings and name servers once, then as many deliveries as wanted.
 *
 *     const client = await createClient({ parameters: { smtp_helo_timeout: '30s' } });
 *     const outcomes = await client.deliver({ sender: 'a@sender.test', recipients: ['b@example.test'], content });
 *     await client.close();
 *
 * It reads `/etc/resolv.conf` when no name servers are given, and lets mail for several domains go out side by side.
 */
import { splitAddress } from './address.ts';
import type { Settings } from './config/register.ts';
import { type Message, messageFromBytes } from './content/message.ts';
import { Deliverer } from './deliverer.ts';
import { parseDestination, splitDestinations } from './destination.ts';
import { type Batch, batchesOf, dispatch } from './dispatch.ts';
import type { Resolver } from './dns/resolver.ts';
import type { NameServer } from './dns/transport.ts';
import type { EventListener } from './events.ts';
import type { AddToFlush } from './outcome/fast-flush.ts';
import type { PostNotice } from './outcome/notices.ts';
import type { StatusServices } from './outcome/status-services.ts';
import { nodePlatform, systemHostname } from './platform/node.ts';
import type { Platform } from './platform/platform.ts';
import type { DeliveryRequest, Outcome, Recipient, Service } from './request.ts';

export interface ClientOptions {
  /** Postfix parameters by name, as texts; `$name` is expanded. */
  readonly parameters?: Readonly<Record<string, string>> | ReadonlyMap<string, string>;
  /** Flags of the service, such as `DOR`: lines put in front of messages (delivery reference 1.6). */
  readonly flags?: string;
  /** Default `smtp`. */
  readonly service?: Service;
  /** What `$service_name` stands for; the service when absent. */
  readonly serviceName?: string;
  /** Name servers to ask instead of the system's. */
  readonly nameServers?: readonly NameServer[];
  /** Asks the DNS; made from `nameServers` when absent. */
  readonly resolver?: Resolver;
  /** This host's name, the default of `myhostname`. */
  readonly hostname?: string;
  /** The world to work in; the real one by default. A simulated world has it, with a resolver and a hostname. */
  readonly platform?: Platform;
  /** Where records of outcomes are kept, for reports to senders; nowhere when absent. */
  readonly services?: StatusServices;
  /** Hears of mail that waits for domains of `fast_flush_domains`; nobody when absent. */
  readonly addToFlush?: AddToFlush;
  /** Sends mail to the postmaster (`notify_classes`); there is none when absent. */
  readonly postNotice?: PostNotice;
  /** Hears everything that happens. */
  readonly onEvent?: EventListener;
}

/** A message with its envelope; addresses are in internal form (`parseAddress` reads the external one). */
export interface Mail
  extends Pick<
    DeliveryRequest,
    | 'smtputf8'
    | 'requireTls'
    | 'probe'
    | 'traceAll'
    | 'traceDelayed'
    | 'envelopeId'
    | 'returnContent'
    | 'reuse'
    | 'submitter'
  > {
  /** '' is the null reverse-path. */
  readonly sender: string;
  readonly recipients: readonly (string | Recipient)[];
  readonly content: Message | Uint8Array | string;
  /** Where to deliver; `relayhost`, or else each recipient's own domain, when absent. */
  readonly nexthop?: string;
  /** How long the message counts as queued already. */
  readonly queuedForMs?: number;
}

export interface Client {
  readonly settings: Settings;
  /**
   * Delivers to all recipients; resolves with one outcome for each, in the order in which they were decided. One that
   * is `passed` (`best_mx_transport`) is for the caller to hand to the transport it names. Rejects only if a destination
   * cannot be parsed (DestinationError), before anything is sent.
   */
  deliver(mail: Mail, options?: { readonly signal?: AbortSignal }): Promise<readonly Outcome[]>;
  /**
   * Says QUIT on connections that were kept for more mail, closes those to servers of tables, and keeps none from now
   * on. Without it they are closed when they have been idle for `smtp_connection_cache_time_limit`, those to tables for
   * 100 s at most, which the process waits for.
   */
  close(): Promise<void>;
}

/** Rejects with ConfigError when a parameter has a value that cannot be used. */
export async function createClient(options: ClientOptions = {}): Promise<Client> {
  const { service = 'smtp', platform = nodePlatform(), parameters = {}, onEvent } = options;
  const deliverer = await Deliverer.create({
    parameters: parameters instanceof Map ? parameters : new Map(Object.entries(parameters)),
    service,
    serviceName: options.serviceName ?? service,
    flags: options.flags ?? '',
    hostname: options.hostname ?? systemHostname(),
    platform,
    ...(options.nameServers && { nameServers: options.nameServers }),
    ...(options.resolver && { resolver: options.resolver }),
    ...(onEvent && { emit: onEvent }),
  });
  const { settings } = deliverer;
  return {
    settings,
    close: () => deliverer.close(),
    async deliver(mail, { signal } = {}) {
      const { sender, recipients: _, nexthop: __, content, queuedForMs = 0, ...rest } = mail;
      const message = toMessage(content);
      const activeAtMs = platform.clock.now();
      const common = { ...rest, service, sender, message, arrivedAtMs: activeAtMs - queuedForMs, activeAtMs };
      const terms = {
        ...(options.services && { services: options.services }),
        ...(options.addToFlush && { addToFlush: options.addToFlush }),
        ...(options.postNotice && { postNotice: options.postNotice }),
        ...(signal && { signal }),
      };
      const results = await dispatch(
        batches(mail, service, settings),
        (batch) => deliverer.deliver({ ...common, ...batch, queueId: newQueueId(platform) }, terms),
        settings,
      );
      return results.flatMap(({ outcomes }) => outcomes);
    },
  };
}

/** Recipients by destination. All destinations are checked before anything is sent. */
function batches(mail: Mail, service: Service, settings: Settings): readonly Batch<Recipient>[] {
  const recipients = mail.recipients.map((item) => (typeof item === 'string' ? { address: item } : item));
  const nexthopOf = ({ address }: Recipient) =>
    mail.nexthop ?? (settings.relayhost || (splitAddress(address).domain ?? settings.myhostname));
  const all = batchesOf(recipients, nexthopOf, settings);
  for (const nexthop of new Set(all.map((batch) => batch.nexthop)))
    checkDestination(nexthop, service, settings);
  return all;
}

const QUEUE_ID_BYTES = 5;

function newQueueId({ random }: Platform): string {
  return Buffer.from(random.bytes(QUEUE_ID_BYTES)).toString('hex').toUpperCase();
}

function checkDestination(nexthop: string, service: Service, settings: Settings): void {
  const { smtp_tcp_port: defaultService, known_tcp_ports: knownTcpPorts } = settings;
  for (const text of splitDestinations(nexthop, service)) {
    parseDestination(text, { protocol: service, defaultService, knownTcpPorts });
  }
}

function toMessage(content: Mail['content']): Message {
  if (typeof content === 'string') return messageFromBytes(Buffer.from(content));
  return content instanceof Uint8Array ? messageFromBytes(content) : content;
}
