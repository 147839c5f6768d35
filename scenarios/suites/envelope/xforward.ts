/** XFORWARD: a server behind us is told whose message it was before it came to us. */
import {
  connections,
  deferred,
  delivered,
  dialogue,
  elapsed,
  logged,
  mailHost,
  message,
  pipelined,
  scenario,
  zone,
} from '../../scenario.ts';

const dns = zone('example.test', { MX: '10 mx', mx: '192.0.2.1' });
const to = 'user@example.test';
const config = { smtp_send_xforward_command: 'yes' };
const extensions = [
  'PIPELINING',
  '8BITMIME',
  'ENHANCEDSTATUSCODES',
  'XFORWARD NAME ADDR PORT PROTO HELO IDENT SOURCE',
];
const submitter = {
  name: 'client.example.net',
  address: '198.51.100.7',
  port: '40123',
  protocol: 'ESMTP',
  helo: 'pc.example.net',
  queueId: '4CAFE12345',
  local: false,
};
const nameAddress = 'C: XFORWARD NAME=client.example.net ADDR=198.51.100.7 PORT=40123';
const protocolHelo = 'C: XFORWARD PROTO=ESMTP HELO=pc.example.net IDENT=4CAFE12345 SOURCE=REMOTE';

/** What is said for which submitter, to a server that lists which attributes. */
const selections = [
  {
    name: 'only-what-is-listed',
    title: 'Only the attributes that the server listed are sent, in the order of their definition',
    origins: [],
    offered: 'XFORWARD source HELO Addr',
    submitter,
    commands: ['C: XFORWARD ADDR=198.51.100.7', 'C: XFORWARD HELO=pc.example.net SOURCE=REMOTE'],
  },
  {
    name: 'one-command-is-enough',
    title: 'A command that would carry nothing is left out',
    origins: [],
    offered: 'XFORWARD PROTO',
    submitter,
    commands: ['C: XFORWARD PROTO=ESMTP'],
  },
  {
    name: 'unknown-is-left-out',
    title: 'A name, address, port or protocol that is "unknown" is not sent; a HELO name of that form is',
    origins: [],
    offered: 'XFORWARD NAME ADDR PORT PROTO HELO',
    submitter: { name: 'unknown', address: 'UNKNOWN', port: 'unknown', protocol: 'Unknown', helo: 'unknown' },
    commands: ['C: XFORWARD HELO=unknown'],
  },
  {
    name: 'encoded-values',
    title: 'Values are xtext, in which only the plus sign, spaces, controls and 8-bit bytes are encoded',
    origins: [],
    offered: 'XFORWARD NAME HELO',
    submitter: { name: 'a+b=c', helo: 'grüße dich' },
    commands: ['C: XFORWARD NAME=a+2Bb=c', 'C: XFORWARD HELO=gr+C3+BC+C3+9Fe+20dich'],
  },
  {
    name: 'local-submission',
    title: 'A message of a local user has only the attributes that exist',
    origins: ['delivery-175'],
    offered: 'XFORWARD NAME ADDR PORT PROTO HELO SOURCE',
    submitter: { local: true },
    commands: ['C: XFORWARD SOURCE=LOCAL'],
  },
  {
    name: 'nothing-to-say',
    title: 'Without a single attribute that is known there is no XFORWARD',
    origins: ['delivery-175'],
    offered: 'XFORWARD NAME ADDR PORT PROTO HELO',
    submitter: { local: true },
    commands: [],
  },
] as const;

