import { expect, test } from 'vitest';
import { checkMessage, message, submissionOf } from '../../message.ts';
import { openSmtpdConfig, routeOf } from './config.ts';
import { connectionIn, deliveryIn } from './log.ts';

const prefix = '4d1075e0545906d6 mta delivery evpid=7fe73bab42eae8e9 from=<s@client.test>';

test.each([
  ['Ok', '250 2.0.0 Ok: "x"', { status: 'sent', reply: '250 2.0.0 Ok: "x"' }],
  ['TempFail', 'No MX found for domain', { status: 'deferred', reason: 'No MX found for domain' }],
  ['PermFail', '550 5.7.1 no', { status: 'bounced', reason: '550 5.7.1 no', reply: '550 5.7.1 no' }],
])('a delivery with the result %s', (result, stat, expected) => {
  const line = `${prefix} to=<u@a.test> rcpt=<-> source="192.0.2.1" relay="a (b)" delay=2s result="${result}" stat="${stat}"`;
  expect(deliveryIn(line)).toEqual({ message: '7fe73bab', outcome: { address: 'u@a.test', ...expected } });
});

test('connections begin and end', () => {
  const session = '4d1075e0545906d6';
  expect(connectionIn(`${session} mta connecting address=smtp://192.0.2.1:25 host=a`)).toEqual({
    session,
    open: true,
  });
  expect(connectionIn(`${session} mta connected`)).toBeUndefined();
  expect(connectionIn(`${session} mta disconnected reason=quit messages=1`)).toEqual({
    session,
    open: false,
  });
  expect(connectionIn(`${session} mta error reason=Connection timeout`)).toEqual({ session, open: false });
});

const route = (nexthop: string | undefined, service: 'smtp' | 'lmtp' = 'smtp') =>
  routeOf(
    submissionOf(
      checkMessage(
        'a test',
        message({ to: 'u@Example.test', service, ...(nexthop === undefined ? {} : { nexthop }) }),
      ),
      0,
    ),
  );

test('routes', () => {
  expect(route(undefined)).toBe('exchangers');
  expect(route('example.test')).toBe('exchangers');
  expect(route('[a.test]:2525')).toBe('smtp://a.test:2525');
  expect(route('[ipv6:2001:db8::1]')).toBe('smtp://[2001:db8::1]:25');
  expect(route('a.test', 'lmtp')).toBe('lmtp://a.test:24');
  expect(() => route('other.test')).toThrow(
    'opensmtpd does not look up the exchangers of a next hop, here other.test',
  );
  expect(() => route('unix:/run/x', 'lmtp')).toThrow('opensmtpd relays to no unix sockets');
});

test('each route has a port, an action and a rule', () => {
  expect(openSmtpdConfig(['exchangers', 'smtp://a.test:25'], 'client.test').split('\n')).toEqual([
    'smtp max-message-size 128M',
    'listen on 127.0.0.1 port 10025 tag way0 hostname "client.test"',
    'listen on 127.0.0.1 port 10026 tag way1 hostname "client.test"',
    'action "way0" relay helo "client.test"',
    'action "way1" relay host "smtp://a.test:25" helo "client.test"',
    'match tag way0 from any for any action "way0"',
    'match tag way1 from any for any action "way1"',
    '',
  ]);
});
