/** MTA-STS as a plug-in puts it into a policy: which exchangers there are, and what came of the policy (security reference 15). */
import {
  authority,
  connections,
  deferred,
  delivered,
  dialogue,
  type Expectation,
  logged,
  mailHost,
  message,
  type Scenario,
  scenario,
  tlsSession,
  zone,
} from '../../scenario.ts';

const to = 'user@example.test';
const dns = zone('example.test', { MX: '10 mx', mx: '192.0.2.1' });
const ca = authority('Example CA');
const certified = (name: string) => mailHost({ tls: { credential: ca.issue(name) } });
const mx = certified('mx.example.test');
const clauses = ['postfix:smtp_tls_enforce_sts_mx_patterns'];
const sts = 'policy_type=sts policy_domain=example.test policy_ttl=86400';

/** The policy of each scenario is in a file of its own: a process of Postfix reads a file once. */
function policy(name: string, value: string, more: Readonly<Record<string, string>> = {}) {
  return {
    files: { '/run/ca.pem': ca.pem, [`/run/sts/${name}`]: `example.test ${value}\n` },
    config: {
      smtp_tls_policy_maps: `texthash:/run/sts/${name}`,
      smtp_tls_CAfile: '/run/ca.pem',
      smtp_tls_enforce_sts_mx_patterns: 'yes',
      ...more,
    },
  };
}

const outside = (host: string, of = 'example.test'): Expectation =>
  logged(`warning: MX name '${host}' does not match STS MX pattern for '${of}'`);
const notVerified = { dsn: '4.7.5', reason: 'Server certificate not verified' } as const;
const unverified = logged('certificate verification failed for mx.example.test[192.0.2.1]:25');
const status = (text: string) => logged(`, tls=${text}, dsn=`);

/** Patterns for the exchanger `a.b.example.test`. */
const patterns: readonly (readonly [
  name: string,
  pattern: string,
  matches: boolean,
  origins: readonly string[],
])[] = [
  ['exact', 'a.b.example.test', true, []],
  ['any-case', 'A.B.Example.TEST', true, []],
  ['wildcard', '*.b.example.test', true, []],
  ['wildcard-for-two', '*.example.test', false, ['security-129']],
  ['wildcard-for-none', '*.a.b.example.test', false, []],
  ['suffix', 'b.example.test', false, []],
  ['wildcard-alone', '*', false, []],
  ['wildcard-within', 'a.*.example.test', false, []],
];

