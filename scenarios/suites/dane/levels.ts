/** What DANE comes to where it cannot be had (security reference 5.1). */
import {
  deferred,
  delivered,
  dialogue,
  logged,
  mailHost,
  message,
  noTls,
  notLogged,
  queried,
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
const PROBLEM = 'client TLS configuration problem';

export default [
  dane('no-records', 'Without TLSA records TLS is opportunistic', (site) => ({
    clauses: [level, 'rfc7672-2.2-05', 'rfc7672-2.1.1-06', 'rfc6698-4.1-07'],
    origins: ['security-100', 'field-DE11'],
    expect: [...opportunistic(site), queried(`_25._tcp.${site.mx}`, 'TLSA')],
  })),
  dane('no-records-in-the-clear', 'Without TLSA records mail may go in the clear', (site) => ({
    clauses: [level, 'rfc7672-2.2-05'],
    origins: ['security-100'],
    host: PLAIN,
    expect: [delivered(site.to, { via: 'mx' }), noTls('mx')],
  })),
  dane(
    'no-records-fallback',
    'Without TLSA records mail that has waited may go in the clear when TLS fails',
    (site) => ({
      clauses: [level, 'postfix:minimal_backoff_time', 'rfc7672-2.2-06'],
      origins: ['security-100'],
      host: { tls: { handshake: { alert: 40 } } },
      send: message({ to: site.to, age: '10m' }),
      expect: [
        delivered(site.to, { via: 'mx' }),
        noTls('mx'),
        logged('SSL_connect error to'),
        logged('TLS library problem'),
      ],
    }),
  ),
  dane('no-records-mandatory', 'With dane-only a server without TLSA records is left out', (site) => ({
    clauses: [level, 'rfc7672-2.2-08'],
    origins: ['security-121', 'field-DE12'],
    hosts: {},
    config: DANE_ONLY,
    expect: skipped(site, 'no TLSA records found'),
  })),
  dane('insecure-records', 'TLSA records that are not validated are as good as none', (site) => ({
    clauses: [level, 'rfc6698-4.1-01', 'rfc6698-4.1-03', 'rfc7672-2.1.1-02'],
    origins: ['security-102', 'field-DE13'],
    zone: { '_25._tcp.mx': { TLSA: records(selfSigned('elsewhere.test'), '3 1 1'), ad: false } },
    expect: [...opportunistic(site), queried(`_25._tcp.${site.mx}`, 'TLSA')],
  })),
  dane('insecure-denial', 'That there are no TLSA records need not be validated', (site) => ({
    clauses: [level, 'rfc7672-2.1.1-06'],
    zone: { '_25._tcp.mx': { TXT: 'none', ad: false } },
    expect: opportunistic(site),
  })),
  dane(
    'insecure-records-mandatory',
    'With dane-only TLSA records that are not validated are none',
    (site) => ({
      clauses: [level, 'rfc6698-4.1-03'],
      hosts: {},
      config: DANE_ONLY,
      zone: { '_25._tcp.mx': { TLSA: records(site.own, '3 1 1'), ad: false } },
      expect: skipped(site, 'no TLSA records found'),
    }),
  ),
  dane('dane-only', 'With dane-only a server that proves who it is gets the mail', (site) => ({
    clauses: [level, 'rfc7672-2.2-08'],
    config: DANE_ONLY,
    zone: published(site.own, '3 1 1'),
    expect: verified(site),
  })),
  dane(
    'dane-only-mismatch',
    'With dane-only a server that does not prove who it is gets no mail',
    (site) => ({
      clauses: [level, 'rfc7672-3.2-01'],
      config: DANE_ONLY,
      zone: published(selfSigned('elsewhere.test'), '3 1 1'),
      expect: refused(site),
    }),
  ),
  dane(
    'starttls-not-offered',
    'A server with usable TLSA records that offers no TLS gets no mail',
    (site) => ({
      clauses: [level, 'rfc7672-2.2.3-05', 'rfc7672-2.2-01'],
      origins: ['security-107', 'field-DE17'],
      host: PLAIN,
      zone: published(site.own, '3 1 1'),
      expect: [
        deferred(site.to, {
          dsn: '4.7.4',
          reason: `TLS is required, but was not offered by host ${site.server}`,
        }),
        dialogue('mx', ['...', 'C: QUIT', '...']),
      ],
    }),
  ),
  dane(
    'starttls-refused',
    'A server with usable TLSA records that refuses to start TLS gets no mail',
    (site) => ({
      clauses: [level, 'rfc7672-2.2.3-05'],
      origins: ['field-DE23'],
      host: { starttls: '454 4.7.0 TLS not available' },
      zone: published(site.own, '3 1 1'),
      expect: [
        deferred(site.to, {
          dsn: '4.7.0',
          reason: `TLS is required, but host ${site.server} refused to start TLS: 454 4.7.0 TLS not available`,
        }),
        dialogue('mx', ['...', 'C: STARTTLS', 'S: 454 4.7.0 TLS not available', 'C: QUIT', '...']),
      ],
    }),
  ),
  dane('handshake-fails', 'Mail for a server with usable TLSA records never goes in the clear', (site) => ({
    clauses: [level, 'postfix:minimal_backoff_time', 'rfc7672-2.2-01'],
    origins: ['field-DE24'],
    host: { tls: { handshake: { instead: 'this is no TLS\r\n' } } },
    zone: published(site.own, '3 1 1'),
    send: message({ to: site.to, age: '10m' }),
    expect: [
      deferred(site.to, { dsn: '4.7.5', reason: 'Cannot start TLS: handshake failure' }),
      dialogue('mx', ['...', 'C: STARTTLS', 'S: 220 *', '...']),
      logged('SSL_connect error to'),
      logged('TLS library problem'),
    ],
  })),
  dane('anonymous-only', 'A server that shows no certificate at all gets no mail', (site) => ({
    clauses: [level, 'rfc7672-8.2-01'],
    origins: ['security-127'],
    host: { tls: { ciphers: 'aNULL', maxVersion: 'TLSv1.2' } },
    zone: published(site.own, '3 1 1'),
    send: message({ to: site.to, age: '10m' }),
    expect: [
      deferred(site.to, { dsn: '4.7.5', reason: 'Cannot start TLS: handshake failure' }),
      dialogue('mx', ['...', 'C: STARTTLS', 'S: 220 *', '...']),
      logged('SSL_connect error to'),
      logged('TLS library problem'),
    ],
  })),
  dane('anonymous-without-records', 'Without TLSA records a server may show no certificate', (site) => ({
    clauses: [level, 'rfc7672-8.2-02'],
    host: { tls: { ciphers: 'aNULL', maxVersion: 'TLSv1.2' } },
    expect: [
      delivered(site.to, { via: 'mx' }),
      tlsSession('mx', { protocol: 'TLSv1.2' }),
      logged('Anonymous TLS connection established'),
    ],
  })),
  dane('server-name-ignored', 'smtp_tls_servername does not count where DANE does', (site) => ({
    clauses: ['postfix:smtp_tls_servername', 'rfc7672-8.1-01'],
    config: { ...DANE, smtp_tls_servername: 'other.test' },
    zone: published(site.own, '3 1 1'),
    expect: verified(site),
  })),
  dane('server-name-after-all', 'smtp_tls_servername counts where there are no TLSA records', (site) => ({
    clauses: ['postfix:smtp_tls_servername'],
    config: { ...DANE, smtp_tls_servername: 'other.test' },
    expect: [delivered(site.to, { via: 'mx' }), tlsSession('mx', { sni: 'other.test' })],
  })),
  dane('policy-table', 'A policy table can ask for DANE for one destination', (site) => ({
    clauses: ['postfix:smtp_tls_policy_maps', 'rfc7672-2.2-08'],
    config: {
      ...DANE,
      smtp_tls_security_level: 'may',
      smtp_tls_policy_maps: `inline:{ ${site.domain}=dane-only }`,
    },
    zone: published(site.own, '3 1 1'),
    expect: verified(site),
  })),
  dane('policy-table-match', 'Names to match are none of the business of DANE', (site) => ({
    clauses: ['postfix:smtp_tls_policy_maps'],
    origins: ['security-19'],
    hosts: {},
    config: { ...DANE, smtp_tls_policy_maps: `inline:{ { ${site.domain} = dane match=${site.mx} } }` },
    zone: published(site.own, '3 1 1'),
    expect: [...skipped(site, PROBLEM), logged('attribute "match" invalid at security level')],
  })),
  dane('address-literal', 'DANE does not apply to address literals', (site) => ({
    clauses: [level, 'rfc7672-2.2-09'],
    send: message({ to: site.to, nexthop: '[192.0.2.1]' }),
    zone: published(selfSigned('elsewhere.test'), '3 1 1'),
    expect: [delivered(site.to, { via: 'mx' }), tlsSession('mx', { sni: undefined }), notLogged('Verified')],
  })),
  dane('bracketed-name', 'A next hop in brackets needs no MX records to be verified', (site) => ({
    clauses: [level],
    send: message({ to: site.to, nexthop: `[${site.mx}]` }),
    zone: { ...published(site.own, '3 1 1'), '@': { MX: '10 mx', ad: false } },
    expect: verified(site),
  })),
  dane('lmtp', 'LMTP can be verified by DANE as well', (site) => ({
    clauses: ['postfix:lmtp_tls_security_level', 'postfix:lmtp_dns_support_level', 'rfc7672-2.2.3-01'],
    config: {
      lmtp_tls_security_level: 'dane',
      lmtp_dns_support_level: 'dnssec',
      lmtp_tls_loglevel: '1',
    },
    hosts: { mx: mailHost({ protocol: 'lmtp', tls: { credential: site.own } }) },
    send: message({ service: 'lmtp', nexthop: `inet:${site.mx}`, to: site.to }),
    zone: { '_24._tcp.mx': { TLSA: records(site.own, '3 1 1') } },
    expect: verified(site),
  })),
  dane('lmtp-mismatch', 'LMTP heeds TLSA records that do not match', (site) => ({
    clauses: ['postfix:lmtp_tls_security_level', 'postfix:lmtp_dns_support_level'],
    config: { lmtp_tls_security_level: 'dane', lmtp_dns_support_level: 'dnssec' },
    hosts: { mx: mailHost({ protocol: 'lmtp', tls: { credential: site.own } }) },
    send: message({ service: 'lmtp', nexthop: `inet:${site.mx}`, to: site.to }),
    zone: { '_24._tcp.mx': { TLSA: records(selfSigned('elsewhere.test'), '3 1 1') } },
    expect: [
      deferred(site.to, { dsn: '4.7.5', reason: 'Server certificate not verified' }),
      tlsSession('mx', { sni: site.mx }),
    ],
  })),
];
