/** What arrives: dots, long lines, line ends, octets. Read back by mailparser, or compared octet by octet. */
import {
  check,
  delivered,
  dialogue,
  logged,
  mailHost,
  message,
  notLogged,
  received,
  scenario,
  stockHost,
  verifies,
  zone,
} from '../../scenario.ts';

const dns = zone('example.test', { MX: '10 mx', mx: '192.0.2.1' });
const to = 'user@example.test';
const head = 'Subject: content\r\n\r\n';
const blind = ['one@example.test', 'two@example.test'];
const traced = [
  'Received: from c.test by b.test; Fri, 2 Jan 2026 10:00:00 +0000',
  'Received: from a.test by c.test;\r\n\tFri, 2 Jan 2026 09:59:59 +0000',
  'Resent-To: x@example.test',
  'Subject: content',
  'Received: from d.test by a.test; Fri, 2 Jan 2026 09:59:58 +0000',
  'From: sender@client.test',
  '',
  'Body.',
  '',
].join('\r\n');
const broken = (limit: number) => `breaking line > ${limit} bytes with <CR><LF>SPACE`;

/** Content as submitted, and as it has to arrive. */
const texts = [
  {
    name: 'dots',
    origins: ['delivery-187'],
    title: 'Lines that begin with dots arrive with the dots they had',
    clauses: ['rfc5321-4.5.2-01', 'postfix:delivery-7.5'],
    content: `${head}.\r\n..\r\n...\r\n.a\r\nb.\r\n.`,
    arrives: `${head}.\r\n..\r\n...\r\n.a\r\nb.\r\n.\r\n`,
  },
  {
    name: 'no-final-newline',
    origins: ['delivery-192'],
    title: 'A message without a line end at its end gets one, and no empty line besides',
    clauses: ['rfc5321-4.1.1.4-03', 'rfc5321-4.1.1.4-02', 'postfix:delivery-7.6'],
    content: `${head}the end`,
    arrives: `${head}the end\r\n`,
  },
  {
    name: 'final-newline',
    title: 'A message that ends with a line end gets no further one',
    clauses: ['rfc5321-4.1.1.4-02'],
    content: `${head}the end\r\n`,
    arrives: `${head}the end\r\n`,
  },
  {
    name: 'empty-lines-at-end',
    title: 'Empty lines at the end of a message are part of it',
    clauses: ['rfc5321-4.1.1.4-02', 'rfc5321-3.6.3-05'],
    content: `${head}the end\r\n\r\n\r\n`,
    arrives: `${head}the end\r\n\r\n\r\n`,
  },
  {
    name: 'bare-lf',
    title: 'Lines that ended with LF alone are sent with CRLF',
    clauses: ['rfc5321-2.3.8-01', 'rfc5322-2.3-01'],
    content: 'Subject: content\n\n.one\ntwo\r\nthree\n',
    arrives: `${head}.one\r\ntwo\r\nthree\r\n`,
  },
  {
    name: 'bare-cr',
    title: 'A CR that ends no line is never sent: a space stands in its place',
    clauses: ['rfc5321-2.3.8-03', 'rfc5322-2.3-01', 'postfix:delivery-7.6'],
    content: `${head}one\rtwo\r\r\nthree\r`,
    arrives: `${head}one two \r\nthree \r\n`,
  },
  {
    name: 'smuggled-end-of-data',
    origins: ['field-ED18'],
    title: 'Dots between bare line ends do not become an end of data on the wire',
    clauses: ['rfc5321-4.5.2-01', 'rfc5321-2.3.8-03'],
    content: `${head}one\n.\nMAIL FROM:<x@client.test>\n\r.\r\n.\r\rtwo\n.\r\nthree\n`,
    arrives: `${head}one\r\n.\r\nMAIL FROM:<x@client.test>\r\n .\r\n.  two\r\n.\r\nthree\r\n`,
  },
  {
    name: 'ascii-controls',
    title: 'All ASCII characters but CR and LF are passed on as they are',
    clauses: ['rfc5321-4.5.2-03', 'postfix:delivery-7.6'],
    content: `${head}${controls()}\r\n`,
    arrives: `${head}${controls()}\r\n`,
  },
  {
    name: 'header-without-body',
    title: 'A message of headers only, without the empty line, stays as it is',
    clauses: ['rfc5321-2.4-08', 'rfc5321-6.4-01'],
    content: 'Subject: nothing more\r\n',
    arrives: 'Subject: nothing more\r\n',
  },
  {
    name: 'odd-headers',
    title: 'Header fields with odd spacing, folding and order are left alone',
    clauses: ['rfc5321-3.6.3-05', 'rfc1123-5.2.6-01', 'rfc5322-3.6-01', 'postfix:delivery-7.2'],
    content: 'Received : b\r\nReceived: a\r\nX-Odd :  value  \r\n\tfolded\r\nsubject:\r\n\r\nBody.\r\n',
    arrives: 'Received : b\r\nReceived: a\r\nX-Odd :  value  \r\n\tfolded\r\nsubject:\r\n\r\nBody.\r\n',
  },
];

