/** Mail to the postmaster about sessions in which something went against the protocol. */
import {
  bounced,
  close,
  connections,
  deferred,
  delivered,
  dialogueHost,
  logged,
  mailHost,
  message,
  notice,
  notLogged,
  scenario,
  zone,
} from '../../scenario.ts';

const dns = zone('example.test', { MX: '10 mx', mx: '192.0.2.1' });
const to = 'user@example.test';
const server = 'mx.example.test[192.0.2.1]:25';
const config = { notify_classes: 'protocol' };
const clauses = ['postfix:notify_classes', 'postfix:delivery-9.5'];
const confused = mailHost({ name: 'mx.test', extensions: ['PIPELINING'], rcpt: '502 5.5.1 what?' });
const subject = `Postfix SMTP client: errors from ${server}`;

const notices = [
  scenario('records/notice', {
    title: 'A reply that says the protocol was lost is told to the postmaster, with what was said',
    clauses: [...clauses, 'postfix:delivery-8.7'],
    origins: ['delivery-233'],
    dns,
    hosts: { mx: confused },
    config,
    send: message({ to }),
    expect: [
      bounced(to, { dsn: '5.5.1' }),
      connections('mx', 1),
      notice({
        sender: 'double-bounce@client.test',
        recipient: 'postmaster',
        from: 'Mail Delivery System <MAILER-DAEMON@client.test>',
        to: 'Postmaster <postmaster>',
        subject,
        transcript: [
          'In:  220 *',
          'Out: EHLO client.test',
          'In:  250-mx.test*',
          'In:  250 PIPELINING',
          'Out: MAIL FROM:<sender@client.test>',
          `Out: RCPT TO:<${to}>`,
          'Out: DATA',
          'In:  250 *',
          'In:  502 5.5.1 what?',
          'In:  554 *',
          'Out: RSET',
          'Out: QUIT',
          'In:  250 *',
        ],
      }),
    ],
  }),
  scenario('records/notice-content-is-left-out', {
    title: 'The transcript has the final dot, and nothing of the message',
    clauses,
    dns,
    hosts: { mx: mailHost({ name: 'mx.test', extensions: [], endOfData: '500 5.5.2 lost' }) },
    config,
    send: message({ to }),
    expect: [
      bounced(to, { dsn: '5.5.2' }),
      connections('mx', 1),
      notice({
        transcript: [
          'In:  220 *',
          'Out: EHLO client.test',
          'In:  250 mx.test*',
          'Out: MAIL FROM:<sender@client.test>',
          'In:  250 *',
          `Out: RCPT TO:<${to}>`,
          'In:  250 *',
          'Out: DATA',
          'In:  354 *',
          'Out: .',
          'In:  500 5.5.2 lost',
          'Out: QUIT',
        ],
      }),
    ],
  }),
  ...(
    [
      ['as-it-is', {}, false, false],
      ['filtered', { internal_mail_filter_classes: 'bounce, notify' }, true, false],
      ['not-filtered', { internal_mail_filter_classes: 'bounce' }, false, false],
      ['utf8', { smtputf8_autodetect_classes: 'notify' }, false, true],
      ['utf8-all', { smtputf8_autodetect_classes: 'bounce, all' }, false, true],
      ['utf8-others', { smtputf8_autodetect_classes: 'bounce' }, false, false],
    ] as const
  ).map(([name, classes, inspect, detectSmtputf8]) =>
    scenario(`records/notice-handed-over-${name}`, {
      title: `A notice ${inspect ? 'is' : 'is not'} to be inspected and ${detectSmtputf8 ? 'may' : 'may not'} turn out to need SMTPUTF8 (${name})`,
      clauses: ['postfix:internal_mail_filter_classes', 'postfix:smtputf8_autodetect_classes'],
      dns,
      hosts: { mx: confused },
      config: { ...config, ...classes },
      send: message({ to }),
      expect: [
        bounced(to, { dsn: '5.5.1' }),
        connections('mx', 1),
        notice({ inspect, detectSmtputf8 }),
        notLogged('bad input'),
      ],
    }),
  ),
  scenario('records/notice-filter-of-others', {
    title: 'A class of mail that is never inspected gets a warning with each notice',
    clauses: ['postfix:internal_mail_filter_classes'],
    dns,
    hosts: { mx: confused },
    config: { ...config, internal_mail_filter_classes: 'sendmail' },
    send: message({ to }),
    expect: [
      bounced(to, { dsn: '5.5.1' }),
      connections('mx', 1),
      notice({ inspect: false }),
      logged('warning: internal_mail_filter_classes: bad input: sendmail'),
    ],
  }),
  scenario('records/notice-greeting-354', {
    title: 'A greeting that is none of a server is told to the postmaster',
    clauses: [...clauses, 'postfix:delivery-8.4'],
    origins: ['delivery-107'],
    dns,
    hosts: { mx: dialogueHost(['S: 354 go', 'C: QUIT', close()]) },
    config,
    send: message({ to }),
    expect: [
      bounced(to, { dsn: '5.5.0', reason: '*refused to talk to me: 354 go' }),
      connections('mx', 1),
      notice({ transcript: ['In:  354 go', 'Out: QUIT'] }),
    ],
  }),
  scenario('records/notice-malformed-reply', {
    title: 'A line that is no reply makes a notice although the mail is delivered',
    clauses: [...clauses, 'postfix:delivery-8.6'],
    origins: ['delivery-227'],
    dns,
    hosts: {
      mx: dialogueHost([
        'S: 220 mx ESMTP',
        'C: EHLO client.test',
        'S: 250 mx',
        'C: MAIL FROM:<sender@client.test>',
        'S: garbage',
        'S: 250 2.1.0 Ok',
        `C: RCPT TO:<${to}>`,
        'S: 250 2.1.5 Ok',
        'C: DATA',
        'S: 354 go',
        'C: <content>',
        'S: 250 2.0.0 Ok',
        'C: QUIT',
        close(),
      ]),
    },
    config,
    send: message({ to }),
    expect: [delivered(to), connections('mx', 1), notice({ subject })],
  }),
  scenario('records/notice-wraps-long-lines', {
    title: 'Long lines of the transcript are broken between words',
    clauses,
    dns,
    hosts: {
      mx: dialogueHost([
        `S: 354 ${Array.from({ length: 30 }, (_, index) => `word${index}`).join(' ')}`,
        'C: QUIT',
        close(),
      ]),
    },
    config,
    send: message({ to }),
    expect: [
      bounced(to, { dsn: '5.5.0' }),
      connections('mx', 1),
      notice({
        transcript: [
          'In:  354 word0 word1 word2 word3 word4 word5 word6 word7 word8 word9 word10',
          '    word11 word12 word13 word14 word15 word16 word17 word18 word19 word20',
          '    word21 word22 word23 word24 word25 word26 word27 word28 word29',
          'Out: QUIT',
        ],
      }),
    ],
  }),
  scenario('records/notice-replaced-reply', {
    title: 'The transcript has a reply line as it came, and what took its place',
    clauses: [...clauses, 'postfix:smtp_reply_filter'],
    dns,
    hosts: { mx: dialogueHost(['S: 220 mx', 'C: QUIT', close()]) },
    config: { ...config, smtp_reply_filter: 'regexp:{ { /^220 mx/ 354 replaced } }' },
    send: message({ to }),
    expect: [
      bounced(to, { dsn: '5.5.0' }),
      connections('mx', 1),
      logged('replacing server reply'),
      notice({ transcript: ['In:  220 mx', 'Replaced-by:', '     354 replaced', 'Out: QUIT'] }),
    ],
  }),
  scenario('records/notice-parameters', {
    title: 'Who sends a notice and who gets it, and its obsolete form',
    clauses: [
      'postfix:error_notice_recipient',
      'postfix:double_bounce_sender',
      'postfix:header_from_format',
      'postfix:mail_name',
    ],
    dns,
    hosts: { mx: confused },
    config: {
      ...config,
      error_notice_recipient: 'trouble@client.test',
      double_bounce_sender: 'nobody-home',
      header_from_format: 'obsolete',
      mail_name: 'Nexthop',
    },
    send: message({ to }),
    expect: [
      bounced(to),
      connections('mx', 1),
      notice({
        sender: 'nobody-home@client.test',
        recipient: 'trouble@client.test',
        from: 'MAILER-DAEMON@client.test (Mail Delivery System)',
        to: 'trouble@client.test (Postmaster)',
        subject: `Nexthop SMTP client: errors from ${server}`,
      }),
    ],
  }),
  scenario('records/notice-lmtp', {
    title: 'A notice about an LMTP session says so',
    clauses: [...clauses, 'postfix:delivery-10'],
    dns,
    hosts: { mx: mailHost({ protocol: 'lmtp', rcpt: '502 5.5.1 what?' }) },
    config,
    send: message({ to, service: 'lmtp', nexthop: '[mx.example.test]' }),
    expect: [
      bounced(to),
      connections('mx', 1),
      notice({ subject: 'Postfix LMTP client: errors from mx.example.test[192.0.2.1]:24' }),
    ],
  }),
  scenario('records/notice-local-data', {
    title: 'A lookup of our own that fails is trouble of the class data',
    clauses: [...clauses, 'postfix:delivery-8.7'],
    dns,
    hosts: { mx: mailHost() },
    config: { notify_classes: 'data', smtp_reply_filter: 'fail:broken' },
    send: message({ to }),
    expect: [
      deferred(to, { dsn: '4.3.0', reason: 'local data error while talking to *' }),
      connections('mx', 1),
      logged('fail:broken lookup error for *'),
      notice({ subject }),
    ],
  }),
];

