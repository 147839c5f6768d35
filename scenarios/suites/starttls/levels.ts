/** What each level makes of a server that offers STARTTLS, and of one that does not. */
import {
  authority,
  deferred,
  delivered,
  dialogue,
  logged,
  mailHost,
  message,
  scenario,
  zone,
} from '../../scenario.ts';

const dns = zone('example.test', { MX: '10 a', a: '192.0.2.1' });
const to = 'user@example.test';
const ca = authority('Example CA');
const credential = ca.issue('a.example.test');
const files = { '/run/ca.pem': ca.pem };

export default [
  scenario('starttls/may-offered', {
    title: 'Level may: a server that offers STARTTLS gets the mail inside TLS',
    clauses: ['postfix:smtp_tls_security_level'],
    dns,
    hosts: { a: mailHost({ tls: { credential } }) },
    config: { smtp_tls_security_level: 'may' },
    send: message({ to }),
    expect: [
      delivered(to),
      dialogue('a', [
        '...',
        'C: STARTTLS',
        'S: 220 *',
        '{TLS}',
        'C: EHLO client.test',
        '...',
        'C: QUIT',
        '...',
      ]),
    ],
  }),
  scenario('starttls/secure-matched', {
    title: 'Level secure: a certificate from a trusted authority that names the next hop is good',
    clauses: ['postfix:smtp_tls_security_level', 'postfix:smtp_tls_CAfile'],
    dns,
    files,
    hosts: { a: mailHost({ tls: { credential: ca.issue('example.test') } }) },
    config: { smtp_tls_security_level: 'secure', smtp_tls_CAfile: '/run/ca.pem' },
    send: message({ to }),
    expect: [
      delivered(to),
      dialogue('a', [
        '...',
        'C: STARTTLS',
        'S: 220 *',
        '{TLS}',
        'C: EHLO client.test',
        '...',
        'C: QUIT',
        '...',
      ]),
    ],
  }),
  scenario('starttls/secure-wrong-name', {
    title: 'Level secure: a certificate that does not name the next hop is not enough',
    clauses: ['postfix:smtp_tls_security_level'],
    dns,
    files,
    hosts: { a: mailHost({ tls: { credential } }) },
    config: {
      smtp_tls_security_level: 'secure',
      smtp_tls_CAfile: '/run/ca.pem',
      smtp_tls_secure_cert_match: 'other.test',
    },
    send: message({ to }),
    expect: [
      deferred(to, { dsn: '4.7.5', reason: 'Server certificate not verified' }),
      dialogue('a', ['...', 'C: STARTTLS', 'S: 220 *', '{TLS}', 'C: QUIT', '...']),
    ],
  }),
  scenario('starttls/engine-unavailable', {
    title: 'Level encrypt: a client whose TLS cannot be set up keeps the mail',
    clauses: ['postfix:smtp_tls_security_level', 'postfix:smtp_tls_CAfile'],
    dns,
    hosts: { a: mailHost({ tls: { credential } }) },
    config: { smtp_tls_security_level: 'encrypt', smtp_tls_CAfile: '/run/none.pem' },
    send: message({ to }),
    expect: [
      deferred(to, { dsn: '4.7.5', reason: 'TLS is required, but our TLS engine is unavailable' }),
      dialogue('a', ['S: 220 *', 'C: EHLO client.test', '...', 'C: QUIT', '...']),
      logged('cannot load Certification Authority data, CAfile="/run/none.pem": disabling TLS support'),
      logged('TLS library problem: error:'),
    ],
  }),
];
