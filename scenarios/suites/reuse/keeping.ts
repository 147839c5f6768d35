/** A connection is kept for the next message, and used for it: on demand, by destination, in SMTP and LMTP. */
import {
  bounced,
  connections,
  decided,
  deferred,
  delivered,
  dialogue,
  listening,
  logged,
  mailHost,
  message,
  notLogged,
  pipelined,
  received,
  scenario,
  zone,
} from '../../scenario.ts';

const dns = zone('example.test', { MX: '10 mx', mx: '192.0.2.1' });
const to = 'user@example.test';
const first = message({ to, reuse: 'both' });
/** The private instance needs the first connection to be in the cache before it asks for it. */
const second = message({ to, reuse: 'both', after: '100ms' });
const tolerates = {
  'rfc5321-4.1.1.10-01': 'Postfix closes connections that nobody uses any more without QUIT',
};
const always = { smtp_connection_cache_destinations: 'example.test' };

export default [
  scenario('reuse/two-messages', {
    title: 'The second of two messages goes over the connection of the first, after RSET and without EHLO',
    clauses: ['postfix:delivery-4.5', 'postfix:delivery-4.6', 'postfix:smtp_connection_cache_on_demand'],
    origins: ['delivery-212', 'field-RU01'],
    dns,
    hosts: { mx: mailHost() },
    send: [first, second],
    expect: [
      delivered(to, { via: 'mx' }),
      delivered(to, { via: 'mx' }),
      connections('mx', 1),
      received('mx', { count: 2 }),
      pipelined('mx', [
        ['EHLO *'],
        ['MAIL *', 'RCPT *', 'DATA'],
        ['.'],
        ['RSET'],
        ['MAIL *', 'RCPT *', 'DATA'],
        ['.'],
      ]),
      logged('relay=mx.example.test[192.0.2.1]:25, conn_use=2, delay='),
      notLogged('conn_use=1'),
      decided('reuse', 'uses and keeps connections', {
        because: 'the queue manager asks for it, and smtp_connection_cache_on_demand is on',
      }),
      decided('reuse', 'uses a connection again, for the 2nd time', { count: 1 }),
    ],
    tolerates,
  }),
  scenario('reuse/three-messages', {
    title: 'conn_use counts how often the connection was used',
    clauses: ['postfix:delivery-9.1', 'postfix:delivery-4.6'],
    dns,
    hosts: { mx: mailHost({ extensions: [] }) },
    send: [first, second, second],
    expect: [
      ...[1, 2, 3].map(() => delivered(to, { via: 'mx' })),
      connections('mx', 1),
      logged('conn_use=2, '),
      logged('conn_use=3, '),
      pipelined('mx', [
        ['EHLO *'],
        ...[1, 2, 3].flatMap((use) => [
          ...(use > 1 ? [['RSET']] : []),
          ['MAIL *'],
          ['RCPT *'],
          ['DATA'],
          ['.'],
        ]),
      ]),
    ],
    tolerates,
  }),
  scenario('reuse/features-persist', {
    title:
      'What the server offered at first holds for the second message, but its size limit is not remembered',
    clauses: ['postfix:delivery-4.6', 'postfix:delivery-5.5'],
    origins: ['delivery-135'],
    dns,
    hosts: { mx: mailHost({ maxMessageBytes: 2000, extensions: ['PIPELINING', '8BITMIME', 'SIZE 2000'] }) },
    send: [first, message({ to, reuse: 'both', after: '100ms', size: 5000, body: '' })],
    expect: [
      delivered(to, { via: 'mx' }),
      bounced(to, { reason: '*(in reply to MAIL FROM command)' }),
      connections('mx', 1),
      dialogue('mx', ['...', 'C: RSET', 'S: 250 *', 'C: MAIL FROM:<sender@client.test> SIZE=5000*', '...']),
    ],
    tolerates,
  }),
  scenario('reuse/too-large-is-kept', {
    title: 'A connection over which a message was too large to be sent is kept for the next',
    clauses: ['postfix:delivery-4.6', 'postfix:delivery-5.5'],
    dns,
    hosts: { mx: mailHost({ extensions: ['PIPELINING', 'SIZE 2000'] }) },
    send: [message({ to, reuse: 'both', size: 5000 }), second],
    expect: [
      bounced(to, { dsn: '5.3.4' }),
      delivered(to, { via: 'mx' }),
      connections('mx', 1),
      dialogue('mx', ['S: 220 *', 'C: EHLO *', '...', 'C: RSET', 'S: 250 *', 'C: MAIL *', '...']),
    ],
    tolerates,
  }),
  ...[
    {
      name: 'load-only',
      title: 'A request that only looks for connections keeps none of its own',
      reuse: ['load', 'both'],
      uses: 2,
      origins: [],
    },
    {
      name: 'store-only',
      title: 'A request that only keeps its connection uses none that was kept',
      reuse: ['store', 'store'],
      uses: 2,
      origins: [],
    },
    {
      name: 'load-stores-again',
      title: 'A connection that was kept is kept again by a request that only looks for connections',
      reuse: ['both', 'load', 'load'],
      uses: 1,
      origins: ['delivery-222'],
    },
  ].map(({ name, title, reuse, uses, origins }) =>
    scenario(`reuse/${name}`, {
      title,
      clauses: ['postfix:delivery-1.4', 'postfix:delivery-4.6'],
      origins,
      dns,
      hosts: { mx: mailHost() },
      send: reuse.map((word, index) =>
        message({ to, reuse: word as 'load' | 'store' | 'both', after: index === 0 ? '0s' : '100ms' }),
      ),
      expect: [...reuse.map(() => delivered(to, { via: 'mx' })), connections('mx', uses)],
      tolerates,
    }),
  ),
  scenario('reuse/not-asked', {
    title: 'Without being asked, nothing is kept',
    clauses: ['postfix:smtp_connection_cache_on_demand'],
    dns,
    hosts: { mx: mailHost() },
    send: [message({ to }), message({ to, after: '100ms' })],
    expect: [delivered(to), delivered(to), connections('mx', 2), notLogged('conn_use')],
  }),
  scenario('reuse/on-demand-off', {
    title: 'With smtp_connection_cache_on_demand=no what the request asks for does not count',
    clauses: ['postfix:smtp_connection_cache_on_demand'],
    dns,
    hosts: { mx: mailHost() },
    config: { smtp_connection_cache_on_demand: 'no' },
    send: [first, second],
    expect: [delivered(to), delivered(to), connections('mx', 2), notLogged('conn_use')],
  }),
  ...[
    { name: 'named', list: 'other.test, EXAMPLE.test', uses: 1 },
    { name: 'not-named', list: 'other.test', uses: 2 },
    { name: 'all', list: 'static:all', uses: 1 },
    { name: 'excepted', list: '!example.test, static:all', uses: 2 },
    { name: 'parent-is-no-match', list: '.test, test', uses: 2 },
    { name: 'host-is-no-match', list: 'mx.example.test, 192.0.2.1', uses: 2 },
    { name: 'relay-in-brackets', list: 'mx.example.test', uses: 1, nexthop: '[mx.example.test]:25' },
    { name: 'relay-as-written', list: '[mx.example.test]', uses: 2, nexthop: '[mx.example.test]' },
    { name: 'address', list: '192.0.2.1', uses: 1, nexthop: '[192.0.2.1]' },
  ].map(({ name, list, uses, nexthop }) =>
    scenario(`reuse/destinations-${name}`, {
      title:
        uses === 1
          ? `A destination in smtp_connection_cache_destinations (${list}) is kept without being asked`
          : `smtp_connection_cache_destinations = ${list} does not mean this destination`,
      clauses: ['postfix:smtp_connection_cache_destinations', 'postfix:delivery-4.5'],
      dns,
      hosts: { mx: mailHost() },
      config: { smtp_connection_cache_destinations: list },
      send: ['0s', '100ms'].map((after) => message({ to, after, ...(nexthop && { nexthop }) })),
      expect: [delivered(to, { via: 'mx' }), delivered(to, { via: 'mx' }), connections('mx', uses)],
      ...(uses === 1 && { tolerates }),
    }),
  ),
  scenario('reuse/two-recipients', {
    title: 'Over a kept connection two recipients get a message, and each its own answer',
    clauses: ['postfix:delivery-4.5', 'postfix:delivery-6.3'],
    dns,
    hosts: { mx: mailHost({ rcpt: { 'no@example.test': '550 5.1.1 unknown' } }) },
    config: always,
    send: [
      message({ to: [to, 'other@example.test'] }),
      message({ to: [to, 'no@example.test'], after: '100ms' }),
    ],
    expect: [
      delivered(to, { via: 'mx' }),
      delivered('other@example.test', { via: 'mx' }),
      delivered(to, { via: 'mx' }),
      bounced('no@example.test', { dsn: '5.1.1' }),
      connections('mx', 1),
      received('mx', { count: 2 }),
      logged(/to=<no@example.test>, relay=.*, conn_use=2, /),
      logged(/to=<user@example.test>, relay=.*, conn_use=2, /),
    ],
    tolerates,
  }),
  scenario('reuse/other-sender-and-domain', {
    title: 'Another next hop with the same best server uses its connection, found by address',
    clauses: ['postfix:delivery-4.5', 'postfix:delivery-4.6'],
    dns: [dns, zone('other.test', { MX: '10 mx.example.test.' })],
    hosts: { mx: mailHost() },
    send: [first, message({ to: 'user@other.test', from: '', reuse: 'both', after: '100ms' })],
    expect: [
      delivered(to, { via: 'mx' }),
      delivered('user@other.test', { via: 'mx' }),
      connections('mx', 1),
      dialogue('mx', ['...', 'C: RSET', 'S: 250 *', 'C: MAIL FROM:<>*', '...']),
    ],
    tolerates,
  }),
  scenario('reuse/other-port', {
    title: 'A server on another port is another server',
    clauses: ['postfix:delivery-4.6'],
    dns,
    hosts: { mx: mailHost(), other: listening({ address: '192.0.2.1' }, mailHost({ port: 2525 })) },
    send: [
      message({ to, nexthop: '[mx.example.test]', reuse: 'both' }),
      message({ to, nexthop: '[mx.example.test]:2525', reuse: 'both', after: '100ms' }),
    ],
    expect: [
      delivered(to, { via: 'mx' }),
      delivered(to, { via: 'other' }),
      connections('mx', 1),
      connections('other', 1),
    ],
    tolerates,
  }),
  scenario('reuse/smtputf8-required', {
    title: 'A message that requires SMTPUTF8 does not use a connection that was kept for others',
    clauses: ['postfix:delivery-4.6'],
    dns,
    hosts: { mx: mailHost() },
    config: { smtputf8_enable: 'yes' },
    send: [
      first,
      message({
        to: 'jürgen@example.test',
        smtputf8: true,
        encoding: '8bit',
        reuse: 'both',
        after: '100ms',
      }),
    ],
    expect: [
      delivered(to, { via: 'mx' }),
      delivered('jürgen@example.test', { via: 'mx' }),
      connections('mx', 2),
      notLogged('conn_use'),
    ],
    tolerates,
  }),
  scenario('reuse/probe', {
    title: 'A probe ends with RSET and leaves the connection for the next message',
    clauses: ['postfix:delivery-6.6', 'postfix:delivery-4.6'],
    dns,
    hosts: { mx: mailHost() },
    send: [message({ to, probe: true, reuse: 'both' }), second],
    expect: [
      delivered(to),
      delivered(to, { via: 'mx' }),
      connections('mx', 1),
      received('mx', { count: 1 }),
      pipelined('mx', [
        ['EHLO *'],
        ['MAIL *', 'RCPT *', 'RSET'],
        ['RSET'],
        ['MAIL *', 'RCPT *', 'DATA'],
        ['.'],
      ]),
    ],
    tolerates,
  }),
  scenario('reuse/probe-data', {
    title: 'A probe that ends at DATA ends its connection',
    clauses: ['postfix:smtp_address_verify_target', 'postfix:delivery-4.6'],
    dns,
    hosts: { mx: mailHost() },
    config: { smtp_address_verify_target: 'data' },
    send: [message({ to, probe: true, reuse: 'both' }), second],
    expect: [delivered(to), delivered(to, { via: 'mx' }), connections('mx', 2), received('mx', { count: 1 })],
    tolerates,
  }),
  ...[
    { name: 'unix', nexthop: 'unix:/run/lmtp', place: { unix: '/run/lmtp' }, listed: '/run/lmtp' },
    {
      name: 'tcp',
      nexthop: 'inet:[mx.example.test]',
      place: { address: '192.0.2.1' },
      listed: 'mx.example.test',
    },
  ].flatMap(({ name, nexthop, place, listed }) => [
    scenario(`reuse/lmtp-${name}`, {
      title: 'An LMTP connection is kept as well, and RSET asks whether it is alive',
      clauses: ['postfix:delivery-4.5'],
      dns,
      hosts: { store: listening(place, mailHost({ protocol: 'lmtp' })) },
      send: ['0s', '100ms'].map((after) =>
        message({ service: 'lmtp', nexthop, to: [to, 'other@example.test'], reuse: 'both', after }),
      ),
      expect: [
        ...[1, 2].flatMap(() => [
          delivered(to, { via: 'store' }),
          delivered('other@example.test', { via: 'store' }),
        ]),
        connections('store', 1),
        logged('conn_use=2, '),
        pipelined('store', [
          ['LHLO *'],
          ['MAIL *', 'RCPT *', 'RCPT *', 'DATA'],
          ['.'],
          ['RSET'],
          ['MAIL *', 'RCPT *', 'RCPT *', 'DATA'],
          ['.'],
        ]),
      ],
      tolerates,
    }),
    scenario(`reuse/lmtp-${name}-on-demand-off`, {
      title: 'With lmtp_connection_cache_on_demand=no what the request asks for does not count',
      clauses: ['postfix:lmtp_connection_cache_on_demand'],
      dns,
      hosts: { store: listening(place, mailHost({ protocol: 'lmtp' })) },
      config: { lmtp_connection_cache_on_demand: 'no', smtp_connection_cache_on_demand: 'yes' },
      send: ['0s', '100ms'].map((after) => message({ service: 'lmtp', nexthop, to, reuse: 'both', after })),
      expect: [delivered(to), delivered(to), connections('store', 2), notLogged('conn_use')],
    }),
    scenario(`reuse/lmtp-${name}-listed`, {
      title:
        'lmtp_connection_cache_destinations keeps connections to a socket by its path, to a host by its name',
      clauses: ['postfix:lmtp_connection_cache_destinations', 'postfix:delivery-4.5'],
      dns,
      hosts: { store: listening(place, mailHost({ protocol: 'lmtp' })) },
      config: {
        lmtp_connection_cache_destinations: name === 'unix' ? 'static:all' : listed,
        smtp_connection_cache_destinations: 'other.test',
      },
      send: ['0s', '100ms'].map((after) => message({ service: 'lmtp', nexthop, to, after })),
      expect: [delivered(to, { via: 'store' }), delivered(to, { via: 'store' }), connections('store', 1)],
      tolerates,
    }),
  ]),
  scenario('reuse/lmtp-refused-after-data', {
    title: 'Recipients refused after the content leave an LMTP connection in use',
    clauses: ['postfix:delivery-4.6'],
    hosts: {
      store: listening(
        { unix: '/run/lmtp' },
        mailHost({
          protocol: 'lmtp',
          endOfData: { 'no@example.test': '552 5.2.2 full', 'later@example.test': '451 4.2.0 later' },
        }),
      ),
    },
    send: [
      message({
        service: 'lmtp',
        nexthop: 'unix:/run/lmtp',
        to: [to, 'no@example.test', 'later@example.test'],
        reuse: 'both',
      }),
      message({ service: 'lmtp', nexthop: 'unix:/run/lmtp', to, reuse: 'both', after: '100ms' }),
    ],
    expect: [
      delivered(to, { via: 'store' }),
      bounced('no@example.test', { dsn: '5.2.2' }),
      deferred('later@example.test', { dsn: '4.2.0' }),
      delivered(to, { via: 'store' }),
      connections('store', 1),
    ],
    tolerates,
  }),
];
