/** EHLO, HELO or LHLO: who says what, and what a refusal of it means. */
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
  order,
  pipelined,
  received,
  scenario,
  zone,
} from '../../scenario.ts';

const one = zone('example.test', { MX: '10 a', a: '192.0.2.1' });
const two = zone('example.test', { MX: ['10 a', '20 b'], a: '192.0.2.1', b: '192.0.2.2' });
const to = 'user@example.test';
const refusal = (reply: string) => `host a.example.test[192.0.2.1] refused to talk to me: ${reply}`;

/** What a plain SMTP session looks like: one command at a time, no parameters. */
const plain = [
  ['HELO client.test'],
  ['MAIL FROM:<sender@client.test>'],
  [`RCPT TO:<${to}>`],
  ['DATA'],
  ['.'],
];

/** Greetings, and whether they announce ESMTP to a client that asks for this. */
const greetings = [
  { name: 'esmtp-first-word', greeting: '220 ESMTP a ready', hello: 'EHLO' },
  { name: 'esmtp-last-word', greeting: '220 a.example.test ESMTP', hello: 'EHLO' },
  { name: 'esmtp-lower-case', greeting: '220 a.example.test esmtp ready', hello: 'EHLO' },
  { name: 'esmtp-within-later-line', greeting: '220-a.example.test\n220 speaks ESMTP too', hello: 'EHLO' },
  {
    name: 'esmtp-glued-to-continued-code',
    greeting: '220-a.example.test\n220-ESMTP\n220 ready',
    hello: 'HELO',
  },
  { name: 'esmtp-within-word', greeting: '220 a.example.test ESMTPS', hello: 'HELO' },
  { name: 'smtp-only', greeting: '220 a.example.test SMTP', hello: 'HELO' },
];

/** Replies to EHLO after which HELO is tried in the same session. */
const fallbacks = [
  '500 5.5.1 what',
  '502 no such command',
  '504 later perhaps',
  '550 5.7.1 not you',
  '450 4.3.2 not now',
  '354 go on',
  '150 wait',
];

/** Replies to the command that nothing comes after, and their outcomes. */
const lastWords = [
  { name: 'helo-554-bounces', reply: '554 5.7.1 not you', outcome: bounced, dsn: '5.7.1' },
  { name: 'helo-450-defers', reply: '450 4.7.1 not now', outcome: deferred, dsn: '4.7.1' },
  { name: 'helo-354-bounces', reply: '354 go on', outcome: bounced, dsn: '5.5.0' },
];

/** Cases of the catalogue that rows of the tables above show. */
const shown: Readonly<Record<string, readonly string[]>> = {
  '500': ['delivery-115'],
  '450': ['delivery-116'],
  'helo-554-bounces': ['delivery-118'],
  'smtp-only': ['delivery-121'],
  'esmtp-lower-case': ['delivery-122'],
  'esmtp-within-later-line': ['delivery-110'],
  'esmtp-glued-to-continued-code': ['delivery-110'],
};

