/** The dialogue of the lmtp service: it obeys parameters of its own, whatever those of SMTP say. */
import {
  bounced,
  connections,
  deferred,
  delivered,
  dialogue,
  elapsed,
  listening,
  logged,
  mailHost,
  message,
  pipelined,
  postfixOnly,
  received,
  scenario,
} from '../../scenario.ts';

const to = 'user@example.test';
const lmtp = { service: 'lmtp', nexthop: 'unix:/run/lmtp' } as const;
const server = 'client.test[/run/lmtp]';
const timedOut = (doing: string) => `conversation with ${server} timed out while ${doing}`;
type Switches = Omit<Parameters<typeof mailHost>[0] & object, 'protocol'>;
const store = (switches: Switches = {}) => ({
  store: listening({ unix: '/run/lmtp' }, mailHost({ ...switches, protocol: 'lmtp' })),
});
const masked = store({ greeting: '220 ****************' });
const enabling = (words: string) => logged(new RegExp(`enabling PIX workarounds: ${words} for `));
/** Five bytes with their line end, which take six seconds. */
const trickled = store({ mail: { reply: '250', trickle: { bytes: 1, every: '1500ms' } } });
const submitter = { name: 'client.example.org', address: '203.0.113.9' };

/** Which name of the deadline is set, and whether a reply that trickles in is given up. */
const deadlines = [
  { parameter: 'lmtp_per_request_deadline', config: { lmtp_per_request_deadline: 'yes' }, over: true },
  { parameter: 'lmtp_per_record_deadline', config: { lmtp_per_record_deadline: 'yes' }, over: true },
  {
    parameter: 'lmtp_per_request_deadline',
    config: { smtp_per_request_deadline: 'yes', smtp_per_record_deadline: 'yes' },
    over: false,
  },
];

