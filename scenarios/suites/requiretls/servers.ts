/** REQUIRETLS where connections are kept, and where DANE says what a good certificate is (security reference 5.4, 13, 17). */
import {
  bounced,
  connections,
  deferred,
  delivered,
  dialogue,
  logged,
  message,
  scenario,
  tlsa,
  zone,
} from '../../scenario.ts';
import {
  asked,
  demanding,
  disables,
  good,
  MAIL,
  plainServer,
  SERVER,
  server,
  status,
  to,
} from './_server.ts';

const clauses = ['postfix:smtp_requiretls_policy'];
const dane = {
  smtp_requiretls_policy: 'enforce',
  smtp_tls_security_level: 'dane',
  smtp_dns_support_level: 'dnssec',
};
const secured = (record: string) =>
  zone('example.test', { MX: '10 mx', mx: '192.0.2.1', '_25._tcp.mx': { TLSA: record }, ad: true });
const send = message({ to, requiretls: true });

export default [
  scenario('requiretls/dane', {
    title:
      'REQUIRETLS, enforce: a certificate that DANE vouches for is good, and so is the MX that DNSSEC vouches for',
    clauses: [...clauses, 'rfc8689-2-02', 'rfc8689-2-03'],
    dns: secured(tlsa(3, 1, 1, good)),
    hosts: { mx: server() },
    config: dane,
    send,
    expect: [
      delivered(to),
      dialogue('mx', ['...', '{TLS*', 'C: EHLO *', '...', `${MAIL} REQUIRETLS`, '...']),
      status('dane/requiretls'),
    ],
  }),

  scenario('requiretls/dane-unusable', {
    title:
      'REQUIRETLS, enforce: where TLSA records cannot be used there is no certificate that could be trusted',
    clauses: [...clauses, 'rfc8689-2-03', 'rfc8689-4.2.1-05'],
    dns: secured('3 1 99 00'),
    hosts: { mx: server() },
    config: dane,
    send,
    expect: [
      bounced(to, {
        dsn: '5.7.10',
        reason: asked(`no trusted server certificate was found. The last attempted server was ${SERVER}`),
      }),
      dialogue('mx', ['...', '{TLS*', 'C: QUIT', '...']),
      logged('mx.example.test[192.0.2.1]:25: unusable TLSA RR: 3 1 99 00'),
      logged('mx.example.test[192.0.2.1]:25: all TLSA records unusable, fallback to unauthenticated TLS'),
    ],
  }),

  scenario('requiretls/engine-unavailable', {
    title: 'REQUIRETLS, opportunistic+starttls: a client whose TLS cannot be set up keeps the message',
    clauses: [...clauses, 'rfc8689-4.2.1-05'],
    dns: zone('example.test', { MX: '10 mx', mx: '192.0.2.1' }),
    hosts: { mx: server() },
    config: demanding('opportunistic+starttls', 'may', { smtp_tls_CAfile: '/run/none.pem' }),
    send,
    expect: [
      deferred(to, { dsn: '4.7.5', reason: 'TLS is required, but our TLS engine is unavailable' }),
      dialogue('mx', ['S: 220 *', 'C: EHLO client.test', '...', 'C: QUIT', '...']),
      logged(disables('may', 'certificate matching')),
      logged('cannot load Certification Authority data, CAfile="/run/none.pem": disabling TLS support'),
      logged('TLS library problem: error:'),
      status('may?/requiretls?'),
    ],
  }),

  scenario('requiretls/kept', {
    title: 'A connection that was kept for a message with REQUIRETLS is not used for one without',
    clauses,
    dns: zone('example.test', { MX: '10 mx', mx: '192.0.2.1' }),
    hosts: { mx: plainServer() },
    config: {
      smtp_requiretls_policy: 'opportunistic',
      smtp_tls_security_level: 'may',
      smtp_connection_cache_destinations: 'example.test',
    },
    send: [send, message({ to, after: '100ms' }), message({ to, after: '100ms' })],
    tolerates: {
      'rfc5321-4.1.1.10-01': 'Postfix closes connections that nobody uses any more without QUIT',
    },
    expect: [
      delivered(to),
      delivered(to),
      delivered(to),
      connections('mx', 2),
      status('may:none/requiretls:none'),
      status('may:none'),
    ],
  }),
];
