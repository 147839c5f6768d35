import fc from 'fast-check';
import { expect, test } from 'vitest';
import { resolveSettings } from '../config/settings.ts';
import { messageFromBytes } from '../content/message.ts';
import { nodePlatform } from '../platform/node.ts';
import type { DeliveryRequest, Notify } from '../request.ts';
import { Tables } from '../tables/tables.ts';
import { Bookkeeping, type ToldVerdict } from './bookkeeping.ts';
import type { StatusRecord, StatusService } from './status-services.ts';
import type { Verdict } from './verdict.ts';

const defaults = resolveSettings(new Map(), 'smtp', { hostname: 'client.test' });

const verdicts: readonly Verdict[] = [
  { status: 'sent', dsn: '2.0.0', reason: '250 ok', reply: '250 ok' },
  { status: 'deferred', dsn: '4.2.0', reason: 'host x said: 450 busy', reply: '450 busy' },
  { status: 'bounced', dsn: '5.1.1', reason: 'host x said: 550 no', reply: '550 no' },
];
const services: readonly StatusService[] = ['bounce', 'defer', 'trace', 'verify'];

const situations = fc.record({
  verdict: fc.constantFrom(...verdicts),
  down: fc.subarray([...services]),
  notify: fc.subarray<Notify>(['success', 'failure', 'delay']),
  probe: fc.constantFrom(false, true, 'user' as const),
  traceAll: fc.boolean(),
  traceDelayed: fc.boolean(),
  takesDsn: fc.boolean(),
  soft: fc.boolean(),
  negative: fc.boolean(),
});

test('whatever is down, one thing is told, and what is told as final is on record', async () => {
  await fc.assert(
    fc.asyncProperty(situations, async ({ verdict, down, notify, takesDsn, soft, negative, ...asked }) => {
      const request: DeliveryRequest = {
        queueId: 'Q',
        service: 'smtp',
        nexthop: 'example.test',
        sender: 'a@client.test',
        recipients: [{ address: 'b@example.test', notify }],
        message: messageFromBytes(Buffer.from('')),
        arrivedAtMs: 0,
        ...asked,
      };
      const kept: (StatusRecord & { service: StatusService })[] = [];
      const told: ToldVerdict[] = [];
      const settings = {
        ...defaults,
        soft_bounce: soft,
        address_verify_negative_cache: negative,
      };
      const books = new Bookkeeping(request, {
        settings,
        tables: new Tables({
          settings,
          service: 'smtp',
          platform: nodePlatform(),
          addressesOf: async () => [],
        }),
        isFinalDelivery: false,
        emit: () => {},
        services: {
          async append(service, record) {
            if (down.includes(service)) throw new Error('down');
            kept.push({ ...record, service });
          },
        },
      });
      const decider = { relay: 'x[192.0.2.1]:25', host: 'x', takesDsn };
      for (const recipient of request.recipients)
        await books.record(recipient, verdict, decider, (each) => told.push(each));

      expect(told).toHaveLength(1);
      const [{ status, logStatus, dsn } = { status: '', logStatus: '', dsn: '' }] = told;
      expect(dsn[0]).toBe({ sent: '2', deferred: '4', bounced: '5' }[status]);
      if (asked.probe !== false) {
        const isLost = down.includes(asked.probe === 'user' ? 'trace' : 'verify') && logStatus === undefined;
        if (isLost) expect({ status, dsn }).toEqual({ status: 'deferred', dsn: '4.3.0' });
        else expect(logStatus).toMatch(/^(un)?deliverable/);
        expect(kept.every(({ service }) => service === 'verify' || service === 'trace')).toBe(true);
        return;
      }
      if (status === 'bounced') expect(kept.some(({ service }) => service === 'bounce')).toBe(true);
      const isOwed = notify.includes('success') && !takesDsn;
      if (status === 'sent' && (isOwed || asked.traceAll))
        expect(kept.some(({ service, action }) => service === 'trace' && action === 'relayed')).toBe(true);
      if (soft) expect(status).not.toBe('bounced');
    }),
  );
});