const declaredTooSmall = { 'rfc1870-6-03': 'Postfix declares the size before it breaks lines' };

/** Long lines by `smtp_line_length_limit`. */
const lines = [
  {
    name: 'line-of-998',
    origins: ['delivery-188'],
    title: 'A line of 998 octets is left whole',
    clauses: ['rfc5321-4.5.3.1.6-01', 'rfc5322-2.1.1-01'],
    limit: 998,
    text: 'x'.repeat(998),
    arrives: 'x'.repeat(998),
  },
  {
    name: 'line-of-998-after-dot',
    title: 'The transparency dot does not count towards the length of a line',
    clauses: ['rfc5321-4.5.3.1.6-01', 'rfc5321-4.5.2-01'],
    limit: 998,
    text: `.${'x'.repeat(997)}`,
    arrives: `.${'x'.repeat(997)}`,
  },
  {
    name: 'line-of-999',
    origins: ['delivery-188'],
    title: 'A line of 999 octets is broken by CRLF and a space',
    clauses: ['rfc5321-4.5.3.1.6-01', 'rfc5322-2.1.1-01', 'postfix:smtp_line_length_limit'],
    limit: 998,
    text: 'x'.repeat(999),
    arrives: `${'x'.repeat(998)}\r\n x`,
  },
  {
    name: 'line-of-5000',
    origins: ['delivery-189'],
    title:
      'A line of 5000 octets is broken as often as it takes, each continuation with its space within the limit',
    clauses: ['rfc5321-4.5.3.1.6-01', 'postfix:smtp_line_length_limit'],
    limit: 998,
    text: 'x'.repeat(5000),
    arrives: ['x'.repeat(998), ...new Array<string>(4).fill('x'.repeat(997)), 'x'.repeat(14)].join('\r\n '),
  },
  {
    name: 'line-limit-20',
    origins: ['delivery-190'],
    title: 'A shorter limit breaks lines earlier, and a dot after a break is not doubled',
    clauses: ['postfix:smtp_line_length_limit', 'rfc5321-4.5.2-01'],
    limit: 20,
    text: `.${'x'.repeat(19)}.${'y'.repeat(18)}.z`,
    arrives: `.${'x'.repeat(19)}\r\n .${'y'.repeat(18)}\r\n .z`,
  },
];

