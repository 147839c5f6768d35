/** TLS from the first byte on (security reference 6, 7.1): smtp_tls_wrappermode, and its twin for LMTP. */
import {
  connections,
  deferred,
  delivered,
  dialogue,
  logged,
  mailHost,
  message,
  noTls,
  notLogged,
  scenario,
  selfSigned,
  tlsSession,
  verifies,
} from '../../scenario.ts';
import {
  dns,
  files,
  HANDSHAKE_FAILED,
  issue,
  NO_TLS_RECORD,
  NOT_VERIFIED,
  SERVER,
  to,
} from '../starttls/_server.ts';

const PORT = 465;
const credential = selfSigned('a.example.test');
const wrapped = mailHost({ tls: { wrapper: true, credential } });
const config = { smtp_tls_security_level: 'encrypt', smtp_tls_wrappermode: 'yes' };
const send = message({ to, nexthop: `[a.example.test]:${PORT}` });
const lmtp = message({ to, service: 'lmtp', nexthop: `inet:a.example.test:${PORT}` });
const UNAVAILABLE = { dsn: '4.3.0', reason: 'server unavailable or unable to receive mail' };

const converses = (hello: string) =>
  dialogue('a', [
    '{TLS}',
    'S: 220 *',
    `C: ${hello} client.test`,
    '...',
    'C: MAIL FROM:*',
    '...',
    'C: QUIT',
    '...',
  ]);

export default [
  scenario('wrapper/encrypt', {
    title: 'In wrapper mode TLS comes before the greeting, and STARTTLS is never said',
    clauses: ['postfix:smtp_tls_wrappermode', 'rfc8314-3.3-01', 'rfc8314-3.3-03'],
    origins: ['security-61', 'field-TL18'],
    dns,
    hosts: { a: wrapped },
    config,
    send,
    expect: [
      delivered(to, { via: 'a', relay: `${SERVER}:465` }),
      verifies('rfc8314-3.3-01', converses('EHLO')),
      tlsSession('a', { sni: undefined }),
      notLogged('SMTPS wrappermode'),
    ],
  }),
  scenario('wrapper/lmtp-encrypt', {
    title: 'LMTP: in wrapper mode TLS comes before the greeting',
    clauses: ['postfix:lmtp_tls_wrappermode'],
    dns,
    hosts: { a: mailHost({ protocol: 'lmtp', port: PORT, tls: { wrapper: true, credential } }) },
    config: { lmtp_tls_security_level: 'encrypt', lmtp_tls_wrappermode: 'yes' },
    send: lmtp,
    expect: [delivered(to, { via: 'a' }), converses('LHLO')],
  }),
  ...['none', 'may'].map((level) =>
    scenario(`wrapper/${level}`, {
      title: `Wrapper mode at level ${level} rules out every server`,
      clauses: ['postfix:smtp_tls_wrappermode'],
      origins: ['security-62'],
      dns,
      hosts: { a: wrapped },
      config: { smtp_tls_security_level: level, smtp_tls_wrappermode: 'yes' },
      send,
      expect: [
        deferred(to, UNAVAILABLE),
        connections('a', 0),
        logged('smtp_tls_wrappermode requires "smtp_tls_security_level = encrypt" (or stronger)'),
      ],
    }),
  ),
  scenario('wrapper/lmtp-may', {
    title: 'LMTP: wrapper mode at level may rules out every server',
    clauses: ['postfix:lmtp_tls_wrappermode'],
    dns,
    hosts: { a: mailHost({ protocol: 'lmtp', port: PORT, tls: { wrapper: true, credential } }) },
    config: { lmtp_tls_security_level: 'may', lmtp_tls_wrappermode: 'yes' },
    send: lmtp,
    expect: [
      deferred(to, UNAVAILABLE),
      connections('a', 0),
      logged('lmtp_tls_wrappermode requires "lmtp_tls_security_level = encrypt" (or stronger)'),
    ],
  }),
  scenario('wrapper/plain-server', {
    title: 'Wrapper mode comes to nothing with a server that speaks in the clear',
    clauses: ['postfix:smtp_tls_wrappermode', 'rfc8314-3.3-01'],
    origins: ['security-63', 'field-TL19'],
    dns,
    hosts: { a: mailHost({ tls: { wrapper: true, credential, handshake: { instead: '220 a ESMTP\r\n' } } }) },
    config,
    send,
    expect: [deferred(to, HANDSHAKE_FAILED), noTls('a'), connections('a', 1), NO_TLS_RECORD],
  }),
  scenario('wrapper/greeting-554', {
    title: 'Wrapper mode: a server that refuses to talk inside TLS leaves the mail to the next one',
    clauses: ['postfix:smtp_tls_wrappermode', 'postfix:smtp_skip_5xx_greeting'],
    origins: ['security-64'],
    dns,
    hosts: { a: mailHost({ greeting: '554 5.7.1 no', tls: { wrapper: true, credential } }) },
    config,
    send,
    expect: [
      deferred(to, { dsn: '4.7.1', reason: `host ${SERVER} refused to talk to me: 554 5.7.1 no` }),
      dialogue('a', ['{TLS}', 'S: 554 5.7.1 no', 'C: QUIT', '...']),
    ],
  }),
  scenario('wrapper/secure-wrong-name', {
    title: 'Wrapper mode: to a certificate with another name nothing is said but QUIT',
    clauses: ['postfix:smtp_tls_wrappermode', 'rfc8314-3.3-02', 'rfc8314-5.3-01'],
    origins: ['security-65'],
    dns,
    files,
    hosts: {
      a: mailHost({ greeting: { then: 'silent' }, tls: { wrapper: true, credential: issue('other.test') } }),
    },
    config: { ...config, smtp_tls_security_level: 'secure', smtp_tls_CAfile: '/run/ca.pem' },
    send,
    expect: [deferred(to, NOT_VERIFIED), dialogue('a', ['{TLS}', 'C: QUIT', '...'])],
    tolerates: { 'rfc5321-4.3.1-02': 'the certificate is looked at before the greeting is read' },
  }),
  scenario('wrapper/port-465-without', {
    title: 'Without wrapper mode nobody speaks first on port 465, which the log explains',
    clauses: ['postfix:smtp_tls_wrappermode'],
    origins: ['security-66'],
    dns,
    hosts: { a: wrapped },
    config: { smtp_tls_security_level: 'encrypt', smtp_helo_timeout: '2s' },
    send,
    expect: [
      deferred(to, {
        dsn: '4.4.2',
        reason: `conversation with ${SERVER} timed out while receiving the initial server greeting`,
      }),
      noTls('a'),
      connections('a', 1),
      logged(
        'SMTPS wrappermode (TCP port 465) requires setting "smtp_tls_wrappermode = yes", and "smtp_tls_security_level = encrypt" (or stronger)',
      ),
    ],
  }),
  scenario('wrapper/port-465-without-hint', {
    title: 'Without wrapper mode port 465 is not explained where hints are unwanted',
    clauses: ['postfix:helpful_warnings'],
    dns,
    hosts: { a: mailHost({ port: PORT }) },
    config: { smtp_tls_security_level: 'none', helpful_warnings: 'no' },
    send,
    expect: [delivered(to, { via: 'a' }), notLogged('SMTPS wrappermode')],
  }),
];
