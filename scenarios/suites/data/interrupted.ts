/** Connections that are lost, reset or stall around the text of a message. */
import {
  bounced,
  connections,
  decided,
  deferred,
  delivered,
  dialogue,
  dialogueHost,
  elapsed,
  logged,
  mailHost,
  message,
  order,
  received,
  reset,
  scenario,
  wait,
  zone,
} from '../../scenario.ts';

const dns = zone('example.test', { MX: '10 mx', mx: '192.0.2.1' });
const twoExchangers = zone('example.test', { MX: ['10 a', '20 b'], a: '192.0.2.1', b: '192.0.2.2' });
const to = 'user@example.test';
const server = 'mx.example.test[192.0.2.1]';
/** More than the path holds, so that the client still writes when the server acts. */
const size = 1_000_000;

export default [
  scenario('data/no-reply-to-data', {
    title: 'The reply to DATA is awaited for two minutes, then the session is given up without QUIT',
    clauses: ['rfc5321-4.5.3.2.4-01', 'postfix:smtp_data_init_timeout'],
    origins: ['delivery-179'],
    dns,
    hosts: { mx: mailHost({ data: { then: 'silent' } }) },
    send: message({ to }),
    expect: [
      deferred(to, {
        dsn: '4.4.2',
        reason: `conversation with ${server} timed out while sending DATA command`,
      }),
      elapsed({ atLeast: '120s', atMost: '121s' }),
      dialogue('mx', ['...', 'C: DATA', 'S: 250 *', 'S: 250 *']),
    ],
    virtualOnly: 'waits two minutes',
  }),
  scenario('data/no-reply-to-final-dot', {
    title: 'The reply to the text is awaited for ten minutes, and its absence may mean two copies',
    clauses: ['rfc5321-4.5.3.2.6-01', 'postfix:smtp_data_done_timeout'],
    dns,
    hosts: { mx: mailHost({ endOfData: { then: 'silent' } }) },
    send: message({ to }),
    expect: [
      deferred(to, {
        dsn: '4.4.2',
        reason: `conversation with ${server} timed out while sending end of data -- message may be sent more than once`,
      }),
      elapsed({ atLeast: '600s', atMost: '601s' }),
      connections('mx', 1),
      decided('time limit', 'waits no longer, after 600 s', { because: 'smtp_data_done_timeout = 600s' }),
    ],
    virtualOnly: 'waits ten minutes',
  }),
  ...(['close', 'reset'] as const).map((how) =>
    scenario(`data/${how}-after-final-dot`, {
      title: `A ${how} instead of the reply to the text leaves the message undelivered as far as anybody knows`,
      clauses: ['rfc5321-3.8-01', 'postfix:delivery-8.4'],
      origins: how === 'close' ? ['delivery-183'] : [],
      dns,
      hosts: { mx: mailHost({ endOfData: { then: how } }) },
      send: message({ to }),
      expect: [
        deferred(to, {
          dsn: '4.4.2',
          relay: `${server}:25`,
          reason: `lost connection with ${server} while sending end of data -- message may be sent more than once`,
        }),
        dialogue('mx', ['...', 'C: <content*', 'C: QUIT']),
      ],
    }),
  ),
  scenario('data/lost-after-final-dot-tries-next-host', {
    title: 'When the first host closes instead of a reply to the text, the second host gets all of it',
    clauses: ['rfc5321-3.8-01', 'rfc5321-5.1-12'],
    dns: twoExchangers,
    hosts: { a: mailHost({ endOfData: { then: 'close' } }), b: mailHost() },
    send: message({ to, body: 'All of it.\r\n' }),
    expect: [
      delivered(to, { via: 'b' }),
      received('b', { count: 1, unchanged: true }),
      logged('lost connection with a.example.test[192.0.2.1] while sending end of data'),
      order(['a', 'b']),
    ],
  }),
  scenario('data/close-after-354', {
    title:
      'A server that closes its side once it has asked for the text does not get the message marked as sent',
    clauses: ['rfc5321-3.8-01', 'rfc5321-4.2.5-01', 'postfix:delivery-7.8'],
    dns,
    hosts: { mx: mailHost({ data: { reply: '354 go', then: 'close' } }) },
    send: message({ to, size }),
    expect: [
      deferred(to, {
        dsn: '4.4.2',
        reason: `lost connection with ${server} while sending end of data -- message may be sent more than once`,
      }),
      received('mx', { count: 0 }),
      connections('mx', 1),
    ],
  }),
  scenario('data/reset-in-text', {
    title: 'A connection reset in the middle of the text defers the message',
    clauses: ['rfc5321-3.8-01', 'postfix:delivery-7.8'],
    origins: ['delivery-186'],
    dns,
    hosts: { mx: mailHost({ faults: [{ at: 'content', afterBytes: 200_000, then: 'reset' }] }) },
    send: message({ to, size }),
    virtualOnly: 'how much of the text the kernel takes before the loss shows depends on its buffers',
    expect: [
      deferred(to, { dsn: '4.4.2', reason: `lost connection with ${server} while sending message body` }),
      received('mx', { count: 0 }),
      connections('mx', 1),
    ],
  }),
  scenario('data/reset-in-text-tries-next-host', {
    title: 'After a reset in the middle of the text the next host gets the message from its beginning',
    clauses: ['rfc5321-5.1-12', 'rfc5321-4.5.3.1.7-01'],
    dns: twoExchangers,
    hosts: {
      a: mailHost({ faults: [{ at: 'content', afterBytes: 200_000, then: 'reset' }] }),
      b: mailHost(),
    },
    send: message({ to, size }),
    virtualOnly: 'how much of the text the kernel takes before the loss shows depends on its buffers',
    expect: [
      delivered(to, { via: 'b' }),
      received('b', { count: 1, unchanged: true }),
      logged('lost connection with a.example.test[192.0.2.1] while sending message body'),
      order(['a', 'b']),
    ],
  }),
  scenario('data/552-and-close-in-text', {
    title: 'A 552 that a server says in the middle of the text before it closes is the reply to the text',
    clauses: ['rfc5321-4.2-01', 'rfc1870-6.2-03', 'postfix:delivery-7.8'],
    origins: ['delivery-185'],
    dns,
    hosts: {
      mx: mailHost({
        faults: [{ at: 'content', afterBytes: 200_000, reply: '552 5.3.4 too big', then: 'close' }],
      }),
    },
    send: message({ to, size }),
    expect: [
      bounced(to, {
        dsn: '5.3.4',
        reason: `host ${server} said: 552 5.3.4 too big (in reply to end of DATA command)`,
      }),
      dialogue('mx', ['...', 'S: 354 *', '...', 'S: 552 5.3.4 too big', '...']),
    ],
  }),
  scenario('data/552-and-reset-in-text', {
    title:
      'A 552 that arrived before the connection broke in the middle of the text is the reply to the text',
    clauses: ['rfc5321-4.2-01', 'postfix:delivery-7.8'],
    dns,
    hosts: {
      mx: dialogueHost([
        'S: 220 mx ESMTP',
        'C: EHLO client.test',
        'S: 250 mx',
        'C: MAIL FROM:<sender@client.test>',
        'S: 250 Ok',
        `C: RCPT TO:<${to}>`,
        'S: 250 Ok',
        'C: DATA',
        'S: 354 go',
        wait('1s'),
        'S: 552 5.3.4 too big',
        wait('1s'),
        reset(),
      ]),
    },
    send: message({ to, size }),
    expect: [
      bounced(to, {
        dsn: '5.3.4',
        reason: `host ${server} said: 552 5.3.4 too big (in reply to end of DATA command)`,
      }),
      connections('mx', 1),
    ],
  }),
  scenario('data/server-stops-reading', {
    title: 'A server that stops reading the text is given up after three minutes, without QUIT',
    clauses: ['rfc5321-4.5.3.2.5-01', 'postfix:smtp_data_xfer_timeout'],
    origins: ['delivery-184'],
    dns,
    hosts: { mx: mailHost({ faults: [{ at: 'content', afterBytes: 100_000, then: 'stall' }] }) },
    send: message({ to, size }),
    expect: [
      deferred(to, {
        dsn: '4.4.2',
        reason: `conversation with ${server} timed out while sending message body`,
      }),
      elapsed({ atLeast: '180s', atMost: '182s' }),
      connections('mx', 1),
    ],
    virtualOnly: 'waits three minutes',
  }),
  scenario('data/slow-path', {
    title: 'A megabyte over a slow path arrives whole, as long as each piece of it is taken in time',
    clauses: ['rfc5321-4.5.3.2-04', 'rfc5321-4.5.3.1.7-01', 'postfix:smtp_data_xfer_timeout'],
    dns,
    hosts: { mx: mailHost() },
    network: { mx: { bytesPerSecond: 1_000, latencyMs: 150, segmentBytes: 1460 } },
    send: message({ to, size: 1_000_000 }),
    expect: [
      delivered(to, { via: 'mx' }),
      received('mx', { count: 1, unchanged: true }),
      elapsed({ atLeast: '1000s', atMost: '1200s' }),
    ],
    virtualOnly: 'sends for a quarter of an hour',
  }),
  scenario('data/slow-reader-above-min-rate', {
    title: 'A reader above smtp_min_data_rate may take longer than smtp_data_xfer_timeout, deadline or not',
    clauses: ['postfix:smtp_min_data_rate', 'postfix:smtp_per_request_deadline'],
    dns,
    hosts: { mx: mailHost() },
    network: { mx: { bytesPerSecond: 600, windowBytes: 1024 } },
    config: { smtp_per_request_deadline: 'yes', smtp_min_data_rate: '500' },
    send: message({ to, size: 300_000 }),
    expect: [delivered(to, { via: 'mx' }), received('mx', { count: 1 }), elapsed({ atLeast: '490s' })],
    virtualOnly: 'sends for eight minutes',
  }),
  scenario('data/slow-reader-below-min-rate', {
    title: 'A reader below smtp_min_data_rate uses up the deadline',
    clauses: ['postfix:smtp_min_data_rate', 'postfix:smtp_per_request_deadline'],
    dns,
    hosts: { mx: mailHost() },
    network: { mx: { bytesPerSecond: 100, windowBytes: 1024 } },
    config: { smtp_per_request_deadline: 'yes', smtp_min_data_rate: '500' },
    send: message({ to, size: 300_000 }),
    expect: [
      deferred(to, {
        dsn: '4.4.2',
        reason: `conversation with ${server} timed out while sending message body`,
      }),
      connections('mx', 1),
    ],
    virtualOnly: 'sends for minutes',
  }),
];
