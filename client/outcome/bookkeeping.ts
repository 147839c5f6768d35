/**
 * Keeps the records of outcomes, and says how an outcome is told in the end: a record that cannot be kept changes it,
 * because a sender must not miss a report (delivery reference 1.7, 1.8, 1.10).
 */
import type { Settings } from '../config/register.ts';
import type { EventListener } from '../events.ts';
import { type DeliveryRequest, isProbe, type Notify, type Recipient } from '../request.ts';
import type { Tables } from '../tables/tables.ts';
import { type AddToFlush, noteDelay } from './fast-flush.ts';
import { StatusFilter } from './status-filter.ts';
import type { StatusAction, StatusRecord, StatusService, StatusServices } from './status-services.ts';
import type { Verdict } from './verdict.ts';

export interface BookkeepingOptions {
  readonly emit: EventListener;
  readonly settings: Pick<Settings, 'soft_bounce' | 'address_verify_negative_cache'>;
  readonly tables: Tables;
  /** Records are kept nowhere when absent. */
  readonly services?: StatusServices | undefined;
  readonly addToFlush?: AddToFlush | undefined;
  /** The service delivers for good (flag `X`) rather than relays. */
  readonly isFinalDelivery: boolean;
  /** Ends the delivery early. */
  readonly signal?: AbortSignal | undefined;
}

/** A verdict as it is told: with the word of the log line, if there is to be one. */
export interface ToldVerdict extends Verdict {
  readonly logStatus?: string;
}

/** Who decided. */
export interface Decider {
  /** As the log has it; undefined when there was no session. */
  readonly relay: string | undefined;
  readonly host: string | undefined;
  /** The server takes the sender's wish for a report upon itself (RFC 3461). */
  readonly takesDsn: boolean;
}

export class Bookkeeping {
  readonly #request: DeliveryRequest;
  readonly #options: BookkeepingOptions;

  constructor(request: DeliveryRequest, options: BookkeepingOptions) {
    this.#request = request;
    this.#options = options;
  }

