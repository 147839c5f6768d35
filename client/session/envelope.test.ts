import { describe, expect, test } from 'vitest';
import { resolveSettings } from '../config/settings.ts';
import { messageFromBytes } from '../content/message.ts';
import type { DeliveryRequest } from '../request.ts';
import { mailCommand, uxtext, xtext } from './envelope.ts';
import { NO_FEATURES } from './features.ts';

test.each([
  ['plain', 'plain'],
  ['a b', 'a+20b'],
  ['a+b=c', 'a+2Bb+3Dc'],
  ['ü', '+C3+BC'],
  ['!~\u007f\t', '!~+7F+09'],
  ['rfc822;user@example.test', 'rfc822;user@example.test'],
])('xtext of %j is %s', (value, encoded) => {
  expect(xtext(value)).toBe(encoded);
});

test.each([
  ['ü+a', '\\x{FC}\\x{2B}a'],
  ['a\\b', 'a\\x{5C}b'],
  ['a b', 'a\\x{20}b'],
  ['!~\u007f\t', '!~\\x{7F}\\x{09}'],
  ['𝄞', '\\x{1D11E}'],
])('uxtext of %j is %s', (value, encoded) => {
  expect(uxtext(value)).toBe(encoded);
});

describe('REQUIRETLS (RFC 8689)', () => {
  const settings = resolveSettings(new Map(), 'smtp', { hostname: 'client.test' });
  const request = (returnContent?: 'full' | 'headers'): DeliveryRequest => ({
    queueId: 'A',
    service: 'smtp',
    nexthop: 'example.test',
    sender: 'a@b.test',
    recipients: [],
    message: messageFromBytes(Buffer.from('')),
    arrivedAtMs: 0,
    ...(returnContent && { returnContent }),
  });
  test.each([
    [true, true, 'full', ' RET=FULL REQUIRETLS'],
    [true, true, undefined, ' REQUIRETLS'],
    [true, false, 'full', ' RET=HDRS'],
    [true, false, undefined, ' RET=HDRS'],
    [false, true, 'full', ' RET=FULL'],
    [false, true, undefined, ''],
  ] as const)('wanted %s, announced %s, RET %s: MAIL ends in %j', (requireTls, announced, ret, end) => {
    const features = { ...NO_FEATURES, dsn: true, requireTls: announced };
    expect(mailCommand('a@b.test', request(ret), { features, settings, requireTls })).toBe(
      `MAIL FROM:<a@b.test>${end}`,
    );
    const without = mailCommand('a@b.test', request(ret), {
      features: { ...features, dsn: false },
      settings,
      requireTls,
    });
    expect(without).toBe(`MAIL FROM:<a@b.test>${requireTls && announced ? ' REQUIRETLS' : ''}`);
  });
});
