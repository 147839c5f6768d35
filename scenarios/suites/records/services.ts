/** What is kept on record of outcomes, for reports to senders, and what follows when it cannot be. */
import {
  bounced,
  connections,
  deferred,
  delivered,
  dialogue,
  logged,
  mailHost,
  message,
  notLogged,
  notRecorded,
  received,
  recorded,
  scenario,
  zone,
} from '../../scenario.ts';

const dns = zone('example.test', { MX: '10 mx', mx: '192.0.2.1' });
const to = 'user@example.test';
const wantsSuccess = { address: to, notify: ['success'] } as const;
const relay = 'mx.example.test[192.0.2.1]:25';
/** Servers without DSN cannot report for us. */
const plain = { mx: mailHost({ extensions: ['PIPELINING'] }) };
const unknown = { mx: mailHost({ rcpt: '550 5.1.1 unknown' }) };
const busy = { mx: mailHost({ rcpt: '450 4.2.0 busy' }) };

const outcomes = [
  scenario('records/bounced', {
    title: 'A failure is recorded with status, reply and the server that decided it',
    clauses: ['postfix:delivery-1.7', 'postfix:delivery-8.3'],
    dns,
    hosts: unknown,
    send: message({ to: { address: to, original: 'alias@client.test' } }),
    expect: [
      connections('mx', 1),
      bounced(to),
      recorded('bounce', {
        address: to,
        originalAddress: 'alias@client.test',
        action: 'failed',
        dsn: '5.1.1',
        reason: 'host mx.example.test[192.0.2.1] said: 550 5.1.1 unknown (in reply to RCPT TO command)',
        reply: '550 5.1.1 unknown',
        remoteMta: 'mx.example.test',
        count: 1,
      }),
      notRecorded('defer'),
      notRecorded('trace'),
    ],
  }),
  scenario('records/deferred', {
    title: 'A recipient that is to be tried again is recorded as delayed',
    clauses: ['postfix:delivery-1.7'],
    dns,
    hosts: busy,
    send: message({ to }),
    expect: [
      connections('mx', 1),
      deferred(to),
      recorded('defer', { address: to, action: 'delayed', dsn: '4.2.0', reply: '450 4.2.0 busy', count: 1 }),
      notRecorded('bounce'),
      notRecorded('trace'),
    ],
  }),
  scenario('records/failure-of-our-own', {
    title: 'A failure that no reply decided has neither a reply nor a remote server',
    clauses: ['postfix:delivery-8.3'],
    dns: zone('example.test', { MX: '10 mx', mx: '192.0.2.1' }),
    send: message({ to }),
    expect: [
      deferred(to, { dsn: '4.4.1' }),
      recorded('defer', { dsn: '4.4.1', action: 'delayed', reply: '', remoteMta: '' }),
      logged('Connection refused'),
    ],
  }),
  scenario('records/delivered', {
    title: 'A delivery is recorded by nobody unless the sender wants to know',
    clauses: ['postfix:delivery-1.7'],
    dns,
    hosts: plain,
    send: message({ to }),
    expect: [delivered(to, { via: 'mx' }), notRecorded('trace'), notRecorded('defer'), notRecorded('bounce')],
  }),
  scenario('records/soft-bounce', {
    title: 'With soft_bounce a failure is recorded as a delay',
    clauses: ['postfix:soft_bounce', 'postfix:delivery-1.7'],
    origins: ['delivery-16'],
    dns,
    hosts: unknown,
    config: { soft_bounce: 'yes' },
    send: message({ to }),
    expect: [
      connections('mx', 1),
      deferred(to, { dsn: '4.1.1' }),
      logged('dsn=4.1.1, status=SOFTBOUNCE ('),
      recorded('defer', { action: 'delayed', dsn: '4.1.1', reply: '550 5.1.1 unknown' }),
      notRecorded('bounce'),
    ],
  }),
];

