/** Servers that hang up before the client has said anything that matters. */
import {
  close,
  connections,
  deferred,
  delivered,
  dialogueHost,
  listening,
  logged,
  mailHost,
  message,
  notLogged,
  order,
  reset,
  scenario,
  wait,
  zone,
} from '../../scenario.ts';

const one = zone('example.test', { MX: '10 a', a: '192.0.2.1' });
const two = zone('example.test', { MX: ['10 a', '20 b'], a: '192.0.2.1', b: '192.0.2.2' });
const to = 'user@example.test';
const lost = (doing: string) => `lost connection with a.example.test[192.0.2.1] while ${doing}`;

/** Where the server hangs up, how, and what the client was doing then. */
const places = [
  { name: 'before-greeting', script: [close()], doing: 'receiving the initial server greeting' },
  // At once it might come before the client knows that it is connected.
  {
    name: 'before-greeting-by-reset',
    script: [wait('100ms'), reset()],
    doing: 'receiving the initial server greeting',
  },
  {
    name: 'within-greeting',
    script: ['S: 220-a ESMTP', close()],
    doing: 'receiving the initial server greeting',
  },
  {
    name: 'at-ehlo',
    script: ['S: 220 a ESMTP', 'C: EHLO *', close()],
    doing: 'performing the EHLO handshake',
  },
  {
    name: 'within-ehlo-reply',
    script: ['S: 220 a ESMTP', 'C: EHLO *', 'S: 250-a', 'S: 250-PIPELINING', reset()],
    doing: 'performing the EHLO handshake',
  },
  {
    name: 'at-helo',
    script: ['S: 220 a', 'C: EHLO *', 'S: 502 what', 'C: HELO *', close()],
    doing: 'performing the HELO handshake',
  },
];

export default [
  ...places.map(({ name, script, doing }) =>
    scenario(`greeting/lost-${name}`, {
      title: `A connection that is lost while ${doing} defers the message, without a second attempt`,
      clauses: ['rfc5321-3.8-01', 'postfix:delivery-8.4'],
      dns: one,
      hosts: { a: dialogueHost(script) },
      send: message({ to }),
      expect: [
        deferred(to, { dsn: '4.4.2', relay: 'a.example.test[192.0.2.1]:25', reason: lost(doing) }),
        connections('a', 1),
      ],
    }),
  ),
  scenario('greeting/lost-tries-next-host', {
    title: 'A server that hangs up before its greeting is passed over for the next mail exchanger',
    clauses: ['rfc5321-5.1-12', 'postfix:delivery-4.2'],
    origins: ['delivery-108'],
    dns: two,
    hosts: { a: dialogueHost([close()]), b: mailHost() },
    send: message({ to }),
    expect: [
      delivered(to, { via: 'b' }),
      order(['a', 'b']),
      logged(lost('receiving the initial server greeting')),
    ],
  }),
  scenario('greeting/lost-at-ehlo-is-not-retried-with-helo', {
    title: 'A server that hangs up on EHLO gets no second chance with HELO: the next exchanger does',
    clauses: ['postfix:delivery-5.1'],
    origins: ['delivery-119'],
    dns: two,
    hosts: { a: dialogueHost(['S: 220 a', 'C: EHLO client.test', reset()]), b: mailHost() },
    send: message({ to }),
    expect: [
      delivered(to, { via: 'b' }),
      connections('a', 1),
      order(['a', 'b']),
      notLogged('HELO handshake'),
    ],
  }),
  scenario('greeting/lmtp-lost-at-lhlo', {
    title: 'An LMTP server that hangs up on LHLO defers the message',
    clauses: ['rfc5321-3.8-01', 'rfc2033-4.1-01', 'postfix:delivery-8.4'],
    hosts: {
      store: listening(
        { unix: '/run/lmtp' },
        dialogueHost({ protocol: 'lmtp' }, ['S: 220 store LMTP', 'C: LHLO client.test', close()]),
      ),
    },
    send: message({ to, service: 'lmtp', nexthop: 'unix:/run/lmtp' }),
    expect: [
      deferred(to, {
        dsn: '4.4.2',
        reason: 'lost connection with client.test[/run/lmtp] while performing the LHLO handshake',
      }),
      connections('store', 1),
    ],
  }),
];
