/** smtp_bind_address: from which of its addresses the client connects, and what when it cannot. */
import {
  connections,
  deferred,
  delivered,
  logged,
  mailHost,
  message,
  order,
  scenario,
  zone,
} from '../../scenario.ts';

const to = 'user@example.test';
const dns = zone('example.test', {
  MX: ['10 a', '20 b'],
  a: '192.0.2.1',
  b: '2001:db8::2',
});
/** Addresses of documentation that no machine of ours has. */
const elsewhere = '203.0.113.99';
const elsewhere6 = '2001:db8:ffff::99';
const noAddress = (address: string) =>
  logged(`smtp_connect_addr: bind ${address}: Cannot assign requested address`);

export default [
  scenario('connecting/bind-address-unavailable', {
    title: 'A bind address that this host does not have is a warning, and the mail goes out from another one',
    clauses: ['postfix:smtp_bind_address'],
    dns,
    hosts: { a: mailHost() },
    config: { smtp_bind_address: elsewhere },
    send: message({ to }),
    origins: ['delivery-95'],
    expect: [delivered(to, { via: 'a' }), noAddress(elsewhere)],
  }),
  scenario('connecting/bind-address6-unavailable', {
    title: 'A bind address for IPv6 that this host does not have is a warning too, brackets or not',
    clauses: ['postfix:smtp_bind_address6'],
    dns,
    hosts: { b: mailHost() },
    config: { smtp_bind_address6: `[${elsewhere6}]` },
    virtualOnly: 'real hosts listen at IPv6 addresses that are not on an interface, so any may be bound to',
    send: message({ to }),
    expect: [delivered(to, { via: 'b' }), noAddress(elsewhere6)],
  }),
  scenario('connecting/bind-address-enforced', {
    title: 'With smtp_bind_address_enforce, mail waits when its bind address is not available',
    clauses: ['postfix:smtp_bind_address_enforce'],
    dns: zone('example.test', { MX: '10 a', a: '192.0.2.1' }),
    hosts: { a: mailHost() },
    config: { smtp_bind_address: elsewhere, smtp_bind_address_enforce: 'yes' },
    send: message({ to }),
    origins: ['delivery-96'],
    expect: [
      deferred(to, { dsn: '4.4.0', relay: 'none', reason: 'server configuration error' }),
      noAddress(elsewhere),
      connections('a', 0),
    ],
  }),
  scenario('connecting/bind-address-enforced-other-family', {
    title: 'An enforced bind address that is not available rules out the addresses of its own family only',
    clauses: ['postfix:smtp_bind_address_enforce'],
    dns,
    hosts: { a: mailHost(), b: mailHost() },
    config: { smtp_bind_address: elsewhere, smtp_bind_address_enforce: 'yes' },
    send: message({ to }),
    expect: [delivered(to, { via: 'b' }), connections('a', 0), noAddress(elsewhere)],
  }),
  scenario('connecting/single-interface-is-the-source', {
    title:
      'A single address in inet_interfaces is the source address too; when it is not there, that is a warning',
    clauses: ['postfix:inet_interfaces', 'postfix:delivery-4.1'],
    dns,
    hosts: { a: mailHost() },
    config: { inet_interfaces: elsewhere, smtp_bind_address_enforce: 'yes' },
    send: message({ to }),
    virtualOnly: 'Postfix itself does not start with addresses that no interface has',
    expect: [delivered(to, { via: 'a' }), noAddress(elsewhere)],
  }),
  ...[`${elsewhere}, 203.0.113.98`, 'loopback-only', 'all'].map((interfaces, index) =>
    scenario(`connecting/no-single-interface-${index + 1}`, {
      title: `inet_interfaces = ${interfaces} names no source address`,
      clauses: ['postfix:inet_interfaces', 'postfix:delivery-4.1'],
      dns,
      hosts: { a: mailHost() },
      config: { inet_interfaces: interfaces },
      send: message({ to }),
      ...(index === 0 && {
        virtualOnly: 'Postfix itself does not start with addresses that no interface has',
      }),
      // A warning about an address that cannot be bound to would fail the scenario.
      expect: [delivered(to, { via: 'a' })],
    }),
  ),
  scenario('connecting/bind-address-available', {
    title: 'A bind address that this host has is used without a word',
    clauses: ['postfix:smtp_bind_address'],
    dns,
    hosts: { a: mailHost() },
    config: { smtp_bind_address: '198.51.100.25', smtp_bind_address_enforce: 'yes' },
    send: message({ to }),
    expect: [delivered(to, { via: 'a' }), order(['a'])],
    virtualOnly: 'the address of the sender is that of the virtual world',
  }),
];