/** One of two recipients is refused; then comes another message for the same server. */
const reuse = (
  [
    ['502', 2],
    ['550', 1],
  ] as const
).map(([code, count]) =>
  scenario(`records/reuse-after-${code}`, {
    title: `After a ${code} to RCPT the connection is ${count === 1 ? '' : 'not '}used for another message`,
    clauses: ['postfix:delivery-8.7', 'postfix:delivery-4.6'],
    origins: count === 1 ? [] : ['delivery-159'],
    dns,
    hosts: { mx: mailHost({ rcpt: { 'no@example.test': `${code} odd` } }) },
    // A second use is the last one.
    config: { ...config, smtp_connection_reuse_count_limit: '1' },
    send: [message({ to: ['no@example.test', to], reuse: 'both' }), message({ to, reuse: 'load' })],
    ...(count === 2 && {
      tolerates: {
        'rfc5321-4.1.1.10-01': 'the 502 is read when it is settled that no QUIT follows the content',
      },
    }),
    expect: [
      bounced('no@example.test', { dsn: '5.0.0' }),
      delivered(to, { via: 'mx' }),
      delivered(to, { via: 'mx' }),
      connections('mx', count),
      ...(count === 1 ? [] : [notice()]),
    ],
  }),
);

/** No notice that nobody expects: then the scenario fails. */
const silent = [
  scenario('records/no-notice-null-sender', {
    title: 'There is no notice about mail that is returned',
    clauses,
    origins: ['delivery-2', 'delivery-234'],
    dns,
    hosts: { mx: confused },
    config,
    send: message({ from: '', to }),
    expect: [bounced(to), connections('mx', 1)],
  }),
  scenario('records/no-notice-about-notices', {
    title: 'There is no notice about a notice',
    clauses: [...clauses, 'postfix:double_bounce_sender'],
    dns,
    hosts: { mx: confused },
    config,
    send: message({ from: 'double-bounce@client.test', to }),
    expect: [bounced(to), connections('mx', 1)],
  }),
  scenario('records/no-notice-by-default', {
    title: 'By default the postmaster is not told of servers that lose the protocol',
    clauses,
    dns,
    hosts: { mx: confused },
    send: message({ to }),
    expect: [bounced(to), connections('mx', 1)],
  }),
  ...[
    ['499 odd', deferred],
    ['510 odd', bounced],
    ['554 no', bounced],
  ].flatMap(([reply, outcome]) =>
    typeof reply === 'string' && typeof outcome === 'function'
      ? [
          scenario(`records/no-notice-${reply.slice(0, 3)}`, {
            title: `${reply.slice(0, 3)} is a refusal like others`,
            clauses: ['postfix:delivery-8.7'],
            dns,
            hosts: { mx: mailHost({ rcpt: reply }) },
            config,
            send: message({ to }),
            expect: [outcome(to), connections('mx', 1)],
          }),
        ]
      : [],
  ),
  ...['500', '509', '555', '699', '199'].map((code) =>
    scenario(`records/notice-${code}`, {
      title: `${code} says that the protocol was lost`,
      clauses: ['postfix:delivery-8.7'],
      dns,
      hosts: { mx: mailHost({ rcpt: `${code} odd` }) },
      config,
      send: message({ to }),
      expect: [bounced(to), connections('mx', 1), notice()],
    }),
  ),
  scenario('records/notice-cannot-be-posted', {
    title: 'A notice that cannot be posted at once is a warning in the log, and forgotten',
    clauses,
    dns,
    hosts: { mx: confused },
    config,
    services: { cleanup: 'down' },
    virtualOnly: 'Postfix cannot be without its cleanup service for one message alone',
    send: message({ to }),
    expect: [bounced(to), connections('mx', 1), logged('postmaster notify: Connection refused')],
  }),
];

export default [...notices, ...reuse, ...silent];
