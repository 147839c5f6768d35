/** Which names a certificate has to have, and which it has (RFC 6125; security reference 10.2). */
import { type Expectation, logged } from '../../scenario.ts';
import { ca, failedFor, good, type Handshake, overBoth, overSmtp, PEER } from './_server.ts';

const levels = {
  secure: { smtp_tls_security_level: 'secure', smtp_tls_CAfile: '/run/ca.pem' },
  verify: { smtp_tls_security_level: 'verify', smtp_tls_CAfile: '/run/ca.pem' },
};
const mismatch = logged(failedFor('num=62:hostname mismatch', 'server '));
const matched = (name: string): Expectation => logged(`${PEER}: matched peername: ${name}`);
/** The next hop is a domain, its exchanger has another name. */
const domain = 'example.test';

interface Case extends Pick<Handshake, 'title' | 'clauses' | 'origins' | 'nexthop'> {
  readonly level: keyof typeof levels;
  /** What certificates are compared with, where that is not the default. */
  readonly match?: string;
  /** Name of the certificate. */
  readonly named: Parameters<typeof ca.issue>;
  /** Name that is found in it. */
  readonly found?: string;
}

const cases: Readonly<Record<string, Case>> = {
  'secure-next-hop': {
    title: 'Level secure: the certificate of an exchanger has the name of the next hop',
    clauses: ['rfc7817-3-02', 'rfc7817-3-04'],
    level: 'secure',
    nexthop: domain,
    named: ['mx.example.test', { names: ['example.test'] }],
    found: 'example.test',
  },
  'secure-below-next-hop': {
    title: 'Level secure: or any name below that of the next hop',
    level: 'secure',
    nexthop: domain,
    named: ['a.b.example.test'],
    found: 'a.b.example.test',
  },
  'secure-wrong-name': {
    title: 'Level secure: a trusted certificate of somebody else is not enough',
    origins: ['security-68'],
    level: 'secure',
    nexthop: domain,
    named: ['mx.other.test'],
  },
  'verify-host': {
    title: 'Level verify: the certificate has the name of the server',
    origins: ['field-TL15'],
    level: 'verify',
    nexthop: domain,
    named: ['mx.example.test'],
    found: 'mx.example.test',
  },
  'verify-wrong-name': {
    title: 'Level verify: the name of the next hop is not that of the server',
    origins: ['field-TL14'],
    clauses: ['rfc7817-3-01'],
    level: 'verify',
    nexthop: domain,
    named: ['example.test'],
  },
  'match-next-hop': {
    title:
      'Compared with the next hop, certificates of exchangers elsewhere have to name the domain of the recipient',
    origins: ['security-74'],
    clauses: ['rfc6125-6.2.1-01'],
    level: 'secure',
    match: 'nexthop',
    nexthop: domain,
    named: ['mx.example.test'],
  },
  'match-next-hop-named': {
    title: 'Compared with the next hop, a certificate that names it is good',
    origins: ['security-74'],
    level: 'secure',
    match: 'nexthop',
    nexthop: domain,
    named: ['example.test'],
    found: 'example.test',
  },
  'match-host': {
    title: 'Compared with the name of the server, a certificate that has it is good at level secure, too',
    level: 'secure',
    match: 'hostname',
    nexthop: domain,
    named: ['mx.example.test'],
    found: 'mx.example.test',
  },
  'wildcard-one-label': {
    title: 'A wildcard stands for one label',
    clauses: ['rfc7817-3-07'],
    level: 'verify',
    named: ['*.example.test'],
    found: '*.example.test',
  },
  'wildcard-two-labels': {
    title: 'A wildcard does not stand for two labels',
    origins: ['security-75'],
    clauses: ['rfc6125-6.4.3-02'],
    level: 'verify',
    match: 'a.b.example.test',
    named: ['*.example.test'],
  },
  'wildcard-within-label': {
    title: 'A wildcard that is part of a label stands for nothing',
    clauses: ['rfc7817-3-08'],
    level: 'verify',
    named: ['m*.example.test'],
  },
  'wildcard-below-label': {
    title: 'A wildcard that is not the first label stands for nothing',
    clauses: ['rfc6125-6.4.3-01'],
    level: 'verify',
    named: ['mx.*.test'],
  },
  'wildcard-top': {
    title: 'A wildcard below a top-level domain stands for nothing',
    level: 'verify',
    match: 'example.test',
    named: ['*.test'],
  },
  'common-name': {
    title: 'Where a certificate has no other names, its common name counts',
    origins: ['security-76'],
    clauses: ['rfc6125-6.2.1-02', 'rfc7817-3-06'],
    level: 'verify',
    named: ['mx.example.test', { names: [] }],
    found: 'mx.example.test',
  },
  'common-name-beside-others': {
    title: 'Where a certificate has other names, its common name does not count',
    origins: ['security-77'],
    clauses: ['rfc6125-6.4.4-01'],
    level: 'verify',
    named: ['mx.example.test', { names: ['www.example.test'] }],
  },
  'domain-and-wildcard': {
    title: 'Any name below a domain: a wildcard is one',
    origins: ['security-78'],
    level: 'secure',
    match: '.example.test',
    named: ['*.example.test'],
    found: '*.example.test',
  },
  'domain-itself': {
    title: 'Any name below a domain: the domain is none',
    level: 'secure',
    match: '.example.test',
    named: ['example.test'],
  },
  'domain-or-below': {
    title: 'A domain, or any name below it: the domain',
    origins: ['security-79'],
    level: 'secure',
    match: 'example.test:.example.test',
    named: ['example.test'],
    found: 'example.test',
  },
  'domain-or-below-below': {
    title: 'A domain, or any name below it: a name below',
    origins: ['security-79'],
    level: 'secure',
    match: 'example.test:.example.test',
    named: ['x.example.test'],
    found: 'x.example.test',
  },
  'any-case': {
    title: 'Names are compared in any case',
    level: 'verify',
    named: ['MX.Example.TEST'],
    found: 'MX.Example.TEST',
  },
  address: {
    title: 'A next hop that is an address has it in its certificate',
    origins: ['security-73'],
    level: 'verify',
    nexthop: '[192.0.2.1]',
    named: ['mx.example.test', { addresses: ['192.0.2.1'] }],
  },
};

