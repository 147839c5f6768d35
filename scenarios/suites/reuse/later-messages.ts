/** What the first message over a connection leaves to the later ones. */
import {
  bounced,
  connections,
  deferred,
  delivered,
  dialogue,
  dialogueHost,
  elapsed,
  expectClose,
  logged,
  mailHost,
  message,
  pipelined,
  scenario,
  zone,
} from '../../scenario.ts';

const dns = zone('example.test', { MX: '10 mx', mx: '192.0.2.1' });
const to = 'user@example.test';
const tolerates = {
  'rfc5321-4.1.1.10-01': 'Postfix closes connections that nobody uses any more without QUIT',
};

const lmtp = { service: 'lmtp', nexthop: 'mx.example.test:25', reuse: 'both' } as const;

export default [
  scenario('reuse/pix-pause-is-remembered', {
    title: 'The pause before the final dot is made for later messages too, however new they are',
    clauses: ['postfix:delivery-4.6', 'postfix:smtp_pix_workaround_delay_time'],
    dns,
    hosts: { mx: mailHost({ greeting: '220 ****************0********2***' }) },
    config: { smtp_pix_workaround_delay_time: '2s' },
    send: [message({ to, age: '501s', reuse: 'both' }), message({ to, reuse: 'both', after: '100ms' })],
    expect: [
      delivered(to, { via: 'mx' }),
      delivered(to, { via: 'mx' }),
      connections('mx', 1),
      logged('enabling PIX workarounds: disable_esmtp delay_dotcrlf for mx.example.test[192.0.2.1]:25'),
      logged('conn_use=2, '),
      pipelined('mx', [
        ['HELO client.test'],
        ...[1, 2].flatMap((use) => [...(use > 1 ? [['RSET']] : []), ['MAIL *'], ['RCPT *'], ['DATA'], ['.']]),
      ]),
      elapsed({ atLeast: '4s', atMost: '6s' }),
    ],
    tolerates,
  }),
  scenario('reuse/lmtp-nobody-left', {
    title:
      'An LMTP server that asks for the text though it refused everybody answers the empty text with one reply',
    clauses: ['postfix:delivery-4.6', 'postfix:delivery-6.3'],
    dns,
    hosts: {
      mx: dialogueHost([
        'S: 220 mx LMTP',
        'C: LHLO *',
        'S: 250-mx',
        'S: 250 PIPELINING',
        'C: MAIL *',
        'C: RCPT *',
        'C: DATA',
        'S: 250 Ok',
        'S: 550 5.1.1 unknown',
        'S: 354 go on',
        'C: .',
        'S: 503 5.5.1 nobody to give it to',
        'C: RSET',
        'S: 250 Ok',
        'C: MAIL *',
        'C: RCPT *',
        'C: DATA',
        'S: 250 Ok',
        'S: 250 Ok',
        'S: 354 go on',
        'C: <content>',
        'S: 250 2.0.0 got it',
        expectClose(),
      ]),
    },
    send: [message({ ...lmtp, to: 'nobody@example.test' }), message({ ...lmtp, to, after: '100ms' })],
    expect: [
      bounced('nobody@example.test', {
        dsn: '5.1.1',
        reason: 'host mx.example.test[192.0.2.1] said: 550 5.1.1 unknown (in reply to RCPT TO command)',
      }),
      delivered(to, { via: 'mx' }),
      connections('mx', 1),
      logged('conn_use=2, '),
    ],
    tolerates,
  }),
  scenario('reuse/second-best-is-left-alone', {
    title:
      'Of two kept connections to the best exchangers the second is not used when the first did the work',
    clauses: ['postfix:delivery-4.5'],
    dns: zone('example.test', { MX: ['10 a', '10 b'], a: '192.0.2.1', b: '192.0.2.2' }),
    hosts: {
      a: mailHost({ rcpt: ['450 4.2.1 later', 'default'] }),
      b: mailHost({ rcpt: ['450 4.2.1 later', 'default'] }),
    },
    config: { smtp_randomize_addresses: 'no' },
    send: [message({ to, reuse: 'both' }), message({ to, reuse: 'both', after: '100ms' })],
    expect: [
      deferred(to, { dsn: '4.2.1', reason: '*450 4.2.1 later*' }),
      delivered(to, { via: 'a' }),
      connections('a', 1),
      connections('b', 1),
      logged(/said: 450 4\.2\.1 later/),
      logged('conn_use=2, '),
      dialogue('b', ['...', 'C: RSET', 'S: 250 *', 'C: <close>']),
    ],
    tolerates,
  }),
  scenario('reuse/other-name', {
    title: 'A connection kept for an address is used for another destination, under the name it has there',
    clauses: ['postfix:delivery-4.5', 'postfix:delivery-9.1'],
    dns: [
      zone('example.test', { MX: '10 mx', mx: '192.0.2.1' }),
      zone('second.test', { MX: '10 post', post: '192.0.2.1' }),
    ],
    hosts: { 'mx.example.test': mailHost({ rcpt: { 'no@second.test': '550 5.1.1 unknown' } }) },
    send: [
      message({ to, reuse: 'both' }),
      message({
        to: ['user@second.test', 'no@second.test'],
        nexthop: 'second.test',
        reuse: 'both',
        after: '100ms',
      }),
    ],
    expect: [
      delivered(to, { via: 'mx.example.test' }),
      delivered('user@second.test', { via: 'mx.example.test', relay: 'post.second.test[192.0.2.1]:25' }),
      bounced('no@second.test', {
        dsn: '5.1.1',
        reason: 'host post.second.test[192.0.2.1] said: 550 5.1.1 unknown (in reply to RCPT TO command)',
      }),
      connections('mx.example.test', 1),
      logged('relay=post.second.test[192.0.2.1]:25, conn_use=2, '),
    ],
    tolerates,
  }),
];