const success = [
  scenario('records/success-relayed', {
    title: 'Success is recorded where the server cannot report it to the sender',
    clauses: ['postfix:delivery-1.8'],
    origins: ['delivery-10'],
    dns,
    hosts: plain,
    send: message({ to: wantsSuccess }),
    expect: [
      delivered(to, { via: 'mx' }),
      recorded('trace', {
        address: to,
        action: 'relayed',
        dsn: '2.0.0',
        reason: `delivery via ${relay}: 250 Ok*`,
        reply: '250 Ok*',
        remoteMta: 'mx.example.test',
        notify: ['success'],
        count: 1,
      }),
    ],
  }),
  scenario('records/success-left-to-server', {
    title: 'Where the server reports success to the sender, we do not',
    clauses: ['postfix:delivery-1.8'],
    origins: ['delivery-11'],
    dns,
    hosts: { mx: mailHost({ extensions: ['PIPELINING', 'DSN'] }) },
    send: message({ to: wantsSuccess }),
    expect: [
      delivered(to, { via: 'mx' }),
      dialogue('mx', ['...', `C: RCPT TO:<${to}> NOTIFY=SUCCESS*`, '...']),
      notRecorded('trace'),
    ],
  }),
  scenario('records/never', {
    title: 'Who wants no report gets none: the server is told so, and nothing is recorded of a success',
    clauses: ['postfix:delivery-1.8', 'postfix:delivery-6.4'],
    origins: ['delivery-12'],
    dns,
    hosts: { mx: mailHost({ extensions: ['PIPELINING', 'DSN'] }) },
    send: message({ to: { address: to, notify: ['never'] } }),
    expect: [
      delivered(to, { via: 'mx' }),
      dialogue('mx', ['...', `C: RCPT TO:<${to}> NOTIFY=NEVER*`, '...']),
      notRecorded('trace'),
    ],
  }),
  ...(
    [
      ['relayed', undefined, [], 'relayed'],
      ['delivered', 'X', [], 'delivered'],
    ] as const
  ).map(([name, flags, extensions, action]) =>
    scenario(`records/success-lmtp-${name}`, {
      title: `LMTP ${flags === 'X' ? 'with flag X delivers' : 'without flags relays'} as far as the sender is told`,
      clauses: ['postfix:delivery-1.8', 'postfix:delivery-1.6'],
      origins: flags === 'X' ? ['delivery-13'] : [],
      dns,
      hosts: { mx: mailHost({ protocol: 'lmtp', extensions }) },
      ...(flags && { flags }),
      send: message({ to: wantsSuccess, service: 'lmtp', nexthop: '[mx.example.test]' }),
      expect: [delivered(to, { via: 'mx' }), recorded('trace', { action, notify: ['success'], count: 1 })],
    }),
  ),
  ...(
    [
      ['lmtp', 'lmtp', 'delivered', '', 'flags=X'],
      ['lmtp-flags', 'lmtp', 'delivered', 'DR', 'flags=DRX'],
      ['lmtp-flag-x', 'lmtp', 'delivered', 'X', undefined],
      ['smtp', 'smtp', 'relayed', '', undefined],
    ] as const
  ).map(([name, service, action, flags, instead]) =>
    scenario(`records/assume-final-${name}`, {
      title: `With lmtp_assume_final over ${service.toUpperCase()}, what a server without DSN takes is ${action}`,
      clauses: ['postfix:lmtp_assume_final'],
      dns,
      hosts: { mx: mailHost({ protocol: service, extensions: ['PIPELINING'] }) },
      config: { lmtp_assume_final: 'yes' },
      ...(flags !== '' && { flags }),
      send: message({ to: wantsSuccess, service, ...(service === 'lmtp' && { nexthop: 'mx.example.test' }) }),
      expect: [
        delivered(to, { via: 'mx' }),
        recorded('trace', { action, count: 1 }),
        instead === undefined
          ? notLogged('lmtp_assume_final')
          : logged(`warning: lmtp_assume_final is obsolete; instead, specify "${instead}" in master.cf`),
      ],
    }),
  ),
  scenario('records/success-smtp-flag-x', {
    title: 'Over SMTP flag X changes nothing',
    clauses: ['postfix:delivery-1.6'],
    dns,
    hosts: plain,
    flags: 'X',
    send: message({ to: wantsSuccess }),
    expect: [delivered(to, { via: 'mx' }), recorded('trace', { action: 'relayed', count: 1 })],
  }),
];

