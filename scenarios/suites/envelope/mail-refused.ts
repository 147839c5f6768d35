/** MAIL refused, deferred, unanswered: with and without pipelining, with and without another mail exchanger. */
import {
  bounced,
  close,
  connections,
  deferred,
  delivered,
  dialogue,
  dialogueHost,
  elapsed,
  logged,
  mailHost,
  message,
  order,
  pipelined,
  received,
  scenario,
  zone,
} from '../../scenario.ts';

const dns = zone('example.test', { MX: '10 mx', mx: '192.0.2.1' });
const twoExchangers = zone('example.test', { MX: ['10 a', '20 b'], a: '192.0.2.1', b: '192.0.2.2' });
const to = 'user@example.test';
const lockStep = ['ENHANCEDSTATUSCODES'];
const pipelining = ['PIPELINING', 'ENHANCEDSTATUSCODES'];

/** What one reply to MAIL means for the message, one mail exchanger, no pipelining. */
const replies = [
  {
    name: '550',
    reply: '550 5.7.1 not you',
    fate: 'bounced',
    dsn: '5.7.1',
    clauses: ['rfc5321-4.3.2-03', 'rfc5321-4.2.1-04'],
    title: 'MAIL refused with 550 bounces the message, after RSET and QUIT',
  },
  {
    name: '451',
    reply: '451 4.3.0 not now',
    fate: 'deferred',
    dsn: '4.3.0',
    clauses: ['rfc5321-4.3.2-03', 'rfc5321-4.2.1-03'],
    title: 'MAIL refused with 451 by the only server leaves the message for later',
  },
  {
    name: '452-system-storage',
    reply: '452 4.3.1 no room',
    fate: 'deferred',
    dsn: '4.3.1',
    clauses: ['rfc1870-6.2-01'],
    title: 'A server without room for the message gets it another time',
  },
  {
    name: '552-too-big',
    reply: '552 5.3.4 more than I take',
    fate: 'bounced',
    dsn: '5.3.4',
    clauses: ['rfc1870-6.2-02'],
    title: 'A server that finds the declared size too big is left at once, and the message goes back',
  },
  {
    name: '455',
    reply: '455 4.5.4 parameters not now',
    fate: 'deferred',
    dsn: '4.5.4',
    clauses: ['rfc5321-4.1.1.11-02', 'rfc1869-6.1-01'],
    title: 'Parameters that cannot be honoured now defer the message',
  },
  {
    name: '555',
    reply: '555 5.5.4 unknown parameter',
    fate: 'bounced',
    dsn: '5.5.4',
    clauses: ['rfc5321-4.1.1.11-01', 'rfc1869-6.1-01'],
    title: 'An unknown parameter of MAIL is a permanent failure',
  },
  {
    name: '500',
    reply: '500 5.5.2 line too long',
    fate: 'bounced',
    dsn: '5.5.2',
    clauses: ['rfc5321-4.3.2-06'],
    title: 'MAIL that the server cannot read is refused',
  },
  {
    name: '501',
    reply: '501 5.1.7 bad sender address syntax',
    fate: 'bounced',
    dsn: '5.1.7',
    clauses: ['rfc5321-4.3.2-06'],
    title: 'MAIL whose path the server cannot read is refused',
  },
  {
    name: 'last-line-counts',
    reply: '250-fine\n550 5.7.1 on second thoughts',
    fate: 'bounced',
    dsn: '5.7.1',
    clauses: ['rfc5321-4.2.1-06'],
    title: 'A reply of several lines that begins with 250 and ends with 550 is a refusal',
  },
  {
    name: '354-out-of-place',
    reply: '354 go ahead',
    fate: 'bounced',
    dsn: '5.5.0',
    clauses: ['rfc821-4.4-01'],
    title: 'A 3yz reply to MAIL is a protocol error that ends the transaction',
  },
  {
    name: '150-preliminary',
    reply: '150 thinking',
    fate: 'bounced',
    dsn: '5.5.0',
    clauses: ['rfc5321-4.2-07', 'rfc5321-4.2.1-05'],
    title: 'A 1yz reply, which SMTP does not have, ends the transaction',
  },
  {
    name: '650-unknown-class',
    reply: '650 what',
    fate: 'bounced',
    dsn: '5.5.0',
    clauses: ['rfc5321-4.2-07'],
    title: 'A reply of a class that does not exist ends the transaction',
  },
  {
    name: '499-unlisted',
    reply: '499 some reason',
    fate: 'deferred',
    dsn: '4.0.0',
    clauses: ['rfc5321-4.2-06', 'rfc5321-4.2-05'],
    title: 'A code that nobody listed is judged by its first digit',
  },
  {
    name: 'class-conflict',
    reply: '450 5.1.1 says who',
    fate: 'deferred',
    dsn: '4.0.0',
    clauses: ['rfc2034-4-02'],
    title: 'Where reply code and enhanced status code disagree the reply code counts',
  },
] as const;

/** Cases of the catalogue that rows of the tables above show. */
const shown: Readonly<Record<string, readonly string[]>> = {
  '550': ['delivery-144'],
  'last-line-counts': ['delivery-149'],
  '354-out-of-place': ['delivery-150'],
  '150-preliminary': ['delivery-150'],
  '650-unknown-class': ['delivery-150'],
  'class-conflict': ['delivery-151'],
};

