/** What becomes of a connection while nobody uses it, and how that is found out. */
import {
  connections,
  delivered,
  dialogue,
  elapsed,
  mailHost,
  message,
  notLogged,
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

export default [
  ...[
    { name: '450', rset: '450 4.3.0 not now', said: ['S: 450 4.3.0 not now'] },
    { name: '500', rset: '500 5.5.1 what?', said: ['S: 500 5.5.1 what?'] },
    { name: '354', rset: '354 go on', said: ['S: 354 go on'] },
    {
      name: '421',
      rset: { reply: '421 4.4.2 too late', then: 'close' as const },
      said: ['S: 421 4.4.2 too late'],
    },
    { name: 'closed', rset: { then: 'close' as const }, said: [] },
    { name: 'reset', rset: { then: 'reset' as const }, said: [] },
    { name: 'cut-short', rset: { reply: '250-half an', then: 'close' as const }, said: ['S: 250-half an'] },
    { name: 'garbage', rset: { reply: 'yes?', then: 'close' as const }, said: ['S: yes?'] },
  ].map(({ name, rset, said }) =>
    scenario(`reuse/probe-${name}`, {
      title: 'A kept connection whose RSET fails is closed without a word, and a new one takes its place',
      clauses: ['postfix:delivery-4.5'],
      origins: name === '500' ? ['delivery-213'] : [],
      dns,
      hosts: { mx: mailHost({ rset, extensions: [] }) },
      send: [first, second],
      expect: [
        delivered(to, { via: 'mx' }),
        delivered(to, { via: 'mx' }),
        connections('mx', 2),
        dialogue('mx', ['...', 'C: <content*', 'S: 250 *', 'C: RSET', ...said]),
        notLogged('conn_use'),
        notLogged('lost connection'),
      ],
      tolerates,
    }),
  ),
  scenario('reuse/probe-silence', {
    title: 'smtp_rset_timeout ends the wait for a server that does not answer RSET',
    clauses: ['postfix:smtp_rset_timeout', 'postfix:delivery-4.5'],
    dns,
    hosts: { mx: mailHost({ rset: { then: 'silent' } }) },
    config: { smtp_rset_timeout: '2s' },
    send: [first, second],
    expect: [
      delivered(to, { via: 'mx' }),
      delivered(to, { via: 'mx' }),
      connections('mx', 2),
      elapsed({ atLeast: '2s', atMost: '4s' }),
      notLogged('conn_use'),
    ],
    tolerates,
  }),
  scenario('reuse/probe-garbage-then-yes', {
    title: 'A kept connection that answers RSET with garbage and 250 is used once more and then ended',
    clauses: ['postfix:delivery-4.6', 'postfix:delivery-8.6'],
    dns,
    hosts: { mx: mailHost({ extensions: [], rset: 'yes?\n250 Ok' }) },
    send: [first, second, second],
    expect: [
      ...[1, 2, 3].map(() => delivered(to, { via: 'mx' })),
      connections('mx', 2),
      dialogue('mx', ['...', 'C: RSET', 'S: yes?', 'S: 250 Ok', 'C: MAIL *', '...', 'C: QUIT']),
    ],
    tolerates,
  }),
  scenario('reuse/peer-closes-idle', {
    title: 'A server that says 421 to an idle connection and closes it costs nothing but a new connection',
    clauses: ['postfix:delivery-4.5'],
    origins: ['delivery-214', 'field-RU05'],
    dns,
    hosts: { mx: mailHost({ idleTimeout: '300ms' }) },
    send: [first, message({ to, reuse: 'load', after: '700ms' })],
    expect: [
      delivered(to, { via: 'mx' }),
      delivered(to, { via: 'mx' }),
      connections('mx', 2),
      notLogged('conn_use'),
      notLogged('lost connection'),
    ],
  }),
  ...(['close', 'reset'] as const).map((then) =>
    scenario(`reuse/peer-gone-after-data-${then}`, {
      title: 'A connection that the server ended right after it took the message is not used again',
      clauses: ['postfix:delivery-4.5'],
      dns,
      hosts: {
        mx: mailHost({
          faults: [
            // Once the client has read the reply to its message, nothing is lost by a reset.
            { at: 'rset', connection: 1, when: 'beforeReply', then },
          ],
        }),
      },
      send: [first, message({ to, reuse: 'both', after: '300ms' })],
      expect: [delivered(to, { via: 'mx' }), delivered(to, { via: 'mx' }), connections('mx', 2)],
      tolerates,
    }),
  ),
  scenario('reuse/idle-too-long', {
    title: 'A connection idle for smtp_connection_cache_time_limit is closed without QUIT',
    clauses: ['postfix:smtp_connection_cache_time_limit', 'postfix:delivery-4.6'],
    origins: ['delivery-215'],
    dns,
    hosts: { mx: mailHost() },
    config: { smtp_connection_cache_time_limit: '1s' },
    send: [first, message({ to, reuse: 'both', after: '1500ms' })],
    expect: [
      delivered(to, { via: 'mx' }),
      delivered(to, { via: 'mx' }),
      connections('mx', 2),
      dialogue('mx', ['...', 'C: <content*', 'S: 250 *', 'C: <close>', '...']),
      notLogged('conn_use'),
    ],
    tolerates,
  }),
  scenario('reuse/lmtp-idle-too-long', {
    title: 'lmtp_connection_cache_time_limit is the one for LMTP',
    clauses: ['postfix:lmtp_connection_cache_time_limit'],
    dns,
    hosts: { mx: mailHost({ protocol: 'lmtp' }) },
    config: { lmtp_connection_cache_time_limit: '1s', smtp_connection_cache_time_limit: '10s' },
    send: ['0s', '1500ms'].map((after) =>
      message({ service: 'lmtp', nexthop: 'inet:[mx.example.test]', to, reuse: 'both', after }),
    ),
    expect: [delivered(to, { via: 'mx' }), delivered(to, { via: 'mx' }), connections('mx', 2)],
    tolerates,
  }),
  scenario('reuse/idle-limit-is-capped', {
    title: 'connection_cache_ttl_limit caps what smtp_connection_cache_time_limit asks for',
    clauses: ['postfix:connection_cache_ttl_limit'],
    dns,
    hosts: { mx: mailHost() },
    config: { smtp_connection_cache_time_limit: '100s' },
    send: [first, message({ to, reuse: 'both', after: '3s' })],
    expect: [delivered(to, { via: 'mx' }), delivered(to, { via: 'mx' }), connections('mx', 2)],
    tolerates,
  }),
  scenario('reuse/idle-limits-raised', {
    title: 'With both limits raised a connection waits longer',
    clauses: ['postfix:connection_cache_ttl_limit', 'postfix:smtp_connection_cache_time_limit'],
    dns,
    hosts: { mx: mailHost() },
    config: { smtp_connection_cache_time_limit: '100s', connection_cache_ttl_limit: '60s' },
    send: [first, message({ to, reuse: 'both', after: '59s' }), message({ to, reuse: 'both', after: '61s' })],
    expect: [...[1, 2, 3].map(() => delivered(to, { via: 'mx' })), connections('mx', 2)],
    tolerates,
    virtualOnly: 'the one cache of a Postfix cannot be configured for a single scenario',
  }),
];
