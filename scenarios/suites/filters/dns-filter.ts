/** smtp_dns_reply_filter: records of the DNS that the client shall not see. */
import {
  connections,
  deferred,
  delivered,
  logged,
  mailHost,
  message,
  notLogged,
  notQueried,
  queried,
  type ScenarioSpec,
  scenario,
  zone,
} from '../../scenario.ts';

const to = 'user@example.test';
const clauses = ['postfix:smtp_dns_reply_filter', 'postfix:delivery-3.4'];
const ignoring = (record: string) => logged(`ignoring DNS RR: ${record}`);
const unknownAction = (parameter: string, action: string) =>
  logged(`warning: ${parameter}: unknown DNS filter action: "${action}"`);
const filteredOut = (name: string, type: string) =>
  `Error looking up name=${name} type=${type}: DNS reply filter drops all results`;
const notUnderstood = (name: string, type: string) =>
  `Error looking up name=${name} type=${type}: Invalid DNS reply filter syntax`;
const noExchanger = logged('no MX host for example.test has a valid address record');

const twoExchangers: Pick<ScenarioSpec, 'dns' | 'hosts'> = {
  dns: zone('example.test', { MX: ['10 a', '20 b'], a: '192.0.2.1', b: '192.0.2.2' }),
  hosts: { a: mailHost(), b: mailHost() },
};
const oneExchanger: Pick<ScenarioSpec, 'dns' | 'hosts'> = {
  dns: zone('example.test', { MX: '10 a', a: ['192.0.2.1', '2001:db8::1'] }),
  hosts: { a: mailHost() },
};

