/** The `tls=` field of the line about an outcome: the level that was wished for, and what came of it (security reference 14). */
import {
  authority,
  bounced,
  connections,
  deferred,
  delivered,
  listening,
  logged,
  mailHost,
  message,
  noTls,
  notLogged,
  type Scenario,
  scenario,
  tlsa,
  tlsSession,
  zone,
} from '../../scenario.ts';

const to = 'user@example.test';
const ca = authority('Example CA');
const files = { '/run/ca.pem': ca.pem };
const good = ca.issue('mx.example.test');
const plain = mailHost({ extensions: [] });
const tls = mailHost({ tls: { credential: good } });
const clauses = ['postfix:smtp_log_tls_feature_status'];
const send = message({ to });
const unverified = logged('certificate verification failed for mx.example.test[192.0.2.1]:25');
const libraryProblem = logged('TLS library problem: ');

function zoneWith(record?: string, authenticated: boolean | { readonly MX: boolean } = true) {
  return zone('example.test', {
    '@': { MX: '10 mx', ...(typeof authenticated === 'object' && { ad: authenticated }) },
    mx: '192.0.2.1',
    ...(record !== undefined && { '_25._tcp.mx': { TLSA: record } }),
    ad: authenticated !== false,
  });
}

/** Between `delays=` and `dsn=`. */
const status = (text: string) => logged(`, tls=${text}, dsn=`);
const config = (level: string, more: Readonly<Record<string, string>> = {}) => ({
  smtp_log_tls_feature_status: 'yes',
  smtp_tls_security_level: level,
  smtp_tls_CAfile: '/run/ca.pem',
  ...more,
});
const dane = (level: string) => config(level, { smtp_dns_support_level: 'dnssec' });
const dns = zoneWith(undefined, false);
const common = { clauses, dns, files, send };

