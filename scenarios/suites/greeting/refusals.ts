/** Greetings that refuse service: what each code means for the message, for other mail exchangers, for the session. */
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
  order,
  postfixOnly,
  scenario,
  verifies,
  zone,
} from '../../scenario.ts';

const one = zone('example.test', { MX: '10 a', a: '192.0.2.1' });
const two = zone('example.test', { MX: ['10 a', '20 b'], a: '192.0.2.1', b: '192.0.2.2' });
const to = 'user@example.test';
const refusal = (reply: string) => `host a.example.test[192.0.2.1] refused to talk to me: ${reply}`;

/** Greetings of a single mail exchanger, with the outcome each leads to. */
const verdicts = [
  {
    name: '554-without-enhanced-code',
    title: 'A 554 greeting without an enhanced status code defers under the general status 4.0.0',
    clauses: ['rfc3463-3.1-01', 'postfix:smtp_skip_5xx_greeting'],
    greeting: '554 no mail here',
    outcome: deferred,
    dsn: '4.0.0',
  },
  {
    name: '554-of-several-lines',
    title: 'A refusing greeting of several lines is quoted on one line',
    clauses: ['rfc5321-4.2-08', 'postfix:delivery-8.3'],
    greeting: '554-5.7.1 no mail\n554 5.7.1 from here',
    outcome: deferred,
    dsn: '4.7.1',
  },
  {
    name: '450-defers',
    title: 'A 450 greeting defers the message under the status it gives',
    clauses: ['rfc5321-4.2-06', 'postfix:delivery-8.4'],
    greeting: '450 4.7.1 too many connections',
    outcome: deferred,
    dsn: '4.7.1',
  },
  {
    name: '354-bounces',
    title: 'A 354 greeting is nonsense and bounces the message',
    clauses: ['rfc5321-4.2-06', 'postfix:delivery-5.1'],
    greeting: '354 send it',
    outcome: bounced,
    dsn: '5.5.0',
  },
  {
    name: '150-bounces',
    title: 'A 150 greeting is nonsense and bounces the message',
    clauses: ['rfc5321-4.2.1-05', 'rfc5321-4.2-07', 'postfix:delivery-5.1'],
    greeting: '150 one moment',
    outcome: bounced,
    dsn: '5.5.0',
  },
  {
    name: '650-bounces',
    title: 'A 650 greeting is nonsense and bounces the message',
    clauses: ['rfc5321-4.2-07', 'postfix:delivery-5.1'],
    greeting: '650 5.7.1 what now',
    outcome: bounced,
    dsn: '5.5.0',
  },
];

/** Cases of the catalogue that rows of the tables above show. */
const shown: Readonly<Record<string, readonly string[]>> = {
  '554-without-enhanced-code': ['delivery-105'],
};

