/** smtp_dns_resolver_options: host names completed with the search list of resolv.conf, everything else as it is. */
import {
  bounced,
  check,
  deferred,
  delivered,
  mailHost,
  message,
  notQueried,
  queried,
  scenario,
  zone,
} from '../../scenario.ts';

const to = 'user@example.test';
const files = { '/etc/resolv.conf': 'search office.test example.test\n' };
const zones = [
  zone('example.test', { mail: '192.0.2.1', 'mail.sub': '192.0.2.3' }),
  zone('office.test', {
    relay: '192.0.2.2',
    'broken.sub': { fault: 'SERVFAIL' },
    empty: { TXT: 'no address' },
  }),
];
const clauses = ['postfix:smtp_dns_resolver_options'];
/** The names that A queries were sent for, in order, repetitions left out. */
const asked = (...names: readonly string[]) =>
  check(`asks for the addresses of ${names.join(', ')}`, ({ queries }) => {
    const seen = queries.filter(({ type }) => type === 'A').map(({ name }) => name);
    const once = seen.filter((name, index) => seen[index - 1] !== name);
    return once.join() === names.join() ? undefined : `asked for ${once.join(', ') || 'none'}`;
  });

const searches = [
  {
    name: 'without-options',
    title: 'Without options a host name is not completed, whatever resolv.conf says',
    options: '',
    host: 'relay',
    ends: bounced(to, { dsn: '5.4.4', reason: '*name=relay type=A: Host not found' }),
    asked: ['relay'],
  },
  {
    name: 'defnames',
    title: 'With res_defnames, a host name without a dot gets the first domain of the search list',
    options: 'res_defnames',
    host: 'relay',
    ends: delivered(to, { via: 'relay', relay: 'relay[192.0.2.2]:25' }),
    asked: ['relay.office.test'],
  },
  {
    name: 'defnames-first-domain-only',
    title: 'With res_defnames alone, the other domains of the search list are not tried; the name itself is',
    options: 'res_defnames',
    host: 'mail',
    ends: bounced(to, { dsn: '5.4.4', reason: '*name=mail type=A: Host not found' }),
    asked: ['mail.office.test', 'mail'],
  },
  {
    name: 'both-options',
    title: 'With both options, a host name without a dot gets every domain of the search list in turn',
    options: 'res_defnames, res_dnsrch',
    host: 'mail',
    ends: delivered(to, { via: 'mail', relay: 'mail[192.0.2.1]:25' }),
    asked: ['mail.office.test', 'mail.example.test'],
  },
  {
    name: 'dnsrch-needs-a-dot',
    title: 'With res_dnsrch alone, a host name without a dot stays as it is',
    options: 'res_dnsrch',
    host: 'relay',
    ends: bounced(to, { dsn: '5.4.4' }),
    asked: ['relay'],
  },
  {
    name: 'dnsrch',
    title: 'With res_dnsrch, a host name with a dot is tried as it is, then with every domain',
    options: 'res_dnsrch',
    host: 'mail.sub',
    ends: delivered(to, { via: 'mail.sub', relay: 'mail.sub[192.0.2.3]:25' }),
    asked: ['mail.sub', 'mail.sub.office.test', 'mail.sub.example.test'],
  },
  {
    name: 'ndots',
    title: 'A host name with fewer dots than ndots is tried as it is last',
    // In an order of its own: agents read resolv.conf once, and are shared by scenarios of the same parameters.
    options: 'res_dnsrch, res_defnames',
    host: 'mail.sub',
    ndots: 2,
    ends: delivered(to, { via: 'mail.sub' }),
    asked: ['mail.sub.office.test', 'mail.sub.example.test'],
  },
  {
    name: 'first-answer-decides',
    title: 'When no domain helps, the answer for the name as it is decides',
    options: 'res_dnsrch',
    host: 'broken.sub',
    ends: bounced(to, { dsn: '5.4.4', reason: '*name=broken.sub type=A: Host not found' }),
    asked: ['broken.sub', 'broken.sub.office.test', 'broken.sub.example.test'],
  },
] as const;

export default [
  ...searches.map((search) =>
    scenario(`resolver/search-${search.name}`, {
      title: search.title,
      clauses,
      dns: zones,
      hosts: { relay: mailHost(), mail: mailHost(), 'mail.sub': mailHost() },
      files:
        'ndots' in search
          ? { '/etc/resolv.conf': `${files['/etc/resolv.conf']}options ndots:${search.ndots}\n` }
          : files,
      config: { smtp_dns_resolver_options: search.options, inet_protocols: 'ipv4' },
      send: message({ to, nexthop: `[${search.host}]` }),
      expect: [search.ends, asked(...search.asked)],
    }),
  ),
  scenario('resolver/search-not-for-mx', {
    title: 'MX queries are never completed; the hosts that they name are',
    clauses: [...clauses, 'postfix:delivery-3.5'],
    dns: [...zones, zone('shop', { MX: '10 relay.' })],
    hosts: { relay: mailHost() },
    files,
    config: { smtp_dns_resolver_options: 'res_defnames' },
    send: message({ to: 'user@shop' }),
    expect: [
      delivered('user@shop', { via: 'relay' }),
      queried('shop', 'MX', 1),
      notQueried('shop.office.test'),
      queried('relay.office.test', 'A', 1),
    ],
  }),
  ...[
    {
      name: 'fails-for-now',
      title: 'A server that fails for a completed name leaves the mail waiting',
      office: zone('office.test', { relay: { fault: 'SERVFAIL' } }),
      ends: deferred(to, { dsn: '4.4.3', reason: '*name=relay type=A: Host not found, try again' }),
    },
    {
      name: 'finds-no-address',
      title: 'A completed name that exists without address tells more than a name that does not exist',
      office: zone('office.test', { relay: { TXT: 'no address' } }),
      ends: bounced(to, { dsn: '5.4.4', reason: '*name=relay type=A: Host found but no data record*' }),
    },
  ].map(({ name, title, office, ends }) =>
    scenario(`resolver/search-${name}`, {
      title,
      clauses,
      dns: office,
      files,
      config: { smtp_dns_resolver_options: 'res_defnames', inet_protocols: 'ipv4' },
      send: message({ to, nexthop: '[relay]' }),
      expect: [ends, asked('relay.office.test', 'relay')],
    }),
  ),
  scenario('resolver/search-lmtp', {
    title: 'LMTP has a setting of its own',
    clauses: ['postfix:lmtp_dns_resolver_options'],
    dns: zones,
    hosts: { relay: mailHost({ protocol: 'lmtp' }) },
    files,
    config: { lmtp_dns_resolver_options: 'res_defnames' },
    send: message({ to, service: 'lmtp', nexthop: 'relay' }),
    expect: [delivered(to, { via: 'relay', relay: 'relay[192.0.2.2]:24' })],
  }),
];