const traced = [
  scenario('records/trace-all-delivered', {
    title: 'Who wants every outcome is told of a delivery, once more if success was asked for too',
    clauses: ['postfix:delivery-1.4'],
    dns,
    hosts: plain,
    send: message({ to: [wantsSuccess, 'other@example.test'], traceAll: true }),
    expect: [
      delivered(to, { via: 'mx' }),
      delivered('other@example.test', { via: 'mx' }),
      recorded('trace', { address: to, action: 'relayed', count: 2 }),
      recorded('trace', { address: 'other@example.test', action: 'relayed', count: 1 }),
    ],
  }),
  scenario('records/trace-all-delivered-dsn', {
    title: 'Who wants every outcome is told of a delivery to a server that reports too, without SUCCESS',
    clauses: ['postfix:delivery-1.4', 'postfix:delivery-1.8'],
    dns,
    hosts: { mx: mailHost({ extensions: ['DSN'] }) },
    send: message({ to: { address: to, notify: ['success', 'failure'] }, traceAll: true }),
    expect: [
      delivered(to, { via: 'mx' }),
      recorded('trace', { action: 'relayed', notify: ['failure'], count: 1 }),
    ],
  }),
  scenario('records/trace-all-bounced', {
    title: 'Who wants every outcome is told of a failure',
    clauses: ['postfix:delivery-1.4'],
    dns,
    hosts: unknown,
    send: message({ to, traceAll: true }),
    expect: [
      connections('mx', 1),
      bounced(to),
      recorded('bounce', { action: 'failed', reason: 'host *' }),
      recorded('trace', { action: 'failed', reason: `delivery via ${relay}: host *`, count: 1 }),
    ],
  }),
  scenario('records/trace-all-deferred', {
    title: 'Who wants every outcome is told of a delay',
    clauses: ['postfix:delivery-1.4'],
    dns,
    hosts: busy,
    send: message({ to, traceAll: true }),
    expect: [
      connections('mx', 1),
      deferred(to),
      recorded('defer', { action: 'delayed', reason: 'host *' }),
      recorded('trace', { action: 'delayed', reason: `delivery via ${relay}: host *`, count: 1 }),
    ],
  }),
  ...(
    [
      ['no-notify', undefined, 1],
      ['notify-delay', ['delay'], 1],
      ['notify-failure', ['failure'], 0],
    ] as const
  ).map(([name, notify, count]) =>
    scenario(`records/trace-delayed-${name}`, {
      title: `A delivery after a notice of delay is ${count === 0 ? 'not ' : ''}recorded with ${name.replace('-', ' ')}`,
      clauses: ['postfix:delivery-1.4'],
      dns,
      hosts: plain,
      send: message({ to: { address: to, ...(notify && { notify }) }, traceDelayed: true }),
      expect: [delivered(to, { via: 'mx' }), recorded('trace', { count })],
    }),
  ),
];

