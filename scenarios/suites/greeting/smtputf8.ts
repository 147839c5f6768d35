/** Mail that needs SMTPUTF8, and servers that have it or not. */
import {
  bounced,
  close,
  connections,
  deferred,
  delivered,
  dialogue,
  dialogueHost,
  logged,
  mailHost,
  message,
  notLogged,
  order,
  received,
  scenario,
  zone,
} from '../../scenario.ts';

const one = zone('example.test', { MX: '10 a', a: '192.0.2.1' });
const two = zone('example.test', { MX: ['10 a', '20 b'], a: '192.0.2.1', b: '192.0.2.2' });
const to = 'jürgen@example.test';
const ascii = 'user@example.test';
const without = ['PIPELINING', '8BITMIME'];
const lacks = (server: string) =>
  `message requires SMTPUTF8, but no server was found that supports SMTPUTF8. The last attempted server was ${server}`;

/** What makes a message need the extension. */
const needs = [
  { name: 'recipient', what: 'a recipient', send: { to } },
  { name: 'sender', what: 'the sender', send: { to: ascii, from: 'zoë@client.test' } },
  { name: 'header', what: 'a header field', send: { to: ascii, headers: { Subject: 'Grüße' } } },
];

export default [
  ...needs.map(({ name, what, send }) =>
    scenario(`greeting/smtputf8-needed-by-${name}`, {
      title: `With ${what} in UTF-8, a server without SMTPUTF8 gets nothing and the message bounces`,
      clauses: ['rfc6531-3.5-01', 'rfc6531-3.2-05', 'postfix:delivery-5.5'],
      origins: ['delivery-139'],
      dns: one,
      hosts: { a: mailHost({ extensions: without }) },
      send: message({ ...send, smtputf8: true, encoding: '8bit' }),
      expect: [
        bounced(send.to, { dsn: '5.6.7', reason: lacks('a.example.test[192.0.2.1]') }),
        dialogue('a', ['S: 220 *', 'C: EHLO *', 'S: 250-*', 'S: 250-*', 'S: 250 *', 'C: QUIT']),
      ],
    }),
  ),
  ...needs.map(({ name, what, send }) =>
    scenario(`greeting/smtputf8-used-for-${name}`, {
      title: `With ${what} in UTF-8, a server with SMTPUTF8 is asked for it in MAIL`,
      clauses: ['rfc6531-3.4-01', 'rfc6531-3.6-01', 'postfix:delivery-6.4'],
      dns: one,
      hosts: { a: mailHost() },
      send: message({ ...send, smtputf8: true, encoding: '8bit' }),
      expect: [
        delivered(send.to, { via: 'a' }),
        dialogue('a', ['...', 'C: MAIL FROM:<*> SIZE=* BODY=8BITMIME SMTPUTF8', '...', 'C: QUIT']),
        received('a', { count: 1 }),
      ],
    }),
  ),
  scenario('greeting/smtputf8-on-second-exchanger', {
    title: 'A mail exchanger without SMTPUTF8 is passed over for one that has it',
    clauses: ['rfc6531-3.2-07', 'rfc5321-2.2.3-01', 'postfix:delivery-5.5'],
    origins: ['delivery-140'],
    dns: two,
    hosts: { a: mailHost({ extensions: without }), b: mailHost() },
    send: message({ to, smtputf8: true, encoding: '8bit' }),
    expect: [
      delivered(to, { via: 'b' }),
      order(['a', 'b']),
      logged(lacks('a.example.test[192.0.2.1]')),
      dialogue('a', ['...', 'S: 250 8BITMIME', 'C: QUIT']),
    ],
  }),
  scenario('greeting/smtputf8-nowhere', {
    title: 'When no exchanger has SMTPUTF8, the message bounces after the last one',
    clauses: ['rfc6531-3.5-01', 'postfix:delivery-8.1'],
    dns: two,
    hosts: { a: mailHost({ extensions: without }), b: mailHost({ ehlo: '500 what' }) },
    send: message({ to, smtputf8: true, encoding: '8bit' }),
    expect: [
      bounced(to, {
        dsn: '5.6.7',
        relay: 'b.example.test[192.0.2.2]:25',
        reason: lacks('b.example.test[192.0.2.2]'),
      }),
      order(['a', 'b']),
    ],
  }),
  scenario('greeting/smtputf8-perhaps-later', {
    title: 'When the exchanger that may have SMTPUTF8 is down, the message is deferred',
    clauses: ['rfc6531-3.2-07', 'postfix:delivery-4.1'],
    dns: two,
    hosts: { a: mailHost({ extensions: without }) },
    send: message({ to, smtputf8: true, encoding: '8bit' }),
    expect: [deferred(to, { dsn: '4.4.1', relay: 'none' }), order(['a', 'b'])],
  }),
  scenario('greeting/smtputf8-asked-for-but-not-needed', {
    title: 'A message that was submitted with SMTPUTF8 but is all ASCII goes to any server',
    clauses: ['rfc6531-3.2-08', 'postfix:delivery-5.5'],
    origins: ['delivery-141'],
    dns: one,
    hosts: { a: mailHost({ extensions: without }) },
    send: message({ to: ascii, smtputf8: true }),
    expect: [
      delivered(ascii, { via: 'a' }),
      dialogue('a', [
        '...',
        'C: MAIL FROM:<sender@client.test>',
        'C: RCPT TO:<user@example.test>',
        '...',
        'C: QUIT',
      ]),
    ],
  }),
  scenario('greeting/smtputf8-not-asked-for', {
    title: 'A message that was not submitted with SMTPUTF8 is not sent with it',
    clauses: ['rfc6531-3.4-03', 'postfix:delivery-6.4'],
    dns: one,
    hosts: { a: mailHost({ extensions: ['SMTPUTF8', '8BITMIME'] }) },
    send: message({ to: ascii, encoding: '7bit' }),
    expect: [
      delivered(ascii, { via: 'a' }),
      dialogue('a', ['...', 'C: MAIL FROM:<sender@client.test> BODY=7BIT', '...', 'C: QUIT']),
    ],
  }),
  scenario('greeting/smtputf8-with-parameters', {
    title: 'Parameters after the keyword SMTPUTF8 are ignored',
    clauses: ['rfc6531-3.1-01', 'rfc6531-3.4-02'],
    dns: one,
    hosts: { a: mailHost({ extensions: ['8BITMIME', 'SMTPUTF8 level=2'] }) },
    send: message({ to, smtputf8: true, encoding: '8bit' }),
    expect: [
      delivered(to, { via: 'a' }),
      dialogue('a', ['...', 'C: MAIL FROM:<sender@client.test> BODY=8BITMIME SMTPUTF8', '...', 'C: QUIT']),
      notLogged('8BITMIME'),
    ],
  }),
  scenario('greeting/smtputf8-without-8bitmime', {
    title: 'A server that offers SMTPUTF8 without 8BITMIME is taken to have both, and the log says so',
    clauses: ['postfix:delivery-5.3'],
    origins: ['delivery-142'],
    dns: one,
    hosts: {
      a: dialogueHost([
        'S: 220 a ESMTP',
        'C: EHLO *',
        'S: 250-a',
        'S: 250 SMTPUTF8',
        'C: MAIL FROM:<sender@client.test> BODY=8BITMIME SMTPUTF8',
        'S: 250 2.1.0 Ok',
        'C: RCPT TO:<jürgen@example.test>',
        'S: 250 2.1.5 Ok',
        'C: DATA',
        'S: 354 go on',
        'C: <content>',
        'S: 250 2.0.0 Ok',
        'C: QUIT',
        close(),
      ]),
    },
    send: message({ to, smtputf8: true, encoding: '8bit' }),
    expect: [
      delivered(to, { via: 'a' }),
      logged(/^host a\.example\.test\[192\.0\.2\.1\] offers SMTPUTF8 support, but not 8BITMIME$/),
    ],
    tolerates: {
      'rfc6152-3-01': 'Postfix takes 8BITMIME as offered where SMTPUTF8 is',
      'rfc5321-4.1.1.2-01': 'Postfix takes 8BITMIME as offered where SMTPUTF8 is',
    },
  }),
  scenario('greeting/smtputf8-discarded', {
    title: 'An SMTPUTF8 keyword that is to be discarded is no support',
    clauses: ['rfc6531-3.5-01', 'postfix:smtp_discard_ehlo_keywords'],
    dns: one,
    hosts: { a: mailHost() },
    config: { smtp_discard_ehlo_keywords: 'smtputf8' },
    send: message({ to, smtputf8: true, encoding: '8bit' }),
    expect: [
      bounced(to, { dsn: '5.6.7' }),
      connections('a', 1),
      logged(/^discarding EHLO keywords: SMTPUTF8$/),
    ],
  }),
  scenario('greeting/smtputf8-over-lmtp', {
    title: 'An LMTP server without SMTPUTF8 gets no such message either',
    clauses: ['rfc6531-3.5-01', 'rfc2033-4-01', 'postfix:delivery-5.5'],
    dns: one,
    hosts: { a: mailHost({ protocol: 'lmtp', extensions: without }) },
    send: message({ to, smtputf8: true, service: 'lmtp', nexthop: 'a.example.test' }),
    expect: [
      bounced(to, { dsn: '5.6.7', reason: lacks('a.example.test[192.0.2.1]') }),
      dialogue('a', ['...', 'S: 250 8BITMIME', 'C: QUIT']),
    ],
  }),
];