export default [
  ...texts.map(({ name, title, clauses, origins = [], content, arrives }) =>
    scenario(`data/${name}`, {
      title,
      clauses,
      origins,
      dns,
      hosts: { mx: mailHost() },
      send: message({ to, content }),
      expect: [
        delivered(to, { via: 'mx' }),
        received('mx', { count: 1, content: arrives }),
        notLogged('breaking line'),
      ],
    }),
  ),
  ...lines.map(({ name, title, clauses, origins = [], limit, text, arrives }) =>
    scenario(`data/${name}`, {
      title,
      clauses,
      origins,
      dns,
      hosts: { mx: mailHost() },
      config: { smtp_line_length_limit: String(limit) },
      send: message({ to, content: `${head}${text}\r\nlast\r\n` }),
      expect: [
        delivered(to, { via: 'mx' }),
        received('mx', { count: 1, content: `\r\n\r\n${arrives}\r\nlast\r\n` }),
        text === arrives ? notLogged('breaking line') : logged(broken(limit)),
      ],
      tolerates: text === arrives ? {} : declaredTooSmall,
    }),
  ),
  scenario('data/long-header-broken-too', {
    title: 'A header that is longer than the limit is broken like any other line, and still reads the same',
    clauses: ['postfix:smtp_line_length_limit', 'rfc822-3.1.1-01'],
    origins: ['delivery-190'],
    dns,
    hosts: { mx: mailHost() },
    config: { smtp_line_length_limit: '20' },
    send: message({ to, content: 'Subject: 0123456789 abcdefgh\r\n\r\nBody.\r\n' }),
    expect: [
      delivered(to, { via: 'mx' }),
      received('mx', {
        content: 'Subject: 0123456789 \r\n abcdefgh\r\n\r\nBody.\r\n',
        headers: { subject: '0123456789  abcdefgh' },
      }),
      logged(broken(20)),
    ],
    tolerates: declaredTooSmall,
  }),
  scenario('data/line-limit-off', {
    title: 'Without a limit no line is broken, however long',
    clauses: ['postfix:smtp_line_length_limit'],
    origins: ['delivery-191'],
    dns,
    hosts: { mx: mailHost() },
    config: { smtp_line_length_limit: '0' },
    send: message({ to, content: `${head}${'x'.repeat(100_000)}\r\n` }),
    expect: [
      delivered(to, { via: 'mx' }),
      received('mx', { content: `${head}${'x'.repeat(100_000)}\r\n` }),
      notLogged('breaking line'),
    ],
    tolerates: {
      'rfc5321-4.5.3.1.6-01': 'smtp_line_length_limit=0',
      'rfc821-4.5.3-01': 'smtp_line_length_limit=0',
    },
  }),
  scenario('data/mime-attachments', {
    title: 'A message with UTF-8 text, HTML and attachments reads the same at the far end',
    clauses: ['rfc5321-3.6.3-05', 'rfc5321-2.4-08', 'rfc6152-3-02', 'rfc6152-3-04'],
    dns,
    hosts: { mx: stockHost() },
    send: message({ to, content: multipart(), encoding: '8bit' }),
    expect: [
      delivered(to, { via: 'mx' }),
      received('mx', {
        count: 1,
        unchanged: true,
        headers: { subject: '=?utf-8?Q?Gr=C3=BC=C3=9Fe?=' },
        body: '.Grüße, und ein Punkt am Anfang',
      }),
      dialogue('mx', ['...', 'C: MAIL FROM:<sender@client.test> * BODY=8BITMIME', '...']),
    ],
  }),
  scenario('data/8bit-to-server-without-8bitmime', {
    title: 'Octets beyond ASCII that no MIME header explains go as they are to a server without 8BITMIME',
    clauses: ['postfix:delivery-7.4'],
    dns,
    hosts: { mx: mailHost({ extensions: ['PIPELINING'] }) },
    send: message({ to, content: Buffer.from(`${head}caf\xe9\r\n`, 'latin1') }),
    expect: [
      delivered(to, { via: 'mx' }),
      received('mx', { count: 1, content: Buffer.from(`${head}caf\xe9\r\n`, 'latin1') }),
    ],
    tolerates: {
      'rfc5321-2.4-04': 'Postfix converts MIME parts that say 8bit, and nothing else',
      'rfc6152-3-07': 'Postfix converts MIME parts that say 8bit, and nothing else',
      'rfc1652-3-01': 'Postfix converts MIME parts that say 8bit, and nothing else',
      'rfc822-3.3-01': 'Postfix converts MIME parts that say 8bit, and nothing else',
    },
  }),
  scenario('data/blind-recipients', {
    title: 'Who else gets the message is in none of its headers',
    clauses: ['rfc5321-7.2-01', 'rfc5321-7.2-03', 'postfix:delivery-7.6'],
    dns,
    hosts: { mx: mailHost() },
    send: message({ to: blind, content: 'From: sender@client.test\r\nSubject: no To\r\n\r\nBody.\r\n' }),
    expect: [
      ...blind.map((address) => delivered(address, { via: 'mx' })),
      received('mx', { count: 1 }),
      verifies(
        ['rfc5321-7.2-01', 'postfix:delivery-7.6'],
        check('no recipient is in the content', ({ deliveries }) =>
          blind.find((address) => deliveries.some(({ content }) => content.includes(address))),
        ),
      ),
      verifies(
        ['rfc5321-7.2-03', 'postfix:delivery-7.6'],
        check('no Apparently-To', ({ deliveries }) =>
          deliveries.some(({ content }) => /^Apparently-To:/im.test(content.toString('latin1')))
            ? 'there is one'
            : undefined,
        ),
      ),
    ],
  }),
  scenario('data/received-fields', {
    title: 'Fields of the message, its trace among them, arrive as they are and in their order',
    clauses: ['rfc5321-4.4-01', 'rfc5322-3.6-02', 'postfix:delivery-7.6'],
    dns,
    hosts: { mx: mailHost() },
    send: message({ to, content: traced }),
    expect: [
      delivered(to, { via: 'mx' }),
      verifies(
        ['rfc5321-4.4-01', 'rfc5322-3.6-02', 'postfix:delivery-7.6'],
        received('mx', { count: 1, content: traced }),
      ),
    ],
  }),
  scenario('data/empty-message', {
    title: 'A message without any content is sent as the final dot alone',
    clauses: ['rfc5321-3.3-07', 'rfc5321-4.1.1.4-02'],
    dns,
    hosts: { mx: mailHost() },
    send: message({ to, content: '' }),
    expect: [
      delivered(to, { via: 'mx' }),
      received('mx', { count: 1 }),
      dialogue('mx', ['...', 'S: 354 *', 'C: <content, 3 bytes>', 'C: QUIT']),
    ],
  }),
];