export default [
  ...patterns.map(
    ([name, pattern, matches, origins]): Scenario =>
      scenario(`tls-policy/sts-pattern-${name}`, {
        title: `MTA-STS: the pattern ${pattern} ${matches ? 'stands' : 'does not stand'} for a.b.example.test`,
        clauses: [...clauses, 'rfc8461-5-01'],
        origins: [...origins],
        dns: zone('example.test', { MX: '10 a.b', 'a.b': '192.0.2.1' }),
        hosts: { 'a.b': certified('a.b.example.test') },
        ...policy(`pattern-${name}`, `secure ${sts} match=hostname mx_host_pattern=${pattern}`),
        send: message({ to }),
        expect: matches
          ? [delivered(to, { via: 'a.b' }), status('secure')]
          : [
              deferred(to, {
                dsn: '4.3.0',
                relay: 'none',
                reason: 'server unavailable or unable to receive mail',
              }),
              connections('a.b', 0),
              outside('a.b.example.test'),
              status('secure?'),
            ],
      }),
  ),

  scenario('tls-policy/sts-second-exchanger', {
    title: 'MTA-STS: an exchanger that the policy does not know is passed over for the next one',
    clauses: [...clauses, 'rfc8461-5-01', 'rfc8461-5.1-01'],
    origins: ['security-128'],
    dns: zone('example.test', {
      MX: ['10 stranger', '20 mx', '30 last'],
      stranger: '192.0.2.9',
      mx: '192.0.2.1',
      last: '192.0.2.3',
    }),
    hosts: { stranger: certified('stranger.example.test'), mx, last: certified('last.example.test') },
    ...policy(
      'second-exchanger',
      `secure ${sts} match=hostname mx_host_pattern=mx.example.test mx_host_pattern=last.example.test`,
    ),
    send: message({ to }),
    expect: [
      delivered(to, { via: 'mx' }),
      connections('stranger', 0),
      connections('last', 0),
      outside('stranger.example.test'),
    ],
  }),

  scenario('tls-policy/sts-all-outside', {
    title: 'MTA-STS: where the policy knows none of the exchangers the message waits',
    clauses: [...clauses, 'rfc8461-5-01'],
    origins: ['security-128'],
    dns: zone('example.test', { MX: ['10 a', '20 b'], a: '192.0.2.1', b: '192.0.2.2' }),
    hosts: { a: certified('a.example.test'), b: certified('b.example.test') },
    ...policy('all-outside', `secure ${sts} match=hostname mx_host_pattern=mx.example.test`),
    send: message({ to }),
    expect: [
      deferred(to, { dsn: '4.3.0', relay: 'none' }),
      connections('a', 0),
      connections('b', 0),
      outside('a.example.test'),
      outside('b.example.test'),
    ],
  }),

  scenario('tls-policy/sts-not-enforced', {
    title: 'MTA-STS: patterns are of no effect where smtp_tls_enforce_sts_mx_patterns says so',
    clauses,
    dns,
    hosts: { mx },
    ...policy('not-enforced', `secure ${sts} match=mx.example.test mx_host_pattern=other.test`, {
      smtp_tls_enforce_sts_mx_patterns: 'no',
    }),
    send: message({ to }),
    expect: [delivered(to, { via: 'mx' })],
  }),

  scenario('tls-policy/sts-match-ignored', {
    title: 'MTA-STS: with patterns a certificate has to name the exchanger, whatever the match list says',
    clauses,
    origins: ['security-130'],
    dns,
    hosts: { mx: certified('listed.test') },
    ...policy('match-ignored', `secure ${sts} match=listed.test mx_host_pattern=mx.example.test`),
    send: message({ to }),
    expect: [
      deferred(to, notVerified),
      dialogue('mx', ['...', '{TLS*', 'C: QUIT', '...']),
      unverified,
      status('!secure'),
    ],
  }),

  scenario('tls-policy/sts-match-replaced', {
    title: 'MTA-STS: with patterns a certificate that names the exchanger is good, listed or not',
    clauses,
    origins: ['security-130'],
    dns,
    hosts: { mx },
    ...policy('match-replaced', `secure ${sts} match=listed.test mx_host_pattern=*.example.test`),
    send: message({ to }),
    expect: [delivered(to, { via: 'mx' }), tlsSession('mx')],
  }),

  scenario('tls-policy/sts-without-patterns', {
    title: 'MTA-STS: without patterns the match list holds, and any exchanger will do',
    clauses,
    dns,
    hosts: { mx: certified('listed.test') },
    ...policy('without-patterns', `secure ${sts} match=listed.test`),
    send: message({ to }),
    expect: [delivered(to, { via: 'mx' })],
  }),

  scenario('tls-policy/sts-no-policy-found', {
    title: 'A domain without an MTA-STS policy is not held to patterns',
    clauses,
    dns,
    hosts: { mx: certified('listed.test') },
    ...policy(
      'no-policy-found',
      'secure policy_type=no-policy-found match=listed.test mx_host_pattern=other.test',
    ),
    send: message({ to }),
    expect: [delivered(to, { via: 'mx' })],
  }),

  ...['sts-policy-fetch-error', 'sts-policy-invalid', 'sts-webpki-invalid', 'validation-failure'].map(
    (failure) =>
      scenario(`tls-policy/policy-failure-${failure}`, {
        title: `A policy that failed with ${failure} makes every certificate a bad one`,
        clauses,
        origins: failure === 'sts-webpki-invalid' ? ['security-131'] : [],
        dns,
        hosts: { mx },
        ...policy(
          `failure-${failure}`,
          `secure ${sts} match=hostname mx_host_pattern=mx.example.test policy_failure=${failure}`,
        ),
        send: message({ to }),
        expect: [
          deferred(to, notVerified),
          dialogue('mx', ['...', '{TLS*', 'C: QUIT', '...']),
          logged(
            `certificate verification failed for mx.example.test[192.0.2.1]:25: external policy failure (${failure})`,
          ),
          status('!secure'),
        ],
      }),
  ),

  scenario('tls-policy/policy-failure-at-may', {
    title: 'A policy that failed is no obstacle at a level that demands no certificate',
    clauses,
    dns,
    hosts: { mx },
    ...policy('failure-at-may', `may ${sts} policy_failure=sts-policy-invalid`),
    send: message({ to }),
    expect: [delivered(to, { via: 'mx' }), tlsSession('mx'), status('may')],
  }),

  scenario('tls-policy/sts-details-without-type', {
    title: 'Details of MTA-STS in a policy of no type make it one that cannot be used',
    clauses: [...clauses, 'postfix:smtp_tls_policy_maps'],
    dns,
    hosts: { mx },
    ...policy('details-without-type', 'secure mx_host_pattern=mx.example.test'),
    send: message({ to }),
    expect: [
      deferred(to, { dsn: '4.7.5', reason: 'client TLS configuration problem' }),
      connections('mx', 0),
      logged('next-hop destination "example.test": built-in policy has unexpected attribute'),
      logged('TLS policy lookup for example.test/mx.example.test: client TLS configuration problem'),
    ],
  }),

  scenario('tls-policy/sts-international', {
    title: 'MTA-STS: exchangers are compared as A-labels',
    clauses,
    dns: zone('example.test', { MX: '10 xn--bcher-kva', 'xn--bcher-kva': '192.0.2.1' }),
    hosts: { 'xn--bcher-kva': certified('xn--bcher-kva.example.test') },
    ...policy('international', `secure ${sts} match=hostname mx_host_pattern=xn--bcher-kva.example.test`),
    send: message({ to }),
    expect: [delivered(to, { via: 'xn--bcher-kva' })],
  }),

  scenario('tls-policy/sts-lmtp', {
    title: 'MTA-STS: LMTP servers are held to the patterns too',
    clauses: ['postfix:lmtp_tls_enforce_sts_mx_patterns'],
    dns,
    files: {
      '/run/ca.pem': ca.pem,
      '/run/sts/lmtp': `mx.example.test secure ${sts} match=hostname mx_host_pattern=other.test\n`,
    },
    hosts: { mx: mailHost({ protocol: 'lmtp' }) },
    config: { lmtp_tls_policy_maps: 'texthash:/run/sts/lmtp', lmtp_tls_enforce_sts_mx_patterns: 'yes' },
    send: message({ to, service: 'lmtp', nexthop: 'inet:mx.example.test' }),
    expect: [deferred(to, { dsn: '4.3.0' }), connections('mx', 0), outside('mx.example.test')],
  }),

  scenario('tls-policy/sts-lmtp-not-enforced', {
    title: 'MTA-STS: patterns are of no effect where lmtp_tls_enforce_sts_mx_patterns says so',
    clauses: ['postfix:lmtp_tls_enforce_sts_mx_patterns'],
    dns,
    files: {
      '/run/ca.pem': ca.pem,
      '/run/sts/lmtp-not-enforced': `mx.example.test secure ${sts} match=hostname mx_host_pattern=other.test\n`,
    },
    hosts: {
      mx: mailHost({ protocol: 'lmtp', tls: { credential: ca.issue('mx.example.test') } }),
    },
    config: {
      lmtp_tls_policy_maps: 'texthash:/run/sts/lmtp-not-enforced',
      lmtp_tls_CAfile: '/run/ca.pem',
      lmtp_tls_enforce_sts_mx_patterns: 'no',
    },
    send: message({ to, service: 'lmtp', nexthop: 'inet:mx.example.test' }),
    expect: [delivered(to, { via: 'mx' }), status('secure')],
  }),
];
