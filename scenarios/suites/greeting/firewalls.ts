/** Servers behind a firewall that overwrites the greeting with stars (PIX "smtp fixup"). */
import {
  delivered,
  elapsed,
  logged,
  mailHost,
  message,
  notLogged,
  pipelined,
  scenario,
  zone,
} from '../../scenario.ts';

const dns = zone('example.test', { MX: '10 a', a: '192.0.2.1' });
const to = 'user@example.test';
const stars = '220 ****************0********2***';
const extended = [['EHLO client.test'], ['...'], ['.', 'QUIT']];
const plain = [
  ['HELO client.test'],
  ['MAIL FROM:<sender@client.test>'],
  ['RCPT TO:*'],
  ['DATA'],
  ['.'],
  ['QUIT'],
];

/** Greetings and whether they count as masked. */
const greetings = [
  { name: 'bare-code', greeting: '220', masked: true },
  { name: 'code-and-space', greeting: '220 ', masked: true },
  { name: 'stars-on-two-lines', greeting: '220-****\n220 ****', masked: false },
  { name: 'stars-and-a-word', greeting: '220 ***** mail', masked: false },
  { name: 'digits-two-and-zero', greeting: '220 2002 *', masked: true },
];

/** Cases of the catalogue that rows of the table above show. */
const shown: Readonly<Record<string, readonly string[]>> = {
  'bare-code': ['delivery-125'],
  'stars-and-a-word': ['delivery-126'],
};

