/** Reading replies byte by byte: line ends, garbage, length, characters, segments. */
import {
  bounced,
  bytes,
  close,
  connections,
  deferred,
  delivered,
  dialogue,
  dialogueHost,
  elapsed,
  expectClose,
  flush,
  logged,
  mailHost,
  message,
  notLogged,
  pipelined,
  scenario,
  silent,
  wait,
  zone,
} from '../../scenario.ts';

const dns = zone('example.test', { MX: '10 a', a: '192.0.2.1' });
const to = 'user@example.test';
const hint = (parameter: string) =>
  `to prevent loss of mail, turn off command pipelining for 192.0.2.1 with the ${parameter} parameter`;
const said = (reply: string) => `host a.example.test[192.0.2.1] said: ${reply} (in reply to RCPT TO command)`;
const server = 'a.example.test[192.0.2.1]:25';
const lmtp = { service: 'lmtp', nexthop: 'a.example.test' } as const;

/** Dialogue up to the group of MAIL, RCPT and DATA with PIPELINING, and to MAIL without. */
const pipelining = [
  'S: 220 a ESMTP',
  'C: EHLO *',
  'S: 250-a',
  'S: 250 PIPELINING',
  'C: MAIL *',
  'C: RCPT *',
  'C: DATA',
];
const plain = ['S: 220 a ESMTP', 'C: EHLO *', 'S: 250 a', 'C: MAIL *'];

/** How a reply may be cut into segments. */
const segmentations = [
  { name: 'byte-by-byte', answer: { segments: Array.from({ length: 60 }, () => 1) } },
  { name: 'cr-and-lf-apart', answer: { reply: '250 2.1.5 Ok', segments: [13, 1] } },
  { name: 'within-the-code', answer: { reply: '250-2.1.5 fine\n250 2.1.5 Ok', segments: [2, 15, 2] } },
];

/** Texts of replies, and how they are shown. `utf8: 'no'` is smtputf8_enable=no. */
const characters = [
  { name: 'control', raw: '550 5.1.1 a\u0007b\u007fc\td', text: '550 5.1.1 a?b?c?d', utf8: 'yes' },
  { name: 'nul', raw: '550 5.1.1 a\u0007b\u0000c\u007fd', text: '550 5.1.1 a?b', utf8: 'yes' },
  { name: 'escape-sequence', raw: '550 5.1.1 \u001b[31mred', text: '550 5.1.1 ?[31mred', utf8: 'yes' },
  { name: 'carriage-return-within', raw: '550 5.1.1 a\rb', text: '550 5.1.1 a?b', utf8: 'yes' },
  { name: 'several-carriage-returns-at-the-end', raw: '550 5.1.1 a\r\r', text: '550 5.1.1 a', utf8: 'yes' },
  { name: 'utf8', raw: '550 5.1.1 Empfänger', text: '550 5.1.1 Empfänger', utf8: 'yes' },
  { name: 'utf8-not-enabled', raw: '550 5.1.1 für', text: '550 5.1.1 f??r', utf8: 'no' },
];

/** Lines that are no reply's. */
const garbage = ['hello there', '25 Ok', '2500 Ok', '250_Ok', '', '-250 Ok', '550no-space'];

