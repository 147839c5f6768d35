/** The way to the server: MX records, addresses and ports, validated or not (security reference 5.1 to 5.3, 5.6). */
import {
  authority,
  connections,
  deferred,
  delivered,
  dialogue,
  listening,
  logged,
  mailHost,
  message,
  noTls,
  notQueried,
  selfSigned,
  tlsSession,
} from '../../scenario.ts';
import {
  DANE,
  DANE_ONLY,
  dane,
  opportunistic,
  PLAIN,
  published,
  records,
  refused,
  skipped,
  verified,
} from './_site.ts';

const level = 'postfix:smtp_tls_security_level';
const insecurePolicy = 'postfix:smtp_tls_dane_insecure_mx_policy';
const forced = 'postfix:smtp_tls_force_insecure_host_tlsa_lookup';
const insecureMx = { MX: '10 mx', ad: false };
const elsewhere = selfSigned('elsewhere.test');
const root = authority('Exchanger Root');

/** With its root, named so. */
function issued(name: string) {
  const credential = root.issue(name);
  return credential.withChain(credential, root);
}

export default [
  dane(
    'insecure-mx',
    'MX records that are not validated leave DANE for the host, which proves less',
    (site) => ({
      clauses: [level, 'rfc7672-2.2.1-04', 'rfc7672-2.2.1-06'],
      origins: ['security-98', 'field-DE20'],
      zone: { ...published(site.own, '3 1 1'), '@': insecureMx },
      expect: [
        delivered(site.to, { via: 'mx' }),
        tlsSession('mx', { sni: site.mx }),
        logged(`Trusted TLS connection established to ${site.mx}[`),
      ],
    }),
  ),
  dane(
    'insecure-mx-mismatch',
    'A host found by insecure MX records has to match its TLSA records',
    (site) => ({
      clauses: [level, 'rfc7672-3.2-01'],
      origins: ['security-98'],
      zone: { ...published(elsewhere, '3 1 1'), '@': insecureMx },
      expect: refused(site),
    }),
  ),
  dane(
    'insecure-mx-encrypt',
    'smtp_tls_dane_insecure_mx_policy=encrypt asks for TLS, whoever it is',
    (site) => ({
      clauses: [insecurePolicy],
      origins: ['security-99'],
      config: { ...DANE, smtp_tls_dane_insecure_mx_policy: 'encrypt' },
      zone: { ...published(elsewhere, '3 1 1'), '@': insecureMx },
      expect: opportunistic(site),
    }),
  ),
  dane(
    'insecure-mx-encrypt-in-the-clear',
    'smtp_tls_dane_insecure_mx_policy=encrypt forbids plaintext',
    (site) => ({
      clauses: [insecurePolicy],
      origins: ['security-99'],
      host: PLAIN,
      config: { ...DANE, smtp_tls_dane_insecure_mx_policy: 'encrypt' },
      zone: { ...published(site.own, '3 1 1'), '@': insecureMx },
      expect: [deferred(site.to, { dsn: '4.7.4' }), dialogue('mx', ['...', 'C: QUIT', '...'])],
    }),
  ),
  dane('insecure-mx-may', 'smtp_tls_dane_insecure_mx_policy=may looks for no TLSA records', (site) => ({
    clauses: [insecurePolicy],
    origins: ['security-99'],
    host: PLAIN,
    config: { ...DANE, smtp_tls_dane_insecure_mx_policy: 'may' },
    zone: { ...published(site.own, '3 1 1'), '@': insecureMx },
    expect: [delivered(site.to, { via: 'mx' }), noTls('mx'), notQueried(`_25._tcp.${site.mx}`)],
  })),
  dane('insecure-mx-mandatory', 'With dane-only insecure MX records lead nowhere', (site) => ({
    clauses: [level, 'rfc7672-2.2.1-03'],
    origins: ['security-121'],
    hosts: {},
    config: DANE_ONLY,
    zone: { ...published(site.own, '3 1 1'), '@': insecureMx },
    expect: skipped(site, 'non DNSSEC destination'),
  })),
  dane('implicit-mx', 'Without MX records the host of the domain itself is verified', (site) => ({
    clauses: [level],
    origins: ['security-120'],
    hosts: { apex: listening({ address: '192.0.2.9' }, mailHost({ tls: { credential: elsewhere } })) },
    zone: {
      '@': { A: '192.0.2.9' },
      MX: [],
      '_25._tcp': { TLSA: records(elsewhere, '3 1 1') },
    },
    expect: verified(site, site.domain, 'apex'),
  })),
  dane('implicit-insecure-mx', 'That there are no MX records need not be validated', (site) => ({
    clauses: [level],
    origins: ['security-120'],
    hosts: { apex: listening({ address: '192.0.2.9' }, mailHost({ tls: { credential: elsewhere } })) },
    zone: {
      '@': { A: '192.0.2.9', ad: { MX: false } },
      MX: [],
      '_25._tcp': { TLSA: records(elsewhere, '3 1 1') },
    },
    expect: verified(site, site.domain, 'apex'),
  })),
  dane('insecure-address', 'A host whose address is not validated is not asked for TLSA records', (site) => ({
    clauses: [level, 'rfc7672-2.2.2-02', 'rfc7672-2.2.2-01'],
    origins: ['security-108', 'field-DE14'],
    zone: { ...published(elsewhere, '3 1 1'), mx: { A: '192.0.2.1', ad: false } },
    expect: [...opportunistic(site), notQueried(`_25._tcp.${site.mx}`)],
  })),
  dane(
    'insecure-address-mandatory',
    'With dane-only a host whose address is not validated is left out',
    (site) => ({
      clauses: [level],
      origins: ['field-DE15'],
      hosts: {},
      config: DANE_ONLY,
      zone: { ...published(site.own, '3 1 1'), mx: { A: '192.0.2.1', ad: false } },
      expect: skipped(site, 'no TLSA records found'),
    }),
  ),
  dane(
    'insecure-address-forced',
    'TLSA records of an insecure host count where they are asked for',
    (site) => ({
      clauses: [forced],
      origins: ['security-108'],
      config: { ...DANE, smtp_tls_force_insecure_host_tlsa_lookup: 'yes' },
      zone: { ...published(elsewhere, '3 1 1'), mx: { A: '192.0.2.1', ad: false } },
      expect: refused(site),
    }),
  ),
  dane('insecure-address-forced-match', 'A server of an insecure host can prove who it is', (site) => ({
    clauses: [forced],
    origins: ['security-108'],
    config: { ...DANE, smtp_tls_force_insecure_host_tlsa_lookup: 'yes' },
    zone: { ...published(site.own, '3 1 1'), mx: { A: '192.0.2.1', ad: false } },
    expect: verified(site),
  })),
  dane(
    'lmtp-insecure-address-forced',
    'LMTP asks for TLSA records of insecure hosts where it is told to',
    (site) => ({
      clauses: ['postfix:lmtp_tls_force_insecure_host_tlsa_lookup'],
      config: {
        lmtp_tls_security_level: 'dane',
        lmtp_dns_support_level: 'dnssec',
        lmtp_tls_force_insecure_host_tlsa_lookup: 'yes',
      },
      hosts: { mx: mailHost({ protocol: 'lmtp', tls: { credential: site.own } }) },
      send: message({ service: 'lmtp', nexthop: `inet:${site.mx}`, to: site.to }),
      zone: {
        '_24._tcp.mx': { TLSA: records(elsewhere, '3 1 1') },
        mx: { A: '192.0.2.1', ad: false },
      },
      expect: [
        deferred(site.to, { dsn: '4.7.5', reason: 'Server certificate not verified' }),
        tlsSession('mx', { sni: site.mx }),
      ],
    }),
  ),
  ...[
    { name: 'first', of: 'A', sni: false, title: 'An insecure first address' },
    { name: 'second', of: 'AAAA', sni: true, title: 'A secure first address' },
  ].map(({ name, of, sni, title }) =>
    dane(`insecure-${name}-address`, `${title} decides for all addresses of the host`, (site) => ({
      clauses: [level, 'postfix:smtp_address_preference'],
      config: { ...DANE, smtp_address_preference: 'ipv4' },
      zone: {
        ...published(site.own, '3 1 1'),
        mx: { A: '192.0.2.1', AAAA: '2001:db8::1', ad: { [of]: false } },
      },
      host: { rcpt: ['451 4.3.0 later', 'default'] },
      expect: [
        delivered(site.to, { via: 'mx', relay: `${site.mx}[2001:db8::1]:25` }),
        connections('mx', 2),
        tlsSession('mx', { sni: sni ? site.mx : undefined }),
      ],
    })),
  ),
  dane(
    'domain-names-server',
    'With usage 2 the certificate may name the domain in place of the host',
    (site) => ({
      clauses: [level, 'rfc7672-3.2.2-02'],
      host: { tls: { credential: issued(site.domain) } },
      zone: published(root, '2 0 1'),
      expect: verified(site),
    }),
  ),
  dane(
    'insecure-mx-domain-name',
    'With insecure MX records the certificate may still name the domain',
    (site) => ({
      clauses: [level],
      host: { tls: { credential: issued(site.domain) } },
      zone: { ...published(root, '2 0 1'), '@': insecureMx },
      expect: [
        delivered(site.to, { via: 'mx' }),
        tlsSession('mx', { sni: site.mx }),
        logged('Trusted TLS connection established'),
      ],
    }),
  ),
  dane('other-port', 'TLSA records are those of the port', (site) => ({
    clauses: [level, 'rfc7672-2.2.3-01', 'rfc6698-4-01'],
    origins: ['security-125'],
    hosts: { mx: mailHost({ port: 2525, tls: { credential: site.own } }) },
    send: message({ to: site.to, nexthop: `${site.domain}:2525` }),
    zone: { ...published(elsewhere, '3 1 1'), '_2525._tcp.mx': { TLSA: records(site.own, '3 1 1') } },
    expect: [...verified(site), notQueried(`_25._tcp.${site.mx}`)],
  })),
  dane('service-port', 'The port of an SRV record is that of the TLSA records', (site) => ({
    clauses: [level, 'postfix:use_srv_lookup', 'rfc7672-2.2.3-01'],
    origins: ['security-126'],
    hosts: { mx: mailHost({ port: 2525, tls: { credential: site.own } }) },
    config: { ...DANE, use_srv_lookup: 'smtp' },
    send: message({ to: site.to, nexthop: `${site.domain}:smtp` }),
    zone: {
      ...published(elsewhere, '3 1 1'),
      '_smtp._tcp': { SRV: '0 0 2525 mx' },
      '_2525._tcp.mx': { TLSA: records(site.own, '3 1 1') },
    },
    expect: verified(site),
  })),
];
