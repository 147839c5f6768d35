/** Which refusals leave a connection good for the next message, and which do not. */
import {
  bounced,
  connections,
  deferred,
  delivered,
  dialogue,
  dialogueHost,
  expectClose,
  listening,
  logged,
  mailHost,
  message,
  notLogged,
  received,
  scenario,
  zone,
} from '../../scenario.ts';

const dns = zone('example.test', { MX: '10 mx', mx: '192.0.2.1' });
const to = 'user@example.test';
const other = 'other@example.test';
const first = message({ to, reuse: 'both' });
const second = message({ to: other, reuse: 'both', after: '100ms' });
const tolerates = {
  'rfc5321-4.1.1.10-01': 'Postfix closes connections that nobody uses any more without QUIT',
};
const relay = 'host mx.example.test[192.0.2.1]';

const stages = [
  { stage: 'mail', command: 'MAIL FROM command' },
  { stage: 'rcpt', command: 'RCPT TO command' },
  { stage: 'data', command: 'DATA command' },
  { stage: 'endOfData', command: 'end of DATA command' },
] as const;

/** Replies that speak of the message; the connection stays. */
const ofTheMessage = ['450 later', '451 error', '452 full', '510 moved', '550 no', '552 too much', '554 no'];
/** Replies that speak of the protocol. */
const ofTheProtocol = ['500 what?', '502 not here', '503 not now', '509 odd', '555 parameters', '600 beyond'];

/** Cases of the catalogue among these. */
const showing: Readonly<Record<string, readonly string[]>> = {
  'rcpt 550 no': ['delivery-218'],
  'endOfData 451 error': ['delivery-219'],
  'rcpt 502 not here': ['delivery-159'],
};

function refused(reply: string, command: string) {
  const reason = `${relay} said: ${reply} (in reply to ${command})`;
  if (reply.startsWith('4')) return deferred(to, { dsn: '4.0.0', reason });
  return bounced(to, { dsn: reply.startsWith('5') ? '5.0.0' : '5.5.0', reason });
}

