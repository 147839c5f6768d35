import { expect, test } from 'vitest';
import { tellsOfWorkings } from './workings.ts';

test('what Postfix tells of itself when it is verbose', () => {
  const lines = [
    'smtp_stream_setup: maxtime=300 enable_deadline=0 min_data_rate=0',
    'connecting to example.test port 25',
    'pref   10 host mx.example.test/192.0.2.1',
    'private/defer socket: wanted attribute: status',
    'send attr queue_id = 4C0FFEE000',
    'Using LMTP PIPELINING, TCP send buffer size is 212992, PIPELINING buffer size is 4096',
  ];
  expect(lines.filter((line) => !tellsOfWorkings(line))).toEqual([]);
});

test('what means something is not among it', () => {
  const server = 'mx.example.test[192.0.2.1]:25';
  const lines = [
    `> ${server}: MAIL FROM:<a@client.test>`,
    `< ${server}: 250 smtp_get: ok`,
    `connect to ${server}: Connection refused`,
    'warning: smtp_connect_addr: bind 192.0.2.9: Cannot assign requested address',
    `${server}: replacing server reply "250 a" with "250 b"`,
    '4C0FFEE000: to=<b@example.test>, relay=none, delay=0, delays=0/0/0/0, dsn=4.4.1, status=deferred (x)',
  ];
  expect(lines.filter(tellsOfWorkings)).toEqual([]);
});
