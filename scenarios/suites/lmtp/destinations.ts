/** Where LMTP goes: local sockets and hosts on port 24, never by MX. */
import {
  connections,
  deferred,
  delivered,
  listening,
  logged,
  mailHost,
  message,
  notQueried,
  order,
  queried,
  scenario,
  zone,
} from '../../scenario.ts';

const dns = zone('example.test', {
  MX: '10 mx',
  '@': { A: '192.0.2.5' },
  mx: '192.0.2.1',
  a: '192.0.2.11',
  b: '192.0.2.12',
});
const to = 'user@example.test';
const lmtp = (port?: number) => mailHost({ protocol: 'lmtp', ...(port !== undefined && { port }) });

/** One destination, one host that has to get the message. */
const destinations = [
  {
    name: 'domain',
    nexthop: 'example.test',
    host: { 'example.test': lmtp() },
    relay: 'example.test[192.0.2.5]:24',
    title: 'A domain means its own address and port 24, whatever its mail exchangers are',
  },
  {
    name: 'inet-prefix',
    nexthop: 'inet:a.example.test',
    host: { a: lmtp() },
    relay: 'a.example.test[192.0.2.11]:24',
    title: 'The prefix inet: may stand before a host',
  },
  {
    name: 'inet-port',
    nexthop: 'inet:a.example.test:2003',
    host: { a: lmtp(2003) },
    relay: 'a.example.test[192.0.2.11]:2003',
    title: 'A host may have a port',
  },
  {
    name: 'brackets',
    nexthop: '[192.0.2.11]:lmtp',
    host: { a: lmtp() },
    relay: '192.0.2.11[192.0.2.11]:24',
    title: 'An address in brackets is connected to as it is',
  },
];

