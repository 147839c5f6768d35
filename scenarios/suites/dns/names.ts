/** Names that are not plain DNS names: internationalised domains, the hosts file, DNS switched off. */
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
  queried,
  scenario,
  verifies,
  zone,
} from '../../scenario.ts';

const to = 'user@example.test';
const hostsFile = { '/etc/hosts': '127.0.0.1 localhost\n192.0.2.7 inside.example.test inside # kept here\n' };
const seven = listening({ address: '192.0.2.7' }, mailHost());
const noQueries = check('DNS is not asked', ({ queries }) =>
  queries.length === 0 ? undefined : `asked for ${queries[0]?.type} ${queries[0]?.name}`,
);

export default [
  scenario('dns/idn-domain', {
    title: 'An internationalised domain is looked up, and shown, as A-labels',
    clauses: ['rfc6531-3.2-01', 'postfix:delivery-3.2'],
    dns: zone('xn--bcher-kva.test', { '@': { A: '192.0.2.1' } }),
    hosts: { 'xn--bcher-kva.test': mailHost() },
    send: message({ to: 'user@bücher.test', smtputf8: true, encoding: '8bit' }),
    origins: ['delivery-75'],
    expect: [
      delivered('user@bücher.test', { relay: 'xn--bcher-kva.test[192.0.2.1]:25' }),
      connections('xn--bcher-kva.test', 1),
      queried('xn--bcher-kva.test', 'MX', 1),
      queried('xn--bcher-kva.test', 'A', 1),
      verifies(
        'rfc5891-3.2-01',
        check('names in queries are ASCII', ({ queries }) => {
          const other = queries.find(({ name }) => !/^[a-z0-9.-]+$/i.test(name));
          return other === undefined ? undefined : `asked for ${other.name}`;
        }),
      ),
    ],
  }),
  ...[
    {
      name: 'decomposed',
      domain: 'bu\u0308cher.test',
      ascii: 'xn--bcher-kva.test',
      clause: 'rfc5891-5.2-01',
    },
    { name: 'greek-final-sigma', domain: 'νόμος.test', ascii: 'xn--xxabhm1c.test', clause: 'rfc5891-5.4-02' },
    { name: 'right-to-left', domain: 'שלום.test', ascii: 'xn--9dbne9b.test', clause: 'rfc5891-5.4-02' },
    { name: 'katakana-dot', domain: 'ア・イ.test', ascii: 'xn--ccke4x.test', clause: 'rfc5891-5.4-02' },
  ].map(({ name, domain, ascii, clause }) =>
    scenario(`dns/idn-${name}`, {
      title: `The domain ${domain} is looked up as ${ascii}`,
      clauses: [clause, 'postfix:delivery-3.2'],
      dns: zone(ascii, { MX: '10 a', a: '192.0.2.1' }),
      hosts: { a: mailHost() },
      send: message({ to, nexthop: domain }),
      expect: [
        verifies(clause, delivered(to, { via: 'a' })),
        verifies([clause, 'rfc5891-3.2-01'], queried(ascii, 'MX', 1)),
      ],
    }),
  ),
  scenario('dns/idn-mapped-before-lookup', {
    title: 'Capital letters of an internationalised domain are mapped before the lookup',
    clauses: ['rfc6531-3.2-01', 'postfix:delivery-3.2'],
    dns: zone('xn--bcher-kva.test', { MX: '10 a', a: '192.0.2.1' }),
    hosts: { a: mailHost() },
    send: message({ to, nexthop: 'BÜCHER.test' }),
    expect: [delivered(to, { via: 'a' }), queried('xn--bcher-kva.test', 'MX', 1)],
  }),
  scenario('dns/idn-sharp-s', {
    title: 'A sharp s is a letter of its own',
    clauses: ['postfix:enable_idna2003_compatibility', 'rfc5890-2.3.2.1-01'],
    dns: [
      zone('xn--strae-oqa.test', { MX: '10 a', a: '192.0.2.1' }),
      zone('strasse.test', { MX: '10 b', b: '192.0.2.2' }),
    ],
    hosts: { a: mailHost(), b: mailHost() },
    send: message({ to, nexthop: 'straße.test' }),
    expect: [delivered(to, { via: 'a' }), connections('b', 0)],
  }),
  scenario('dns/idn-sharp-s-2003', {
    title: 'With enable_idna2003_compatibility a sharp s is looked up as ss',
    clauses: ['postfix:enable_idna2003_compatibility'],
    dns: [
      zone('xn--strae-oqa.test', { MX: '10 a', a: '192.0.2.1' }),
      zone('strasse.test', { MX: '10 b', b: '192.0.2.2' }),
    ],
    hosts: { a: mailHost(), b: mailHost() },
    config: { enable_idna2003_compatibility: 'yes' },
    send: message({ to, nexthop: 'straße.test' }),
    expect: [delivered(to, { via: 'b' }), connections('a', 0)],
  }),
  scenario('dns/idn-without-ascii-form', {
    title: 'A domain that has no A-labels is no destination: the mail waits and nobody is asked',
    clauses: ['rfc5891-5.4-01', 'postfix:delivery-2.1'],
    origins: ['delivery-76'],
    dns: zone('example.test', {}),
    send: message({ to, nexthop: 'a\u{e000}b.test' }),
    expect: [
      deferred(to, { reason: 'valid hostname or network address required in server description: *' }),
      noQueries,
    ],
  }),
  scenario('dns/name-too-long', {
    title: 'A domain that no DNS message can carry is an error without asking anybody',
    clauses: ['rfc5321-5.1-05', 'postfix:delivery-3.4'],
    dns: zone('example.test', {}),
    send: message({ to, nexthop: `${Array.from({ length: 127 }, () => 'a').join('.')}.a` }),
    expect: [bounced(to, { dsn: '5.4.3' }), noQueries],
  }),
  scenario('dns/hosts-file-after-dns', {
    title: 'With smtp_host_lookup=dns,native, a host that DNS does not know is found in the hosts file',
    clauses: ['postfix:smtp_host_lookup'],
    dns: zone('example.test', { MX: '10 inside' }),
    hosts: { seven },
    files: hostsFile,
    config: { smtp_host_lookup: 'dns, native' },
    send: message({ to }),
    origins: ['delivery-72'],
    expect: [
      delivered(to, { via: 'seven', relay: 'inside.example.test[192.0.2.7]:25' }),
      queried('inside.example.test', 'A', 1),
    ],
  }),
  scenario('dns/hosts-file-alone', {
    title: 'With smtp_host_lookup=native, hosts are not looked up in DNS; MX records still are',
    clauses: ['postfix:smtp_host_lookup'],
    dns: zone('example.test', { MX: '10 inside', inside: '192.0.2.8' }),
    hosts: { seven, inside: mailHost() },
    files: hostsFile,
    config: { smtp_host_lookup: 'native' },
    send: message({ to }),
    expect: [
      delivered(to, { via: 'seven' }),
      connections('inside', 0),
      queried('example.test', 'MX', 1),
      notQueried('inside.example.test'),
    ],
  }),
  scenario('dns/hosts-file-of-another-family', {
    title: 'A host that the hosts file knows by an address of a family that is off is not found',
    clauses: ['postfix:smtp_host_lookup', 'postfix:inet_protocols'],
    dns: zone('example.test', {}),
    files: { '/etc/hosts': '2001:db8::7 inside.example.test\n' },
    config: { smtp_host_lookup: 'native', inet_protocols: 'ipv4' },
    send: message({ to, nexthop: '[inside.example.test]' }),
    expect: [bounced(to, { dsn: '5.4.4', reason: 'unable to look up host inside.example.test: *' })],
  }),
  scenario('dns/dns-before-hosts-file', {
    title: 'DNS comes first however smtp_host_lookup is written',
    clauses: ['postfix:smtp_host_lookup'],
    dns: zone('example.test', { MX: '10 inside', inside: '192.0.2.8' }),
    hosts: { seven, inside: mailHost() },
    files: hostsFile,
    config: { smtp_host_lookup: 'native, dns' },
    send: message({ to }),
    expect: [delivered(to, { via: 'inside' }), connections('seven', 0)],
  }),
  scenario('dns/hosts-file-not-after-failure', {
    title: 'A temporary failure of DNS is not answered from the hosts file',
    clauses: ['postfix:delivery-3.5'],
    dns: zone('example.test', { '@': { fault: { A: 'SERVFAIL', AAAA: 'SERVFAIL' } } }),
    hosts: { seven },
    files: { '/etc/hosts': '192.0.2.7 example.test\n' },
    config: { smtp_host_lookup: 'dns, native' },
    send: message({ to, nexthop: '[example.test]' }),
    expect: [deferred(to, { dsn: '4.4.3' }), connections('seven', 0)],
  }),
  scenario('dns/neither-dns-nor-hosts-file', {
    title: 'A host that neither DNS nor the hosts file knows is reported in the words of the system',
    clauses: ['postfix:smtp_host_lookup', 'postfix:delivery-3.5'],
    dns: zone('example.test', { MX: '10 gone' }),
    files: hostsFile,
    config: { smtp_host_lookup: 'dns, native' },
    send: message({ to }),
    origins: ['delivery-73'],
    expect: [
      bounced(to, { dsn: '5.4.4', reason: 'unable to look up host gone.example.test: *' }),
      logged('no MX host for example.test has a valid address record'),
    ],
  }),
  scenario('dns/hosts-file-other-family', {
    title: 'Addresses of a family that is switched off are not tried',
    clauses: ['postfix:delivery-3.5', 'postfix:inet_protocols'],
    files: { '/etc/hosts': '2001:db8::7 inside.test\n192.0.2.7 inside.test\n' },
    hosts: { seven },
    config: { smtp_dns_support_level: 'disabled', inet_protocols: 'ipv4' },
    send: message({ to: 'user@inside.test' }),
    expect: [delivered('user@inside.test', { via: 'seven' }), connections('seven', 1)],
  }),
  scenario('dns/dns-disabled', {
    title: 'With DNS switched off, a domain is a host of the hosts file and no query leaves',
    clauses: ['postfix:smtp_dns_support_level', 'postfix:delivery-3.1'],
    dns: zone('example.test', { MX: '10 a', a: '192.0.2.1' }),
    hosts: { a: mailHost(), seven },
    files: { '/etc/hosts': '192.0.2.7 example.test\n' },
    config: { smtp_dns_support_level: 'disabled' },
    send: message({ to }),
    origins: ['delivery-74'],
    expect: [delivered(to, { via: 'seven' }), connections('a', 0), noQueries],
  }),
  scenario('dns/dns-disabled-unknown-host', {
    title: 'With DNS switched off, a domain that the hosts file does not know is returned',
    clauses: ['postfix:disable_dns_lookups', 'postfix:delivery-3.5'],
    dns: zone('example.test', { MX: '10 a', a: '192.0.2.1' }),
    hosts: { a: mailHost() },
    config: { disable_dns_lookups: 'yes' },
    send: message({ to: 'user@nowhere.test' }),
    expect: [
      bounced('user@nowhere.test', { dsn: '5.4.4', reason: 'unable to look up host nowhere.test: *' }),
      connections('a', 0),
      noQueries,
    ],
  }),
];
