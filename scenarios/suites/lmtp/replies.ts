/** After the final dot an LMTP server replies for each accepted recipient. */
import {
  bounced,
  check,
  close,
  connections,
  deferred,
  delivered,
  dialogue,
  dialogueHost,
  elapsed,
  listening,
  logged,
  mailHost,
  message,
  received,
  scenario,
} from '../../scenario.ts';

const a = 'a@example.test';
const b = 'b@example.test';
const c = 'c@example.test';
const nexthop = 'unix:/run/lmtp';
const server = 'client.test[/run/lmtp]';

export default [
  scenario('lmtp/reply-for-each-recipient', {
    title: 'Three recipients, three replies after the final dot, three fates',
    clauses: ['rfc2033-4.2-02', 'rfc2033-4.2-05', 'postfix:delivery-6.3'],
    origins: ['delivery-203'],
    hosts: {
      store: listening(
        { unix: '/run/lmtp' },
        mailHost({ protocol: 'lmtp', endOfData: { [b]: '450 4.2.2 full', [c]: '550 5.2.1 disabled' } }),
      ),
    },
    send: message({ service: 'lmtp', nexthop, to: [a, b, c] }),
    expect: [
      delivered(a, { via: 'store', relay: server }),
      deferred(b, {
        dsn: '4.2.2',
        reason: `host ${server} said: 450 4.2.2 full (in reply to end of DATA command)`,
      }),
      bounced(c, {
        dsn: '5.2.1',
        reason: `host ${server} said: 550 5.2.1 disabled (in reply to end of DATA command)`,
      }),
      received('store', { count: 1, unchanged: true }),
    ],
  }),
  scenario('lmtp/replies-for-accepted-only', {
    title:
      'A recipient refused with RCPT gets no reply after the final dot, and the others keep theirs in order',
    clauses: ['rfc2033-4.2-02', 'postfix:delivery-6.3'],
    origins: ['delivery-205'],
    hosts: {
      store: listening(
        { unix: '/run/lmtp' },
        mailHost({
          protocol: 'lmtp',
          rcpt: { [a]: '550 5.1.1 unknown' },
          endOfData: { [c]: '550 5.2.1 disabled' },
        }),
      ),
    },
    send: message({ service: 'lmtp', nexthop, to: [a, b, c] }),
    expect: [
      bounced(a, { dsn: '5.1.1', reason: '*(in reply to RCPT TO command)' }),
      delivered(b, { via: 'store' }),
      bounced(c, { dsn: '5.2.1', reason: '*(in reply to end of DATA command)' }),
      dialogue('store', ['...', 'C: QUIT', 'S: 250 2.0.0 *', 'S: 550 5.2.1 disabled', 'S: 221 *']),
    ],
  }),
  scenario('lmtp/same-recipient-twice', {
    title: 'A recipient that was accepted twice has two replies, and two fates',
    clauses: ['rfc2033-4.2-03'],
    hosts: {
      store: listening(
        { unix: '/run/lmtp' },
        mailHost({ protocol: 'lmtp', endOfData: ['default', '450 4.2.2 full'] }),
      ),
    },
    send: message({ service: 'lmtp', nexthop, to: [a, a] }),
    expect: [delivered(a, { via: 'store' }), deferred(a, { dsn: '4.2.2' })],
  }),
  scenario('lmtp/multi-line-reply-is-one', {
    title: 'A reply of several lines after the final dot is one reply',
    clauses: ['rfc2033-4.2-04'],
    hosts: {
      store: listening(
        { unix: '/run/lmtp' },
        mailHost({
          protocol: 'lmtp',
          endOfData: { [a]: '250-2.0.0 one\n250-2.0.0 two\n250 2.0.0 three', [b]: '550 5.2.1 disabled' },
        }),
      ),
    },
    send: message({ service: 'lmtp', nexthop, to: [a, b] }),
    expect: [
      delivered(a, { reason: '250-2.0.0 one 250-2.0.0 two 250 2.0.0 three' }),
      bounced(b, { dsn: '5.2.1' }),
      connections('store', 1),
    ],
  }),
  ...(['close', 'reset'] as const).map((how) =>
    scenario(`lmtp/${how}-between-replies`, {
      title: `After a ${how} between the replies those received count, and the other recipients are tried again`,
      clauses: ['rfc2033-5-03', 'rfc2033-4.2-05', 'postfix:delivery-10'],
      origins: ['delivery-204'],
      hosts: {
        store: listening(
          { unix: '/run/lmtp' },
          mailHost({
            protocol: 'lmtp',
            faults: [{ at: 'endOfData', count: 2, when: 'beforeReply', delay: '1s', then: how }],
          }),
        ),
      },
      send: message({ service: 'lmtp', nexthop, to: [a, b, c] }),
      expect: [
        delivered(a, { dsn: '2.0.0' }),
        ...[b, c].map((address) =>
          deferred(address, {
            dsn: '4.4.2',
            reason: `lost connection with ${server} while sending end of data -- message may be sent more than once`,
          }),
        ),
        connections('store', 1),
      ],
    }),
  ),
  scenario('lmtp/replies-one-by-one', {
    title: 'Each reply is acted on when it comes: the first recipient does not wait for the last',
    clauses: ['rfc2033-5-02', 'rfc2033-4.2-02'],
    hosts: {
      store: listening(
        { unix: '/run/lmtp' },
        mailHost({ protocol: 'lmtp', endOfData: { [b]: { delay: '500s' }, [c]: { delay: '500s' } } }),
      ),
    },
    send: message({ service: 'lmtp', nexthop, to: [a, b, c] }),
    expect: [
      ...[a, b, c].map((address) => delivered(address, { via: 'store' })),
      logged(/to=<a@example\.test>, relay=client\.test\[\/run\/lmtp\], delay=0[.,]/),
      logged('to=<b@example.test>, relay=client.test[/run/lmtp], delay=500,'),
      logged('to=<c@example.test>, relay=client.test[/run/lmtp], delay=1000,'),
    ],
    virtualOnly: 'waits a quarter of an hour',
  }),
  scenario('lmtp/no-reply-for-second', {
    title:
      'A reply that never comes defers its recipient after ten minutes, and leaves the first one delivered',
    clauses: ['rfc2033-5-03', 'postfix:lmtp_data_done_timeout'],
    hosts: {
      store: listening(
        { unix: '/run/lmtp' },
        mailHost({ protocol: 'lmtp', endOfData: { [b]: { then: 'silent' } } }),
      ),
    },
    send: message({ service: 'lmtp', nexthop, to: [a, b] }),
    expect: [
      delivered(a),
      deferred(b, {
        dsn: '4.4.2',
        reason: `conversation with ${server} timed out while sending end of data -- message may be sent more than once`,
      }),
      elapsed({ atLeast: '600s', atMost: '601s' }),
      connections('store', 1),
    ],
    virtualOnly: 'waits ten minutes',
  }),
  scenario('lmtp/552-for-each-and-close-in-text', {
    title: 'Replies for each recipient that came in the middle of the text are taken one by one',
    clauses: ['rfc2033-5-03', 'postfix:delivery-7.8'],
    hosts: {
      store: listening(
        { unix: '/run/lmtp' },
        mailHost({
          protocol: 'lmtp',
          faults: [
            {
              at: 'content',
              afterBytes: 200_000,
              reply: '552 5.3.4 too big\n452 4.3.1 no room',
              then: 'close',
            },
          ],
        }),
      ),
    },
    send: message({ service: 'lmtp', nexthop, to: [a, b, c], size: 1_000_000 }),
    expect: [
      bounced(a, { dsn: '5.3.4', reason: '*said: 552 5.3.4 too big (in reply to end of DATA command)' }),
      deferred(b, { dsn: '4.3.1', reason: '*said: 452 4.3.1 no room (in reply to end of DATA command)' }),
      deferred(c, { dsn: '4.4.2', reason: `lost connection with ${server} while sending *` }),
      connections('store', 1),
    ],
  }),
  scenario('lmtp/data-503-without-recipients', {
    title: 'When all recipients are refused DATA is refused with 503, and no text is sent',
    clauses: ['rfc2033-4.2-01', 'rfc2920-3.1-07'],
    hosts: {
      store: listening(
        { unix: '/run/lmtp' },
        mailHost({ protocol: 'lmtp', rcpt: '550 5.1.1 unknown', data: '503 5.5.1 no recipients' }),
      ),
    },
    send: message({ service: 'lmtp', nexthop, to: [a, b] }),
    expect: [
      bounced(a, { dsn: '5.1.1' }),
      bounced(b, { dsn: '5.1.1' }),
      check('no text is sent', ({ conversations }) =>
        conversations.some(({ steps }) => steps.some(({ kind }) => kind === 'text'))
          ? 'text was sent'
          : undefined,
      ),
      dialogue('store', ['S: 220 *', 'C: LHLO client.test', '...', 'C: RSET', 'C: QUIT']),
    ],
  }),
  scenario('lmtp/data-354-without-recipients', {
    title: 'A server that asks for the text of nobody gets a lone dot, and its one reply means nothing',
    clauses: ['rfc2920-3.1-06', 'postfix:delivery-6.3'],
    origins: ['delivery-207'],
    hosts: {
      store: listening(
        { unix: '/run/lmtp' },
        dialogueHost({ protocol: 'lmtp' }, [
          'S: 220 store LMTP',
          'C: LHLO client.test',
          'S: 250-store',
          'S: 250 PIPELINING',
          'C: MAIL FROM:<sender@client.test>',
          `C: RCPT TO:<${a}>`,
          `C: RCPT TO:<${b}>`,
          'C: DATA',
          'S: 250 Ok',
          'S: 550 5.1.1 unknown',
          'S: 450 4.2.1 busy',
          'S: 354 go',
          'C: <content, 3 bytes>',
          'C: QUIT',
          'S: 554 5.5.1 nobody to give it to',
          'S: 221 Bye',
          close(),
        ]),
      ),
    },
    send: message({ service: 'lmtp', nexthop, to: [a, b] }),
    expect: [
      bounced(a, { dsn: '5.1.1' }),
      deferred(b, { dsn: '4.2.1' }),
      received('store', { count: 0 }),
      elapsed({ atMost: '1s' }),
    ],
  }),
];