export default [
  ...destinations.map(({ name, nexthop, host, relay, title }) =>
    scenario(`lmtp/destination-${name}`, {
      title,
      clauses: ['rfc2033-1-01', 'postfix:delivery-2.1', 'postfix:delivery-10'],
      dns,
      hosts: host,
      send: message({ service: 'lmtp', to, nexthop }),
      expect: [
        delivered(to, { via: Object.keys(host)[0] ?? '', relay }),
        notQueried('example.test', 'MX'),
        notQueried('a.example.test', 'MX'),
      ],
    }),
  ),
  scenario('lmtp/destination-default-port', {
    title: 'lmtp_tcp_port is the port of destinations that name none, and smtp_tcp_port means nothing here',
    clauses: ['postfix:lmtp_tcp_port'],
    dns,
    hosts: { a: lmtp(2003) },
    config: { lmtp_tcp_port: '2003', smtp_tcp_port: '2525' },
    send: message({ service: 'lmtp', to, nexthop: 'a.example.test' }),
    expect: [delivered(to, { via: 'a', relay: 'a.example.test[192.0.2.11]:2003' })],
  }),
  scenario('lmtp/destination-unix', {
    title: 'A local socket needs no DNS at all',
    clauses: ['postfix:delivery-2.3'],
    hosts: { store: listening({ unix: '/run/a, b/lmtp' }, lmtp()) },
    send: message({ service: 'lmtp', to, nexthop: 'unix:/run/a, b/lmtp' }),
    expect: [
      delivered(to, { via: 'store', relay: 'client.test[/run/a, b/lmtp]' }),
      notQueried('example.test'),
    ],
  }),
  scenario('lmtp/destination-unix-missing', {
    title: 'A local socket that is not there defers the message and names the path',
    clauses: ['postfix:delivery-2.3'],
    send: message({ service: 'lmtp', to, nexthop: 'unix:/run/nowhere' }),
    origins: ['delivery-30'],
    expect: [
      deferred(to, {
        dsn: '4.4.1',
        relay: 'none',
        reason: 'connect to client.test[/run/nowhere]: No such file or directory',
      }),
      logged('connect to client.test[/run/nowhere]: No such file or directory'),
    ],
  }),
  scenario('lmtp/destination-unix-too-long', {
    title: 'A path that no local socket can have is a mistake of the configuration',
    clauses: ['postfix:delivery-2.3'],
    send: message({ service: 'lmtp', to, nexthop: `unix:/run/${'x'.repeat(120)}` }),
    expect: [
      deferred(to, { dsn: '4.3.5', relay: 'none', reason: 'Server configuration error' }),
      logged(`warning: unix-domain name too long: /run/${'x'.repeat(120)}`),
    ],
  }),
  scenario('lmtp/destination-unix-ignores-fallback', {
    title: 'A fallback relay is ignored for a local socket, with a warning',
    clauses: ['postfix:lmtp_fallback_relay', 'postfix:delivery-2.3'],
    dns,
    hosts: { a: lmtp() },
    config: { lmtp_fallback_relay: 'a.example.test' },
    send: message({ service: 'lmtp', to, nexthop: 'unix:/run/nowhere' }),
    origins: ['delivery-31'],
    expect: [
      deferred(to, { dsn: '4.4.1' }),
      logged('warning: *ignoring "lmtp_fallback_relay = a.example.test" setting for non-TCP connections'),
      connections('a', 0),
    ],
  }),
  scenario('lmtp/destination-fallback', {
    title: 'A fallback relay is tried on port 24 when the destination refuses the connection',
    clauses: ['postfix:lmtp_fallback_relay', 'postfix:delivery-10'],
    dns,
    hosts: { b: lmtp() },
    network: { a: 'refused' },
    config: { lmtp_fallback_relay: 'b.example.test' },
    send: message({ service: 'lmtp', to, nexthop: 'inet:a.example.test' }),
    origins: ['delivery-32'],
    expect: [
      delivered(to, { via: 'b', relay: 'b.example.test[192.0.2.12]:24' }),
      logged('connect to a.example.test[192.0.2.11]:24: Connection refused'),
      order(['a', 'b']),
    ],
  }),
  scenario('lmtp/destination-list', {
    title: 'Of a list of hosts the second is used when the first refuses the connection',
    clauses: ['postfix:delivery-2.2'],
    dns,
    hosts: { b: lmtp() },
    network: { a: 'refused' },
    send: message({ service: 'lmtp', to, nexthop: 'inet:a.example.test, b.example.test' }),
    expect: [
      delivered(to, { via: 'b' }),
      logged('connect to a.example.test[192.0.2.11]:24: Connection refused'),
      order(['a', 'b']),
    ],
  }),
  scenario('lmtp/destination-list-second-prefix', {
    title: 'The prefix inet: before the second host of a list is read as a host, whose port nobody knows',
    clauses: ['postfix:delivery-2.1'],
    dns,
    hosts: { b: lmtp() },
    network: { a: 'refused' },
    send: message({ service: 'lmtp', to, nexthop: 'inet:a.example.test, inet:b.example.test' }),
    origins: ['delivery-29'],
    expect: [
      deferred(to, { relay: 'none', reason: 'unknown service: b.example.test/tcp' }),
      logged('connect to a.example.test[192.0.2.11]:24: Connection refused'),
      queried('a.example.test', 'A'),
      connections('b', 0),
    ],
  }),
  scenario('lmtp/destination-list-second-unix', {
    title:
      'The prefix unix: before the second destination of a list is read as a host, whose port nobody knows',
    clauses: ['postfix:delivery-2.1'],
    dns,
    hosts: { store: listening({ unix: '/run/lmtp' }, lmtp()) },
    network: { a: 'refused' },
    send: message({ service: 'lmtp', to, nexthop: 'a.example.test, unix:/run/lmtp' }),
    expect: [
      deferred(to, { relay: 'none', reason: 'unknown service: /run/lmtp/tcp' }),
      logged('connect to a.example.test[192.0.2.11]:24: Connection refused'),
      connections('store', 0),
    ],
  }),
];
