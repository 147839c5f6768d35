/** TLSA records that nothing can be compared with (security reference 5.4). */
import { deferred, delivered, dialogue, logged, notLogged, selfSigned, tlsSession } from '../../scenario.ts';
import { DANE, DANE_ONLY, dane, PLAIN, records, refused, skipped } from './_site.ts';

const level = 'postfix:smtp_tls_security_level';
const clauses = [level, 'rfc6698-4.1-04', 'rfc7672-2.2-03', 'rfc7671-10.3-02'];
const SHA256 = 'ab'.repeat(32);
const SHA512 = 'ab'.repeat(64);

/** Left out when they are read: nothing is left of DANE but that there are records. */
const dropped = [
  { name: 'usage-0', tlsa: `0 1 1 ${SHA256}`, warning: 'unsupported', origins: ['security-103'] },
  { name: 'usage-1', tlsa: `1 0 1 ${SHA256}`, warning: 'unsupported', origins: ['security-103'] },
  { name: 'usage-9', tlsa: `9 1 1 ${SHA256}`, warning: 'unsupported', origins: [] },
  { name: 'private-type', tlsa: `3 1 255 ${SHA256}`, warning: '', origins: ['security-105'] },
];

/** Found out when they are needed: a name is asked for, for there was a base domain. */
const unloadable = [
  { name: 'unknown-type', tlsa: `3 1 77 ${SHA256}`, origins: ['security-104'] },
  { name: 'unknown-selector', tlsa: `3 7 1 ${SHA256}`, origins: [] },
  { name: 'short-digest', tlsa: '3 1 1 abcd', origins: ['security-104'] },
  { name: 'long-digest', tlsa: `3 1 1 ${SHA512}`, origins: ['security-104'] },
  { name: 'short-sha512', tlsa: `2 1 2 ${SHA256}`, origins: ['security-104'] },
  { name: 'no-certificate', tlsa: `3 0 0 ${SHA256}`, origins: [] },
  { name: 'no-key', tlsa: `2 1 0 ${SHA256}`, origins: [] },
];

