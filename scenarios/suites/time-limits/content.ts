/** Servers that take the content slowly, or not at all. */
import {
  connections,
  deferred,
  delivered,
  elapsed,
  mailHost,
  message,
  postfixOnly,
  received,
  scenario,
  zone,
} from '../../scenario.ts';

const dns = zone('example.test', { MX: '10 a', a: '192.0.2.1' });
const to = 'user@example.test';
const lmtp = { service: 'lmtp', nexthop: 'a.example.test' } as const;
const timedOut = 'conversation with a.example.test[192.0.2.1] timed out while sending message body';
/** A path that holds little, so that what the server does not read is soon felt. */
const narrow = { windowBytes: 8192, segmentBytes: 1024 };
const stalls = { faults: [{ at: 'content', afterBytes: 10_000, then: 'stall' }] } as const;

/** A reader at `rate` bytes a second, and whether it gets a message of 200000 bytes. */
const readers = [
  {
    name: 'no-deadline',
    title: 'Without deadline a server may read 100 bytes a second for as long as the message takes',
    rate: 100,
    config: {},
    fits: true,
  },
  {
    name: 'deadline-fast-enough',
    title:
      'With a deadline, a server that reads 600 bytes a second earns the time it needs at a minimal rate of 500',
    rate: 600,
    config: { smtp_per_request_deadline: 'yes' },
    fits: true,
  },
  {
    name: 'deadline-too-slow',
    title: 'With a deadline, a server that reads 100 bytes a second is too slow for a minimal rate of 500',
    rate: 100,
    config: { smtp_per_request_deadline: 'yes' },
    fits: false,
  },
  {
    name: 'deadline-lower-rate',
    title: 'With a minimal rate of 50 a server that reads 100 bytes a second is fast enough',
    rate: 100,
    config: { smtp_per_request_deadline: 'yes', smtp_min_data_rate: '50' },
    fits: true,
  },
];

export default [
  scenario('time-limits/stalled-content', {
    title: 'A server that stops to read the content is given up after three minutes',
    clauses: ['rfc5321-4.5.3.2.5-01', 'rfc5321-4.5.3.2-04', 'postfix:smtp_data_xfer_timeout'],
    dns,
    hosts: { a: mailHost(stalls) },
    network: { a: narrow },
    send: message({ to, size: 300_000 }),
    expect: [
      deferred(to, { dsn: '4.4.2', reason: timedOut }),
      postfixOnly(elapsed({ atLeast: '180s', atMost: '182s' })),
      connections('a', 1),
    ],
    virtualOnly: 'waits three minutes',
  }),
  scenario('time-limits/stalled-content-set', {
    title: 'smtp_data_xfer_timeout sets how long a server may stop to read the content',
    clauses: ['postfix:smtp_data_xfer_timeout'],
    dns,
    hosts: { a: mailHost(stalls) },
    network: { a: narrow },
    config: { smtp_data_xfer_timeout: '4s', lmtp_data_xfer_timeout: '1s' },
    send: message({ to, size: 300_000 }),
    expect: [
      deferred(to, { dsn: '4.4.2', reason: timedOut }),
      elapsed({ atLeast: '4s', atMost: '6s' }),
      connections('a', 1),
    ],
    virtualOnly: 'needs a path that holds little',
  }),
  scenario('time-limits/lmtp-stalled-content', {
    title: 'LMTP has its own lmtp_data_xfer_timeout',
    clauses: ['rfc2033-4-01', 'postfix:lmtp_data_xfer_timeout'],
    dns,
    hosts: { a: mailHost({ protocol: 'lmtp', ...stalls }) },
    network: { a: narrow },
    config: { smtp_data_xfer_timeout: '1s', lmtp_data_xfer_timeout: '5s' },
    send: message({ to, size: 300_000, ...lmtp }),
    expect: [
      deferred(to, { dsn: '4.4.2', reason: timedOut }),
      elapsed({ atLeast: '5s', atMost: '7s' }),
      connections('a', 1),
    ],
    virtualOnly: 'needs a path that holds little',
  }),
  ...readers.map(({ name, title, rate, config, fits }) =>
    scenario(`time-limits/slow-reader-${name}`, {
      title,
      clauses: [
        ...(fits ? ['rfc5321-4.5.3.2-04'] : []),
        'postfix:smtp_min_data_rate',
        'postfix:smtp_per_request_deadline',
      ],
      origins: name === 'deadline-fast-enough' ? ['delivery-237'] : [],
      dns,
      hosts: { a: mailHost({ idleTimeout: '2h' }) },
      network: { a: { ...narrow, bytesPerSecond: rate } },
      config: { ...config, smtp_helo_timeout: '1h', smtp_mail_timeout: '1h' },
      send: message({ to, size: 200_000 }),
      expect: fits
        ? [
            delivered(to, { via: 'a' }),
            received('a', { count: 1, unchanged: true }),
            elapsed({ atLeast: `${Math.floor(200_000 / rate)}s` }),
          ]
        : [
            deferred(to, { dsn: '4.4.2', reason: timedOut }),
            postfixOnly(elapsed({ atLeast: '180s', atMost: '400s' })),
            connections('a', 1),
          ],
      virtualOnly: 'waits for many minutes',
    }),
  ),
];
