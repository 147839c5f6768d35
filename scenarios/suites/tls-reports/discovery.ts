/** Which domains want reports about TLS, and when none are made (RFC 8460 section 3; security reference 16). */
import {
  connections,
  delivered,
  logged,
  mailHost,
  message,
  noTls,
  notQueried,
  queried,
  type Scenario,
  scenario,
  tlsSession,
  zone,
} from '../../scenario.ts';
import { domain, files, good, noReport, RECORD, reporting, server, succeeded, to } from './_domain.ts';

const clauses = ['postfix:smtp_tlsrpt_enable'];
const NAME = '_smtp._tls.example.test';
const send = message({ to });
/** Longer than one character-string of DNS: the semicolon that makes it a record is in the second one. */
const SPLIT = `v=TLSRPTv1${' '.repeat(250)};rua=mailto:tls@example.test`;

const records: readonly (readonly [
  name: string,
  title: string,
  texts: readonly string[],
  clauses: readonly string[],
])[] = [
  ['record', 'A domain with a TLSRPT record gets a report', [RECORD], ['rfc8460-3-01']],
  [
    'foreign-records',
    'Records of other kinds do not count',
    ['v=spf1 -all', 'v=TLSRPTv2; rua=mailto:a@example.test', 'V=TLSRPTv1; rua=mailto:a@example.test', RECORD],
    ['rfc8460-3-02'],
  ],
  ['blanks', 'Blanks may stand before the first semicolon', ['v=TLSRPTv1  ;x'], []],
  ['unknown-fields', 'Fields that nobody knows are no obstacle', [`${RECORD}; colour=red`], ['rfc8460-3-04']],
  ['split', 'The strings of a record are read as one', [SPLIT], ['rfc8460-3-03']],
];

/** Why nobody is asked: what is set, and what is done. */
const silent: readonly (readonly [
  name: string,
  title: string,
  config: Readonly<Record<string, string>>,
  warning: string | undefined,
  clauses: readonly string[],
])[] = [
  ['not-enabled', 'None are made unless they are asked for', { smtp_tlsrpt_enable: 'no' }, undefined, []],
  [
    'no-socket',
    'None are made without a socket of the collector, which a warning tells',
    { smtp_tlsrpt_socket_name: '' },
    'warning: TLSRPT support: parameter smtp_tlsrpt_socket_name has empty value -- TLSRPT support will be disabled',
    ['postfix:smtp_tlsrpt_socket_name'],
  ],
  ['level-none', 'None are made at level none', { smtp_tls_security_level: 'none' }, undefined, []],
  [
    'level-of-table',
    'None are made where only a table says that there is TLS',
    { smtp_tls_security_level: '', smtp_tls_policy_maps: 'inline:{example.test=may}' },
    undefined,
    [],
  ],
];