  /** Keeps the records that the verdict calls for. `tell` is called once, when it is certain what there is to tell. */
  async record(
    recipient: Recipient,
    decided: Verdict,
    decider: Decider,
    tell: (told: ToldVerdict) => void,
  ): Promise<void> {
    const verdict = await this.#filtered(decided);
    const entry = new Entry(this.#request, recipient, decider, tell);
    if (isProbe(this.#request)) return this.#probed(entry, verdict);
    switch (verdict.status) {
      case 'sent':
        return this.#sent(entry, verdict);
      case 'deferred':
        return this.#deferred(entry, verdict);
      default:
        return this.#bounced(entry, verdict);
    }
  }

  async #filtered(verdict: Verdict): Promise<Verdict> {
    const maps = await this.#options.tables.of('smtp_delivery_status_filter');
    const { emit, signal } = this.#options;
    return maps === undefined ? verdict : new StatusFilter(maps, emit, signal).apply(verdict);
  }

  async #sent(entry: Entry, verdict: Verdict): Promise<void> {
    const { traceAll = false, traceDelayed = false, service } = this.#request;
    const { notify } = entry;
    const final = service === 'lmtp' && this.#options.isFinalDelivery && !entry.decider.takesDsn;
    const record = entry.record(verdict, final ? 'delivered' : 'relayed');
    const wasTold = traceDelayed && (notify.length === 0 || notify.includes('delay'));
    const kept =
      (!(traceAll || wasTold) || (await this.#trace(entry, record))) &&
      (!notify.includes('success') || (await this.#trace(entry, record)));
    if (kept) return entry.tell({ ...verdict, logStatus: 'sent' });
    // The mail was delivered, and will be again: better twice than without the report that was asked for.
    const reason = `${this.#request.queueId}: trace service failed`;
    const instead = await this.#filtered({ ...verdict, status: 'deferred', dsn: '4.3.0', reason });
    return instead.status === 'bounced' ? this.#bounced(entry, instead) : this.#deferred(entry, instead);
  }

  async #deferred(entry: Entry, verdict: Verdict): Promise<void> {
    const record = entry.record(verdict, 'delayed');
    if (!(await this.#append('defer', record))) this.#warn('defer');
    entry.tell({ ...verdict, logStatus: 'deferred' });
    if (this.#request.traceAll === true && !(await this.#trace(entry, record))) this.#warn('trace');
    await noteDelay(record.address, record.queueId, this.#options);
  }

  async #bounced(entry: Entry, verdict: Verdict): Promise<void> {
    const { soft_bounce: softBounce } = this.#options.settings;
    const told: Verdict = softBounce
      ? { ...verdict, status: 'deferred', dsn: `4${verdict.dsn.slice(1)}` }
      : verdict;
    const record = entry.record(told, softBounce ? 'delayed' : 'failed');
    const kept =
      (await this.#append(softBounce ? 'defer' : 'bounce', record)) &&
      (this.#request.traceAll !== true || (await this.#trace(entry, record)));
    if (kept) return entry.tell({ ...told, logStatus: softBounce ? 'SOFTBOUNCE' : 'bounced' });
    const reason = 'bounce or trace service failure';
    return this.#deferred(entry, { ...told, status: 'deferred', dsn: '4.3.0', reason });
  }

  /** A probe of the mail system fills its database, one of a user asks for a report. */
  async #probed(entry: Entry, verdict: Verdict): Promise<void> {
    const found = verdict.status === 'sent' ? 'deliverable' : 'undeliverable';
    if (this.#request.probe === 'user') {
      const kept = await this.#trace(entry, entry.record(verdict, found));
      return entry.tell(kept ? { ...verdict, logStatus: found } : this.#probeFailed(verdict, 'trace'));
    }
    if (found === 'undeliverable' && !this.#options.settings.address_verify_negative_cache) {
      return entry.tell({ ...verdict, logStatus: 'undeliverable-but-not-cached' });
    }
    const record = entry.record(verdict, verdict.status === 'deferred' ? 'delayed' : found);
    const { address, originalAddress = '' } = record;
    const addresses = new Set([originalAddress, address].filter((each) => each !== ''));
    for (const each of addresses) {
      if (await this.#append('verify', { ...record, address: each })) continue;
      this.#warn('verify');
      return entry.tell(this.#probeFailed(verdict, 'verify'));
    }
    entry.tell({ ...verdict, logStatus: found });
  }

  /** Nobody will hear of what was found, not even the log: it is to be found again. */
  #probeFailed(verdict: Verdict, service: StatusService): ToldVerdict {
    const reason = `${service} service failure`;
    return { ...verdict, status: 'deferred', dsn: '4.3.0', reason };
  }

  async #trace({ decider }: Entry, record: StatusRecord): Promise<boolean> {
    const { relay } = decider;
    const reason = relay === undefined ? record.reason : `delivery via ${relay}: ${record.reason}`;
    const kept = await this.#append('trace', { ...record, reason });
    if (!kept) this.#warn('trace');
    return kept;
  }

  async #append(service: StatusService, record: StatusRecord): Promise<boolean> {
    const { services } = this.#options;
    if (services === undefined) return true;
    return services.append(service, record).then(
      () => true,
      () => false,
    );
  }

  #warn(service: StatusService): void {
    const { queueId } = this.#request;
    this.#options.emit({ type: 'log', level: 'warning', queueId, text: `${service} service failure` });
  }
}

/** One recipient in the books. */
class Entry {
  readonly decider: Decider;
  /** What the sender asked to be told, and the server has not promised to tell. */
  readonly notify: readonly Notify[];
  readonly tell: (told: ToldVerdict) => void;
  readonly #queueId: string;
  readonly #recipient: Recipient;

  constructor(
    { queueId }: DeliveryRequest,
    recipient: Recipient,
    decider: Decider,
    tell: (told: ToldVerdict) => void,
  ) {
    this.tell = tell;
    const { notify = [] } = recipient;
    this.decider = decider;
    this.notify = decider.takesDsn ? notify.filter((word) => word !== 'success') : notify;
    this.#queueId = queueId;
    this.#recipient = recipient;
  }

  record({ dsn, reason, reply }: Verdict, action: StatusAction): StatusRecord {
    const { address, originalAddress, dsnOriginalRecipient } = this.#recipient;
    const { host } = this.decider;
    return {
      queueId: this.#queueId,
      address,
      ...(originalAddress !== undefined && { originalAddress }),
      ...(dsnOriginalRecipient !== undefined && { dsnOriginalRecipient }),
      notify: this.notify,
      dsn,
      action,
      reason,
      ...(reply !== undefined && { reply }),
      ...(reply !== undefined && host !== undefined && { remoteMta: host }),
    };
  }
}
