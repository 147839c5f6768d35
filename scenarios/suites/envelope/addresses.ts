/** Addresses in MAIL and RCPT: quoting, letter case, the null reverse-path. */
import {
  bounced,
  close,
  delivered,
  dialogue,
  dialogueHost,
  mailHost,
  message,
  received,
  scenario,
  verifies,
  zone,
} from '../../scenario.ts';

const dns = zone('example.test', { MX: '10 mx', mx: '192.0.2.1' });

/** Internal form, and the form on the wire. */
const quoted = [
  ['a b', '"a b"'],
  ['a..b', '"a..b"'],
  ['.a', '".a"'],
  ['a.', '"a."'],
  ['a@b', '"a@b"'],
  ['a"b', '"a\\"b"'],
  ['a\\b', '"a\\\\b"'],
  ['a,b;c:d', '"a,b;c:d"'],
  ['(a)<b>[c]', '"(a)<b>[c]"'],
  ['', '""'],
] as const;
/** RFC 5321 asks servers for 64 octets. */
const overLong = `${'l'.repeat(70)}@example.test`;
const routes = ['user%elsewhere.test', 'relay.test!user', 'a%b%c'];
const plain = ['user+folder', "o'brien", '{x}|y/z=1', '!#$%&*?^_`~-', 'CamelCase', 'a.b.c'];

export default [
  scenario('envelope/quoted-local-parts', {
    title:
      'A local part that is no dot-string is sent as a quoted string, with backslashes where they are needed',
    clauses: ['rfc5321-4.1.2-01', 'rfc5321-4.1.2-07', 'postfix:delivery-6.5'],
    origins: ['delivery-164'],
    dns,
    hosts: { mx: mailHost() },
    send: message({ from: 'some one@client.test', to: quoted.map(([local]) => `${local}@example.test`) }),
    expect: [
      ...quoted.map(([local]) => delivered(`${local}@example.test`, { via: 'mx' })),
      dialogue('mx', [
        '...',
        'C: MAIL FROM:<"some one"@client.test> *',
        ...quoted.map(([, wire]) => `C: RCPT TO:<${wire}@example.test>`),
        'C: DATA',
        '...',
      ]),
    ],
  }),
  scenario('envelope/plain-local-parts', {
    title: 'A local part that needs no quotes gets none, and keeps its letter case and its odd characters',
    clauses: ['rfc5321-4.1.2-04', 'rfc5321-2.4-01', 'rfc5321-2.3.11-01', 'postfix:delivery-6.5'],
    dns,
    hosts: { mx: mailHost() },
    send: message({ from: 'SENDER@client.test', to: plain.map((local) => `${local}@example.test`) }),
    expect: [
      ...plain.map((local) => delivered(`${local}@example.test`, { via: 'mx' })),
      dialogue('mx', [
        '...',
        'C: MAIL FROM:<SENDER@client.test> *',
        ...plain.map((local) => `C: RCPT TO:<${local}@example.test>`),
        'C: DATA',
        '...',
      ]),
    ],
  }),
  scenario('envelope/quoting-off', {
    title: 'With smtp_quote_rfc821_envelope off, addresses go out as they are',
    clauses: ['postfix:smtp_quote_rfc821_envelope'],
    origins: ['delivery-165'],
    dns,
    hosts: {
      mx: dialogueHost([
        'S: 220 mx ESMTP',
        'C: EHLO client.test',
        'S: 250 mx',
        'C: MAIL FROM:<sender@client.test>',
        'S: 250 Ok',
        'C: RCPT TO:<a b@example.test>',
        'S: 501 5.1.3 bad address syntax',
        'C: RSET',
        'S: 250 Ok',
        'C: QUIT',
        'S: 221 Bye',
        close(),
      ]),
    },
    config: { smtp_quote_rfc821_envelope: 'no' },
    send: message({ to: 'a b@example.test' }),
    expect: [
      bounced('a b@example.test', {
        dsn: '5.1.3',
        reason: '*501 5.1.3 bad address syntax (in reply to RCPT TO command)',
      }),
      received('mx', { count: 0 }),
    ],
    tolerates: {
      'rfc5321-4.1.2-01': 'smtp_quote_rfc821_envelope=no',
      'rfc5321-4.1.1-01': 'smtp_quote_rfc821_envelope=no',
      'rfc1123-5.2.18-02': 'smtp_quote_rfc821_envelope=no',
    },
  }),
  ...[
    { kind: 'ipv4', literal: '[198.51.100.7]', clause: 'rfc5321-4.1.3-01' },
    { kind: 'ipv6', literal: '[IPv6:2001:db8::7]', clause: 'rfc5321-4.1.3-02' },
  ].map(({ kind, literal, clause }) =>
    scenario(`envelope/recipient-at-${kind}-literal`, {
      title: `A recipient at an address literal keeps the literal ${literal} in RCPT`,
      clauses: [clause, 'rfc5321-2.3.11-01'],
      dns,
      hosts: { mx: mailHost() },
      send: message({ to: `user@${literal}`, nexthop: 'example.test' }),
      expect: [
        delivered(`user@${literal}`, { via: 'mx' }),
        verifies(
          [clause, 'rfc5321-2.3.11-01'],
          dialogue('mx', ['...', `C: RCPT TO:<user@${literal}>`, '...']),
        ),
      ],
    }),
  ),
  scenario('envelope/routes-in-local-parts', {
    title: 'A local part that looks like a route is the business of the destination, and stays as it is',
    clauses: ['rfc1123-5.2.16-01', 'postfix:delivery-6.5'],
    dns,
    hosts: { mx: mailHost() },
    send: message({ from: 'a%b.test@client.test', to: routes.map((local) => `${local}@example.test`) }),
    expect: [
      ...routes.map((local) => delivered(`${local}@example.test`, { via: 'mx' })),
      verifies(
        'rfc1123-5.2.16-01',
        dialogue('mx', [
          '...',
          'C: MAIL FROM:<a%b.test@client.test>*',
          ...routes.map((local) => `C: RCPT TO:<${local}@example.test>`),
          '...',
        ]),
      ),
    ],
  }),
  scenario('envelope/over-long-local-part', {
    title: 'A local part longer than any server has to take is tried, and its refusal is reported',
    clauses: ['rfc5321-4.5.3.1-03', 'postfix:delivery-8.3'],
    dns,
    hosts: { mx: mailHost({ rcpt: { [overLong]: '501 5.1.3 too long' } }) },
    send: message({ to: [overLong, 'user@example.test'] }),
    expect: [
      verifies('rfc5321-4.5.3.1-03', bounced(overLong, { dsn: '5.1.3' })),
      delivered('user@example.test', { via: 'mx' }),
      verifies(
        ['rfc5321-4.5.3.1-02', 'postfix:delivery-6.5'],
        dialogue('mx', ['...', `C: RCPT TO:<${overLong}>`, '...']),
      ),
    ],
    tolerates: { 'rfc5321-4.5.3.1.1-01': 'Postfix leaves the length of local parts to the server' },
  }),
  scenario('envelope/postmaster-without-domain', {
    title: 'The reserved mailbox postmaster may go without a domain',
    clauses: ['rfc5321-2.3.5-04'],
    dns,
    hosts: { mx: mailHost() },
    send: message({ to: 'postmaster', nexthop: 'example.test' }),
    expect: [
      delivered('postmaster', { via: 'mx' }),
      dialogue('mx', ['...', 'C: RCPT TO:<postmaster>', '...']),
    ],
  }),
];
