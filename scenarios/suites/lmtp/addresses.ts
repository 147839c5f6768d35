/** Where the lmtp service connects to, and from: it obeys parameters of its own, whatever those of SMTP say. */
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
  order,
  scenario,
  zone,
} from '../../scenario.ts';

const to = 'user@example.test';
const send = message({ service: 'lmtp', nexthop: 'store.example.test', to });
const four = ['192.0.2.4', '192.0.2.2', '192.0.2.1', '192.0.2.3'];
const six = ['2001:db8::6', '2001:db8::1', '2001:db8::5', '2001:db8::2', '2001:db8::4'];
const store = (...addresses: string[]) => zone('example.test', { store: addresses });
const here = { store: mailHost({ protocol: 'lmtp' }) };
/** Addresses of documentation that no machine of ours has. */
const elsewhere = '203.0.113.99';
const elsewhere6 = '2001:db8:ffff::99';
const noAddress = (address: string) =>
  logged(`smtp_connect_addr: bind ${address}: Cannot assign requested address`);
const unreachable = deferred(to, { dsn: '4.4.1', relay: 'none' });

/** Nobody listens at the addresses of the store, so that all that are to be tried show. */
const orders = [
  {
    name: 'no-chance',
    title: 'Without lmtp_randomize_addresses the order of the name server is kept',
    parameter: 'lmtp_randomize_addresses',
    addresses: four,
    config: { lmtp_randomize_addresses: 'no' },
    tried: four,
  },
  {
    name: 'prefer-ipv6',
    title: 'With lmtp_address_preference=ipv6, IPv6 comes first',
    parameter: 'lmtp_address_preference',
    addresses: [...four.slice(0, 2), ...six.slice(0, 2)],
    config: {
      lmtp_address_preference: 'ipv6',
      smtp_address_preference: 'ipv4',
      lmtp_randomize_addresses: 'no',
    },
    tried: [...six.slice(0, 2), ...four.slice(0, 2)],
  },
  {
    name: 'no-balance',
    title: 'Without lmtp_balance_inet_protocols the preferred family uses up the limit',
    parameter: 'lmtp_balance_inet_protocols',
    addresses: [...four, ...six],
    config: {
      lmtp_balance_inet_protocols: 'no',
      lmtp_address_preference: 'ipv6',
      lmtp_randomize_addresses: 'no',
    },
    tried: six,
  },
  {
    name: 'address-limit',
    title: 'No more addresses are tried than lmtp_mx_address_limit says',
    parameter: 'lmtp_mx_address_limit',
    addresses: four,
    config: { lmtp_mx_address_limit: '2', smtp_mx_address_limit: '1', lmtp_randomize_addresses: 'no' },
    tried: four.slice(0, 2),
  },
] as const;

