/** RSET and QUIT: waiting for their replies delays the end, and changes nothing. */
import {
  bounced,
  connections,
  deferred,
  delivered,
  dialogue,
  dialogueHost,
  elapsed,
  expectClose,
  listening,
  logged,
  mailHost,
  message,
  notLogged,
  postfixOnly,
  scenario,
  zone,
} from '../../scenario.ts';

const dns = zone('example.test', { MX: '10 a', a: '192.0.2.1' });
const to = 'user@example.test';
const plain = ['8BITMIME'];
const lmtp = { service: 'lmtp', nexthop: 'unix:/run/lmtp' } as const;

const rsets = [
  { name: 'default', config: {}, limit: 20 },
  { name: 'set', config: { smtp_rset_timeout: '3s' }, limit: 3 },
];

export default [
  ...rsets.map(({ name, config, limit }) =>
    scenario(`time-limits/silent-rset-${name}`, {
      title: `After a refusal, a reply to RSET is awaited for ${limit} seconds; the recipient's fate is settled before`,
      clauses: ['rfc5321-4.3.2-07', 'postfix:smtp_rset_timeout'],
      dns,
      hosts: { a: mailHost({ extensions: plain, rcpt: '550 5.1.1 no', rset: { then: 'silent' } }) },
      config,
      send: message({ to }),
      expect: [
        bounced(to, { dsn: '5.1.1' }),
        logged(/delay=0(?:\.\d+)?, .*dsn=5\.1\.1/),
        notLogged('timed out'),
        postfixOnly(elapsed({ atLeast: `${limit}s`, atMost: `${limit + 1}s` })),
        dialogue('a', ['...', 'S: 550 *', 'C: RSET']),
      ],
      virtualOnly: `waits ${limit} seconds`,
    }),
  ),
  scenario('time-limits/lmtp-silent-rset', {
    title: 'LMTP has its own lmtp_rset_timeout',
    clauses: ['rfc2033-4-01', 'postfix:lmtp_rset_timeout'],
    hosts: {
      store: listening(
        { unix: '/run/lmtp' },
        mailHost({ protocol: 'lmtp', extensions: plain, mail: '451 4.3.0 later', rset: { then: 'silent' } }),
      ),
    },
    config: { lmtp_rset_timeout: '4s', smtp_rset_timeout: '1s' },
    send: message({ to, ...lmtp }),
    expect: [
      deferred(to, { dsn: '4.3.0' }),
      postfixOnly(elapsed({ atLeast: '4s', atMost: '5s' })),
      dialogue('store', ['...', 'C: MAIL *', 'S: 451 *', 'C: RSET']),
    ],
  }),
  scenario('time-limits/silent-quit-is-not-awaited', {
    title: 'By default nobody waits for the reply to QUIT',
    clauses: ['postfix:smtp_skip_quit_response'],
    dns,
    hosts: { a: mailHost({ quit: { then: 'silent' } }) },
    send: message({ to }),
    expect: [
      delivered(to, { via: 'a' }),
      dialogue('a', ['...', 'C: <content*', '...', 'C: QUIT', '...']),
      elapsed({ atMost: '1s' }),
    ],
  }),
  ...[
    { name: 'default', config: {}, limit: 300 },
    { name: 'set', config: { smtp_quit_timeout: '5s' }, limit: 5 },
  ].map(({ name, config, limit }) =>
    scenario(`time-limits/silent-quit-${name}`, {
      title: `With smtp_skip_quit_response=no the reply to QUIT is awaited for ${limit} seconds; the message counts as sent before`,
      clauses: [
        'rfc5321-4.1.1.10-02',
        'rfc5321-4.3.2-07',
        'postfix:smtp_skip_quit_response',
        'postfix:smtp_quit_timeout',
      ],
      dns,
      hosts: { a: mailHost({ quit: { then: 'silent' } }) },
      config: { ...config, smtp_skip_quit_response: 'no' },
      send: message({ to }),
      expect: [
        delivered(to, { via: 'a' }),
        logged(/delay=0(?:\.\d+)?, .*status=sent/),
        notLogged('timed out'),
        elapsed({ atLeast: `${limit}s`, atMost: `${limit + 1}s` }),
      ],
      virtualOnly: `waits ${limit} seconds`,
    }),
  ),
  scenario('time-limits/answered-quit', {
    title: 'With smtp_skip_quit_response=no a reply to QUIT ends the wait',
    clauses: ['rfc5321-4.1.1.10-02', 'postfix:smtp_skip_quit_response'],
    dns,
    hosts: { a: mailHost({ quit: { delay: '40s' } }) },
    config: { smtp_skip_quit_response: 'no' },
    send: message({ to }),
    expect: [
      delivered(to, { via: 'a' }),
      dialogue('a', ['...', 'C: QUIT', '...', 'S: 221 *', 'C: <close>']),
      elapsed({ atLeast: '40s', atMost: '41s' }),
    ],
    virtualOnly: 'waits forty seconds',
  }),
  scenario('time-limits/quit-after-a-refused-greeting', {
    title: 'With smtp_skip_quit_response=no the QUIT after a refusing greeting is awaited too',
    clauses: ['rfc5321-4.1.1.10-02', 'postfix:smtp_skip_quit_response', 'postfix:delivery-8.5'],
    dns,
    hosts: { a: dialogueHost(['S: 554 5.7.1 no', 'C: QUIT', expectClose()]) },
    config: { smtp_skip_quit_response: 'no', smtp_quit_timeout: '6s' },
    send: message({ to }),
    expect: [
      deferred(to, { dsn: '4.7.1' }),
      elapsed({ atLeast: '6s', atMost: '7s' }),
      notLogged('timed out'),
      connections('a', 1),
    ],
  }),
  ...[
    { name: 'default', config: {}, limit: 300 },
    { name: 'set', config: { lmtp_quit_timeout: '8s', smtp_quit_timeout: '1s' }, limit: 8 },
  ].map(({ name, config, limit }) =>
    scenario(`time-limits/lmtp-silent-quit-${name}`, {
      title: `LMTP waits for the reply to QUIT, ${limit} seconds, while the recipients are reported at once`,
      clauses: [
        'rfc2033-4-01',
        'rfc5321-4.1.1.10-02',
        'postfix:lmtp_quit_timeout',
        'postfix:lmtp_skip_quit_response',
        'postfix:delivery-10',
      ],
      hosts: {
        store: listening({ unix: '/run/lmtp' }, mailHost({ protocol: 'lmtp', quit: { then: 'silent' } })),
      },
      config,
      send: message({ to, ...lmtp }),
      expect: [
        delivered(to, { via: 'store' }),
        logged(/delay=0(?:\.\d+)?, .*status=sent/),
        elapsed({ atLeast: `${limit}s`, atMost: `${limit + 1}s` }),
      ],
      virtualOnly: `waits ${limit} seconds`,
    }),
  ),
  scenario('time-limits/lmtp-quit-is-not-awaited-on-demand', {
    title: 'With lmtp_skip_quit_response=yes LMTP does not wait for the reply to QUIT either',
    clauses: ['postfix:lmtp_skip_quit_response'],
    hosts: {
      store: listening({ unix: '/run/lmtp' }, mailHost({ protocol: 'lmtp', quit: { then: 'silent' } })),
    },
    config: { lmtp_skip_quit_response: 'yes' },
    send: message({ to, ...lmtp }),
    expect: [delivered(to, { via: 'store' }), elapsed({ atMost: '1s' })],
  }),
];
