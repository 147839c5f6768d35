/** Connections with TLS that are kept for the next message (security reference 13). */
import {
  connections,
  deferred,
  delivered,
  dialogue,
  type Expectation,
  logged,
  mailHost,
  message,
  scenario,
  zone,
} from '../../scenario.ts';
import { ca, dns, good, NAME, to } from '../certificates/_server.ts';

interface Keeping {
  readonly title: string;
  readonly config: Readonly<Record<string, string>>;
  readonly connections: number;
  /** None is left over for a later message. */
  readonly isKept?: false;
  /** Next hops of the messages; twice the server itself when absent. */
  readonly nexthops?: readonly string[];
  readonly expect?: readonly Expectation[];
  readonly origins?: readonly string[];
}

const secure = { smtp_tls_security_level: 'secure', smtp_tls_CAfile: '/run/ca.pem' };
const reuse = { smtp_tls_connection_reuse: 'yes' };

function keeping(id: string, { title, config, ...of }: Keeping, service: 'smtp' | 'lmtp' = 'smtp') {
  const nameOf = (parameter: string) => parameter.replace(/^smtp_/, `${service}_`);
  const prefix = service === 'lmtp' ? 'inet:' : '';
  const nexthops = of.nexthops ?? [`[${NAME}]`, `[${NAME}]`];
  const settings = { smtp_tls_security_level: 'encrypt', ...config };
  return scenario(id, {
    title: service === 'lmtp' ? `${title} (LMTP)` : title,
    clauses: [`postfix:${nameOf('smtp_tls_connection_reuse')}`],
    dns: [dns, zone('other.test', { MX: `10 ${NAME}.` })],
    hosts: { mx: mailHost({ protocol: service, tls: { credential: good } }) },
    files: { '/run/ca.pem': ca.pem },
    config: Object.fromEntries(Object.entries(settings).map(([name, value]) => [nameOf(name), value])),
    send: nexthops.map((nexthop) => message({ to, service, nexthop: `${prefix}${nexthop}`, reuse: 'both' })),
    expect: [...nexthops.map(() => delivered(to)), connections('mx', of.connections), ...(of.expect ?? [])],
    ...(of.origins !== undefined && service === 'smtp' && { origins: of.origins }),
    ...(of.isKept !== false && {
      tolerates: {
        'rfc5321-4.1.1.10-01': 'Postfix closes connections that nobody uses any more without QUIT',
      },
    }),
  });
}

const AGAIN = [
  '...',
  '{TLS}',
  'C: EHLO client.test',
  '...',
  'S: 250 2.0.0 Ok: queued *',
  'C: RSET',
  'S: 250 *',
  'C: MAIL *',
  '...',
];

export default [
  ...(['smtp', 'lmtp'] as const).flatMap((service) => [
    keeping(
      `tls-sessions/connection-${service}`,
      {
        title: 'A connection with TLS is not used again unless that is asked for',
        config: {},
        connections: 2,
        isKept: false,
        origins: ['field-RU09'],
      },
      service,
    ),
    keeping(
      `tls-sessions/connection-kept-${service}`,
      {
        title: 'smtp_tls_connection_reuse keeps connections with TLS',
        config: reuse,
        connections: 1,
      },
      service,
    ),
  ]),
  keeping('tls-sessions/connection-dialogue', {
    title: 'A connection that is used again has neither greeting nor handshake',
    config: reuse,
    connections: 1,
    expect: [
      dialogue('mx', AGAIN),
      logged(`Untrusted TLS connection established to ${NAME}[192.0.2.1]:25: TLSv1.3 with cipher`),
      logged(`Untrusted TLS connection reused to ${NAME}[192.0.2.1]:25: TLSv1.3 with cipher`),
    ],
  }),
  keeping('tls-sessions/connection-by-policy', {
    title: 'A policy may ask for it',
    config: { smtp_tls_policy_maps: `inline:{ { [${NAME}] = encrypt connection_reuse=yes } }` },
    connections: 1,
  }),
  keeping('tls-sessions/connection-not-by-policy', {
    title: 'A policy may do without it',
    config: { ...reuse, smtp_tls_policy_maps: `inline:{ { [${NAME}] = encrypt connection_reuse=no } }` },
    connections: 2,
    isKept: false,
  }),
  keeping('tls-sessions/connection-other-next-hop', {
    title: 'Where nothing is proved, a connection serves other next hops with the same server',
    config: reuse,
    nexthops: ['example.test', 'other.test'],
    connections: 1,
  }),
  keeping('tls-sessions/connection-verified', {
    title: 'A connection to a server that was verified is used again',
    config: { ...reuse, ...secure },
    connections: 1,
  }),
  keeping('tls-sessions/connection-verified-for-another', {
    title: 'A server that was verified for one next hop is not so for another one',
    config: { ...reuse, ...secure, smtp_tls_secure_cert_match: 'hostname' },
    nexthops: ['example.test', 'other.test'],
    connections: 2,
  }),
  keeping('tls-sessions/connection-other-level', {
    title: 'A connection serves messages of one level only',
    config: {
      ...reuse,
      smtp_tls_policy_maps: 'inline:{ { other.test = may } }',
    },
    nexthops: ['example.test', 'other.test'],
    connections: 2,
  }),
  scenario('tls-sessions/connection-unverified', {
    title: 'A connection to a server that could not be verified is not kept',
    clauses: ['postfix:smtp_tls_connection_reuse'],
    dns,
    hosts: { mx: mailHost({ tls: { credential: ca.issue('stranger.test') } }) },
    files: { '/run/ca.pem': ca.pem },
    config: { ...reuse, ...secure },
    send: [message({ to, reuse: 'both' }), message({ to, reuse: 'both' })],
    expect: [
      ...[1, 2].map(() => deferred(to, { dsn: '4.7.5', reason: 'Server certificate not verified' })),
      connections('mx', 2),
      logged('TLS connection established to '),
    ],
  }),
];
