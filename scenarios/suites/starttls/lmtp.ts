/** TLS of LMTP, over TCP and over local sockets (security reference 6, 7.1). */
import {
  bounced,
  connections,
  deferred,
  delivered,
  dialogue,
  type Expectation,
  elapsed,
  listening,
  logged,
  mailHost,
  message,
  noTls,
  notLogged,
  scenario,
} from '../../scenario.ts';
import {
  broken,
  dns,
  files,
  HANDSHAKE_FAILED,
  insideTls,
  inTheClear,
  issue,
  NO_TLS_RECORD,
  NOT_VERIFIED,
  named,
  parted,
  SERVER,
  secured,
  to,
} from './_server.ts';

const protocol = 'lmtp';
const inet = { to, service: 'lmtp', nexthop: 'inet:a.example.test' } as const;
const PATH = '/run/lmtp';
const local = { to, service: 'lmtp', nexthop: `unix:${PATH}` } as const;
const clauses = ['postfix:lmtp_tls_security_level'];
const may = { lmtp_tls_security_level: 'may' };
const encrypt = { lmtp_tls_security_level: 'encrypt' };
const trusting = { lmtp_tls_CAfile: '/run/ca.pem' };
const at = (host: ReturnType<typeof mailHost>) => ({ a: listening({ unix: PATH }, host) });
const inside: Expectation = insideTls('a', 'LHLO');
const clear: Expectation = inTheClear('a', 'LHLO');

export default [
  scenario('starttls/lmtp-may-offered', {
    title: 'LMTP: level may, and a server that offers STARTTLS gets the mail inside TLS',
    clauses,
    dns,
    hosts: { a: secured({}, { protocol }) },
    config: may,
    send: message(inet),
    expect: [delivered(to, { via: 'a' }), inside],
  }),
  scenario('starttls/lmtp-hello-refused-inside', {
    title: 'LMTP: a server that refuses LHLO inside TLS does not want to talk: there is no HELO',
    clauses,
    dns,
    hosts: { a: secured({}, { protocol, lhlo: ['default', '502 5.5.1 unknown'] }) },
    config: may,
    send: message({ ...inet, age: '1h' }),
    expect: [
      bounced(to, { dsn: '5.5.1', reason: `host ${SERVER} refused to talk to me: 502 5.5.1 unknown` }),
      dialogue('a', ['...', '{TLS}', 'C: LHLO client.test', 'S: 502 *', 'C: QUIT', '...']),
    ],
  }),
  scenario('starttls/lmtp-garbage-may-old', {
    title: 'LMTP: when a handshake fails, mail that has waited goes out in the clear',
    clauses: [...clauses, 'postfix:minimal_backoff_time'],
    dns,
    hosts: { a: broken({ protocol }) },
    config: may,
    send: message({ ...inet, age: '1h' }),
    expect: [
      delivered(to, { via: 'a' }),
      dialogue('a', ['...', 'C: STARTTLS', 'S: 220 *', '...']),
      clear,
      connections('a', 2),
      NO_TLS_RECORD,
      logged(HANDSHAKE_FAILED.reason),
    ],
  }),
  scenario('starttls/lmtp-silence', {
    title: 'LMTP: a server that does not answer STARTTLS is given up after lmtp_starttls_timeout',
    clauses: ['postfix:lmtp_starttls_timeout'],
    dns,
    hosts: { a: secured({}, { protocol, starttls: { then: 'silent' } }) },
    config: { ...may, lmtp_starttls_timeout: '2s' },
    send: message(inet),
    expect: [
      deferred(to, {
        dsn: '4.4.2',
        reason: `conversation with ${SERVER} timed out while receiving the STARTTLS response`,
      }),
      noTls('a'),
      elapsed({ atLeast: '2s', atMost: '3s' }),
    ],
  }),
  scenario('starttls/lmtp-offer-noted', {
    title: 'LMTP: level none, and an offer of STARTTLS is noted, if that is wanted',
    clauses: ['postfix:lmtp_tls_note_starttls_offer'],
    dns,
    hosts: { a: secured({}, { protocol }) },
    config: { lmtp_tls_security_level: 'none', lmtp_tls_note_starttls_offer: 'yes' },
    send: message(inet),
    expect: [delivered(to, { via: 'a' }), clear, logged('Host offered STARTTLS: [a.example.test]')],
  }),
  scenario('starttls/lmtp-local-may', {
    title: 'LMTP over a local socket: level may is level none, and the log says so',
    clauses,
    hosts: at(secured({}, { protocol })),
    config: may,
    send: message(local),
    expect: [
      delivered(to, { via: 'a' }),
      clear,
      logged('opportunistic TLS encryption is not appropriate for unix-domain destinations.'),
    ],
  }),
  scenario('starttls/lmtp-local-none', {
    title: 'LMTP over a local socket: level none is what it is',
    clauses,
    hosts: at(secured({}, { protocol })),
    config: { lmtp_tls_security_level: 'none' },
    send: message(local),
    expect: [delivered(to, { via: 'a' }), clear, notLogged('opportunistic TLS')],
  }),
  scenario('starttls/lmtp-local-encrypt', {
    title: 'LMTP over a local socket: level encrypt is TLS',
    clauses,
    hosts: at(secured({}, { protocol })),
    config: encrypt,
    send: message(local),
    expect: [delivered(to, { via: 'a' }), inside],
  }),
  scenario('starttls/lmtp-local-not-offered', {
    title: 'LMTP over a local socket: level encrypt takes no server without STARTTLS',
    clauses,
    hosts: at(mailHost({ protocol })),
    config: encrypt,
    send: message(local),
    expect: [
      deferred(to, {
        dsn: '4.7.4',
        reason: `TLS is required, but was not offered by host client.test[${PATH}]`,
      }),
      noTls('a'),
    ],
  }),
  scenario('starttls/lmtp-local-garbage', {
    title: 'LMTP over a local socket: a handshake that fails is not made up for',
    clauses,
    hosts: at(broken({ protocol })),
    config: encrypt,
    send: message({ ...local, age: '1h' }),
    expect: [deferred(to, HANDSHAKE_FAILED), connections('a', 1), NO_TLS_RECORD],
  }),
  ...(['verify', 'secure'] as const).flatMap((level) => [
    scenario(`starttls/lmtp-local-${level}`, {
      title: `LMTP over a local socket: at level ${level} the certificate has to name this host itself`,
      clauses,
      files,
      hosts: at(secured({ credential: issue('client.test') }, { protocol })),
      config: { lmtp_tls_security_level: level, ...trusting },
      send: message(local),
      expect: [delivered(to, { via: 'a' }), inside],
    }),
    scenario(`starttls/lmtp-local-${level}-wrong-name`, {
      title: `LMTP over a local socket: at level ${level} the name of another host is not enough`,
      clauses,
      files,
      hosts: at(secured({ credential: named }, { protocol })),
      config: { lmtp_tls_security_level: level, ...trusting },
      send: message(local),
      expect: [deferred(to, NOT_VERIFIED), parted()],
    }),
  ]),
];
