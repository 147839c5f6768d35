/** How an LMTP session begins and ends: LHLO, QUIT, and what is the same as in SMTP. */
import {
  bounced,
  deferred,
  delivered,
  dialogue,
  elapsed,
  listening,
  logged,
  mailHost,
  message,
  pipelined,
  received,
  scenario,
  stockHost,
} from '../../scenario.ts';

const to = 'user@example.test';
const nexthop = 'unix:/run/lmtp';
const server = 'client.test[/run/lmtp]';
const place = { unix: '/run/lmtp' };

export default [
  scenario('lmtp/pipelined-session', {
    title: 'An LMTP session opens with LHLO and pipelines like SMTP',
    clauses: ['rfc2033-4.1-01', 'rfc2033-4-01', 'rfc2920-3.1-04', 'postfix:delivery-6.2'],
    hosts: { store: listening(place, mailHost({ protocol: 'lmtp' })) },
    send: message({ service: 'lmtp', nexthop, to }),
    expect: [
      delivered(to, { via: 'store', relay: server }),
      pipelined('store', [['LHLO client.test'], ['MAIL *', `RCPT TO:<${to}>`, 'DATA'], ['.', 'QUIT']]),
    ],
  }),
  scenario('lmtp/stock-server', {
    title: 'A message with dots and a missing last line end arrives whole at a stock LMTP server',
    clauses: ['rfc2033-4-01', 'rfc5321-4.5.2-01'],
    hosts: {
      store: listening(
        place,
        stockHost({ protocol: 'lmtp', refuse: { 'no@example.test': '550 no such user' } }),
      ),
    },
    send: message({ service: 'lmtp', nexthop, to: [to, 'no@example.test'], body: '.\r\n..dots\r\nno end' }),
    expect: [
      delivered(to, { via: 'store' }),
      bounced('no@example.test', { reason: '*(in reply to RCPT TO command)' }),
      received('store', { count: 1, unchanged: true, body: '..dots' }),
    ],
  }),
  scenario('lmtp/lhlo-500', {
    title: 'A server that does not know LHLO bounces the message, and HELO is not tried',
    clauses: ['rfc2033-4.1-02', 'postfix:delivery-5.1'],
    origins: ['delivery-143'],
    hosts: { store: listening(place, mailHost({ protocol: 'lmtp', lhlo: '500 what?' })) },
    send: message({ service: 'lmtp', nexthop, to }),
    expect: [
      bounced(to, { dsn: '5.0.0', reason: `host ${server} refused to talk to me: 500 what?` }),
      dialogue('store', ['S: 220 *', 'C: LHLO client.test', 'S: 500 what?', 'C: QUIT']),
    ],
  }),
  scenario('lmtp/lhlo-421', {
    title: 'A server that is busy at LHLO gets the message another time',
    clauses: ['rfc5321-4.2.1-03', 'postfix:delivery-5.1'],
    hosts: { store: listening(place, mailHost({ protocol: 'lmtp', lhlo: '421 4.3.2 busy' })) },
    send: message({ service: 'lmtp', nexthop, to }),
    expect: [
      deferred(to, {
        dsn: '4.3.2',
        relay: server,
        reason: `host ${server} refused to talk to me: 421 4.3.2 busy`,
      }),
      dialogue('store', ['S: 220 *', 'C: LHLO client.test', 'S: 421 4.3.2 busy', 'C: QUIT']),
    ],
  }),
  scenario('lmtp/lhlo-name', {
    title: 'lmtp_lhlo_name is the name in LHLO',
    clauses: ['postfix:lmtp_lhlo_name'],
    hosts: { store: listening(place, mailHost({ protocol: 'lmtp' })) },
    config: { lmtp_lhlo_name: 'lmtp.client.test', smtp_helo_name: 'smtp.client.test' },
    send: message({ service: 'lmtp', nexthop, to }),
    expect: [
      delivered(to, { via: 'store' }),
      dialogue('store', ['S: 220 *', 'C: LHLO lmtp.client.test', '...']),
    ],
  }),
  scenario('lmtp/quit-awaited', {
    title: 'The reply to QUIT is awaited, and that it never comes changes nothing for the recipient',
    clauses: [
      'rfc5321-4.1.1.10-02',
      'rfc5321-4.3.2-07',
      'postfix:lmtp_skip_quit_response',
      'postfix:lmtp_quit_timeout',
    ],
    origins: ['delivery-206'],
    hosts: { store: listening(place, mailHost({ protocol: 'lmtp', quit: { then: 'silent' } })) },
    config: { lmtp_quit_timeout: '2s' },
    send: message({ service: 'lmtp', nexthop, to }),
    expect: [
      delivered(to, { via: 'store' }),
      logged(/delay=0[.,].*status=sent/),
      elapsed({ atLeast: '2s', atMost: '3s' }),
    ],
  }),
  scenario('lmtp/quit-not-awaited', {
    title: 'With lmtp_skip_quit_response nobody waits for the reply to QUIT',
    clauses: ['postfix:lmtp_skip_quit_response'],
    hosts: { store: listening(place, mailHost({ protocol: 'lmtp', quit: { then: 'silent' } })) },
    config: { lmtp_skip_quit_response: 'yes' },
    send: message({ service: 'lmtp', nexthop, to }),
    expect: [delivered(to, { via: 'store' }), elapsed({ atMost: '1s' })],
  }),
  scenario('lmtp/data-refused', {
    title: 'DATA refused by an LMTP server is one reply for all recipients',
    clauses: ['rfc2033-4-01', 'rfc5321-3.3-05'],
    hosts: { store: listening(place, mailHost({ protocol: 'lmtp', data: '451 4.3.0 not now' })) },
    send: message({ service: 'lmtp', nexthop, to: [to, 'other@example.test'] }),
    expect: [
      ...[to, 'other@example.test'].map((address) =>
        deferred(address, {
          dsn: '4.3.0',
          reason: `host ${server} said: 451 4.3.0 not now (in reply to DATA command)`,
        }),
      ),
      dialogue('store', ['...', 'S: 451 4.3.0 not now', 'C: RSET', 'C: QUIT']),
    ],
  }),
];
