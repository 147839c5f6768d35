/** Configurations that demand TLS. */
import { deferred, dialogue, mailHost, message, scenario, zone } from '../../scenario.ts';

const dns = zone('example.test', { MX: '10 a', a: '192.0.2.1' });
const to = 'user@example.test';
const relay = 'a.example.test[192.0.2.1]:25';
const notOffered = 'TLS is required, but was not offered by host a.example.test[192.0.2.1]';

export default [
  scenario('greeting/tls-required-not-offered', {
    title: 'Level encrypt: a server that offers no TLS gets no mail',
    clauses: ['postfix:smtp_tls_security_level'],
    dns,
    hosts: { a: mailHost() },
    config: { smtp_tls_security_level: 'encrypt' },
    send: message({ to }),
    expect: [
      deferred(to, { dsn: '4.7.4', relay, reason: notOffered }),
      dialogue('a', ['S: 220 *', 'C: EHLO client.test', '...', 'C: QUIT']),
    ],
  }),
  scenario('greeting/tls-enforced-not-offered', {
    title: 'The old way to demand TLS: a server that offers none gets no mail',
    clauses: ['postfix:smtp_enforce_tls'],
    dns,
    hosts: { a: mailHost() },
    config: { smtp_tls_security_level: '', smtp_enforce_tls: 'yes' },
    send: message({ to }),
    expect: [
      deferred(to, { dsn: '4.7.4', relay, reason: notOffered }),
      dialogue('a', ['S: 220 *', 'C: EHLO client.test', '...', 'C: QUIT']),
    ],
  }),
];
