/** How often and how long a connection may be used. */
import {
  connections,
  delivered,
  dialogue,
  logged,
  mailHost,
  message,
  notLogged,
  pipelined,
  scenario,
  zone,
} from '../../scenario.ts';

const dns = zone('example.test', { MX: '10 mx', mx: '192.0.2.1' });
const to = 'user@example.test';
const first = message({ to, reuse: 'both' });
const second = message({ to, reuse: 'both', after: '100ms' });
const tolerates = {
  'rfc5321-4.1.1.10-01': 'Postfix closes connections that nobody uses any more without QUIT',
};
const inOneGroup = [['MAIL *', 'RCPT *', 'DATA']];

export default [
  scenario('reuse/count-limit', {
    title: 'With smtp_connection_reuse_count_limit=1 the second use ends with QUIT, pipelined behind the dot',
    clauses: ['postfix:smtp_connection_reuse_count_limit', 'postfix:delivery-4.6'],
    origins: ['delivery-216'],
    dns,
    hosts: { mx: mailHost() },
    config: { smtp_connection_reuse_count_limit: '1' },
    send: [first, second, second],
    expect: [
      ...[1, 2, 3].map(() => delivered(to, { via: 'mx' })),
      connections('mx', 2),
      pipelined('mx', [['EHLO *'], ...inOneGroup, ['.'], ['RSET'], ...inOneGroup, ['.', 'QUIT']]),
      logged('conn_use=2, '),
      notLogged('conn_use=3'),
    ],
    tolerates,
  }),
  scenario('reuse/lmtp-count-limit', {
    title: 'lmtp_connection_reuse_count_limit is the one for LMTP',
    clauses: ['postfix:lmtp_connection_reuse_count_limit'],
    dns,
    hosts: { mx: mailHost({ protocol: 'lmtp' }) },
    config: { lmtp_connection_reuse_count_limit: '2', smtp_connection_reuse_count_limit: '1' },
    send: ['0s', '100ms', '100ms', '100ms'].map((after) =>
      message({ service: 'lmtp', nexthop: 'inet:[mx.example.test]', to, reuse: 'both', after }),
    ),
    expect: [
      ...[1, 2, 3, 4].map(() => delivered(to, { via: 'mx' })),
      connections('mx', 2),
      logged('conn_use=3, '),
    ],
    tolerates,
  }),
  ...[
    { name: 'at-data', late: { rset: { reply: 'default', delay: '2500ms' } }, end: [['.', 'QUIT']] },
    {
      name: 'at-dot',
      late: { data: ['default', { reply: 'default', delay: '2500ms' }, 'default'] },
      end: [['.'], ['QUIT']],
    },
  ].map(({ name, late, end }) =>
    scenario(`reuse/time-limit-${name}`, {
      title:
        'A connection that is too old ends with QUIT: behind the final dot if it was when DATA had been sent',
      clauses: ['postfix:smtp_connection_reuse_time_limit', 'postfix:delivery-4.6'],
      origins: ['delivery-217'],
      dns,
      hosts: { mx: mailHost(late) },
      config: { smtp_connection_reuse_time_limit: '1s' },
      send: [first, second, second],
      expect: [
        ...[1, 2, 3].map(() => delivered(to, { via: 'mx' })),
        connections('mx', 2),
        pipelined('mx', [['EHLO *'], ...inOneGroup, ['.'], ['RSET'], ...inOneGroup, ...end]),
      ],
      tolerates,
    }),
  ),
  scenario('reuse/time-limit-after-dot', {
    title:
      'A connection that gets too old while the reply to the content is awaited ends with QUIT afterwards',
    clauses: ['postfix:smtp_connection_reuse_time_limit', 'postfix:delivery-4.3'],
    dns,
    hosts: { mx: mailHost({ endOfData: { reply: 'default', delay: '2500ms' } }) },
    config: { smtp_connection_reuse_time_limit: '1s' },
    send: [first],
    expect: [
      delivered(to, { via: 'mx' }),
      pipelined('mx', [['EHLO *'], ...inOneGroup, ['.'], ['QUIT']]),
      dialogue('mx', ['...', 'C: <content*', 'S: 250 *', 'C: QUIT']),
    ],
  }),
  scenario('reuse/lmtp-time-limit', {
    title: 'lmtp_connection_reuse_time_limit is the one for LMTP, whose QUIT is answered before the end',
    clauses: ['postfix:lmtp_connection_reuse_time_limit'],
    dns,
    hosts: { mx: mailHost({ protocol: 'lmtp', endOfData: { reply: 'default', delay: '2500ms' } }) },
    config: { lmtp_connection_reuse_time_limit: '1s' },
    send: [message({ service: 'lmtp', nexthop: 'inet:[mx.example.test]', to, reuse: 'both' })],
    expect: [
      delivered(to, { via: 'mx' }),
      dialogue('mx', ['...', 'C: <content*', 'S: 250 *', 'C: QUIT', 'S: 221 *', '...']),
    ],
  }),
  scenario('reuse/time-limit-of-minutes', {
    title: 'A connection is used for five minutes, counted from connecting',
    clauses: ['postfix:smtp_connection_reuse_time_limit'],
    dns,
    hosts: { mx: mailHost() },
    config: { connection_cache_ttl_limit: '1h', smtp_connection_cache_time_limit: '1h' },
    send: [
      first,
      message({ to, reuse: 'both', after: '299s' }),
      message({ to, reuse: 'both', after: '2s' }),
      second,
    ],
    expect: [
      ...[1, 2, 3, 4].map(() => delivered(to, { via: 'mx' })),
      connections('mx', 2),
      dialogue('mx', ['...', 'C: <content*', 'C: QUIT', 'S: 250 *', '...']),
      logged('conn_use=3, '),
    ],
    tolerates,
    virtualOnly: 'waits five minutes',
  }),
];
