/** Several servers, several failures: which one is reported, and when the search ends. */
import {
  bounced,
  connections,
  deferred,
  delivered,
  dialogue,
  logged,
  mailHost,
  message,
  notLogged,
  order,
  scenario,
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
    expect: [
      deferred(to, { dsn: '4.4.1', relay: 'none', reason: refusedByB }),
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
    expect: [
      deferred(to, { dsn: '4.4.1', relay: 'none', reason: refusedByB }),
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
  scenario('connecting/permanent-reply-ends-the-search', {
    title: 'After a permanent reply no other exchanger is tried',
    clauses: ['rfc3974-3-06', 'postfix:delivery-8.2'],
    dns: two,
    hosts: { a: mailHost({ rcpt: '550 5.1.1 unknown' }), b: mailHost() },
    send: message({ to }),
    expect: [bounced(to, { dsn: '5.1.1' }), connections('a', 1), connections('b', 0)],
  }),
];
