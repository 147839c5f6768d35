/** Parameters of MAIL and RCPT: SIZE, BODY, SMTPUTF8 and those of delivery status notifications. */
import { bounced, delivered, dialogue, mailHost, message, scenario, zone } from '../../scenario.ts';

const dns = zone('example.test', { MX: '10 mx', mx: '192.0.2.1' });
const to = 'user@example.test';

/** With the type before it, an ORCPT value of 500 characters. */
const longOriginal = `${'o'.repeat(500 - 'rfc822;@example.test'.length)}@example.test`;

/** What MAIL looks like for a message, and a server's offer. */
const mails = [
  {
    name: 'size-counts-crlf-not-dots',
    title: 'SIZE counts every line end as two octets and no transparency dot',
    clauses: ['rfc1870-5-01', 'rfc5321-4.5.3.1.7-02'],
    extensions: ['SIZE 1000000'],
    send: { content: 'Subject: x\n\n.dot\n..\nlast', encoding: '7bit' },
    mail: 'MAIL FROM:<sender@client.test> SIZE=30',
  },
  {
    name: 'size-without-limit',
    title: 'A server that offers SIZE without a limit is told the size',
    clauses: ['rfc1870-3-01'],
    extensions: ['SIZE'],
    send: { content: 'Subject: x\r\n\r\n', encoding: '7bit' },
    mail: 'MAIL FROM:<sender@client.test> SIZE=14',
  },
  {
    name: 'no-extension-no-parameter',
    title: 'Without extensions MAIL has no parameters, whatever is known about the message',
    clauses: ['rfc1870-4-01', 'rfc6152-3-01', 'rfc3461-5.2.2-01', 'rfc5321-4.1.1.2-01'],
    extensions: ['HELP'],
    send: { encoding: '7bit', envid: 'id', ret: 'full', size: 2000 },
    mail: 'MAIL FROM:<sender@client.test>',
  },
  {
    name: 'body-8bitmime',
    title: 'Content that was labelled 8bit is announced with BODY=8BITMIME',
    clauses: ['rfc6152-3-02', 'rfc5321-2.4-05'],
    extensions: ['8BITMIME'],
    send: {
      content:
        'MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nGrüße\r\n',
    },
    mail: 'MAIL FROM:<sender@client.test> BODY=8BITMIME',
  },
  {
    name: 'body-7bit',
    title: 'Content that was labelled 7bit is announced with BODY=7BIT',
    clauses: ['rfc6152-2-01'],
    extensions: ['8BITMIME'],
    send: { encoding: '7bit' },
    mail: 'MAIL FROM:<sender@client.test> BODY=7BIT',
  },
  {
    name: 'body-unknown',
    title: 'Content that nobody labelled is sent without BODY',
    clauses: ['postfix:delivery-6.4'],
    extensions: ['8BITMIME'],
    send: {},
    mail: 'MAIL FROM:<sender@client.test>',
  },
  {
    name: 'envid-and-ret',
    title: 'The envelope id travels as xtext, with RET, and in its order among the other parameters',
    clauses: ['rfc3461-5.2.1-01', 'rfc3461-5.2.1-03', 'rfc3461-4-02', 'rfc5321-4.1.2-08'],
    extensions: ['DSN', 'SIZE', '8BITMIME'],
    send: { content: 'Subject: x\r\n\r\n', encoding: '7bit', envid: 'QQ+314=159 x', ret: 'headers' },
    mail: 'MAIL FROM:<sender@client.test> SIZE=14 BODY=7BIT ENVID=QQ+2B314+3D159+20x RET=HDRS',
  },
  {
    name: 'envid-of-100-characters',
    title: 'An envelope id of a hundred characters is passed on whole',
    clauses: ['rfc3461-4.4-02'],
    extensions: ['DSN'],
    send: { envid: 'e'.repeat(100) },
    mail: `MAIL FROM:<sender@client.test> ENVID=${'e'.repeat(100)}`,
  },
  {
    name: 'ret-full',
    title: 'RET=FULL is passed on as it came, and no envelope id is made up',
    clauses: ['rfc3461-5.2.1-03', 'rfc3461-5.2.1-02', 'rfc3461-4.3-01'],
    extensions: ['DSN'],
    send: { ret: 'full' },
    mail: 'MAIL FROM:<sender@client.test> RET=FULL',
  },
  {
    name: 'nothing-known-nothing-added',
    title: 'A message that came without DSN parameters goes on without them',
    clauses: ['rfc3461-5.2.1-02', 'rfc3461-5.2.1-04'],
    extensions: ['DSN'],
    send: {},
    mail: 'MAIL FROM:<sender@client.test>',
  },
  {
    name: 'keywords-in-any-case',
    title: 'A server may spell its keywords as it likes',
    clauses: ['rfc5321-2.4-02'],
    extensions: ['dsn', 'Size 100000', '8bitMime'],
    send: { content: 'Subject: x\r\n\r\n', encoding: '7bit', envid: 'id' },
    mail: 'MAIL FROM:<sender@client.test> SIZE=14 BODY=7BIT ENVID=id',
  },
] as const;

