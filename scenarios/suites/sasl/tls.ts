/** Authentication inside TLS: what is demanded of mechanisms there, and what they are bound to. */
import {
  authority,
  deferred,
  delivered,
  dialogue,
  logged,
  mailHost,
  message,
  scenario,
} from '../../scenario.ts';
import { credentials, dns, NO_MECHANISM, NONE_WORTHY, offering, PLAIN, said, to } from './_server.ts';

const ca = authority('Example CA');
const files = { '/run/ca.pem': ca.pem };
const tls = { credential: ca.issue('mx.example.test') };
const trusted = { smtp_tls_security_level: 'verify', smtp_tls_CAfile: '/run/ca.pem' };
const INSIDE = ['...', 'C: STARTTLS', 'S: 220 *', '{TLS}', 'C: EHLO client.test', '...'];

const binding = (name: string, title: string, more: Parameters<typeof mailHost>[0], header: string) =>
  scenario(`sasl/tls-${name}`, {
    title,
    clauses: ['postfix:smtp_sasl_auth_enable', 'rfc5802-6-01'],
    virtualOnly: 'Postfix does not tell Cyrus SASL of the channel',
    dns,
    hosts: { mx: mailHost({ tls, ...more }) },
    config: credentials('user:pass', { smtp_tls_security_level: 'encrypt' }),
    send: message({ to }),
    expect: [
      delivered(to),
      dialogue('mx', [
        ...INSIDE,
        `C: AUTH SCRAM-SHA-256-PLUS ${Buffer.from(header).toString('base64')}*`,
        'S: 334 *',
        'C: *',
        'S: 334 *',
        'C: ',
        'S: 235 *',
        'C: MAIL *',
        '...',
        'C: QUIT',
        '...',
      ]),
    ],
  });
const plus = { mechanisms: ['SCRAM-SHA-256', 'SCRAM-SHA-256-PLUS', 'PLAIN'], users: { user: 'pass' } };

