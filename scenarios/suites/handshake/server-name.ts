/** The name that a server is asked for (RFC 6066 section 3; security reference 9.3). */
import { logged, tlsSession } from '../../scenario.ts';
import { ca, good, type Handshake, NAME, overBoth, overSmtp } from '../certificates/_server.ts';

const asked = (sni: string | undefined) => tlsSession('mx', { sni });
const server = { credential: ca.issue('other.test'), sni: { [NAME]: good } } as const;
const secure = { smtp_tls_security_level: 'secure', smtp_tls_CAfile: '/run/ca.pem' };

const names: Readonly<
  Record<string, Pick<Handshake, 'title' | 'nexthop'> & { readonly name: string; readonly sni: string }>
> = {
  literal: { title: 'A name of its own', name: 'www.example.test', sni: 'www.example.test' },
  host: { title: 'The name of the server', nexthop: 'example.test', name: 'hostname', sni: NAME },
  nexthop: {
    title: 'The domain of the next hop',
    nexthop: 'example.test',
    name: 'nexthop',
    sni: 'example.test',
  },
  'nexthop-brackets': {
    title: 'Without brackets and port',
    nexthop: `[${NAME}]:25`,
    name: 'nexthop',
    sni: NAME,
  },
};

export default [
  ...overBoth('handshake/server-name', {
    title: 'smtp_tls_servername is what the server is asked for, which has more than one certificate',
    shows: ['smtp_tls_servername'],
    server,
    config: { ...secure, smtp_tls_servername: 'hostname' },
    outcome: 'delivered',
    expect: [asked(NAME)],
  }),
  overSmtp('handshake/server-name-none', {
    title: 'By default the server is asked for no name',
    shows: ['smtp_tls_servername'],
    origins: ['field-TL24'],
    server,
    config: secure,
    outcome: 'unverified',
    expect: [asked(undefined), logged('num=62:hostname mismatch')],
  }),
  ...Object.entries(names).map(([key, { name, sni, ...handshake }]) =>
    overSmtp(`handshake/server-name-${key}`, {
      shows: ['smtp_tls_servername'],
      clauses: ['rfc6066-3-01'],
      ...handshake,
      config: { smtp_tls_servername: name },
      outcome: 'delivered',
      expect: [asked(sni)],
    }),
  ),
];
