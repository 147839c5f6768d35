import { expect, test } from 'vitest';
import { resolveSettings } from '../config/settings.ts';
import { messageFromBytes } from '../content/message.ts';
import { nodePlatform } from '../platform/node.ts';
import type { DeliveryRequest } from '../request.ts';
import { Tables } from '../tables/tables.ts';
import { Bookkeeping } from './bookkeeping.ts';
import { Recipients } from './recipients.ts';

test('outcomes tell of TLS what was known of the server tried last, if anything', async () => {
  const request: DeliveryRequest = {
    queueId: 'Q',
    service: 'smtp',
    nexthop: 'example.test',
    sender: 'a@client.test',
    recipients: ['a', 'b', 'c'].map((name) => ({ address: `${name}@example.test` })),
    message: messageFromBytes(Buffer.from('')),
    arrivedAtMs: 0,
  };
  const platform = nodePlatform();
  const settings = resolveSettings(new Map(), 'smtp', { hostname: 'client.test' });
  const emit = () => {};
  const tables = new Tables({ settings, service: 'smtp', platform, addressesOf: async () => [] });
  const books = new Bookkeeping(request, { settings, tables, emit, isFinalDelivery: false });
  const recipients = new Recipients(request, { clock: platform.clock, emit, softBounce: false, books });
  const reply = { code: 250, status: '2.0.0', text: '250 ok', malformed: false };
  for (const [index, status] of [undefined, '', 'may:none'].entries()) {
    recipients.tlsFeatures = status;
    for (const recipient of request.recipients.slice(index, index + 1))
      await recipients.deliver(recipient, reply);
  }
  expect(recipients.result.outcomes.map(({ tls }) => tls)).toEqual([undefined, undefined, 'may:none']);
});
