/** DATA and the end of data refused: when no text may be sent, and what becomes of a text that was. */
import {
  bounced,
  connections,
  deferred,
  delivered,
  dialogue,
  elapsed,
  logged,
  mailHost,
  message,
  notSuspended,
  order,
  received,
  scenario,
  zone,
} from '../../scenario.ts';

const dns = zone('example.test', { MX: '10 mx', mx: '192.0.2.1' });
const twoExchangers = zone('example.test', { MX: ['10 a', '20 b'], a: '192.0.2.1', b: '192.0.2.2' });
const to = 'user@example.test';
const lockStep = ['ENHANCEDSTATUSCODES'];

/** One reply to DATA, with and without pipelining. */
const dataReplies = [
  {
    reply: '554 5.7.1 not this one',
    fate: 'bounced',
    dsn: '5.7.1',
    prefix: '',
    clauses: ['rfc5321-3.3-05', 'rfc5321-4.3.2-05'],
    origins: ['delivery-176'],
    title: 'DATA refused with 554 bounces the message, and none of its text is sent',
  },
  {
    reply: '451 4.3.0 try again',
    fate: 'deferred',
    dsn: '4.3.0',
    prefix: '',
    clauses: ['rfc5321-3.3-06', 'rfc5321-4.2.1-03'],
    origins: ['delivery-177'],
    title: 'DATA refused with 451 leaves the message for later, and none of its text is sent',
  },
  {
    reply: '250 2.0.0 Ok',
    fate: 'bounced',
    dsn: '5.5.0',
    prefix: 'Protocol error: ',
    clauses: ['rfc821-4.4-02', 'rfc5321-3.3-06'],
    origins: ['delivery-178'],
    title: 'A 2yz reply to DATA is a protocol error, and the message bounces',
  },
] as const;

/** One reply to the end of data. */
const finalReplies = [
  {
    reply: '554 5.6.0 I read it and I do not like it',
    fate: 'bounced',
    dsn: '5.6.0',
    clauses: ['rfc5321-4.2.5-03', 'rfc5321-3.3-08'],
    origins: ['delivery-180'],
    title: 'A message refused after its text bounces for all recipients',
  },
  {
    reply: '552 5.2.2 over quota',
    fate: 'bounced',
    dsn: '5.2.2',
    clauses: ['rfc5321-4.3.2-05', 'rfc1870-6.2-03'],
    origins: [],
    title: 'A size that was accepted with MAIL may still be refused after the text',
  },
  {
    reply: '451 4.3.0 something broke',
    fate: 'deferred',
    dsn: '4.3.0',
    clauses: ['rfc5321-4.2.5-02', 'rfc5321-3.3-08'],
    origins: ['delivery-181'],
    title: 'A message put off after its text is kept for all recipients',
  },
  {
    reply: '452 4.3.1 disk full',
    fate: 'deferred',
    dsn: '4.3.1',
    clauses: ['rfc1870-6.2-03', 'rfc5321-4.3.2-05'],
    origins: [],
    title: 'A server that runs out of room during the text gets the message another time',
  },
  {
    reply: '354 and what else?',
    fate: 'bounced',
    dsn: '5.5.0',
    clauses: ['rfc821-4.4-01'],
    origins: ['delivery-182'],
    title: 'A 3yz reply after the text is a protocol error',
  },
] as const;

