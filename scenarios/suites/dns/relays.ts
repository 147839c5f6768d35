/** relayhost and smtp_fallback_relay that cannot be found: our mistake, not that of who sent the mail. */
import {
  bounced,
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

export default [
  scenario('dns/relayhost-unresolvable', {
    title: 'A relayhost that does not exist makes the mail wait, with a warning',
    clauses: ['postfix:relayhost', 'postfix:delivery-3.9'],
    dns: zone('example.test', { '@': { A: '192.0.2.9' } }),
    hosts: { 'example.test': mailHost() },
    config: { relayhost: '[relay.test]' },
    send: message({ to }),
    origins: ['delivery-84'],
    expect: [
      deferred(to, { dsn: '4.3.5', relay: 'none', reason: '*name=relay.test type=AAAA: Host not found' }),
      logged('relayhost configuration problem'),
      connections('example.test', 0),
    ],
  }),
  scenario('dns/relayhost-with-null-mx', {
    title: 'A relayhost that takes no mail makes it wait, with a warning',
    clauses: ['postfix:delivery-3.9'],
    dns: zone('relay.test', { MX: '0 .' }),
    config: { relayhost: 'relay.test' },
    send: message({ to }),
    expect: [
      deferred(to, { dsn: '4.3.5', reason: 'Domain relay.test does not accept mail (nullMX)' }),
      logged('relayhost configuration problem'),
    ],
  }),
  scenario('dns/relayhost-temporary-failure', {
    title: 'A relayhost that cannot be looked up now makes the mail wait without a warning',
    clauses: ['postfix:delivery-3.9'],
    dns: zone('relay.test', { '@': { fault: 'SERVFAIL' } }),
    config: { relayhost: 'relay.test' },
    send: message({ to }),
    expect: [deferred(to, { dsn: '4.4.3' })],
  }),
  scenario('dns/relayhost-refuses-recipient', {
    title: 'A relayhost that refuses the recipient for good is believed',
    clauses: ['postfix:delivery-3.9'],
    dns: zone('relay.test', { '@': { A: '192.0.2.1' } }),
    hosts: { 'relay.test': mailHost({ rcpt: '550 5.1.1 unknown' }) },
    config: { relayhost: '[relay.test]' },
    send: message({ to }),
    expect: [bounced(to, { dsn: '5.1.1' }), connections('relay.test', 1)],
  }),
  scenario('dns/fallback-relay-unresolvable', {
    title: 'A fallback relay that does not exist makes the mail wait, with a warning',
    clauses: ['postfix:smtp_fallback_relay', 'postfix:delivery-3.9'],
    dns: zone('example.test', { MX: '10 a', a: '192.0.2.1' }),
    config: { smtp_fallback_relay: '[relay.test]' },
    send: message({ to }),
    origins: ['delivery-85'],
    expect: [
      deferred(to, { dsn: '4.3.5', reason: '*name=relay.test type=AAAA: Host not found' }),
      logged('smtp_fallback_relay configuration problem'),
      order(['a']),
    ],
  }),
  scenario('dns/fallback-relay-hides-nxdomain', {
    title: 'A domain that does not exist is still offered to the fallback relay, which may know better',
    clauses: ['postfix:smtp_fallback_relay', 'postfix:delivery-2.2'],
    dns: zone('relay.test', { MX: '10 a', a: '192.0.2.1' }),
    hosts: { a: mailHost() },
    config: { smtp_fallback_relay: 'relay.test' },
    send: message({ to: 'user@gone.test' }),
    origins: ['delivery-86'],
    expect: [delivered('user@gone.test', { via: 'a' })],
  }),
  scenario('dns/fallback-relay-after-servfail', {
    title: 'A domain that cannot be looked up now goes to the fallback relay',
    clauses: ['postfix:smtp_fallback_relay', 'postfix:delivery-2.2'],
    dns: [
      zone('example.test', { '@': { fault: 'SERVFAIL' } }),
      zone('relay.test', { '@': { A: '192.0.2.1' } }),
    ],
    hosts: { 'relay.test': mailHost() },
    config: { smtp_fallback_relay: '[relay.test]' },
    send: message({ to }),
    expect: [delivered(to, { via: 'relay.test' })],
  }),
  scenario('dns/second-fallback-relay', {
    title: 'A fallback relay that does not exist is passed over for the next one',
    clauses: ['postfix:smtp_fallback_relay'],
    dns: [zone('example.test', { MX: '10 a', a: '192.0.2.1' }), zone('relay.test', { b: '192.0.2.2' })],
    hosts: { b: mailHost() },
    config: { smtp_fallback_relay: '[gone.relay.test], [b.relay.test]' },
    send: message({ to }),
    expect: [delivered(to, { via: 'b' }), order(['a', 'b'])],
  }),
];
