/** SRV records (RFC 2782): which services they are asked for, the order they give, and what follows their failure. */
import {
  bounced,
  check,
  connections,
  deferred,
  delivered,
  listening,
  logged,
  mailHost,
  message,
  notLogged,
  notQueried,
  order,
  queried,
  scenario,
  zone,
} from '../../scenario.ts';

const to = 'user@example.test';
const name = '_smtp._tcp.example.test';
const config = { use_srv_lookup: 'smtp' };
const clauses = ['postfix:use_srv_lookup', 'postfix:delivery-3.7'];
const failed = (detail: string): string =>
  `Host or domain name not found. Name service error for name=${name} type=SRV: ${detail}`;
const skipped = (reason: string) => logged(`skipping SRV lookup for ${name}: ${reason}`);
const submission = mailHost({ port: 587 });
/** An own address that the live world knows too. */
const PROXY = '203.0.113.4';

/** What may go wrong with the records, and whether ignore_srv_lookup_error gets round it. */
const failures = [
  {
    name: 'missing',
    what: 'there are no SRV records',
    srv: { TXT: 'nothing else' },
    is: bounced,
    dsn: '5.4.4',
    reason: failed('Host found but no data record of requested type'),
    ignorable: false,
    origins: { plain: ['delivery-79'], allowed: ['delivery-80'], ignored: [] },
  },
  {
    name: 'servfail',
    what: 'the name server fails',
    srv: { fault: 'SERVFAIL' },
    is: deferred,
    dsn: '4.4.3',
    reason: failed('Host not found, try again'),
    ignorable: true,
    origins: { plain: [], allowed: [], ignored: ['delivery-81'] },
  },
  {
    name: 'formerr',
    what: 'the name server does not understand',
    srv: { fault: 'FORMERR' },
    is: bounced,
    dsn: '5.4.3',
    reason: failed('Non-recoverable error'),
    ignorable: true,
    origins: { plain: [], allowed: [], ignored: [] },
  },
  {
    name: 'malformed',
    what: 'the only target is no host name',
    srv: { SRV: '0 0 25 -bad-' },
    is: bounced,
    dsn: '5.4.4',
    reason: `Name service error for name=${name} type=SRV: Malformed or unexpected name server reply`,
    ignorable: true,
    origins: { plain: [], allowed: [], ignored: [] },
    warnings: [
      logged(`malformed domain name in resource data of SRV record for ${name}: -bad-`),
      logged('valid_hostname: misplaced hyphen: -bad-'),
    ],
  },
  {
    name: 'null',
    what: 'the target is the root, which says that there is no such service',
    srv: { SRV: '0 0 0 .' },
    is: bounced,
    dsn: '5.1.0',
    reason: `Domain ${name} does not support SRV requests`,
    ignorable: false,
    origins: { plain: ['delivery-82'], allowed: [], ignored: [] },
  },
  {
    name: 'hosts-unknown',
    what: 'no host has an address',
    srv: { SRV: ['0 0 25 gone', '5 0 25 away'] },
    is: bounced,
    dsn: '5.4.4',
    reason: '*name=away.example.test type=AAAA: Host not found',
    ignorable: false,
    origins: { plain: [], allowed: [], ignored: [] },
    warnings: [logged(`no SRV host for ${name} has a valid address record`)],
  },
] as const;

