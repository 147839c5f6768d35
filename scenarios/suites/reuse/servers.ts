/** Kept connections and the order of servers: by next hop, by address, and how they count against the limits. */
import {
  connections,
  deferred,
  delivered,
  logged,
  mailHost,
  message,
  notLogged,
  order,
  scenario,
  zone,
} from '../../scenario.ts';

const dns = zone('example.test', {
  MX: ['10 a', '20 b'],
  a: '192.0.2.1',
  b: '192.0.2.2',
  relay: '192.0.2.3',
});
const to = 'user@example.test';
const first = message({ to, reuse: 'both' });
const second = message({ to, reuse: 'both', after: '100ms' });
const tolerates = {
  'rfc5321-4.1.1.10-01': 'Postfix closes connections that nobody uses any more without QUIT',
};
const later = '450 4.7.1 later';

export default [
  scenario('reuse/first-server-down', {
    title:
      'When the first server is down, the next message goes straight to the second, whose connection was kept',
    clauses: ['postfix:delivery-4.5', 'postfix:delivery-4.6'],
    origins: ['delivery-221'],
    dns,
    hosts: { b: mailHost() },
    send: [first, second],
    expect: [
      delivered(to, { via: 'b' }),
      delivered(to, { via: 'b' }),
      order(['192.0.2.1', 'b']),
      connections('b', 1),
      logged('relay=b.example.test[192.0.2.2]:25, conn_use=2, '),
    ],
    tolerates,
  }),
  ...(['load', 'both'] as const).map((reuse) =>
    scenario(`reuse/first-server-refuses-${reuse}`, {
      title: 'When the first server refuses to talk, the connection to the second stands for the next hop',
      clauses: ['postfix:delivery-4.6', 'postfix:delivery-1.4'],
      dns,
      hosts: { a: mailHost({ greeting: '421 4.3.2 busy' }), b: mailHost() },
      send: [first, message({ to, reuse, after: '100ms' })],
      expect: [
        delivered(to, { via: 'b' }),
        delivered(to, { via: 'b' }),
        connections('a', 1),
        connections('b', 1),
        logged('conn_use=2, '),
      ],
      tolerates,
    }),
  ),
  scenario('reuse/first-server-lost', {
    title:
      'When the first server hangs up in the transaction, the connection to the second stands for the next hop',
    clauses: ['postfix:delivery-4.6'],
    dns,
    hosts: { a: mailHost({ mail: { then: 'close' } }), b: mailHost() },
    send: [first, second],
    expect: [
      delivered(to, { via: 'b' }),
      delivered(to, { via: 'b' }),
      connections('a', 1),
      connections('b', 1),
    ],
    tolerates,
  }),
  scenario('reuse/first-server-puts-off', {
    title:
      'A server that puts the message off is good: its connection stands for the next hop, the second is found by address',
    clauses: ['postfix:delivery-4.5', 'postfix:delivery-4.6'],
    dns,
    hosts: { a: mailHost({ rcpt: later }), b: mailHost() },
    send: [first, second],
    expect: [
      delivered(to, { via: 'b' }),
      delivered(to, { via: 'b' }),
      order(['a', 'b']),
      connections('a', 1),
      connections('b', 1),
      logged('relay=b.example.test[192.0.2.2]:25, conn_use=2, '),
    ],
    tolerates,
  }),
  ...[
    { name: 'session-limit', config: { smtp_mx_session_limit: '1' } },
    { name: 'address-limit', config: { smtp_mx_address_limit: '1' } },
  ].map(({ name, config }) =>
    scenario(`reuse/counts-for-${name}`, {
      title: 'A kept connection counts: at the limit its failure is final, and no other server is tried',
      clauses: [`postfix:${Object.keys(config)[0]}`, 'postfix:delivery-4.5'],
      dns,
      hosts: { a: mailHost({ rcpt: ['default', later] }), b: mailHost() },
      config,
      send: [first, second],
      expect: [
        delivered(to, { via: 'a' }),
        deferred(to, { dsn: '4.7.1', relay: 'a.example.test[192.0.2.1]:25' }),
        connections('a', 1),
        connections('b', 0),
        logged(/conn_use=2, .*status=deferred/),
      ],
      tolerates,
    }),
  ),
  scenario('reuse/counts-as-one-session', {
    title: 'A kept connection and a new one make two sessions: the third server is not tried',
    clauses: ['postfix:smtp_mx_session_limit', 'postfix:delivery-4.5'],
    dns: zone('example.test', {
      MX: ['10 a', '20 b', '30 c'],
      a: '192.0.2.1',
      b: '192.0.2.2',
      c: '192.0.2.3',
    }),
    hosts: { a: mailHost({ rcpt: ['default', later] }), b: mailHost({ rcpt: later }), c: mailHost() },
    send: [first, second],
    expect: [
      delivered(to, { via: 'a' }),
      deferred(to, { dsn: '4.7.1', relay: 'b.example.test[192.0.2.2]:25' }),
      connections('a', 1),
      connections('b', 1),
      connections('c', 0),
    ],
    tolerates,
  }),
  scenario('reuse/used-address-is-done-with', {
    title: 'A server that failed over a kept connection gets no new connection for the same message',
    clauses: ['postfix:delivery-4.5'],
    dns,
    hosts: { a: mailHost({ rcpt: ['default', later] }), b: mailHost({ rcpt: later }) },
    config: { smtp_mx_session_limit: '0' },
    send: [first, second],
    expect: [
      delivered(to, { via: 'a' }),
      deferred(to, { dsn: '4.7.1', relay: 'b.example.test[192.0.2.2]:25' }),
      connections('a', 1),
      connections('b', 1),
    ],
    tolerates,
  }),
  scenario('reuse/used-address-of-later-site', {
    title: 'Nor does it get one when it is the fallback relay as well',
    clauses: ['postfix:delivery-4.5', 'postfix:smtp_fallback_relay'],
    dns: zone('example.test', { MX: '10 a', a: '192.0.2.1' }),
    hosts: { a: mailHost({ rcpt: ['default', later] }) },
    config: { smtp_fallback_relay: '[a.example.test]' },
    send: [first, second],
    expect: [
      delivered(to, { via: 'a' }),
      deferred(to, { relay: 'none', reason: 'server unavailable or unable to receive mail' }),
      connections('a', 1),
      logged('said: 450 4.7.1 later'),
    ],
    tolerates,
  }),
  scenario('reuse/last-of-the-best', {
    title:
      'A kept connection to the last of the best servers is the last attempt, though others were passed over',
    clauses: ['postfix:delivery-4.5', 'postfix:delivery-4.2'],
    dns: zone('example.test', { MX: ['10 a', '10 b'], a: '192.0.2.1', b: '192.0.2.2' }),
    hosts: { a: mailHost(), b: mailHost({ rcpt: ['default', later] }) },
    config: { smtp_randomize_addresses: 'no' },
    send: [message({ to, nexthop: '[b.example.test]', reuse: 'both' }), second],
    expect: [
      delivered(to, { via: 'b' }),
      deferred(to, { dsn: '4.7.1', relay: 'b.example.test[192.0.2.2]:25' }),
      connections('a', 0),
      connections('b', 1),
    ],
    tolerates,
  }),
  scenario('reuse/only-server-puts-off', {
    title: 'The failure of the only server over a kept connection is final',
    clauses: ['postfix:delivery-4.5', 'postfix:delivery-4.2'],
    dns: zone('example.test', { MX: '10 a', a: '192.0.2.1' }),
    hosts: { a: mailHost({ rcpt: ['default', later] }) },
    send: [first, second],
    expect: [
      delivered(to, { via: 'a' }),
      deferred(to, { dsn: '4.7.1', relay: 'a.example.test[192.0.2.1]:25' }),
      connections('a', 1),
    ],
    tolerates,
  }),
  scenario('reuse/probe-fails-then-next-server', {
    title: 'A dead kept connection is no attempt: its server is tried anew, and first',
    clauses: ['postfix:delivery-4.5'],
    dns,
    hosts: { a: mailHost({ rset: '500 what?' }), b: mailHost() },
    send: [first, second],
    expect: [
      delivered(to, { via: 'a' }),
      delivered(to, { via: 'a' }),
      connections('a', 2),
      connections('b', 0),
      notLogged('conn_use'),
    ],
    tolerates,
  }),
  scenario('reuse/fallback-relay-stands-for-nexthop', {
    title: 'A connection to the fallback relay stands for the next hop: its own server is not tried again',
    clauses: ['postfix:smtp_fallback_relay', 'postfix:delivery-4.6'],
    dns: [dns, zone('down.test', { MX: '10 mx', mx: '192.0.2.9' })],
    hosts: { relay: mailHost() },
    config: { smtp_fallback_relay: '[relay.example.test]' },
    send: ['0s', '100ms'].map((after) => message({ to: 'user@down.test', reuse: 'both', after })),
    expect: [
      delivered('user@down.test', { via: 'relay' }),
      delivered('user@down.test', { via: 'relay' }),
      order(['192.0.2.9', 'relay']),
      connections('relay', 1),
    ],
    tolerates,
  }),
  scenario('reuse/nothing-without-first-address', {
    title: 'When the first destination has no address, nothing is kept for the request',
    clauses: ['postfix:delivery-4.5'],
    dns,
    hosts: { relay: mailHost() },
    config: { smtp_fallback_relay: '[relay.example.test]', smtp_connection_cache_destinations: 'static:all' },
    send: ['0s', '100ms'].map((after) => message({ to: 'user@nowhere.test', reuse: 'both', after })),
    expect: [
      delivered('user@nowhere.test', { via: 'relay' }),
      delivered('user@nowhere.test', { via: 'relay' }),
      connections('relay', 2),
      notLogged('conn_use'),
    ],
  }),
  scenario('reuse/setup-time', {
    title: 'The set-up of a delivery over a kept connection takes as long as its RSET',
    clauses: ['postfix:delivery-9.1', 'postfix:delivery-4.5'],
    dns: zone('example.test', { MX: '10 a', a: '192.0.2.1' }),
    hosts: {
      a: mailHost({
        greeting: { reply: 'default', delay: '600ms' },
        rset: { reply: 'default', delay: '300ms' },
      }),
    },
    send: [first, second],
    expect: [
      delivered(to, { via: 'a' }),
      delivered(to, { via: 'a' }),
      connections('a', 1),
      logged(/conn_use=2, delay=0\.3\d*, delays=0(\.0\d)?\/0(\.0\d)?\/0\.3\d*\//),
    ],
    tolerates,
  }),
];
