/** smtp_discard_ehlo_keyword_address_maps: EHLO keywords to discard, by server address. */
import {
  connections,
  deferred,
  delivered,
  dialogue,
  logged,
  mailHost,
  message,
  notLogged,
  pipelined,
  scenario,
  zone,
} from '../../scenario.ts';

const dns = zone('example.test', { MX: '10 a', a: '192.0.2.1' });
const to = 'user@example.test';
const clauses = ['postfix:smtp_discard_ehlo_keyword_address_maps', 'postfix:delivery-5.3'];
const failing = [...clauses, 'postfix:delivery-8.4'];
const server = 'a.example.test[192.0.2.1]';

const oneByOne = [['EHLO *'], ['MAIL FROM:*'], ['RCPT TO:*'], ['DATA'], ['.'], ['QUIT']];
const grouped = [['EHLO *'], ['MAIL FROM:*', 'RCPT TO:*', 'DATA'], ['.', 'QUIT']];

/** What the tables say of 192.0.2.1, and which of pipelining and SIZE is used then. */
const tables = [
  {
    name: 'by-address',
    title: 'Keywords that the maps give for the address of the server count as not offered',
    value: 'inline:{192.0.2.1=pipelining}',
    groups: oneByOne,
    log: /^discarding EHLO keywords: PIPELINING$/,
  },
  {
    name: 'instead-of-the-list',
    title: 'What the maps give takes the place of smtp_discard_ehlo_keywords',
    value: 'inline:{{192.0.2.1 = dsn, Size, no-such-word}}',
    list: 'pipelining',
    groups: [['EHLO *'], ['MAIL FROM:<sender@client.test>', 'RCPT TO:*', 'DATA'], ['.', 'QUIT']],
    log: /^discarding EHLO keywords: SIZE DSN$/,
  },
  {
    name: 'other-address',
    title: 'For an address that is not in the maps smtp_discard_ehlo_keywords counts',
    value: 'inline:{192.0.2.2=size}, cidr:{{192.0.2.128/25 size}, {2001:db8::/32 size}}',
    list: 'pipelining',
    groups: oneByOne,
    log: /^discarding EHLO keywords: PIPELINING$/,
  },
  {
    name: 'by-network',
    title: 'A cidr table gives keywords for a network',
    value: 'cidr:{{!192.0.0.0/16 size}, {192.0.2.0/24 pipelining}}',
    groups: oneByOne,
    log: /^discarding EHLO keywords: PIPELINING$/,
  },
  {
    name: 'silently',
    title: 'With silent-discard in the maps the log says nothing of it',
    value: 'inline:{{192.0.2.1 = pipelining silent-discard}}',
    groups: oneByOne,
    origins: ['delivery-137'],
  },
  {
    name: 'nothing-to-discard',
    title: 'A map that gives no known keyword takes the list back for this server',
    value: 'inline:{192.0.2.1=none}',
    list: 'pipelining',
    groups: grouped,
  },
] as const;

