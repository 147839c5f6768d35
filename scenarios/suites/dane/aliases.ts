/** Exchangers and domains that are aliases, validated link by link (security reference 5.2, 5.3). */
import {
  authority,
  listening,
  logged,
  mailHost,
  message,
  notQueried,
  queried,
  selfSigned,
} from '../../scenario.ts';
import { DANE, dane, opportunistic, records, refused, type Site, skipped, verified } from './_site.ts';

const level = 'postfix:smtp_tls_security_level';
const elsewhere = selfSigned('elsewhere.test');
const root = authority('Alias Root');

/** `mx` is an alias of `real`. */
const alias = { mx: { CNAME: 'real' }, real: '192.0.2.1' };
const secureToInsecure = { mx: { CNAME: 'real', chase: false }, real: { A: '192.0.2.1', ad: false } };
const insecureAlias = { mx: { CNAME: 'real', chase: false, ad: false }, real: '192.0.2.1' };

const real = ({ domain }: Site) => `real.${domain}`;

/** The server listens on the address of the name that `mx` leads to. */
const aliased: typeof dane = (name, title, describe) =>
  dane(name, title, (site) => {
    const spec = describe(site);
    const server = mailHost({ tls: { credential: site.own }, ...spec.host });
    return { hosts: { mx: listening({ address: '192.0.2.1' }, server) }, ...spec };
  });