export default [
  ...stages.flatMap(({ stage, command }) => [
    ...ofTheMessage.map((reply) =>
      scenario(`reuse/kept-after-${stage.toLowerCase()}-${reply.slice(0, 3)}`, {
        title: `A connection stays good for others when the server says ${reply.slice(0, 3)} in reply to ${command}`,
        clauses: ['postfix:delivery-4.6', 'postfix:delivery-8.1'],
        origins: showing[`${stage} ${reply}`] ?? [],
        dns,
        hosts: { mx: mailHost({ [stage]: [reply, 'default'] }) },
        send: [first, second],
        expect: [
          refused(reply, command),
          delivered(other, { via: 'mx' }),
          connections('mx', 1),
          logged('conn_use=2, '),
          dialogue('mx', ['...', 'C: RSET', 'S: 250 *', 'C: MAIL *', '...']),
        ],
        tolerates,
      }),
    ),
    ...ofTheProtocol.map((reply) =>
      scenario(`reuse/ended-after-${stage.toLowerCase()}-${reply.slice(0, 3)}`, {
        title: `A connection is not kept when the server says ${reply.slice(0, 3)} in reply to ${command}`,
        clauses: ['postfix:delivery-8.7', 'postfix:delivery-4.6'],
        origins: showing[`${stage} ${reply}`] ?? [],
        dns,
        hosts: { mx: mailHost({ [stage]: [reply, 'default'] }) },
        send: [first, second],
        expect: [
          refused(reply, command),
          delivered(other, { via: 'mx' }),
          connections('mx', 2),
          notLogged('conn_use'),
          // After the final dot it is too late for QUIT: it had been held back.
          dialogue('mx', [
            '...',
            ...(stage === 'endOfData' ? ['C: <content*', `S: ${reply}`, 'C: <close>'] : ['C: QUIT', '...']),
          ]),
        ],
        tolerates,
      }),
    ),
  ]),
  scenario('reuse/second-mail-refused', {
    title: 'MAIL refused on a kept connection fails that message only',
    clauses: ['postfix:delivery-4.5', 'rfc5321-3.3-05'],
    origins: ['field-RU02'],
    dns,
    hosts: { mx: mailHost({ mail: ['default', '550 sender no'], data: '354 go on' }) },
    send: [first, second],
    expect: [
      delivered(to, { via: 'mx' }),
      bounced(other, {
        dsn: '5.0.0',
        reason: `${relay} said: 550 sender no (in reply to MAIL FROM command)`,
      }),
      connections('mx', 1),
      received('mx', { count: 1 }),
      logged('conn_use=2, '),
    ],
    tolerates,
  }),
  scenario('reuse/first-recipient-put-off', {
    title:
      'A recipient put off does not keep the next message from the connection, not even after an empty text',
    clauses: ['postfix:delivery-4.6', 'postfix:delivery-6.3'],
    origins: ['field-RU03'],
    dns,
    hosts: {
      mx: dialogueHost([
        'S: 220 mx ESMTP',
        'C: EHLO *',
        'S: 250-mx',
        'S: 250 PIPELINING',
        'C: MAIL *',
        'C: RCPT *',
        'C: DATA',
        'S: 250 Ok',
        'S: 450 later',
        'S: 354 go on',
        'C: .',
        'S: 554 no valid recipients',
        'C: RSET',
        'S: 250 Ok',
        'C: MAIL *',
        'C: RCPT *',
        'C: DATA',
        'S: 250 Ok',
        'S: 250 Ok',
        'S: 354 go on',
        'C: <content>',
        'S: 250 taken',
        expectClose(),
      ]),
    },
    send: [first, second],
    expect: [
      deferred(to, { dsn: '4.0.0', reason: `${relay} said: 450 later (in reply to RCPT TO command)` }),
      delivered(other, { via: 'mx' }),
      connections('mx', 1),
      logged('conn_use=2, '),
    ],
    tolerates,
  }),
  ...[
    { name: 'pipelined', extensions: ['PIPELINING'], end: ['C: <close>'] },
    { name: 'lock-step', extensions: [], end: ['C: QUIT', '...'] },
  ].map(({ name, extensions, end }) =>
    scenario(`reuse/one-recipient-502-${name}`, {
      title:
        'Whether QUIT follows the final dot is settled when DATA has been sent: one 502 known by then brings it about',
      clauses: ['postfix:delivery-8.7', 'postfix:delivery-4.6'],
      dns,
      hosts: { mx: mailHost({ extensions, rcpt: { [to]: '502 not here' } }) },
      send: [message({ to: [to, other], reuse: 'both' }), second],
      expect: [
        bounced(to, { dsn: '5.0.0', reason: `${relay} said: 502 not here (in reply to RCPT TO command)` }),
        delivered(other, { via: 'mx' }),
        delivered(other, { via: 'mx' }),
        connections('mx', 2),
        dialogue('mx', ['...', 'C: <content*', 'S: 250 *', ...end]),
      ],
      tolerates,
    }),
  ),
  scenario('reuse/lock-step-refusals', {
    title: 'Without PIPELINING a refused message ends with RSET, and the kept connection begins with another',
    clauses: ['postfix:delivery-4.6', 'postfix:delivery-6.3'],
    origins: ['field-RU10'],
    dns,
    hosts: { mx: mailHost({ extensions: [], rcpt: ['451 not now', 'default'], data: '550 not now' }) },
    send: [first, second],
    expect: [
      deferred(to, { dsn: '4.0.0', reason: `${relay} said: 451 not now (in reply to RCPT TO command)` }),
      bounced(other, { dsn: '5.0.0', reason: `${relay} said: 550 not now (in reply to DATA command)` }),
      connections('mx', 1),
      dialogue('mx', [
        'S: 220 *',
        'C: EHLO *',
        '...',
        'C: MAIL *',
        'S: 250 *',
        'C: RCPT *',
        'S: 451 not now',
        'C: RSET',
        'S: 250 *',
        'C: RSET',
        'S: 250 *',
        'C: MAIL *',
        'S: 250 *',
        'C: RCPT *',
        'S: 250 *',
        'C: DATA',
        'S: 550 not now',
        'C: RSET',
        'S: 250 *',
      ]),
    ],
    tolerates,
  }),
  ...[
    {
      name: 'mail-421-closed',
      host: { mail: [{ reply: '421 closing', then: 'close' as const }, 'default'] },
      dsn: '4.?.?',
      reason: /said: 421 closing \(in reply to MAIL FROM command\)|lost connection/,
      origin: ['field-RU06'],
    },
    {
      name: 'closed-at-data',
      host: { data: [{ then: 'close' as const }, 'default'] },
      dsn: '4.4.2',
      reason: /^lost connection with mx.example.test\[192.0.2.1\] while sending DATA command$/,
      origin: ['field-RU07'],
    },
    {
      name: 'closed-at-dot',
      host: { endOfData: [{ then: 'close' as const }, 'default'] },
      dsn: '4.4.2',
      reason:
        /^lost connection with mx.example.test\[192.0.2.1\] while sending end of data -- message may be sent more than once$/,
      origin: ['field-RU12'],
    },
  ].map(({ name, host, reason, origin }) =>
    scenario(`reuse/${name}`, {
      title: 'A connection that was lost is not kept; the next message gets a new one',
      clauses: ['postfix:delivery-4.6', 'postfix:delivery-8.5'],
      origins: origin,
      dns,
      hosts: { mx: mailHost(host) },
      send: [first, second],
      expect: [
        deferred(to, { reason }),
        delivered(other, { via: 'mx' }),
        connections('mx', 2),
        notLogged('conn_use'),
      ],
      tolerates,
    }),
  ),
  scenario('reuse/lost-on-kept-connection', {
    title: 'A kept connection that is lost after it answered RSET fails the message: it is not sent again',
    clauses: ['postfix:delivery-4.5', 'postfix:delivery-8.1'],
    dns,
    hosts: { mx: mailHost({ mail: ['default', { then: 'close' }] }) },
    send: [first, second],
    expect: [
      delivered(to, { via: 'mx' }),
      deferred(other, {
        dsn: '4.4.2',
        reason: 'lost connection with mx.example.test[192.0.2.1] while sending MAIL FROM',
      }),
      connections('mx', 1),
      logged(/conn_use=2, .*status=deferred/),
    ],
  }),
  ...[
    { stage: 'greeting', reply: 'hello\n220 mx ESMTP' },
    { stage: 'ehlo', reply: 'hello\n250 mx' },
    { stage: 'mail', reply: 'hello\n250 Ok' },
    { stage: 'rcpt', reply: 'hello\n250 Ok' },
    { stage: 'data', reply: 'hello\n354 go on' },
    { stage: 'endOfData', reply: 'hello\n250 Ok' },
  ].map(({ stage, reply }) =>
    scenario(`reuse/garbage-at-${stage.toLowerCase()}`, {
      title: 'A line that is no reply makes the position doubtful: the connection is not kept',
      clauses: ['postfix:delivery-8.6', 'postfix:delivery-4.6'],
      origins: stage === 'endOfData' ? ['delivery-220'] : [],
      dns,
      hosts: { mx: mailHost({ extensions: [], [stage]: [reply, 'default'] }) },
      send: [first, second],
      expect: [
        delivered(to, { via: 'mx' }),
        delivered(other, { via: 'mx' }),
        connections('mx', 2),
        notLogged('conn_use'),
      ],
      tolerates,
    }),
  ),
  scenario('reuse/lmtp-protocol-error', {
    title: 'One 500 among the replies for the recipients ends an LMTP connection',
    clauses: ['postfix:delivery-8.7'],
    // Postfix awaits the reply to a QUIT that it held back.
    config: { lmtp_quit_timeout: '1s' },
    hosts: {
      store: listening(
        { unix: '/run/lmtp' },
        mailHost({ protocol: 'lmtp', endOfData: { [other]: '500 what?' } }),
      ),
    },
    send: ['0s', '100ms'].map((after) =>
      message({
        service: 'lmtp',
        nexthop: 'unix:/run/lmtp',
        to: after === '0s' ? [to, other] : to,
        reuse: 'both',
        after,
      }),
    ),
    expect: [
      delivered(to, { via: 'store' }),
      bounced(other, { dsn: '5.0.0' }),
      delivered(to, { via: 'store' }),
      connections('store', 2),
    ],
    tolerates,
  }),
  scenario('reuse/lost-in-content', {
    title: 'A server that refuses in mid-content and closes has ended the connection',
    clauses: ['postfix:delivery-7.8', 'postfix:delivery-4.6'],
    dns,
    hosts: {
      mx: mailHost({
        faults: [
          { at: 'content', connection: 1, afterBytes: 50_000, reply: '552 5.3.4 too much', then: 'close' },
        ],
      }),
    },
    send: [message({ to, size: 3_000_000, reuse: 'both' }), second],
    expect: [bounced(to), delivered(other, { via: 'mx' }), connections('mx', 2)],
    tolerates,
    virtualOnly: 'how much is under way when the server closes is chance in real time',
  }),
];
