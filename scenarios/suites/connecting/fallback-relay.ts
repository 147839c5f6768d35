/** When smtp_fallback_relay is used, and when not. */
import {
  bounced,
  connections,
  deferred,
  delivered,
  logged,
  mailHost,
  message,
  notQueried,
  order,
  scenario,
  zone,
} from '../../scenario.ts';

const to = 'user@example.test';
const dns = [
  zone('example.test', { MX: '10 a', a: '192.0.2.1' }),
  zone('relay.test', { MX: ['10 r', '20 s'], r: '192.0.2.11', s: '192.0.2.12', t: '192.0.2.13' }),
];
const config = { smtp_fallback_relay: '[r.relay.test]' };
const later = mailHost({ rcpt: '450 4.2.1 later' });
const clauses = ['postfix:smtp_fallback_relay'];

const temporary = [
  { name: 'greylisting', what: 'defers the recipient', a: later, origins: ['delivery-97'] },
  {
    name: 'busy-greeting',
    what: 'is busy',
    a: mailHost({ greeting: '421 4.3.2 busy' }),
    origins: ['delivery-99'],
  },
  { name: '5xx-greeting', what: 'refuses in its greeting', a: mailHost({ greeting: '554 5.7.1 no' }) },
  {
    name: 'lost-connection',
    what: 'ends the connection at MAIL',
    a: mailHost({ faults: [{ at: 'mail', when: 'beforeReply', then: 'close' }] }),
  },
  { name: 'deferred-content', what: 'defers the content', a: mailHost({ endOfData: '451 4.3.0 later' }) },
] as const;