export default [
  scenario('greeting/extensions-are-used', {
    title: 'EHLO is tried first, and what the server offers is used',
    clauses: ['rfc5321-2.2.1-01', 'rfc5321-2.2.1-02', 'postfix:smtp_always_send_ehlo'],
    origins: ['delivery-101'],
    dns: one,
    hosts: { a: mailHost({ greeting: '220 a.example.test' }) },
    send: message({ to, encoding: '7bit', envid: 'id', ret: 'headers' }),
    expect: [
      delivered(to, { via: 'a' }),
      pipelined('a', [
        ['EHLO client.test'],
        ['MAIL FROM:<sender@client.test> SIZE=* BODY=7BIT ENVID=id RET=HDRS', `RCPT TO:<${to}>*`, 'DATA'],
        ['.', 'QUIT'],
      ]),
    ],
  }),
  scenario('greeting/own-helo-name', {
    title: 'The client gives the name that smtp_helo_name says',
    clauses: ['rfc5321-3.2-03', 'postfix:smtp_helo_name'],
    dns: one,
    hosts: { a: mailHost({ ehlo: '502 no' }) },
    config: { smtp_helo_name: 'out.client.test' },
    send: message({ to }),
    expect: [
      delivered(to, { via: 'a' }),
      dialogue('a', [
        'S: *',
        'C: EHLO out.client.test',
        'S: 502 no',
        'C: HELO out.client.test',
        '...',
        'C: QUIT',
      ]),
    ],
  }),
  scenario('greeting/single-line-ehlo-reply', {
    title: 'An EHLO reply of one line offers no extension, and there is no reason to say HELO',
    clauses: ['rfc5321-4.1.1.1-06', 'rfc5321-4.3.1-01', 'postfix:delivery-5.3'],
    origins: ['delivery-131'],
    dns: one,
    hosts: { a: mailHost({ extensions: [] }) },
    send: message({ to, envid: 'id' }),
    expect: [
      delivered(to, { via: 'a' }),
      pipelined('a', [['EHLO client.test'], ...plain.slice(1), ['QUIT']]),
    ],
  }),
  ...fallbacks.map((reply) =>
    scenario(`greeting/helo-after-ehlo-${reply.slice(0, 3)}`, {
      title: `After a ${reply.slice(0, 3)} to EHLO the client says HELO in the same session and uses no extension`,
      clauses: [
        'rfc5321-2.2.1-03',
        'rfc5321-3.2-02',
        'rfc5321-4.1.4-02',
        'rfc1870-4-01',
        'rfc6152-3-01',
        'rfc2920-3-01',
        'postfix:delivery-5.1',
      ],
      origins: shown[reply.slice(0, 3)] ?? [],
      dns: one,
      hosts: { a: mailHost({ ehlo: reply }) },
      send: message({ to, envid: 'id', ret: 'full' }),
      expect: [
        delivered(to, { via: 'a' }),
        connections('a', 1),
        pipelined('a', [['EHLO client.test'], ...plain, ['QUIT']]),
      ],
    }),
  ),
  scenario('greeting/421-to-ehlo-ends-the-session', {
    title: 'A 421 to EHLO means that the server goes away: no HELO, but the next exchanger',
    clauses: ['rfc5321-3.8-02', 'postfix:delivery-5.1'],
    origins: ['delivery-117'],
    dns: two,
    hosts: { a: mailHost({ ehlo: '421 4.3.2 going down' }), b: mailHost() },
    send: message({ to }),
    expect: [
      delivered(to, { via: 'b' }),
      dialogue('a', ['S: 220 *', 'C: EHLO client.test', 'S: 421 4.3.2 going down', 'C: QUIT']),
      order(['a', 'b']),
      logged(refusal('421 4.3.2 going down')),
    ],
  }),
  ...lastWords.map(({ name, reply, outcome, dsn }) =>
    scenario(`greeting/${name}`, {
      title: `When EHLO and HELO are refused, the reply ${reply.slice(0, 3)} to HELO decides over the message`,
      clauses: ['rfc5321-4.2-06', 'postfix:delivery-8.4'],
      origins: shown[name] ?? [],
      dns: one,
      hosts: { a: mailHost({ ehlo: '554 5.0.0 no EHLO', helo: reply }) },
      send: message({ to }),
      expect: [
        outcome(to, { dsn, reason: refusal(reply) }),
        dialogue('a', ['S: 220 *', 'C: EHLO *', 'S: 554 *', 'C: HELO *', `S: ${reply}`, 'C: QUIT']),
      ],
    }),
  ),
  scenario('greeting/helo-554-ends-it-for-all-exchangers', {
    title: 'A 554 to HELO bounces at once, although another mail exchanger is there',
    clauses: ['postfix:delivery-8.2'],
    origins: ['delivery-118'],
    dns: two,
    hosts: { a: mailHost({ ehlo: '554 5.7.1 no', helo: '554 5.7.1 never' }), b: mailHost() },
    send: message({ to }),
    expect: [
      bounced(to, { dsn: '5.7.1', reason: refusal('554 5.7.1 never') }),
      connections('a', 1),
      connections('b', 0),
    ],
  }),
  scenario('greeting/never-send-ehlo', {
    title: 'With smtp_never_send_ehlo=yes the client says HELO whatever the greeting announces',
    clauses: ['rfc5321-3.2-01', 'postfix:smtp_never_send_ehlo'],
    origins: ['delivery-120'],
    dns: one,
    hosts: { a: mailHost() },
    config: { smtp_never_send_ehlo: 'yes', smtp_always_send_ehlo: 'yes' },
    send: message({ to }),
    expect: [delivered(to, { via: 'a' }), pipelined('a', [...plain, ['QUIT']])],
  }),
  ...greetings.map(({ name, greeting, hello }) =>
    scenario(`greeting/${name}`, {
      title: `Where EHLO has to be announced, the greeting "${greeting.replaceAll('\n', ' ')}" is answered with ${hello}`,
      clauses: ['postfix:smtp_always_send_ehlo'],
      origins: shown[name] ?? [],
      dns: one,
      hosts: { a: mailHost({ greeting }) },
      config: { smtp_always_send_ehlo: 'no' },
      send: message({ to }),
      expect: [
        delivered(to, { via: 'a' }),
        pipelined('a', [[`${hello} client.test`], ['...']]),
        received('a', { count: 1 }),
      ],
    }),
  ),
  scenario('greeting/lhlo-500-bounces', {
    title: 'A 500 to LHLO bounces the message: LMTP has neither EHLO nor HELO to fall back to',
    clauses: ['rfc2033-4.1-02', 'postfix:delivery-5.1'],
    origins: ['delivery-143'],
    hosts: {
      store: listening({ unix: '/run/lmtp' }, mailHost({ protocol: 'lmtp', lhlo: '500 unheard of' })),
    },
    send: message({ to, service: 'lmtp', nexthop: 'unix:/run/lmtp' }),
    expect: [
      bounced(to, {
        dsn: '5.0.0',
        reason: 'host client.test[/run/lmtp] refused to talk to me: 500 unheard of',
      }),
      dialogue('store', ['S: 220 *', 'C: LHLO client.test', 'S: 500 unheard of', 'C: QUIT']),
    ],
  }),
  scenario('greeting/lhlo-421-defers', {
    title: 'A 421 to LHLO defers the message',
    clauses: ['rfc5321-3.8-02', 'rfc2033-4-01', 'postfix:delivery-8.4'],
    dns: one,
    hosts: { a: mailHost({ protocol: 'lmtp', lhlo: '421 4.3.2 not now' }) },
    send: message({ to, service: 'lmtp', nexthop: 'a.example.test' }),
    expect: [
      deferred(to, { dsn: '4.3.2', reason: refusal('421 4.3.2 not now') }),
      dialogue('a', ['S: 220 *', 'C: LHLO client.test', 'S: 421 *', 'C: QUIT']),
    ],
  }),
  scenario('greeting/lmtp-ignores-never-send-ehlo', {
    title: 'LMTP says LHLO by a name of its own, whatever the parameters of EHLO say',
    clauses: ['rfc2033-4.1-01', 'postfix:lmtp_lhlo_name'],
    dns: one,
    hosts: { a: mailHost({ protocol: 'lmtp' }) },
    config: {
      smtp_never_send_ehlo: 'yes',
      smtp_helo_name: 'smtp.client.test',
      lmtp_lhlo_name: 'lmtp.client.test',
    },
    send: message({ to, service: 'lmtp', nexthop: 'a.example.test' }),
    expect: [
      delivered(to, { via: 'a' }),
      pipelined('a', [['LHLO lmtp.client.test'], ['MAIL FROM:*', 'RCPT TO:*', 'DATA'], ['.', 'QUIT']]),
    ],
  }),
];
