/** What a network does to a stream: pieces of any size, small windows, little bandwidth, long ways. */
import {
  check,
  connections,
  deferred,
  delivered,
  elapsed,
  logged,
  mailHost,
  message,
  pipelined,
  received,
  scenario,
  zone,
} from '../../scenario.ts';

const to = 'user@example.test';
const dns = zone('example.test', { MX: '10 a', a: '192.0.2.1' });
const store = zone('example.test', { store: '192.0.2.1' });
const dots = '.\r\n..\r\n.hidden\r\n...\r\n\r\n.\r\nend\r\n';
const virtual = 'shapes the path to a host';

export default [
  scenario('connecting/window-size', {
    title: 'tcp_windowsize is accepted, with a warning that Node.js cannot set it',
    clauses: ['postfix:tcp_windowsize'],
    dns,
    hosts: { a: mailHost() },
    config: { tcp_windowsize: '65536' },
    send: message({ to }),
    expect: [
      delivered(to, { via: 'a' }),
      logged('warning: tcp_windowsize = 65536 has no effect: Node.js cannot set socket buffers'),
    ],
    virtualOnly: 'the warning is ours alone: Postfix sets the size of its socket buffers',
  }),
  ...[1, 2, 3, 7].map((segmentBytes) =>
    scenario(`connecting/segments-of-${segmentBytes}`, {
      title: `A conversation that arrives in pieces of ${segmentBytes} bytes is the same conversation`,
      clauses: ['rfc5321-2.3.8-01', 'postfix:delivery-8.6'],
      dns,
      hosts: { a: mailHost() },
      network: { a: { segmentBytes } },
      send: message({ to, body: dots }),
      expect: [
        delivered(to, { via: 'a', dsn: '2.*' }),
        received('a', { count: 1, unchanged: true }),
        connections('a', 1),
      ],
      virtualOnly: virtual,
    }),
  ),
  scenario('connecting/lmtp-segments-of-1', {
    title: 'LMTP: replies for two recipients that arrive byte by byte reach the right ones',
    clauses: ['rfc2033-4.2-01', 'postfix:delivery-8.6'],
    dns: store,
    hosts: {
      store: mailHost({ protocol: 'lmtp', endOfData: { 'two@example.test': '450 4.2.2 mailbox full' } }),
    },
    network: { store: { segmentBytes: 1 } },
    send: message({
      to: ['one@example.test', 'two@example.test'],
      service: 'lmtp',
      nexthop: 'store.example.test',
    }),
    expect: [delivered('one@example.test', { via: 'store' }), deferred('two@example.test', { dsn: '4.2.2' })],
    virtualOnly: virtual,
  }),
  scenario('connecting/tiny-window', {
    title: 'A server that takes 16 bytes at a time gets the whole message',
    clauses: ['rfc5321-4.5.3.2-04', 'postfix:delivery-7.2'],
    dns,
    hosts: { a: mailHost() },
    network: { a: { windowBytes: 16 } },
    send: message({ to, size: 20_000 }),
    expect: [delivered(to, { via: 'a' }), received('a', { count: 1, unchanged: true })],
    virtualOnly: virtual,
  }),
  scenario('connecting/slow-link', {
    title:
      'A message that takes more than an hour on a slow link is not given up: each write has its own limit',
    clauses: ['rfc5321-4.5.3.2-04', 'rfc5321-4.5.3.2.5-01', 'postfix:smtp_data_xfer_timeout'],
    dns,
    hosts: { a: mailHost({ idleTimeout: '2h' }) },
    network: { a: { bytesPerSecond: 250, windowBytes: 4096 } },
    send: message({ to, size: 1_000_000 }),
    expect: [
      delivered(to, { via: 'a' }),
      received('a', { count: 1, unchanged: true }),
      elapsed({ atLeast: '1h', atMost: '2h' }),
    ],
    virtualOnly: 'takes more than an hour',
  }),
  scenario('connecting/long-way', {
    title: 'Over a way of one second each direction, pipelining makes do with six round trips',
    clauses: ['postfix:delivery-6.2'],
    dns,
    hosts: { a: mailHost() },
    network: { a: { latencyMs: 1_000 } },
    send: message({ to: Array.from({ length: 10 }, (_, index) => `user${index}@example.test`) }),
    expect: [
      ...Array.from({ length: 10 }, (_, index) => delivered(`user${index}@example.test`, { via: 'a' })),
      pipelined('a', [
        ['EHLO *'],
        ['MAIL *', ...Array.from({ length: 10 }, () => 'RCPT *'), 'DATA'],
        ['.', 'QUIT'],
      ]),
      // Connection with greeting, EHLO, the envelope, the content.
      elapsed({ atLeast: '8s', atMost: '12s' }),
    ],
    virtualOnly: virtual,
  }),
  scenario('connecting/long-way-without-pipelining', {
    title: 'Without pipelining every command takes a round trip of its own',
    clauses: ['postfix:delivery-6.2', 'rfc5321-2.1-01'],
    dns,
    hosts: { a: mailHost({ extensions: ['SIZE', '8BITMIME'] }) },
    network: { a: { latencyMs: 1_000 } },
    send: message({ to: Array.from({ length: 10 }, (_, index) => `user${index}@example.test`) }),
    expect: [
      ...Array.from({ length: 10 }, (_, index) => delivered(`user${index}@example.test`, { via: 'a' })),
      elapsed({ atLeast: '30s', atMost: '34s' }),
    ],
    virtualOnly: virtual,
  }),
  scenario('connecting/jitter', {
    title: 'A way whose length changes with every piece keeps them in order',
    clauses: ['rfc5321-2.3.8-01', 'postfix:delivery-7.2'],
    dns,
    hosts: { a: mailHost() },
    network: { a: { latencyMs: 50, jitterMs: 2_000, segmentBytes: 100 } },
    send: message({ to, size: 10_000 }),
    expect: [
      delivered(to, { via: 'a' }),
      received('a', { count: 1, unchanged: true }),
      check('one session is enough', ({ sessions }) =>
        sessions.length === 1 ? undefined : `${sessions.length} sessions`,
      ),
    ],
    virtualOnly: virtual,
  }),
  scenario('connecting/reply-in-two-pieces', {
    title: 'A reply whose code and text come five minutes less a moment apart is waited for',
    clauses: ['postfix:delivery-4.4', 'rfc5321-4.5.3.2-02'],
    dns,
    hosts: { a: mailHost({ mail: { reply: '250 2.1.0 fine', trickle: { bytes: 4, every: '299s' } } }) },
    send: message({ to }),
    expect: [delivered(to, { via: 'a' }), elapsed({ atLeast: '14m', atMost: '30m' })],
    virtualOnly: 'waits many minutes',
  }),
];
