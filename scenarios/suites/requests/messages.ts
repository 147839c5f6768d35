/** What is asked of the client: recipients, the null reverse-path, soft bounces, several messages. */
import {
  bounced,
  check,
  connections,
  deferred,
  delivered,
  dialogue,
  logged,
  mailHost,
  message,
  notLogged,
  order,
  received,
  scenario,
  zone,
} from '../../scenario.ts';

const dns = zone('example.test', { MX: '10 mx', mx: '192.0.2.1' });
const twoExchangers = zone('example.test', { MX: ['10 a', '20 b'], a: '192.0.2.1', b: '192.0.2.2' });
const to = 'user@example.test';
const three = ['one@example.test', 'two@example.test', 'three@example.test'];

export default [
  scenario('requests/all-recipients-accepted', {
    title:
      'Recipients that are all accepted share one copy, and each gets a line of the log with the same delays',
    clauses: ['rfc5321-4.5.4.1-11', 'rfc5321-2.1-01', 'postfix:delivery-9.1'],
    origins: ['delivery-1'],
    dns,
    hosts: { mx: mailHost({ endOfData: { delay: '3s' } }) },
    send: message({ to: three, age: '100s' }),
    expect: [
      ...three.map((address) => delivered(address, { via: 'mx', relay: 'mx.example.test[192.0.2.1]:25' })),
      received('mx', { count: 1 }),
      connections('mx', 1),
      ...three.map((address) =>
        logged(
          new RegExp(
            `^[0-9A-F]+: to=<${address}>, relay=mx\\.example\\.test\\[192\\.0\\.2\\.1\\]:25, delay=103, `,
          ),
        ),
      ),
      check('one set of delays', ({ log }) => {
        const delays = new Set(log.map(({ text }) => /delays=(\S+),/.exec(text)?.[1]));
        return delays.size === 1 && !delays.has(undefined) ? undefined : [...delays].join(' ');
      }),
    ],
  }),
  scenario('requests/null-reverse-path', {
    title: 'The null reverse-path is sent as an empty pair of brackets',
    clauses: ['rfc1123-5.2.9-01', 'rfc5321-4.5.5-03'],
    dns,
    hosts: { mx: mailHost() },
    send: message({ from: '', to }),
    expect: [
      delivered(to, { via: 'mx' }),
      dialogue('mx', ['...', 'C: MAIL FROM:<> SIZE=*', `C: RCPT TO:<${to}>`, '...']),
    ],
  }),
  scenario('requests/null-reverse-path-refused', {
    title:
      'A server that refuses the null reverse-path bounces the message, and no other sender is tried in its place',
    clauses: ['rfc5321-4.5.5-03', 'rfc5321-4.3.2-03'],
    dns,
    hosts: { mx: mailHost({ mail: { '<>': '550 5.7.1 no bounces here' } }) },
    send: message({ from: '', to }),
    expect: [
      bounced(to, { dsn: '5.7.1' }),
      dialogue('mx', ['...', 'C: MAIL FROM:<> *', '...', 'C: RSET', 'C: QUIT']),
      connections('mx', 1),
    ],
  }),
  scenario('requests/same-recipient-twice', {
    title: 'A recipient that stands twice in the request has two outcomes',
    clauses: ['rfc5321-2.1-01', 'postfix:delivery-1.7'],
    dns,
    hosts: { mx: mailHost() },
    send: message({ to: [to, to] }),
    expect: [
      delivered(to, { via: 'mx' }),
      delivered(to, { via: 'mx' }),
      dialogue('mx', ['...', `C: RCPT TO:<${to}>`, `C: RCPT TO:<${to}>`, 'C: DATA', '...']),
    ],
  }),
  scenario('requests/recipients-of-two-domains', {
    title: 'Recipients of two domains are two deliveries, and the failure of one does not touch the other',
    clauses: ['rfc5321-2.1-01', 'postfix:delivery-1.9'],
    dns: [dns, zone('example.org', { MX: '10 mail', mail: '192.0.2.9' })],
    hosts: { mx: mailHost({ greeting: '421 4.3.2 busy' }), mail: mailHost() },
    send: message({ to: [to, 'user@example.org'] }),
    expect: [
      deferred(to, { dsn: '4.3.2' }),
      delivered('user@example.org', { via: 'mail' }),
      connections('mx', 1),
    ],
  }),
  scenario('requests/two-messages', {
    title: 'A message that was refused leaves nothing behind for the next one to the same server',
    clauses: ['rfc5321-4.1.4-04', 'postfix:delivery-6.3'],
    dns,
    hosts: { mx: mailHost({ endOfData: ['554 5.7.1 not this one', 'default'] }) },
    send: [message({ to, body: 'first\r\n' }), message({ to: 'other@example.test', body: 'second\r\n' })],
    expect: [
      bounced(to, { dsn: '5.7.1' }),
      delivered('other@example.test', { via: 'mx' }),
      received('mx', { count: 1, body: 'second' }),
    ],
  }),
  scenario('requests/original-recipient-logged', {
    title: 'The log names the address before rewriting where it differs in more than its letter case',
    clauses: ['postfix:delivery-9.1'],
    dns,
    hosts: { mx: mailHost() },
    send: message({
      to: [
        { address: 'one@example.test', original: 'alias@example.test' },
        { address: 'two@example.test', original: 'TWO@example.test' },
      ],
    }),
    expect: [
      delivered('one@example.test', { via: 'mx' }),
      delivered('two@example.test', { via: 'mx' }),
      logged('to=<one@example.test>, orig_to=<alias@example.test>, relay='),
      logged('to=<two@example.test>, relay='),
    ],
  }),
  scenario('requests/quoted-address-logged', {
    title: 'The log shows an unusual local part in its quotes',
    clauses: ['postfix:info_log_address_format'],
    dns,
    hosts: { mx: mailHost() },
    send: message({ to: 'a b@example.test' }),
    expect: [delivered('a b@example.test', { via: 'mx' }), logged('to=<"a b"@example.test>, relay=')],
  }),
  scenario('requests/internal-address-logged', {
    title: 'With info_log_address_format internal the log shows the local part without quotes',
    clauses: ['postfix:info_log_address_format'],
    dns,
    hosts: { mx: mailHost() },
    config: { info_log_address_format: 'internal' },
    send: message({ to: 'a b@example.test' }),
    expect: [delivered('a b@example.test', { via: 'mx' }), logged('to=<a b@example.test>, relay=')],
  }),
  scenario('requests/soft-bounce-single-host', {
    title: 'With soft_bounce a permanent refusal by the only server is turned into one for now',
    clauses: ['postfix:soft_bounce'],
    origins: ['delivery-16'],
    dns,
    hosts: { mx: mailHost({ rcpt: '550 5.1.1 unknown' }) },
    config: { soft_bounce: 'yes' },
    send: message({ to }),
    expect: [
      deferred(to, { dsn: '4.1.1', reason: '*said: 550 5.1.1 unknown (in reply to RCPT TO command)' }),
      logged('dsn=4.1.1, status=SOFTBOUNCE ('),
      connections('mx', 1),
    ],
  }),
  scenario('requests/soft-bounce-two-hosts', {
    title: 'With soft_bounce a permanent refusal by the first server lets the second one try',
    clauses: ['postfix:soft_bounce'],
    origins: ['delivery-17'],
    dns: twoExchangers,
    hosts: { a: mailHost({ rcpt: '550 5.1.1 unknown' }), b: mailHost() },
    config: { soft_bounce: 'yes' },
    send: message({ to }),
    expect: [
      delivered(to, { via: 'b' }),
      logged('said: 550 5.1.1 unknown (in reply to RCPT TO command)'),
      notLogged('SOFTBOUNCE'),
      order(['a', 'b']),
    ],
  }),
  scenario('requests/soft-bounce-domain-not-found', {
    title: 'With soft_bounce even a domain that does not exist is tried again',
    clauses: ['postfix:soft_bounce'],
    dns,
    config: { soft_bounce: 'yes' },
    send: message({ to: 'user@nowhere.test' }),
    expect: [
      deferred('user@nowhere.test', { dsn: '4.4.4', relay: 'none' }),
      logged('dsn=4.4.4, status=SOFTBOUNCE ('),
    ],
  }),
];
