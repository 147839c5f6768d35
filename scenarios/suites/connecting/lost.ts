/** Connections that end before their time: what is tried next, and what becomes of the recipients. */
import {
  bounced,
  connections,
  deferred,
  delivered,
  elapsed,
  logged,
  mailHost,
  message,
  notLogged,
  order,
  received,
  scenario,
  zone,
} from '../../scenario.ts';

const to = 'user@example.test';
const one = zone('example.test', { MX: '10 a', a: '192.0.2.1' });
const two = zone('example.test', { MX: ['10 a', '20 b'], a: '192.0.2.1', b: '192.0.2.2' });

const stages = [
  { at: 'greeting', doing: 'receiving the initial server greeting' },
  { at: 'ehlo', doing: 'performing the EHLO handshake' },
  { at: 'mail', doing: 'sending MAIL FROM' },
  { at: 'rcpt', doing: 'sending RCPT TO' },
  { at: 'data', doing: 'sending DATA command' },
  { at: 'endOfData', doing: 'sending end of data -- message may be sent more than once' },
] as const;
const endings = ['close', 'reset'] as const;

/** One command at a time, so that the stage of the loss is the stage the client is at. */
const extensions = ['SIZE', '8BITMIME'];
const losing = (at: (typeof stages)[number]['at'], then: (typeof endings)[number]) =>
  // A reset at once may come before the client knows that it is connected.
  mailHost({ extensions, faults: [{ at, when: 'beforeReply', delay: '100ms', then }] });

export default [
  ...stages.flatMap(({ at, doing }) =>
    endings.map((then) =>
      scenario(`connecting/${then}-at-${at.toLowerCase()}-defers`, {
        title: `A connection that ends (${then}) while ${doing} leaves the mail waiting`,
        clauses: [
          'rfc5321-2.1-01',
          'rfc5321-4.5.4.1-01',
          ...(at === 'ehlo' ? ['rfc1869-4.7-01'] : []),
          'postfix:delivery-8.4',
        ],
        dns: one,
        hosts: { a: losing(at, then) },
        send: message({ to }),
        expect: [
          deferred(to, {
            dsn: '4.4.2',
            relay: 'a.example.test[192.0.2.1]:25',
            reason: `lost connection with a.example.test[192.0.2.1] while ${doing}`,
          }),
          connections('a', 1),
          received('a', { count: 0 }),
          elapsed({ atMost: '1s' }),
        ],
      }),
    ),
  ),
  ...stages.map(({ at, doing }) =>
    scenario(`connecting/lost-at-${at.toLowerCase()}-tries-next`, {
      title: `A connection that is lost while ${doing} leads to the next exchanger`,
      clauses: ['rfc5321-5.1-12', 'postfix:delivery-8.2'],
      dns: two,
      hosts: { a: losing(at, 'reset'), b: mailHost() },
      send: message({ to }),
      expect: [
        delivered(to, { via: 'b' }),
        order(['a', 'b']),
        logged(`lost connection with a.example.test[192.0.2.1] while ${doing}`),
      ],
    }),
  ),
  scenario('connecting/lost-within-content', {
    title: 'A connection that is reset in the middle of the content leaves the mail waiting',
    clauses: ['rfc5321-2.1-01', 'postfix:delivery-7.8'],
    dns: one,
    hosts: { a: mailHost({ faults: [{ at: 'content', afterBytes: 100_000, then: 'reset' }] }) },
    send: message({ to, size: 2_000_000 }),
    virtualOnly: 'how much of the text the kernel takes before the loss shows depends on its buffers',
    expect: [
      deferred(to, {
        dsn: '4.4.2',
        reason: 'lost connection with a.example.test[192.0.2.1] while sending message body',
      }),
      received('a', { count: 0 }),
    ],
  }),
  scenario('connecting/lost-after-some-replies', {
    title:
      'Recipients that had their answer keep it when the connection is lost; the others go to the next server',
    clauses: ['rfc5321-2.1-01', 'postfix:delivery-8.4'],
    origins: ['delivery-161'],
    dns: two,
    hosts: {
      a: mailHost({
        extensions,
        rcpt: { 'bad@example.test': '550 5.1.1 unknown' },
        faults: [{ at: 'data', when: 'beforeReply', then: 'close' }],
      }),
      b: mailHost(),
    },
    send: message({ to: ['good@example.test', 'bad@example.test'] }),
    expect: [
      bounced('bad@example.test', { dsn: '5.1.1', relay: 'a.example.test[192.0.2.1]:25' }),
      delivered('good@example.test', { via: 'b' }),
      order(['a', 'b']),
    ],
  }),
  scenario('connecting/lost-after-delivery', {
    title: 'A connection that is lost after the message was taken changes nothing',
    clauses: ['rfc5321-2.1-01', 'postfix:delivery-8.4'],
    dns: two,
    hosts: {
      a: mailHost({ faults: [{ at: 'endOfData', when: 'afterReply', then: 'close' }] }),
      b: mailHost(),
    },
    send: message({ to }),
    expect: [
      delivered(to, { via: 'a' }),
      received('a', { count: 1 }),
      connections('b', 0),
      notLogged('lost connection'),
    ],
  }),
  scenario('connecting/final-reply-lost', {
    title: 'When the reply to the content is lost on the way, the mail is sent again rather than lost',
    clauses: ['rfc5321-2.1-01', 'postfix:delivery-8.4'],
    dns: two,
    hosts: {
      a: mailHost({ faults: [{ at: 'endOfData', when: 'afterReply', then: 'reset' }] }),
      b: mailHost(),
    },
    send: message({ to }),
    virtualOnly: 'a reply that has reached the kernel of the client is read even after a reset',
    expect: [delivered(to, { via: 'b' }), received('a', { count: 1 }), received('b', { count: 1 })],
  }),
  scenario('connecting/half-closed-by-server', {
    title: 'A server that ends its side after the greeting has ended the session',
    clauses: ['rfc5321-2.1-01', 'postfix:delivery-8.4'],
    dns: two,
    hosts: { a: mailHost({ faults: [{ at: 'greeting', then: 'halfClose' }] }), b: mailHost() },
    send: message({ to }),
    expect: [delivered(to, { via: 'b' }), connections('a', 1), elapsed({ atMost: '1s' })],
  }),
  scenario('connecting/lmtp-lost-between-replies', {
    title: 'LMTP: who was answered before the connection was lost has the mail, the other one waits',
    clauses: ['rfc5321-2.1-01', 'postfix:delivery-10'],
    dns: zone('example.test', { store: '192.0.2.1' }),
    hosts: {
      store: mailHost({
        protocol: 'lmtp',
        endOfData: { 'two@example.test': { then: 'close' } },
      }),
    },
    send: message({
      to: ['one@example.test', 'two@example.test'],
      service: 'lmtp',
      nexthop: 'store.example.test',
    }),
    expect: [
      delivered('one@example.test', { via: 'store' }),
      deferred('two@example.test', {
        dsn: '4.4.2',
        reason: '*sending end of data -- message may be sent more than once',
      }),
    ],
  }),
];