const failureScenarios = failures.flatMap((failure) => {
  const { srv, what, is, dsn, reason, ignorable, origins } = failure;
  const warnings = 'warnings' in failure ? failure.warnings : [];
  const common = {
    dns: zone('example.test', { MX: '10 mx', mx: '192.0.2.1', '_smtp._tcp': srv }),
    hosts: { mx: mailHost() },
    send: message({ to }),
  };
  const ends = [is(to, { dsn, reason, relay: 'none' }), connections('mx', 0), notQueried('example.test')];
  const goesOn = [delivered(to, { via: 'mx' }), skipped(reason), queried('example.test', 'MX', 1)];
  return [
    scenario(`dns/srv-${failure.name}`, {
      ...common,
      title: `When ${what}, the mail exchangers of the domain are left alone`,
      clauses,
      config,
      origins: origins.plain,
      expect: [...ends, ...warnings, notLogged('skipping SRV')],
    }),
    scenario(`dns/srv-${failure.name}-fallback-allowed`, {
      ...common,
      title: `With allow_srv_lookup_fallback, the mail exchangers get the mail when ${what}`,
      clauses: ['postfix:allow_srv_lookup_fallback', 'postfix:delivery-3.7'],
      config: { ...config, allow_srv_lookup_fallback: 'yes' },
      origins: origins.allowed,
      expect: [...goesOn, ...warnings],
    }),
    scenario(`dns/srv-${failure.name}-error-ignored`, {
      ...common,
      title: `ignore_srv_lookup_error ${ignorable ? 'leads to the mail exchangers' : 'changes nothing'} when ${what}`,
      clauses: ['postfix:ignore_srv_lookup_error', 'postfix:delivery-3.7'],
      config: { ...config, ignore_srv_lookup_error: 'yes' },
      origins: origins.ignored,
      expect: [...(ignorable ? goesOn : ends), ...warnings],
    }),
  ];
});

const MESSAGES = 120;
const weights = { none: 0, light: 10, heavy: 90 };
/** By all orders of the three records before the draw: the threshold is one of 0..100, 0 takes whoever stands first. */
const firstShare = { none: 1 / 303, light: 31 / 303, heavy: 271 / 303 };