export default [
  aliased('alias-target', 'TLSA records of the target of an alias come first', (site) => ({
    clauses: [level, 'rfc7672-2.2.2-03', 'rfc7671-7-01', 'rfc7672-8.1-01'],
    origins: ['security-109', 'field-DE21'],
    zone: {
      ...alias,
      '_25._tcp.real': { TLSA: records(site.own, '3 1 1') },
      '_25._tcp.mx': { TLSA: records(elsewhere, '3 1 1') },
    },
    expect: [...verified(site, real(site)), notQueried(`_25._tcp.${site.mx}`)],
  })),
  aliased(
    'alias-target-chased',
    'A chain of aliases that takes several queries is followed to its end',
    (site) => ({
      clauses: [level, 'rfc7672-2.2.2-03', 'rfc7672-2.2.3-04'],
      zone: {
        mx: { CNAME: 'middle', chase: false },
        middle: { CNAME: 'real', chase: false },
        real: '192.0.2.1',
        '_25._tcp.middle': { TLSA: records(site.own, '3 1 1') },
        '_25._tcp.real': { TLSA: records(elsewhere, '3 1 1') },
        '_25._tcp.mx': { TLSA: records(site.own, '3 1 1') },
      },
      expect: [...refused(site, real(site)), notQueried(`_25._tcp.middle.${site.domain}`)],
    }),
  ),
  aliased('alias-own', 'Without TLSA records of the target those of the alias count', (site) => ({
    clauses: [level, 'rfc7672-2.2.3-03', 'rfc7672-2.2.2-03'],
    origins: ['security-110'],
    zone: { ...alias, '_25._tcp.mx': { TLSA: records(site.own, '3 1 1') } },
    expect: [...verified(site), queried(`_25._tcp.${real(site)}`, 'TLSA')],
  })),
  aliased(
    'alias-insecure-target-records',
    'Insecure TLSA records of the target make way for those of the alias',
    (site) => ({
      clauses: [level, 'rfc7672-2.2.3-03'],
      zone: {
        ...alias,
        '_25._tcp.real': { TLSA: records(elsewhere, '3 1 1'), ad: false },
        '_25._tcp.mx': { TLSA: records(site.own, '3 1 1') },
      },
      expect: verified(site),
    }),
  ),
  aliased('alias-unusable-target-records', 'Unusable TLSA records of the target do not make way', (site) => ({
    clauses: [level, 'rfc7672-2.2.3-03'],
    zone: {
      ...alias,
      '_25._tcp.real': { TLSA: `1 1 1 ${'ab'.repeat(32)}` },
      '_25._tcp.mx': { TLSA: records(elsewhere, '3 1 1') },
    },
    expect: [...opportunistic(site), logged('unsupported TLSA'), notQueried(`_25._tcp.${site.mx}`)],
  })),
  aliased('alias-target-fails', 'When those of the target cannot be told the alias is not asked', (site) => ({
    clauses: [level, 'rfc7672-2.1.2-04'],
    hosts: {},
    zone: {
      ...alias,
      '_25._tcp.real': { fault: 'SERVFAIL' },
      '_25._tcp.mx': { TLSA: records(site.own, '3 1 1') },
    },
    expect: [
      ...skipped(site, `TLSA lookup error for ${site.mx}:25`),
      logged('DANE TLSA lookup problem'),
      notQueried(`_25._tcp.${site.mx}`),
    ],
  })),
  aliased(
    'alias-without-records',
    'Without any TLSA records TLS is opportunistic for an alias too',
    (site) => ({
      clauses: [level, 'rfc7672-2.2-05'],
      zone: alias,
      expect: [...opportunistic(site), queried(`_25._tcp.${site.mx}`, 'TLSA')],
    }),
  ),
  aliased('secure-alias', 'A secure alias of an insecure host has TLSA records of its own', (site) => ({
    clauses: [level, 'rfc7672-2.2.2-04', 'rfc7672-2.1.3-02'],
    origins: ['security-111'],
    zone: { ...secureToInsecure, '_25._tcp.mx': { TLSA: records(site.own, '3 1 1') } },
    expect: [...verified(site), queried(site.mx, 'CNAME'), notQueried(`_25._tcp.${real(site)}`)],
  })),
  aliased('secure-alias-mismatch', 'TLSA records of a secure alias have to match', (site) => ({
    clauses: [level, 'rfc7672-2.2.2-04'],
    origins: ['security-111'],
    zone: {
      ...secureToInsecure,
      '_25._tcp.mx': { TLSA: records(elsewhere, '3 1 1') },
      '_25._tcp.real': { TLSA: records(site.own, '3 1 1') },
    },
    expect: refused(site),
  })),
  aliased(
    'secure-alias-without-records',
    'A secure alias without TLSA records is as good as any host',
    (site) => ({
      clauses: [level, 'rfc7672-2.2.2-04'],
      zone: { ...secureToInsecure, '_25._tcp.real': { TLSA: records(elsewhere, '3 1 1') } },
      expect: opportunistic(site),
    }),
  ),
  aliased('insecure-alias', 'What an insecure alias leads to is not looked at', (site) => ({
    clauses: [level, 'rfc7672-2.1.3-02', 'rfc7672-2.2.2-02'],
    origins: ['security-112'],
    zone: {
      ...insecureAlias,
      '_25._tcp.mx': { TLSA: records(elsewhere, '3 1 1') },
      '_25._tcp.real': { TLSA: records(elsewhere, '3 1 1') },
    },
    expect: [...opportunistic(site), notQueried(`_25._tcp.${site.mx}`), notQueried(`_25._tcp.${real(site)}`)],
  })),
  aliased(
    'insecure-alias-forced',
    'An insecure alias is asked for its own TLSA records where that is forced',
    (site) => ({
      clauses: ['postfix:smtp_tls_force_insecure_host_tlsa_lookup'],
      config: { ...DANE, smtp_tls_force_insecure_host_tlsa_lookup: 'yes' },
      zone: {
        ...insecureAlias,
        '_25._tcp.mx': { TLSA: records(site.own, '3 1 1') },
        '_25._tcp.real': { TLSA: records(elsewhere, '3 1 1') },
      },
      expect: [...verified(site), notQueried(`_25._tcp.${real(site)}`)],
    }),
  ),
  aliased(
    'alias-status-fails',
    'When nobody can tell whether an alias is secure its host is left out',
    (site) => ({
      clauses: [level, 'rfc7672-2.1.3-01', 'rfc7672-2.1.2-04'],
      hosts: {},
      zone: {
        mx: { CNAME: 'real', chase: false, fault: { CNAME: 'SERVFAIL' } },
        real: { A: '192.0.2.1', ad: false },
      },
      expect: [
        ...skipped(site, `TLSA lookup error for ${site.mx}:25`),
        logged(`DNSSEC status lookup error for ${site.mx}: `),
      ],
    }),
  ),
  aliased('records-alias', 'TLSA records may be those that an alias at their name leads to', (site) => ({
    clauses: [level, 'rfc7672-2.2.3-02'],
    zone: {
      '_25._tcp.mx': { CNAME: 'shared' },
      shared: { TLSA: records(site.own, '3 1 1') },
    },
    expect: verified(site),
  })),
  aliased('records-insecure-alias', 'An alias at the name of TLSA records has to be secure', (site) => ({
    clauses: [level, 'rfc7672-2.2.3-02'],
    zone: {
      '_25._tcp.mx': { CNAME: 'shared', chase: false, ad: false },
      shared: { TLSA: records(elsewhere, '3 1 1') },
    },
    expect: opportunistic(site),
  })),
  aliased(
    'records-alias-to-insecure',
    'What a secure alias of TLSA records leads to has to be secure',
    (site) => ({
      clauses: [level, 'rfc7672-2.2.3-02'],
      zone: {
        '_25._tcp.mx': { CNAME: 'shared', chase: false },
        shared: { TLSA: records(elsewhere, '3 1 1'), ad: false },
      },
      expect: opportunistic(site),
    }),
  ),
  ...(['target', 'domain'] as const).map((named) =>
    aliased(
      `alias-names-${named}`,
      `With usage 2 the certificate of an alias may name its ${named}`,
      (site) => {
        const credential = root.issue(named === 'domain' ? site.domain : real(site));
        return {
          clauses: [level, 'rfc7672-3.2.2-01', 'rfc7671-7-01'],
          host: { tls: { credential: credential.withChain(credential, root) } },
          zone: { ...alias, '_25._tcp.real': { TLSA: records(root, '2 1 1') } },
          expect: verified(site, real(site)),
        };
      },
    ),
  ),
  aliased('alias-names-itself', 'With usage 2 the name of an alias is not that of its target', (site) => {
    const credential = root.issue(site.mx);
    return {
      clauses: [level, 'rfc7672-3.2.2-01'],
      host: { tls: { credential: credential.withChain(credential, root) } },
      zone: { ...alias, '_25._tcp.real': { TLSA: records(root, '2 1 1') } },
      expect: refused(site, real(site)),
    };
  }),
  ...(['domain', 'target'] as const).map((named) =>
    aliased(
      `domain-alias-${named}`,
      `With usage 2 a domain that is an alias may be named by its ${named}`,
      (site) => {
        const owner = `owner.${site.domain}`;
        const credential = root.issue(named === 'domain' ? `user.${site.domain}` : owner);
        return {
          clauses: [level, 'rfc7672-3.2.2-02'],
          send: message({ to: site.to, nexthop: `user.${site.domain}` }),
          host: { tls: { credential: credential.withChain(credential, root) } },
          zone: {
            user: { CNAME: 'owner' },
            owner: { MX: '10 mx' },
            '_25._tcp.mx': { TLSA: records(root, '2 1 1') },
          },
          expect: verified(site),
        };
      },
    ),
  ),
];
