/** Sessions of earlier connections that are resumed, or not (RFC 5077, RFC 8446 section 2.2; security reference 12). */
import {
  deferred,
  delivered,
  type Expectation,
  logged,
  mailHost,
  message,
  scenario,
  selfSigned,
  tlsSession,
  zone,
} from '../../scenario.ts';
import { ca, dns, good, NAME, PEER, to } from '../certificates/_server.ts';

type TlsOptions = NonNullable<NonNullable<Parameters<typeof mailHost>[0]>['tls']>;

interface Resumption {
  readonly title: string;
  readonly shows: readonly string[];
  readonly origins?: readonly string[];
  readonly server?: TlsOptions;
  readonly config?: Readonly<Record<string, string>>;
  /** A second connection, or a third one, resumes the session of the first. */
  readonly resumed: readonly boolean[];
  readonly expect?: readonly Expectation[];
  readonly outcomes?: readonly Expectation[];
  readonly after?: '5s' | '20s';
  readonly virtualOnly?: string;
}

function resumption(
  id: string,
  { shows, server, config, ...of }: Resumption,
  service: 'smtp' | 'lmtp' = 'smtp',
) {
  const nameOf = (parameter: string) => parameter.replace(/^smtp_/, `${service}_`);
  const settings = {
    smtp_tls_security_level: 'encrypt',
    smtp_tls_session_cache_database: `btree:$data_directory/${service}_scache`,
    ...config,
  };
  const nexthop = service === 'lmtp' ? `inet:[${NAME}]` : `[${NAME}]`;
  const { resumed, after = '5s', outcomes = [delivered(to), ...resumed.map(() => delivered(to))] } = of;
  return scenario(id, {
    title: service === 'lmtp' ? `${of.title} (LMTP)` : of.title,
    clauses: shows.map((parameter) => `postfix:${nameOf(parameter)}`),
    ...(of.origins && { origins: of.origins }),
    dns,
    files: { '/run/ca.pem': ca.pem },
    hosts: { mx: mailHost({ protocol: service, tls: { credential: good, ...server } }) },
    config: Object.fromEntries(Object.entries(settings).map(([name, value]) => [nameOf(name), value])),
    send: [
      message({ to, service, nexthop }),
      ...resumed.map(() => message({ to, service, nexthop, ...(of.virtualOnly !== undefined && { after }) })),
    ],
    expect: [
      ...outcomes,
      ...resumed.map((is, index) => tlsSession('mx', { session: index + 2, resumed: is })),
      ...(of.expect ?? []),
    ],
    ...(of.virtualOnly !== undefined && { virtualOnly: of.virtualOnly }),
  });
}

const sessions: Readonly<Record<string, Resumption>> = {
  'tls-1.3': {
    title: 'A session of TLS 1.3 is resumed, more than once',
    shows: ['smtp_tls_session_cache_database'],
    server: { minVersion: 'TLSv1.3' },
    resumed: [true, true],
  },
  'tls-1.2': {
    title: 'A session of TLS 1.2 is resumed, more than once',
    shows: ['smtp_tls_session_cache_database'],
    server: { maxVersion: 'TLSv1.2' },
    resumed: [true, true],
  },
  off: {
    title: 'Without a cache no session is resumed',
    shows: ['smtp_tls_session_cache_database'],
    config: { smtp_tls_session_cache_database: '' },
    resumed: [false],
  },
  'no-tickets': {
    title: 'A server that gives out no tickets has none to take back',
    shows: ['smtp_tls_session_cache_database'],
    server: { maxVersion: 'TLSv1.2', tickets: false },
    resumed: [false],
  },
  'no-ticket-option': {
    title: 'A client that is told to take no tickets resumes no session of TLS 1.2',
    shows: ['tls_ssl_options'],
    server: { maxVersion: 'TLSv1.2' },
    config: { tls_ssl_options: 'no_ticket' },
    resumed: [false],
  },
  verified: {
    title: 'A server that was verified is so in a session that is resumed',
    shows: ['smtp_tls_session_cache_database'],
    server: { maxVersion: 'TLSv1.2' },
    config: {
      smtp_tls_security_level: 'secure',
      smtp_tls_CAfile: '/run/ca.pem',
      smtp_tls_loglevel: 'summary, cache',
    },
    resumed: [true],
    expect: [
      logged(`looking for session smtp&[${NAME}]&${NAME}&192.0.2.1&`),
      logged(`save session smtp&[${NAME}]&${NAME}&192.0.2.1&`),
      logged(`reloaded session smtp&[${NAME}]&${NAME}&192.0.2.1&`),
      logged(`${PEER}: Reusing old session`),
      logged(`Verified TLS connection established to ${PEER}: TLSv1.2 with cipher`),
    ],
  },
  unverified: {
    title: 'A server that could not be verified is not verified in a session that is resumed',
    shows: ['smtp_tls_session_cache_database'],
    origins: ['security-94'],
    server: { credential: selfSigned(NAME), maxVersion: 'TLSv1.2' },
    config: { smtp_tls_security_level: 'secure', smtp_tls_CAfile: '/run/ca.pem' },
    resumed: [true],
    outcomes: [1, 2].map(() => deferred(to, { dsn: '4.7.5', reason: 'Server certificate not verified' })),
    expect: [
      logged(`certificate verification failed for ${PEER}: self-signed certificate`),
      logged(`${PEER}: re-using session with untrusted `),
    ],
  },
};

