/** Connections that do not come about: refused, silent, unreachable; what is tried next and what is reported. */
import {
  check,
  connections,
  deferred,
  delivered,
  elapsed,
  listening,
  logged,
  mailHost,
  message,
  notLogged,
  order,
  scenario,
  suspended,
  zone,
} from '../../scenario.ts';

const to = 'user@example.test';
const one = zone('example.test', { MX: '10 a', a: '192.0.2.1' });
const two = zone('example.test', { MX: ['10 a', '20 b'], a: '192.0.2.1', b: '192.0.2.2' });
const noConnection = 'connect to a.example.test[192.0.2.1]:25:';

const cases = [
  { reachability: 'refused', what: 'refuses', text: 'Connection refused', bounds: { atMost: '1s' } },
  {
    reachability: 'unreachable',
    what: 'has no route to it',
    text: 'No route to host',
    bounds: { atMost: '1s' },
  },
  {
    reachability: 'networkUnreachable',
    what: 'is in a network that cannot be reached',
    text: 'Network is unreachable',
    bounds: { atMost: '1s' },
  },
  {
    reachability: 'silent',
    what: 'never answers',
    text: 'Connection timed out',
    bounds: { atLeast: '30s', atMost: '31s' },
  },
] as const;

export default [
  ...cases.map(({ reachability, what, text, bounds }) =>
    scenario(`connecting/${reachability.toLowerCase()}-only-host`, {
      title: `When the only exchanger ${what}, the mail waits`,
      clauses: ['rfc3974-3-05', 'rfc5321-4.5.4.1-01', 'postfix:delivery-4.1'],
      dns: one,
      hosts: { a: mailHost() },
      network: { a: reachability },
      send: message({ to }),
      expect: [
        deferred(to, { dsn: '4.4.1', relay: 'none', reason: `${noConnection} ${text}` }),
        logged(`${noConnection} ${text}`),
        connections('a', 0),
        elapsed(bounds),
      ],
      virtualOnly: 'a live world refuses connections, but cannot leave them without an answer',
    }),
  ),
  ...cases.map(({ reachability, what, text }) =>
    scenario(`connecting/${reachability.toLowerCase()}-next-host`, {
      title: `When the first exchanger ${what}, the second one gets the mail`,
      clauses: ['rfc5321-5.1-12', 'postfix:delivery-4.1'],
      dns: two,
      hosts: { a: mailHost(), b: mailHost() },
      network: { a: reachability },
      send: message({ to }),
      origins: reachability === 'silent' ? ['delivery-89'] : [],
      expect: [
        delivered(to, { via: 'b', relay: 'b.example.test[192.0.2.2]:25' }),
        logged(`${noConnection} ${text}`),
        order(['a', 'b']),
      ],
      virtualOnly: 'a live world refuses connections, but cannot leave them without an answer',
    }),
  ),
  scenario('connecting/nobody-listens', {
    title: 'An exchanger on which nothing listens is passed over for the next one',
    clauses: ['rfc5321-5.1-12', 'postfix:delivery-4.1'],
    dns: two,
    hosts: { b: mailHost() },
    send: message({ to }),
    origins: ['delivery-87', 'field-DN11'],
    expect: [delivered(to, { via: 'b' }), logged(`${noConnection} Connection refused`)],
  }),
  scenario('connecting/all-refused', {
    title: 'When all exchangers refuse, the mail waits and the last refusal is the reason',
    clauses: ['rfc3974-3-05', 'postfix:delivery-4.2'],
    dns: two,
    send: message({ to }),
    origins: ['delivery-88', 'field-DN12'],
    expect: [
      deferred(to, {
        dsn: '4.4.1',
        relay: 'none',
        reason: 'connect to b.example.test[192.0.2.2]:25: Connection refused',
      }),
      order(['a', 'b']),
      logged(`${noConnection} Connection refused`),
      logged('connect to b.example.test[192.0.2.2]:25: Connection refused'),
      suspended('connect to b.example.test[192.0.2.2]:25: Connection refused'),
    ],
  }),
  scenario('connecting/log-without-queue-id', {
    title: 'A failed connection is logged on a line of its own, without queue id',
    clauses: ['postfix:delivery-9.3'],
    dns: two,
    hosts: { b: mailHost() },
    send: message({ to }),
    expect: [
      delivered(to),
      connections('b', 1),
      logged(/^connect to /),
      notLogged(/^[0-9A-F]+: connect to /),
    ],
  }),
  scenario('connecting/connect-timeout', {
    title: 'smtp_connect_timeout limits each attempt, not all of them together',
    clauses: ['postfix:smtp_connect_timeout', 'rfc5321-4.5.3.2-03', 'rfc5321-4.5.4-01'],
    dns: zone('example.test', { MX: '10 a', a: ['192.0.2.1', '192.0.2.2', '192.0.2.3'] }),
    network: { a: 'silent' },
    config: { smtp_connect_timeout: '7s' },
    send: message({ to }),
    expect: [
      deferred(to, { dsn: '4.4.1', reason: '*: Connection timed out' }),
      elapsed({ atLeast: '21s', atMost: '22s' }),
    ],
    virtualOnly: 'needs hosts that never answer',
  }),
  scenario('connecting/no-connect-timeout', {
    title: 'With smtp_connect_timeout=0 the system decides when to give up, and mail waits all the same',
    clauses: ['postfix:smtp_connect_timeout', 'rfc5321-4.5.4-01'],
    dns: one,
    network: { a: 'silent' },
    config: { smtp_connect_timeout: '0' },
    send: message({ to }),
    expect: [
      deferred(to, { dsn: '4.4.1', reason: `${noConnection} Connection timed out` }),
      elapsed({ atLeast: '60s', atMost: '10m' }),
    ],
    virtualOnly: 'needs a host that never answers',
  }),
  scenario('connecting/lmtp-connect-timeout', {
    title:
      'LMTP leaves the limit of a connection attempt to the system unless lmtp_connect_timeout says otherwise',
    clauses: ['postfix:lmtp_connect_timeout'],
    dns: zone('example.test', { store: '192.0.2.1' }),
    network: { store: 'silent' },
    config: { smtp_connect_timeout: '5s' },
    send: message({ to, service: 'lmtp', nexthop: 'store.example.test' }),
    expect: [
      deferred(to, {
        dsn: '4.4.1',
        reason: 'connect to store.example.test[192.0.2.1]:24: Connection timed out',
      }),
      elapsed({ atLeast: '60s', atMost: '10m' }),
    ],
    virtualOnly: 'needs a host that never answers',
  }),
  scenario('connecting/late-greeting-is-no-connect-failure', {
    title: 'A greeting that does not come is told apart from a connection that does not come about',
    clauses: ['rfc5321-4.5.3.2.1-01', 'rfc5321-4.5.3.2.1-02', 'postfix:delivery-4.4'],
    dns: one,
    hosts: { a: mailHost({ greeting: { then: 'silent' } }) },
    send: message({ to }),
    expect: [
      deferred(to, {
        dsn: '4.4.2',
        relay: 'a.example.test[192.0.2.1]:25',
        reason:
          'conversation with a.example.test[192.0.2.1] timed out while receiving the initial server greeting',
      }),
      notLogged('connect to '),
      connections('a', 1),
      elapsed({ atLeast: '300s', atMost: '301s' }),
    ],
    virtualOnly: 'waits five minutes',
  }),
  scenario('connecting/slow-greeting-is-waited-for', {
    title: 'A greeting that takes almost five minutes is waited for',
    clauses: ['rfc5321-4.5.3.2.1-01', 'rfc1123-5.3.2-02'],
    dns: two,
    hosts: { a: mailHost({ greeting: { delay: '299s' } }), b: mailHost() },
    send: message({ to }),
    expect: [delivered(to, { via: 'a' }), connections('b', 0), elapsed({ atLeast: '299s' })],
    virtualOnly: 'waits five minutes',
  }),
  scenario('connecting/lmtp-socket-without-listener', {
    title: 'A local socket that refuses shows its path and the name of this host',
    clauses: ['postfix:delivery-2.3'],
    dns: zone('example.test', {}),
    send: message({ to, service: 'lmtp', nexthop: 'unix:/run/lmtp' }),
    expect: [
      deferred(to, {
        dsn: '4.4.1',
        relay: 'none',
        reason: 'connect to client.test[/run/lmtp]: No such file or directory',
      }),
      check('DNS is not asked', ({ queries }) => (queries.length === 0 ? undefined : 'it was asked')),
    ],
  }),
  ...[
    { name: 'the-default', config: {}, folder: '/var/spool/postfix' },
    { name: 'another', config: { queue_directory: '/srv/queue' }, folder: '/srv/queue' },
  ].map(({ name, config, folder }) =>
    scenario(`connecting/lmtp-socket-below-queue-directory-${name}`, {
      title: `A path that does not begin with a slash starts from the queue directory, ${name.replace('-', ' ')}`,
      clauses: ['postfix:queue_directory', 'postfix:delivery-2.3'],
      dns: zone('example.test', {}),
      hosts: {
        store: listening({ unix: `${folder}/private/lmtp` }, mailHost({ protocol: 'lmtp' })),
      },
      config,
      send: message({ to, service: 'lmtp', nexthop: 'unix:private/lmtp' }),
      expect: [delivered(to, { via: 'store' }), logged('relay=client.test[private/lmtp]')],
      virtualOnly: 'the queue directory of a real Postfix holds its own sockets',
    }),
  ),
];
