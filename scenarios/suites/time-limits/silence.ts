/** Servers that fall silent: how long the client waits at each stage, and what it says when it has waited enough. */
import {
  connections,
  deferred,
  delivered,
  type Expectation,
  elapsed,
  listening,
  logged,
  mailHost,
  message,
  order,
  postfixOnly,
  queried,
  scenario,
  zone,
} from '../../scenario.ts';

const dns = zone('example.test', { MX: '10 a', a: '192.0.2.1' });
const two = zone('example.test', { MX: ['10 a', '20 b'], a: '192.0.2.1', b: '192.0.2.2' });
const to = 'user@example.test';
const timedOut = (doing: string, server = 'a.example.test[192.0.2.1]') =>
  `conversation with ${server} timed out while ${doing}`;

/** Stages where the server owes a reply; the limit is the default of the parameter, in seconds. */
const stages = [
  {
    stage: 'greeting',
    parameter: 'helo',
    limit: 300,
    clauses: ['rfc5321-4.5.3.2.1-01', 'rfc5321-4.3.1-02'],
    doing: 'receiving the initial server greeting',
  },
  { stage: 'ehlo', parameter: 'helo', limit: 300, clauses: [], doing: 'performing the EHLO handshake' },
  { stage: 'helo', parameter: 'helo', limit: 300, clauses: [], doing: 'performing the HELO handshake' },
  {
    stage: 'mail',
    parameter: 'mail',
    limit: 300,
    clauses: ['rfc5321-4.5.3.2.2-01'],
    doing: 'sending MAIL FROM',
  },
  {
    stage: 'rcpt',
    parameter: 'rcpt',
    limit: 300,
    clauses: ['rfc5321-4.5.3.2.3-01'],
    doing: 'sending RCPT TO',
  },
  {
    stage: 'data',
    parameter: 'data_init',
    limit: 120,
    clauses: ['rfc5321-4.5.3.2.4-01'],
    doing: 'sending DATA command',
  },
  {
    stage: 'endOfData',
    parameter: 'data_done',
    limit: 600,
    clauses: ['rfc5321-4.5.3.2.6-01'],
    doing: 'sending end of data -- message may be sent more than once',
  },
] as const;

/** EHLO has to fail before HELO is said. */
const before = (stage: string) => (stage === 'helo' ? { ehlo: '502 no' } : {});
const id = (stage: string) => stage.toLowerCase();

/** LMTP's names of the same stages; limits of a few seconds, each another one. */
const lmtpStages = [
  {
    stage: 'greeting',
    parameter: 'lmtp_lhlo_timeout',
    limit: 2,
    doing: 'receiving the initial server greeting',
  },
  { stage: 'lhlo', parameter: 'lmtp_lhlo_timeout', limit: 3, doing: 'performing the LHLO handshake' },
  { stage: 'mail', parameter: 'lmtp_mail_timeout', limit: 4, doing: 'sending MAIL FROM' },
  { stage: 'rcpt', parameter: 'lmtp_rcpt_timeout', limit: 5, doing: 'sending RCPT TO' },
  { stage: 'data', parameter: 'lmtp_data_init_timeout', limit: 6, doing: 'sending DATA command' },
  {
    stage: 'endOfData',
    parameter: 'lmtp_data_done_timeout',
    limit: 7,
    doing: 'sending end of data -- message may be sent more than once',
  },
] as const;

/** A limit of the SMTP service in a scenario of LMTP: it must be without effect. */
const smtpLimits = {
  smtp_helo_timeout: '1s',
  smtp_mail_timeout: '1s',
  smtp_rcpt_timeout: '1s',
  smtp_data_init_timeout: '1s',
  smtp_data_done_timeout: '1s',
};

/** Fires once the limit is over, within a second. */
const after = (seconds: number): Expectation =>
  postfixOnly(elapsed({ atLeast: `${seconds}s`, atMost: `${seconds + 1}s` }));