export default [
  scenario('envelope/xforward', {
    title: 'Two XFORWARD commands go before MAIL, in its pipelining group',
    clauses: ['postfix:smtp_send_xforward_command', 'postfix:delivery-6.4'],
    origins: ['delivery-173'],
    dns,
    hosts: { mx: mailHost({ extensions }) },
    config,
    send: message({ to, submitter }),
    expect: [
      delivered(to, { via: 'mx' }),
      dialogue('mx', [
        '...',
        nameAddress,
        protocolHelo,
        'C: MAIL FROM:<*',
        'C: RCPT TO:<*',
        'C: DATA',
        'S: 250 *',
        '...',
        'C: QUIT',
      ]),
      pipelined('mx', [['EHLO *'], ['XFORWARD *', 'XFORWARD *', 'MAIL *', 'RCPT *', 'DATA'], ['...']]),
    ],
  }),
  scenario('envelope/xforward-one-by-one', {
    title: 'Without PIPELINING each XFORWARD waits for its reply',
    clauses: ['postfix:smtp_send_xforward_command', 'postfix:delivery-6.1'],
    dns,
    hosts: { mx: mailHost({ extensions: extensions.slice(1) }) },
    config,
    send: message({ to, submitter }),
    expect: [
      delivered(to, { via: 'mx' }),
      dialogue('mx', [
        '...',
        nameAddress,
        'S: 250 2.0.0 Ok',
        protocolHelo,
        'S: 250 2.0.0 Ok',
        'C: MAIL*',
        '...',
        'C: QUIT',
      ]),
    ],
  }),
  ...selections.map(({ name, title, origins, offered, submitter: whose, commands }) =>
    scenario(`envelope/xforward-${name}`, {
      title,
      clauses: ['postfix:smtp_send_xforward_command', 'postfix:delivery-6.4'],
      origins,
      dns,
      hosts: { mx: mailHost({ extensions: ['PIPELINING', '8BITMIME', offered] }) },
      config,
      send: message({ to, submitter: whose }),
      expect: [
        delivered(to, { via: 'mx' }),
        dialogue('mx', ['...', `S: 250 ${offered}`, ...commands, 'C: MAIL FROM:<*', '...', 'C: QUIT']),
      ],
    }),
  ),
  scenario('envelope/xforward-not-asked-for', {
    title: 'Unless smtp_send_xforward_command=yes nobody is told where a message came from',
    clauses: ['postfix:smtp_send_xforward_command'],
    origins: ['field-UX07'],
    dns,
    hosts: {
      mx: mailHost({
        extensions: ['PIPELINING', 'XCLIENT NAME ADDR', 'XFORWARD NAME ADDR PROTO HELO SOURCE'],
      }),
    },
    send: message({ to, submitter }),
    expect: [
      delivered(to, { via: 'mx' }),
      dialogue('mx', ['...', 'S: 250 XFORWARD *', 'C: MAIL FROM:<*', '...', 'C: QUIT']),
    ],
  }),
  ...(['550 5.7.1 not for you', '450 4.3.0 not now'] as const).map((refusal) =>
    scenario(`envelope/xforward-refused-${refusal.slice(0, 3)}`, {
      title: `A server that answers XFORWARD with ${refusal.slice(0, 3)} gets the message all the same`,
      clauses: ['postfix:smtp_send_xforward_command', 'postfix:delivery-6.3'],
      origins: ['delivery-174'],
      dns,
      hosts: { mx: mailHost({ extensions, xforward: refusal }) },
      config,
      send: message({ to, submitter }),
      expect: [
        delivered(to, { via: 'mx' }),
        logged(
          `host mx.example.test[192.0.2.1]:25 said: ${refusal} (in reply to XFORWARD name/address command)`,
        ),
        logged(
          `host mx.example.test[192.0.2.1]:25 said: ${refusal} (in reply to XFORWARD helo/protocol command)`,
        ),
      ],
    }),
  ),
  scenario('envelope/xforward-discarded', {
    title: 'XFORWARD can be discarded as any other keyword',
    clauses: ['postfix:smtp_discard_ehlo_keywords', 'postfix:smtp_send_xforward_command'],
    dns,
    hosts: { mx: mailHost({ extensions }) },
    config: { ...config, smtp_discard_ehlo_keywords: 'xforward, silent-discard' },
    send: message({ to, submitter }),
    expect: [
      delivered(to, { via: 'mx' }),
      dialogue('mx', ['...', 'S: 250 XFORWARD *', 'C: MAIL FROM:<*', '...', 'C: QUIT']),
    ],
  }),
  ...([0, 1] as const).map((index) =>
    scenario(`envelope/xforward-unanswered-${index + 1}`, {
      title: `No answer to XFORWARD number ${index + 1} within smtp_xforward_timeout defers the message`,
      clauses: ['postfix:smtp_xforward_timeout', 'postfix:delivery-6.1'],
      dns,
      hosts: {
        mx: mailHost({
          extensions,
          faults: [{ at: 'xforward', count: index + 1, when: 'beforeReply', then: 'silent' }],
        }),
      },
      config: { ...config, smtp_xforward_timeout: '2s', smtp_helo_timeout: '30s' },
      send: message({ to, submitter }),
      expect: [
        deferred(to, {
          dsn: '4.4.2',
          reason: `conversation with mx.example.test[192.0.2.1] timed out while sending XFORWARD ${['name/address', 'protocol/helo_name'][index]}`,
        }),
        elapsed({ atLeast: '2s', atMost: '3s' }),
        connections('mx', 1),
      ],
    }),
  ),
  scenario('envelope/xforward-default-time-limit', {
    title: 'Each reply to XFORWARD may take 300 seconds',
    clauses: ['postfix:smtp_xforward_timeout', 'postfix:delivery-4.4'],
    dns,
    hosts: { mx: mailHost({ extensions, xforward: ['default', { then: 'silent' }] }) },
    config,
    send: message({ to, submitter }),
    expect: [
      deferred(to, { dsn: '4.4.2', reason: '*while sending XFORWARD protocol/helo_name' }),
      elapsed({ atLeast: '300s', atMost: '301s' }),
      connections('mx', 1),
    ],
    virtualOnly: 'waits five minutes',
  }),
  scenario('envelope/xforward-setup-time', {
    title: 'The time of the last XFORWARD reply counts as transmission: setup ends when MAIL is written',
    clauses: ['postfix:smtp_send_xforward_command', 'postfix:delivery-9.1'],
    dns,
    hosts: { mx: mailHost({ extensions, xforward: { delay: '2s' } }) },
    config,
    send: message({ to, submitter }),
    expect: [delivered(to, { via: 'mx' }), logged(/, delays=[\d.]+\/[\d.]+\/0[\d.]*\/4[\d.]*, /)],
  }),
  scenario('envelope/xforward-lmtp', {
    title: 'LMTP has XFORWARD with a parameter and a time limit of its own',
    clauses: ['postfix:smtp_send_xforward_command', 'postfix:smtp_xforward_timeout'],
    dns,
    hosts: {
      mx: mailHost({ protocol: 'lmtp', extensions, xforward: ['default', { then: 'silent' }] }),
    },
    config: { lmtp_send_xforward_command: 'yes', lmtp_xforward_timeout: '2s' },
    send: message({ to, submitter, service: 'lmtp', nexthop: 'mx.example.test' }),
    expect: [
      deferred(to, { dsn: '4.4.2', reason: '*while sending XFORWARD protocol/helo_name' }),
      dialogue('mx', ['...', nameAddress, protocolHelo, '...']),
      elapsed({ atLeast: '2s', atMost: '3s' }),
    ],
  }),
];