const down = [
  scenario('records/bounce-service-down', {
    title: 'A failure that cannot be recorded is put off',
    clauses: ['postfix:delivery-1.7'],
    origins: ['delivery-14'],
    dns,
    hosts: unknown,
    services: { bounce: 'down' },
    send: message({ to }),
    expect: [
      connections('mx', 1),
      deferred(to, { dsn: '4.3.0', reason: 'bounce or trace service failure' }),
      logged('dsn=4.3.0, status=deferred (bounce or trace service failure)'),
      recorded('defer', { dsn: '4.3.0', action: 'delayed', reason: 'bounce or trace service failure' }),
      notRecorded('bounce'),
    ],
  }),
  scenario('records/trace-service-down-bounced', {
    title: 'A failure that was to be traced and cannot be is put off',
    clauses: ['postfix:delivery-1.7'],
    dns,
    hosts: unknown,
    services: { trace: 'down' },
    send: message({ to, traceAll: true }),
    expect: [
      connections('mx', 1),
      deferred(to, { dsn: '4.3.0', reason: 'bounce or trace service failure' }),
      recorded('bounce', { dsn: '5.1.1' }),
      recorded('defer', { dsn: '4.3.0' }),
      logged('trace service failure'),
    ],
  }),
  scenario('records/trace-service-down-delivered', {
    title: 'A delivery that cannot be reported is done again',
    clauses: ['postfix:delivery-1.7'],
    origins: ['delivery-15'],
    dns,
    hosts: plain,
    services: { trace: 'down' },
    send: message({ to: wantsSuccess }),
    expect: [
      deferred(to, { dsn: '4.3.0', reason: '*: trace service failed' }),
      received('mx', { count: 1 }),
      recorded('defer', { dsn: '4.3.0', action: 'delayed', reply: '250 Ok*' }),
      logged('trace service failure'),
    ],
  }),
  scenario('records/trace-service-down-filtered', {
    title: 'What a delivery that cannot be reported is told as passes the filter once more',
    clauses: ['postfix:delivery-1.7', 'postfix:smtp_delivery_status_filter'],
    dns,
    hosts: plain,
    services: { trace: 'down' },
    config: { smtp_delivery_status_filter: 'regexp:{ { /trace service failed/ 5.3.9 lost in the books } }' },
    send: message({ to: wantsSuccess }),
    expect: [
      bounced(to, { dsn: '5.3.9', reason: 'lost in the books' }),
      received('mx', { count: 1 }),
      recorded('bounce', { dsn: '5.3.9', action: 'failed' }),
      logged('trace service failure'),
    ],
  }),
  ...(
    [
      [true, 'verify'],
      ['user', 'trace'],
    ] as const
  ).map(([probe, service]) =>
    scenario(`records/probe-${service}-service-down`, {
      title: `A probe that ${service} cannot record is to be made again, and the log says no more than that`,
      clauses: ['postfix:delivery-1.10'],
      dns,
      hosts: plain,
      services: { [service]: 'down' },
      send: message({ to, probe }),
      expect: [
        connections('mx', 1),
        deferred(to, { dsn: '4.3.0', reason: `${service} service failure` }),
        logged(`${service} service failure`),
        notLogged(`to=<${to}>`),
      ],
      virtualOnly: 'Postfix tells nobody what became of the recipient',
    }),
  ),
  scenario('records/trace-service-down-unneeded', {
    title: 'Nobody misses a trace service that has nothing to record',
    clauses: ['postfix:delivery-1.7'],
    dns,
    hosts: plain,
    services: { trace: 'down', bounce: 'down', defer: 'down', verify: 'down' },
    send: message({ to }),
    expect: [delivered(to, { via: 'mx' })],
  }),
  scenario('records/defer-service-down', {
    title: 'A delay that cannot be recorded is a delay all the same, with a warning',
    clauses: ['postfix:delivery-1.7'],
    dns,
    hosts: busy,
    services: { defer: 'down' },
    send: message({ to }),
    expect: [
      connections('mx', 1),
      deferred(to, { dsn: '4.2.0', reply: '450 4.2.0 busy' }),
      logged('defer service failure'),
      notRecorded('defer'),
    ],
  }),
  scenario('records/soft-bounce-defer-service-down', {
    title: 'With soft_bounce the service of delays is the one that counts',
    clauses: ['postfix:soft_bounce', 'postfix:delivery-1.7'],
    dns,
    hosts: unknown,
    config: { soft_bounce: 'yes' },
    services: { defer: 'down' },
    send: message({ to }),
    expect: [
      connections('mx', 1),
      deferred(to, { dsn: '4.3.0', reason: 'bounce or trace service failure' }),
      logged('defer service failure'),
      notRecorded('defer'),
    ],
  }),
];

export default [...outcomes, ...success, ...traced, ...down];