export default [
  scenario('sasl/tls-plaintext', {
    title: 'Inside TLS passwords may be sent where they may not in the clear',
    clauses: ['postfix:smtp_sasl_tls_security_options', 'rfc4954-4-16'],
    origins: ['security-148'],
    dns,
    hosts: { mx: offering('PLAIN LOGIN', { tls, auth: '235 ok' }) },
    config: credentials('user:pass', {
      smtp_tls_security_level: 'encrypt',
      smtp_sasl_security_options: 'noplaintext, noanonymous',
      smtp_sasl_tls_security_options: 'noanonymous',
    }),
    send: message({ to }),
    expect: [
      delivered(to),
      dialogue('mx', [...INSIDE, `C: ${PLAIN}`, 'S: 235 ok', 'C: MAIL *', '...', 'C: QUIT', '...']),
    ],
  }),
  scenario('sasl/tls-plaintext-by-default', {
    title: 'Otherwise what is demanded in the clear is demanded inside TLS too',
    clauses: ['postfix:smtp_sasl_tls_security_options'],
    dns,
    hosts: { mx: offering('PLAIN LOGIN', { tls }) },
    config: credentials('user:pass', {
      smtp_tls_security_level: 'encrypt',
      smtp_sasl_security_options: 'noplaintext',
    }),
    send: message({ to }),
    expect: [
      deferred(to, { dsn: '4.7.0', reason: NO_MECHANISM }),
      logged(NONE_WORTHY),
      dialogue('mx', [...INSIDE, 'C: QUIT', '...']),
    ],
  }),
  ...(['encrypt', 'verify'] as const).map((level) =>
    scenario(`sasl/tls-verified-${level}`, {
      title: `Passwords may be sent to a server that has proved who it is: level ${level}`,
      clauses: ['postfix:smtp_sasl_tls_verified_security_options'],
      origins: ['security-149'],
      dns,
      files,
      hosts: { mx: offering('PLAIN', { tls, auth: '235 ok' }) },
      config: credentials('user:pass', {
        ...trusted,
        smtp_tls_security_level: level,
        smtp_sasl_tls_security_options: 'noplaintext',
        smtp_sasl_tls_verified_security_options: 'noanonymous',
      }),
      send: message({ to }),
      expect:
        level === 'verify'
          ? [
              delivered(to),
              dialogue('mx', [...INSIDE, `C: ${PLAIN}`, 'S: 235 ok', 'C: MAIL *', '...', 'C: QUIT', '...']),
            ]
          : [
              deferred(to, { dsn: '4.7.0', reason: NO_MECHANISM }),
              logged(NONE_WORTHY),
              dialogue('mx', [...INSIDE, 'C: QUIT', '...']),
            ],
    }),
  ),
  scenario('sasl/tls-offered-before-only', {
    title: 'What was offered before STARTTLS does not count inside TLS',
    clauses: ['postfix:smtp_sasl_auth_enable', 'rfc4954-3-02'],
    dns,
    hosts: { mx: offering('PLAIN', { tls: { ...tls, extensions: ['8BITMIME'] } }) },
    config: credentials('user:pass', { smtp_tls_security_level: 'encrypt' }),
    send: message({ to }),
    expect: [delivered(to), dialogue('mx', [...INSIDE, 'C: MAIL *', '...', 'C: QUIT', '...'])],
  }),
  scenario('sasl/tls-offered-inside-only', {
    title: 'What is offered only inside TLS is used there',
    clauses: ['postfix:smtp_sasl_auth_enable', 'rfc4954-3-02'],
    dns,
    hosts: {
      mx: mailHost({
        extensions: ['AUTH DIGEST-MD5', 'STARTTLS'],
        tls: { ...tls, extensions: ['AUTH PLAIN'] },
        auth: '535 5.7.8 no',
      }),
    },
    config: credentials('user:pass', { smtp_tls_security_level: 'encrypt' }),
    send: message({ to }),
    expect: [
      deferred(to, { dsn: '4.7.8', reason: said('535 5.7.8 no') }),
      dialogue('mx', [...INSIDE, `C: ${PLAIN}`, 'S: 535 5.7.8 no', 'C: QUIT', '...']),
    ],
  }),
  binding(
    'exporter',
    'SCRAM is bound to a connection with TLS 1.3 by key material that both ends can export',
    { sasl: plus },
    'p=tls-exporter,,n=user,r',
  ),
  binding(
    'unique',
    'SCRAM is bound to a connection with TLS 1.2 by what finished its handshake',
    { sasl: plus, tls: { ...tls, maxVersion: 'TLSv1.2' } },
    'p=tls-unique,,n=user,',
  ),
  scenario('sasl/tls-other-channel', {
    title: 'A server at the end of another channel does not accept a proof that is bound to this one',
    clauses: ['postfix:smtp_sasl_auth_enable', 'rfc5802-6-01'],
    virtualOnly: 'Postfix does not tell Cyrus SASL of the channel',
    dns,
    hosts: { mx: mailHost({ extensions: ['STARTTLS'], tls, sasl: { ...plus, lie: 'otherChannel' } }) },
    config: credentials('user:pass', { smtp_tls_security_level: 'encrypt' }),
    send: message({ to }),
    expect: [
      deferred(to, { dsn: '4.0.0', reason: said('535 authentication failed') }),
      dialogue('mx', [
        ...INSIDE,
        'C: AUTH SCRAM-SHA-256-PLUS *',
        'S: 334 *',
        'C: *',
        'S: 535 *',
        'C: QUIT',
        '...',
      ]),
    ],
  }),
  scenario('sasl/tls-binding-not-offered', {
    title: 'A client that could bind says so to a server that does not offer it',
    clauses: ['postfix:smtp_sasl_auth_enable', 'rfc5802-6-02'],
    virtualOnly: 'Postfix does not tell Cyrus SASL of the channel',
    dns,
    hosts: { mx: mailHost({ tls, sasl: { ...plus, mechanisms: ['SCRAM-SHA-256'] } }) },
    config: credentials('user:pass', { smtp_tls_security_level: 'encrypt' }),
    send: message({ to }),
    expect: [
      delivered(to),
      // y,,n=user,r=
      dialogue('mx', [...INSIDE, 'C: AUTH SCRAM-SHA-256 eSwsbj11c2VyLHI9*', '...', 'C: QUIT', '...']),
    ],
  }),
  scenario('sasl/tls-lmtp', {
    title: 'LMTP: inside TLS, and to a server that has proved who it is, other mechanisms will do',
    clauses: ['postfix:lmtp_sasl_tls_security_options', 'postfix:lmtp_sasl_tls_verified_security_options'],
    dns,
    files,
    hosts: { mx: offering('PLAIN', { protocol: 'lmtp', tls, auth: '235 ok' }) },
    config: {
      lmtp_sasl_auth_enable: 'yes',
      lmtp_sasl_password_maps: 'inline:{ mx.example.test=user:pass }',
      lmtp_tls_security_level: 'verify',
      lmtp_tls_CAfile: '/run/ca.pem',
      lmtp_sasl_tls_security_options: 'noplaintext',
      lmtp_sasl_tls_verified_security_options: 'noanonymous',
    },
    send: message({ to, service: 'lmtp', nexthop: 'inet:mx.example.test' }),
    expect: [
      delivered(to),
      dialogue('mx', [
        '...',
        '{TLS}',
        'C: LHLO client.test',
        '...',
        `C: ${PLAIN}`,
        'S: 235 ok',
        '...',
        'C: QUIT',
        '...',
      ]),
    ],
  }),
  scenario('sasl/tls-lmtp-encrypted', {
    title: 'LMTP: what is demanded inside TLS differs from what is demanded in the clear',
    clauses: ['postfix:lmtp_sasl_tls_security_options'],
    dns,
    hosts: { mx: offering('PLAIN', { protocol: 'lmtp', tls, auth: '235 ok' }) },
    config: {
      lmtp_sasl_auth_enable: 'yes',
      lmtp_sasl_password_maps: 'inline:{ mx.example.test=user:pass }',
      lmtp_tls_security_level: 'encrypt',
      lmtp_sasl_tls_security_options: 'noanonymous',
    },
    send: message({ to, service: 'lmtp', nexthop: 'inet:mx.example.test' }),
    expect: [
      delivered(to),
      dialogue('mx', [
        '...',
        '{TLS}',
        'C: LHLO client.test',
        '...',
        `C: ${PLAIN}`,
        'S: 235 ok',
        '...',
        'C: QUIT',
        '...',
      ]),
    ],
  }),
];