export default [
  ...dropped.flatMap(({ name, tlsa, warning, origins }) => [
    dane(`${name}-only`, 'Records of no use for mail ask for TLS, with whoever it is', (site) => ({
      clauses: [
        ...clauses,
        ...(name === 'private-type' ? [] : ['rfc7672-3.1.3-01', 'rfc7671-4-01', 'rfc7671-4.1-01']),
      ],
      origins,
      zone: { '_25._tcp.mx': { TLSA: tlsa } },
      expect: [
        delivered(site.to, { via: 'mx' }),
        tlsSession('mx', { sni: undefined }),
        notLogged('Verified TLS'),
        logged(`_25._tcp.${site.mx} *${warning}`),
      ],
    })),
    dane(`${name}-in-the-clear`, 'Records of no use for mail forbid that it goes in the clear', (site) => ({
      clauses: [level, 'rfc7672-2.2-04', 'rfc7672-2.2.3-05', 'rfc7671-10.3-03'],
      origins,
      host: PLAIN,
      zone: { '_25._tcp.mx': { TLSA: tlsa } },
      expect: [
        deferred(site.to, {
          dsn: '4.7.4',
          reason: `TLS is required, but was not offered by host ${site.server}`,
        }),
        dialogue('mx', ['...', 'C: QUIT', '...']),
        logged(`_25._tcp.${site.mx} *${warning}`),
      ],
    })),
    dane(`${name}-dane-only`, 'With dane-only records of no use for mail leave the host out', (site) => ({
      clauses: [level, 'rfc7671-10.3-01'],
      origins: ['security-121'],
      hosts: {},
      config: DANE_ONLY,
      zone: { '_25._tcp.mx': { TLSA: tlsa } },
      expect: [...skipped(site, 'TLSA records unusable'), logged(`_25._tcp.${site.mx} *${warning}`)],
    })),
  ]),
  ...unloadable.flatMap(({ name, tlsa, origins }) => [
    dane(`${name}-only`, 'Records that cannot be compared ask for TLS, with whoever it is', (site) => ({
      clauses,
      origins,
      zone: { '_25._tcp.mx': { TLSA: tlsa } },
      expect: [
        delivered(site.to, { via: 'mx' }),
        tlsSession('mx'),
        notLogged('Verified TLS'),
        logged('unusable TLSA RR: '),
        logged('all TLSA records unusable, fallback to unauthenticated TLS'),
      ],
    })),
    dane(
      `${name}-in-the-clear`,
      'Records that cannot be compared forbid that mail goes in the clear',
      (site) => ({
        clauses: [level, 'rfc7672-2.2-04', 'rfc7672-2.2.3-05', 'rfc7671-10.3-03'],
        host: PLAIN,
        zone: { '_25._tcp.mx': { TLSA: tlsa } },
        expect: [
          deferred(site.to, {
            dsn: '4.7.4',
            reason: `TLS is required, but was not offered by host ${site.server}`,
          }),
          dialogue('mx', ['...', 'C: QUIT', '...']),
        ],
      }),
    ),
    dane(`${name}-dane-only`, 'With dane-only records that cannot be compared verify nobody', (site) => ({
      clauses: [level],
      origins: ['security-122'],
      config: DANE_ONLY,
      zone: { '_25._tcp.mx': { TLSA: tlsa } },
      expect: [...refused(site), logged('unusable TLSA RR: '), logged('all TLSA records unusable')],
    })),
  ]),
  dane(
    'agility-sha512',
    'With a stronger digest of a key published, the weaker one does not count',
    (site) => ({
      clauses: ['postfix:tls_dane_digests', 'rfc7672-5-01', 'rfc7671-9-02'],
      origins: ['security-119'],
      zone: { '_25._tcp.mx': { TLSA: [...wrong('3 1 2'), ...records(site.own, '3 1 1')] } },
      expect: refused(site),
    }),
  ),
  ...['3 1 0', '3 0 1'].map((kind) =>
    dane(
      `agility-beside-${kind.replaceAll(' ', '-')}`,
      'A stronger digest that does not match leaves whole keys and other selectors alone',
      (site) => ({
        clauses: ['postfix:tls_dane_digests', 'rfc7671-9-02'],
        origins: ['security-119'],
        zone: { '_25._tcp.mx': { TLSA: [...wrong('3 1 2'), ...records(site.own, kind)] } },
        expect: [
          delivered(site.to, { via: 'mx' }),
          tlsSession('mx', { sni: site.mx }),
          logged('Verified TLS connection established'),
        ],
      }),
    ),
  ),
  dane('digests-order', 'tls_dane_digests says which digest is the stronger', (site) => ({
    clauses: ['postfix:tls_dane_digests', 'rfc7671-9-01'],
    config: { ...DANE, tls_dane_digests: 'sha256 sha512' },
    zone: { '_25._tcp.mx': { TLSA: [...wrong('3 1 2'), ...records(site.own, '3 1 1')] } },
    expect: [delivered(site.to, { via: 'mx' }), tlsSession('mx', { sni: site.mx })],
  })),
  dane('digests-disabled', 'A digest that tls_dane_digests leaves out is of no use', (site) => ({
    clauses: ['postfix:tls_dane_digests', 'rfc6698-4.1-05'],
    config: { ...DANE, tls_dane_digests: 'sha512' },
    zone: { '_25._tcp.mx': { TLSA: wrong('3 1 1') } },
    expect: [
      delivered(site.to, { via: 'mx' }),
      tlsSession('mx'),
      logged('unusable TLSA RR: 3 1 1'),
      logged('all TLSA records unusable, fallback to unauthenticated TLS'),
    ],
  })),
];

/** Records of a key that no server here has. */
function wrong(...kinds: string[]): string[] {
  return records(selfSigned('elsewhere.test'), ...kinds);
}
