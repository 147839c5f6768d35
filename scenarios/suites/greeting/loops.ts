/** Servers that call themselves by our own name: mail that would come back to us. */
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

const one = zone('example.test', { MX: '10 a', a: '192.0.2.1' });
const two = zone('example.test', { MX: ['10 a', '20 b'], a: '192.0.2.1', b: '192.0.2.2' });
const to = 'user@example.test';
const loops = 'mail for example.test loops back to myself';
const warning = (host: string) => `host ${host}:25 replied to HELO/EHLO with my own hostname client.test`;

export default [
  scenario('greeting/own-name-in-greeting', {
    title: 'A server that greets with our own name draws a warning, nothing more',
    clauses: ['postfix:delivery-5.4'],
    origins: ['delivery-111'],
    dns: one,
    hosts: { a: mailHost({ greeting: '220 Client.Test ESMTP' }) },
    send: message({ to }),
    expect: [
      delivered(to, { via: 'a' }),
      logged('host a.example.test[192.0.2.1]:25 greeted me with my own hostname client.test'),
    ],
  }),
  scenario('greeting/own-name-in-ehlo-reply', {
    title: 'A best exchanger that answers EHLO with our own name is a mail loop: the message bounces',
    clauses: ['rfc5321-6.3-01', 'postfix:delivery-5.4'],
    origins: ['delivery-112'],
    dns: one,
    hosts: { a: mailHost({ name: 'CLIENT.test', greeting: '220 somebody else' }) },
    send: message({ to }),
    expect: [
      bounced(to, { dsn: '5.4.6', relay: 'a.example.test[192.0.2.1]:25', reason: loops }),
      logged(warning('a.example.test[192.0.2.1]')),
      dialogue('a', ['S: 220 *', 'C: EHLO client.test', 'S: 250-CLIENT.test', '...', 'C: QUIT']),
    ],
  }),
  scenario('greeting/own-name-on-backup-exchanger', {
    title: 'A backup exchanger that answers with our own name defers the message: the best one may come back',
    clauses: ['postfix:delivery-5.4'],
    origins: ['delivery-113'],
    dns: two,
    hosts: {
      a: mailHost({ greeting: '421 4.3.2 busy' }),
      b: mailHost({ name: 'client.test', greeting: '220 b' }),
    },
    send: message({ to }),
    expect: [
      deferred(to, { dsn: '4.4.6', relay: 'b.example.test[192.0.2.2]:25', reason: loops }),
      order(['a', 'b']),
      logged(warning('b.example.test[192.0.2.2]')),
    ],
  }),
  scenario('greeting/own-name-on-backup-tries-the-next', {
    title: 'After a backup exchanger that answers with our own name comes the next one',
    clauses: ['postfix:delivery-5.4'],
    origins: ['delivery-113'],
    dns: zone('example.test', {
      MX: ['10 a', '20 b', '30 c'],
      a: '192.0.2.1',
      b: '192.0.2.2',
      c: '192.0.2.3',
    }),
    hosts: { b: mailHost({ name: 'client.test', greeting: '220 b' }), c: mailHost() },
    send: message({ to }),
    expect: [
      delivered(to, { via: 'c' }),
      order(['a', 'b', 'c']),
      logged(warning('b.example.test[192.0.2.2]')),
    ],
  }),
  scenario('greeting/own-name-of-literal-host', {
    title:
      'A server named in brackets is the best exchanger there is: our own name from it bounces the message',
    clauses: ['postfix:delivery-5.4'],
    dns: one,
    hosts: { a: mailHost({ name: 'client.test', greeting: '220 a' }) },
    send: message({ to, nexthop: '[192.0.2.1]' }),
    expect: [
      bounced(to, { dsn: '5.4.6', reason: 'mail for [192.0.2.1] loops back to myself' }),
      logged('replied to HELO/EHLO with my own hostname'),
      connections('a', 1),
    ],
  }),
  scenario('greeting/own-name-in-helo-reply', {
    title: 'A HELO reply is not searched for our own name',
    clauses: ['postfix:delivery-5.4'],
    dns: one,
    hosts: { a: mailHost({ name: 'client.test', greeting: '220 a', ehlo: '502 no' }) },
    send: message({ to }),
    expect: [
      delivered(to, { via: 'a' }),
      dialogue('a', ['...', 'C: HELO *', 'S: 250 client.test', '...', 'C: QUIT']),
      notLogged('my own hostname'),
    ],
  }),
  scenario('greeting/own-name-on-another-port', {
    title: 'On a port other than 25 nobody looks for our own name',
    clauses: ['postfix:delivery-5.4', 'postfix:delivery-3.1'],
    origins: ['delivery-114'],
    dns: one,
    hosts: { a: mailHost({ name: 'client.test', port: 2525 }) },
    send: message({ to, nexthop: '[a.example.test]:2525' }),
    expect: [
      delivered(to, { via: 'a', relay: 'a.example.test[192.0.2.1]:2525' }),
      notLogged('my own hostname'),
    ],
  }),
  scenario('greeting/own-name-over-lmtp', {
    title: 'An LMTP server may have our own name: it is the message store next door',
    clauses: ['postfix:delivery-10'],
    dns: one,
    hosts: { a: mailHost({ protocol: 'lmtp', name: 'client.test' }) },
    send: message({ to, service: 'lmtp', nexthop: 'a.example.test' }),
    expect: [delivered(to, { via: 'a' }), notLogged('my own hostname')],
  }),
  scenario('greeting/own-name-is-myhostname', {
    title: 'Our own name is myhostname, not the name given with EHLO',
    clauses: ['postfix:myhostname', 'postfix:delivery-5.4'],
    dns: one,
    hosts: { a: mailHost({ name: 'out.client.test', greeting: '220 a' }) },
    config: { smtp_helo_name: 'out.client.test' },
    send: message({ to }),
    expect: [delivered(to, { via: 'a' }), notLogged('my own hostname')],
  }),
];
