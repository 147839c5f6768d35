/**
 * `smtp_delivery_status_filter`: what an outcome is told as, looked up by `status reason` (delivery reference 8.3).
 *
 * A delay may become a failure and the other way round; a success stays one. A table that fails changes nothing.
 */
import type { EventListener } from '../events.ts';
import { ENHANCED_STATUS } from '../reply.ts';
import type { Maps } from '../tables/maps.ts';
import { TableError } from '../tables/table.ts';
import type { Verdict } from './verdict.ts';

export class StatusFilter {
  readonly #maps: Maps;
  readonly #emit: EventListener;
  readonly #signal: AbortSignal | undefined;

  /** A delivery that the signal ended has outcomes too, for which no table is waited for. */
  constructor(maps: Maps, emit: EventListener, signal?: AbortSignal) {
    this.#maps = maps;
    this.#emit = emit;
    this.#signal = signal;
  }

  async apply(verdict: Verdict): Promise<Verdict> {
    const answer = await this.#maps.lookup(`${verdict.dsn} ${verdict.reason}`).catch((error: unknown) => {
      if (!(error instanceof TableError) && this.#signal?.aborted !== true) throw error;
      return undefined;
    });
    if (answer === undefined) return verdict;
    const [, dsn = '', reason = ''] = /^(\S*)\s*(.*)$/s.exec(answer) ?? [];
    const status = STATUSES[dsn.charAt(0)];
    const staysWhatItIs = (status === 'sent') === (verdict.status === 'sent');
    if (!ENHANCED_STATUS.test(dsn) || status === undefined || !staysWhatItIs) {
      const text = `${this.#maps.parameter}: bad status code: ${answer}`;
      this.#emit({ type: 'log', level: 'warning', text });
      return verdict;
    }
    return { ...verdict, status, dsn, reason };
  }
}

const STATUSES: Readonly<Record<string, Verdict['status']>> = { 2: 'sent', 4: 'deferred', 5: 'bounced' };