export default [
  scenario('filters/dns-all-exchangers-dropped', {
    title: 'When a filter drops all MX records, mail is deferred as a matter of policy',
    clauses: [...clauses, 'postfix:delivery-3.3'],
    origins: ['delivery-69'],
    ...twoExchangers,
    config: { smtp_dns_reply_filter: 'regexp:{{/ MX / IGNORE}}' },
    send: message({ to }),
    expect: [
      deferred(to, { dsn: '4.7.0', relay: 'none', reason: filteredOut('example.test', 'MX') }),
      ignoring('example.test. 300 IN MX 10 a.example.test.'),
      ignoring('example.test. 300 IN MX 20 b.example.test.'),
      notQueried('example.test', 'A'),
      connections('a', 0),
      connections('b', 0),
    ],
  }),
  scenario('filters/dns-policy-is-no-lookup-error', {
    title: 'ignore_mx_lookup_error does not help where a filter dropped all MX records',
    clauses: [...clauses, 'postfix:ignore_mx_lookup_error', 'postfix:delivery-3.3'],
    ...twoExchangers,
    config: { smtp_dns_reply_filter: 'regexp:{{/ MX / IGNORE}}', ignore_mx_lookup_error: 'yes' },
    send: message({ to }),
    expect: [
      deferred(to, { dsn: '4.7.0', reason: filteredOut('example.test', 'MX') }),
      notQueried('example.test', 'A'),
      logged('ignoring DNS RR'),
      connections('a', 0),
      connections('b', 0),
    ],
  }),
  scenario('filters/dns-one-exchanger-dropped', {
    title: 'A filter that drops one MX record leaves the others',
    clauses,
    ...twoExchangers,
    config: { smtp_dns_reply_filter: 'regexp:{{/^example[.]test[.] [0-9]+ IN MX 10 a[.]/ ignore this one}}' },
    send: message({ to }),
    expect: [
      delivered(to, { via: 'b' }),
      ignoring('example.test. 300 IN MX 10 a.example.test.'),
      notQueried('a.example.test', 'A'),
      connections('a', 0),
    ],
  }),
  scenario('filters/dns-ipv6-dropped', {
    title: 'A filter that drops AAAA records leaves the client IPv4',
    clauses,
    origins: ['delivery-70'],
    ...oneExchanger,
    config: {
      smtp_dns_reply_filter: 'regexp:/run/filters/no-ipv6',
      inet_protocols: 'all',
      smtp_address_preference: 'ipv6',
    },
    files: { '/run/filters/no-ipv6': '/ IN AAAA / IGNORE\n' },
    send: message({ to }),
    expect: [
      delivered(to, { via: 'a', relay: 'a.example.test[192.0.2.1]:25' }),
      queried('a.example.test', 'AAAA', 1),
      ignoring('a.example.test. 300 IN AAAA 2001:db8::1'),
      connections('a', 1),
    ],
  }),
  scenario('filters/dns-addresses-dropped', {
    title: 'An exchanger without any address that a filter leaves is one that policy keeps from the client',
    clauses: [...clauses, 'postfix:delivery-3.5'],
    ...oneExchanger,
    config: { smtp_dns_reply_filter: 'regexp:{{/ IN A(AAA)? / IGNORE}}', inet_protocols: 'all' },
    send: message({ to }),
    expect: [
      deferred(to, { dsn: '4.7.0', relay: 'none', reason: filteredOut('a.example.test', 'AAAA') }),
      noExchanger,
      ignoring('a.example.test. 300 IN A 192.0.2.1'),
      ignoring('a.example.test. 300 IN AAAA 2001:db8::1'),
      connections('a', 0),
    ],
  }),
  scenario('filters/dns-policy-counts-more', {
    title: 'That a filter dropped the A records counts more than that there are no AAAA records',
    clauses: [...clauses, 'postfix:delivery-3.5'],
    dns: zone('example.test', { MX: '10 a', a: '192.0.2.1' }),
    config: { smtp_dns_reply_filter: 'regexp:{{/ IN A / IGNORE}}', inet_protocols: 'all' },
    send: message({ to }),
    expect: [
      deferred(to, { dsn: '4.7.0', reason: filteredOut('a.example.test', 'A') }),
      noExchanger,
      logged('ignoring DNS RR'),
    ],
  }),
  scenario('filters/dns-no-exchanger-records', {
    title: 'The addresses of a domain without MX records are filtered as those of an exchanger',
    clauses: [...clauses, 'postfix:delivery-3.5'],
    dns: zone('example.test', { '@': '192.0.2.1' }),
    config: { smtp_dns_reply_filter: 'regexp:{{/ 192[.]0[.]2[.]1$$/ IGNORE}}' },
    send: message({ to }),
    expect: [
      deferred(to, { dsn: '4.7.0', reason: filteredOut('example.test', 'A') }),
      ignoring('example.test. 300 IN A 192.0.2.1'),
    ],
  }),
  scenario('filters/dns-alias', {
    title: 'A record behind an alias is filtered under its own name',
    clauses,
    dns: zone('example.test', { MX: '10 a', a: { CNAME: 'b' }, b: ['192.0.2.1', '192.0.2.2'] }),
    hosts: { b: mailHost() },
    config: { smtp_dns_reply_filter: 'regexp:{{/^a[.]/ NONSENSE}, {/^b[.].* 192[.]0[.]2[.]2/ IGNORE}}' },
    send: message({ to }),
    expect: [
      delivered(to, { via: 'b', relay: 'a.example.test[192.0.2.1]:25' }),
      ignoring('b.example.test. 300 IN A 192.0.2.2'),
      connections('b', 1),
    ],
  }),
  scenario('filters/dns-unknown-action', {
    title: 'A filter that says anything but IGNORE makes the answer useless for now',
    clauses: [...clauses, 'postfix:delivery-3.3'],
    origins: ['delivery-71'],
    ...twoExchangers,
    config: { smtp_dns_reply_filter: 'regexp:{{/ MX 20 / DROP it}}' },
    send: message({ to }),
    expect: [
      deferred(to, { dsn: '4.4.3', relay: 'none', reason: notUnderstood('example.test', 'MX') }),
      unknownAction('smtp_dns_reply_filter', 'DROP it'),
      connections('a', 0),
      connections('b', 0),
    ],
  }),
  scenario('filters/dns-unknown-action-ignored-error', {
    title: 'That a filter is not understood is a lookup error, which ignore_mx_lookup_error passes over',
    clauses: [...clauses, 'postfix:ignore_mx_lookup_error'],
    dns: zone('example.test', { '@': '192.0.2.3', MX: '10 a', a: '192.0.2.1' }),
    hosts: { 'example.test': mailHost(), a: mailHost() },
    config: { smtp_dns_reply_filter: 'regexp:{{/ MX / IGNORED}}', ignore_mx_lookup_error: 'yes' },
    send: message({ to }),
    expect: [
      delivered(to, { via: 'example.test' }),
      unknownAction('smtp_dns_reply_filter', 'IGNORED'),
      connections('a', 0),
    ],
  }),
  scenario('filters/dns-table-fails', {
    title: 'A filter table that fails makes the answer useless for now',
    clauses,
    ...twoExchangers,
    config: { smtp_dns_reply_filter: 'inline:{no=match}, fail:broken, static:IGNORE' },
    send: message({ to }),
    expect: [
      deferred(to, { dsn: '4.4.3', relay: 'none', reason: notUnderstood('example.test', 'MX') }),
      logged('warning: fail:broken lookup error for "example.test. 300 IN MX 10 a.example.test."'),
      notLogged('ignoring DNS RR'),
      connections('a', 0),
      connections('b', 0),
    ],
  }),
  scenario('filters/dns-first-table-wins', {
    title: 'The first table that has an answer wins, before one that would fail',
    clauses,
    ...twoExchangers,
    config: { smtp_dns_reply_filter: 'regexp:{{/ MX / IGNORE}}, fail:broken' },
    send: message({ to }),
    expect: [
      deferred(to, { dsn: '4.7.0', reason: filteredOut('example.test', 'MX') }),
      logged('ignoring DNS RR'),
      notLogged('broken'),
      connections('a', 0),
      connections('b', 0),
    ],
  }),
  scenario('filters/dns-empty-answer', {
    title: 'An empty answer of a filter table is an error of the table',
    clauses,
    ...twoExchangers,
    config: { smtp_dns_reply_filter: 'static:{ }' },
    send: message({ to }),
    expect: [
      deferred(to, { dsn: '4.4.3', reason: notUnderstood('example.test', 'MX') }),
      logged(/smtp_dns_reply_filter lookup of example\.test\. \d+ IN MX .* returns an empty string result/),
      logged('smtp_dns_reply_filter should return NO RESULT in case of NOT FOUND'),
      connections('a', 0),
      connections('b', 0),
    ],
  }),
  scenario('filters/dns-lmtp', {
    title: 'LMTP has a filter of its own, and leaves that of SMTP alone',
    clauses: ['postfix:lmtp_dns_reply_filter', 'postfix:delivery-3.4'],
    ...oneExchanger,
    config: {
      smtp_dns_reply_filter: 'static:IGNORE',
      lmtp_dns_reply_filter: 'static:DISCARD',
    },
    hosts: { a: mailHost({ protocol: 'lmtp' }) },
    send: message({ to, service: 'lmtp', nexthop: 'a.example.test' }),
    expect: [
      deferred(to, { dsn: '4.4.3', reason: notUnderstood('a.example.test', 'AAAA') }),
      unknownAction('lmtp_dns_reply_filter', 'DISCARD'),
      connections('a', 0),
    ],
  }),
];
