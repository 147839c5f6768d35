/** How many servers a delivery may take up: the limits on addresses and on sessions. */
import {
  bounced,
  connections,
  decided,
  deferred,
  delivered,
  dialogue,
  logged,
  mailHost,
  message,
  order,
  scenario,
  zone,
} from '../../scenario.ts';

const to = 'user@example.test';
const later = mailHost({ rcpt: '450 4.2.1 later' });
const three = zone('example.test', {
  MX: ['10 a', '20 b', '30 c'],
  a: '192.0.2.1',
  b: '192.0.2.2',
  c: '192.0.2.3',
});
const saidLater = (host: string, address: string): string =>
  `host ${host}.example.test[${address}] said: 450 4.2.1 later (in reply to RCPT TO command)`;

export default [
  scenario('connecting/session-limit', {
    title: 'After two sessions without success the third exchanger is left alone',
    clauses: ['postfix:smtp_mx_session_limit', 'rfc5321-5.1-13', 'rfc5321-5.1-14'],
    dns: three,
    hosts: { a: later, b: later, c: mailHost() },
    send: message({ to }),
    origins: ['delivery-93'],
    expect: [
      deferred(to, {
        dsn: '4.2.1',
        relay: 'b.example.test[192.0.2.2]:25',
        reason: saidLater('b', '192.0.2.2'),
      }),
      logged(saidLater('a', '192.0.2.1')),
      order(['a', 'b']),
      connections('c', 0),
      decided('servers', 'tries a.example.test*, b.example.test*, c.example.test*', {
        because: 'MX records; preference 10 before 20 before 30',
      }),
      decided('outcome', 'leaves the recipient to the next server', {
        because: 'another server is left',
        count: 1,
      }),
      decided('servers', 'leaves out c.example.test*', { because: 'smtp_mx_session_limit = 2' }),
      decided('outcome', 'defers the recipient', {
        because: '4.2.1 is temporary, and no other server is left',
      }),
    ],
  }),
  scenario('connecting/session-limit-one', {
    title: 'With smtp_mx_session_limit=1 the first session decides',
    clauses: ['postfix:smtp_mx_session_limit'],
    dns: three,
    hosts: { a: later, b: mailHost(), c: mailHost() },
    config: { smtp_mx_session_limit: '1' },
    send: message({ to }),
    expect: [
      deferred(to, { dsn: '4.2.1', reason: saidLater('a', '192.0.2.1') }),
      order(['a']),
      connections('b', 0),
      connections('c', 0),
    ],
  }),
  scenario('connecting/no-session-limit', {
    title: 'With smtp_mx_session_limit=0 the sessions may be as many as there are exchangers',
    clauses: ['postfix:smtp_mx_session_limit', 'rfc5321-5.1-12'],
    dns: three,
    hosts: { a: later, b: later, c: mailHost() },
    config: { smtp_mx_session_limit: '0' },
    send: message({ to }),
    expect: [delivered(to, { via: 'c' }), order(['a', 'b', 'c'])],
  }),
  scenario('connecting/failed-handshake-is-no-session', {
    title: 'Exchangers that refuse in their greeting do not count as sessions',
    clauses: ['postfix:smtp_mx_session_limit', 'postfix:delivery-4.2'],
    dns: three,
    hosts: {
      a: mailHost({ greeting: '421 4.3.2 busy' }),
      b: mailHost({ greeting: '421 4.3.2 busy' }),
      c: mailHost(),
    },
    send: message({ to }),
    origins: ['delivery-94'],
    expect: [delivered(to, { via: 'c' }), order(['a', 'b', 'c'])],
  }),
  scenario('connecting/refused-connection-is-no-session', {
    title: 'Refused connections do not count as sessions',
    clauses: ['postfix:smtp_mx_session_limit'],
    dns: zone('example.test', {
      MX: ['10 a', '20 b', '30 c', '40 d'],
      a: '192.0.2.1',
      b: '192.0.2.2',
      c: '192.0.2.3',
      d: '192.0.2.4',
    }),
    hosts: { c: later, d: mailHost() },
    send: message({ to }),
    expect: [delivered(to, { via: 'd' }), order(['a', 'b', 'c', 'd'])],
  }),
  scenario('connecting/address-limit-counts-all', {
    title: 'Every address counts against smtp_mx_address_limit, whatever became of it',
    clauses: ['postfix:smtp_mx_address_limit'],
    dns: three,
    hosts: { b: mailHost({ greeting: '421 4.3.2 busy' }), c: mailHost() },
    config: { smtp_mx_address_limit: '2' },
    send: message({ to }),
    expect: [
      deferred(to, {
        dsn: '4.3.2',
        relay: 'b.example.test[192.0.2.2]:25',
        reason: 'host b.example.test[192.0.2.2] refused to talk to me: 421 4.3.2 busy',
      }),
      order(['a', 'b']),
      connections('c', 0),
    ],
  }),
  scenario('connecting/split-over-two-servers', {
    title: 'Recipients that the first server defers go to the second; those that it took do not',
    clauses: ['rfc5321-5.1-12', 'rfc3974-3-06', 'postfix:delivery-1.7'],
    dns: three,
    hosts: {
      a: mailHost({ rcpt: { 'two@example.test': '450 4.2.1 later', 'three@example.test': '550 5.1.1 no' } }),
      b: mailHost(),
      c: mailHost(),
    },
    send: message({ to: ['one@example.test', 'two@example.test', 'three@example.test'] }),
    expect: [
      delivered('one@example.test', { via: 'a' }),
      delivered('two@example.test', { via: 'b' }),
      bounced('three@example.test', { dsn: '5.1.1' }),
      dialogue('b', ['...', 'C: MAIL FROM:*', 'C: RCPT TO:<two@example.test>*', 'C: DATA', '...']),
      connections('c', 0),
    ],
  }),
];