export default [
  ...(['smtp', 'lmtp'] as const).map((service) =>
    scenario(`replies/bare-line-feeds-${service}`, {
      title: `Replies with lines that end in LF alone are read as others (${service.toUpperCase()})`,
      clauses: ['postfix:delivery-8.6'],
      origins: ['delivery-229'],
      dns,
      hosts: {
        a: mailHost({
          protocol: service,
          greeting: { bareLf: true },
          [service === 'lmtp' ? 'lhlo' : 'ehlo']: { bareLf: true },
          mail: { bareLf: true },
          rcpt: { bareLf: true },
          data: { bareLf: true },
          endOfData: { bareLf: true },
        }),
      },
      send: message({ to, ...(service === 'lmtp' ? lmtp : {}) }),
      expect: [
        delivered(to, { via: 'a', reason: '250 2.0.0 Ok*' }),
        pipelined('a', [
          [`${service === 'lmtp' ? 'LHLO' : 'EHLO'} *`],
          ['MAIL *', 'RCPT *', 'DATA'],
          ['.', 'QUIT'],
        ]),
      ],
    }),
  ),
  ...segmentations.map(({ name, answer }) =>
    scenario(`replies/segments-${name}`, {
      title: `A reply that comes in segments is one reply (${name.replaceAll('-', ' ')})`,
      clauses: ['rfc5321-4.2-01', 'rfc5321-4.2.1-06'],
      dns,
      hosts: { a: mailHost({ rcpt: { 'no@example.test': '550 5.1.1 no', default: answer } }) },
      send: message({ to: [to, 'no@example.test', 'other@example.test'] }),
      expect: [
        delivered(to, { via: 'a' }),
        delivered('other@example.test', { via: 'a' }),
        bounced('no@example.test', { dsn: '5.1.1' }),
      ],
    }),
  ),
  scenario('replies/many-in-one-segment', {
    title: 'Replies to a group of commands that come in one segment are matched to the commands by counting',
    clauses: ['rfc2920-3.1-08', 'rfc2920-3.1-09', 'rfc2920-3.1-13', 'rfc5321-4.2-01'],
    dns,
    hosts: {
      a: dialogueHost([
        ...pipelining.slice(0, 6),
        'C: RCPT *',
        'C: RCPT *',
        'C: DATA',
        bytes(
          '250 ok\r\n550-5.1.1 first\r\n550 5.1.1 no\r\n250-second\r\n250 ok\r\n450 4.2.1 third\r\n354 go\r\n',
        ),
        'C: <content>',
        'C: QUIT',
        'S: 250 2.0.0 Ok',
        'S: 221 bye',
        close(),
      ]),
    },
    send: message({ to: ['first@example.test', 'second@example.test', 'third@example.test'] }),
    expect: [
      bounced('first@example.test', { dsn: '5.1.1', reason: said('550-5.1.1 first 550 5.1.1 no') }),
      delivered('second@example.test', { via: 'a' }),
      deferred('third@example.test', { dsn: '4.2.1', reason: said('450 4.2.1 third') }),
    ],
  }),
  ...characters.map(({ name, raw, text, utf8 }) =>
    scenario(`replies/characters-${name}`, {
      title: `Reply text is made printable: ${name.replaceAll('-', ' ')}`,
      clauses: [
        'rfc5321-4.2-04',
        'postfix:delivery-8.6',
        ...(name.startsWith('utf8') ? ['postfix:smtputf8_enable'] : []),
      ],
      origins: name === 'control' ? ['delivery-225'] : [],
      dns,
      hosts: {
        a: dialogueHost([
          ...plain,
          'S: 250 ok',
          'C: RCPT *',
          bytes(`${raw}\r\n`),
          'C: RSET',
          'S: 250 ok',
          'C: QUIT',
          close(),
        ]),
      },
      config: { smtputf8_enable: utf8 },
      send: message({ to }),
      expect: [
        bounced(to, { dsn: '5.1.1', reason: said(text), reply: text }),
        logged(`status=bounced (${said(text)})`),
        connections('a', 1),
      ],
    }),
  ),
  scenario('replies/bytes-that-are-no-utf8', {
    title: 'A byte that is neither ASCII nor part of UTF-8 is shown as a question mark',
    clauses: ['rfc5321-4.2-04', 'postfix:delivery-8.6'],
    dns,
    hosts: {
      a: dialogueHost([
        ...plain,
        'S: 250 ok',
        'C: RCPT *',
        bytes(Buffer.from('550 5.1.1 f\u00fcr\r\n', 'latin1')),
        'C: RSET',
        'S: 250 ok',
        'C: QUIT',
        close(),
      ]),
    },
    send: message({ to }),
    expect: [bounced(to, { dsn: '5.1.1', reason: said('550 5.1.1 f?r') }), connections('a', 1)],
  }),
  ...garbage.map((line) =>
    scenario(`replies/garbage-${garbage.indexOf(line) + 1}`, {
      title: `A line "${line}" before a reply belongs to the reply's text, and pipelining makes it worth a warning`,
      clauses: ['postfix:delivery-8.6'],
      origins: line === 'hello there' ? ['delivery-226'] : [],
      dns,
      hosts: {
        a: dialogueHost([
          ...pipelining,
          `S: ${line}`,
          'S: 250 mail ok',
          'S: 550 5.1.1 no',
          'S: 554 5.5.1 no recipients',
          'C: RSET',
          'C: QUIT',
          'S: 250 ok',
          close(),
        ]),
      },
      send: message({ to }),
      expect: [
        bounced(to, { dsn: '5.1.1', reason: said('550 5.1.1 no') }),
        logged(`4C0FFEE000: non-ESMTP response from ${server}: ${line}`),
        logged(hint('smtp_discard_ehlo_keyword_address_maps')),
        connections('a', 1),
      ],
    }),
  ),
  scenario('replies/garbage-in-lock-step', {
    title:
      'Without pipelining a garbage line before a reply passes without a warning, and is quoted with the reply',
    clauses: ['postfix:delivery-8.6'],
    origins: ['delivery-227'],
    dns,
    hosts: {
      a: dialogueHost([
        ...plain,
        'S: what is this',
        'S: 250 ok',
        'C: RCPT *',
        'S: and this',
        'S: 550 5.1.1 no',
        'C: RSET',
        'S: 250 ok',
        'C: QUIT',
        close(),
      ]),
    },
    send: message({ to }),
    expect: [
      bounced(to, { dsn: '5.1.1', reason: said('and this 550 5.1.1 no') }),
      notLogged('non-ESMTP'),
      connections('a', 1),
    ],
  }),
  scenario('replies/garbage-before-a-yes', {
    title: 'A garbage line before a positive reply is a warning, and the mail is delivered',
    clauses: ['postfix:delivery-8.6'],
    origins: ['delivery-226'],
    dns,
    hosts: { a: mailHost({ mail: 'hm\n250 2.1.0 Ok' }) },
    send: message({ to }),
    expect: [
      delivered(to, { via: 'a' }),
      logged(`non-ESMTP response from ${server}: hm`),
      logged(hint('smtp_discard_ehlo_keyword_address_maps')),
    ],
  }),
  scenario('replies/garbage-without-advice', {
    title: 'With helpful_warnings=no a garbage line is a warning without advice',
    clauses: ['postfix:helpful_warnings'],
    dns,
    hosts: { a: mailHost({ mail: 'hm\n250 2.1.0 Ok' }) },
    config: { helpful_warnings: 'no' },
    send: message({ to }),
    expect: [
      delivered(to, { via: 'a' }),
      logged(`non-ESMTP response from ${server}: hm`),
      notLogged('to prevent loss of mail'),
    ],
  }),
  scenario('replies/garbage-in-lmtp', {
    title: 'The warning of a garbage line from an LMTP server says LMTP',
    clauses: ['postfix:delivery-8.6', 'postfix:delivery-10'],
    dns,
    hosts: { a: mailHost({ protocol: 'lmtp', mail: 'hm\n250 2.1.0 Ok' }) },
    send: message({ to, ...lmtp }),
    expect: [
      delivered(to, { via: 'a' }),
      logged('4C0FFEE000: non-LMTP response from a.example.test[192.0.2.1]:24: hm'),
      logged(hint('lmtp_discard_lhlo_keyword_address_maps')),
    ],
  }),
  scenario('replies/shifted-by-a-malformed-one', {
    title:
      'A malformed reply within a group shifts those after it by one, until the client waits in vain for the last',
    clauses: ['rfc2920-3.1-08', 'postfix:delivery-6.7'],
    origins: ['delivery-228'],
    dns,
    hosts: {
      a: dialogueHost([
        ...pipelining,
        'S: 250 mail ok',
        'S: 550no-space',
        'S: 554 5.5.1 no valid recipients',
        expectClose(),
      ]),
    },
    config: { smtp_data_init_timeout: '2s' },
    send: message({ to }),
    expect: [
      bounced(to, { dsn: '5.5.1', reason: said('550no-space 554 5.5.1 no valid recipients') }),
      logged(`non-ESMTP response from ${server}: 550no-space`),
      logged(hint('smtp_discard_ehlo_keyword_address_maps')),
      connections('a', 1),
      elapsed({ atLeast: '2s', atMost: '3s' }),
    ],
  }),
  scenario('replies/line-of-the-longest-kind', {
    title: 'A reply line of 2047 bytes is read whole',
    clauses: ['postfix:line_length_limit'],
    dns,
    hosts: { a: mailHost({ rcpt: `550 5.1.1 ${'x'.repeat(2037)}` }) },
    send: message({ to }),
    expect: [
      bounced(to, { dsn: '5.1.1', reply: `550 5.1.1 ${'x'.repeat(2037)}` }),
      notLogged('response longer'),
      connections('a', 1),
    ],
  }),
  ...[
    { name: 'by-one', length: 2048, limit: 2048 },
    { name: 'by-far', length: 4094, limit: 2048 },
    { name: 'by-another-limit', length: 601, limit: 600 },
  ].map(({ name, length, limit }) =>
    scenario(`replies/line-too-long-${name}`, {
      title: `A reply line of ${length} bytes and CRLF is cut at ${limit}, with a warning, and counts all the same`,
      clauses: ['postfix:line_length_limit', 'postfix:delivery-8.6'],
      origins: limit === 2048 ? ['delivery-223'] : [],
      dns,
      hosts: { a: mailHost({ rcpt: { [to]: `450 4.2.1 ${'x'.repeat(length - 10)}` } }) },
      config: { line_length_limit: `${limit}` },
      send: message({ to: [to, 'other@example.test'] }),
      expect: [
        deferred(to, { dsn: '4.2.1', reply: `450 4.2.1 ${'x'.repeat(limit - 10)}` }),
        delivered('other@example.test', { via: 'a' }),
        logged(`${server}: response longer than ${limit}: 450 4.2.1 ${'x'.repeat(20)}...`),
      ],
    }),
  ),
  scenario('replies/line-far-too-long', {
    title:
      'A server whose reply line goes on beyond twice the limit is not read any more: the connection counts as lost',
    clauses: ['postfix:line_length_limit', 'postfix:delivery-8.6'],
    origins: ['delivery-224'],
    dns,
    hosts: { a: mailHost({ mail: `250 2.1.0 ${'x'.repeat(5000)}` }) },
    send: message({ to }),
    expect: [
      deferred(to, {
        dsn: '4.4.2',
        reason: 'lost connection with a.example.test[192.0.2.1] while sending RCPT TO',
      }),
      logged(`${server}: response longer than 2048: 250 2.1.0 ${'x'.repeat(20)}...`),
      logged(`disabling input from ${server}`),
      connections('a', 1),
    ],
  }),
  scenario('replies/line-without-end', {
    title: 'A server that sends bytes for ever without a line end is cut off, soon and for good',
    clauses: ['rfc5321-3.8-01', 'postfix:delivery-8.6'],
    dns,
    hosts: { a: dialogueHost([bytes(`220 ${'x'.repeat(1_000_000)}`), flush(), wait('1s'), close()]) },
    send: message({ to }),
    expect: [
      deferred(to, { dsn: '4.4.2', reason: 'lost connection with a.example.test[192.0.2.1] while *' }),
      logged(`disabling input from ${server}`),
      logged('response longer than 2048'),
      elapsed({ atMost: '5s' }),
      connections('a', 1),
    ],
  }),
  scenario('replies/line-cut-without-end', {
    title: 'A reply line that is too long counts only once its line end has come',
    clauses: ['postfix:line_length_limit', 'postfix:delivery-8.6'],
    dns,
    hosts: { a: dialogueHost([bytes(`220 ${'x'.repeat(3000)}`), silent()]) },
    config: { smtp_helo_timeout: '2s' },
    send: message({ to }),
    expect: [
      deferred(to, {
        dsn: '4.4.2',
        reason:
          'conversation with a.example.test[192.0.2.1] timed out while receiving the initial server greeting',
      }),
      notLogged('response longer than 2048'),
      connections('a', 1),
    ],
  }),
  scenario('replies/more-text-than-is-stored', {
    title: 'Of a reply of many lines 2048 bytes are kept, but the code of its last line counts',
    clauses: ['rfc5321-4.2-08', 'rfc5321-4.2.1-06', 'postfix:delivery-8.6'],
    dns,
    hosts: {
      a: mailHost({ rcpt: { [to]: `${`250-2.1.5 ${'x'.repeat(89)}\n`.repeat(30)}550 5.1.1 after all` } }),
    },
    send: message({ to: [to, 'other@example.test'] }),
    expect: [
      bounced(to, { dsn: '5.1.1', reply: /^(?:250-2\.1\.5 x{89} ){20}250-2\.1\.5 x{89}$/ }),
      delivered('other@example.test', { via: 'a' }),
      logged(`${server}: multi-line response longer than 2048 250-2.1.5 ${'x'.repeat(20)}...`),
    ],
  }),
  scenario('replies/continued-for-ever', {
    title: 'A reply that goes on and on, line after line, ends as a lost connection',
    clauses: ['rfc5321-3.8-01'],
    dns,
    hosts: {
      a: dialogueHost(['S: 220 a', 'C: EHLO *', bytes('250-more\r\n'.repeat(20_000)), expectClose()]),
    },
    virtualOnly: 'the limit is our own: Postfix reads on as long as lines come',
    send: message({ to }),
    expect: [
      deferred(to, { dsn: '4.4.2', reason: '* while performing the EHLO handshake' }),
      logged(`disabling input from ${server}`),
      logged('multi-line response longer than 2048'),
      connections('a', 1),
    ],
  }),
  scenario('replies/reply-before-its-command', {
    title: 'A 421 that is sent between two commands is read after the next one',
    clauses: ['rfc5321-3.8-02', 'postfix:delivery-6.3'],
    dns,
    hosts: {
      a: dialogueHost([
        ...plain,
        bytes('250 2.1.0 Ok\r\n421 4.3.2 shutting down\r\n'),
        'C: RCPT *',
        'C: RSET',
        close(),
      ]),
    },
    send: message({ to }),
    expect: [
      deferred(to, { dsn: '4.3.2', reason: said('421 4.3.2 shutting down') }),
      dialogue('a', ['...', 'C: MAIL *', 'S: 250 2.1.0 Ok', 'S: 421 *', 'C: RCPT *', 'C: RSET', '...']),
    ],
    tolerates: {
      'rfc5321-4.3.1-01': 'the reply that the client reads for RCPT had come before it',
      'rfc2920-3-01': 'the reply that the client reads for RCPT had come before it',
    },
  }),
];
