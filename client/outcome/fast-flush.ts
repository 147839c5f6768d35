/**
 * Tells who asks for it whose mail waits in the queue, so that it can be sent as soon as they are ready for it (ETRN,
 * RFC 1985): flush(8) for the domains of `fast_flush_domains`.
 */
import { splitAddress } from '../address.ts';
import type { EventListener } from '../events.ts';
import type { Tables } from '../tables/tables.ts';

/** Takes note that a message waits for a domain; rejects when that is not possible. The delivery waits for it. */
export type AddToFlush = (domain: string, queueId: string) => Promise<void>;

export interface FastFlushOptions {
  readonly tables: Tables;
  readonly emit: EventListener;
  /** Nobody is told when absent. */
  readonly addToFlush?: AddToFlush | undefined;
}

/** Tells of a recipient whose delivery is delayed. Does not reject: the outcome stays what it is. */
export async function noteDelay(
  address: string,
  queueId: string,
  { tables, emit, addToFlush }: FastFlushOptions,
): Promise<void> {
  const { domain = '' } = splitAddress(address);
  if (addToFlush === undefined || domain === '') return;
  const domains = await tables.list('fast_flush_domains');
  const match = await domains.match(domain);
  if (match === 'notListed') return;
  const isNoted =
    match === 'listed' &&
    (await addToFlush(domain, queueId).then(
      () => true,
      () => false,
    ));
  if (!isNoted) emit({ type: 'log', level: 'warning', queueId, text: 'flush service failure' });
}
