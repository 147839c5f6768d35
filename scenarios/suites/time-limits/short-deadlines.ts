/** Deadlines of seconds, so that they can be held against other senders in real time. */
import {
  connections,
  deferred,
  delivered,
  elapsed,
  mailHost,
  message,
  postfixOnly,
  scenario,
  zone,
} from '../../scenario.ts';

const dns = zone('example.test', { MX: '10 a', a: '192.0.2.1' });
const to = 'user@example.test';
const timedOut = (doing: string) => `conversation with a.example.test[192.0.2.1] timed out while ${doing}`;
const clauses = ['postfix:smtp_per_request_deadline', 'postfix:delivery-4.4'];
const deadline = { smtp_per_request_deadline: 'yes' };
/** Five bytes with their line end, which take six seconds. */
const trickled = { reply: '250', trickle: { bytes: 1, every: '1500ms' } } as const;

/** Readers at 500000 bytes a second, and a minimal rate. */
const bodies = (['smtp', 'lmtp'] as const).flatMap((service) => [
  {
    name: service === 'smtp' ? 'fast-enough' : 'lmtp-fast-enough',
    title: `A server that reads faster than ${service}_min_data_rate earns more time than ${service}_data_xfer_timeout`,
    service,
    rate: 2_000,
    fate: 'sent',
  },
  {
    name: service === 'smtp' ? 'too-slow' : 'lmtp-too-slow',
    title: `A server that reads slower than ${service}_min_data_rate has no more time than ${service}_data_xfer_timeout`,
    service,
    rate: 5_000_000,
    fate: 'deferred',
  },
]);

export default [
  scenario('time-limits/short-trickle', {
    title: 'A reply that comes a byte at a time may take longer than smtp_mail_timeout',
    clauses,
    origins: ['delivery-235'],
    dns,
    hosts: { a: mailHost({ mail: trickled }) },
    config: { smtp_mail_timeout: '2s' },
    send: message({ to }),
    expect: [delivered(to, { via: 'a' }), elapsed({ atLeast: '6s', atMost: '9s' })],
  }),
  ...[
    { id: 'short-deadline', parameter: 'smtp_per_request_deadline' },
    { id: 'short-deadline-by-its-old-name', parameter: 'smtp_per_record_deadline' },
  ].map(({ id, parameter }) =>
    scenario(`time-limits/${id}`, {
      title: `With ${parameter} the same reply is given up at smtp_mail_timeout`,
      clauses: [`postfix:${parameter}`, 'postfix:delivery-4.4'],
      origins: ['delivery-236'],
      dns,
      hosts: { a: mailHost({ mail: trickled }) },
      config: { [parameter]: 'yes', smtp_mail_timeout: '2s' },
      send: message({ to }),
      expect: [
        deferred(to, { dsn: '4.4.2', reason: timedOut('sending MAIL FROM') }),
        postfixOnly(elapsed({ atLeast: '2s', atMost: '3500ms' })),
        connections('a', 1),
      ],
    }),
  ),
  scenario('time-limits/short-deadline-of-the-handshake', {
    title: 'Greeting, EHLO and HELO share one deadline',
    clauses,
    dns,
    hosts: {
      a: mailHost({
        greeting: { delay: '1200ms' },
        ehlo: { reply: '502 no', delay: '1200ms' },
        helo: { delay: '1200ms' },
      }),
    },
    config: { ...deadline, smtp_helo_timeout: '3s' },
    send: message({ to }),
    expect: [
      deferred(to, { dsn: '4.4.2', reason: timedOut('performing the HELO handshake') }),
      postfixOnly(elapsed({ atLeast: '3s', atMost: '3900ms' })),
      connections('a', 1),
    ],
    tolerates: { 'rfc5321-4.1.1.10-01': 'the server answers later than the deadline' },
  }),
  scenario('time-limits/short-limits-of-the-handshake', {
    title: 'Without a deadline greeting, EHLO and HELO have a limit each',
    clauses,
    dns,
    hosts: {
      a: mailHost({
        greeting: { delay: '1200ms' },
        ehlo: { reply: '502 no', delay: '1200ms' },
        helo: { delay: '1200ms' },
      }),
    },
    config: { smtp_helo_timeout: '3s' },
    send: message({ to }),
    expect: [delivered(to, { via: 'a' }), elapsed({ atLeast: '3600ms', atMost: '7s' })],
  }),
  scenario('time-limits/short-deadline-of-each-recipient', {
    title: 'With a deadline each reply of a pipelined group has one of its own',
    clauses,
    dns,
    hosts: { a: mailHost({ mail: { delay: '2s' }, rcpt: { delay: '2s' }, data: { delay: '2s' } }) },
    config: {
      ...deadline,
      smtp_mail_timeout: '3s',
      smtp_rcpt_timeout: '3s',
      smtp_data_init_timeout: '3s',
    },
    send: message({ to: [to, 'other@example.test'] }),
    expect: [
      delivered(to, { via: 'a' }),
      delivered('other@example.test', { via: 'a' }),
      elapsed({ atLeast: '8s', atMost: '12s' }),
    ],
  }),
  ...bodies.map(({ name, title, service, rate, fate }) =>
    scenario(`time-limits/short-deadline-of-the-body-${name}`, {
      title,
      clauses: [
        `postfix:${service}_per_request_deadline`,
        `postfix:${service}_min_data_rate`,
        'postfix:delivery-4.4',
      ],
      origins: name === 'fast-enough' ? ['delivery-237'] : [],
      dns,
      hosts: { a: mailHost({ protocol: service, maxMessageBytes: 20_000_000 }) },
      network: { a: { bytesPerSecond: 500_000, windowBytes: 65_536 } },
      config: {
        [`${service}_per_request_deadline`]: 'yes',
        [`${service}_data_xfer_timeout`]: '2s',
        [`${service}_min_data_rate`]: String(rate),
      },
      send: message({ to, size: 3_000_000, service, nexthop: '[a.example.test]' }),
      expect:
        fate === 'sent'
          ? [delivered(to, { via: 'a' }), elapsed({ atLeast: '5s' })]
          : [
              deferred(to, { dsn: '4.4.2', reason: timedOut('sending message body') }),
              postfixOnly(elapsed({ atLeast: '2s', atMost: '5s' })),
              connections('a', 1),
            ],
    }),
  ),
];
