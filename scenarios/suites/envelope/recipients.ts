/** Several recipients, one transaction: each has its own fate. */
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
  logged,
  mailHost,
  message,
  notLogged,
  order,
  pipelined,
  postfixOnly,
  received,
  scenario,
  verifies,
  zone,
} from '../../scenario.ts';

const dns = zone('example.test', { MX: '10 mx', mx: ['192.0.2.1'] });
const twoExchangers = zone('example.test', { MX: ['10 a', '20 b'], a: '192.0.2.1', b: '192.0.2.2' });
const one = 'one@example.test';
const two = 'two@example.test';
const three = 'three@example.test';
const crowd = Array.from({ length: 250 }, (_, index) => `user${index}@example.test`);
const lockStep = ['ENHANCEDSTATUSCODES'];

export default [
  scenario('envelope/mixed-recipients', {
    title: 'Recipients that the server refuses are reported one by one, the others get the message',
    clauses: ['rfc5321-4.3.2-04', 'postfix:delivery-6.3'],
    origins: ['delivery-152'],
    dns,
    hosts: {
      mx: mailHost({
        rcpt: { 'no@example.test': '550 5.1.1 unknown', 'later@example.test': '450 4.2.1 mailbox busy' },
      }),
    },
    send: message({ to: ['yes@example.test', 'no@example.test', 'later@example.test', 'too@example.test'] }),
    expect: [
      delivered('yes@example.test', { via: 'mx' }),
      delivered('too@example.test', { via: 'mx' }),
      bounced('no@example.test', {
        dsn: '5.1.1',
        reason: '*550 5.1.1 unknown (in reply to RCPT TO command)',
      }),
      deferred('later@example.test', { dsn: '4.2.1' }),
      received('mx', { count: 1 }),
      connections('mx', 1),
      verifies(
        ['rfc2920-3.1-02', 'postfix:delivery-6.2'],
        pipelined('mx', [
          ['EHLO client.test'],
          [
            'MAIL FROM:<sender@client.test>*',
            'RCPT TO:<yes@*',
            'RCPT TO:<no@*',
            'RCPT TO:<later@*',
            'RCPT TO:<too@*',
            'DATA',
          ],
          ['.', 'QUIT'],
        ]),
      ),
      dialogue('mx', ['S: 220 *', '...', 'S: 354 *', 'C: <content*', 'C: QUIT']),
    ],
  }),
  scenario('envelope/rcpt-all-refused-lock-step', {
    title: 'When all recipients are refused one by one, RSET and QUIT follow and there is no DATA',
    clauses: ['rfc5321-3.3-01', 'postfix:delivery-6.3'],
    origins: ['delivery-154'],
    dns,
    hosts: { mx: mailHost({ extensions: lockStep, rcpt: { [one]: '550 5.1.1 no', [two]: '450 4.2.1 no' } }) },
    send: message({ to: [one, two] }),
    expect: [
      bounced(one, { dsn: '5.1.1' }),
      deferred(two, { dsn: '4.2.1' }),
      dialogue('mx', [
        '...',
        `C: RCPT TO:<${one}>`,
        'S: 550 5.1.1 no',
        `C: RCPT TO:<${two}>`,
        'S: 450 4.2.1 no',
        'C: RSET',
        'S: 250 *',
        'C: QUIT',
      ]),
    ],
  }),
  scenario('envelope/rcpt-all-refused-pipelined', {
    title: 'When all recipients of a group are refused and DATA with them, RSET and QUIT follow',
    clauses: ['rfc2920-3.1-07', 'rfc2920-3.1-01', 'postfix:delivery-6.3'],
    dns,
    hosts: { mx: mailHost({ rcpt: '550 5.1.1 no' }) },
    send: message({ to: [one, two] }),
    expect: [
      bounced(one, { dsn: '5.1.1' }),
      bounced(two, { dsn: '5.1.1' }),
      pipelined('mx', [['EHLO *'], ['MAIL *', 'RCPT *', 'RCPT *', 'DATA'], ['RSET', 'QUIT']]),
      dialogue('mx', ['...', 'S: 550 5.1.1 no', 'S: 550 5.1.1 no', 'S: 554 *', 'C: RSET', 'C: QUIT']),
    ],
  }),
  scenario('envelope/rcpt-all-refused-data-accepted', {
    title: 'When DATA is accepted without any recipient, a lone dot ends it and its reply means nothing',
    clauses: ['rfc2920-3.1-06', 'postfix:delivery-6.3'],
    origins: ['delivery-155'],
    dns,
    hosts: {
      mx: dialogueHost([
        'S: 220 mx ESMTP',
        'C: EHLO client.test',
        'S: 250-mx',
        'S: 250 PIPELINING',
        'C: MAIL FROM:<sender@client.test>',
        `C: RCPT TO:<${one}>`,
        `C: RCPT TO:<${two}>`,
        'C: DATA',
        'S: 250 2.1.0 Ok',
        'S: 550 5.1.1 no',
        'S: 450 4.2.1 not now',
        'S: 354 go',
        'C: <content, 3 bytes>',
        'C: QUIT',
        'S: 250 2.0.0 Ok, nothing for nobody',
        'S: 221 2.0.0 Bye',
        close(),
      ]),
    },
    send: message({ to: [one, two] }),
    expect: [
      bounced(one, { dsn: '5.1.1', reason: '*said: 550 5.1.1 no (in reply to RCPT TO command)' }),
      deferred(two, { dsn: '4.2.1', reason: '*said: 450 4.2.1 not now (in reply to RCPT TO command)' }),
      received('mx', { count: 0 }),
    ],
  }),
  scenario('envelope/rcpt-450-split-over-two-hosts', {
    title: 'A recipient that the first mail exchanger defers gets the message through the second',
    clauses: ['rfc5321-5.1-12', 'postfix:delivery-1.7'],
    origins: ['delivery-153'],
    dns: twoExchangers,
    hosts: { a: mailHost({ rcpt: { [two]: '450 4.7.1 greylisted' } }), b: mailHost() },
    send: message({ to: [one, two] }),
    expect: [
      delivered(one, { via: 'a' }),
      delivered(two, { via: 'b' }),
      logged('said: 450 4.7.1 greylisted (in reply to RCPT TO command)'),
      notLogged('status=deferred'),
      received('a', { count: 1 }),
      received('b', { count: 1 }),
      dialogue('b', ['...', `C: RCPT TO:<${two}>`, 'C: DATA', '...']),
      order(['a', 'b']),
    ],
  }),
  scenario('envelope/rcpt-550-asks-nobody-else', {
    title: 'A recipient that the first mail exchanger refuses for good bounces though there is a second one',
    clauses: ['rfc3974-3-06', 'rfc5321-4.2.1-04', 'postfix:delivery-8.2'],
    dns: twoExchangers,
    hosts: { a: mailHost({ rcpt: { [two]: '550 5.1.1 unknown' } }), b: mailHost() },
    send: message({ to: [one, two] }),
    expect: [
      delivered(one, { via: 'a' }),
      bounced(two, { dsn: '5.1.1', relay: 'a.example.test[192.0.2.1]:25' }),
      order(['a']),
    ],
  }),
  scenario('envelope/rcpt-452-too-many', {
    title: 'Recipients beyond what one server takes go to another in a transaction of their own',
    clauses: ['rfc5321-4.5.3.1.10-02'],
    dns: twoExchangers,
    hosts: { a: mailHost({ maxRecipients: 2 }), b: mailHost() },
    send: message({ to: [one, two, three] }),
    expect: [
      delivered(one, { via: 'a' }),
      delivered(two, { via: 'a' }),
      delivered(three, { via: 'b' }),
      received('a', { count: 1 }),
      received('b', { count: 1 }),
    ],
  }),
  scenario('envelope/rcpt-452-after-a-hundred', {
    title: 'Of 250 recipients each server takes a hundred: the rest is sent in further transactions',
    clauses: ['rfc5321-4.5.3.1.8-01', 'rfc5321-4.5.3.1.10-02', 'rfc3463-3.6-01', 'postfix:delivery-1.7'],
    dns: zone('example.test', {
      MX: ['10 a', '20 b', '30 c'],
      a: '192.0.2.1',
      b: '192.0.2.2',
      c: '192.0.2.3',
    }),
    hosts: {
      a: mailHost({ maxRecipients: 100 }),
      b: mailHost({ maxRecipients: 100 }),
      c: mailHost({ maxRecipients: 100 }),
    },
    config: { smtp_mx_session_limit: '3', smtp_destination_recipient_limit: '0' },
    send: message({ to: crowd }),
    expect: [
      ...crowd.map((address) => delivered(address)),
      received('a', { count: 1 }),
      received('b', { count: 1 }),
      received('c', { count: 1 }),
    ],
  }),
  scenario('envelope/rcpt-552-too-many', {
    title: 'A recipient refused with 552, as being one too many, is refused for good',
    clauses: ['postfix:delivery-8.3'],
    dns,
    hosts: { mx: mailHost({ rcpt: { [two]: '552 5.5.3 too many recipients' } }) },
    send: message({ to: [one, two] }),
    expect: [
      delivered(one, { via: 'mx' }),
      postfixOnly(bounced(two, { dsn: '5.5.3' })),
      verifies(
        'rfc5321-4.5.3.1.10-01',
        check('the recipient who was one too many waits', ({ outcomes }) =>
          outcomes.some(({ address, status }) => address === two && status === 'deferred')
            ? undefined
            : 'not left for later',
        ),
      ),
    ],
  }),
  scenario('envelope/rcpt-421-and-close', {
    title:
      'After 421 to one recipient and the close, the recipients without a reply have lost the connection',
    clauses: ['rfc5321-3.8-02', 'rfc5321-3.8-01', 'postfix:delivery-6.3'],
    origins: ['delivery-160'],
    dns,
    hosts: { mx: mailHost({ rcpt: { [two]: '421 4.3.2 going down' } }) },
    send: message({ to: [one, two, three] }),
    expect: [
      deferred(two, {
        dsn: '4.3.2',
        reason: 'host mx.example.test[192.0.2.1] said: 421 4.3.2 going down (in reply to RCPT TO command)',
      }),
      ...[one, three].map((address) =>
        deferred(address, {
          dsn: '4.4.2',
          reason: 'lost connection with mx.example.test[192.0.2.1] while sending RCPT TO',
        }),
      ),
      connections('mx', 1),
    ],
  }),
  scenario('envelope/rcpt-refused-then-connection-lost', {
    title: 'A recipient refused before the connection was lost stays refused, the others go to the next host',
    clauses: ['rfc5321-3.8-01', 'postfix:delivery-8.4'],
    dns: twoExchangers,
    hosts: {
      a: mailHost({
        rcpt: { [one]: '550 5.1.1 unknown' },
        faults: [{ at: 'data', when: 'beforeReply', then: 'close' }],
      }),
      b: mailHost(),
    },
    send: message({ to: [one, two, three] }),
    expect: [
      bounced(one, { dsn: '5.1.1', relay: 'a.example.test[192.0.2.1]:25' }),
      delivered(two, { via: 'b' }),
      delivered(three, { via: 'b' }),
      logged('lost connection with a.example.test[192.0.2.1] while sending DATA command'),
      received('a', { count: 0 }),
      order(['a', 'b']),
    ],
  }),
  scenario('envelope/rcpt-never-answered', {
    title: 'Each reply to RCPT is awaited for five minutes, counted from the reply before',
    clauses: ['rfc5321-4.5.3.2.3-01', 'rfc5321-4.5.3.2-02', 'postfix:smtp_rcpt_timeout'],
    dns,
    hosts: {
      mx: mailHost({
        rcpt: { [one]: { delay: '290s' }, [two]: { delay: '290s' }, [three]: { then: 'silent' } },
      }),
    },
    send: message({ to: [one, two, three] }),
    expect: [
      ...[one, two, three].map((address) =>
        deferred(address, {
          dsn: '4.4.2',
          reason: 'conversation with mx.example.test[192.0.2.1] timed out while sending RCPT TO',
        }),
      ),
      elapsed({ atLeast: '880s', atMost: '881s' }),
      connections('mx', 1),
    ],
    virtualOnly: 'waits a quarter of an hour',
  }),
];
