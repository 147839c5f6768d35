/** The stub resolver on the wire: lost, late and foreign datagrams, and how long it waits. */
import {
  check,
  connections,
  deferred,
  delivered,
  type Expectation,
  elapsed,
  logged,
  mailHost,
  message,
  notQueried,
  queried,
  scenario,
  zone,
} from '../../scenario.ts';

const to = 'user@example.test';
const tryAgain = (name: string, type: string): string =>
  `Host or domain name not found. Name service error for name=${name} type=${type}: Host not found, try again`;
/** The address of the virtual world's name server. */
const nameServer = '192.0.2.53';
const virtual = 'shapes the path to the name server';
const good = zone('example.test', { MX: '10 a', a: '192.0.2.1' });

/** When the queries for a name came in, in seconds since the first one. */
function askedAt(name: string, type: string, seconds: readonly number[]): Expectation {
  return check(`${type} ${name} asked after ${seconds.join(', ')} s`, ({ queries }) => {
    const times = queries
      .filter((query) => query.name === name && query.type === type)
      .map(({ atMs }) => atMs);
    const seen = times.map((atMs) => Math.round((atMs - (times[0] ?? 0)) / 1000));
    return seen.join() === seconds.join() ? undefined : `asked after ${seen.join(', ') || 'no'} s`;
  });
}

const ignored = [
  { fault: 'noAnswer', name: 'lost', what: 'When the first answer is lost' },
  { fault: 'wrongId', name: 'wrong-id', what: 'When the first answer has the id of another query' },
  { fault: 'otherQuestion', name: 'other-question', what: 'When the first answer is to another question' },
] as const;

