/** Second attempts and address probes that the tests of other mail systems have. */
import {
  bounced,
  connections,
  deferred,
  delivered,
  logged,
  mailHost,
  message,
  order,
  pipelined,
  postfixOnly,
  received,
  scenario,
  sequence,
  zone,
} from '../../scenario.ts';

const dns = zone('example.test', { MX: '10 mx', mx: '192.0.2.1' });
const to = 'user@example.test';
const said = (reply: string, command: string) =>
  `host mx.example.test[192.0.2.1] said: ${reply} (in reply to ${command} command)`;
const later = { dsn: '4.0.0', reason: said('451 later', 'RCPT TO') };
const probing = ['EHLO *', 'MAIL *', 'RCPT *', 'RSET', 'QUIT'] as const;
const [hello, ...group] = probing;

const attempts = [
  scenario('records/second-attempt', {
    title: 'What was refused for now is delivered at the second attempt',
    clauses: ['postfix:delivery-8.2', 'rfc5321-4.2.1-02'],
    origins: ['field-RT01'],
    dns,
    hosts: { mx: mailHost({ rcpt: sequence(['451 later', '250 2.1.5 Ok']) }) },
    send: [message({ to }), message({ to })],
    expect: [deferred(to, later), delivered(to, { via: 'mx' }), postfixOnly(connections('mx', 2))],
  }),
  scenario('records/third-attempt', {
    title: 'What is refused for now time and again is tried time and again',
    clauses: ['postfix:delivery-8.2'],
    origins: ['field-RT02'],
    dns,
    hosts: { mx: mailHost({ rcpt: '451 later' }) },
    send: [message({ to }), message({ to, age: '1h' }), message({ to, age: '5h' })],
    expect: [
      deferred(to, later),
      deferred(to, later),
      deferred(to, later),
      postfixOnly(connections('mx', 3)),
    ],
  }),
  scenario('records/both-servers-busy', {
    title: 'The reply of the last server is the reason for the delay',
    clauses: ['postfix:delivery-8.2', 'rfc5321-5.1-12'],
    origins: ['field-RT03'],
    dns: zone('example.test', { MX: ['10 a', '20 b'], a: '192.0.2.1', b: '192.0.2.2' }),
    hosts: {
      a: mailHost({ extensions: [], mail: '450 later' }),
      b: mailHost({ extensions: [], mail: '450 later' }),
    },
    send: message({ to }),
    expect: [
      deferred(to, {
        dsn: '4.0.0',
        reason: 'host b.example.test[192.0.2.2] said: 450 later (in reply to MAIL FROM command)',
      }),
      logged('host a.example.test[192.0.2.1] said: 450 later (in reply to MAIL FROM command)'),
      order(['a', 'b']),
      pipelined('a', [['EHLO *'], ['MAIL *'], ['RSET'], ['QUIT']]),
      pipelined('b', [['EHLO *'], ['MAIL *'], ['RSET'], ['QUIT']]),
    ],
  }),
];

const probes = (
  [
    ['refused', 'field-CO02', { rcpt: '550 no such user' }, bounced, '5.0.0', '550 no such user', 'RCPT TO'],
    ['put-off', 'field-CO03', { rcpt: '450 later' }, deferred, '4.0.0', '450 later', 'RCPT TO'],
    [
      'sender-refused',
      'field-CO04',
      { mail: '550 no bounces', rcpt: '503 no' },
      bounced,
      '5.0.0',
      '550 no bounces',
      'MAIL FROM',
    ],
  ] as const
).map(([name, origin, host, outcome, dsn, reply, command]) =>
  scenario(`records/callout-${name}`, {
    title: `A probe that is answered "${reply}" finds the recipient undeliverable`,
    clauses: ['postfix:delivery-6.6', 'postfix:delivery-1.10'],
    origins: [origin],
    dns,
    hosts: { mx: mailHost(host) },
    send: message({ from: '', to, probe: true }),
    expect: [
      outcome(to, { dsn, reason: said(reply, command) }),
      logged(`dsn=${dsn}, status=undeliverable (`),
      pipelined('mx', [[hello], group]),
      received('mx', { count: 0 }),
    ],
  }),
);

export default [...attempts, ...probes];
