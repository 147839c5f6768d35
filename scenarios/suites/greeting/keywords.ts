/** Reading the EHLO reply: keywords as servers write them, SIZE limits, and keywords the client is told to ignore. */
import {
  bounced,
  connections,
  delivered,
  dialogue,
  logged,
  mailHost,
  message,
  notLogged,
  pipelined,
  received,
  scenario,
  verifies,
  zone,
} from '../../scenario.ts';

const dns = zone('example.test', { MX: '10 a', a: '192.0.2.1' });
const to = 'user@example.test';
const sender = 'MAIL FROM:<sender@client.test>';

/** EHLO keywords, and the MAIL command that a message with ENVID draws. `quick`: commands come in one group. */
const readings = [
  {
    name: 'keywords-in-any-case',
    title: 'Keywords count in any mixture of upper and lower case',
    clauses: ['rfc5321-4.1.1.1-05', 'rfc5321-2.4-02'],
    extensions: ['pipelining', 'Size 10000', '8bitMime', 'dsn'],
    mail: `${sender} SIZE=* BODY=7BIT ENVID=id`,
    quick: true,
  },
  {
    name: 'size-with-equals-sign',
    title: 'SIZE=n is read as SIZE n',
    clauses: ['postfix:delivery-5.3'],
    extensions: ['SIZE=500000'],
    mail: `${sender} SIZE=*`,
    quick: false,
  },
  {
    name: 'size-without-number',
    title: 'SIZE without a number sets no limit',
    clauses: ['rfc1870-3-01'],
    extensions: ['SIZE'],
    mail: `${sender} SIZE=*`,
    quick: false,
  },
  {
    name: 'size-zero',
    title: 'SIZE 0 sets no limit',
    clauses: ['rfc1870-3-01'],
    extensions: ['SIZE 0', 'PIPELINING'],
    mail: `${sender} SIZE=*`,
    quick: true,
  },
  {
    name: 'size-of-twenty-digits',
    title: 'A SIZE of twenty digits is no limit that a message could exceed',
    clauses: ['rfc1870-6-01'],
    extensions: ['SIZE 99999999999999999999'],
    mail: `${sender} SIZE=*`,
    quick: false,
  },
  {
    name: 'size-after-tab',
    title: 'A tab does not end a keyword: SIZE and a tab is not SIZE',
    clauses: ['postfix:delivery-5.3'],
    extensions: ['SIZE\t300', 'DSN'],
    mail: `${sender} ENVID=id`,
    quick: false,
  },
  {
    name: 'unknown-keywords',
    title: 'Keywords that the client does not know or use change nothing',
    clauses: ['rfc5321-4.1.1.1-07'],
    extensions: ['CHUNKING', 'XPIPELINING', 'VRFY', 'ENHANCEDSTATUSCODES', 'BINARYMIME', 'DSNX'],
    mail: sender,
    quick: false,
  },
  {
    name: 'keyword-parameters',
    title: 'Parameters after a keyword that takes none are ignored',
    clauses: ['rfc5321-4.1.1.1-07'],
    extensions: ['PIPELINING now', 'DSN=yes'],
    mail: `${sender} ENVID=id`,
    quick: true,
  },
];

/** Server limits against a message of 2000 bytes. */
const fits = [
  { name: 'message-of-exactly-the-limit', limit: 2000, clauses: ['rfc1870-4-02', 'rfc1870-5-01'] },
  { name: 'message-below-the-limit', limit: 2001, clauses: ['rfc1870-4-02'] },
];

/** Cases of the catalogue that rows of the tables above show. */
const shown: Readonly<Record<string, readonly string[]>> = {
  'keywords-in-any-case': ['delivery-128'],
  'size-with-equals-sign': ['delivery-128'],
  'size-zero': ['delivery-133'],
};

