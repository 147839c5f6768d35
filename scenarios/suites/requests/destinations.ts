/** Destinations in every form: domains, hosts, literals, ports, and those that cannot be read. */
import {
  bounced,
  connections,
  deferred,
  delivered,
  listening,
  logged,
  mailHost,
  message,
  notLogged,
  notQueried,
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
  six: { AAAA: '2001:db8::6' },
});
const to = 'user@example.test';

interface ReadableDestination {
  readonly name: string;
  readonly nexthop: string;
  readonly host: Readonly<Record<string, ReturnType<typeof mailHost>>>;
  readonly relay: string;
  readonly title: string;
  readonly looksUpMx: boolean;
  readonly origins?: readonly string[];
}

/** One destination, one host that has to get the message. */
const destinations: readonly ReadableDestination[] = [
  {
    name: 'domain',
    nexthop: 'example.test',
    host: { mx: mailHost() },
    relay: 'mx.example.test[192.0.2.1]:25',
    title: 'A domain means its mail exchangers',
    looksUpMx: true,
  },
  {
    name: 'domain-port',
    nexthop: 'example.test:2525',
    host: { mx: mailHost({ port: 2525 }) },
    relay: 'mx.example.test[192.0.2.1]:2525',
    title: 'A domain with a port means that port of its mail exchangers',
    looksUpMx: true,
  },
  {
    name: 'domain-empty-port',
    nexthop: 'example.test:',
    host: { mx: mailHost() },
    relay: 'mx.example.test[192.0.2.1]:25',
    title: 'A colon without a port means the default port',
    looksUpMx: true,
  },
  {
    name: 'host',
    nexthop: '[example.test]',
    host: { 'example.test': mailHost() },
    relay: 'example.test[192.0.2.5]:25',
    title: 'Brackets turn the MX lookup off',
    looksUpMx: false,
  },
  {
    name: 'host-port',
    nexthop: '[a.example.test]:587',
    host: { a: mailHost({ port: 587 }) },
    relay: 'a.example.test[192.0.2.11]:587',
    title: 'A host in brackets may have a port',
    looksUpMx: false,
  },
  {
    name: 'host-empty-port',
    origins: ['delivery-21'],
    nexthop: '[a.example.test]:',
    host: { a: mailHost() },
    relay: 'a.example.test[192.0.2.11]:25',
    title: 'A host in brackets with a colon alone means the default port',
    looksUpMx: false,
  },
  {
    name: 'host-service',
    nexthop: '[a.example.test]:submission',
    host: { a: mailHost({ port: 587 }) },
    relay: 'a.example.test[192.0.2.11]:587',
    title: 'A service name stands for its port',
    looksUpMx: false,
  },
  {
    name: 'ipv4-literal',
    nexthop: '[192.0.2.11]',
    host: { a: mailHost() },
    relay: '192.0.2.11[192.0.2.11]:25',
    title: 'An address in brackets is connected to as it is',
    looksUpMx: false,
  },
  {
    name: 'ipv4-without-brackets',
    origins: ['delivery-23'],
    nexthop: '192.0.2.11:2525',
    host: { a: mailHost({ port: 2525 }) },
    relay: '192.0.2.11[192.0.2.11]:2525',
    title: 'An IPv4 address needs no brackets',
    looksUpMx: false,
  },
  {
    name: 'ipv6-literal',
    nexthop: '[2001:db8::6]:2525',
    host: { six: mailHost({ port: 2525 }) },
    relay: '2001:db8::6[2001:db8::6]:2525',
    title: 'An IPv6 address in brackets is connected to as it is',
    looksUpMx: false,
  },
  {
    name: 'ipv6-tagged-literal',
    nexthop: '[IPv6:2001:db8::6]',
    host: { six: mailHost() },
    relay: '2001:db8::6[2001:db8::6]:25',
    title: 'The tag of an IPv6 literal may stand, in any letter case',
    looksUpMx: false,
  },
  {
    name: 'ipv6-host',
    nexthop: '[six.example.test]',
    host: { six: mailHost() },
    relay: 'six.example.test[2001:db8::6]:25',
    title: 'A host that has an IPv6 address only is connected to over IPv6',
    looksUpMx: false,
  },
];