export default [
  ...dataReplies.flatMap(({ reply, fate, dsn, prefix, clauses, origins, title }) =>
    [
      { how: 'lock-step', extensions: lockStep, mode: 'one command at a time' },
      { how: 'pipelined', extensions: ['PIPELINING', ...lockStep], mode: 'in one group' },
    ].map(({ how, extensions, mode }) =>
      scenario(`data/refused-${reply.slice(0, 3)}-${how}`, {
        title: `${title} (${mode})`,
        clauses: [...clauses, 'postfix:delivery-6.3'],
        origins,
        dns,
        hosts: { mx: mailHost({ extensions, data: reply }) },
        send: message({ to }),
        expect: [
          (fate === 'bounced' ? bounced : deferred)(to, {
            dsn,
            reason: `${prefix}host mx.example.test[192.0.2.1] said: ${reply} (in reply to DATA command)`,
          }),
          received('mx', { count: 0 }),
          dialogue('mx', ['...', `S: ${reply}`, 'C: RSET', '...', 'C: QUIT']),
          notSuspended(),
        ],
      }),
    ),
  ),
  ...finalReplies.map(({ reply, fate, dsn, clauses, origins, title }) =>
    scenario(`data/final-reply-${reply.slice(0, 3)}`, {
      title,
      clauses: [...clauses, 'postfix:delivery-6.3'],
      origins,
      dns,
      hosts: { mx: mailHost({ endOfData: reply }) },
      send: message({ to: [to, 'other@example.test'] }),
      expect: [
        ...[to, 'other@example.test'].map((address) =>
          (fate === 'bounced' ? bounced : deferred)(address, {
            dsn,
            reason: `host mx.example.test[192.0.2.1] said: ${reply} (in reply to end of DATA command)`,
          }),
        ),
        dialogue('mx', ['...', 'S: 354 *', 'C: <content*', 'C: QUIT', `S: ${reply}`]),
        connections('mx', 1),
      ],
    }),
  ),
  scenario('data/final-451-tries-next-host', {
    title: 'A message put off after its text is sent again, whole, to the next mail exchanger',
    clauses: ['rfc5321-5.1-12', 'postfix:delivery-8.2'],
    origins: ['delivery-181'],
    dns: twoExchangers,
    hosts: { a: mailHost({ endOfData: '451 4.3.0 something broke' }), b: mailHost() },
    send: message({ to, body: 'The whole text.\r\n.\r\nTo its end.\r\n' }),
    expect: [
      delivered(to, { via: 'b' }),
      received('a', { count: 0 }),
      received('b', { count: 1, unchanged: true, body: 'To its end.' }),
      logged('said: 451 4.3.0 something broke (in reply to end of DATA command)'),
      order(['a', 'b']),
    ],
  }),
  scenario('data/final-554-asks-nobody-else', {
    title: 'A message refused after its text is not offered to the next mail exchanger',
    clauses: ['rfc3974-3-06', 'postfix:delivery-8.2'],
    dns: twoExchangers,
    hosts: { a: mailHost({ endOfData: '554 5.7.1 spam' }), b: mailHost() },
    send: message({ to }),
    expect: [bounced(to, { dsn: '5.7.1', relay: 'a.example.test[192.0.2.1]:25' }), order(['a'])],
  }),
  scenario('data/final-reply-after-nine-minutes', {
    title: 'A server may take almost ten minutes for its reply to the text',
    clauses: ['rfc5321-4.5.3.2.6-01', 'postfix:smtp_data_done_timeout'],
    dns,
    hosts: { mx: mailHost({ endOfData: { delay: '599s' } }) },
    send: message({ to }),
    expect: [delivered(to, { via: 'mx' }), elapsed({ atLeast: '599s', atMost: '600s' })],
    virtualOnly: 'waits ten minutes',
  }),
  scenario('data/reply-one-octet-per-minute-with-deadline', {
    title: 'With smtp_per_request_deadline a reply that trickles in has to be whole within the limit',
    clauses: ['postfix:smtp_per_request_deadline'],
    dns,
    hosts: {
      mx: mailHost({ extensions: lockStep, data: { reply: '354 go', trickle: { bytes: 1, every: '60s' } } }),
    },
    config: { smtp_per_request_deadline: 'yes' },
    send: message({ to }),
    expect: [
      deferred(to, {
        dsn: '4.4.2',
        reason: 'conversation with mx.example.test[192.0.2.1] timed out while sending DATA command',
      }),
      elapsed({ atLeast: '120s', atMost: '121s' }),
      connections('mx', 1),
    ],
    virtualOnly: 'waits two minutes',
  }),
];
