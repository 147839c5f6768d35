/** The dialogue inside TLS: what was learnt before it counts no more (security reference 7.1, 20). */
import {
  bounced,
  bytes,
  deferred,
  delivered,
  dialogue,
  dialogueHost,
  mailHost,
  message,
  scenario,
  startTls,
  verifies,
} from '../../scenario.ts';
import { dns, insideTls, SERVER, secured, to } from './_server.ts';

const may = { smtp_tls_security_level: 'may' };
const clauses = ['postfix:smtp_tls_security_level'];
const authentication = {
  smtp_sasl_auth_enable: 'yes',
  smtp_sasl_password_maps: 'inline:{ a.example.test=user:pass }',
  smtp_sasl_tls_security_options: '',
};
const CREDENTIALS = 'AUTH PLAIN AHVzZXIAcGFzcw==';

/** A server that says so until STARTTLS. */
const opening = (...offers: readonly string[]) => [
  'S: 220 a.example.test ESMTP',
  'C: EHLO client.test',
  'S: 250-a.example.test',
  ...offers.map((offer) => `S: 250-${offer}`),
  'S: 250 STARTTLS',
  'C: STARTTLS',
];
/** One command at a time. */
const transaction = [
  'C: MAIL FROM:*',
  'S: 250 ok',
  'C: RCPT TO:*',
  'S: 250 ok',
  'C: DATA',
  'S: 354 go',
  'C: <content>',
  'S: 250 ok',
  'C: QUIT',
] as const;