interface UnreadableDestination {
  readonly name: string;
  readonly nexthop: string;
  readonly reason: string;
  readonly origins?: readonly string[];
}

/** Destinations that nobody can deliver to; the recipients stay for another attempt. */
const unreadable: readonly UnreadableDestination[] = [
  {
    name: 'missing-bracket',
    origins: ['delivery-18'],
    nexthop: '[a.example.test',
    reason: 'missing "]" in server description: [a.example.test',
  },
  {
    name: 'garbage-after-bracket',
    nexthop: '[a.example.test]x',
    reason: 'garbage after "]" in server description: [a.example.test]x',
  },
  { name: 'missing-host', nexthop: ':25', reason: 'missing host information in server description: :25' },
  {
    name: 'bad-ipv6-literal',
    nexthop: '[ipv6:2001:db8]',
    reason: 'malformed IPv6 address in server description: [ipv6:2001:db8]',
  },
  {
    name: 'bad-hostname',
    nexthop: '[a_.-.test]',
    reason: 'valid hostname or network address required in server description: [a_.-.test]',
  },
  {
    name: 'garbage-after-port',
    nexthop: '[a.example.test]:25x',
    reason: 'garbage after numerical service in server description: [a.example.test]:25x',
  },
  {
    name: 'unknown-service',
    origins: ['delivery-19'],
    nexthop: '[a.example.test]:nosuch',
    reason: 'unknown service: nosuch/tcp',
  },
  {
    name: 'port-0',
    origins: ['delivery-20'],
    nexthop: '[a.example.test]:0',
    reason: 'bad network port: 0 for destination: [a.example.test]:0',
  },
  {
    name: 'port-70000',
    origins: ['delivery-20'],
    nexthop: '[a.example.test]:70000',
    reason: 'bad network port: 70000 for destination: [a.example.test]:70000',
  },
  { name: 'separators-only', origins: ['delivery-28'], nexthop: ', ,', reason: 'null destination: ", ,"' },
];