export default [
  scenario('greeting/pix-new-message', {
    title: 'A greeting of stars makes the client say HELO; a new message gets no pause',
    clauses: ['postfix:smtp_pix_workarounds', 'postfix:smtp_pix_workaround_threshold_time'],
    origins: ['delivery-123'],
    dns,
    hosts: { a: mailHost({ greeting: stars }) },
    send: message({ to, age: '499s' }),
    expect: [
      delivered(to, { via: 'a' }),
      pipelined('a', plain),
      logged(/: enabling PIX workarounds: disable_esmtp for a\.example\.test\[192\.0\.2\.1\]:25$/),
      elapsed({ atMost: '2s' }),
    ],
  }),
  scenario('greeting/pix-old-message', {
    title: 'A message that waits for 500 seconds or more also gets a pause before the final dot',
    clauses: ['postfix:smtp_pix_workaround_threshold_time', 'postfix:smtp_pix_workaround_delay_time'],
    origins: ['delivery-124'],
    dns,
    hosts: { a: mailHost({ greeting: stars }) },
    send: message({ to, age: '501s' }),
    expect: [
      delivered(to, { via: 'a' }),
      pipelined('a', plain),
      logged('enabling PIX workarounds: disable_esmtp delay_dotcrlf for a.example.test[192.0.2.1]:25'),
      elapsed({ atLeast: '10s', atMost: '12s' }),
    ],
    virtualOnly: 'waits ten seconds',
  }),
  scenario('greeting/pix-delay-time', {
    title: 'How old the message must be, and how long the pause is, are parameters',
    clauses: ['postfix:smtp_pix_workaround_threshold_time', 'postfix:smtp_pix_workaround_delay_time'],
    origins: ['delivery-124'],
    dns,
    hosts: { a: mailHost({ greeting: stars }) },
    config: { smtp_pix_workaround_threshold_time: '1m', smtp_pix_workaround_delay_time: '2s' },
    send: message({ to, age: '61s' }),
    expect: [
      delivered(to, { via: 'a' }),
      logged('disable_esmtp delay_dotcrlf'),
      elapsed({ atLeast: '2s', atMost: '4s' }),
      pipelined('a', plain),
    ],
  }),
  scenario('greeting/pix-delay-only', {
    title: 'With delay_dotcrlf alone the client keeps to EHLO and pauses before the final dot',
    clauses: ['postfix:smtp_pix_workarounds', 'postfix:delivery-7.7'],
    dns,
    hosts: { a: mailHost({ greeting: stars }) },
    config: { smtp_pix_workarounds: 'delay_dotcrlf', smtp_pix_workaround_delay_time: '2s' },
    send: message({ to, age: '1h' }),
    expect: [
      delivered(to, { via: 'a' }),
      pipelined('a', extended),
      logged(/enabling PIX workarounds: delay_dotcrlf for/),
      elapsed({ atLeast: '2s', atMost: '4s' }),
    ],
  }),
  ...([9, 12] as const).map((seconds) =>
    scenario(`greeting/pix-pause-of-${seconds}`, {
      title:
        seconds > 10
          ? 'After more than ten seconds without a byte QUIT waits for the reply to the content'
          : 'After a pause of less than ten seconds QUIT goes with the final dot',
      clauses: ['postfix:delivery-6.2', 'postfix:smtp_pix_workaround_delay_time'],
      origins: ['delivery-163'],
      dns,
      hosts: { a: mailHost({ greeting: '220 ****' }) },
      config: { smtp_pix_workarounds: 'delay_dotcrlf', smtp_pix_workaround_delay_time: `${seconds}s` },
      send: message({ to, age: '600s' }),
      expect: [
        delivered(to, { via: 'a' }),
        logged('enabling PIX workarounds: delay_dotcrlf'),
        pipelined('a', [
          ['EHLO *'],
          ['MAIL *', 'RCPT *', 'DATA'],
          ...(seconds > 10 ? [['.'], ['QUIT']] : [['.', 'QUIT']]),
        ]),
      ],
    }),
  ),
  scenario('greeting/pix-switched-off', {
    title: 'With smtp_pix_workarounds empty a greeting of stars is a greeting like any other',
    clauses: ['postfix:smtp_pix_workarounds'],
    dns,
    hosts: { a: mailHost({ greeting: stars }) },
    config: { smtp_pix_workarounds: '' },
    send: message({ to, age: '1h' }),
    expect: [
      delivered(to, { via: 'a' }),
      pipelined('a', extended),
      notLogged('PIX'),
      elapsed({ atMost: '2s' }),
    ],
  }),
  scenario('greeting/pix-words-in-any-case', {
    title: 'The words of smtp_pix_workarounds count in any case, and unknown ones are ignored',
    clauses: ['postfix:smtp_pix_workarounds', 'postfix:delivery-5.2'],
    dns,
    hosts: { a: mailHost({ greeting: stars }) },
    config: { smtp_pix_workarounds: 'no_such_workaround, Disable_ESMTP' },
    send: message({ to, age: '1h' }),
    expect: [
      delivered(to, { via: 'a' }),
      pipelined('a', plain),
      logged(/enabling PIX workarounds: disable_esmtp for/),
    ],
  }),
  scenario('greeting/pix-lmtp', {
    title: 'LMTP has no HELO to go back to, but takes the pause',
    clauses: ['postfix:lmtp_pix_workaround_delay_time', 'postfix:delivery-5.2'],
    dns,
    hosts: { a: mailHost({ protocol: 'lmtp', greeting: stars }) },
    config: { lmtp_pix_workaround_delay_time: '3s' },
    send: message({ to, service: 'lmtp', nexthop: 'a.example.test', age: '1h' }),
    expect: [
      delivered(to, { via: 'a' }),
      pipelined('a', [['LHLO client.test'], ['MAIL FROM:*', 'RCPT TO:*', 'DATA'], ['.', 'QUIT']]),
      logged('enabling PIX workarounds: disable_esmtp delay_dotcrlf for a.example.test[192.0.2.1]:24'),
      elapsed({ atLeast: '3s', atMost: '5s' }),
    ],
  }),
  ...greetings.map(({ name, greeting, masked }) =>
    scenario(`greeting/pix-${name}`, {
      title: `The greeting "${greeting.replaceAll('\n', ' ')}" ${masked ? 'counts as' : 'is not'} one that a PIX has masked`,
      clauses: ['rfc5321-4.2-04', 'postfix:delivery-5.2'],
      origins: shown[name] ?? [],
      dns,
      hosts: { a: mailHost({ greeting }) },
      send: message({ to }),
      expect: [
        delivered(to, { via: 'a' }),
        pipelined('a', masked ? plain : extended),
        masked ? logged('enabling PIX workarounds: disable_esmtp for') : notLogged('PIX'),
      ],
    }),
  ),
];
