/** RFC 7505: domains that declare that they take no mail. */
import {
  bounced,
  connections,
  delivered,
  elapsed,
  mailHost,
  message,
  notQueried,
  postfixOnly,
  queried,
  scenario,
  zone,
} from '../../scenario.ts';

const to = 'user@example.test';
const refused = { dsn: '5.1.0', reason: 'Domain example.test does not accept mail (nullMX)', relay: 'none' };

export default [
  scenario('dns/null-mx', {
    title: 'Mail for a domain with a null MX is returned at once, and its address is left alone',
    clauses: ['rfc7505-3-01', 'rfc7505-3-02', 'rfc7505-4.1-01'],
    dns: zone('example.test', { MX: '0 .', '@': { A: '192.0.2.9' } }),
    hosts: { 'example.test': mailHost() },
    send: message({ to }),
    origins: ['delivery-42', 'field-DN03'],
    expect: [
      bounced(to, refused),
      connections('example.test', 0),
      queried('example.test', 'MX', 1),
      notQueried('example.test', 'A'),
      notQueried('example.test', 'AAAA'),
      elapsed({ atMost: '1s' }),
    ],
  }),
  scenario('dns/null-mx-is-no-lookup-error', {
    title: 'ignore_mx_lookup_error does not get round a null MX',
    clauses: ['rfc7505-3-02', 'postfix:delivery-3.3'],
    dns: zone('example.test', { MX: '0 .', '@': { A: '192.0.2.9' } }),
    hosts: { 'example.test': mailHost() },
    config: { ignore_mx_lookup_error: 'yes', smtp_defer_if_no_mx_address_found: 'yes' },
    send: message({ to }),
    expect: [bounced(to, refused), connections('example.test', 0)],
  }),
  scenario('dns/null-mx-other-preference', {
    title: 'A null MX of another preference than 0 says the same',
    clauses: ['postfix:delivery-3.4'],
    dns: zone('example.test', { MX: '10 .', '@': { A: '192.0.2.9' } }),
    hosts: { 'example.test': mailHost() },
    send: message({ to }),
    expect: [bounced(to, refused), connections('example.test', 0)],
  }),
  scenario('dns/null-mx-beside-normal-mx', {
    title: 'A null MX beside other exchangers decides for the whole domain',
    clauses: ['rfc7505-3-03', 'postfix:delivery-3.4'],
    dns: zone('example.test', { MX: ['10 a', '0 .'], a: '192.0.2.1' }),
    hosts: { a: mailHost() },
    send: message({ to }),
    origins: ['delivery-43', 'field-DN04'],
    expect: [postfixOnly(bounced(to, refused)), connections('a', 0), notQueried('a.example.test')],
  }),
  scenario('dns/null-mx-behind-alias', {
    title: 'An alias for a domain with a null MX takes no mail either',
    clauses: ['rfc7505-3-01', 'rfc5321-5.1-04'],
    dns: [zone('example.test', { '@': { CNAME: 'none.test.' } }), zone('none.test', { MX: '0 .' })],
    send: message({ to }),
    expect: [bounced(to, refused)],
  }),
  scenario('dns/null-mx-fallback-relay', {
    title: 'A fallback relay is tried even for a domain with a null MX',
    clauses: ['postfix:smtp_fallback_relay', 'postfix:delivery-3.3'],
    dns: zone('example.test', { MX: '0 .', relay: '192.0.2.5' }),
    hosts: { relay: mailHost() },
    config: { smtp_fallback_relay: '[relay.example.test]' },
    send: message({ to }),
    origins: ['delivery-42'],
    expect: [delivered(to, { via: 'relay' })],
  }),
];
