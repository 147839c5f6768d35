/** MX records whose target is no host name. */
import {
  bounced,
  connections,
  delivered,
  listening,
  logged,
  mailHost,
  message,
  scenario,
  zone,
} from '../../scenario.ts';

const to = 'user@example.test';
const complaints = [
  logged('valid_hostname: misplaced hyphen: -bad-.example.test'),
  logged('malformed domain name in resource data of MX record for example.test: -bad-.example.test'),
];
const reason = 'Name service error for name=example.test type=MX: Malformed or unexpected name server reply';

export default [
  scenario('dns/malformed-target', {
    title: 'When the only MX target is no host name, the mail is returned',
    clauses: ['rfc5321-5.1-08', 'rfc5321-5.1-10', 'postfix:delivery-3.3'],
    dns: zone('example.test', { MX: '10 -bad-', '@': { A: '192.0.2.9' } }),
    hosts: { 'example.test': mailHost() },
    send: message({ to }),
    origins: ['delivery-44'],
    expect: [
      bounced(to, { dsn: '5.4.4', reason, relay: 'none' }),
      ...complaints,
      connections('example.test', 0),
    ],
  }),
  scenario('dns/malformed-target-ignored', {
    title: "With ignore_mx_lookup_error, a malformed MX target leads to the domain's own address",
    clauses: ['postfix:ignore_mx_lookup_error'],
    dns: zone('example.test', { MX: '10 -bad-', '@': { A: '192.0.2.9' } }),
    hosts: { 'example.test': mailHost() },
    config: { ignore_mx_lookup_error: 'yes' },
    send: message({ to }),
    expect: [delivered(to, { via: 'example.test' }), ...complaints],
  }),
  scenario('dns/malformed-target-beside-good-one', {
    title: 'A malformed MX target does not spoil the good ones beside it',
    clauses: ['rfc5321-5.1-12', 'postfix:delivery-3.4'],
    dns: zone('example.test', { MX: ['10 -bad-', '20 b'], b: '192.0.2.2' }),
    hosts: { b: mailHost() },
    send: message({ to }),
    origins: ['field-DN25'],
    expect: [delivered(to, { via: 'b' }), ...complaints],
  }),
  scenario('dns/numeric-target', {
    title: 'An MX target that is an address is used as such, with a warning',
    clauses: ['postfix:delivery-3.4'],
    dns: zone('example.test', { MX: '10 192.0.2.7.' }),
    hosts: { seven: listening({ address: '192.0.2.7' }, mailHost()) },
    send: message({ to }),
    origins: ['delivery-45', 'field-DN16'],
    expect: [
      delivered(to, { via: 'seven', relay: '192.0.2.7[192.0.2.7]:25' }),
      logged('numeric domain name in resource data of MX record for example.test: 192.0.2.7'),
    ],
  }),
  scenario('dns/underscore-target', {
    title: 'An underscore in the name of an exchanger does no harm',
    clauses: ['postfix:delivery-3.4'],
    dns: zone('example.test', { MX: '10 mail_host', mail_host: '192.0.2.1' }),
    hosts: { mail_host: mailHost() },
    send: message({ to }),
    expect: [delivered(to, { via: 'mail_host' })],
  }),
];
