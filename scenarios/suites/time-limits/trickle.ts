/** Replies that come a byte at a time: a limit for each read never ends them, a deadline does. */
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

/** Short replies, one byte at a time. */
const trickled = (reply: string, seconds: number) => ({ reply, trickle: { bytes: 1, every: `${seconds}s` } });

/** Where the server trickles its reply; its last byte comes after (length - 1) pauses of 100 seconds. */
const stages = [
  { stage: 'greeting', reply: '220 a ESMTP', limit: 300, doing: 'receiving the initial server greeting' },
  { stage: 'ehlo', reply: '250 a', limit: 300, doing: 'performing the EHLO handshake' },
  { stage: 'mail', reply: '250 Ok', limit: 300, doing: 'sending MAIL FROM' },
  { stage: 'rcpt', reply: '250 Ok', limit: 300, doing: 'sending RCPT TO' },
  { stage: 'data', reply: '354 go', limit: 120, doing: 'sending DATA command' },
  {
    stage: 'endOfData',
    reply: '250 Ok',
    limit: 600,
    doing: 'sending end of data -- message may be sent more than once',
  },
] as const;

export default [
  ...stages.map(({ stage, reply }) =>
    scenario(`time-limits/trickled-${stage.toLowerCase()}`, {
      title: `A reply to ${stage} that comes one byte in 100 seconds is accepted, however long it takes`,
      clauses: ['postfix:smtp_per_request_deadline', 'postfix:delivery-4.4'],
      origins: ['delivery-235'],
      dns,
      hosts: { a: mailHost({ [stage]: trickled(reply, 100) }) },
      config: { smtp_per_request_deadline: 'no' },
      send: message({ to }),
      expect: [delivered(to, { via: 'a' }), elapsed({ atLeast: `${(reply.length + 1) * 100}s` })],
      virtualOnly: 'waits for many minutes',
    }),
  ),
  ...stages.map(({ stage, reply, limit, doing }) =>
    scenario(`time-limits/deadline-${stage.toLowerCase()}`, {
      title: `With smtp_per_request_deadline=yes a reply to ${stage} has to be complete after ${limit} seconds`,
      clauses: ['postfix:smtp_per_request_deadline', 'postfix:delivery-4.4'],
      origins: ['delivery-236'],
      dns,
      hosts: { a: mailHost({ [stage]: trickled(reply, 100) }) },
      config: { smtp_per_request_deadline: 'yes' },
      send: message({ to }),
      expect: [
        deferred(to, { dsn: '4.4.2', reason: timedOut(doing) }),
        postfixOnly(elapsed({ atLeast: `${limit}s`, atMost: `${limit + 1}s` })),
        connections('a', 1),
      ],
      virtualOnly: `waits ${limit} seconds`,
    }),
  ),
  scenario('time-limits/deadline-of-the-whole-handshake', {
    title: 'A deadline covers greeting, EHLO and HELO together',
    clauses: ['postfix:smtp_per_request_deadline', 'postfix:smtp_helo_timeout'],
    dns,
    hosts: {
      a: mailHost({
        greeting: { delay: '120s' },
        ehlo: { reply: '502 no', delay: '120s' },
        helo: { delay: '120s' },
      }),
    },
    config: { smtp_per_request_deadline: 'yes' },
    send: message({ to }),
    expect: [
      deferred(to, { dsn: '4.4.2', reason: timedOut('performing the HELO handshake') }),
      elapsed({ atLeast: '300s', atMost: '301s' }),
      connections('a', 1),
    ],
    virtualOnly: 'waits five minutes',
  }),
  scenario('time-limits/deadline-of-each-reply', {
    title: 'After the handshake every reply has a deadline of its own',
    clauses: ['rfc5321-4.5.3.2-02', 'postfix:smtp_per_request_deadline'],
    dns,
    hosts: {
      a: mailHost({
        greeting: { delay: '290s' },
        mail: { delay: '290s' },
        rcpt: { delay: '290s' },
        data: { delay: '110s' },
        endOfData: { delay: '590s' },
      }),
    },
    config: { smtp_per_request_deadline: 'yes' },
    send: message({ to: [to, 'other@example.test'] }),
    expect: [
      delivered(to, { via: 'a' }),
      delivered('other@example.test', { via: 'a' }),
      elapsed({ atLeast: '1860s', atMost: '1862s' }),
    ],
    virtualOnly: 'waits half an hour',
  }),
  scenario('time-limits/lmtp-trickled-without-deadline', {
    title: 'The deadline of SMTP is not that of LMTP',
    clauses: ['postfix:lmtp_per_request_deadline'],
    dns,
    hosts: { a: mailHost({ protocol: 'lmtp', mail: trickled('250 Ok', 100) }) },
    config: { smtp_per_request_deadline: 'yes' },
    send: message({ to, service: 'lmtp', nexthop: 'a.example.test' }),
    expect: [delivered(to, { via: 'a' }), elapsed({ atLeast: '700s', atMost: '702s' })],
    virtualOnly: 'waits twelve minutes',
  }),
  scenario('time-limits/lmtp-deadline', {
    title: 'With lmtp_per_request_deadline=yes a trickled reply times out with LMTP',
    clauses: ['postfix:lmtp_per_request_deadline'],
    dns,
    hosts: { a: mailHost({ protocol: 'lmtp', mail: trickled('250 Ok', 100) }) },
    config: { lmtp_per_request_deadline: 'yes' },
    send: message({ to, service: 'lmtp', nexthop: 'a.example.test' }),
    expect: [
      deferred(to, { dsn: '4.4.2', reason: timedOut('sending MAIL FROM') }),
      elapsed({ atLeast: '300s', atMost: '301s' }),
      connections('a', 1),
    ],
    virtualOnly: 'waits five minutes',
  }),
];
