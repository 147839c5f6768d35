/** When something fails on the way to a server, and which server comes next (RFC 7672 2.1, 2.2; security reference 5.3). */
import {
  bounced,
  connections,
  deferred,
  delivered,
  dialogue,
  logged,
  mailHost,
  queried,
  selfSigned,
  tlsSession,
} from '../../scenario.ts';
import { DANE_ONLY, dane, opportunistic, published, records, skipped, verified } from './_site.ts';

const level = 'postfix:smtp_tls_security_level';
const elsewhere = selfSigned('elsewhere.test');

export default [
  dane('exchangers-unknown', 'When nobody can tell the MX records the mail waits', (site) => ({
    clauses: [level, 'rfc7672-2.1.2-01'],
    hosts: {},
    zone: { MX: [], '@': { fault: { MX: 'SERVFAIL' } }, ...published(site.own, '3 1 1') },
    expect: [deferred(site.to, { dsn: '4.4.3', relay: 'none' })],
  })),
  dane(
    'address-fails-second-host',
    'When the address of an exchanger cannot be told the next one gets the mail',
    (site) => ({
      clauses: [level, 'rfc7672-2.1.2-02', 'rfc7672-2.1.2-03'],
      hosts: { mx2: mailHost({ tls: { credential: site.own } }) },
      zone: {
        MX: ['10 mx', '20 mx2'],
        mx: { fault: 'SERVFAIL' },
        mx2: '192.0.2.2',
        '_25._tcp.mx2': { TLSA: records(site.own, '3 1 1') },
      },
      expect: [
        ...verified(site, `mx2.${site.domain}`, 'mx2'),
        queried(`_25._tcp.mx2.${site.domain}`, 'TLSA'),
      ],
    }),
  ),
  dane('no-address', 'Without an address TLSA records lead nowhere', (site) => ({
    clauses: [level, 'rfc7672-2.2.2-05'],
    hosts: {},
    zone: { mx: {}, ...published(site.own, '3 1 1') },
    expect: [bounced(site.to, { dsn: '5.4.4', relay: 'none' }), logged('has a valid address record')],
  })),
  dane(
    'loop-before-security',
    'Mail that loops back does not go to a worse exchanger, whatever that can prove',
    (site) => ({
      clauses: [level, 'rfc7672-2.2.1-02'],
      zone: { MX: ['10 client.test.', '20 mx'], ...published(site.own, '3 1 1') },
      expect: [bounced(site.to, { dsn: '5.4.6' }), connections('mx', 0)],
    }),
  ),
  dane('lookup-fails', 'A host whose TLSA records nobody can tell is not connected to', (site) => ({
    clauses: [level, 'rfc7672-2.1.2-04', 'rfc7672-2.2-07', 'rfc6698-4.1-02'],
    origins: ['security-101'],
    hosts: {},
    zone: { '_25._tcp.mx': { fault: 'SERVFAIL' } },
    expect: [...skipped(site, `TLSA lookup error for ${site.mx}:25`), logged('DANE TLSA lookup problem: ')],
  })),
  ...(['REFUSED', 'FORMERR', 'malformed'] as const).map((fault) =>
    dane(
      `lookup-${fault.toLowerCase()}`,
      `A TLSA lookup that ends with ${fault} leaves the host out`,
      (site) => ({
        clauses: [level, 'rfc7672-2.1.2-04', 'rfc7672-2.1.1-03'],
        hosts: {},
        zone: { '_25._tcp.mx': { fault } },
        expect: [
          ...skipped(site, `TLSA lookup error for ${site.mx}:25`),
          logged('DANE TLSA lookup problem: '),
        ],
      }),
    ),
  ),
  dane(
    'lookup-fails-second-host',
    'When TLSA records cannot be told, the next exchanger gets the mail',
    (site) => ({
      clauses: [level, 'rfc7672-2.2-07', 'rfc7672-2.1.2-02'],
      origins: ['security-101'],
      hosts: { mx2: mailHost({ tls: { credential: site.own } }) },
      zone: {
        MX: ['10 mx', '20 mx2'],
        mx2: '192.0.2.2',
        '_25._tcp.mx': { fault: 'SERVFAIL' },
        '_25._tcp.mx2': { TLSA: records(site.own, '3 1 1') },
      },
      expect: [
        delivered(site.to, { via: 'mx2' }),
        tlsSession('mx2', { sni: `mx2.${site.domain}` }),
        logged('DANE TLSA lookup problem: '),
        logged(`TLSA lookup error for ${site.mx}:25`),
        logged('Verified TLS connection established'),
      ],
    }),
  ),
  dane('mismatch-second-host', 'When a server does not match, the next exchanger gets the mail', (site) => ({
    clauses: [level, 'rfc7672-2.2-02'],
    hosts: {
      mx: mailHost({ tls: { credential: site.own } }),
      mx2: mailHost({ tls: { credential: site.own } }),
    },
    zone: {
      MX: ['10 mx', '20 mx2'],
      mx2: '192.0.2.2',
      ...published(elsewhere, '3 1 1'),
      '_25._tcp.mx2': { TLSA: records(site.own, '3 1 1') },
    },
    expect: [
      delivered(site.to, { via: 'mx2' }),
      dialogue('mx', ['...', 'C: STARTTLS', 'S: 220 *', `{TLS sni=${site.mx}}`, 'C: QUIT', '...']),
      tlsSession('mx2', { sni: `mx2.${site.domain}` }),
    ],
  })),
  dane('preference-before-security', 'TLSA records do not make an exchanger a better one', (site) => ({
    clauses: [level, 'rfc7672-2.2.1-01'],
    zone: {
      MX: ['10 mx', '20 mx2'],
      mx2: '192.0.2.2',
      '_25._tcp.mx2': { TLSA: records(site.own, '3 1 1') },
    },
    expect: opportunistic(site),
  })),
  dane(
    'dane-only-second-host',
    'With dane-only the exchanger that can be verified gets the mail',
    (site) => ({
      clauses: [level, 'rfc7672-2.2-08'],
      config: DANE_ONLY,
      hosts: { mx2: mailHost({ tls: { credential: site.own } }) },
      zone: {
        MX: ['10 mx', '20 mx2'],
        mx2: '192.0.2.2',
        '_25._tcp.mx2': { TLSA: records(site.own, '3 1 1') },
      },
      expect: [
        delivered(site.to, { via: 'mx2' }),
        tlsSession('mx2', { sni: `mx2.${site.domain}` }),
        logged('no TLSA records found'),
      ],
    }),
  ),
];