/** What RCPT looks like for a recipient, from a server with DSN. */
const rcpts = [
  {
    name: 'orcpt-given',
    title: 'An original recipient that came with the message is passed on, as xtext and with its letter case',
    clauses: ['rfc3461-5.2.1-07', 'rfc3461-4-02', 'rfc3461-4.2-01'],
    recipient: { orcpt: 'rfc822;Bob+Home=1@Example.TEST', original: 'ignored@example.test' },
    rcpt: 'RCPT TO:<user@example.test> ORCPT=rfc822;Bob+2BHome+3D1@Example.TEST',
  },
  {
    name: 'orcpt-added',
    title: 'Without one, the address before rewriting becomes the original recipient',
    clauses: ['rfc3461-5.2.1-08', 'rfc3461-5.2.1-09', 'postfix:delivery-6.4'],
    recipient: { original: 'a b@alias.test' },
    rcpt: 'RCPT TO:<user@example.test> ORCPT=rfc822;"a+20b"@alias.test',
  },
  {
    name: 'orcpt-of-500-characters',
    title: 'An original recipient of 500 characters is passed on whole, on a line as long as it takes',
    clauses: ['rfc3461-4.2-03', 'rfc3461-5.4-01'],
    recipient: { orcpt: `rfc822;${longOriginal}`, notify: ['success', 'failure', 'delay'] },
    rcpt: `RCPT TO:<user@example.test> ORCPT=rfc822;${longOriginal} NOTIFY=SUCCESS,FAILURE,DELAY`,
  },
  {
    name: 'orcpt-unknown',
    title: 'Where no original recipient is known none is made up, and no NOTIFY either',
    clauses: ['rfc3461-5.2.1-06', 'postfix:delivery-6.4'],
    recipient: {},
    rcpt: 'RCPT TO:<user@example.test>',
  },
  {
    name: 'notify-never',
    title: 'NOTIFY=NEVER stands alone',
    clauses: ['rfc3461-5.2.1-05', 'rfc3461-4.1-02'],
    recipient: { notify: ['never'] },
    rcpt: 'RCPT TO:<user@example.test> NOTIFY=NEVER',
  },
  {
    name: 'notify-list',
    title: 'NOTIFY is passed on with all its values',
    clauses: ['rfc3461-5.2.1-05', 'rfc3461-4.1-01', 'postfix:delivery-6.4'],
    recipient: { notify: ['delay', 'failure', 'success'] },
    rcpt: 'RCPT TO:<user@example.test> NOTIFY=SUCCESS,FAILURE,DELAY',
  },
  {
    name: 'orcpt-utf-8-towards-ascii-server',
    title: 'An international original recipient is escaped for a server without SMTPUTF8',
    clauses: ['rfc6533-3-01', 'rfc6533-3-02', 'rfc6533-3-03'],
    recipient: { orcpt: 'utf-8;jürgen+x=1@example.test' },
    rcpt: 'RCPT TO:<user@example.test> ORCPT=utf-8;j\\x{FC}rgen\\x{2B}x\\x{3D}1@example.test',
  },
] as const;

/** Cases of the catalogue that rows of the tables above show. */
const shown: Readonly<Record<string, readonly string[]>> = {
  'body-8bitmime': ['delivery-170'],
  'body-unknown': ['delivery-170'],
  'envid-and-ret': ['delivery-166'],
  'orcpt-given': ['delivery-166'],
  'orcpt-unknown': ['delivery-168'],
  'notify-never': ['delivery-12'],
};