export default [
  ...replies.map(({ name, reply, fate, dsn, clauses, title }) =>
    scenario(`envelope/mail-${name}`, {
      title,
      clauses: [...clauses, 'postfix:delivery-8.3'],
      origins: shown[name] ?? [],
      dns,
      hosts: { mx: mailHost({ extensions: lockStep, mail: reply }) },
      send: message({ to: [to, 'other@example.test'] }),
      expect: [
        ...[to, 'other@example.test'].map((address) =>
          (fate === 'bounced' ? bounced : deferred)(address, {
            dsn,
            relay: 'mx.example.test[192.0.2.1]:25',
            reason: `host mx.example.test[192.0.2.1] said: ${reply.replace('\n', ' ')} (in reply to MAIL FROM command)`,
          }),
        ),
        dialogue('mx', [
          '...',
          'C: MAIL FROM:<sender@client.test>',
          ...reply.split('\n').map((line) => `S: ${line}`),
          'C: RSET',
          'S: 250 *',
          'C: QUIT',
        ]),
        connections('mx', 1),
      ],
    }),
  ),
  scenario('envelope/mail-550-pipelined-data-refused', {
    title: 'When MAIL and with it the whole group is refused, only the reply to MAIL is reported',
    clauses: ['rfc2920-3.1-07', 'rfc2920-3.1-08', 'postfix:delivery-6.3'],
    origins: ['delivery-146'],
    dns,
    hosts: { mx: mailHost({ extensions: pipelining, mail: '550 5.7.1 not you' }) },
    send: message({ to }),
    expect: [
      bounced(to, { dsn: '5.7.1', reason: '*550 5.7.1 not you (in reply to MAIL FROM command)' }),
      pipelined('mx', [
        ['EHLO client.test'],
        ['MAIL FROM:<sender@client.test>', 'RCPT TO:<user@example.test>', 'DATA'],
        ['RSET', 'QUIT'],
      ]),
      dialogue('mx', ['...', 'S: 550 5.7.1 not you', 'S: 503 *', 'S: 503 *', 'C: RSET', 'C: QUIT']),
    ],
  }),
  scenario('envelope/mail-550-pipelined-data-accepted', {
    title: 'A server that refuses MAIL and still accepts DATA gets an empty message',
    clauses: ['rfc2920-3.1-06', 'postfix:delivery-6.3'],
    origins: ['delivery-145'],
    dns,
    hosts: {
      mx: dialogueHost([
        'S: 220 mx ESMTP',
        'C: EHLO client.test',
        'S: 250-mx',
        'S: 250 PIPELINING',
        'C: MAIL FROM:<sender@client.test>',
        'C: RCPT TO:<user@example.test>',
        'C: DATA',
        'S: 550 5.7.1 not you',
        'S: 250 2.1.5 Ok',
        'S: 354 go',
        'C: <content, 3 bytes>',
        'C: QUIT',
        'S: 554 5.5.1 no valid recipients',
        'S: 221 2.0.0 Bye',
        close(),
      ]),
    },
    send: message({ to }),
    expect: [
      bounced(to, { dsn: '5.7.1', reason: '*550 5.7.1 not you (in reply to MAIL FROM command)' }),
      received('mx', { count: 0 }),
    ],
  }),
  scenario('envelope/mail-450-tries-next-host', {
    title: 'MAIL refused for now by the first mail exchanger is tried with the second',
    clauses: ['rfc5321-5.1-12', 'postfix:delivery-8.2'],
    origins: ['delivery-147'],
    dns: twoExchangers,
    hosts: { a: mailHost({ mail: '450 4.7.1 later' }), b: mailHost() },
    send: message({ to }),
    expect: [
      delivered(to, { via: 'b' }),
      logged('said: 450 4.7.1 later (in reply to MAIL FROM command)'),
      dialogue('a', ['...', 'S: 450 4.7.1 later', '...', 'C: RSET', 'C: QUIT']),
      order(['a', 'b']),
    ],
  }),
  scenario('envelope/mail-550-asks-nobody-else', {
    title: 'MAIL refused for good by the first mail exchanger is not tried with the second',
    clauses: ['rfc3974-3-06', 'postfix:delivery-8.2'],
    dns: twoExchangers,
    hosts: { a: mailHost({ mail: '550 5.7.1 not you' }), b: mailHost() },
    send: message({ to }),
    expect: [bounced(to, { dsn: '5.7.1', relay: 'a.example.test[192.0.2.1]:25' }), order(['a'])],
  }),
  scenario('envelope/mail-connection-lost', {
    title: 'A connection that ends instead of a reply to MAIL is as good as a 451',
    clauses: ['rfc5321-3.8-01', 'postfix:delivery-8.4'],
    dns: twoExchangers,
    hosts: { a: mailHost({ mail: { then: 'close' } }), b: mailHost({ mail: { then: 'reset' } }) },
    send: message({ to }),
    expect: [
      deferred(to, {
        dsn: '4.4.2',
        relay: 'b.example.test[192.0.2.2]:25',
        reason: 'lost connection with b.example.test[192.0.2.2] while sending MAIL FROM',
      }),
      logged('lost connection with a.example.test[192.0.2.1] while sending MAIL FROM'),
      order(['a', 'b']),
    ],
  }),
  scenario('envelope/mail-never-answered', {
    title: 'The reply to MAIL is awaited for five minutes, then the session is given up without QUIT',
    clauses: ['rfc5321-4.5.3.2.2-01', 'postfix:smtp_mail_timeout'],
    dns,
    hosts: { mx: mailHost({ extensions: lockStep, mail: { then: 'silent' } }) },
    send: message({ to }),
    expect: [
      deferred(to, {
        dsn: '4.4.2',
        reason: 'conversation with mx.example.test[192.0.2.1] timed out while sending MAIL FROM',
      }),
      elapsed({ atLeast: '300s', atMost: '301s' }),
      dialogue('mx', ['...', 'C: MAIL FROM:<sender@client.test>']),
    ],
    virtualOnly: 'waits five minutes',
  }),
];