export default [
  ...temporary.map(({ name, what, a, ...rest }) =>
    scenario(`connecting/fallback-after-${name}`, {
      title: `When the only exchanger ${what}, the fallback relay gets the mail`,
      clauses,
      dns,
      hosts: { a, r: mailHost() },
      config,
      send: message({ to }),
      origins: 'origins' in rest ? rest.origins : [],
      expect: [delivered(to, { via: 'r' }), order(['a', 'r'])],
    }),
  ),
  scenario('connecting/fallback-after-refusal', {
    title: 'When no exchanger can be connected to, the fallback relay gets the mail',
    clauses,
    dns,
    hosts: { r: mailHost() },
    config,
    send: message({ to }),
    origins: ['field-DN21'],
    expect: [delivered(to, { via: 'r' }), order(['a', 'r'])],
  }),
  scenario('connecting/no-fallback-after-550', {
    title: 'Mail that is refused for good does not go to the fallback relay',
    clauses,
    dns,
    hosts: { a: mailHost({ rcpt: '550 5.1.1 unknown' }), r: mailHost() },
    config,
    send: message({ to }),
    origins: ['delivery-98'],
    expect: [bounced(to, { dsn: '5.1.1' }), connections('a', 1), connections('r', 0)],
  }),
  scenario('connecting/fallback-for-what-is-left', {
    title: 'The fallback relay gets the recipients that are left, no others',
    clauses,
    dns,
    hosts: {
      a: mailHost({
        rcpt: { 'later@example.test': '450 4.2.1 later', 'never@example.test': '550 5.1.1 unknown' },
      }),
      r: mailHost(),
    },
    config,
    send: message({ to: ['now@example.test', 'later@example.test', 'never@example.test'] }),
    expect: [
      delivered('now@example.test', { via: 'a' }),
      delivered('later@example.test', { via: 'r' }),
      bounced('never@example.test', { dsn: '5.1.1' }),
      connections('r', 1),
    ],
  }),
  scenario('connecting/fallback-has-its-own-limits', {
    title: 'The limit on sessions starts afresh for a fallback relay',
    clauses: [...clauses, 'postfix:delivery-4.2'],
    dns: [
      zone('example.test', { MX: ['10 a', '20 b'], a: '192.0.2.1', b: '192.0.2.2' }),
      zone('relay.test', { MX: ['10 r', '20 s'], r: '192.0.2.11', s: '192.0.2.12' }),
    ],
    hosts: { a: later, b: later, r: later, s: mailHost() },
    config: { smtp_fallback_relay: 'relay.test' },
    send: message({ to }),
    origins: ['delivery-100'],
    expect: [delivered(to, { via: 's' }), order(['a', 'b', 'r', 's'])],
  }),
  scenario('connecting/fallback-relays-in-order', {
    title: 'Several fallback relays are tried in the order in which they are given',
    clauses,
    dns,
    hosts: { s: later, t: mailHost() },
    config: { smtp_fallback_relay: '[r.relay.test] [s.relay.test], [t.relay.test]' },
    send: message({ to }),
    expect: [delivered(to, { via: 't' }), order(['a', 'r', 's', 't'])],
  }),
  scenario('connecting/fallback-fails-too', {
    title: 'When the fallback relay cannot be reached either, its failure is the reason',
    clauses: [...clauses, 'postfix:delivery-4.2'],
    dns,
    hosts: { a: later },
    config,
    send: message({ to }),
    expect: [
      deferred(to, {
        dsn: '4.4.1',
        relay: 'none',
        reason: 'connect to r.relay.test[192.0.2.11]:25: Connection refused',
      }),
      order(['a', 'r']),
      logged('450 4.2.1 later'),
    ],
  }),
  scenario('connecting/fallback-refuses-for-good', {
    title: 'A fallback relay that refuses the recipient for good decides',
    clauses,
    dns,
    hosts: { a: later, r: mailHost({ rcpt: '550 5.7.1 not here' }) },
    config,
    send: message({ to }),
    expect: [bounced(to, { dsn: '5.7.1', relay: 'r.relay.test[192.0.2.11]:25' }), order(['a', 'r'])],
  }),
  scenario('connecting/fallback-relay-by-its-old-name', {
    title: 'fallback_relay is the older name of smtp_fallback_relay',
    clauses: ['postfix:fallback_relay'],
    dns,
    hosts: { r: mailHost() },
    config: { fallback_relay: '[r.relay.test]' },
    send: message({ to }),
    expect: [delivered(to, { via: 'r' }), order(['a', 'r'])],
  }),
  scenario('connecting/fallback-relay-has-two-names', {
    title: 'smtp_fallback_relay counts when both names are used',
    clauses: ['postfix:fallback_relay', 'postfix:smtp_fallback_relay'],
    dns,
    hosts: { r: mailHost(), s: mailHost() },
    config: { fallback_relay: '[r.relay.test]', smtp_fallback_relay: '[s.relay.test]' },
    send: message({ to }),
    expect: [delivered(to, { via: 's' }), connections('r', 0)],
  }),
  scenario('connecting/fallback-relay-on-another-port', {
    title: 'A fallback relay may have a port of its own, and its exchangers are looked up',
    clauses,
    dns,
    hosts: { s: mailHost({ port: 2525 }) },
    config: { smtp_fallback_relay: 'relay.test:2525' },
    send: message({ to }),
    expect: [delivered(to, { via: 's', relay: 's.relay.test[192.0.2.12]:2525' }), order(['a', 'r', 's'])],
  }),
  scenario('connecting/nexthop-list', {
    title: 'Of several destinations in one nexthop, the second is tried when the first cannot be reached',
    clauses: ['postfix:delivery-2.2'],
    dns,
    hosts: { s: mailHost() },
    send: message({ to, nexthop: '[r.relay.test], [s.relay.test]' }),
    expect: [delivered(to, { via: 's' }), order(['r', 's'])],
  }),
  scenario('connecting/fallback-not-looked-up', {
    title: 'Once every recipient has an outcome nobody asks where the fallback relay is',
    clauses,
    dns,
    hosts: { a: mailHost({ rcpt: { [to]: 'default', 'nobody@example.test': '550 5.1.1 unknown' } }) },
    config,
    send: message({ to: [to, 'nobody@example.test'] }),
    expect: [
      delivered(to, { via: 'a' }),
      bounced('nobody@example.test', { dsn: '5.1.1' }),
      notQueried('r.relay.test'),
    ],
  }),
];