export default [
  ...tables.map(({ name, title, value, groups, ...rest }) =>
    scenario(`greeting/keyword-map-${name}`, {
      title,
      clauses,
      ...('origins' in rest && { origins: rest.origins }),
      dns,
      hosts: { a: mailHost() },
      config: {
        smtp_discard_ehlo_keyword_address_maps: value,
        ...('list' in rest && { smtp_discard_ehlo_keywords: rest.list }),
      },
      send: message({ to }),
      expect: [
        delivered(to, { via: 'a' }),
        pipelined('a', groups),
        'log' in rest ? logged(rest.log) : notLogged('discarding'),
      ],
    }),
  ),
  scenario('greeting/keyword-map-two-servers', {
    title: 'Of two servers each has its own keywords discarded',
    clauses,
    dns: zone('example.test', { MX: ['10 a', '20 b'], a: '192.0.2.1', b: '192.0.2.2' }),
    hosts: { a: mailHost({ mail: '451 4.3.0 later' }), b: mailHost() },
    config: { smtp_discard_ehlo_keyword_address_maps: 'texthash:/run/greeting/keywords' },
    files: { '/run/greeting/keywords': '192.0.2.1 pipelining\n192.0.2.2 size\n' },
    send: message({ to }),
    expect: [
      delivered(to, { via: 'b' }),
      pipelined('a', [['EHLO *'], ['MAIL FROM:*'], ['RSET'], ['QUIT']]),
      pipelined('b', [['EHLO *'], ['MAIL FROM:<sender@client.test>', 'RCPT TO:*', 'DATA'], ['.', 'QUIT']]),
      logged('discarding EHLO keywords: PIPELINING'),
      logged('discarding EHLO keywords: SIZE'),
      logged('said: 451 4.3.0 later'),
    ],
  }),
  scenario('greeting/keyword-map-fails', {
    title: 'Without an answer of its map the client ends the session with a server and defers',
    clauses: failing,
    origins: ['delivery-138'],
    dns,
    hosts: { a: mailHost() },
    config: { smtp_discard_ehlo_keyword_address_maps: 'fail:broken' },
    send: message({ to }),
    expect: [
      deferred(to, {
        dsn: '4.3.0',
        relay: `${server}:25`,
        reason: `local data error while talking to ${server}`,
      }),
      dialogue('a', ['S: 220 *', 'C: EHLO *', '...', 'C: QUIT', 'S: 221 *']),
      logged('warning: fail:broken lookup error for "192.0.2.1"'),
      logged(/: smtp_discard_ehlo_keyword_address_maps map lookup error for 192\.0\.2\.1$/),
    ],
  }),
  scenario('greeting/keyword-map-missing', {
    title: 'A map whose file is missing is one that fails, and each server is tried',
    clauses: failing,
    dns: zone('example.test', { MX: ['10 a', '20 b'], a: '192.0.2.1', b: '192.0.2.2' }),
    hosts: { a: mailHost(), b: mailHost() },
    config: { smtp_discard_ehlo_keyword_address_maps: 'texthash:/run/greeting/missing' },
    send: message({ to }),
    expect: [
      deferred(to, { dsn: '4.3.0', reason: 'local data error while talking to b.example.test[192.0.2.2]' }),
      connections('a', 1),
      connections('b', 1),
      logged('open database /run/greeting/missing: No such file or directory'),
      logged('texthash:/run/greeting/missing lookup error for "192.0.2.'),
      logged('smtp_discard_ehlo_keyword_address_maps map lookup error for 192.0.2.'),
      logged('local data error while talking to a.example.test[192.0.2.1]'),
    ],
  }),
  scenario('greeting/keyword-map-duplicate-key', {
    title: 'A texthash file with one key twice cannot be used at all',
    clauses: failing,
    dns,
    hosts: { a: mailHost() },
    config: { smtp_discard_ehlo_keyword_address_maps: 'texthash:/run/greeting/twice' },
    files: { '/run/greeting/twice': '192.0.2.1 size\n192.0.2.9 dsn\n192.0.2.9 size\n' },
    send: message({ to }),
    expect: [
      deferred(to, { dsn: '4.3.0' }),
      connections('a', 1),
      logged('texthash:/run/greeting/twice lookup error for "192.0.2.1"'),
      logged('/run/greeting/twice, line 3: duplicate entry: "192.0.2.9"'),
      logged('map lookup error for 192.0.2.1'),
    ],
  }),
  scenario('greeting/keyword-map-unknown-type', {
    title: 'A table of a type that there is not is one that fails',
    clauses: failing,
    dns,
    hosts: { a: mailHost() },
    config: { smtp_discard_ehlo_keyword_address_maps: 'nosuchtype:whatever' },
    send: message({ to }),
    expect: [
      deferred(to, { dsn: '4.3.0' }),
      connections('a', 1),
      logged('nosuchtype:whatever lookup error for "192.0.2.1"'),
      logged('unsupported dictionary type: nosuchtype'),
      logged('map lookup error for 192.0.2.1'),
    ],
  }),
  scenario('greeting/keyword-map-lmtp', {
    title: 'LMTP has maps of its own, and leaves those of SMTP alone',
    clauses: ['postfix:lmtp_discard_lhlo_keyword_address_maps', 'postfix:delivery-5.3'],
    dns,
    hosts: { a: mailHost({ protocol: 'lmtp' }) },
    config: {
      smtp_discard_ehlo_keyword_address_maps: 'static:size',
      lmtp_discard_lhlo_keyword_address_maps: 'static:pipelining',
    },
    send: message({ to, service: 'lmtp', nexthop: 'a.example.test' }),
    expect: [
      delivered(to, { via: 'a' }),
      pipelined('a', [['LHLO *'], ['MAIL FROM:* SIZE=*'], ['RCPT TO:*'], ['DATA'], ['.'], ['QUIT']]),
      logged(/^discarding EHLO keywords: PIPELINING$/),
    ],
  }),
  scenario('greeting/keyword-map-lmtp-fails', {
    title: 'A map of LMTP that fails is named in the log as what it is',
    clauses: ['postfix:lmtp_discard_lhlo_keyword_address_maps', 'postfix:delivery-8.4'],
    dns,
    hosts: { a: mailHost({ protocol: 'lmtp' }) },
    config: { lmtp_discard_lhlo_keyword_address_maps: 'fail:broken' },
    send: message({ to, service: 'lmtp', nexthop: 'a.example.test' }),
    expect: [
      deferred(to, { dsn: '4.3.0', reason: `local data error while talking to ${server}` }),
      connections('a', 1),
      logged('fail:broken lookup error for "192.0.2.1"'),
      logged('lmtp_discard_lhlo_keyword_address_maps map lookup error for 192.0.2.1'),
    ],
  }),
];
