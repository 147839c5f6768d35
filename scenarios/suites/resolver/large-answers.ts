/** EDNS, truncation and TCP: how answers that are large, or servers that are old, are dealt with. */
import {
  bounced,
  check,
  connections,
  deferred,
  delivered,
  type Expectation,
  elapsed,
  mailHost,
  message,
  queried,
  scenario,
  zone,
} from '../../scenario.ts';

const to = 'user@example.test';

/** Over which transports a question came in, in order. */
function askedOver(name: string, type: string, transports: readonly string[]): Expectation {
  return check(`${type} ${name} asked over ${transports.join(', ')}`, ({ queries }) => {
    const seen = queries
      .filter((query) => query.name === name && query.type === type)
      .map(({ transport }) => transport);
    return seen.join() === transports.join() ? undefined : `asked over ${seen.join(', ') || 'nothing'}`;
  });
}

/** An MX record with such a name takes about 60 bytes of the answer. */
const exchangers = (count: number) =>
  Array.from(
    { length: count },
    (_, index) => `${index + 1} mail-exchanger-with-a-long-name-number-${index + 1}`,
  );
const lastOf = (count: number) => `mail-exchanger-with-a-long-name-number-${count}`;

export default [
  scenario('resolver/truncated-goes-to-tcp', {
    title: 'A truncated answer is asked for again over TCP, at once',
    clauses: ['rfc5321-5.1-01', 'postfix:delivery-3.4'],
    dns: zone('example.test', { '@': { MX: '10 a', fault: { MX: 'truncated' } }, a: '192.0.2.1' }),
    hosts: { a: mailHost() },
    send: message({ to }),
    expect: [
      delivered(to, { via: 'a' }),
      askedOver('example.test', 'MX', ['udp', 'tcp']),
      askedOver('a.example.test', 'A', ['udp']),
      elapsed({ atMost: '1s' }),
    ],
  }),
  scenario('resolver/truncated-is-not-empty', {
    title: 'The empty answer section of a truncated answer is not taken for a domain without MX records',
    clauses: ['rfc5321-5.1-09', 'rfc974-all-05'],
    dns: zone('example.test', {
      '@': { MX: '10 a', A: '192.0.2.9', fault: { MX: 'truncated' } },
      a: '192.0.2.1',
    }),
    hosts: { a: mailHost(), 'example.test': mailHost() },
    send: message({ to }),
    expect: [delivered(to, { via: 'a' }), connections('example.test', 0)],
  }),
  scenario('resolver/medium-answer-over-udp', {
    title: 'EDNS brings an answer of more than 512 bytes in one datagram',
    clauses: ['rfc5321-5.1-01', 'postfix:delivery-3.4'],
    dns: zone('example.test', { MX: exchangers(14), [lastOf(14)]: '192.0.2.1' }),
    hosts: { [lastOf(14)]: mailHost() },
    send: message({ to }),
    expect: [delivered(to, { via: lastOf(14) }), askedOver('example.test', 'MX', ['udp'])],
  }),
  scenario('resolver/large-answer-over-tcp', {
    title: 'An answer that fits no datagram comes over TCP, with nothing missing',
    clauses: ['rfc5321-5.1-12', 'postfix:delivery-3.4'],
    dns: zone('example.test', { MX: exchangers(90), [lastOf(90)]: '192.0.2.1' }),
    hosts: { [lastOf(90)]: mailHost() },
    send: message({ to }),
    expect: [
      delivered(to, { via: lastOf(90) }),
      askedOver('example.test', 'MX', ['udp', 'tcp']),
      queried(`${lastOf(45)}.example.test`, 'A', 1),
    ],
  }),
  scenario('resolver/large-answer-in-small-segments', {
    title: 'An answer over TCP may arrive byte by byte',
    clauses: ['rfc5321-5.1-12', 'postfix:delivery-3.4'],
    dns: zone('example.test', { MX: exchangers(90), [lastOf(90)]: '192.0.2.1' }),
    hosts: { [lastOf(90)]: mailHost() },
    network: { '192.0.2.53': { segmentBytes: 1 } },
    send: message({ to }),
    expect: [delivered(to, { via: lastOf(90) }), askedOver('example.test', 'MX', ['udp', 'tcp'])],
    virtualOnly: 'shapes the path to the name server',
  }),
  scenario('resolver/server-without-edns', {
    title: 'A name server that does not know EDNS is asked again without it',
    clauses: ['rfc5321-5.1-01', 'postfix:delivery-3.4'],
    dns: zone('example.test', {
      '@': { MX: '10 a', fault: 'noEdns' },
      a: { A: '192.0.2.1', fault: 'noEdns' },
    }),
    hosts: { a: mailHost() },
    send: message({ to }),
    expect: [
      delivered(to, { via: 'a' }),
      askedOver('example.test', 'MX', ['udp', 'udp']),
      elapsed({ atMost: '1s' }),
    ],
  }),
  scenario('resolver/server-without-edns-large-answer', {
    title: 'From a name server that does not know EDNS, an answer of more than 512 bytes comes over TCP',
    clauses: ['rfc5321-5.1-01', 'postfix:delivery-3.4'],
    dns: zone('example.test', {
      '@': { MX: exchangers(14), fault: 'noEdns' },
      [lastOf(14)]: '192.0.2.1',
    }),
    hosts: { [lastOf(14)]: mailHost() },
    send: message({ to }),
    expect: [delivered(to, { via: lastOf(14) }), askedOver('example.test', 'MX', ['udp', 'udp', 'tcp'])],
  }),
  scenario('resolver/server-refuses-both-forms', {
    title: 'A name server that calls the query malformed with EDNS and without is not asked a third time',
    clauses: ['postfix:delivery-3.3'],
    dns: zone('example.test', { '@': { MX: '10 a', fault: 'FORMERR' } }),
    send: message({ to }),
    expect: [bounced(to, { dsn: '5.4.3' }), askedOver('example.test', 'MX', ['udp', 'udp'])],
  }),
  scenario('resolver/tcp-answer-too-slow', {
    title: 'A TCP answer that does not come in time is a temporary failure',
    clauses: ['rfc5321-5.1-06', 'postfix:delivery-3.3'],
    dns: zone('example.test', { '@': { MX: '10 a', fault: { MX: 'truncated' } }, a: '192.0.2.1' }),
    hosts: { a: mailHost() },
    network: { '192.0.2.53': { latencyMs: 1_900 } },
    send: message({ to }),
    expect: [deferred(to, { dsn: '4.4.3' }), connections('a', 0), elapsed({ atMost: '20s' })],
    virtualOnly: 'shapes the path to the name server',
  }),
];