export default [
  ...Object.entries(sessions).map(([name, of]) => resumption(`tls-sessions/${name}`, of)),
  ...(['smtp', 'lmtp'] as const).flatMap((service) => [
    resumption(
      `tls-sessions/cache-${service}`,
      {
        title: 'smtp_tls_session_cache_database makes sessions be resumed',
        shows: ['smtp_tls_session_cache_database'],
        resumed: [true],
      },
      service,
    ),
    resumption(
      `tls-sessions/timeout-${service}`,
      {
        title: 'smtp_tls_session_cache_timeout is how long a session is kept',
        shows: ['smtp_tls_session_cache_timeout'],
        config: { smtp_tls_session_cache_timeout: '10s' },
        resumed: [false],
        after: '20s',
        virtualOnly: 'the process that keeps sessions has a time limit of its own',
      },
      service,
    ),
    resumption(
      `tls-sessions/within-timeout-${service}`,
      {
        title: 'Within that time it is resumed',
        shows: ['smtp_tls_session_cache_timeout'],
        config: { smtp_tls_session_cache_timeout: '10s' },
        resumed: [true],
        after: '5s',
        virtualOnly: 'the process that keeps sessions has a time limit of its own',
      },
      service,
    ),
  ]),
  scenario('tls-sessions/failed-handshake', {
    title: 'A session that a failed handshake offered is forgotten',
    clauses: ['postfix:smtp_tls_session_cache_database'],
    dns,
    hosts: {
      mx: mailHost({
        tls: { credential: good, maxVersion: 'TLSv1.2', handshake: { alert: 40, connection: 2 } },
      }),
    },
    config: {
      smtp_tls_security_level: 'encrypt',
      smtp_tls_session_cache_database: 'btree:$data_directory/smtp_scache',
      smtp_tls_loglevel: 'cache',
    },
    send: [1, 2, 3].map(() => message({ to })),
    expect: [
      delivered(to),
      deferred(to, { dsn: '4.7.5' }),
      delivered(to),
      tlsSession('mx', { session: 1, resumed: false }),
      tlsSession('mx', { session: 3, resumed: false }),
      logged('TLS library problem: error:'),
      logged(`remove session smtp&example.test&${NAME}&192.0.2.1&`),
    ],
  }),
  scenario('tls-sessions/other-next-hop', {
    title: 'A session is for one next hop, though another one has the same server',
    clauses: ['postfix:smtp_tls_session_cache_database'],
    dns: [dns, zone('other.test', { MX: `10 ${NAME}.` })],
    hosts: { mx: mailHost({ tls: { credential: good } }) },
    config: {
      smtp_tls_security_level: 'encrypt',
      smtp_tls_session_cache_database: 'btree:$data_directory/smtp_scache',
    },
    send: [message({ to }), message({ to: 'user@other.test' }), message({ to })],
    expect: [
      delivered(to),
      delivered('user@other.test'),
      delivered(to),
      tlsSession('mx', { session: 2, resumed: false }),
      tlsSession('mx', { session: 3, resumed: true }),
    ],
  }),
];