export default [
  ...ignored.map(({ fault, name, what }) =>
    scenario(`resolver/${name}-answer-retried`, {
      title: `${what}, the query is repeated after five seconds`,
      clauses: ['rfc5321-5.1-01', 'postfix:delivery-4.4'],
      dns: zone('example.test', { '@': { MX: '10 a', fault: { MX: fault }, times: 1 }, a: '192.0.2.1' }),
      hosts: { a: mailHost() },
      send: message({ to }),
      expect: [
        delivered(to, { via: 'a' }),
        askedAt('example.test', 'MX', [0, 5]),
        elapsed({ atLeast: '5s', atMost: '6s' }),
      ],
    }),
  ),
  ...ignored.map(({ fault, name, what }) =>
    scenario(`resolver/${name}-answers-only`, {
      title: `${what.replace('the first answer', 'every answer')}, the mail waits after two tries`,
      clauses: ['rfc5321-5.1-06', 'postfix:delivery-3.3'],
      dns: zone('example.test', { '@': { MX: '10 a', fault: { MX: fault } }, a: '192.0.2.1' }),
      hosts: { a: mailHost() },
      send: message({ to }),
      expect: [
        deferred(to, { dsn: '4.4.3', reason: tryAgain('example.test', 'MX') }),
        askedAt('example.test', 'MX', [0, 5]),
        connections('a', 0),
        notQueried('a.example.test'),
        elapsed({ atLeast: '10s', atMost: '11s' }),
      ],
    }),
  ),
  scenario('resolver/wait-is-setup-time', {
    title: 'The wait for a name server that never answers counts as setting up the connection',
    clauses: ['postfix:delivery-9.1', 'postfix:delivery-3.3'],
    dns: zone('example.test', { '@': { fault: { MX: 'noAnswer' } } }),
    send: message({ to }),
    origins: ['delivery-41'],
    expect: [
      deferred(to, { dsn: '4.4.3', reason: tryAgain('example.test', 'MX') }),
      logged(/, delays=[\d.]+\/[\d.]+\/1[01]\/0, dsn=4\.4\.3,/),
      elapsed({ atLeast: '10s', atMost: '11s' }),
    ],
  }),
  scenario('resolver/servfail-once', {
    title: 'A server failure that does not last is got over by asking again at once',
    clauses: ['rfc5321-5.1-06', 'postfix:delivery-3.3'],
    dns: zone('example.test', { '@': { MX: '10 a', fault: 'SERVFAIL', times: 1 }, a: '192.0.2.1' }),
    hosts: { a: mailHost() },
    send: message({ to }),
    expect: [delivered(to, { via: 'a' }), queried('example.test', 'MX', 2), elapsed({ atMost: '1s' })],
  }),
  scenario('resolver/servfail-stays', {
    title: 'A server failure that lasts is asked about twice, without waiting between',
    clauses: ['rfc5321-5.1-06', 'postfix:delivery-3.3'],
    dns: zone('example.test', { '@': { MX: '10 a', fault: 'SERVFAIL' }, a: '192.0.2.1' }),
    hosts: { a: mailHost() },
    send: message({ to }),
    expect: [
      deferred(to, { dsn: '4.4.3', reason: tryAgain('example.test', 'MX') }),
      queried('example.test', 'MX', 2),
      connections('a', 0),
      elapsed({ atMost: '1s' }),
    ],
  }),
  scenario('resolver/slow-answer', {
    title: 'An answer that takes four seconds is waited for, and the query is not repeated',
    clauses: ['rfc5321-5.1-01', 'postfix:delivery-4.4'],
    dns: zone('example.test', { '@': { MX: '10 a', delay: '4s' }, a: '192.0.2.1' }),
    hosts: { a: mailHost() },
    send: message({ to }),
    expect: [
      delivered(to, { via: 'a' }),
      askedAt('example.test', 'MX', [0]),
      elapsed({ atLeast: '4s', atMost: '5s' }),
    ],
  }),
  scenario('resolver/first-answer-too-late', {
    title: 'An answer that comes after the query was repeated does no harm',
    clauses: ['rfc5321-5.1-01', 'postfix:delivery-4.4'],
    dns: zone('example.test', { '@': { MX: '10 a', delay: '8s', times: 1 }, a: '192.0.2.1' }),
    hosts: { a: mailHost() },
    send: message({ to }),
    expect: [
      delivered(to, { via: 'a' }),
      askedAt('example.test', 'MX', [0, 5]),
      elapsed({ atLeast: '5s', atMost: '9s' }),
    ],
  }),
  scenario('resolver/address-queries-unanswered', {
    title: 'When the queries for the addresses of the only exchanger stay without answer, the mail waits',
    clauses: ['rfc5321-5.1-06', 'postfix:delivery-3.5'],
    dns: zone('example.test', { '@': { A: '192.0.2.1', fault: { A: 'noAnswer', AAAA: 'noAnswer' } } }),
    hosts: { 'example.test': mailHost() },
    send: message({ to, nexthop: '[example.test]' }),
    virtualOnly: 'waits twenty seconds',
    expect: [
      deferred(to, { dsn: '4.4.3', reason: tryAgain('example.test', 'AAAA') }),
      connections('example.test', 0),
      elapsed({ atLeast: '20s', atMost: '21s' }),
    ],
  }),
  scenario('resolver/aaaa-unanswered', {
    title: 'When only the AAAA query stays without answer, the mail goes out over IPv4 after the wait',
    clauses: ['rfc5321-5.2-02', 'postfix:delivery-3.4'],
    dns: zone('example.test', { MX: '10 a', a: { A: '192.0.2.1', fault: { AAAA: 'noAnswer' } } }),
    hosts: { a: mailHost() },
    send: message({ to }),
    expect: [
      delivered(to, { via: 'a' }),
      askedAt('a.example.test', 'AAAA', [0, 5]),
      elapsed({ atLeast: '10s', atMost: '11s' }),
    ],
  }),
  scenario('resolver/all-datagrams-lost', {
    title: 'When no datagram arrives at the name server, the mail waits after ten seconds',
    clauses: ['rfc5321-5.1-06', 'postfix:delivery-3.3'],
    dns: good,
    hosts: { a: mailHost() },
    network: { [nameServer]: { datagramLoss: 1 } },
    send: message({ to }),
    expect: [
      deferred(to, { dsn: '4.4.3', reason: tryAgain('example.test', 'MX') }),
      connections('a', 0),
      notQueried('example.test'),
      elapsed({ atLeast: '10s', atMost: '11s' }),
    ],
    virtualOnly: virtual,
  }),
  scenario('resolver/datagrams-doubled', {
    title: 'Datagrams that arrive twice make no difference',
    clauses: ['rfc5321-5.1-01'],
    dns: good,
    hosts: { a: mailHost() },
    network: { [nameServer]: { datagramDuplication: 1 } },
    send: message({ to }),
    expect: [
      delivered(to, { via: 'a' }),
      queried('example.test', 'MX', 2),
      connections('a', 1),
      elapsed({ atMost: '1s' }),
    ],
    virtualOnly: virtual,
  }),
  scenario('resolver/name-server-far-away', {
    title: 'A name server four seconds away is slow, not dead',
    clauses: ['rfc5321-5.1-01', 'postfix:delivery-4.4'],
    dns: good,
    hosts: { a: mailHost() },
    network: { [nameServer]: { latencyMs: 2_000 } },
    send: message({ to }),
    expect: [
      delivered(to, { via: 'a' }),
      queried('example.test', 'MX', 1),
      elapsed({ atLeast: '12s', atMost: '13s' }),
    ],
    virtualOnly: virtual,
  }),
  scenario('resolver/no-name-server', {
    title: 'A machine without a name server says so at once, and the mail waits',
    clauses: ['rfc5321-5.1-06', 'postfix:delivery-3.3'],
    dns: good,
    hosts: { a: mailHost() },
    network: { [nameServer]: 'refused' },
    send: message({ to }),
    expect: [
      deferred(to, { dsn: '4.4.3', reason: tryAgain('example.test', 'MX') }),
      connections('a', 0),
      elapsed({ atMost: '1s' }),
    ],
    virtualOnly: virtual,
  }),
];