export default [
  scenario('lmtp/pix-workarounds', {
    title: 'lmtp_pix_workarounds is what is done about a greeting of stars',
    clauses: ['postfix:lmtp_pix_workarounds', 'postfix:delivery-5.2'],
    hosts: masked,
    config: {
      lmtp_pix_workarounds: 'delay_dotcrlf',
      smtp_pix_workarounds: 'disable_esmtp',
      lmtp_pix_workaround_delay_time: '1s',
    },
    send: message({ ...lmtp, to, age: '1h' }),
    expect: [
      delivered(to, { via: 'store' }),
      enabling('delay_dotcrlf'),
      elapsed({ atLeast: '1s', atMost: '3s' }),
    ],
  }),
  scenario('lmtp/pix-threshold-time', {
    title: 'lmtp_pix_workaround_threshold_time is how old a message must be for a pause',
    clauses: ['postfix:lmtp_pix_workaround_threshold_time', 'postfix:delivery-5.2'],
    hosts: masked,
    config: {
      lmtp_pix_workaround_threshold_time: '1m',
      smtp_pix_workaround_threshold_time: '1d',
      lmtp_pix_workaround_delay_time: '2s',
      smtp_pix_workaround_delay_time: '30s',
    },
    send: message({ ...lmtp, to, age: '70s' }),
    expect: [
      delivered(to, { via: 'store' }),
      enabling('disable_esmtp delay_dotcrlf'),
      elapsed({ atLeast: '2s', atMost: '4s' }),
    ],
  }),
  scenario('lmtp/quoting-off', {
    title: 'With lmtp_quote_rfc821_envelope off, addresses go out as they are',
    clauses: ['postfix:lmtp_quote_rfc821_envelope'],
    hosts: store({ rcpt: '501 5.1.3 bad address syntax' }),
    config: { lmtp_quote_rfc821_envelope: 'no', smtp_quote_rfc821_envelope: 'yes' },
    send: message({ ...lmtp, to: 'a b@example.test' }),
    expect: [
      bounced('a b@example.test', { dsn: '5.1.3' }),
      dialogue('store', ['...', 'C: RCPT TO:<a b@example.test>', '...']),
    ],
    tolerates: {
      'rfc5321-4.1.2-01': 'lmtp_quote_rfc821_envelope=no',
      'rfc5321-4.1.1-01': 'lmtp_quote_rfc821_envelope=no',
      'rfc1123-5.2.18-02': 'lmtp_quote_rfc821_envelope=no',
    },
  }),
  scenario('lmtp/quoting-of-smtp-off', {
    title: 'smtp_quote_rfc821_envelope does not keep LMTP from quoting',
    clauses: ['postfix:lmtp_quote_rfc821_envelope'],
    hosts: store(),
    config: { smtp_quote_rfc821_envelope: 'no' },
    send: message({ ...lmtp, to: 'a b@example.test' }),
    expect: [
      delivered('a b@example.test'),
      dialogue('store', ['...', 'C: RCPT TO:<"a b"@example.test>', '...']),
    ],
  }),
  ...[
    { target: 'data', other: 'rcpt', reply: '354 go on', ends: ['DATA'] },
    { target: 'rcpt', other: 'data', reply: '250 2.1.5 fine', ends: ['RSET', 'QUIT'] },
  ].map(({ target, other, reply, ends }) =>
    scenario(`lmtp/probe-as-far-as-${target}`, {
      title: `With lmtp_address_verify_target=${target} a probe goes as far as ${target.toUpperCase()}`,
      clauses: ['postfix:lmtp_address_verify_target', 'postfix:delivery-6.6'],
      hosts: store({ rcpt: '250 2.1.5 fine', data: '354 go on' }),
      config: { lmtp_address_verify_target: target, smtp_address_verify_target: other },
      send: message({ ...lmtp, to, probe: true }),
      expect: [
        delivered(to, { reason: reply }),
        pipelined('store', [['LHLO *'], ['MAIL *', `RCPT TO:<${to}>`, ...ends]]),
      ],
    }),
  ),
  scenario('lmtp/line-length', {
    title: 'lmtp_line_length_limit is where long lines are broken',
    clauses: ['postfix:lmtp_line_length_limit'],
    hosts: store(),
    config: { lmtp_line_length_limit: '20', smtp_line_length_limit: '10' },
    send: message({ ...lmtp, to, content: `Subject: x\r\n\r\n${'0123456789'.repeat(3)}\r\n` }),
    expect: [
      delivered(to),
      received('store', { content: 'Subject: x\r\n\r\n01234567890123456789\r\n 0123456789\r\n' }),
      logged('breaking line > 20 bytes with <CR><LF>SPACE'),
    ],
    tolerates: { 'rfc1870-6-03': 'Postfix declares the size before it breaks lines' },
  }),
  scenario('lmtp/silent-xforward', {
    title: 'lmtp_xforward_timeout is how long the reply to XFORWARD is awaited',
    clauses: ['postfix:lmtp_xforward_timeout'],
    hosts: store({ extensions: ['XFORWARD NAME ADDR'], xforward: { then: 'silent' } }),
    config: { lmtp_send_xforward_command: 'yes', lmtp_xforward_timeout: '2s', smtp_xforward_timeout: '1s' },
    send: message({ ...lmtp, to, submitter }),
    expect: [
      deferred(to, { dsn: '4.4.2', reason: timedOut('sending XFORWARD name/address') }),
      postfixOnly(elapsed({ atLeast: '2s', atMost: '3s' })),
      connections('store', 1),
    ],
  }),
  ...deadlines.map(({ parameter, config, over }) =>
    scenario(`lmtp/deadline-${over ? parameter.replaceAll('_', '-') : 'of-smtp'}`, {
      title: over
        ? `With ${parameter} a reply that comes a byte at a time is given up at lmtp_mail_timeout`
        : 'The deadline of SMTP, by its new name or its old one, is none for LMTP',
      clauses: [`postfix:${parameter}`, 'postfix:delivery-4.4'],
      hosts: trickled,
      config: { ...config, lmtp_mail_timeout: '2s' },
      send: message({ ...lmtp, to }),
      expect: over
        ? [
            deferred(to, { dsn: '4.4.2', reason: timedOut('sending MAIL FROM') }),
            postfixOnly(elapsed({ atLeast: '2s', atMost: '3500ms' })),
            connections('store', 1),
          ]
        : [delivered(to, { via: 'store' }), elapsed({ atLeast: '6s', atMost: '9s' })],
    }),
  ),
];