export default [
  ...destinations.map(({ name, nexthop, host, relay, title, looksUpMx, origins = [] }) =>
    scenario(`requests/destination-${name}`, {
      title,
      clauses: ['postfix:delivery-2.1'],
      dns,
      hosts: host,
      send: message({ to, nexthop }),
      origins,
      expect: [
        delivered(to, { via: Object.keys(host)[0] ?? '', relay }),
        looksUpMx ? queried('example.test', 'MX', 1) : notQueried('example.test', 'MX'),
        notQueried('192.0.2.11'),
      ],
    }),
  ),
  ...unreadable.map(({ name, nexthop, reason, origins = [] }) =>
    scenario(`requests/destination-${name}`, {
      title: `A destination like '${nexthop}' cannot be read, and the message is kept`,
      clauses: ['postfix:delivery-2.1', 'rfc5321-2.1-01'],
      dns,
      hosts: { a: mailHost() },
      send: message({ to: [to, 'other@example.test'], nexthop }),
      origins,
      expect: [
        deferred(to, { relay: 'none', reason }),
        deferred('other@example.test', { relay: 'none', reason }),
        connections('a', 0),
        notQueried('a.example.test'),
      ],
    }),
  ),
  scenario('requests/destination-recipient-literal', {
    title: 'Mail for a recipient at an address literal goes straight to that address',
    clauses: ['rfc5321-4.1.3-01', 'rfc1123-5.2.17-01', 'postfix:delivery-2.1'],
    hosts: { literal: listening({ address: '198.51.100.7' }, mailHost()) },
    send: message({ to: 'user@[198.51.100.7]' }),
    origins: ['delivery-25', 'field-DN19'],
    expect: [
      delivered('user@[198.51.100.7]', { via: 'literal', relay: '198.51.100.7[198.51.100.7]:25' }),
      notQueried('198.51.100.7'),
    ],
  }),
  scenario('requests/destination-known-tcp-ports', {
    title: 'A service name is looked for in known_tcp_ports first',
    clauses: ['postfix:known_tcp_ports'],
    dns,
    hosts: { a: mailHost({ port: 2500 }) },
    config: { known_tcp_ports: 'smtp=25, strange=odd=2500' },
    send: message({ to, nexthop: '[a.example.test]:odd' }),
    expect: [delivered(to, { via: 'a', relay: 'a.example.test[192.0.2.11]:2500' })],
  }),
  scenario('requests/destination-smtp-by-known-tcp-ports', {
    title: 'Even the service name smtp has the port that known_tcp_ports gives it',
    clauses: ['postfix:known_tcp_ports'],
    dns,
    hosts: { a: mailHost({ port: 2500 }) },
    config: { known_tcp_ports: 'smtp=2500' },
    send: message({ to, nexthop: '[a.example.test]:smtp' }),
    origins: ['delivery-22'],
    expect: [delivered(to, { via: 'a', relay: 'a.example.test[192.0.2.11]:2500' })],
  }),
  scenario('requests/destination-default-port', {
    title: 'smtp_tcp_port is the port of destinations that name none',
    clauses: ['postfix:smtp_tcp_port'],
    dns,
    hosts: { mx: mailHost({ port: 2500 }) },
    config: { smtp_tcp_port: '2500' },
    send: message({ to }),
    expect: [delivered(to, { via: 'mx', relay: 'mx.example.test[192.0.2.1]:2500' })],
  }),
  ...(['smtp', 'lmtp'] as const).map((service) =>
    scenario(`requests/destination-port-465-${service}`, {
      title: `${service.toUpperCase()} to port 465 without TLS goes on after a hint in the log`,
      clauses: ['postfix:delivery-2.2', 'postfix:helpful_warnings'],
      dns,
      hosts: { a: mailHost({ protocol: service, port: 465 }) },
      send: message({ to, service, nexthop: '[a.example.test]:465' }),
      expect: [
        delivered(to, { via: 'a', relay: 'a.example.test[192.0.2.11]:465' }),
        logged(`SMTPS wrappermode (TCP port 465) requires setting "${service}_tls_wrappermode = yes"`),
      ],
    }),
  ),
  scenario('requests/destination-port-465-without-hint', {
    title: 'With helpful_warnings=no nothing is said of port 465',
    clauses: ['postfix:helpful_warnings'],
    dns,
    hosts: { a: mailHost({ port: 465 }) },
    config: { helpful_warnings: 'no' },
    send: message({ to, nexthop: '[a.example.test]:465' }),
    expect: [delivered(to, { via: 'a' }), notLogged('wrappermode')],
  }),
  scenario('requests/destination-relayhost', {
    title: 'Mail for anywhere goes to relayhost where one is set',
    clauses: ['postfix:relayhost'],
    dns,
    hosts: { a: mailHost({ port: 587 }) },
    config: { relayhost: '[a.example.test]:587' },
    send: message({ to: [to, 'user@elsewhere.test'] }),
    expect: [
      delivered(to, { via: 'a' }),
      delivered('user@elsewhere.test', { via: 'a' }),
      connections('a', 1),
      notQueried('elsewhere.test'),
      notQueried('example.test', 'MX'),
    ],
  }),
  scenario('requests/destination-ipv6-literal-ipv4-only', {
    title: 'An IPv6 literal cannot be used where inet_protocols allows IPv4 only, and the message bounces',
    clauses: ['postfix:inet_protocols', 'postfix:delivery-3.5'],
    dns,
    hosts: { six: mailHost() },
    config: { inet_protocols: 'ipv4' },
    send: message({ to, nexthop: '[ipv6:2001:db8::6]' }),
    origins: ['delivery-24'],
    expect: [
      bounced(to, { dsn: '5.4.4', relay: 'none', reason: '*invalid host or domain name' }),
      connections('six', 0),
    ],
  }),
  scenario('requests/destination-no-protocol', {
    title: 'Without any network protocol nothing is looked up, and the message is kept',
    clauses: ['postfix:inet_protocols', 'postfix:delivery-2.2'],
    dns,
    hosts: { mx: mailHost() },
    config: { inet_protocols: '' },
    send: message({ to }),
    origins: ['delivery-33'],
    expect: [
      deferred(to, { dsn: '4.4.4', relay: 'none', reason: 'all network protocols are disabled' }),
      connections('mx', 0),
      notQueried('example.test'),
    ],
  }),
];
