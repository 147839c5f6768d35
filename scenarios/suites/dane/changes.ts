/** What changes while mail is on its way: keys, authorities, and what is known of TLSA records (security reference 5.3). */
import {
  authority,
  deferred,
  delivered,
  logged,
  message,
  queried,
  selfSigned,
  tlsSession,
} from '../../scenario.ts';
import { dane, opportunistic, published, records, refused, verified } from './_site.ts';

const level = 'postfix:smtp_tls_security_level';
const oldRoot = authority('Old Root');
const newRoot = authority('New Root');
/** Another certificate of the same authority, with the same key. */
const renewedRoot = authority('Old Root', { serial: 2 });

function issuedBy(root: typeof oldRoot, name: string) {
  const credential = root.issue(name);
  return credential.withChain(credential, root);
}

/** Each process of Postfix has a memory of its own, and which one takes a message is up to master(8). */
const ONE_PROCESS = 'what was looked up is remembered by a process, and live there may be several';

export default [
  dane('key-published-before', 'A new key is good that was published before the old one went', (site) => ({
    clauses: [level, 'rfc7672-2.2-01'],
    zone: {
      '_25._tcp.mx': { TLSA: [...records(selfSigned('old.test'), '3 1 1'), ...records(site.own, '3 1 1')] },
    },
    expect: verified(site),
  })),
  dane('key-published-after', 'A new key is no good as long as the old one alone is published', (site) => ({
    clauses: [level, 'rfc7672-3.2-01'],
    zone: published(selfSigned(site.mx, { keyName: 'old key' }), '3 1 1'),
    expect: refused(site),
  })),
  dane('certificate-renewed', 'A new certificate of the same key matches the digest of the key', (site) => ({
    clauses: [level],
    host: { tls: { credential: selfSigned(site.mx, { serial: 2 }) } },
    zone: published(site.own, '3 1 1'),
    expect: verified(site),
  })),
  dane('certificate-renewed-whole', 'A new certificate does not match the digest of the old one', (site) => ({
    clauses: [level],
    host: { tls: { credential: selfSigned(site.mx, { serial: 2 }) } },
    zone: published(site.own, '3 0 1'),
    expect: refused(site),
  })),
  dane(
    'authority-published-before',
    'A new authority is good that was published before the old one went',
    (site) => ({
      clauses: [level],
      host: { tls: { credential: issuedBy(newRoot, site.mx) } },
      zone: { '_25._tcp.mx': { TLSA: [...records(oldRoot, '2 1 1'), ...records(newRoot, '2 1 1')] } },
      expect: verified(site),
    }),
  ),
  dane(
    'authority-published-after',
    'A new authority is no good as long as the old one alone is published',
    (site) => ({
      clauses: [level],
      host: { tls: { credential: issuedBy(newRoot, site.mx) } },
      zone: published(oldRoot, '2 1 1'),
      expect: refused(site),
    }),
  ),
  dane(
    'authority-renewed',
    'A new certificate of the same authority matches the digest of its key',
    (site) => ({
      clauses: [level],
      host: { tls: { credential: issuedBy(renewedRoot, site.mx) } },
      zone: published(oldRoot, '2 1 1'),
      expect: verified(site),
    }),
  ),
  dane(
    'end-entity-to-authority',
    'A server may go from its own key to an authority with both published',
    (site) => ({
      clauses: [level],
      host: { tls: { credential: issuedBy(newRoot, site.mx) } },
      zone: {
        '_25._tcp.mx': { TLSA: [...records(selfSigned('old.test'), '3 1 1'), ...records(newRoot, '2 1 1')] },
      },
      expect: verified(site),
    }),
  ),
  dane('records-kept', 'TLSA records are asked for once in a while, not for every message', (site) => ({
    clauses: [level, 'rfc6698-8.2-01'],
    send: [message({ to: site.to }), message({ to: site.to, after: '100ms' })],
    virtualOnly: ONE_PROCESS,
    zone: published(site.own, '3 1 1'),
    expect: [
      delivered(site.to, { via: 'mx' }),
      delivered(site.to, { via: 'mx' }),
      tlsSession('mx', { sni: site.mx }),
      queried(`_25._tcp.${site.mx}`, 'TLSA', 1),
    ],
  })),
  dane('records-absence-kept', 'That there are no TLSA records is remembered for a moment', (site) => ({
    clauses: [level],
    send: [message({ to: site.to }), message({ to: site.to, after: '100ms' })],
    virtualOnly: ONE_PROCESS,
    expect: [
      ...opportunistic(site),
      delivered(site.to, { via: 'mx' }),
      queried(`_25._tcp.${site.mx}`, 'TLSA', 1),
    ],
  })),
  dane('records-expired', 'TLSA records are asked for again when their time is over', (site) => ({
    clauses: [level, 'rfc6698-8.2-01'],
    send: [message({ to: site.to }), message({ to: site.to, after: '4s' })],
    zone: { '_25._tcp.mx': { TLSA: records(site.own, '3 1 1'), ttl: 1 } },
    expect: [
      delivered(site.to, { via: 'mx' }),
      delivered(site.to, { via: 'mx' }),
      tlsSession('mx', { sni: site.mx }),
      queried(`_25._tcp.${site.mx}`, 'TLSA', 2),
    ],
  })),
  dane('records-kept-at-most', 'TLSA records are kept for 100 seconds at most', (site) => ({
    clauses: [level],
    virtualOnly: 'waits 103 seconds',
    send: [message({ to: site.to }), message({ to: site.to, after: '103s' })],
    zone: { '_25._tcp.mx': { TLSA: records(site.own, '3 1 1'), ttl: 86400 } },
    expect: [
      delivered(site.to, { via: 'mx' }),
      delivered(site.to, { via: 'mx' }),
      tlsSession('mx', { sni: site.mx }),
      queried(`_25._tcp.${site.mx}`, 'TLSA', 2),
    ],
  })),
  dane('lookup-asked-again', 'A TLSA lookup that failed is made once more at once', (site) => ({
    clauses: [level],
    zone: { '_25._tcp.mx': { TLSA: records(site.own, '3 1 1'), fault: 'malformed', times: 1 } },
    expect: [...verified(site), logged('DANE TLSA lookup problem: ')],
  })),
  dane('lookup-recovers', 'A TLSA lookup that failed for one message is made for the next one', (site) => ({
    clauses: [level, 'rfc7672-2.1.2-04'],
    send: [message({ to: site.to }), message({ to: site.to, after: '100ms' })],
    zone: { '_25._tcp.mx': { TLSA: records(site.own, '3 1 1'), fault: 'malformed', times: 2 } },
    expect: [
      deferred(site.to, { dsn: '4.7.5', reason: `TLSA lookup error for ${site.mx}:25` }),
      delivered(site.to, { via: 'mx' }),
      tlsSession('mx', { sni: site.mx }),
      logged('DANE TLSA lookup problem: '),
      logged('TLSA lookup error'),
    ],
  })),
];
