/** What is reported of a connection, one event at most (RFC 8460 section 4.3; security reference 16). */
import {
  authority,
  bounced,
  check,
  connections,
  deferred,
  delivered,
  fingerprint,
  logged,
  mailHost,
  message,
  noTls,
  postfixOnly,
  type Scenario,
  scenario,
  selfSigned,
  tlsa,
  tlsSession,
} from '../../scenario.ts';
import {
  ca,
  domain,
  failed,
  files,
  good,
  noReport,
  RECORD,
  reporting,
  SERVER,
  server,
  succeeded,
  to,
} from './_domain.ts';

const clauses = ['postfix:smtp_tlsrpt_enable'];
const send = message({ to });
const plain = mailHost({ extensions: [] });
const NOT_VERIFIED = { dsn: '4.7.5', reason: 'Server certificate not verified' } as const;
const HANDSHAKE_FAILED = { dsn: '4.7.5', reason: 'Cannot start TLS: handshake failure' } as const;
const unverified = logged(`certificate verification failed for ${SERVER}:25`);
const libraryProblem = logged('TLS library problem: ');
const dane = (record: string) => ({
  dns: domain(RECORD, { '_25._tcp.mx': { TLSA: record }, ad: true }),
  files,
  config: reporting('dane', { smtp_dns_support_level: 'dnssec' }),
});
/** One event for each connection at most. */
const reports = (count: number) =>
  postfixOnly(
    check(`${count} reports`, ({ log }) => {
      const seen = log.filter(({ text }) => text.includes('TLSRPT: status=')).length;
      return seen === count ? undefined : `${seen}`;
    }),
  );

const stray = authority('Unknown CA');
const strayLeaf = stray.issue('mx.example.test');

/** What is wrong with a certificate, at level verify, and what is told of it. */
const certificates: readonly (readonly [
  name: string,
  credential: ReturnType<typeof ca.issue>,
  type: string,
  reason: string | undefined,
])[] = [
  ['misnamed', ca.issue('other.test'), 'certificate_host_mismatch', undefined],
  ['self-signed', selfSigned('mx.example.test'), 'validation_failure', 'self-signed_certificate'],
  ['unknown-issuer', strayLeaf, 'validation_failure', 'unable_to_get_local_issuer_certificate'],
  [
    'sent-with-its-unknown-issuer',
    strayLeaf.withChain(strayLeaf, stray),
    'validation_failure',
    'self-signed_certificate_in_certificate_chain',
  ],
  ['expired', ca.issue('mx.example.test', { validity: 'expired' }), 'certificate_expired', undefined],
  [
    'not-yet-valid',
    ca.issue('mx.example.test', { validity: 'notYetValid' }),
    'validation_failure',
    'certificate_is_not_yet_valid',
  ],
  [
    'for-clients',
    ca.issue('mx.example.test', { extendedKeyUsage: ['clientAuth'] }),
    'validation_failure',
    'unsuitable_certificate_purpose',
  ],
];

