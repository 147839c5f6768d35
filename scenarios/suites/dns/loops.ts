/** Own addresses among the exchangers: what is left of the list, and what becomes of the mail. */
import {
  bounced,
  check,
  connections,
  deferred,
  delivered,
  listening,
  mailHost,
  message,
  order,
  queried,
  scenario,
  zone,
} from '../../scenario.ts';

const to = 'user@example.test';
const loops = { dsn: '5.4.6', reason: 'mail for example.test loops back to myself', relay: 'none' };
/** An address that is ours because the scenario says so: translators and proxies in front of us have such. */
const PROXY = '203.0.113.25';
const asProxy = { proxy_interfaces: PROXY };
const nothingTried = check('nobody is connected to', ({ attempts }) =>
  attempts.length === 0 ? undefined : `${attempts[0]?.address} was tried`,
);

export default [
  scenario('dns/best-exchanger-is-myself', {
    title: 'When the best exchanger is this host itself, the mail is returned',
    clauses: ['rfc5321-5.1-18', 'rfc5321-5.1-19', 'rfc5321-5.1-20'],
    dns: [zone('example.test', { MX: ['10 client.test.', '20 b'], b: '192.0.2.2' })],
    hosts: { b: mailHost() },
    send: message({ to }),
    expect: [bounced(to, loops), connections('b', 0)],
    virtualOnly: 'the own address of the sender is that of the virtual world',
  }),
  scenario('dns/exchanger-is-loopback', {
    title: 'An exchanger with a loopback address is this host itself',
    clauses: ['rfc5321-5.1-18', 'rfc5321-5.1-20'],
    dns: zone('example.test', { MX: '10 localhost', localhost: ['127.0.0.1', '::1'] }),
    send: message({ to }),
    expect: [bounced(to, loops), nothingTried],
  }),
  scenario('dns/domain-address-is-myself', {
    title: 'A domain without MX records whose address is ours loops back too',
    clauses: ['rfc5321-5.1-07', 'rfc5321-5.1-18', 'rfc5321-5.1-20'],
    dns: zone('example.test', { '@': { A: PROXY } }),
    config: asProxy,
    send: message({ to }),
    expect: [bounced(to, loops), nothingTried],
  }),
  scenario('dns/proxy-address-is-mine', {
    title: 'Addresses of proxy_interfaces count as own addresses',
    clauses: ['postfix:proxy_interfaces', 'rfc5321-5.1-18'],
    dns: zone('example.test', { MX: '10 a', a: PROXY }),
    hosts: { a: mailHost() },
    config: asProxy,
    send: message({ to }),
    expect: [bounced(to, loops), connections('a', 0)],
  }),
  scenario('dns/backup-tries-better-hosts-only', {
    title: 'A backup exchanger tries the better exchangers only, none of its own preference or worse',
    clauses: ['rfc5321-5.1-19', 'rfc974-all-02'],
    dns: zone('example.test', {
      MX: ['10 a', '20 me', '20 peer', '30 c'],
      a: '192.0.2.1',
      me: PROXY,
      peer: '192.0.2.3',
      c: '192.0.2.4',
    }),
    hosts: { peer: mailHost(), c: mailHost() },
    config: asProxy,
    send: message({ to }),
    expect: [
      deferred(to, { dsn: '4.4.1', reason: 'connect to a.example.test[192.0.2.1]:25: Connection refused' }),
      order(['a']),
      connections('peer', 0),
      connections('c', 0),
    ],
  }),
  scenario('dns/backup-delivers-to-better-host', {
    title: 'A backup exchanger hands the mail to the better exchanger once that is there',
    clauses: ['rfc5321-5.1-19'],
    dns: zone('example.test', { MX: ['10 a', '20 me'], a: '192.0.2.1', me: PROXY }),
    hosts: { a: mailHost() },
    config: asProxy,
    send: message({ to }),
    expect: [delivered(to, { via: 'a' })],
  }),
  scenario('dns/backup-uses-no-fallback-relay', {
    title: 'A backup exchanger that cannot reach a better one waits and leaves the fallback relay alone',
    clauses: ['postfix:delivery-2.2', 'postfix:smtp_fallback_relay'],
    dns: zone('example.test', { MX: ['10 a', '20 me'], a: '192.0.2.1', me: PROXY, relay: '192.0.2.5' }),
    hosts: { relay: mailHost() },
    config: { ...asProxy, smtp_fallback_relay: '[relay.example.test]' },
    send: message({ to }),
    expect: [deferred(to, { dsn: '4.4.1' }), connections('relay', 0), order(['a'])],
  }),
  scenario('dns/myself-uses-no-fallback-relay', {
    title: 'Mail that loops back to the best exchanger is returned without asking the fallback relay',
    clauses: ['postfix:delivery-2.2', 'rfc5321-5.1-20'],
    dns: zone('example.test', { MX: '10 me', me: PROXY, relay: '192.0.2.5' }),
    hosts: { relay: mailHost() },
    config: { ...asProxy, smtp_fallback_relay: '[relay.example.test]' },
    send: message({ to }),
    expect: [bounced(to, loops), connections('relay', 0)],
  }),
  scenario('dns/primary-relay-unknown', {
    title: 'A backup exchanger that cannot find the address of the better one waits',
    clauses: ['postfix:delivery-3.6', 'rfc5321-5.1-19'],
    dns: zone('example.test', { MX: ['10 gone', '20 me'], me: PROXY }),
    config: asProxy,
    send: message({ to }),
    expect: [
      deferred(to, { dsn: '4.4.4', reason: 'unable to find primary relay for example.test', relay: 'none' }),
      queried('gone.example.test', 'A'),
      nothingTried,
    ],
  }),
  scenario('dns/one-own-address-makes-the-host-mine', {
    title: 'One own address among those of a bracketed host makes the mail loop',
    clauses: ['postfix:delivery-3.6'],
    dns: zone('example.test', { a: ['192.0.2.1', PROXY] }),
    hosts: { a: mailHost() },
    config: asProxy,
    send: message({ to, nexthop: '[a.example.test]' }),
    expect: [
      bounced(to, { dsn: '5.4.6', reason: 'mail for a.example.test loops back to myself' }),
      connections('a', 0),
    ],
  }),
  scenario('dns/other-port-is-no-loop', {
    title: 'On another port than 25 an own address is a host like any other',
    clauses: ['postfix:delivery-3.1'],
    dns: zone('example.test', { MX: '10 me', me: PROXY }),
    hosts: { other: listening({ address: PROXY }, mailHost({ port: 2525 })) },
    config: asProxy,
    send: message({ to, nexthop: 'example.test:2525' }),
    expect: [delivered(to, { via: 'other', relay: `me.example.test[${PROXY}]:2525` })],
  }),
  scenario('dns/lmtp-detects-no-loop', {
    title: 'LMTP may go to an own address, on whatever port',
    clauses: ['postfix:delivery-3.1'],
    dns: zone('example.test', { store: PROXY }),
    hosts: { store: mailHost({ protocol: 'lmtp', port: 25 }) },
    config: asProxy,
    send: message({ to, service: 'lmtp', nexthop: 'store.example.test:25' }),
    expect: [delivered(to, { via: 'store', relay: `store.example.test[${PROXY}]:25` })],
  }),
  scenario('dns/only-named-interfaces-are-mine', {
    title: 'With inet_interfaces=loopback-only, the public address of this host is not its own',
    clauses: ['postfix:inet_interfaces'],
    dns: zone('example.test', { MX: '10 client.test.' }),
    hosts: {
      neighbour: listening({ address: ['198.51.100.25', '2001:db8:c::25'] }, mailHost()),
    },
    config: { inet_interfaces: 'loopback-only' },
    send: message({ to }),
    expect: [delivered(to, { via: 'neighbour' })],
    virtualOnly: 'the own address of the sender is that of the virtual world',
  }),
  scenario('dns/loop-warning-names-nobody-else', {
    title: 'An exchanger that resolves to nothing does not hide that the other one is this host',
    clauses: ['rfc5321-5.1-18', 'postfix:delivery-3.6'],
    dns: zone('example.test', { MX: ['10 gone', '10 me'], me: PROXY }),
    config: asProxy,
    send: message({ to }),
    expect: [bounced(to, loops), nothingTried],
  }),
];