export default [
  ...stages.map(({ stage, parameter, limit, clauses, doing }) =>
    scenario(`time-limits/silent-${id(stage)}`, {
      title: `A server that is silent is given up after ${limit} seconds while ${doing}`,
      clauses: [...clauses, 'rfc5321-4.5.3.2-01', `postfix:smtp_${parameter}_timeout`],
      dns,
      hosts: { a: mailHost({ ...before(stage), [stage]: { then: 'silent' } }) },
      send: message({ to }),
      expect: [
        deferred(to, { dsn: '4.4.2', relay: 'a.example.test[192.0.2.1]:25', reason: timedOut(doing) }),
        after(limit),
        connections('a', 1),
      ],
      virtualOnly: `waits ${limit} seconds`,
    }),
  ),
  ...stages.map(({ stage, parameter, limit, clauses }) =>
    scenario(`time-limits/slow-${id(stage)}`, {
      title: `A server that replies to ${stageName(stage)} one second before the limit of ${limit} seconds gets the message`,
      clauses: [...clauses, `postfix:smtp_${parameter}_timeout`],
      dns,
      hosts: { a: mailHost({ ...before(stage), [stage]: { delay: `${limit - 1}s` } }) },
      send: message({ to }),
      expect: [delivered(to, { via: 'a' }), connections('a', 1)],
      virtualOnly: `waits ${limit - 1} seconds`,
    }),
  ),
  ...stages.map(({ stage, parameter, doing }, index) =>
    scenario(`time-limits/set-${id(stage)}`, {
      title: `smtp_${parameter}_timeout sets the limit of ${stageName(stage)}`,
      clauses: ['rfc5321-4.5.3.2-03', `postfix:smtp_${parameter}_timeout`],
      dns,
      hosts: { a: mailHost({ ...before(stage), [stage]: { then: 'silent' } }) },
      config: {
        [`smtp_${parameter}_timeout`]: `${index + 2}s`,
        [`lmtp_${parameter === 'helo' ? 'lhlo' : parameter}_timeout`]: '1s',
      },
      send: message({ to }),
      expect: [
        deferred(to, { dsn: '4.4.2', reason: timedOut(doing) }),
        after(index + 2),
        connections('a', 1),
      ],
    }),
  ),
  ...lmtpStages.map(({ stage, parameter, limit, doing }) =>
    scenario(`time-limits/lmtp-set-${id(stage)}`, {
      title: `${parameter} sets the limit of ${stageName(stage)} with LMTP`,
      clauses: ['rfc2033-4-01', 'rfc5321-4.5.3.2-01', `postfix:${parameter}`],
      dns,
      hosts: { a: mailHost({ protocol: 'lmtp', [stage]: { then: 'silent' } }) },
      config: { ...smtpLimits, [parameter]: `${limit}s` },
      send: message({ to, service: 'lmtp', nexthop: 'a.example.test' }),
      expect: [
        deferred(to, { dsn: '4.4.2', relay: 'a.example.test[192.0.2.1]:24', reason: timedOut(doing) }),
        after(limit),
        connections('a', 1),
      ],
    }),
  ),
  scenario('time-limits/silent-server-is-passed-over', {
    title: 'After a server that never greets comes the next mail exchanger, and the limit starts anew',
    clauses: ['rfc5321-5.1-12', 'postfix:smtp_helo_timeout', 'postfix:delivery-8.5'],
    origins: ['delivery-109'],
    dns: two,
    hosts: { a: mailHost({ greeting: { then: 'silent' } }), b: mailHost({ greeting: { delay: '299s' } }) },
    send: message({ to }),
    expect: [
      delivered(to, { via: 'b' }),
      order(['a', 'b']),
      logged(timedOut('receiving the initial server greeting')),
      elapsed({ atLeast: '599s', atMost: '601s' }),
    ],
    virtualOnly: 'waits ten minutes',
  }),
  scenario('time-limits/late-greeting-is-no-refusal', {
    title: 'A connection that is not made is told apart from a greeting that does not come',
    clauses: ['rfc5321-4.5.3.2.1-02', 'postfix:smtp_connect_timeout'],
    dns: two,
    hosts: { b: mailHost({ greeting: { then: 'silent' } }) },
    send: message({ to }),
    expect: [
      logged(/^connect to a\.example\.test\[192\.0\.2\.1\]:25: Connection refused$/),
      deferred(to, {
        dsn: '4.4.2',
        relay: 'b.example.test[192.0.2.2]:25',
        reason: timedOut('receiving the initial server greeting', 'b.example.test[192.0.2.2]'),
      }),
      order(['a', 'b']),
    ],
    virtualOnly: 'waits five minutes',
  }),
  scenario('time-limits/each-command-has-its-own', {
    title: 'Every reply may take its time: the limits of a session do not add up to one',
    clauses: ['rfc5321-4.5.3.2-02', 'rfc1123-5.3.2-01', 'postfix:delivery-4.4'],
    dns,
    hosts: {
      a: mailHost({
        greeting: { delay: '290s' },
        ehlo: { reply: '502 no', delay: '290s' },
        helo: { delay: '290s' },
        mail: { delay: '290s' },
        rcpt: { delay: '290s' },
        data: { delay: '110s' },
        endOfData: { delay: '590s' },
      }),
    },
    send: message({ to: [to, 'other@example.test'] }),
    expect: [
      delivered(to, { via: 'a' }),
      delivered('other@example.test', { via: 'a' }),
      elapsed({ atLeast: '2440s', atMost: '2445s' }),
    ],
    virtualOnly: 'waits forty minutes',
  }),
  scenario('time-limits/each-reply-of-a-group-has-its-own', {
    title: 'The replies to a pipelined group are awaited one by one, each within its own limit',
    clauses: ['rfc5321-4.5.3.2-02', 'postfix:delivery-6.2'],
    dns,
    hosts: { a: mailHost({ mail: { delay: '200s' }, rcpt: { delay: '200s' }, data: { delay: '100s' } }) },
    send: message({ to: [to, 'other@example.test'] }),
    expect: [
      delivered(to, { via: 'a' }),
      delivered('other@example.test', { via: 'a' }),
      elapsed({ atLeast: '700s', atMost: '702s' }),
    ],
    virtualOnly: 'waits twelve minutes',
  }),
  scenario('time-limits/silent-connect', {
    title: 'An address from which nothing comes back is given up after 30 seconds, for the next one',
    clauses: ['rfc5321-4.5.3.2-01', 'postfix:smtp_connect_timeout'],
    dns: two,
    network: { a: 'silent' },
    hosts: { b: mailHost() },
    send: message({ to }),
    expect: [
      delivered(to, { via: 'b' }),
      order(['a', 'b']),
      logged(/^connect to a\.example\.test\[192\.0\.2\.1\]:25: Connection timed out$/),
      after(30),
    ],
    virtualOnly: 'waits thirty seconds',
  }),
  ...[
    { name: 'set', service: 'smtp', config: { smtp_connect_timeout: '7s' }, limit: 7 },
    { name: 'left-to-the-system', service: 'smtp', config: { smtp_connect_timeout: '0' }, limit: 127 },
    { name: 'lmtp-left-to-the-system', service: 'lmtp', config: {}, limit: 127 },
    { name: 'lmtp-set', service: 'lmtp', config: { lmtp_connect_timeout: '9s' }, limit: 9 },
  ].map(({ name, service, config, limit }) =>
    scenario(`time-limits/connect-${name}`, {
      title: `A connection attempt is given up after ${limit} seconds (${name.replaceAll('-', ' ')})`,
      clauses: [`postfix:${service}_connect_timeout`, 'postfix:delivery-4.1'],
      dns,
      network: { a: 'silent' },
      config: { ...config },
      send: message({ to, ...(service === 'lmtp' ? { service: 'lmtp', nexthop: 'a.example.test' } : {}) }),
      expect: [
        deferred(to, {
          dsn: '4.4.1',
          relay: 'none',
          reason: `connect to a.example.test[192.0.2.1]:${service === 'lmtp' ? 24 : 25}: Connection timed out`,
        }),
        after(limit),
        queried('a.example.test', 'A'),
      ],
      virtualOnly: `waits ${limit} seconds for a machine that is not there`,
    }),
  ),
  scenario('time-limits/lmtp-second-reply-after-the-dot', {
    title:
      'The replies after the final dot are awaited one by one: those that came count, the one that did not is deferred',
    clauses: ['rfc2033-5-03', 'rfc2033-4.2-02', 'rfc5321-4.5.3.2.6-01', 'postfix:lmtp_data_done_timeout'],
    hosts: {
      store: listening(
        { unix: '/run/lmtp' },
        mailHost({
          protocol: 'lmtp',
          endOfData: { 'a@example.test': { delay: '590s' }, 'b@example.test': { then: 'silent' } },
        }),
      ),
    },
    send: message({ service: 'lmtp', nexthop: 'unix:/run/lmtp', to: ['a@example.test', 'b@example.test'] }),
    expect: [
      delivered('a@example.test'),
      deferred('b@example.test', {
        dsn: '4.4.2',
        reason: timedOut(
          'sending end of data -- message may be sent more than once',
          'client.test[/run/lmtp]',
        ),
      }),
      after(1190),
      connections('store', 1),
    ],
    virtualOnly: 'waits twenty minutes',
  }),
];

function stageName(stage: string): string {
  if (stage === 'greeting') return 'the greeting';
  return stage === 'endOfData' ? 'the final dot' : stage.toUpperCase();
}