export default [
  ...Object.entries(cases).map(([name, { level, match, named, found, ...handshake }]) =>
    overSmtp(`certificates/name-${name}`, {
      shows: [`smtp_tls_${level}_cert_match`],
      ...handshake,
      server: { credential: ca.issue(...named) },
      config: {
        ...levels[level],
        smtp_tls_loglevel: 'summary, certmatch',
        smtp_tls_fingerprint_digest: 'sha256',
        ...(match !== undefined && { [`smtp_tls_${level}_cert_match`]: match }),
      },
      ...(found === undefined && name !== 'address'
        ? { outcome: 'unverified', expect: [mismatch] }
        : { outcome: 'delivered', expect: found === undefined ? [] : [matched(found)] }),
    }),
  ),
  ...(['verify', 'secure'] as const).flatMap((level) =>
    overBoth(`certificates/${level}-cert-match`, {
      title: `smtp_tls_${level}_cert_match: a server that has another name than that is not good`,
      shows: [`smtp_tls_${level}_cert_match`],
      server: { credential: good },
      config: { ...levels[level], [`smtp_tls_${level}_cert_match`]: 'other.test' },
      outcome: 'unverified',
      expect: [mismatch],
    }),
  ),
  overSmtp('certificates/name-not-the-address', {
    title: 'A next hop that is an address is not good for its name',
    shows: ['smtp_tls_verify_cert_match'],
    origins: ['security-73'],
    nexthop: '[192.0.2.1]',
    config: levels.verify,
    outcome: 'unverified',
    expect: [logged('num=64:IP address mismatch')],
  }),
  overSmtp('certificates/wildcard-multiple-labels', {
    title: 'tls_wildcard_matches_multiple_labels does not make a wildcard stand for two labels',
    shows: ['tls_wildcard_matches_multiple_labels'],
    server: { credential: ca.issue('*.example.test') },
    config: {
      ...levels.verify,
      smtp_tls_verify_cert_match: 'a.b.example.test',
      tls_wildcard_matches_multiple_labels: 'yes',
    },
    outcome: 'unverified',
    expect: [mismatch],
  }),
];
