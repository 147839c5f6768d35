import { expect, test } from 'vitest';
import { resolveSettings } from '../config/settings.ts';
import type { Outcome } from '../request.ts';
import { mailLogLine } from './mail-log.ts';

const outcome: Outcome = {
  recipient: { address: 'a@b.test' },
  status: 'sent',
  logStatus: 'sent',
  dsn: '2.0.0',
  relay: 'mx.b.test[192.0.2.1]:25',
  reason: '250 2.0.0 ok',
  timing: { totalMs: 0, beforeActiveMs: 0, queueMs: 0, setupMs: 0, transmissionMs: 0, connectionUse: 1 },
};

test.each([
  [undefined, ''],
  ['may:none', ' tls=may:none,'],
  ['!secure/!requiretls:nocertmatch', ' tls=!secure/!requiretls:nocertmatch,'],
])('features of TLS %s stand between delays and status code', (tls, shown) => {
  const settings = resolveSettings(new Map(), 'smtp', { hostname: 'client.test' });
  const event = { type: 'outcome', queueId: 'A1', outcome: { ...outcome, ...(tls && { tls }) } } as const;
  expect(mailLogLine(event, settings)).toBe(
    `A1: to=<a@b.test>, relay=mx.b.test[192.0.2.1]:25, delay=0, delays=0/0/0/0,${shown} dsn=2.0.0, status=sent (250 2.0.0 ok)`,
  );
});