export default [
  ...orders.map(({ name, title, parameter, addresses, config, tried }) =>
    scenario(`lmtp/${name}`, {
      title,
      clauses: [`postfix:${parameter}`],
      dns: store(...addresses),
      config,
      send,
      expect: [unreachable, order([...tried])],
    }),
  ),
  scenario('lmtp/session-limit', {
    title: 'With lmtp_mx_session_limit=1 the first session decides',
    clauses: ['postfix:lmtp_mx_session_limit'],
    dns: store('192.0.2.1', '192.0.2.2', '192.0.2.3'),
    hosts: { store: mailHost({ protocol: 'lmtp', rcpt: '450 4.2.1 later' }) },
    config: { lmtp_mx_session_limit: '1', smtp_mx_session_limit: '3' },
    send,
    expect: [deferred(to, { dsn: '4.2.1' }), connections('store', 1)],
  }),
  scenario('lmtp/bind-address', {
    title:
      'lmtp_bind_address is where LMTP connects from; when this host does not have it, that is a warning',
    clauses: ['postfix:lmtp_bind_address'],
    dns: store('192.0.2.1'),
    hosts: here,
    config: { lmtp_bind_address: elsewhere, smtp_bind_address: '203.0.113.98' },
    send,
    expect: [delivered(to, { via: 'store' }), noAddress(elsewhere)],
  }),
  scenario('lmtp/bind-address6', {
    title: 'lmtp_bind_address6 is the same for IPv6',
    clauses: ['postfix:lmtp_bind_address6'],
    dns: store('2001:db8::1'),
    hosts: here,
    config: { lmtp_bind_address6: elsewhere6, smtp_bind_address6: '2001:db8:ffff::98' },
    send,
    virtualOnly: 'real hosts listen at IPv6 addresses that are not on an interface, so any may be bound to',
    expect: [delivered(to, { via: 'store' }), noAddress(elsewhere6)],
  }),
  scenario('lmtp/bind-address-enforced', {
    title: 'With lmtp_bind_address_enforce, mail waits when its bind address is not available',
    clauses: ['postfix:lmtp_bind_address_enforce'],
    dns: store('192.0.2.1'),
    hosts: here,
    config: { lmtp_bind_address: elsewhere, lmtp_bind_address_enforce: 'yes' },
    send,
    expect: [
      deferred(to, { dsn: '4.4.0', relay: 'none', reason: 'server configuration error' }),
      noAddress(elsewhere),
      connections('store', 0),
    ],
  }),
  scenario('lmtp/bind-address-enforced-for-smtp', {
    title: 'smtp_bind_address_enforce does not keep LMTP from connecting',
    clauses: ['postfix:lmtp_bind_address_enforce'],
    dns: store('192.0.2.1'),
    hosts: here,
    config: { lmtp_bind_address: elsewhere, smtp_bind_address_enforce: 'yes' },
    send,
    expect: [delivered(to, { via: 'store' }), noAddress(elsewhere)],
  }),
  scenario('lmtp/dns-disabled', {
    title: 'With lmtp_dns_support_level=disabled the host comes from the hosts file and no query leaves',
    clauses: ['postfix:lmtp_dns_support_level'],
    dns: store('192.0.2.1'),
    hosts: { ...here, seven: listening({ address: '192.0.2.7' }, mailHost({ protocol: 'lmtp' })) },
    files: { '/etc/hosts': '192.0.2.7 store.example.test\n' },
    config: { lmtp_dns_support_level: 'disabled', smtp_dns_support_level: 'enabled' },
    send,
    expect: [
      delivered(to, { via: 'seven' }),
      connections('store', 0),
      check('DNS is not asked', ({ queries: [query] }) => query && `asked for ${query.type} ${query.name}`),
    ],
  }),
  ...[
    { lmtp: 'native', smtp: 'dns', via: 'seven', other: 'store' },
    { lmtp: 'dns', smtp: 'native', via: 'store', other: 'seven' },
  ].map(({ lmtp, smtp, via, other }) =>
    scenario(`lmtp/host-lookup-${lmtp}`, {
      title: `With lmtp_host_lookup=${lmtp} a host is looked up there, whatever smtp_host_lookup says`,
      clauses: ['postfix:lmtp_host_lookup'],
      dns: store('192.0.2.1'),
      hosts: { ...here, seven: listening({ address: '192.0.2.7' }, mailHost({ protocol: 'lmtp' })) },
      files: { '/etc/hosts': '192.0.2.7 store.example.test\n' },
      config: { lmtp_host_lookup: lmtp, smtp_host_lookup: smtp },
      send,
      expect: [delivered(to, { via }), connections(other, 0)],
    }),
  ),
  ...[
    { name: 'shown-by-its-own-name', service: 'lmtp', shown: 'a' },
    { name: 'shown-as-alias', service: 'smtp', shown: 'store' },
  ].map(({ name, service, shown }) =>
    scenario(`lmtp/host-is-alias-${name}`, {
      title: `With ${service}_cname_overrides_servername the log shows ${shown === 'a' ? 'the name behind an alias' : 'the alias'}`,
      clauses: ['postfix:lmtp_cname_overrides_servername'],
      dns: zone('example.test', { store: { CNAME: 'a' }, a: '192.0.2.1' }),
      hosts: { a: mailHost({ protocol: 'lmtp' }) },
      config: { [`${service}_cname_overrides_servername`]: 'yes' },
      send,
      expect: [delivered(to, { via: 'a', relay: `${shown}.example.test[192.0.2.1]:24` })],
    }),
  ),
  scenario('lmtp/no-mx-to-wait-for', {
    title: 'lmtp_defer_if_no_mx_address_found changes nothing: LMTP has no exchangers to wait for',
    clauses: ['postfix:lmtp_defer_if_no_mx_address_found', 'postfix:delivery-10'],
    dns: zone('example.test', { MX: '10 gone' }),
    config: { lmtp_defer_if_no_mx_address_found: 'yes', smtp_defer_if_no_mx_address_found: 'yes' },
    send: message({ service: 'lmtp', nexthop: 'example.test', to }),
    expect: [bounced(to, { dsn: '5.4.4', reason: '*name=example.test type=AAAA: Host found but no data*' })],
  }),
];
