/**
 * What the client is asked to do and what became of it: the delivery request and its outcomes.
 *
 * Addresses are in internal (unquoted) form, as Postfix's queue manager passes them; the empty reverse-path is ''.
 * Times are milliseconds since the Unix epoch.
 */
import type { Message } from './content/message.ts';

export interface DeliveryRequest {
  /** The queue id that prefixes log lines. */
  readonly queueId: string;
  readonly service: Service;
  /** The destination as configured: `domain`, `[host]:port`, `unix:path`, a list, ... (delivery reference 2.1). */
  readonly nexthop: string;
  readonly sender: string;
  readonly recipients: readonly Recipient[];
  readonly message: Message;
  /** When the message entered the queue. */
  readonly arrivedAtMs: number;
  /** When it entered the active queue; `arrivedAtMs` when absent. */
  readonly activeAtMs?: number;
  /** The submitter asked for SMTPUTF8 (RFC 6531). */
  readonly smtputf8?: boolean;
  /** The submitter asked for REQUIRETLS (RFC 8689). */
  readonly requireTls?: boolean;
  /** RFC 3461 ENVID, decoded. */
  readonly envelopeId?: string;
  /** RFC 3461 RET. */
  readonly returnContent?: 'full' | 'headers';
  /** An address probe: nothing is delivered (delivery reference 6.6). Asked for by the mail system, or by a `user`. */
  readonly probe?: boolean | 'user';
  /** The sender wants to be told every outcome, as with `sendmail -v`. */
  readonly traceAll?: boolean;
  /** The sender was told of a delay, and is to be told of the delivery too unless NOTIFY is without DELAY. */
  readonly traceDelayed?: boolean;
  /** Whose message it was before it came to us, for servers that take XFORWARD. */
  readonly submitter?: Submitter;
  /** Which kept connections this delivery may use, beside those to `smtp_connection_cache_destinations`. */
  readonly reuse?: Reuse;
}

export function isProbe({ probe = false }: Pick<DeliveryRequest, 'probe'>): boolean {
  return probe !== false;
}

/** How the message came to this mail system; what is not known is absent. */
export interface Submitter {
  readonly name?: string;
  readonly address?: string;
  readonly port?: string;
  /** `ESMTP`, `SMTP`, ... */
  readonly protocol?: string;
  readonly helo?: string;
  /** The queue id under which it was received; the request's own when absent. */
  readonly queueId?: string;
  /** From this host's own users rather than from the network; so when absent. */
  readonly local?: boolean;
}

/**
 * Connection reuse on demand (delivery reference 1.4, 4.5): `load`, look for a connection that was kept;
 * `store`, keep this one.
 */
export interface Reuse {
  readonly load: boolean;
  readonly store: boolean;
}

export type Service = 'smtp' | 'lmtp';

export interface Recipient {
  readonly address: string;
  /** The address before rewriting; absent when not known. */
  readonly originalAddress?: string;
  /** RFC 3461 ORCPT, decoded, as `type;address`. */
  readonly dsnOriginalRecipient?: string;
  /** RFC 3461 NOTIFY; absent means not given. */
  readonly notify?: readonly Notify[];
}

export type Notify = 'never' | 'success' | 'failure' | 'delay';

/**
 * `passed`: neither delivered nor failed, but for another transport of this mail system (`best_mx_transport`); whoever
 * asked for the delivery has to see to it.
 */
export type OutcomeStatus = 'sent' | 'deferred' | 'bounced' | 'passed';

/** A transport of this mail system, and what it is to deliver to. */
export interface OtherTransport {
  readonly transport: string;
  readonly nexthop: string;
}

/** What became of one recipient: every recipient of a request gets exactly one. */
export interface Outcome {
  readonly recipient: Recipient;
  readonly status: OutcomeStatus;
  /**
   * The word of the log line: `sent`, `deferred`, `bounced`, `SOFTBOUNCE`, `passed`, `deliverable`, `undeliverable`,
   * `undeliverable-but-not-cached`. Absent when the log says nothing: a probe whose result could not be recorded.
   */
  readonly logStatus?: string;
  /** Enhanced status code, RFC 3463, such as `2.0.0`. */
  readonly dsn: string;
  /** `host[address]:port`, `myhostname[path]` for a unix socket, `none` without a session. */
  readonly relay: string;
  /** Why, or the server's reply to a delivery. */
  readonly reason: string;
  /** The server's reply that decided it, when one did; lines joined by newlines. */
  readonly reply?: string;
  /** Where the recipient goes from here, when it was passed on. */
  readonly passedTo?: OtherTransport;
  /** Name of the server that decided it, for a DSN's Remote-MTA. */
  readonly remoteMta?: string;
  /** Which features of TLS were wished for the server tried last and what came of them, as the log shows it. */
  readonly tls?: string;
  readonly timing: OutcomeTiming;
}

/** The delays of the log line, in milliseconds (delivery reference 9.1). */
export interface OutcomeTiming {
  readonly totalMs: number;
  readonly beforeActiveMs: number;
  readonly queueMs: number;
  readonly setupMs: number;
  readonly transmissionMs: number;
  /** How often the connection has been used, this delivery included. */
  readonly connectionUse: number;
}

export interface DeliveryResult {
  /** In the order in which they were decided. */
  readonly outcomes: readonly Outcome[];
  /** Set when a failure should suspend the destination (delivery reference 1.9). */
  readonly throttle?: { readonly dsn: string; readonly reason: string };
  /** The message cannot be read, and every sender was told: keep it apart, for somebody to look at. */
  readonly setAside?: boolean;
}
