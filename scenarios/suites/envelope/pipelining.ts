/** How commands travel: one by one, or in groups where the server offers PIPELINING. */
import {
  connections,
  deferred,
  delivered,
  dialogue,
  elapsed,
  logged,
  mailHost,
  message,
  pipelined,
  received,
  scenario,
  zone,
} from '../../scenario.ts';

const dns = zone('example.test', { MX: '10 mx', mx: '192.0.2.1' });
const to = ['one@example.test', 'two@example.test'];
/** Each makes a RCPT command of 150 octets with its CRLF. */
const domain = `${'d'.repeat(60)}.${'e'.repeat(3)}.example.test`;
const many = Array.from({ length: 150 }, (_, index) => `${String(index).padStart(60, 'u')}@${domain}`);
const rcpts = (count: number) => new Array<string>(count).fill('RCPT TO:*');

export default [
  scenario('envelope/pipelining-not-offered', {
    title: 'Without PIPELINING every command waits for the reply to the one before',
    clauses: ['rfc5321-4.3.1-01', 'rfc2920-3-01', 'postfix:delivery-6.2'],
    dns,
    hosts: { mx: mailHost({ extensions: [] }) },
    send: message({ to }),
    expect: [
      ...to.map((address) => delivered(address, { via: 'mx' })),
      pipelined('mx', [
        ['EHLO client.test'],
        ['MAIL FROM:<sender@client.test>'],
        ['RCPT TO:<one@example.test>'],
        ['RCPT TO:<two@example.test>'],
        ['DATA'],
        ['.'],
        ['QUIT'],
      ]),
    ],
  }),
  scenario('envelope/pipelining-discarded', {
    title: 'An administrator who discards PIPELINING gets one command at a time',
    clauses: ['postfix:smtp_discard_ehlo_keywords'],
    dns,
    hosts: { mx: mailHost({ extensions: ['PIPELINING', 'DSN'] }) },
    config: { smtp_discard_ehlo_keywords: 'pipelining' },
    send: message({ to: 'one@example.test', envid: 'kept' }),
    expect: [
      delivered('one@example.test', { via: 'mx' }),
      logged('discarding EHLO keywords: PIPELINING'),
      pipelined('mx', [
        ['EHLO client.test'],
        ['MAIL FROM:<sender@client.test> ENVID=kept'],
        ['RCPT TO:<one@example.test>'],
        ['DATA'],
        ['.'],
        ['QUIT'],
      ]),
    ],
  }),
  scenario('envelope/pipelining-groups-of-4096', {
    title: 'A hundred and fifty recipients travel in groups of at most 4096 octets, in one transaction',
    clauses: ['rfc2920-3.1-12', 'rfc5321-4.5.4.1-11', 'postfix:delivery-6.2'],
    origins: ['delivery-162'],
    dns,
    hosts: { mx: mailHost({ extensions: ['PIPELINING'] }) },
    config: { smtp_destination_recipient_limit: '0' },
    send: message({ to: many, nexthop: 'example.test' }),
    expect: [
      ...many.map((address) => delivered(address, { via: 'mx' })),
      received('mx', { count: 1 }),
      connections('mx', 1),
      pipelined('mx', [
        ['EHLO client.test'],
        ['MAIL FROM:<sender@client.test>', ...rcpts(27)],
        rcpts(27),
        rcpts(27),
        rcpts(27),
        rcpts(27),
        [...rcpts(15), 'DATA'],
        ['.', 'QUIT'],
      ]),
    ],
  }),
  scenario('envelope/mail-450-many-recipients', {
    title:
      'MAIL refused ends the transaction at the end of the first group, and the other RCPTs are never sent',
    clauses: ['rfc2920-3.1-05', 'postfix:delivery-6.3'],
    origins: ['delivery-148'],
    dns,
    hosts: { mx: mailHost({ extensions: ['PIPELINING', 'ENHANCEDSTATUSCODES'], mail: '450 4.7.1 later' }) },
    send: message({ to: many.slice(0, 45), nexthop: 'example.test' }),
    expect: [
      ...many.slice(0, 45).map((address) => deferred(address, { dsn: '4.7.1' })),
      pipelined('mx', [
        ['EHLO client.test'],
        ['MAIL FROM:<sender@client.test>', ...rcpts(27)],
        ['RSET', 'QUIT'],
      ]),
    ],
  }),
  scenario('envelope/pipelining-multi-line-replies', {
    title: 'Replies of several lines within a group are counted as one each',
    clauses: ['rfc2920-3.1-09', 'rfc2920-3.1-13', 'rfc5321-4.2-08'],
    dns,
    hosts: {
      mx: mailHost({
        mail: '250-2.1.0 your name\n250-2.1.0 is\n250 2.1.0 noted',
        rcpt: {
          'one@example.test': '250-2.1.5 yes\n250 2.1.5 yes',
          'two@example.test': '450-4.2.1 not\n450 4.2.1 now',
        },
      }),
    },
    send: message({ to }),
    expect: [
      delivered('one@example.test', { via: 'mx' }),
      deferred('two@example.test', {
        dsn: '4.2.1',
        reason:
          'host mx.example.test[192.0.2.1] said: 450-4.2.1 not 450 4.2.1 now (in reply to RCPT TO command)',
      }),
    ],
  }),
  scenario('envelope/pipelining-replies-one-octet-at-a-time', {
    title: 'Replies that trickle in octet by octet are put together, however long that takes',
    clauses: ['rfc5321-4.5.3.2-02', 'rfc2920-3.1-08', 'postfix:delivery-4.4'],
    dns,
    hosts: { mx: mailHost({ rcpt: { reply: '250 2.1.5 slowly', trickle: { bytes: 1, every: '60s' } } }) },
    send: message({ to }),
    expect: [
      ...to.map((address) => delivered(address, { via: 'mx' })),
      elapsed({ atLeast: '30m' }),
      dialogue('mx', ['...', 'S: 250 2.1.5 slowly', 'S: 250 2.1.5 slowly', '...', 'C: QUIT']),
    ],
    virtualOnly: 'trickles for half an hour',
  }),
  scenario('envelope/pipelining-small-segments', {
    title: 'Where the network cuts the stream makes no difference',
    clauses: ['rfc2920-3.1-08', 'rfc5321-4.2-01'],
    dns,
    hosts: { mx: mailHost() },
    network: { mx: { segmentBytes: 3, windowBytes: 7 } },
    send: message({ to, body: '.\r\n..\r\nEnd.\r\n' }),
    expect: [...to.map((address) => delivered(address, { via: 'mx' })), received('mx', { unchanged: true })],
  }),
];
