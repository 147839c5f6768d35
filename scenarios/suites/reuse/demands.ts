/** Connections that were kept for mail of which less was demanded (security reference 13, 17). */
import {
  bounced,
  connections,
  deferred,
  delivered,
  logged,
  mailHost,
  message,
  noTls,
  scenario,
  zone,
} from '../../scenario.ts';

const first = 'first@example.test';
const second = 'second@example.test';
const dns = zone('example.test', { MX: '10 mx', mx: '192.0.2.1' });
const reuse = 'both';
/** The first connection is in the cache then. */
const after = '100ms';
const tolerates = {
  'rfc5321-4.1.1.10-01': 'Postfix closes connections that nobody uses any more without QUIT',
};

export default [
  scenario('reuse/requiretls-after-plain', {
    title: 'A message that requires TLS does not go over a connection that was kept without',
    clauses: ['postfix:requiretls_enable', 'postfix:smtp_requiretls_policy'],
    dns,
    tolerates,
    hosts: { mx: mailHost() },
    config: { requiretls_enable: 'yes', smtp_requiretls_policy: 'enforce', smtp_tls_security_level: 'none' },
    send: [message({ to: first, reuse }), message({ to: second, reuse, after, requiretls: true })],
    expect: [
      delivered(first, { via: 'mx' }),
      bounced(second, { dsn: '5.7.10' }),
      connections('mx', 1),
      logged('disables certificate matching'),
    ],
  }),
  scenario('reuse/policy-after-tls-not-required', {
    title: 'A connection that was kept for mail without a wish for TLS does for no other mail',
    clauses: ['postfix:tls_required_enable', 'postfix:smtp_tls_policy_maps'],
    dns,
    tolerates,
    hosts: { mx: mailHost() },
    config: { tls_required_enable: 'yes', smtp_tls_policy_maps: 'inline:{ example.test=encrypt }' },
    send: [
      message({ to: first, reuse, headers: { 'TLS-Required': 'no' } }),
      message({ to: second, reuse, after }),
    ],
    expect: [delivered(first, { via: 'mx' }), deferred(second, { dsn: '4.7.4' }), noTls('mx')],
  }),
];
