/** smtp_tls_per_site, the table of levels before there were policies (security reference 2.3). */
import {
  connections,
  deferred,
  delivered,
  type Expectation,
  logged,
  message,
  noTls,
  scenario,
  zone,
} from '../../scenario.ts';
import { dns, insideTls, inTheClear, NOT_VERIFIED, parted, secured, to } from '../starttls/_server.ts';

const hosts = { a: secured() };
const send = message({ to });
const clauses = ['postfix:smtp_tls_per_site'];
const sites = (list: string, global = 'none') => ({
  smtp_tls_security_level: global,
  smtp_tls_per_site: `inline:{ ${list} }`,
});
const CONFIGURATION_PROBLEM = { dsn: '4.7.5', relay: 'none', reason: 'client TLS configuration problem' };
const LOOKUP = 'TLS policy lookup for example.test/a.example.test:';

/** What a level looks like with a server whose certificate nobody has issued. */
const encrypted: readonly Expectation[] = [delivered(to, { via: 'a' }), insideTls()];
const plain: readonly Expectation[] = [delivered(to, { via: 'a' }), inTheClear()];
const unverified: readonly Expectation[] = [deferred(to, NOT_VERIFIED), parted()];

const results = [
  {
    name: 'none-and-may',
    title: 'NONE for the next hop stands against MAY for the server',
    config: sites('example.test=NONE, a.example.test=MAY', 'may'),
    origins: ['security-6'],
    expect: plain,
  },
  {
    name: 'none-and-must',
    title: 'MUST for the server stands against NONE for the next hop',
    config: sites('example.test=NONE, a.example.test=MUST'),
    origins: ['security-7'],
    expect: unverified,
  },
  {
    name: 'may-under-verify',
    title: 'MAY yields to a stronger level of all',
    config: sites('example.test=MAY', 'verify'),
    origins: ['security-8'],
    expect: unverified,
  },
  {
    name: 'may-over-none',
    title: 'MAY stands against level none of all',
    config: sites('example.test=may'),
    origins: [],
    expect: encrypted,
  },
  {
    name: 'none-under-verify',
    title: 'NONE stands against any level of all',
    config: sites('a.example.test=NONE', 'verify'),
    origins: ['security-9'],
    expect: plain,
  },
  {
    name: 'must-without-names',
    title: 'MUST_NOPEERMATCH is level encrypt, even where all others are verified',
    config: sites('example.test=MUST_NOPEERMATCH', 'verify'),
    origins: [],
    expect: encrypted,
  },
  {
    name: 'nothing-found',
    title: 'Without an entry the level of all holds',
    config: sites('other.test=NONE', 'verify'),
    origins: [],
    expect: unverified,
  },
  {
    name: 'with-policies',
    title: 'The table is of no effect where there are policies, and the log says so',
    config: { ...sites('example.test=MUST'), smtp_tls_policy_maps: 'inline:{ other.test=none }' },
    origins: ['security-11'],
    expect: [...plain, logged('smtp_tls_per_site ignored when smtp_tls_policy_maps is not empty.')],
  },
  {
    name: 'unknown-word',
    title: 'A word that the table cannot hold rules the server out',
    config: sites('example.test=YES'),
    origins: ['security-10'],
    expect: [
      deferred(to, CONFIGURATION_PROBLEM),
      connections('a', 0),
      logged("smtp_tls_per_site: unknown TLS policy 'YES' for next-hop destination example.test"),
      logged(`${LOOKUP} client TLS configuration problem`),
    ],
  },
  {
    name: 'lookup-error',
    title: 'A table that cannot be asked leaves the mail waiting',
    config: { smtp_tls_security_level: 'none', smtp_tls_per_site: 'fail:sites' },
    origins: ['security-16'],
    expect: [
      deferred(to, { dsn: '4.3.0', relay: 'none', reason: 'Temporary lookup error' }),
      connections('a', 0),
      logged('smtp_tls_per_site: next-hop destination "example.test": per-site table lookup error'),
      logged(`${LOOKUP} Temporary lookup error`),
      logged('fail:sites lookup error for "example.test"'),
    ],
  },
];

export default [
  ...results.map(({ name, ...rest }) =>
    scenario(`tls-policy/per-site-${name}`, { ...rest, clauses, dns, hosts, send }),
  ),
  ...[
    { name: 'alias', cname: 'no', listed: 'mx' },
    { name: 'canonical', cname: 'yes', listed: 'a' },
  ].map(({ name, cname, listed }) =>
    scenario(`tls-policy/per-site-${name}-name`, {
      title: `With smtp_cname_overrides_servername=${cname} an exchanger that is an alias is looked for by its ${name} name`,
      clauses: [...clauses, 'postfix:smtp_cname_overrides_servername'],
      dns: zone('example.test', { MX: '10 mx', mx: { CNAME: 'a' }, a: '192.0.2.1' }),
      hosts,
      config: {
        ...sites(`${listed}.example.test=MUST_NOPEERMATCH`),
        smtp_cname_overrides_servername: cname,
      },
      send,
      expect: encrypted,
    }),
  ),
  scenario('tls-policy/per-site-lmtp', {
    title: 'LMTP: the table is asked for the server as well',
    clauses: ['postfix:lmtp_tls_per_site'],
    dns,
    hosts: { a: secured({}, { protocol: 'lmtp' }) },
    config: { lmtp_tls_per_site: 'inline:{ a.example.test=MUST_NOPEERMATCH }' },
    send: message({ to, service: 'lmtp', nexthop: 'inet:a.example.test' }),
    expect: [delivered(to, { via: 'a' }), insideTls('a', 'LHLO')],
  }),
  scenario('tls-policy/per-site-lmtp-none', {
    title: 'LMTP: NONE in the table stands against the level of all',
    clauses: ['postfix:lmtp_tls_per_site'],
    dns,
    hosts: { a: secured({}, { protocol: 'lmtp' }) },
    config: { lmtp_tls_security_level: 'encrypt', lmtp_tls_per_site: 'inline:{ a.example.test=NONE }' },
    send: message({ to, service: 'lmtp', nexthop: 'inet:a.example.test' }),
    expect: [delivered(to, { via: 'a' }), noTls('a')],
  }),
];
