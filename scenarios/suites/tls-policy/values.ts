/** `smtp_tls_policy_maps`: what its values are understood to be, and what becomes of mail when they are not (field case NX55). */
import { deferred, delivered, dialogue, logged, mailHost, message, scenario, zone } from '../../scenario.ts';

const to = 'user@example.test';
const dns = zone('example.test', { MX: ['10 a'], a: '192.0.2.1' });
/** The table of each scenario has a file of its own: a process of Postfix reads a file once. */
const policy = (name: string, value: string) => ({
  config: { smtp_tls_policy_maps: `texthash:/run/tls-policy/${name}` },
  files: { [`/run/tls-policy/${name}`]: `example.test ${value}\n` },
});
const clauses = ['postfix:smtp_tls_policy_maps'];

/** Name, value, cases, and what the log says of it. */
const defects: readonly (readonly [
  name: string,
  value: string,
  origins: readonly string[],
  problem: string,
])[] = [
  ['no-level', 'must', [], 'invalid security level "must"'],
  ['level-of-output-only', 'halfdane', [], 'invalid security level "halfdane"'],
  [
    'no-value',
    'may foo',
    ['security-26'],
    `malformed attribute/value pair "foo": missing '=' after attribute name`,
  ],
  ['no-name', 'may =x', [], 'malformed attribute/value pair "=x": missing attribute name'],
  ['unknown-attribute', 'may colour=red', [], 'invalid attribute name: "colour"'],
  [
    'match-at-encrypt',
    'encrypt match=x',
    ['security-18'],
    'attribute "match" invalid at security level "encrypt"',
  ],
  ['match-at-dane', 'dane match=x', ['security-19'], 'attribute "match" invalid at security level "dane"'],
  ['empty-match', 'secure match=', [], 'attribute "match" has empty value'],
  [
    'two-grades',
    'encrypt ciphers=high ciphers=medium',
    ['security-20'],
    'attribute "ciphers" is specified multiple times',
  ],
  ['empty-grade', 'encrypt ciphers=', [], 'attribute "ciphers" has empty value'],
  [
    'no-hostname',
    'encrypt servername=a..b',
    ['security-21'],
    '"servername=a..b" specifies an invalid hostname',
  ],
  [
    'no-bool',
    'encrypt connection_reuse=maybe',
    ['security-23'],
    'attribute "connection_reuse" has bad value: "maybe"',
  ],
  [
    'trust-anchors-at-fingerprint',
    'fingerprint tafile=/a',
    [],
    'attribute "tafile" invalid at security level "fingerprint"',
  ],
];

export default [
  ...defects.map(([name, value, origins, problem]) =>
    scenario(`tls-policy/${name}`, {
      title: `A TLS policy '${value}' cannot be used: mail waits, and no server is connected to`,
      clauses,
      origins: [...origins],
      dns,
      hosts: { a: mailHost() },
      ...policy(name, value),
      send: message({ to }),
      expect: [
        deferred(to, { dsn: '4.7.5', reason: 'client TLS configuration problem' }),
        logged(`smtp_tls_policy_maps, next-hop destination "example.test": ${problem}`),
        logged('TLS policy lookup for example.test/a.example.test: client TLS configuration problem'),
      ],
    }),
  ),

  scenario('tls-policy/no-fingerprint', {
    title: 'Level fingerprint without any digest cannot be used',
    clauses,
    origins: ['security-24'],
    dns,
    hosts: { a: mailHost() },
    ...policy('no-fingerprint', 'fingerprint match=zz'),
    send: message({ to }),
    expect: [
      deferred(to, { dsn: '4.7.5', reason: 'client TLS configuration problem' }),
      logged('malformed fingerprint value: zz'),
      logged(
        'nexthop domain example.test: configured at fingerprint security level, but with no fingerprints to match.',
      ),
      logged('TLS policy lookup for example.test/a.example.test: client TLS configuration problem'),
    ],
  }),

  scenario('tls-policy/no-trust-anchors', {
    title: 'A trust-anchor file that is not there makes a policy one that cannot be used',
    clauses: [...clauses, 'postfix:smtp_tls_trust_anchor_file'],
    origins: ['security-25'],
    dns,
    hosts: { a: mailHost() },
    ...policy('no-trust-anchors', 'secure tafile=/missing'),
    send: message({ to }),
    expect: [
      deferred(to, { dsn: '4.7.5', reason: 'client TLS configuration problem' }),
      logged('error opening trust anchor file: /missing: No such file or directory'),
      logged('TLS policy lookup for example.test/a.example.test: client TLS configuration problem'),
    ],
  }),

  scenario('tls-policy/none-with-attributes', {
    title: 'Attributes of a policy of level none are of no effect',
    clauses,
    origins: ['security-17'],
    dns,
    hosts: { a: mailHost({ tls: {} }) },
    ...policy('none-with-attributes', 'none ciphers=high'),
    send: message({ to }),
    expect: [
      delivered(to, { via: 'a' }),
      dialogue('a', ['S: 220 *', 'C: EHLO *', '...', 'S: 250 STARTTLS', 'C: MAIL *', '...', 'C: QUIT']),
      logged(
        'smtp_tls_policy_maps, next-hop destination "example.test": ignoring attribute "ciphers=high" with TLS disabled',
      ),
    ],
  }),

  scenario('tls-policy/unknown-protocol', {
    title: 'A protocol list that nobody understands fails the handshake',
    clauses,
    origins: ['security-89'],
    dns,
    hosts: { a: mailHost({ tls: {} }) },
    ...policy('unknown-protocol', 'encrypt protocols=TLSv9'),
    send: message({ to }),
    expect: [
      deferred(to, { dsn: '4.7.5', reason: 'Cannot start TLS: handshake failure' }),
      dialogue('a', ['S: 220 *', 'C: EHLO *', '...', 'C: STARTTLS', 'S: 220 *']),
      logged('a.example.test[192.0.2.1]:25: Invalid TLS protocol list "TLSv9": aborting TLS session'),
    ],
  }),

  scenario('tls-policy/exclusion-with-sign', {
    title: 'A cipher exclusion that begins with a sign fails the handshake',
    clauses,
    origins: ['security-90'],
    dns,
    hosts: { a: mailHost({ tls: {} }) },
    ...policy('exclusion-with-sign', 'encrypt exclude=!aNULL'),
    send: message({ to }),
    expect: [
      deferred(to, { dsn: '4.7.5', reason: 'Cannot start TLS: handshake failure' }),
      dialogue('a', ['S: 220 *', 'C: EHLO *', '...', 'C: STARTTLS', 'S: 220 *']),
      logged("a.example.test[192.0.2.1]:25: invalid unary '!+-@' in cipher exclusion: !aNULL"),
    ],
  }),
];