/** Every ASCII character but CR and LF. */
function controls(): string {
  const codes = Array.from({ length: 128 }, (_, code) => code).filter((code) => code !== 10 && code !== 13);
  return String.fromCharCode(...codes);
}

function multipart(): string {
  const octets = Buffer.from(Array.from({ length: 3000 }, (_, index) => (index * 7) % 256));
  return [
    'From: <sender@client.test>',
    `To: <${to}>`,
    'Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=',
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary="outer"',
    'Content-Transfer-Encoding: 8bit',
    '',
    '--outer',
    'Content-Type: multipart/alternative; boundary="inner"',
    'Content-Transfer-Encoding: 8bit',
    '',
    '--inner',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 8bit',
    '',
    '.Grüße, und ein Punkt am Anfang',
    '..',
    '--inner',
    'Content-Type: text/html; charset=utf-8',
    'Content-Transfer-Encoding: 8bit',
    '',
    '<p>Grüße</p>',
    '--inner--',
    '--outer',
    'Content-Type: application/octet-stream; name="all.bin"',
    'Content-Disposition: attachment; filename="all.bin"',
    'Content-Transfer-Encoding: base64',
    '',
    ...(octets.toString('base64').match(/.{1,76}/g) ?? []),
    '--outer--',
    '',
  ].join('\r\n');
}
