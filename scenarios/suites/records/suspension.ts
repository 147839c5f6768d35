/** What the queue manager is told of a destination: whether to leave it alone for a while. */
import {
  bounced,
  connections,
  deferred,
  delivered,
  logged,
  mailHost,
  message,
  notSuspended,
  scenario,
  suspended,
  zone,
} from '../../scenario.ts';

const one = zone('example.test', { MX: '10 a', a: '192.0.2.1' });
const two = zone('example.test', { MX: ['10 a', '20 b'], a: '192.0.2.1', b: '192.0.2.2' });
const to = 'user@example.test';
const other = 'other@example.test';
const clauses = ['postfix:delivery-1.9', 'postfix:delivery-8.1'];
const refused = 'connect to a.example.test[192.0.2.1]:25: Connection refused';

export default [
  scenario('records/suspended-no-connection', {
    title:
      'A destination whose server cannot be reached is suspended, for the reason that the recipient gets',
    clauses,
    dns: one,
    send: message({ to }),
    expect: [deferred(to, { dsn: '4.4.1', reason: refused }), logged(refused), suspended(refused)],
  }),
  scenario('records/suspended-refused-to-talk', {
    title: 'A destination whose server refuses to talk for now is suspended',
    clauses,
    dns: one,
    hosts: { a: mailHost({ greeting: '421 4.3.2 busy' }) },
    send: message({ to }),
    expect: [
      deferred(to, { dsn: '4.3.2' }),
      connections('a', 1),
      suspended('host a.example.test[192.0.2.1] refused to talk to me: 421 4.3.2 busy'),
    ],
  }),
  scenario('records/suspended-lost', {
    title: 'A destination whose server hangs up is suspended',
    clauses,
    dns: one,
    hosts: { a: mailHost({ mail: { then: 'close' } }) },
    send: message({ to }),
    expect: [
      deferred(to, { dsn: '4.4.2' }),
      connections('a', 1),
      suspended('lost connection with a.example.test[192.0.2.1] while sending MAIL FROM'),
    ],
  }),
  ...(
    [
      ['sender', { mail: '450 4.7.1 no' }],
      ['recipient', { rcpt: '450 4.2.0 no' }],
      ['message', { endOfData: '450 4.3.0 no' }],
    ] as const
  ).map(([name, switches]) =>
    scenario(`records/not-suspended-${name}`, {
      title: `That a ${name} is refused for now says nothing about others`,
      clauses,
      dns: one,
      hosts: { a: mailHost(switches) },
      send: message({ to }),
      expect: [deferred(to), connections('a', 1), notSuspended()],
    }),
  ),
  scenario('records/not-suspended-bounced', {
    title: 'A failure that is final suspends nothing',
    clauses,
    dns: one,
    hosts: { a: mailHost({ greeting: '554 5.3.2 never' }) },
    config: { smtp_skip_5xx_greeting: 'no' },
    send: message({ to }),
    expect: [bounced(to, { dsn: '5.3.2' }), connections('a', 1), notSuspended()],
  }),
  scenario('records/suspended-soft-bounce', {
    title: 'With soft_bounce a final failure of the server suspends the destination',
    clauses: [...clauses, 'postfix:soft_bounce'],
    dns: one,
    hosts: { a: mailHost({ greeting: '554 5.3.2 never' }) },
    config: { smtp_skip_5xx_greeting: 'no', soft_bounce: 'yes' },
    send: message({ to }),
    expect: [deferred(to, { dsn: '4.3.2' }), connections('a', 1), suspended('*refused to talk to me: 554*')],
  }),
  scenario('records/suspended-bounce-service-down', {
    title: 'A final failure of the server that cannot be recorded suspends the destination',
    clauses: [...clauses, 'postfix:delivery-1.7'],
    dns: one,
    hosts: { a: mailHost({ greeting: '554 5.3.2 never' }) },
    config: { smtp_skip_5xx_greeting: 'no' },
    services: { bounce: 'down' },
    send: message({ to }),
    expect: [deferred(to, { dsn: '4.3.0' }), connections('a', 1), suspended('*refused to talk to me: 554*')],
  }),
  scenario('records/not-suspended-after-a-good-session', {
    title: 'A server that could be talked to speaks for its destination, although the next cannot be reached',
    clauses,
    dns: two,
    hosts: { a: mailHost({ rcpt: { [other]: '450 4.2.0 busy' } }) },
    send: message({ to: [to, other] }),
    expect: [
      delivered(to, { via: 'a' }),
      deferred(other, { dsn: '4.4.1' }),
      logged('said: 450 4.2.0 busy'),
      logged('connect to b.example.test[192.0.2.2]:25: Connection refused'),
      connections('a', 1),
      notSuspended(),
    ],
  }),
];
