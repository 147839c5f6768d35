/** Several servers, several failures: which one is reported, and when the search ends. */
import {
  bounced,
  connections,
  deferred,
  delivered,
  dialogue,
  listening,
  logged,
  mailHost,
  message,
  notLogged,
  notSuspended,
  order,
  scenario,
  suspended,
  zone,
} from '../../scenario.ts';

const to = 'user@example.test';
const two = zone('example.test', { MX: ['10 a', '20 b'], a: '192.0.2.1', b: '192.0.2.2' });
const refusedByB = 'connect to b.example.test[192.0.2.2]:25: Connection refused';
const busy = mailHost({ greeting: '421 4.3.2 busy' });
const busyA = 'host a.example.test[192.0.2.1] refused to talk to me: 421 4.3.2 busy';
const busyB = 'host b.example.test[192.0.2.2] refused to talk to me: 421 4.3.2 busy';

export default [
  scenario('connecting/greylisted-then-refused', {
    title: 'After a greylisting server and one that refuses connections, the refusal is the reason',
    clauses: ['postfix:delivery-4.1', 'rfc3974-3-06'],
    dns: two,
    hosts: { a: mailHost({ rcpt: '450 4.7.1 greylisted' }) },
    send: message({ to }),
    origins: ['delivery-90'],
    expect: [
      deferred(to, { dsn: '4.4.1', relay: 'none', reason: refusedByB }),
      notSuspended(),
      logged('said: 450 4.7.1 greylisted (in reply to RCPT TO command)'),
      order(['a', 'b']),
    ],
  }),
  scenario('connecting/busy-then-refused', {
    title: 'After a busy server and one that refuses connections, the refusal is the reason',
    clauses: ['postfix:delivery-4.1'],
    dns: two,
    hosts: { a: busy },
    send: message({ to }),
    origins: ['delivery-91'],
    expect: [
      deferred(to, { dsn: '4.4.1', relay: 'none', reason: refusedByB }),
      suspended(refusedByB),
      logged(busyA),
      order(['a', 'b']),
    ],
  }),
  scenario('connecting/refused-then-busy', {
    title: 'After a refused connection and a busy server, the busy server is the reason',
    clauses: ['postfix:delivery-4.2'],
    dns: two,
    hosts: { b: busy },
    send: message({ to }),
    origins: ['delivery-92'],
    expect: [
      deferred(to, { dsn: '4.3.2', relay: 'b.example.test[192.0.2.2]:25', reason: busyB }),
      order(['a', 'b']),
    ],
  }),
  scenario('connecting/deferred-is-logged-for-each-server', {
    title: 'A server that is not the last one leaves a line in the log; the last one is in the status line',
    clauses: ['postfix:delivery-8.2'],
    dns: two,
    hosts: { a: busy, b: busy },
    send: message({ to }),
    expect: [
      deferred(to, { dsn: '4.3.2', reason: busyB }),
      logged(/^[0-9A-F]+: host a\.example\.test\[192\.0\.2\.1\] refused to talk to me: 421 4\.3\.2 busy$/),
      notLogged(/^[0-9A-F]+: host b\.example\.test/),
      dialogue('a', ['S: 421 4.3.2 busy', 'C: QUIT']),
      dialogue('b', ['S: 421 4.3.2 busy', 'C: QUIT']),
    ],
  }),
  scenario('connecting/transient-reply-tries-next', {
    title: 'After a transient reply the next exchanger is tried',
    clauses: ['rfc3974-3-06'],
    dns: two,
    hosts: { a: mailHost({ mail: '451 4.3.0 try later' }), b: mailHost() },
    send: message({ to }),
    expect: [delivered(to, { via: 'b' }), order(['a', 'b'])],
  }),
  ...[
    {
      stage: 'MAIL',
      origin: 'field-DN27',
      a: { mail: '451 4.3.0 local problem' },
      said: ['C: MAIL FROM:*', 'S: 451 4.3.0 local problem'],
    },
    {
      stage: 'RCPT',
      origin: 'field-DN28',
      a: { rcpt: '450 4.2.0 busy' },
      said: ['C: MAIL FROM:*', 'S: 250*', 'C: RCPT TO:*', 'S: 450 4.2.0 busy'],
    },
  ].map(({ stage, origin, a, said }) =>
    scenario(`connecting/${stage.toLowerCase()}-deferred-then-next`, {
      title: `A server that defers ${stage} is left with RSET and QUIT, and the next exchanger gets the mail`,
      clauses: ['rfc3974-3-06', 'postfix:delivery-6.3'],
      dns: two,
      hosts: { a: mailHost({ extensions: ['8BITMIME'], ...a }), b: mailHost() },
      send: message({ to }),
      origins: [origin],
      expect: [
        delivered(to, { via: 'b' }),
        dialogue('a', ['...', ...said, 'C: RSET', 'S: 250*', 'C: QUIT']),
        logged(`(in reply to ${stage} `),
      ],
    }),
  ),
  scenario('connecting/closed-after-content-then-next', {
    title: 'A server that closes after the final dot leads to the next one, which gets the same message',
    clauses: ['rfc5321-2.1-01', 'postfix:delivery-8.4'],
    dns: two,
    hosts: {
      a: mailHost({ faults: [{ at: 'endOfData', when: 'beforeReply', then: 'close' }] }),
      b: mailHost(),
    },
    send: message({ to }),
    origins: ['field-DN29'],
    expect: [
      delivered(to, { via: 'b' }),
      order(['a', 'b']),
      logged('while sending end of data -- message may be sent more than once'),
    ],
  }),
  scenario('connecting/second-address-of-the-only-host', {
    title: 'When one address of the only exchanger refuses, its other one is tried',
    clauses: ['rfc5321-5.1-12', 'postfix:delivery-4.2'],
    dns: zone('example.test', { MX: '10 a', a: ['192.0.2.1', '192.0.2.2'] }),
    hosts: { second: listening({ address: '192.0.2.2' }, mailHost()) },
    config: { smtp_randomize_addresses: 'no' },
    send: message({ to }),
    origins: ['field-DN22'],
    expect: [
      delivered(to, { via: 'second', relay: 'a.example.test[192.0.2.2]:25' }),
      logged('connect to a.example.test[192.0.2.1]:25: Connection refused'),
    ],
  }),
  scenario('connecting/permanent-reply-ends-the-search', {
    title: 'After a permanent reply no other exchanger is tried',
    clauses: ['rfc3974-3-06', 'postfix:delivery-8.2'],
    dns: two,
    hosts: { a: mailHost({ rcpt: '550 5.1.1 unknown' }), b: mailHost() },
    send: message({ to }),
    origins: ['field-DN31'],
    expect: [
      bounced(to, {
        dsn: '5.1.1',
        reason: 'host a.example.test[192.0.2.1] said: 550 5.1.1 unknown (in reply to RCPT TO command)',
      }),
      connections('a', 1),
      connections('b', 0),
    ],
  }),
];
