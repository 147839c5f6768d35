import fc from 'fast-check';
import { expect, test } from 'vitest';
import { batchesOf, dispatch } from './dispatch.ts';

const limits = fc.record({
  smtp_destination_recipient_limit: fc.nat({ max: 5 }),
  smtp_destination_concurrency_limit: fc.nat({ max: 3 }),
});

test('every recipient is in one batch of its destination, and no limit is exceeded', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 30 }),
      limits,
      async (names, both) => {
        const recipients = names.map((nexthop, number) => ({ nexthop, number }));
        const batches = batchesOf(recipients, ({ nexthop }) => nexthop, both);
        const running = new Map<string, number>();
        let most = 0;
        const results = await dispatch(
          batches,
          async (batch) => {
            const count = (running.get(batch.nexthop) ?? 0) + 1;
            running.set(batch.nexthop, count);
            most = Math.max(most, count);
            await Promise.resolve();
            running.set(batch.nexthop, (running.get(batch.nexthop) ?? 0) - 1);
            return batch;
          },
          both,
        );
        expect(results).toEqual(batches);
        expect(batches.flatMap((batch) => batch.recipients).toSorted((a, b) => a.number - b.number)).toEqual(
          recipients,
        );
        const { smtp_destination_recipient_limit: size, smtp_destination_concurrency_limit: limit } = both;
        for (const batch of batches) {
          expect(batch.recipients.every(({ nexthop }) => nexthop === batch.nexthop)).toBe(true);
          if (size > 0) expect(batch.recipients.length).toBeLessThanOrEqual(size);
        }
        if (limit > 0 && size !== 1) expect(most).toBeLessThanOrEqual(limit);
      },
    ),
  );
});

test('a batch that fails fails the whole', async () => {
  const deliver = async () => {
    throw new Error('no');
  };
  const both = { smtp_destination_recipient_limit: 0, smtp_destination_concurrency_limit: 1 };
  await expect(dispatch([{ nexthop: 'a' }], deliver, both)).rejects.toThrow('no');
});