export default [
  scenario('tls-reports/success', {
    title: 'A certificate that matches is reported as a success',
    clauses,
    dns: domain(),
    files,
    hosts: { mx: server() },
    config: reporting('verify'),
    send,
    expect: [delivered(to), tlsSession('mx'), succeeded()],
  }),

  ...certificates.map(
    ([name, credential, type, reason]): Scenario =>
      scenario(`tls-reports/${name}`, {
        title: `A certificate that is ${name} is reported as ${type}`,
        clauses: [...clauses, ...(reason === undefined ? [] : ['rfc8460-4.3.3-01'])],
        dns: domain(),
        files,
        hosts: { mx: server({ credential }) },
        config: reporting('verify'),
        send,
        expect: [deferred(to, NOT_VERIFIED), tlsSession('mx'), unverified, failed(type, reason)],
      }),
  ),

  scenario('tls-reports/misnamed-at-may', {
    title: 'At level may a certificate that nobody trusts is reported as a success',
    clauses,
    dns: domain(),
    files,
    hosts: { mx: server({ credential: selfSigned('mx.example.test') }) },
    config: reporting('may'),
    send,
    expect: [delivered(to), tlsSession('mx'), succeeded()],
  }),

  scenario('tls-reports/untrusted-is-logged', {
    title: 'At level may a certificate that nobody trusts is reported where the log tells of it',
    clauses: [...clauses, 'postfix:smtp_tls_loglevel'],
    dns: domain(),
    files,
    hosts: { mx: server({ credential: selfSigned('mx.example.test') }) },
    config: reporting('may', { smtp_tls_loglevel: 'untrusted' }),
    send,
    expect: [
      delivered(to),
      tlsSession('mx'),
      unverified,
      failed('validation_failure', 'self-signed_certificate'),
    ],
  }),

  scenario('tls-reports/not-offered', {
    title: 'STARTTLS that is not offered is reported where it is demanded',
    clauses,
    dns: domain(),
    files,
    hosts: { mx: plain },
    config: reporting('encrypt'),
    send,
    expect: [deferred(to, { dsn: '4.7.4' }), noTls('mx'), failed('starttls_not_supported')],
  }),

  scenario('tls-reports/not-offered-at-may', {
    title: 'STARTTLS that is not offered is not reported where it is optional',
    clauses,
    dns: domain(),
    files,
    hosts: { mx: plain },
    config: reporting('may'),
    send,
    expect: [delivered(to), noTls('mx'), noReport],
  }),

  scenario('tls-reports/refused-at-may', {
    title: 'STARTTLS that is refused is reported, and the message is delivered in the clear',
    clauses,
    origins: ['security-133'],
    dns: domain(),
    files,
    hosts: { mx: server({}, { starttls: '454 4.7.0 not now' }) },
    config: reporting('may'),
    send,
    expect: [delivered(to), noTls('mx'), failed('starttls_not_supported')],
  }),

  scenario('tls-reports/handshake', {
    title: 'A handshake that fails is reported with the reason',
    clauses: [...clauses, 'rfc8460-4.3.3-01'],
    dns: domain(),
    files,
    hosts: { mx: server({ handshake: { alert: 40 } }) },
    config: reporting('encrypt'),
    send,
    expect: [
      deferred(to, HANDSHAKE_FAILED),
      connections('mx', 1),
      libraryProblem,
      failed('validation_failure', 'tls-handshake-failure'),
    ],
  }),

  scenario('tls-reports/handshake-at-may', {
    title: 'A handshake that fails is reported once, and not the delivery in the clear after it',
    clauses,
    dns: domain(),
    files,
    hosts: { mx: server({ handshake: { alert: 40 } }) },
    config: reporting('may'),
    send: message({ to, age: '1h' }),
    expect: [
      delivered(to),
      connections('mx', 2),
      libraryProblem,
      reports(1),
      failed('validation_failure', 'tls-handshake-failure'),
    ],
  }),

  scenario('tls-reports/requiretls-not-offered', {
    title: 'STARTTLS that is not offered is reported where REQUIRETLS demands it',
    clauses: [...clauses, 'postfix:smtp_requiretls_policy'],
    dns: domain(),
    files,
    hosts: { mx: plain },
    config: reporting('may', { smtp_requiretls_policy: 'opportunistic+starttls' }),
    send: message({ to, requiretls: true }),
    expect: [
      bounced(to, { dsn: '5.7.30' }),
      noTls('mx'),
      logged("security level 'may' disables certificate matching"),
      failed('starttls_not_supported'),
    ],
  }),

  scenario('tls-reports/not-connected', {
    title: 'A server that cannot be connected to is not reported',
    clauses,
    dns: domain(),
    files,
    network: { mx: 'refused' },
    config: reporting('encrypt'),
    send,
    expect: [deferred(to, { dsn: '4.4.1' }), logged(`connect to ${SERVER}:25: Connection refused`), noReport],
  }),

  scenario('tls-reports/fingerprints-unusable', {
    title: 'Fingerprints that cannot be used are reported as such',
    clauses,
    dns: domain(),
    files,
    hosts: { mx: server() },
    config: reporting('fingerprint', { smtp_tls_fingerprint_cert_match: '00:11' }),
    send,
    expect: [
      deferred(to, NOT_VERIFIED),
      tlsSession('mx'),
      logged(`warning: ${SERVER}:25: unusable TLSA RR: 3 * 255 0011`),
      logged(`warning: ${SERVER}:25: all fingerprints unusable`),
      failed('validation_failure', 'all-fingerprints-unusable'),
      reports(1),
    ],
  }),

  scenario('tls-reports/fingerprint', {
    title: 'A certificate that no fingerprint knows is reported as not trusted',
    clauses,
    dns: domain(),
    files,
    hosts: { mx: server() },
    config: reporting('fingerprint', {
      smtp_tls_fingerprint_cert_match: fingerprint(selfSigned('other.test'), 'sha256'),
      smtp_tls_fingerprint_digest: 'sha256',
    }),
    send,
    expect: [deferred(to, NOT_VERIFIED), tlsSession('mx'), unverified, failed('certificate_not_trusted')],
  }),

  scenario('tls-reports/tlsa-unusable', {
    title: 'TLSA records that cannot be used are reported, and no success after it',
    clauses,
    hosts: { mx: server() },
    ...dane('3 1 99 00'),
    send,
    expect: [
      delivered(to),
      tlsSession('mx'),
      logged(`warning: ${SERVER}:25: unusable TLSA RR: 3 1 99 00`),
      logged(`warning: ${SERVER}:25: all TLSA records unusable, fallback to unauthenticated TLS`),
      failed('tlsa_invalid', 'all-TLSA-records-unusable'),
      reports(1),
    ],
  }),

  scenario('tls-reports/dane', {
    title: 'A certificate that DANE vouches for is reported as a success',
    clauses,
    hosts: { mx: server() },
    ...dane(tlsa(3, 1, 1, good)),
    send,
    expect: [delivered(to), tlsSession('mx'), succeeded()],
  }),

  scenario('tls-reports/dane-mismatch', {
    title: 'A certificate that no TLSA record knows is reported as not trusted',
    clauses,
    hosts: { mx: server() },
    ...dane(`3 1 1 ${'00'.repeat(32)}`),
    send,
    expect: [
      deferred(to, NOT_VERIFIED),
      tlsSession('mx'),
      logged(`certificate verification failed for ${SERVER}:25`),
      failed('certificate_not_trusted'),
    ],
  }),

  ...['sts-policy-fetch-error', 'sts-policy-invalid', 'sts-webpki-invalid', 'validation-failure'].map(
    (failure) =>
      scenario(`tls-reports/external-${failure}`, {
        title: `A policy that failed with ${failure} is reported so`,
        clauses,
        dns: domain(),
        files: {
          ...files,
          [`/run/tls-reports/${failure}`]: `example.test secure policy_type=sts policy_domain=example.test mx_host_pattern=mx.example.test match=hostname policy_failure=${failure}\n`,
        },
        hosts: { mx: server() },
        config: reporting('may', { smtp_tls_policy_maps: `texthash:/run/tls-reports/${failure}` }),
        send,
        expect: [
          deferred(to, NOT_VERIFIED),
          tlsSession('mx'),
          unverified,
          failed(failure.replaceAll('-', '_')),
        ],
      }),
  ),

  ...(['no', 'yes'] as const).map((skip) =>
    scenario(`tls-reports/resumed-${skip === 'yes' ? 'skipped' : 'reported'}`, {
      title: `A TLS session that is resumed is ${skip === 'yes' ? 'not reported where smtp_tlsrpt_skip_reused_handshakes says so' : 'reported like any other'}`,
      clauses: ['postfix:smtp_tlsrpt_skip_reused_handshakes'],
      dns: domain(),
      files,
      hosts: { mx: server() },
      config: reporting('may', {
        smtp_tls_session_cache_database: 'btree:/run/tls-reports/sessions',
        smtp_tlsrpt_skip_reused_handshakes: skip,
      }),
      send: [send, message({ to, after: '1s' })],
      expect: [
        delivered(to),
        delivered(to),
        tlsSession('mx', { resumed: false, session: 1 }),
        tlsSession('mx', { resumed: true, session: 2 }),
        reports(skip === 'yes' ? 1 : 2),
      ],
    }),
  ),
];
