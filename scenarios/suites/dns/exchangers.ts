/** Which hosts a domain's mail goes to, and in which order they are tried. */
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
  notQueried,
  order,
  queried,
  received,
  scenario,
  stockHost,
  zone,
} from '../../scenario.ts';

const to = 'user@example.test';

export default [
  scenario('dns/implicit-mx', {
    title: 'A domain with an address and no MX record is its own mail exchanger',
    clauses: ['rfc5321-5.1-07'],
    dns: zone('example.test', { '@': { A: '192.0.2.1' } }),
    hosts: { 'example.test': stockHost() },
    send: message({ to, body: 'One line.\r\n.A line with a dot.\r\n' }),
    origins: ['delivery-35', 'field-DN01'],
    expect: [
      delivered(to, { via: 'example.test' }),
      queried('example.test', 'MX', 1),
      queried('example.test', 'A'),
      received('example.test', {
        count: 1,
        unchanged: true,
        headers: { subject: 'A message of the test bed' },
      }),
    ],
  }),
  scenario('dns/implicit-mx-ipv6', {
    title: 'A domain with nothing but an IPv6 address is its own mail exchanger too',
    clauses: ['rfc5321-5.1-07', 'rfc974-all-03'],
    dns: zone('example.test', { '@': { AAAA: '2001:db8::1' } }),
    hosts: { 'example.test': mailHost() },
    send: message({ to }),
    origins: ['field-DN02'],
    expect: [
      delivered(to, { via: 'example.test', relay: 'example.test[2001:db8::1]:25' }),
      queried('example.test', 'AAAA'),
    ],
  }),
  scenario('dns/mx-preference', {
    title: 'Mail exchangers are tried from the lowest preference number to the highest',
    clauses: ['rfc5321-5.1-03', 'rfc5321-5.1-15', 'rfc1123-5.3.5-01'],
    dns: zone('example.test', {
      MX: ['30 c', '10 a', '20 b'],
      a: '192.0.2.1',
      b: '192.0.2.2',
      c: '192.0.2.3',
    }),
    hosts: { b: mailHost(), c: mailHost() },
    send: message({ to }),
    origins: ['delivery-34'],
    expect: [
      delivered(to, { via: 'b' }),
      order(['a', 'b']),
      connections('c', 0),
      notQueried('example.test', 'A'),
    ],
  }),
  scenario('dns/all-exchangers-in-turn', {
    title: 'Every address of every exchanger gets its turn until one succeeds',
    clauses: ['rfc5321-5.1-12', 'rfc5321-5.1-14', 'rfc5321-5.1-17'],
    dns: zone('example.test', {
      MX: ['10 a', '20 b'],
      a: ['192.0.2.2', '192.0.2.1'],
      b: ['192.0.2.9', '192.0.2.8'],
    }),
    hosts: { last: listening({ address: '192.0.2.8' }, mailHost()) },
    config: { smtp_randomize_addresses: 'no' },
    send: message({ to }),
    expect: [delivered(to, { via: 'last' }), order(['192.0.2.2', '192.0.2.1', '192.0.2.9', '192.0.2.8'])],
  }),
  scenario('dns/mx-hides-own-address', {
    title: 'When a domain has MX records, its own address is not used, even if no exchanger answers',
    clauses: ['rfc5321-5.1-09'],
    dns: zone('example.test', { '@': { A: '192.0.2.9' }, MX: '10 a', a: '192.0.2.1' }),
    hosts: { 'example.test': mailHost() },
    send: message({ to }),
    expect: [
      deferred(to, { dsn: '4.4.1' }),
      order(['a']),
      connections('example.test', 0),
      notQueried('example.test', 'A'),
    ],
  }),
  scenario('dns/unusable-mx-hides-own-address', {
    title: 'When a domain has MX records that lead nowhere, its own address is not used either',
    clauses: ['rfc5321-5.1-08', 'rfc5321-5.1-09', 'rfc5321-5.1-10'],
    dns: zone('example.test', { '@': { A: '192.0.2.9' }, MX: '10 gone' }),
    hosts: { 'example.test': mailHost() },
    send: message({ to }),
    expect: [
      bounced(to, { dsn: '5.4.4' }),
      connections('example.test', 0),
      logged('no MX host for example.test has a valid address record'),
    ],
  }),
  scenario('dns/resolves-all-exchangers-first', {
    title: 'All exchangers are resolved before the first connection, even those beyond the address limit',
    clauses: ['postfix:delivery-3.6'],
    dns: zone('example.test', {
      MX: ['10 a', '20 b', '30 c'],
      a: '192.0.2.1',
      b: '192.0.2.2',
      c: '192.0.2.3',
    }),
    hosts: { a: mailHost() },
    config: { smtp_mx_address_limit: '1' },
    send: message({ to }),
    origins: ['delivery-67'],
    expect: [
      delivered(to, { via: 'a' }),
      ...['a', 'b', 'c'].map((host) => queried(`${host}.example.test`, 'A', 1)),
      check('every query came before the first connection', ({ queries, attempts }) => {
        const connectedAtMs = attempts[0]?.atMs ?? 0;
        const late = queries.find(({ atMs }) => atMs > connectedAtMs);
        return late === undefined ? undefined : `${late.type} ${late.name} was asked for afterwards`;
      }),
    ],
  }),
  scenario('dns/only-mail-records', {
    title: 'Nothing but MX and address records is asked for: no WKS',
    clauses: ['rfc1123-5.2.12-01', 'rfc5321-5.1-01'],
    dns: zone('example.test', { MX: '10 a', a: '192.0.2.1' }),
    hosts: { a: mailHost() },
    send: message({ to }),
    expect: [
      delivered(to, { via: 'a' }),
      check('no other types', ({ queries }) => {
        const other = queries.find(({ type }) => !['MX', 'A', 'AAAA', 'TLSA'].includes(type));
        return other === undefined ? undefined : `asked for ${other.type} ${other.name}`;
      }),
      queried('example.test', 'MX'),
    ],
  }),
  scenario('dns/partial-domain-is-not-completed', {
    title: 'A partial domain is not completed with the domain of the client',
    clauses: ['rfc5321-5.1-02', 'rfc5321-5.1-05'],
    dns: zone('client.test', { '@': { A: '198.51.100.25' }, mail: '192.0.2.1' }),
    hosts: { mail: mailHost() },
    send: message({ to: 'user@mail' }),
    expect: [
      bounced('user@mail', { dsn: '5.4.4', reason: '*name=mail type=AAAA: Host not found' }),
      connections('mail', 0),
      notQueried('mail.client.test'),
    ],
  }),
  scenario('dns/brackets-mean-no-mx', {
    title: 'A destination in brackets is a host: its addresses are used and its MX records are not asked for',
    clauses: ['postfix:delivery-3.1'],
    dns: zone('example.test', { '@': { A: '192.0.2.9' }, MX: '10 a', a: '192.0.2.1' }),
    hosts: { 'example.test': mailHost(), a: mailHost() },
    send: message({ to, nexthop: '[example.test]' }),
    expect: [delivered(to, { via: 'example.test' }), connections('a', 0), notQueried('example.test', 'MX')],
  }),
  scenario('dns/lmtp-has-no-mx', {
    title: 'LMTP goes to the host that was named and never asks for MX records',
    clauses: ['postfix:delivery-3.1'],
    dns: zone('example.test', { '@': { A: '192.0.2.9' }, MX: '10 a', a: '192.0.2.1' }),
    hosts: { 'example.test': mailHost({ protocol: 'lmtp' }), a: mailHost() },
    send: message({ to, service: 'lmtp' }),
    expect: [
      delivered(to, { via: 'example.test', relay: 'example.test[192.0.2.9]:24' }),
      connections('a', 0),
      notQueried('example.test', 'MX'),
    ],
  }),
];
