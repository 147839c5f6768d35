/**
 * Where Postfix keeps record of what became of mail, for the reports that are sent later: bounce(8), defer(8),
 * trace(8) and the verify(8) database (delivery reference 1.7, 1.8, 1.10). Whoever runs the client may have its own.
 */
import type { Notify } from '../request.ts';

/**
 * - `bounce`: recipients that failed for good;
 * - `defer`: recipients that are to be tried again;
 * - `trace`: what a sender asked to be told about: success, every outcome, or a probe of its own;
 * - `verify`: what address probes of the mail system found, by address.
 */
export type StatusService = 'bounce' | 'defer' | 'trace' | 'verify';

export interface StatusRecord {
  readonly queueId: string;
  readonly address: string;
  /** The address before rewriting; absent when not known. */
  readonly originalAddress?: string;
  /** RFC 3461 ORCPT, decoded. */
  readonly dsnOriginalRecipient?: string;
  /** RFC 3461 NOTIFY, without what the server has taken upon itself. */
  readonly notify: readonly Notify[];
  /** Enhanced status code. */
  readonly dsn: string;
  readonly action: StatusAction;
  /** In a trace record after `delivery via RELAY: `. */
  readonly reason: string;
  /** The server's reply that decided it, its lines joined by spaces. */
  readonly reply?: string;
  /** Name of the server that decided it. */
  readonly remoteMta?: string;
}

/** RFC 3464 section 2.3.3, and what a probe finds; for `verify`, `delayed` means that it could not be found out. */
export type StatusAction = 'failed' | 'delayed' | 'delivered' | 'relayed' | 'deliverable' | 'undeliverable';

export interface StatusServices {
  /**
   * Rejects when the record could not be kept; the outcome is then told differently. The delivery waits for it, so it
   * has to come to an end.
   */
  append(service: StatusService, record: StatusRecord): Promise<void>;
}