export default [
  scenario('greeting/5xx-tries-next-host', {
    title: 'A 554 greeting sends the client to the next mail exchanger',
    clauses: ['postfix:smtp_skip_5xx_greeting'],
    origins: ['delivery-103'],
    dns: two,
    hosts: { a: mailHost({ greeting: '554 5.3.2 closed' }), b: mailHost() },
    config: { smtp_skip_5xx_greeting: 'yes' },
    send: message({ to }),
    expect: [
      delivered(to, { via: 'b', dsn: '2.*' }),
      verifies(['rfc5321-3.1-01'], dialogue('a', ['S: 554 5.3.2 closed', 'C: QUIT'])),
      order(['a', 'b']),
      logged(refusal('554 5.3.2 closed')),
    ],
  }),
  scenario('greeting/554-single-host-defers', {
    title: 'With one mail exchanger only, a 554 greeting defers the message under a status of class 4',
    clauses: ['rfc5321-4.3.2-01', 'postfix:smtp_skip_5xx_greeting'],
    origins: ['delivery-102'],
    dns: one,
    hosts: { a: mailHost({ greeting: '554 5.7.1 go away' }) },
    send: message({ to }),
    expect: [
      deferred(to, {
        dsn: '4.7.1',
        relay: 'a.example.test[192.0.2.1]:25',
        reason: refusal('554 5.7.1 go away'),
      }),
      connections('a', 1),
      verifies(['rfc5321-3.1-01'], dialogue('a', ['S: 554 5.7.1 go away', 'C: QUIT'])),
    ],
  }),
  scenario('greeting/5xx-bounces-when-not-skipped', {
    title: 'With smtp_skip_5xx_greeting=no a 554 greeting bounces at once, other exchangers or not',
    clauses: ['postfix:smtp_skip_5xx_greeting', 'postfix:delivery-8.2'],
    origins: ['delivery-104'],
    dns: two,
    hosts: { a: mailHost({ greeting: '554 5.7.1 go away' }), b: mailHost() },
    config: { smtp_skip_5xx_greeting: 'no' },
    send: message({ to }),
    expect: [
      bounced(to, { dsn: '5.7.1', reason: refusal('554 5.7.1 go away') }),
      dialogue('a', ['S: 554 5.7.1 go away', 'C: QUIT']),
      connections('b', 0),
    ],
  }),
  ...[
    { name: 'then-closes', farewell: [close()] },
    { name: 'then-says-it-again', farewell: ['C: QUIT', 'S: 521 5.3.2 still no mail here', close()] },
  ].map(({ name, farewell }) =>
    scenario(`greeting/521-${name}`, {
      title: `A host that greets with 521, ${name.replaceAll('-', ' ')}, never takes mail: the message is returned`,
      clauses: ['rfc7504-3-01', 'rfc7504-3-02', 'postfix:smtp_skip_5xx_greeting'],
      dns: one,
      hosts: { a: dialogueHost(['S: 521 5.3.2 no mail here', ...farewell]) },
      config: { smtp_skip_5xx_greeting: 'no' },
      send: message({ to }),
      expect: [bounced(to, { dsn: '5.3.2', reason: refusal('521 5.3.2 no mail here') }), connections('a', 1)],
    }),
  ),
  scenario('greeting/lmtp-5xx-bounces-when-not-skipped', {
    title: 'LMTP has its own lmtp_skip_5xx_greeting',
    clauses: ['rfc2033-4-01', 'postfix:lmtp_skip_5xx_greeting'],
    dns: one,
    hosts: { a: mailHost({ protocol: 'lmtp', greeting: '554 5.7.1 go away' }) },
    config: { smtp_skip_5xx_greeting: 'yes', lmtp_skip_5xx_greeting: 'no' },
    send: message({ to, service: 'lmtp', nexthop: 'a.example.test' }),
    expect: [bounced(to, { dsn: '5.7.1', relay: 'a.example.test[192.0.2.1]:24' }), connections('a', 1)],
  }),
  scenario('greeting/421-tries-next-host', {
    title: 'A 421 greeting sends the client to the next mail exchanger, after a QUIT',
    clauses: ['rfc5321-3.8-02', 'rfc5321-4.1.4-05', 'postfix:delivery-8.5'],
    origins: ['delivery-106'],
    dns: two,
    hosts: { a: dialogueHost(['S: 421 4.3.2 a shutting down', 'C: QUIT', close()]), b: mailHost() },
    send: message({ to }),
    expect: [
      delivered(to, { via: 'b' }),
      order(['a', 'b']),
      connections('a', 1),
      logged(refusal('421 4.3.2 a shutting down')),
    ],
  }),
  scenario('greeting/421-everywhere-reports-the-last', {
    title: 'When every exchanger greets with 421, the message is deferred with the words of the last',
    clauses: ['rfc5321-4.2.1-03', 'rfc821-4.3-01', 'postfix:delivery-4.2'],
    dns: two,
    hosts: { a: mailHost({ greeting: '421 4.3.2 first' }), b: mailHost({ greeting: '421 4.7.0 second' }) },
    send: message({ to }),
    expect: [
      deferred(to, {
        dsn: '4.7.0',
        relay: 'b.example.test[192.0.2.2]:25',
        reason: 'host b.example.test[192.0.2.2] refused to talk to me: 421 4.7.0 second',
      }),
      order(['a', 'b']),
    ],
  }),
  scenario('greeting/only-the-first-handshakes-are-skipped-for-free', {
    title:
      'Servers that refuse in the greeting do not use up the session limit: the third exchanger gets the mail',
    clauses: ['postfix:smtp_mx_session_limit', 'postfix:delivery-4.2'],
    dns: zone('example.test', {
      MX: ['10 a', '20 b', '30 c'],
      a: '192.0.2.1',
      b: '192.0.2.2',
      c: '192.0.2.3',
    }),
    hosts: { a: mailHost({ greeting: '421 a' }), b: mailHost({ greeting: '554 b' }), c: mailHost() },
    send: message({ to }),
    expect: [delivered(to, { via: 'c' }), order(['a', 'b', 'c'])],
  }),
  ...verdicts.map(({ name, title, clauses, greeting, outcome, dsn }) =>
    scenario(`greeting/${name}`, {
      title,
      clauses,
      origins: shown[name] ?? [],
      dns: one,
      hosts: { a: mailHost({ greeting }) },
      send: message({ to }),
      expect: [
        outcome(to, { dsn, reason: refusal(greeting.replaceAll('\n', ' ')) }),
        postfixOnly(dialogue('a', ['S: *', '...', 'C: QUIT'])),
        connections('a', 1),
      ],
    }),
  ),
];
