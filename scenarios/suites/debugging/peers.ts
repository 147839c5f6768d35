/** `debug_peer_list`: what is said to some servers, and by them, is logged line by line. */
import {
  bounced,
  close,
  connections,
  deferred,
  delivered,
  dialogueHost,
  listening,
  logged,
  mailHost,
  message,
  notLogged,
  scenario,
  zone,
} from '../../scenario.ts';

const dns = zone('example.test', { MX: ['10 a', '20 b'], a: '192.0.2.1', b: '192.0.2.2' });
const to = 'user@example.test';
const clauses = ['postfix:debug_peer_list'];
const a = 'a.example.test[192.0.2.1]:25';
const b = 'b.example.test[192.0.2.2]:25';
const closed = mailHost({ greeting: '454 4.3.2 closed', name: 'a.test' });
const open = mailHost({ name: 'b.test', extensions: [] });

interface Peers {
  readonly name: string;
  readonly title: string;
  readonly config: Readonly<Record<string, string>>;
  /** Hosts whose sessions are logged. */
  readonly logs: readonly ('a' | 'b')[];
  readonly clauses?: readonly string[];
  readonly files?: Readonly<Record<string, string>>;
  readonly nexthop?: string;
  readonly log?: readonly string[];
}

const subdomains = 'postfix:parent_domain_matches_subdomains';

const peers: readonly Peers[] = [
  {
    name: 'destination',
    title: 'A destination in the list is logged with all its servers',
    config: { debug_peer_list: 'other.test, EXAMPLE.test' },
    logs: ['a', 'b'],
  },
  {
    name: 'host',
    title: 'A server in the list is logged, and no other one',
    config: { debug_peer_list: 'B.example.test' },
    logs: ['b'],
  },
  {
    name: 'address',
    title: 'A server may be listed by its address',
    config: { debug_peer_list: '192.0.2.1' },
    logs: ['a'],
  },
  {
    name: 'network',
    title: 'Servers may be listed by their network',
    config: { debug_peer_list: '192.0.2.2/31' },
    logs: ['b'],
  },
  {
    name: 'excepted',
    title: 'What ! excepts is not logged',
    config: { debug_peer_list: '!192.0.2.2, !other.test, static:all' },
    logs: ['a', 'b'],
  },
  {
    name: 'excepted-host',
    title: 'A destination that is not logged as a whole may have servers that are',
    config: { debug_peer_list: '!b.example.test, 192.0.2.0/24' },
    logs: ['a'],
  },
  {
    name: 'table-of-networks',
    title: 'A table of networks is asked for addresses',
    config: { debug_peer_list: 'cidr:{{192.0.2.2 x}}' },
    logs: ['b'],
  },
  {
    name: 'parent',
    title: 'A domain stands for its subdomains',
    config: { debug_peer_list: 'test' },
    logs: ['a', 'b'],
    clauses: [subdomains],
  },
  {
    name: 'parent-in-table',
    title: 'A domain in a table stands for its subdomains',
    config: { debug_peer_list: 'inline:{test=1}' },
    logs: ['a', 'b'],
    clauses: [subdomains],
  },
  {
    name: 'table-in-capitals',
    title: 'Names are looked up in small letters, and are none of those that a table has in capitals',
    config: { debug_peer_list: 'inline:{A.example.test=1, b.example.test=1}' },
    logs: ['b'],
  },
  {
    name: 'rules-without-parents',
    title: 'Rules are asked for whole names only',
    config: { debug_peer_list: 'regexp:{{/^(example[.])?test$$/ x}}' },
    nexthop: '[b.example.test]',
    logs: [],
    clauses: [subdomains],
  },
  {
    name: 'no-parent',
    title: 'Without debug_peer_list among parent_domain_matches_subdomains a domain stands for itself',
    config: {
      debug_peer_list: 'test, b.example.test',
      parent_domain_matches_subdomains: 'other, !debug_peer_list',
    },
    logs: ['b'],
    clauses: [subdomains],
  },
  {
    name: 'dot-parent',
    title: 'and a domain behind a dot for its subdomains',
    config: { debug_peer_list: '.example.test', parent_domain_matches_subdomains: '' },
    logs: ['a', 'b'],
    clauses: [subdomains],
  },
  {
    name: 'dot-parent-in-vain',
    title: 'A domain behind a dot means nothing where domains stand for their subdomains',
    config: { debug_peer_list: '.example.test' },
    logs: [],
    clauses: [subdomains],
  },
  {
    name: 'destination-as-written',
    title: 'A destination counts as it is written, brackets and port included',
    config: { debug_peer_list: '[other.test]:25, [b.example.test], a.example.test' },
    nexthop: '[b.example.test]',
    logs: ['b'],
  },
  {
    name: 'file',
    title: 'The list may be in a file',
    config: { debug_peer_list: '/run/peers' },
    files: { '/run/peers': '# to look at\n192.0.2.1\n' },
    logs: ['a'],
  },
  {
    name: 'error',
    title: 'A list that cannot be looked at counts as empty, with a warning each time',
    config: { debug_peer_list: 'fail:x, example.test' },
    logs: [],
    log: ['warning: debug_peer_list: fail:x: table lookup problem'],
  },
  {
    name: 'bad-network',
    title: 'A network that is none ends the search, if there is an address to look for',
    config: { debug_peer_list: '192.0.2.1/24, b.example.test' },
    logs: [],
    log: [
      'warning: debug_peer_list: non-null host address bits in "192.0.2.1/24", perhaps you should use "192.0.2.0/24" instead',
    ],
  },
];