export default [
  ...failureScenarios,
  scenario('dns/srv-priorities-and-ports', {
    title: 'SRV records say host and port, and the lower priority number comes first',
    clauses,
    dns: zone('example.test', {
      MX: '10 mx',
      mx: '192.0.2.9',
      '_smtp._tcp': { SRV: ['20 0 587 b', '10 0 2525 a'] },
      a: '192.0.2.1',
      b: '192.0.2.2',
    }),
    hosts: { a: mailHost({ port: 2525, rcpt: '450 4.2.1 later' }), b: submission, mx: mailHost() },
    config,
    send: message({ to }),
    origins: ['delivery-77', 'field-DN20'],
    expect: [
      delivered(to, { via: 'b', relay: 'b.example.test[192.0.2.2]:587' }),
      order(['a', 'b']),
      logged('host a.example.test[192.0.2.1] said: 450 4.2.1 later'),
      connections('mx', 0),
      notQueried('example.test', 'MX'),
    ],
  }),
  scenario('dns/srv-weights', {
    title: 'Weights are the shares in which hosts of one priority come first',
    clauses,
    dns: zone('example.test', {
      '_smtp._tcp': { SRV: Object.entries(weights).map(([host, weight]) => `0 ${weight} 25 ${host}`) },
      none: '192.0.2.1',
      light: '192.0.2.2',
      heavy: '192.0.2.3',
    }),
    hosts: { none: mailHost(), light: mailHost(), heavy: mailHost() },
    config,
    send: Array.from({ length: MESSAGES }, () => message({ to })),
    origins: ['delivery-78'],
    expect: [
      ...Array.from({ length: MESSAGES }, () => delivered(to)),
      check('comes first as often as the weights say', ({ attempts }, ledger) => {
        for (const host of Object.keys(weights)) ledger.hosts.add(host);
        const odd = Object.entries(firstShare).find(([host, share]) => {
          const count = attempts.filter((attempt) => attempt.host === host).length;
          return Math.abs(count - MESSAGES * share) > 4.5 * Math.sqrt(MESSAGES * share * (1 - share)) + 1;
        });
        return odd === undefined && attempts.length === MESSAGES
          ? undefined
          : `${odd?.[0]} came too often or rarely`;
      }),
    ],
  }),
  scenario('dns/srv-addresses-in-order', {
    title: 'The addresses of an SRV host keep the order of the name server',
    clauses,
    dns: zone('example.test', {
      '_smtp._tcp': { SRV: ['10 0 25 b', '0 0 25 a'] },
      a: ['192.0.2.5', '192.0.2.3', '192.0.2.4', '2001:db8::1'],
      b: '192.0.2.1',
    }),
    hosts: { b: mailHost() },
    config: { ...config, smtp_address_preference: 'ipv6' },
    send: message({ to }),
    expect: [delivered(to, { via: 'b' }), order(['192.0.2.5', '192.0.2.3', '192.0.2.4', '2001:db8::1', 'b'])],
    virtualOnly: 'the order of refused attempts shows in the virtual world only',
  }),
  scenario('dns/srv-balance', {
    title: 'The address limit leaves room for both families among SRV hosts too',
    clauses: [...clauses, 'postfix:smtp_balance_inet_protocols'],
    dns: zone('example.test', {
      '_smtp._tcp': { SRV: '0 0 25 a' },
      a: [...Array.from({ length: 6 }, (_, index) => `192.0.2.${index + 1}`), '2001:db8::1'],
    }),
    hosts: { six: listening({ address: '2001:db8::1' }, mailHost()) },
    config,
    send: message({ to }),
    expect: [delivered(to, { via: 'six' }), connections('six', 1)],
  }),
  scenario('dns/srv-service-of-the-destination', {
    title: 'The service is the port as the destination names it',
    clauses,
    dns: zone('example.test', {
      '_submission._tcp': { SRV: '0 0 2587 a' },
      '_smtp._tcp': { SRV: '0 0 25 b' },
      a: '192.0.2.1',
      b: '192.0.2.2',
    }),
    hosts: { a: mailHost({ port: 2587 }), b: mailHost() },
    config: { use_srv_lookup: 'smtp, submission' },
    send: message({ to, nexthop: 'example.test:submission' }),
    expect: [delivered(to, { via: 'a', relay: 'a.example.test[192.0.2.1]:2587' }), connections('b', 0)],
  }),
  ...[
    { name: 'other-service', what: 'a service that is not listed', nexthop: 'example.test:25', config: {} },
    { name: 'brackets', what: 'a host in brackets', nexthop: '[example.test]', config: {} },
    {
      name: 'without-dns',
      what: 'any domain while DNS is switched off',
      nexthop: 'example.test',
      config: { smtp_dns_support_level: 'disabled' },
    },
  ].map((kind) =>
    scenario(`dns/srv-not-for-${kind.name}`, {
      title: `SRV records are not asked for with ${kind.what}`,
      clauses,
      dns: zone('example.test', {
        '@': { A: '192.0.2.1' },
        '_smtp._tcp': { SRV: '0 0 25 b' },
        b: '192.0.2.2',
      }),
      files: { '/etc/hosts': '192.0.2.1 example.test\n' },
      hosts: { 'example.test': mailHost(), b: mailHost() },
      config: { ...config, ...kind.config },
      send: message({ to, nexthop: kind.nexthop }),
      expect: [delivered(to, { via: 'example.test' }), connections('b', 0), notQueried(name)],
    }),
  ),
  scenario('dns/srv-idn', {
    title: 'SRV records of an internationalised domain are asked for under its A-labels',
    clauses: [...clauses, 'postfix:delivery-3.2'],
    dns: [zone('xn--bcher-kva.test', { '_smtp._tcp': { SRV: '0 0 587 a' }, a: '192.0.2.1' })],
    hosts: { a: submission },
    config,
    send: message({ to, nexthop: 'bücher.test' }),
    expect: [delivered(to, { via: 'a' }), queried('_smtp._tcp.xn--bcher-kva.test', 'SRV', 1)],
  }),
  scenario('dns/srv-alias', {
    title: 'A service that is an alias of another one has its hosts',
    clauses: [...clauses, 'postfix:delivery-3.4'],
    dns: zone('example.test', {
      '_smtp._tcp': { CNAME: '_smtp._tcp.mail', chase: false },
      '_smtp._tcp.mail': { SRV: '0 0 587 a' },
      a: '192.0.2.1',
    }),
    hosts: { a: submission },
    config,
    send: message({ to }),
    expect: [delivered(to, { via: 'a' }), queried('_smtp._tcp.mail.example.test', 'SRV', 1)],
  }),
  scenario('dns/srv-loops-back', {
    title: 'SRV records that lead to this host itself make a loop, which names the SRV query',
    clauses: [...clauses, 'postfix:proxy_interfaces'],
    dns: zone('example.test', {
      '_smtp._tcp': { SRV: ['0 0 25 me', '5 0 25 b'] },
      me: PROXY,
      b: '192.0.2.2',
    }),
    hosts: { b: mailHost() },
    config: { ...config, proxy_interfaces: PROXY },
    send: message({ to }),
    expect: [
      bounced(to, { dsn: '5.4.6', reason: `mail for ${name} loops back to myself` }),
      connections('b', 0),
    ],
  }),
  scenario('dns/srv-better-host-unknown', {
    title: 'When a better SRV host than this one has no address, the mail waits',
    clauses,
    dns: zone('example.test', { '_smtp._tcp': { SRV: ['0 0 25 gone', '5 0 25 me'] }, me: PROXY }),
    config: { ...config, proxy_interfaces: PROXY },
    send: message({ to }),
    expect: [
      deferred(to, { dsn: '4.4.4', reason: `unable to find primary relay for ${name}` }),
      queried('gone.example.test', 'A', 1),
    ],
  }),
  ...[
    { name: 'table', list: '!regexp:{{/^smtps/ x}}, inline:{smtp=yes}', uses: 'srv', log: [] },
    { name: 'excepted', list: '!SMTP, static:all', uses: 'mx', log: [] },
    {
      name: 'error',
      list: 'fail:x, smtp',
      uses: 'mx',
      log: ['use_srv_lookup: fail:x: table lookup problem'],
    },
  ].map(({ name: kind, list, uses, log }) =>
    scenario(`dns/srv-list-${kind}`, {
      title: `With use_srv_lookup = ${list} the service ${uses === 'srv' ? 'is' : 'is not'} looked up`,
      clauses: ['postfix:use_srv_lookup'],
      dns: zone('example.test', {
        '_smtp._tcp': { SRV: '0 0 25 srv' },
        MX: '10 mx',
        srv: '192.0.2.1',
        mx: '192.0.2.2',
      }),
      hosts: { srv: mailHost(), mx: mailHost() },
      config: { use_srv_lookup: list },
      send: message({ to }),
      expect: [
        delivered(to, { via: uses }),
        connections(uses === 'srv' ? 'mx' : 'srv', 0),
        ...log.map(logged),
      ],
    }),
  ),
  scenario('dns/srv-lmtp', {
    title: 'LMTP follows SRV records of the service that its destination names',
    clauses,
    dns: zone('example.test', { '_lmtp._tcp': { SRV: '0 0 2003 store' }, store: '192.0.2.1' }),
    hosts: { store: mailHost({ protocol: 'lmtp', port: 2003 }) },
    config: { use_srv_lookup: 'lmtp' },
    send: message({ to, service: 'lmtp', nexthop: 'example.test:lmtp' }),
    expect: [delivered(to, { via: 'store', relay: 'store.example.test[192.0.2.1]:2003' })],
  }),
  scenario('dns/srv-lmtp-falls-back-to-host', {
    title: 'LMTP without SRV records goes to the host itself where that is allowed, never by MX',
    clauses: ['postfix:allow_srv_lookup_fallback', 'postfix:delivery-3.7'],
    dns: zone('example.test', { MX: '10 mx', mx: '192.0.2.9', '@': { A: '192.0.2.1' } }),
    hosts: { 'example.test': mailHost({ protocol: 'lmtp' }), mx: mailHost() },
    config: { use_srv_lookup: '24', allow_srv_lookup_fallback: 'yes' },
    send: message({ to, service: 'lmtp', nexthop: 'example.test' }),
    expect: [
      delivered(to, { via: 'example.test', relay: 'example.test[192.0.2.1]:24' }),
      logged('skipping SRV lookup for _24._tcp.example.test: '),
      connections('mx', 0),
      notQueried('example.test', 'MX'),
    ],
  }),
];
