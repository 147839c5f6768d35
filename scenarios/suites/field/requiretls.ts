/** REQUIRETLS and TLS-Required (RFC 8689), as other projects test them. */
import {
  authority,
  bounced,
  connections,
  delivered,
  logged,
  mailHost,
  message,
  pipelined,
  scenario,
  selfSigned,
  zone,
} from '../../scenario.ts';

const to = 'user1@example.test';
const dns = zone('example.test', { MX: '10 mx', mx: '192.0.2.1' });
const ca = authority('Example CA');
const files = { '/run/ca.pem': ca.pem };
const ENFORCED =
  "Sender requested REQUIRETLS, but my configured TLS security level 'may' disables certificate matching. The last attempted server was mx.example.test";

export default [
  scenario('field/rq01-requiretls-is-passed-on', {
    title: 'REQUIRETLS that a server offers inside TLS is asked for in MAIL',
    clauses: ['postfix:smtp_requiretls_policy', 'rfc8689-2-04'],
    origins: ['field-RQ01'],
    dns,
    files,
    hosts: {
      mx: mailHost({
        extensions: ['PIPELINING', '8BITMIME', 'ENHANCEDSTATUSCODES', 'STARTTLS'],
        tls: { credential: ca.issue('mx.example.test'), extensions: ['PIPELINING', 'REQUIRETLS'] },
      }),
    },
    config: {
      smtp_requiretls_policy: 'enforce',
      smtp_tls_security_level: 'verify',
      smtp_tls_CAfile: '/run/ca.pem',
    },
    send: message({ to, requiretls: true }),
    expect: [
      delivered(to, { dsn: '2.0.0' }),
      pipelined('mx', [
        ['EHLO *'],
        ['STARTTLS'],
        ['EHLO *'],
        ['MAIL FROM:<sender@client.test> REQUIRETLS', 'RCPT *', 'DATA'],
        ['.', 'QUIT'],
      ]),
    ],
  }),

  scenario('field/rq03-requiretls-without-starttls', {
    title:
      'REQUIRETLS, where the level demands no certificate: the message is given back, and no server connected to',
    clauses: ['postfix:smtp_requiretls_policy', 'rfc8689-4.2.1-05', 'rfc8689-4.2.1-07'],
    origins: ['field-RQ03'],
    dns,
    hosts: { mx: mailHost() },
    config: { smtp_requiretls_policy: 'enforce', smtp_tls_security_level: 'may' },
    send: message({ to, requiretls: true }),
    expect: [
      bounced(to, { dsn: '5.7.10', reason: ENFORCED }),
      connections('mx', 0),
      logged(`TLS policy lookup for example.test/mx.example.test: ${ENFORCED}`),
    ],
  }),

  scenario('field/rq04-tls-required-no', {
    title: 'TLS-Required: no delivers the message although the certificate is not what the level demands',
    clauses: ['postfix:tls_required_enable', 'rfc8689-3-01', 'rfc8689-3-02'],
    origins: ['field-RQ04'],
    dns,
    files,
    hosts: {
      mx: mailHost({
        extensions: ['PIPELINING', '8BITMIME', 'ENHANCEDSTATUSCODES', 'STARTTLS'],
        tls: { credential: selfSigned('mx.example.test') },
      }),
    },
    config: {
      tls_required_enable: 'yes',
      smtp_tls_security_level: 'verify',
      smtp_tls_CAfile: '/run/ca.pem',
    },
    send: message({ to, headers: { 'TLS-Required': 'no' } }),
    expect: [
      delivered(to, { dsn: '2.0.0' }),
      pipelined('mx', [['EHLO *'], ['STARTTLS'], ['EHLO *'], ['MAIL *', 'RCPT *', 'DATA'], ['.', 'QUIT']]),
    ],
  }),
];