export default [
  scenario('starttls/hello-refused-inside', {
    title: 'A server that refuses EHLO inside TLS is greeted with HELO, and offers nothing',
    clauses: [...clauses, 'rfc3207-4.2-01'],
    origins: ['security-53'],
    dns,
    hosts: {
      a: dialogueHost([
        ...opening('PIPELINING', 'SIZE 1000000'),
        'S: 220 go',
        startTls(),
        'C: EHLO client.test',
        'S: 502 5.5.1 unknown',
        'C: HELO client.test',
        'S: 250 a.example.test',
        ...transaction,
      ]),
    },
    config: may,
    send: message({ to }),
    expect: [
      delivered(to, { via: 'a' }),
      verifies(
        'rfc3207-4.2-01',
        dialogue('a', ['...', 'C: HELO client.test', 'S: 250 *', 'C: MAIL FROM:<sender@client.test>', '...']),
      ),
    ],
  }),
  scenario('starttls/hello-421-inside', {
    title: 'A server that says 421 to EHLO inside TLS does not want to talk',
    clauses,
    origins: ['security-54'],
    dns,
    hosts: { a: secured({}, { ehlo: ['default', '421 4.3.2 closing'] }) },
    config: may,
    send: message({ to }),
    expect: [
      deferred(to, { dsn: '4.3.2', reason: `host ${SERVER} refused to talk to me: 421 4.3.2 closing` }),
      dialogue('a', ['...', '{TLS}', 'C: EHLO client.test', 'S: 421 *', '...']),
    ],
  }),
  scenario('starttls/offered-inside', {
    title: 'An offer of STARTTLS inside TLS is not taken',
    clauses: [...clauses, 'rfc3207-4.2-03'],
    origins: ['security-55', 'field-TL20'],
    dns,
    hosts: { a: secured({ extensions: ['PIPELINING', 'STARTTLS'] }) },
    config: may,
    send: message({ to }),
    expect: [
      delivered(to, { via: 'a' }),
      verifies(
        'rfc3207-4.2-03',
        dialogue('a', [
          '...',
          '{TLS}',
          'C: EHLO *',
          '...',
          'S: 250 STARTTLS',
          'C: MAIL FROM:*',
          '...',
          'C: QUIT',
          '...',
        ]),
      ),
    ],
  }),
  scenario('starttls/auth-before-only', {
    title: 'AUTH that is offered before TLS only is not offered',
    clauses: [...clauses, 'postfix:smtp_sasl_auth_enable', 'rfc3207-4.2-01'],
    origins: ['security-56'],
    dns,
    hosts: { a: secured({ extensions: ['PIPELINING'] }, { extensions: ['AUTH PLAIN', 'STARTTLS'] }) },
    config: { ...may, ...authentication },
    send: message({ to }),
    expect: [
      delivered(to, { via: 'a' }),
      verifies(
        'rfc3207-4.2-01',
        dialogue('a', [
          '...',
          '{TLS}',
          'C: EHLO *',
          'S: 250-*',
          'S: 250 PIPELINING',
          'C: MAIL FROM:*',
          '...',
        ]),
      ),
    ],
  }),
  scenario('starttls/auth-inside-only', {
    title: 'What is offered inside TLS only is used',
    clauses: [...clauses, 'postfix:smtp_sasl_tls_security_options', 'rfc3207-4.2-02'],
    origins: ['field-TL21'],
    dns,
    hosts: {
      a: secured(
        { extensions: ['PIPELINING', 'SIZE 1000000', 'AUTH PLAIN'] },
        { extensions: ['STARTTLS'], auth: '235 ok' },
      ),
    },
    config: { ...may, ...authentication },
    send: message({ to }),
    expect: [
      delivered(to, { via: 'a' }),
      dialogue('a', [
        '...',
        '{TLS}',
        'C: EHLO client.test',
        '...',
        `C: ${CREDENTIALS}`,
        'S: 235 ok',
        'C: MAIL FROM:<sender@client.test>',
        '...',
        'C: QUIT',
        '...',
      ]),
    ],
  }),
  scenario('starttls/pipelining-before-only', {
    title: 'PIPELINING that is offered before TLS only is not used: each command waits for its reply',
    clauses: [...clauses, 'rfc3207-4.2-01'],
    origins: ['security-57'],
    dns,
    hosts: { a: secured({ extensions: [] }, { extensions: ['PIPELINING', 'STARTTLS'] }) },
    config: may,
    send: message({ to }),
    expect: [
      delivered(to, { via: 'a' }),
      verifies(
        'rfc3207-4.2-01',
        dialogue('a', [
          '...',
          '{TLS}',
          '...',
          'C: MAIL FROM:*',
          'S: 250 *',
          'C: RCPT TO:*',
          'S: 250 *',
          'C: DATA',
          '...',
        ]),
      ),
    ],
  }),
  scenario('starttls/size-before-only', {
    title: 'A limit of size that was named before TLS holds, where none is named inside it',
    clauses,
    origins: ['security-58'],
    dns,
    hosts: { a: secured({ extensions: ['PIPELINING'] }, { extensions: ['SIZE 10', 'STARTTLS'] }) },
    config: may,
    send: message({ to }),
    expect: [
      bounced(to, { dsn: '5.3.4', reason: `message size * exceeds size limit 10 of server ${SERVER}` }),
      dialogue('a', ['...', '{TLS}', 'C: EHLO *', '...', 'C: <close>', '...']),
    ],
    tolerates: { 'rfc5321-4.1.1.10-01': 'Postfix says no QUIT when the message is too large for the server' },
  }),
  scenario('starttls/injected-reply', {
    title: 'Replies that came behind the one to STARTTLS, in the clear, are none',
    clauses: [...clauses, 'rfc3207-6-01'],
    origins: ['security-59'],
    dns,
    hosts: {
      a: dialogueHost([
        ...opening('PIPELINING'),
        bytes('220 go\r\n250 INJECTED\r\n'),
        startTls(),
        'C: EHLO client.test',
        'S: 250 a.example.test',
        ...transaction,
      ]),
    },
    config: may,
    send: message({ to }),
    expect: [
      delivered(to, { via: 'a' }),
      verifies(
        'rfc3207-6-01',
        dialogue('a', [
          '...',
          '{TLS}',
          'C: EHLO client.test',
          'S: 250 *',
          'C: MAIL FROM:<sender@client.test>',
          '...',
          'C: QUIT',
        ]),
      ),
    ],
  }),
  scenario('starttls/inside-encrypt', {
    title: 'Commands and content of level encrypt are said inside TLS only',
    clauses: [...clauses, 'rfc8314-5.2-01'],
    dns,
    hosts: { a: mailHost({ tls: {} }) },
    config: { smtp_tls_security_level: 'encrypt' },
    send: message({ to }),
    expect: [delivered(to, { via: 'a' }), verifies('rfc8314-5.2-01', insideTls())],
  }),
];
