/** Lists of destinations: when the next one is tried, and with whom. */
import {
  bounced,
  deferred,
  delivered,
  logged,
  mailHost,
  message,
  order,
  queried,
  scenario,
  zone,
} from '../../scenario.ts';

const dns = zone('example.test', { MX: '10 mx', mx: '192.0.2.1', a: '192.0.2.11', b: '192.0.2.12' });
const to = 'user@example.test';

export default [
  scenario('requests/destination-list-first-down', {
    title: 'Of a list of destinations the second is used when the first refuses the connection',
    clauses: ['postfix:delivery-2.2'],
    dns,
    hosts: { b: mailHost() },
    network: { a: 'refused' },
    send: message({ to, nexthop: '[a.example.test], [b.example.test] example.test' }),
    origins: ['delivery-26'],
    expect: [
      delivered(to, { via: 'b' }),
      logged('connect to a.example.test[192.0.2.11]:25: Connection refused'),
      order(['a', 'b']),
    ],
  }),
  scenario('requests/destination-list-first-not-found', {
    title: 'Of a list of destinations the second is used when the first does not exist',
    clauses: ['postfix:delivery-2.2'],
    dns,
    hosts: { b: mailHost() },
    send: message({ to, nexthop: '[nosuch.example.test],[b.example.test]' }),
    expect: [delivered(to, { via: 'b' }), queried('nosuch.example.test', 'A')],
  }),
  scenario('requests/destination-list-first-defers', {
    title: 'Of a list of destinations the second gets the recipients that the first defers',
    clauses: ['postfix:delivery-2.2'],
    dns,
    hosts: { a: mailHost({ rcpt: { [to]: '450 4.2.1 busy' } }), b: mailHost() },
    send: message({ to: [to, 'other@example.test'], nexthop: '[a.example.test],[b.example.test]' }),
    expect: [delivered('other@example.test', { via: 'a' }), delivered(to, { via: 'b' }), order(['a', 'b'])],
  }),
  scenario('requests/destination-list-first-refuses', {
    title: 'Of a list of destinations the second is not asked about recipients that the first refuses',
    clauses: ['postfix:delivery-2.2', 'postfix:delivery-8.2'],
    dns,
    hosts: { a: mailHost({ rcpt: '550 5.1.1 unknown' }), b: mailHost() },
    send: message({ to, nexthop: '[a.example.test],[b.example.test]' }),
    origins: ['delivery-27'],
    expect: [bounced(to, { dsn: '5.1.1' }), order(['a'])],
  }),
  scenario('requests/destination-list-later-mistake', {
    title: 'A destination that cannot be read does no harm while its turn does not come',
    clauses: ['postfix:delivery-2.1'],
    dns,
    hosts: { a: mailHost() },
    send: message({ to, nexthop: '[a.example.test], [b.example.test' }),
    expect: [delivered(to, { via: 'a' })],
  }),
  scenario('requests/destination-list-then-fallback', {
    title: 'Fallback relays come after the whole list of destinations',
    clauses: ['postfix:smtp_fallback_relay', 'postfix:delivery-2.2'],
    dns,
    hosts: { mx: mailHost({ port: 2525 }) },
    network: { a: 'refused', b: 'refused' },
    config: { smtp_fallback_relay: 'example.test:2525' },
    send: message({ to, nexthop: '[a.example.test],[b.example.test]' }),
    expect: [delivered(to, { via: 'mx' }), order(['a', 'b', 'mx'])],
  }),
  scenario('requests/destination-list-all-down', {
    title: 'When no destination of the list answers the last failure is reported',
    clauses: ['postfix:delivery-2.2', 'rfc5321-4.5.3.2.1-02'],
    dns,
    network: { a: 'refused', b: 'unreachable' },
    send: message({ to, nexthop: '[a.example.test],[b.example.test]' }),
    expect: [
      deferred(to, {
        dsn: '4.4.1',
        relay: 'none',
        reason: 'connect to b.example.test[192.0.2.12]:25: No route to host',
      }),
      logged('connect to a.example.test[192.0.2.11]:25: Connection refused'),
      order(['a', 'b']),
    ],
  }),
];