export default [
  ...readings.map(({ name, title, clauses, extensions, mail, quick }) =>
    scenario(`greeting/${name}`, {
      title,
      clauses: [...clauses, ...(clauses.includes('postfix:delivery-5.3') ? [] : ['postfix:delivery-5.3'])],
      origins: shown[name] ?? [],
      dns,
      hosts: { a: mailHost({ extensions }) },
      send: message({ to, encoding: '7bit', envid: 'id' }),
      expect: [
        delivered(to, { via: 'a' }),
        pipelined(
          'a',
          quick
            ? [['EHLO *'], [mail, 'RCPT TO:*', 'DATA'], ['.', 'QUIT']]
            : [['EHLO *'], [mail], ['RCPT TO:*'], ['DATA'], ['.'], ['QUIT']],
        ),
      ],
    }),
  ),
  scenario('greeting/obsolete-verbs', {
    title: 'TURN, SEND, SOML and SAML are left alone, though the server has them',
    clauses: ['rfc5321-F.1-01', 'rfc5321-F.6-01', 'rfc5321-4.1.1.1-07'],
    dns,
    hosts: { a: mailHost({ extensions: ['TURN', 'SEND', 'SOML', 'SAML', 'EXPN'] }) },
    send: message({ to }),
    expect: [
      delivered(to, { via: 'a' }),
      pipelined('a', [['EHLO *'], [sender], ['RCPT TO:*'], ['DATA'], ['.'], ['QUIT']]),
    ],
  }),
  ...[
    { name: 'malformed', keyword: 'LIMITS ;;=,', clause: 'rfc9422-3.7-01' },
    { name: 'without-value', keyword: 'LIMITS', clause: 'rfc9422-3.7-01' },
    { name: 'with-bad-values', keyword: 'LIMITS RCPTMAX=0 MAILMAX=abc', clause: 'rfc9422-3.7-02' },
    { name: 'unknown', keyword: 'LIMITS NOSUCHMAX=1 RCPTMAX', clause: 'rfc9422-3.7-02' },
  ].map(({ name, keyword, clause }) =>
    scenario(`greeting/limits-${name}`, {
      title: `Limits that say nothing ("${keyword}") limit nothing`,
      clauses: [clause, 'postfix:delivery-5.3'],
      dns,
      hosts: { a: mailHost({ extensions: [keyword] }) },
      send: message({ to: [to, 'other@example.test'] }),
      expect: [
        delivered(to, { via: 'a' }),
        delivered('other@example.test', { via: 'a' }),
        connections('a', 1),
        received('a', { count: 1 }),
      ],
    }),
  ),
  scenario('greeting/first-line-is-the-name', {
    title: 'The first line of the EHLO reply names the server, whatever word it holds',
    clauses: ['rfc5321-4.1.1.1-06', 'postfix:delivery-5.3'],
    dns,
    hosts: { a: mailHost({ ehlo: '250-PIPELINING\n250 DSN' }) },
    send: message({ to, envid: 'id' }),
    expect: [
      delivered(to, { via: 'a' }),
      pipelined('a', [['EHLO *'], [`${sender} ENVID=id`], ['RCPT TO:*'], ['DATA'], ['.'], ['QUIT']]),
    ],
  }),
  scenario('greeting/empty-first-line', {
    title: 'When the first line of the EHLO reply is empty, the first keyword is taken for the name',
    clauses: ['postfix:delivery-5.3'],
    origins: ['delivery-129'],
    dns,
    hosts: { a: mailHost({ ehlo: '250-\n250-PIPELINING\n250 DSN' }) },
    send: message({ to, envid: 'id' }),
    expect: [
      delivered(to, { via: 'a' }),
      pipelined('a', [['EHLO *'], [`${sender} ENVID=id`], ['RCPT TO:*'], ['DATA'], ['.'], ['QUIT']]),
    ],
  }),
  scenario('greeting/keyword-beyond-stored-reply', {
    title: 'A keyword after the first 2048 bytes of the EHLO reply is not seen, and a warning tells of it',
    clauses: ['postfix:delivery-8.6', 'postfix:delivery-5.3'],
    origins: ['delivery-130'],
    dns,
    hosts: {
      a: mailHost({
        extensions: [
          'DSN',
          ...Array.from({ length: 25 }, (_, index) => `X-${index} ${'x'.repeat(90)}`),
          'PIPELINING',
        ],
      }),
    },
    send: message({ to, envid: 'id' }),
    expect: [
      delivered(to, { via: 'a' }),
      pipelined('a', [['EHLO *'], [`${sender} ENVID=id`], ['RCPT TO:*'], ['DATA'], ['.'], ['QUIT']]),
      logged('a.example.test[192.0.2.1]:25: multi-line response longer than 2048 250-a*...'),
    ],
  }),
  scenario('greeting/size-that-is-no-number', {
    title: 'A SIZE limit that is no number draws a warning, and the extension is used all the same',
    clauses: ['postfix:delivery-5.3'],
    origins: ['delivery-132'],
    dns,
    hosts: { a: mailHost({ extensions: ['SIZE huge'] }) },
    send: message({ to, encoding: '7bit' }),
    expect: [
      delivered(to, { via: 'a' }),
      dialogue('a', ['...', `C: ${sender} SIZE=*`, '...', 'C: QUIT']),
      logged('bad EHLO SIZE limit "huge" from a.example.test[192.0.2.1]:25'),
    ],
  }),
  ...fits.map(({ name, limit, clauses }) =>
    scenario(`greeting/${name}`, {
      title: `A message of 2000 bytes goes to a server that takes ${limit}`,
      clauses,
      dns,
      hosts: { a: mailHost({ extensions: [`SIZE ${limit}`] }) },
      send: message({ to, size: 2000, encoding: '7bit' }),
      expect: [
        delivered(to, { via: 'a' }),
        dialogue('a', ['...', `C: ${sender} SIZE=2000`, '...', 'C: QUIT']),
      ],
    }),
  ),
  ...(['smtp', 'lmtp'] as const).map((service) =>
    scenario(`greeting/message-above-the-limit-${service}`, {
      title: `A message larger than the server's SIZE is bounced before MAIL (${service.toUpperCase()})`,
      clauses: ['rfc1870-4-02', 'postfix:delivery-5.5'],
      origins: ['delivery-134'],
      dns,
      hosts: { a: mailHost({ protocol: service, extensions: ['SIZE 1999', 'PIPELINING'] }) },
      send: message({
        to,
        size: 2000,
        service,
        ...(service === 'lmtp' ? { nexthop: 'a.example.test' } : {}),
      }),
      expect: [
        bounced(to, {
          dsn: '5.3.4',
          reason: 'message size 2000 exceeds size limit 1999 of server a.example.test[192.0.2.1]',
        }),
        connections('a', 1),
        dialogue('a', [
          'S: 220 *',
          `C: ${service === 'lmtp' ? 'LHLO' : 'EHLO'} *`,
          'S: 250-*',
          'S: 250-*',
          'S: 250 *',
        ]),
      ],
      tolerates: { 'rfc5321-4.1.1.10-01': 'Postfix closes without QUIT when the message is too large' },
    }),
  ),
  scenario('greeting/size-limit-is-final', {
    title: 'The SIZE limit of one exchanger bounces the message, another exchanger is not asked',
    clauses: ['postfix:delivery-8.2', 'postfix:delivery-5.5'],
    dns: zone('example.test', { MX: ['10 a', '20 b'], a: '192.0.2.1', b: '192.0.2.2' }),
    hosts: { a: mailHost({ extensions: ['SIZE 1000'] }), b: mailHost() },
    send: message({ to: [to, 'other@example.test'], size: 2000 }),
    expect: [
      bounced(to, { dsn: '5.3.4' }),
      bounced('other@example.test', { dsn: '5.3.4' }),
      connections('a', 1),
      connections('b', 0),
    ],
    tolerates: { 'rfc5321-4.1.1.10-01': 'Postfix closes without QUIT when the message is too large' },
  }),
  scenario('greeting/discarded-keywords', {
    title: 'Keywords that smtp_discard_ehlo_keywords names count as not offered',
    clauses: ['postfix:smtp_discard_ehlo_keywords'],
    origins: ['delivery-136'],
    dns,
    hosts: { a: mailHost() },
    config: { smtp_discard_ehlo_keywords: 'pipelining, dsn' },
    send: message({ to, encoding: '7bit', envid: 'id' }),
    expect: [
      delivered(to, { via: 'a' }),
      pipelined('a', [['EHLO *'], [`${sender} SIZE=* BODY=7BIT`], ['RCPT TO:*'], ['DATA'], ['.'], ['QUIT']]),
      logged('discarding EHLO keywords: PIPELINING DSN'),
    ],
  }),
  scenario('greeting/discarded-keywords-unknown-or-twice', {
    title: 'Words of smtp_discard_ehlo_keywords that are no keywords, or are there twice, are of no account',
    clauses: ['postfix:smtp_discard_ehlo_keywords', 'postfix:delivery-5.3'],
    dns,
    hosts: { a: mailHost() },
    config: { smtp_discard_ehlo_keywords: 'Size, no-such-keyword, SIZE' },
    send: message({ to, encoding: '7bit' }),
    expect: [
      delivered(to, { via: 'a' }),
      pipelined('a', [['EHLO *'], [`${sender} BODY=7BIT`, 'RCPT TO:*', 'DATA'], ['.', 'QUIT']]),
      logged(/^discarding EHLO keywords: SIZE$/),
    ],
  }),
  scenario('greeting/discarded-keywords-silently', {
    title: 'With silent-discard the log says nothing of it',
    clauses: ['postfix:smtp_discard_ehlo_keywords'],
    dns,
    hosts: { a: mailHost() },
    config: { smtp_discard_ehlo_keywords: 'size, silent-discard, dsn' },
    send: message({ to, encoding: '7bit', envid: 'id' }),
    expect: [
      delivered(to, { via: 'a' }),
      pipelined('a', [['EHLO *'], [`${sender} BODY=7BIT`, 'RCPT TO:*', 'DATA'], ['.', 'QUIT']]),
      notLogged('discarding'),
    ],
  }),
  scenario('greeting/discarded-keywords-lmtp', {
    title: 'LMTP has its own list of keywords to discard, and leaves that of SMTP alone',
    clauses: ['postfix:lmtp_discard_lhlo_keywords'],
    dns,
    hosts: { a: mailHost({ protocol: 'lmtp' }) },
    config: { smtp_discard_ehlo_keywords: 'size', lmtp_discard_lhlo_keywords: 'pipelining' },
    send: message({ to, service: 'lmtp', nexthop: 'a.example.test' }),
    expect: [
      delivered(to, { via: 'a' }),
      pipelined('a', [['LHLO *'], [`${sender} SIZE=*`], ['RCPT TO:*'], ['DATA'], ['.'], ['QUIT']]),
      logged('discarding EHLO keywords: PIPELINING'),
    ],
  }),
  scenario('greeting/extensions-lmtp', {
    title: 'The keywords of an LHLO reply are used as those of EHLO',
    clauses: ['rfc2033-4.1-01', 'postfix:delivery-5.3'],
    dns,
    hosts: { a: mailHost({ protocol: 'lmtp' }) },
    send: message({
      to,
      service: 'lmtp',
      nexthop: 'a.example.test',
      encoding: '8bit',
      envid: 'id',
      ret: 'full',
    }),
    expect: [
      delivered(to, { via: 'a' }),
      received('a', { count: 1 }),
      verifies(
        ['rfc6152-3-02', 'rfc3461-5.2.1-01', 'postfix:delivery-6.4'],
        pipelined('a', [
          ['LHLO *'],
          [`${sender} SIZE=* BODY=8BITMIME ENVID=id RET=FULL`, 'RCPT TO:*', 'DATA'],
          ['.', 'QUIT'],
        ]),
      ),
    ],
  }),
];