export default [
  ...mails.map(({ name, title, clauses, extensions, send, mail }) =>
    scenario(`envelope/mail-parameters-${name}`, {
      title,
      clauses,
      origins: shown[name] ?? [],
      dns,
      hosts: { mx: mailHost({ extensions }) },
      send: message({ to, ...send }),
      expect: [
        delivered(to, { via: 'mx' }),
        dialogue('mx', ['...', `C: ${mail}`, 'S: 250 *', '...', 'C: QUIT']),
      ],
    }),
  ),
  ...rcpts.map(({ name, title, clauses, recipient, rcpt }) =>
    scenario(`envelope/rcpt-parameters-${name}`, {
      title,
      clauses,
      origins: shown[name] ?? [],
      dns,
      hosts: { mx: mailHost({ extensions: ['DSN'] }) },
      send: message({ to: { address: to, ...recipient } }),
      expect: [
        delivered(to, { via: 'mx' }),
        dialogue('mx', ['...', `C: ${rcpt}`, 'S: 250 *', '...', 'C: QUIT']),
      ],
    }),
  ),
  scenario('envelope/rcpt-parameters-without-dsn', {
    title: 'A server without DSN gets neither NOTIFY nor ORCPT',
    clauses: ['rfc3461-5.2.2-01', 'rfc3461-4-01', 'rfc5321-4.1.1.3-03'],
    origins: ['delivery-169'],
    dns,
    hosts: { mx: mailHost({ extensions: ['SIZE', '8BITMIME'] }) },
    send: message({
      to: { address: to, orcpt: 'rfc822;bob@example.test', notify: ['success'] },
      envid: 'id',
    }),
    expect: [
      delivered(to, { via: 'mx' }),
      dialogue('mx', [
        '...',
        'C: MAIL FROM:<sender@client.test> SIZE=*',
        'S: 250 *',
        `C: RCPT TO:<${to}>`,
        '...',
      ]),
    ],
  }),
  scenario('envelope/smtputf8-address', {
    title:
      'An international address is sent as UTF-8 with the SMTPUTF8 parameter, its original as utf-8 ORCPT',
    clauses: ['rfc6531-3.4-01', 'rfc6531-3.4-02', 'rfc6531-3.2-02', 'postfix:delivery-6.4'],
    origins: ['delivery-167'],
    dns,
    hosts: { mx: mailHost({ extensions: ['SMTPUTF8', '8BITMIME', 'DSN'] }) },
    send: message({
      to: { address: 'jürgen@example.test', original: 'jürgen+x@example.test' },
      from: 'gürsel@client.test',
      smtputf8: true,
      encoding: '8bit',
    }),
    expect: [
      delivered('jürgen@example.test', { via: 'mx' }),
      dialogue('mx', [
        '...',
        'C: MAIL FROM:<gürsel@client.test> BODY=8BITMIME SMTPUTF8',
        '...',
        'C: RCPT TO:<jürgen@example.test> ORCPT=utf-8;j\\x{FC}rgen\\x{2B}x@example.test',
        '...',
      ]),
    ],
  }),
  ...[
    {
      name: 'ascii-original-of-smtputf8-mail',
      title: 'An original recipient in ASCII stays of type rfc822, though SMTPUTF8 was asked for',
      smtputf8: true,
      original: 'alias@example.test',
      orcpt: 'rfc822;alias@example.test',
      tolerates: {},
    },
    {
      name: 'utf8-original-of-other-mail',
      title: 'Without SMTPUTF8 an original recipient in UTF-8 is of type rfc822, its bytes as xtext',
      smtputf8: false,
      original: 'jürgen@example.test',
      orcpt: 'rfc822;j+C3+BCrgen@example.test',
      tolerates: { 'rfc3461-4.2-05': 'Postfix encodes whatever the address before rewriting was' },
    },
  ].map(({ name, title, smtputf8, original, orcpt, tolerates }) =>
    scenario(`envelope/${name}`, {
      title,
      clauses: ['postfix:delivery-6.4'],
      dns,
      hosts: { mx: mailHost({ extensions: ['SMTPUTF8', '8BITMIME', 'DSN'] }) },
      send: message({ to: { address: to, original }, smtputf8 }),
      expect: [delivered(to), dialogue('mx', ['...', `C: RCPT TO:<${to}> ORCPT=${orcpt}`, '...'])],
      tolerates,
    }),
  ),
  ...[
    { form: 'u-label', address: 'gürsel@bücher.test', nexthop: 'example.test', smtputf8: true },
    { form: 'a-label', address: 'user@xn--bcher-kva.test', nexthop: 'example.test', smtputf8: false },
  ].map(({ form, address, nexthop, smtputf8 }) =>
    scenario(`envelope/domain-as-${form}`, {
      title: `A domain that was given as ${form} ${smtputf8 ? 'goes with SMTPUTF8 as that' : 'needs no SMTPUTF8'}`,
      clauses: ['rfc6531-3.7-01', 'postfix:delivery-6.4'],
      dns,
      hosts: { mx: mailHost({ extensions: ['SMTPUTF8', '8BITMIME'] }) },
      send: message({ to: address, nexthop, smtputf8, encoding: '8bit' }),
      expect: [
        delivered(address, { via: 'mx' }),
        dialogue('mx', [
          '...',
          `C: MAIL FROM:<sender@client.test> BODY=8BITMIME${smtputf8 ? ' SMTPUTF8' : ''}`,
          'S: 250 *',
          `C: RCPT TO:<${address}>`,
          '...',
        ]),
      ],
    }),
  ),
  scenario('envelope/smtputf8-reply', {
    title: 'Replies in UTF-8 are understood and reported',
    clauses: ['rfc6531-3.7.4.1-01', 'postfix:smtputf8_enable'],
    dns,
    hosts: {
      mx: mailHost({ extensions: ['SMTPUTF8', '8BITMIME'], rcpt: '551 5.1.6 jetzt <jürgen@example.test>' }),
    },
    config: { smtputf8_enable: 'yes' },
    send: message({ to: 'gürsel@example.test', smtputf8: true, encoding: '8bit' }),
    expect: [
      bounced('gürsel@example.test', {
        dsn: '5.1.6',
        reason: '*said: 551 5.1.6 jetzt <jürgen@example.test> (in reply to RCPT TO command)',
      }),
      dialogue('mx', ['...', 'C: RSET', 'S: 250 *', 'C: QUIT']),
    ],
  }),
];
