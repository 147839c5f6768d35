/** CNAME records: on the domain, on its exchangers, in chains and in circles. */
import {
  bounced,
  delivered,
  dialogue,
  logged,
  mailHost,
  message,
  queried,
  scenario,
  zone,
} from '../../scenario.ts';

const to = 'user@example.test';
const mailTest = zone('mail.test', { MX: '10 a', a: '192.0.2.1' });

/** `first` leads over `length` aliases to `mail.test`. */
function chain(length: number) {
  const entries = Array.from({ length }, (_, index) => [
    index === 0 ? '@' : `alias${index}`,
    { CNAME: index === length - 1 ? 'mail.test.' : `alias${index + 1}`, chase: false },
  ]);
  return zone('example.test', Object.fromEntries(entries));
}

export default [
  scenario('dns/domain-is-alias', {
    title: 'The exchangers of an alias are those of the domain it stands for; the envelope keeps the alias',
    clauses: ['rfc5321-5.1-04', 'rfc974-all-01'],
    dns: [zone('example.test', { '@': { CNAME: 'mail.test.' } }), mailTest],
    hosts: { a: mailHost() },
    send: message({ to }),
    origins: ['delivery-48', 'field-DN13'],
    expect: [
      delivered(to, { via: 'a', relay: 'a.mail.test[192.0.2.1]:25' }),
      dialogue('a', ['...', 'C: RCPT TO:<user@example.test>*', '...']),
    ],
  }),
  scenario('dns/domain-is-alias-answered-alone', {
    title: 'An alias that comes without the records of its target is followed with another query',
    clauses: ['rfc5321-5.1-04', 'rfc974-all-01', 'postfix:delivery-3.4'],
    dns: [zone('example.test', { '@': { CNAME: 'mail.test.', chase: false } }), mailTest],
    hosts: { a: mailHost() },
    send: message({ to }),
    expect: [delivered(to, { via: 'a' }), queried('example.test', 'MX', 1), queried('mail.test', 'MX', 1)],
  }),
  scenario('dns/alias-without-mx', {
    title: 'An alias for a host without MX records leads to the address of that host',
    clauses: ['rfc5321-5.1-04', 'rfc5321-5.1-07'],
    dns: zone('example.test', { '@': { CNAME: 'a' }, a: '192.0.2.1' }),
    hosts: { a: mailHost() },
    send: message({ to }),
    expect: [delivered(to, { via: 'a', relay: 'example.test[192.0.2.1]:25' })],
  }),
  scenario('dns/alias-to-nowhere', {
    title: 'An alias for a name that does not exist is an error',
    clauses: ['rfc5321-5.1-04', 'rfc5321-5.1-05'],
    dns: zone('example.test', { '@': { CNAME: 'gone' } }),
    send: message({ to }),
    expect: [bounced(to, { dsn: '5.4.4', reason: '*type=AAAA: Host not found' })],
  }),
  scenario('dns/alias-chain', {
    title: 'A chain of nine aliases, one query each, is followed to its end',
    clauses: ['rfc5321-5.1-04', 'postfix:delivery-3.4'],
    dns: [chain(9), mailTest],
    hosts: { a: mailHost() },
    send: message({ to }),
    expect: [delivered(to, { via: 'a' }), queried('alias8.example.test', 'MX', 1)],
  }),
  scenario('dns/alias-chain-too-long', {
    title: 'A chain of ten aliases is taken for a loop',
    clauses: ['postfix:delivery-3.4'],
    dns: [chain(10), mailTest],
    hosts: { a: mailHost() },
    send: message({ to }),
    expect: [
      bounced(to, { dsn: '5.4.4', reason: 'Name server loop for *' }),
      logged('dns_lookup: Name server loop for'),
    ],
  }),
  scenario('dns/alias-loop', {
    title: 'Two aliases that stand for each other come to an end',
    clauses: ['rfc5321-5.1-08', 'postfix:delivery-3.4'],
    dns: zone('example.test', { '@': { CNAME: 'other' }, other: { CNAME: '@' } }),
    send: message({ to }),
    origins: ['delivery-49', 'field-DN14'],
    expect: [
      bounced(to, { dsn: '5.4.4', reason: 'Name server loop for *' }),
      logged('dns_lookup: Name server loop for'),
    ],
  }),
  scenario('dns/mx-target-is-alias', {
    title: 'An exchanger that is an alias works, and the log shows the alias',
    clauses: ['postfix:delivery-3.6', 'rfc2181-10.3-01', 'rfc5321-5.1-11'],
    dns: zone('example.test', { MX: '10 mx', mx: { CNAME: 'a' }, a: '192.0.2.1' }),
    hosts: { a: mailHost() },
    send: message({ to }),
    origins: ['delivery-46', 'field-DN15'],
    expect: [delivered(to, { via: 'a', relay: 'mx.example.test[192.0.2.1]:25' })],
  }),
  scenario('dns/mx-target-is-alias-shown-by-its-own-name', {
    title: 'With smtp_cname_overrides_servername the log shows the name behind the alias',
    clauses: ['postfix:smtp_cname_overrides_servername'],
    dns: zone('example.test', { MX: '10 mx', mx: { CNAME: 'a' }, a: '192.0.2.1' }),
    hosts: { a: mailHost() },
    config: { smtp_cname_overrides_servername: 'yes' },
    send: message({ to }),
    origins: ['delivery-47'],
    expect: [delivered(to, { via: 'a', relay: 'a.example.test[192.0.2.1]:25' })],
  }),
];