export default [
  ...['may', 'encrypt', 'verify'].map(
    (level): Scenario =>
      scenario(`tls-status/${level}`, {
        ...common,
        title: `TLS at level ${level}: tls=${level}`,
        hosts: { mx: tls },
        config: config(level),
        expect: [delivered(to), tlsSession('mx'), status(level)],
      }),
  ),

  scenario('tls-status/secure', {
    ...common,
    title: 'TLS at level secure: tls=secure',
    hosts: { mx: tls },
    config: config('secure', { smtp_tls_secure_cert_match: 'hostname' }),
    expect: [delivered(to), tlsSession('mx'), status('secure')],
  }),

  scenario('tls-status/may-not-offered', {
    ...common,
    title: 'In the clear at level may: tls=may:none',
    hosts: { mx: plain },
    config: config('may'),
    expect: [delivered(to), noTls('mx'), status('may:none')],
  }),

  scenario('tls-status/may-refused', {
    ...common,
    title: 'In the clear at level may after STARTTLS was refused: tls=may:none',
    hosts: { mx: mailHost({ tls: {}, starttls: '454 4.7.0 not now' }) },
    config: config('may'),
    expect: [delivered(to), noTls('mx'), status('may:none')],
  }),

  scenario('tls-status/may-fallback', {
    ...common,
    title: 'In the clear at level may after a handshake that failed: tls=may:none',
    hosts: { mx: mailHost({ tls: { handshake: { alert: 40 } } }) },
    config: config('may'),
    send: message({ to, age: '1h' }),
    expect: [delivered(to), connections('mx', 2), libraryProblem, status('may:none')],
  }),

  scenario('tls-status/none', {
    ...common,
    title: 'Level none: tls=none',
    hosts: { mx: tls },
    config: config('none'),
    expect: [delivered(to), noTls('mx'), status('none')],
  }),

  scenario('tls-status/not-offered', {
    ...common,
    title: 'TLS that is demanded and not offered: tls=!encrypt',
    hosts: { mx: plain },
    config: config('encrypt'),
    expect: [deferred(to, { dsn: '4.7.4' }), noTls('mx'), status('!encrypt')],
  }),

  scenario('tls-status/refused', {
    ...common,
    title: 'TLS that is demanded and refused: tls=!encrypt',
    hosts: { mx: mailHost({ tls: {}, starttls: '554 5.7.0 never' }) },
    config: config('encrypt'),
    expect: [bounced(to, { dsn: '5.7.0' }), noTls('mx'), status('!encrypt')],
  }),

  scenario('tls-status/not-verified', {
    ...common,
    title: 'A certificate that does not match: tls=!secure',
    hosts: { mx: mailHost({ tls: { credential: ca.issue('other.test') } }) },
    config: config('secure'),
    expect: [deferred(to, { dsn: '4.7.5' }), tlsSession('mx'), unverified, status('!secure')],
  }),

  scenario('tls-status/handshake', {
    ...common,
    title: 'A handshake that failed decides nothing: tls=encrypt?',
    hosts: { mx: mailHost({ tls: { handshake: { alert: 40 } } }) },
    config: config('encrypt'),
    expect: [deferred(to, { dsn: '4.7.5' }), connections('mx', 1), libraryProblem, status('encrypt?')],
  }),

  scenario('tls-status/not-connected', {
    ...common,
    title: 'A server that was never connected to decides nothing: tls=may?',
    network: { mx: 'refused' },
    config: config('may'),
    expect: [
      deferred(to, { dsn: '4.4.1' }),
      logged('connect to mx.example.test[192.0.2.1]:25: Connection refused'),
      status('may?'),
    ],
  }),

  scenario('tls-status/no-host', {
    ...common,
    title: 'Where no server was looked at there is nothing to tell',
    dns: zone('other.test', {}),
    config: config('may'),
    expect: [bounced(to, { dsn: '5.4.4' }), notLogged('tls=')],
  }),

  scenario('tls-status/table-fails', {
    ...common,
    title: 'A policy that cannot be looked up: tls=unknown?',
    hosts: { mx: tls },
    config: config('may', { smtp_tls_policy_maps: 'fail:broken' }),
    expect: [
      deferred(to, { dsn: '4.7.5', reason: 'client TLS configuration problem' }),
      connections('mx', 0),
      logged('fail:broken lookup error for "example.test"'),
      logged('policy table lookup error'),
      logged('TLS policy lookup for example.test/mx.example.test: client TLS configuration problem'),
      status('unknown?'),
    ],
  }),

  scenario('tls-status/last-server', {
    ...common,
    title: 'The server that was tried last counts',
    dns: zone('example.test', { MX: ['10 first', '20 mx'], first: '192.0.2.9', mx: '192.0.2.1' }),
    hosts: { first: plain, mx: tls },
    config: config('encrypt'),
    expect: [
      delivered(to, { via: 'mx' }),
      noTls('first'),
      logged('TLS is required, but was not offered by host first.example.test'),
      status('encrypt'),
    ],
  }),

  scenario('tls-status/dane', {
    ...common,
    title: 'DANE that is enforced: tls=dane',
    dns: zoneWith(tlsa(3, 1, 1, good)),
    hosts: { mx: tls },
    config: dane('dane'),
    expect: [delivered(to), tlsSession('mx'), status('dane')],
  }),

  scenario('tls-status/dane-unusable', {
    ...common,
    title: 'TLSA records that cannot be used after all: tls=dane:encrypt',
    dns: zoneWith('3 1 99 00'),
    hosts: { mx: tls },
    config: dane('dane'),
    expect: [
      delivered(to),
      tlsSession('mx'),
      logged('unusable TLSA RR: 3 1 99 00'),
      logged('all TLSA records unusable, fallback to unauthenticated TLS'),
      status('dane:encrypt'),
    ],
  }),

  scenario('tls-status/dane-without-records', {
    ...common,
    title: 'DANE without TLSA records is level may from the start: tls=may',
    dns: zoneWith(),
    hosts: { mx: tls },
    config: dane('dane'),
    expect: [delivered(to), tlsSession('mx'), status('may')],
  }),

  scenario('tls-status/dane-not-parsed', {
    ...common,
    title: 'TLSA records that cannot be read make it level encrypt from the start: tls=encrypt',
    dns: zoneWith('9 1 1 00'),
    hosts: { mx: tls },
    config: dane('dane'),
    expect: [
      delivered(to),
      tlsSession('mx'),
      logged('_25._tcp.mx.example.test unsupported TLSA certificate usage: 9 1 1 00'),
      status('encrypt'),
    ],
  }),

  scenario('tls-status/halfdane', {
    ...common,
    title: 'DANE with exchangers that DNSSEC does not vouch for: tls=halfdane',
    dns: zoneWith(tlsa(3, 1, 1, good), { MX: false }),
    hosts: { mx: tls },
    config: dane('dane'),
    expect: [delivered(to), tlsSession('mx'), status('halfdane')],
  }),

  scenario('tls-status/dane-only', {
    ...common,
    title: 'DANE that is demanded and fails: tls=!dane-only',
    dns: zoneWith(`3 1 1 ${'00'.repeat(32)}`),
    hosts: { mx: tls },
    config: dane('dane-only'),
    expect: [
      deferred(to, { dsn: '4.7.5', reason: 'Server certificate not verified' }),
      tlsSession('mx'),
      unverified,
      status('!dane-only'),
    ],
  }),

  scenario('tls-status/not-told', {
    ...common,
    title: 'Nothing is told of TLS where smtp_log_tls_feature_status says so',
    hosts: { mx: tls },
    config: config('may', { smtp_log_tls_feature_status: 'no' }),
    expect: [delivered(to), tlsSession('mx'), logged(/delays=[^,]*, dsn=2/), notLogged('tls=')],
  }),

  scenario('tls-status/lmtp', {
    ...common,
    title: 'LMTP: tls= is told as with SMTP',
    clauses: ['postfix:lmtp_log_tls_feature_status'],
    hosts: { mx: listening({ unix: '/run/lmtp' }, mailHost({ protocol: 'lmtp' })) },
    config: { lmtp_log_tls_feature_status: 'yes', lmtp_tls_security_level: 'none' },
    send: message({ to, service: 'lmtp', nexthop: 'unix:/run/lmtp' }),
    expect: [delivered(to, { via: 'mx' }), status('none')],
  }),

  scenario('tls-status/lmtp-not-told', {
    ...common,
    title: 'LMTP: nothing is told of TLS where lmtp_log_tls_feature_status says so',
    clauses: ['postfix:lmtp_log_tls_feature_status'],
    hosts: { mx: mailHost({ protocol: 'lmtp', tls: {} }) },
    config: { lmtp_log_tls_feature_status: 'no', lmtp_tls_security_level: 'may' },
    send: message({ to, service: 'lmtp', nexthop: 'inet:mx.example.test' }),
    expect: [delivered(to), tlsSession('mx'), logged(/delays=[^,]*, dsn=2/), notLogged('tls=')],
  }),
];