const dialogueOf = {
  a: [`< ${a}: 454 4.3.2 closed`, `> ${a}: QUIT`],
  b: [`> ${b}: EHLO client.test`, `> ${b}: .`],
};

export default [
  ...peers.map(({ name, title, config, logs, files = {}, nexthop, log = [], ...peer }) =>
    scenario(`debugging/peers-${name}`, {
      title,
      clauses: [...clauses, ...(peer.clauses ?? [])],
      dns,
      hosts: { a: closed, b: open },
      files,
      config,
      send: message({ to, ...(nexthop && { nexthop }) }),
      expect: [
        delivered(to, { via: 'b' }),
        connections('a', nexthop === undefined ? 1 : 0),
        ...logs.flatMap((host) => dialogueOf[host]).map(logged),
        ...(['a', 'b'] as const)
          .filter((host) => !logs.includes(host))
          .map((host) => notLogged(` ${host === 'a' ? a : b}: `)),
        ...log.map(logged),
      ],
    }),
  ),
  scenario('debugging/peers-dialogue', {
    title: 'Every line is logged as it is sent and as it comes, with the final dot for the content',
    clauses: [...clauses, 'postfix:debug_peer_level'],
    dns,
    hosts: {
      a: dialogueHost([
        'S: 220 a ESMTP',
        'C: EHLO client.test',
        'S: 250-a',
        'S: 250 PIPELINING',
        'C: MAIL *',
        'C: RCPT *',
        'C: DATA',
        'S: 250 2.1.0 ok',
        'S: 250-2.1.5 first',
        'S: 250 2.1.5 second',
        'S: 354 go on',
        'C: <content>',
        `S: 250 2.0.0 taken\u0007${'x'.repeat(120)}`,
        'C: QUIT',
        'S: 221 2.0.0 bye',
        close(),
      ]),
    },
    config: { debug_peer_list: 'a.example.test', debug_peer_level: '1' },
    send: message({ to }),
    expect: [
      delivered(to, { via: 'a' }),
      ...[
        '< @: 220 a ESMTP',
        '> @: EHLO client.test',
        '< @: 250-a',
        '< @: 250 PIPELINING',
        '> @: MAIL FROM:<sender@client.test>',
        `> @: RCPT TO:<${to}>`,
        '> @: DATA',
        '< @: 250-2.1.5 first',
        '< @: 250 2.1.5 second',
        '> @: .',
        '> @: QUIT',
        `< @: 250 2.0.0 taken?${'x'.repeat(84)}`,
      ].map((line) => logged(line.replace('@', a))),
      notLogged(`< ${a}: 250 2.0.0 taken?${'x'.repeat(85)}`),
      notLogged('221 2.0.0 bye'),
    ],
  }),
  scenario('debugging/peers-kept-connection', {
    title: 'A kept connection is looked at anew for each message',
    clauses,
    dns: [
      zone('example.test', { MX: '10 a', a: '192.0.2.1' }),
      zone('other.test', { MX: '10 a.example.test.' }),
    ],
    hosts: { a: mailHost({ name: 'a.test' }) },
    config: { debug_peer_list: 'other.test', smtp_connection_cache_destinations: 'static:all' },
    send: [message({ to }), message({ to: 'user@other.test', after: '100ms' })],
    expect: [
      delivered(to, { via: 'a' }),
      delivered('user@other.test', { via: 'a' }),
      connections('a', 1),
      logged(`> ${a}: RSET`),
      logged(`> ${a}: RCPT TO:<user@other.test>`),
      notLogged(`> ${a}: EHLO`),
      notLogged(`> ${a}: RCPT TO:<${to}>`),
    ],
    tolerates: {
      'rfc5321-4.1.1.10-01': 'Postfix closes connections that nobody uses any more without QUIT',
    },
  }),
  ...[
    { name: 'address', list: '[2001:DB8:0:0::1]' },
    { name: 'network', list: '![2001:db8:1::]/48, [2001:db8::]/32' },
  ].map(({ name, list }) =>
    scenario(`debugging/peers-ipv6-${name}`, {
      title: `An IPv6 ${name} stands in brackets, in any of its forms`,
      clauses,
      dns: zone('example.test', { MX: '10 six', six: '2001:db8::1' }),
      hosts: { six: mailHost() },
      config: { debug_peer_list: list },
      send: message({ to }),
      expect: [delivered(to, { via: 'six' }), logged('> six.example.test[2001:db8::1]:25: EHLO client.test')],
    }),
  ),
  scenario('debugging/peers-lmtp-socket', {
    title: 'A server behind a local socket is known by the name of this host',
    clauses,
    hosts: { store: listening({ unix: '/run/lmtp' }, mailHost({ protocol: 'lmtp', name: 'store.test' })) },
    config: { debug_peer_list: 'client.test' },
    send: message({ to, service: 'lmtp', nexthop: 'unix:/run/lmtp' }),
    expect: [
      delivered(to),
      connections('store', 1),
      logged('> client.test[/run/lmtp]: LHLO client.test'),
      logged('< client.test[/run/lmtp]: 250-store.test'),
    ],
  }),
  scenario('debugging/peers-replaced-reply', {
    title: 'A reply is logged as it came before it is replaced',
    clauses: [...clauses, 'postfix:smtp_reply_filter'],
    dns,
    hosts: { a: mailHost({ name: 'a.test', extensions: [], rcpt: '450 4.2.0 busy' }) },
    config: {
      debug_peer_list: 'a.example.test',
      smtp_reply_filter: 'regexp:{{/^450/ 550 5.1.1 no}}',
    },
    send: message({ to }),
    expect: [
      bounced(to, { dsn: '5.1.1' }),
      connections('a', 1),
      logged(`< ${a}: 450 4.2.0 busy`),
      logged('replacing server reply "450 4.2.0 busy" with "550 5.1.1 no"'),
      notLogged(`< ${a}: 550`),
    ],
  }),
  scenario('debugging/peers-lost', {
    title: 'What was said is logged also of a session that breaks',
    clauses,
    dns: zone('example.test', { MX: '10 a', a: '192.0.2.1' }),
    hosts: { a: dialogueHost(['S: 220 a ESMTP', 'C: EHLO *', 'S: 250 a', 'C: MAIL *', close()]) },
    config: { debug_peer_list: 'example.test' },
    send: message({ to }),
    expect: [
      deferred(to, { dsn: '4.4.2' }),
      connections('a', 1),
      logged(`> ${a}: MAIL FROM:<sender@client.test>`),
      notLogged(`> ${a}: RCPT`),
    ],
  }),
];
