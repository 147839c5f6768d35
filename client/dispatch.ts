/**
 * What a queue manager decides before a delivery agent is asked: which recipients of a message go together, and how many
 * deliveries to one destination run at the same time.
 */
import type { Settings } from './config/register.ts';

export type DestinationLimits = Pick<
  Settings,
  'smtp_destination_recipient_limit' | 'smtp_destination_concurrency_limit'
>;

/** Recipients that are delivered to together. */
export interface Batch<Recipient> {
  readonly nexthop: string;
  readonly recipients: readonly Recipient[];
}

/**
 * The batches of a message in the order of their first recipients: one for each next hop, or several where it has more
 * than `smtp_destination_recipient_limit` recipients (0: no limit).
 */
export function batchesOf<Recipient>(
  recipients: readonly Recipient[],
  nexthopOf: (recipient: Recipient) => string,
  { smtp_destination_recipient_limit: limit }: Pick<DestinationLimits, 'smtp_destination_recipient_limit'>,
): Batch<Recipient>[] {
  return Array.from(Map.groupBy(recipients, nexthopOf), ([nexthop, all]) => {
    const size = limit > 0 ? limit : all.length;
    return Array.from({ length: Math.ceil(all.length / size) }, (_, index) => ({
      nexthop,
      recipients: all.slice(index * size, (index + 1) * size),
    }));
  }).flat();
}

/**
 * Delivers batches: next hops side by side, those of one next hop at most `smtp_destination_concurrency_limit` at a
 * time (0: no limit). Where each recipient is a batch of its own, the limit is about deliveries to one recipient, of
 * which there is but one. Resolves with the results in the order of the batches.
 */
export async function dispatch<AnyBatch extends Pick<Batch<unknown>, 'nexthop'>, Result>(
  batches: readonly AnyBatch[],
  deliver: (batch: AnyBatch) => Promise<Result>,
  limits: DestinationLimits,
): Promise<Result[]> {
  const oneEach = limits.smtp_destination_recipient_limit === 1;
  const limit = oneEach ? 0 : limits.smtp_destination_concurrency_limit;
  const results = new Map<AnyBatch, Result>();
  const byNexthop = Map.groupBy(batches, ({ nexthop }) => nexthop);
  const queues = Array.from(byNexthop.values(), async (waiting) => {
    const worker = async () => {
      for (let batch = waiting.shift(); batch !== undefined; batch = waiting.shift())
        results.set(batch, await deliver(batch));
    };
    const workers = limit > 0 ? Math.min(limit, waiting.length) : waiting.length;
    await Promise.all(Array.from({ length: workers }, worker));
  });
  await Promise.all(queues);
  return batches.flatMap((batch) => results.get(batch) ?? []);
}