export default [
  ...records.map(
    ([name, title, texts, more]): Scenario =>
      scenario(`tls-reports/${name}`, {
        title,
        clauses: [...clauses, 'postfix:smtp_tlsrpt_socket_name', ...more],
        dns: domain(texts),
        files,
        hosts: { mx: server() },
        config: reporting('may'),
        send,
        expect: [delivered(to), tlsSession('mx'), queried(NAME, 'TXT'), succeeded()],
      }),
  ),

  scenario('tls-reports/two-records', {
    title: 'A domain with two TLSRPT records gets no reports',
    clauses: [...clauses, 'rfc8460-3-02'],
    origins: ['security-132'],
    dns: domain([RECORD, 'v=TLSRPTv1; rua=https://example.test/']),
    files,
    hosts: { mx: server() },
    config: reporting('may'),
    send,
    expect: [
      delivered(to),
      tlsSession('mx'),
      logged('warning: TLSRPT support: Too many TLSRPT policies for example.test'),
      noReport,
    ],
  }),

  scenario('tls-reports/malformed-record', {
    title: 'A TLSRPT record without a semicolon is ignored, with a warning',
    clauses: [...clauses, 'rfc8460-3-02'],
    dns: domain(['v=TLSRPTv1 rua=mailto:a@example.test']),
    files,
    hosts: { mx: server() },
    config: reporting('may'),
    send,
    expect: [
      delivered(to),
      tlsSession('mx'),
      logged(
        'warning: TLSRPT support: ignoring malformed policy for example.test:, "v=TLSRPTv1 rua=mailto:a@example.test"',
      ),
      noReport,
    ],
  }),

  scenario('tls-reports/no-record', {
    title: 'A domain without a TLSRPT record gets no reports',
    clauses,
    dns: zone('example.test', { MX: '10 mx', mx: '192.0.2.1' }),
    files,
    hosts: { mx: server() },
    config: reporting('may'),
    send,
    expect: [delivered(to), tlsSession('mx'), queried(NAME, 'TXT'), noReport],
  }),

  scenario('tls-reports/lookup-failure', {
    title: 'A TLSRPT record that cannot be looked up is warned of, and the message is delivered',
    clauses,
    dns: zone('example.test', { MX: '10 mx', mx: '192.0.2.1', '_smtp._tls': { fault: 'SERVFAIL' } }),
    files,
    hosts: { mx: server() },
    config: reporting('may'),
    send,
    expect: [
      delivered(to),
      tlsSession('mx'),
      logged(
        /^warning: TLSRPT support: policy lookup failed for example\.test: .*_smtp\._tls\.example\.test/,
      ),
      noReport,
    ],
  }),

  scenario('tls-reports/filtered', {
    title: 'A TLSRPT record that smtp_dns_reply_filter takes away does not count',
    clauses: [...clauses, 'postfix:smtp_dns_reply_filter'],
    dns: domain(),
    files: { ...files, '/run/tls-reports/filter': '/ TXT /  IGNORE\n' },
    hosts: { mx: server() },
    config: reporting('may', { smtp_dns_reply_filter: 'regexp:/run/tls-reports/filter' }),
    send,
    expect: [delivered(to), tlsSession('mx'), logged('ignoring DNS RR: _smtp._tls.example.test'), noReport],
  }),

  scenario('tls-reports/international', {
    title: 'Reports are looked for and made by A-labels',
    clauses: [...clauses, 'rfc8460-4.4-01'],
    dns: zone('xn--bcher-kva.test', { MX: '10 mx', mx: '192.0.2.1', '_smtp._tls': { TXT: RECORD } }),
    files,
    hosts: { mx: mailHost({ tls: { credential: good } }) },
    config: reporting('may'),
    send: message({ to: 'user@bücher.test', headers: { To: 'user' }, smtputf8: true }),
    expect: [
      delivered('user@bücher.test'),
      tlsSession('mx'),
      logged(
        'TLSRPT: status=success, domain=xn--bcher-kva.test, receiving_mx=mx.xn--bcher-kva.test[192.0.2.1]',
      ),
    ],
  }),

  scenario('tls-reports/next-hop', {
    title: 'Who gets reports is the next hop, without brackets and port',
    clauses,
    dns: domain(RECORD, { '_smtp._tls.mx': { TXT: RECORD } }),
    files,
    hosts: { mx: server({}, { port: 2525 }) },
    config: reporting('may'),
    send: message({ to: 'user@elsewhere.test', nexthop: '[mx.example.test]:2525' }),
    expect: [
      delivered('user@elsewhere.test'),
      tlsSession('mx'),
      queried('_smtp._tls.mx.example.test', 'TXT'),
      logged('TLSRPT: status=success, domain=mx.example.test, receiving_mx=mx.example.test[192.0.2.1]'),
    ],
  }),

  scenario('tls-reports/address', {
    title: 'A next hop that is an address gets no reports',
    clauses,
    dns: domain(),
    files,
    hosts: { mx: server() },
    config: reporting('may'),
    send: message({ to, nexthop: '[192.0.2.1]' }),
    expect: [delivered(to), tlsSession('mx'), notQueried(NAME, 'TXT'), noReport],
  }),

  ...silent.map(
    ([name, title, config, warning, more]): Scenario =>
      scenario(`tls-reports/${name}`, {
        title: `Reports: ${title}`,
        clauses: [...clauses, ...more],
        dns: domain(),
        files,
        hosts: { mx: server() },
        config: reporting('may', config),
        send,
        expect: [
          delivered(to, { via: 'mx' }),
          notQueried(NAME, 'TXT'),
          noReport,
          ...(warning === undefined ? [] : [logged(warning)]),
        ],
      }),
  ),

  scenario('tls-reports/without-dns', {
    title: 'Reports: none are made where DNS is not used, which a warning tells',
    clauses,
    dns: domain(),
    files: { ...files, '/etc/hosts': '192.0.2.1 mx.example.test\n' },
    hosts: { mx: server() },
    config: reporting('may', { smtp_dns_support_level: 'disabled', smtp_host_lookup: 'native' }),
    send: message({ to, nexthop: '[mx.example.test]' }),
    expect: [
      delivered(to, { via: 'mx' }),
      notQueried(NAME, 'TXT'),
      noReport,
      logged('warning: Cannot enable TLSRPT support: DNS is disabled'),
    ],
  }),

  scenario('tls-reports/tls-optional', {
    title: 'A message that calls TLS optional is not reported: reports themselves are sent so',
    clauses: [...clauses, 'postfix:tls_required_enable', 'rfc8460-3-05', 'rfc8460-3-06', 'rfc8460-5.3.1-01'],
    dns: domain(),
    files,
    hosts: { mx: mailHost({ extensions: [] }) },
    config: reporting('secure', { tls_required_enable: 'yes' }),
    send: message({ to, headers: { 'TLS-Required': 'No' } }),
    expect: [delivered(to), noTls('mx'), notQueried(NAME, 'TXT'), noReport],
  }),

  scenario('tls-reports/lmtp', {
    title: 'LMTP makes no reports, which a warning tells where they are asked for',
    clauses: [
      'postfix:lmtp_tlsrpt_enable',
      'postfix:lmtp_tlsrpt_socket_name',
      'postfix:lmtp_tlsrpt_skip_reused_handshakes',
    ],
    dns: domain(RECORD, { '_smtp._tls.mx': { TXT: RECORD } }),
    files,
    hosts: { mx: server({}, { protocol: 'lmtp' }) },
    config: {
      lmtp_tlsrpt_enable: 'yes',
      lmtp_tlsrpt_socket_name: 'tlsrpt.sock',
      lmtp_tlsrpt_skip_reused_handshakes: 'yes',
      lmtp_tls_security_level: 'may',
    },
    send: message({ to, service: 'lmtp', nexthop: 'inet:mx.example.test' }),
    expect: [
      delivered(to),
      connections('mx', 1),
      notQueried('_smtp._tls.mx.example.test', 'TXT'),
      noReport,
      logged('warning: TLSRPT support is not implemented for LMTP'),
    ],
  }),
];
