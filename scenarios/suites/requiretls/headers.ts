/** What header fields of a message ask of TLS: Require-TLS-ESMTP, and TLS-Required (RFC 8689 section 4; security reference 17.1, 17.3). */
import {
  bounced,
  connections,
  deferred,
  delivered,
  dialogue,
  logged,
  mailHost,
  message,
  noTls,
  notQueried,
  scenario,
  tlsSession,
  zone,
} from '../../scenario.ts';
import {
  demanding,
  disables,
  dns,
  files,
  MAIL,
  misnamed,
  plainServer,
  server,
  skipped,
  status,
  to,
  untrusted,
} from './_server.ts';

const optional = { 'TLS-Required': 'No' };
const secure = {
  smtp_tls_security_level: 'secure',
  smtp_tls_CAfile: '/run/ca.pem',
  tls_required_enable: 'yes',
};
const clauses = ['postfix:tls_required_enable'];
const NOT_VERIFIED = { dsn: '4.7.5', reason: 'Server certificate not verified' } as const;
const unverified = logged('certificate verification failed for mx.example.test[192.0.2.1]:25');

export default [
  scenario('requiretls/header-asks', {
    title: 'Require-TLS-ESMTP: yes asks for REQUIRETLS as the envelope does',
    clauses: ['postfix:requiretls_esmtp_header'],
    dns,
    files,
    hosts: { mx: server() },
    config: demanding('enforce', 'verify', { requiretls_esmtp_header: 'yes' }),
    send: message({ to, headers: { 'Require-TLS-ESMTP': 'yes' } }),
    expect: [
      delivered(to),
      dialogue('mx', ['...', '{TLS}', 'C: EHLO *', '...', `${MAIL} REQUIRETLS`, '...']),
      status('verify/requiretls'),
    ],
  }),

  scenario('requiretls/header-not-enabled', {
    title: 'Require-TLS-ESMTP is a header field like any other where requiretls_esmtp_header says so',
    clauses: ['postfix:requiretls_esmtp_header'],
    dns,
    files,
    hosts: { mx: server() },
    config: demanding('enforce', 'may', { requiretls_esmtp_header: 'no' }),
    send: message({ to, headers: { 'Require-TLS-ESMTP': 'yes' } }),
    expect: [delivered(to), dialogue('mx', ['...', '{TLS}', 'C: EHLO *', '...', MAIL, '...']), status('may')],
  }),

  scenario('requiretls/optional-mismatch', {
    title: 'TLS-Required: No: a certificate that does not match is no obstacle, and TLS is used all the same',
    clauses: [...clauses, 'rfc8689-3-01', 'rfc8689-3-02', 'rfc8689-4.2.2-01'],
    origins: ['security-143'],
    dns,
    files,
    hosts: { mx: server({ credential: misnamed }) },
    config: secure,
    send: message({ to, headers: optional }),
    expect: [delivered(to), tlsSession('mx'), status('may')],
  }),

  scenario('requiretls/optional-plain', {
    title: 'TLS-Required: No: a server without STARTTLS gets the message in the clear',
    clauses: [...clauses, 'rfc8689-3-01', 'rfc8689-4.2.2-01'],
    origins: ['security-144'],
    dns,
    files,
    hosts: { mx: plainServer() },
    config: secure,
    send: message({ to, headers: optional }),
    expect: [delivered(to), noTls('mx'), status('may:none')],
  }),

  scenario('requiretls/optional-any-case', {
    title: 'TLS-Required: nO is read in any case',
    clauses,
    dns,
    files,
    hosts: { mx: plainServer() },
    config: secure,
    send: message({ to, headers: { 'tls-required': 'nO' } }),
    expect: [delivered(to, { via: 'mx' }), status('may:none')],
  }),

  scenario('requiretls/optional-without-table', {
    title: 'TLS-Required: No: what a policy table says of the next hop does not count',
    clauses: [...clauses, 'rfc8689-3-01'],
    dns,
    hosts: { mx: plainServer() },
    config: {
      smtp_tls_security_level: 'may',
      smtp_tls_policy_maps: 'inline:{example.test=encrypt}',
      tls_required_enable: 'yes',
    },
    send: message({ to, headers: optional }),
    expect: [delivered(to, { via: 'mx' }), status('may:none')],
  }),

  scenario('requiretls/optional-without-dane', {
    title: 'TLS-Required: No: TLSA records do not count, and nobody asks for them',
    clauses: [...clauses, 'rfc8689-3-01'],
    dns: zone('example.test', {
      MX: '10 mx',
      mx: '192.0.2.1',
      '_25._tcp.mx': { TLSA: `3 1 1 ${'00'.repeat(32)}` },
      ad: true,
    }),
    hosts: { mx: server({ credential: untrusted }) },
    config: { smtp_tls_security_level: 'dane', smtp_dns_support_level: 'dnssec', tls_required_enable: 'yes' },
    send: message({ to, headers: optional }),
    expect: [delivered(to), tlsSession('mx'), notQueried('_25._tcp.mx.example.test', 'TLSA'), status('may')],
  }),

  scenario('requiretls/optional-level-none', {
    title: 'TLS-Required: No does not raise level none',
    clauses,
    dns,
    hosts: { mx: server() },
    config: { smtp_tls_security_level: 'none', tls_required_enable: 'yes' },
    send: message({ to, headers: optional }),
    expect: [delivered(to), noTls('mx'), status('none')],
  }),

  scenario('requiretls/optional-server-insists', {
    title:
      'TLS-Required: No: a server that insists on TLS without offering it gets the message back to its sender',
    clauses: [...clauses, 'rfc8689-4.2.2-02'],
    dns,
    files,
    hosts: { mx: mailHost({ extensions: [], mail: '530 5.7.0 Must issue a STARTTLS command first' }) },
    config: secure,
    send: message({ to, headers: optional }),
    expect: [bounced(to, { dsn: '5.7.0' }), noTls('mx'), status('may:none')],
  }),

  scenario('requiretls/optional-wrapper', {
    title: 'TLS-Required: No: with TLS from the first byte on, encryption is what is left of the level',
    clauses: [...clauses, 'postfix:smtp_tls_wrappermode'],
    dns,
    files,
    hosts: { mx: server({ wrapper: true, credential: misnamed }, { extensions: [] }) },
    config: { ...secure, smtp_tls_wrappermode: 'yes' },
    send: message({ to, headers: optional, nexthop: '[mx.example.test]:465' }),
    expect: [delivered(to), tlsSession('mx'), status('encrypt')],
  }),

  scenario('requiretls/optional-wrapper-may', {
    title: 'TLS-Required: No does not raise a level that is too low for TLS from the first byte on',
    clauses: [...clauses, 'postfix:smtp_tls_wrappermode'],
    dns,
    hosts: { mx: server({ wrapper: true }, { extensions: [] }) },
    config: { smtp_tls_security_level: 'may', smtp_tls_wrappermode: 'yes', tls_required_enable: 'yes' },
    send: message({ to, headers: optional, nexthop: '[mx.example.test]:465' }),
    expect: [
      deferred(to, { dsn: '4.3.0' }),
      connections('mx', 0),
      logged('warning: smtp_tls_wrappermode requires "smtp_tls_security_level = encrypt" (or stronger)'),
    ],
  }),

  scenario('requiretls/optional-malformed', {
    title: 'TLS-Required with another value than no is ignored, with a warning',
    clauses,
    origins: ['security-145'],
    dns,
    files,
    hosts: { mx: server({ credential: misnamed }) },
    config: secure,
    send: message({ to, headers: { 'TLS-Required': 'maybe' } }),
    expect: [
      deferred(to, NOT_VERIFIED),
      dialogue('mx', ['...', '{TLS}', 'C: QUIT', '...']),
      logged("warning: ignoring malformed header: 'TLS-Required: maybe'"),
      unverified,
      status('!secure'),
    ],
  }),

  scenario('requiretls/optional-not-enabled', {
    title: 'TLS-Required is a header field like any other where tls_required_enable says so',
    clauses,
    dns,
    files,
    hosts: { mx: server({ credential: misnamed }) },
    config: { ...secure, tls_required_enable: 'no' },
    send: message({ to, headers: optional }),
    expect: [
      deferred(to, NOT_VERIFIED),
      dialogue('mx', ['...', '{TLS}', 'C: QUIT', '...']),
      unverified,
      status('!secure'),
    ],
  }),

  scenario('requiretls/both-headers', {
    title: 'A message that asks for REQUIRETLS and calls TLS optional is held to REQUIRETLS',
    clauses: [...clauses, 'rfc8689-4.1-01'],
    origins: ['security-146'],
    dns,
    hosts: { mx: plainServer() },
    config: { smtp_requiretls_policy: 'enforce', smtp_tls_security_level: 'may' },
    send: message({ to, headers: { ...optional, 'Require-TLS-ESMTP': 'yes' } }),
    expect: [
      bounced(to, { dsn: '5.7.10', reason: disables('may', 'certificate matching') }),
      connections('mx', 0),
      skipped(disables('may', 'certificate matching')),
    ],
  }),

  scenario('requiretls/both-not-enabled', {
    title: 'Where REQUIRETLS is switched off, TLS-Required: No counts beside a request for it',
    clauses: [...clauses, 'postfix:requiretls_enable'],
    dns,
    files,
    hosts: { mx: plainServer() },
    config: { ...secure, requiretls_enable: 'no' },
    send: message({ to, requiretls: true, headers: optional }),
    expect: [delivered(to, { via: 'mx' }), status('may:none')],
  }),
];
