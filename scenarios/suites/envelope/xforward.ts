/** XFORWARD: a content filter that takes it is told whose message this was. */
import {
  connections,
  deferred,
  delivered,
  dialogue,
  elapsed,
  logged,
  mailHost,
  message,
  notLogged,
  pipelined,
  postfixOnly,
  scenario,
  zone,
} from '../../scenario.ts';

const dns = zone('example.test', { MX: '10 mx', mx: '192.0.2.1' });
const to = 'user@example.test';
const clauses = ['postfix:smtp_send_xforward_command', 'postfix:delivery-6.4'];
const config = { smtp_send_xforward_command: 'yes' };
const offers = (attributes: string) => [`XFORWARD ${attributes}`, 'PIPELINING'];
const ALL = 'NAME ADDR PORT PROTO HELO IDENT SOURCE';
const submitter = {
  name: 'client.example.org',
  address: '203.0.113.9',
  port: '49152',
  protocol: 'ESMTP',
  helo: 'laptop.example.org',
  queueId: '4F00BA47',
  local: false,
};
const client = 'XFORWARD NAME=client.example.org ADDR=203.0.113.9 PORT=49152';
const protocol = 'XFORWARD PROTO=ESMTP HELO=laptop.example.org IDENT=4F00BA47 SOURCE=REMOTE';
const group = (...commands: string[]) => [
  ['EHLO client.test'],
  [...commands, 'MAIL FROM:<sender@client.test>', `RCPT TO:<${to}>`, 'DATA'],
  ['.', 'QUIT'],
];

/** What the server lists, what is known of the submitter, and the commands that come of it. */
const families = [
  { name: 'everything', offered: ALL, submitter, commands: [client, protocol], origins: ['delivery-173'] },
  {
    name: 'in-any-case',
    offered: 'name Addr source',
    submitter,
    commands: ['XFORWARD NAME=client.example.org ADDR=203.0.113.9', 'XFORWARD SOURCE=REMOTE'],
  },
  {
    name: 'only-client',
    offered: 'NAME ADDR PORT',
    submitter,
    commands: [client],
  },
  {
    name: 'local-submission',
    offered: 'NAME ADDR PORT PROTO HELO SOURCE',
    submitter: { local: true },
    commands: ['XFORWARD SOURCE=LOCAL'],
    origins: ['delivery-175'],
  },
  {
    name: 'unknown-is-nothing',
    offered: 'NAME ADDR PORT PROTO HELO SOURCE',
    submitter: {
      name: 'Unknown',
      address: '203.0.113.9',
      port: 'unknown',
      protocol: 'UNKNOWN',
      helo: 'unknown',
    },
    commands: ['XFORWARD ADDR=203.0.113.9', 'XFORWARD HELO=unknown SOURCE=LOCAL'],
  },
  {
    name: 'encoded',
    offered: 'NAME HELO SOURCE',
    submitter: { name: 'a+b=c d', helo: 'grün' },
    commands: ['XFORWARD NAME=a+2Bb=c+20d', 'XFORWARD HELO=gr+C3+BCn SOURCE=LOCAL'],
  },
  {
    name: 'ipv6',
    offered: 'ADDR',
    submitter: { address: '2001:db8::9' },
    commands: ['XFORWARD ADDR=2001:db8::9'],
  },
  { name: 'nothing-to-say', offered: 'NAME ADDR PORT PROTO HELO', submitter: {}, commands: [] },
  { name: 'no-attributes', offered: '', submitter, commands: [] },
];

export default [
  ...families.map(({ name, offered, submitter: known, commands, origins = [] }) =>
    scenario(`envelope/xforward-${name}`, {
      title: `XFORWARD with ${offered || 'no attributes'}: ${commands.join(', ') || 'nothing is sent'}`,
      clauses,
      origins,
      dns,
      hosts: { mx: mailHost({ extensions: offers(offered) }) },
      config,
      send: message({ to, submitter: known }),
      expect: [delivered(to), pipelined('mx', group(...commands))],
    }),
  ),
  scenario('envelope/xforward-not-enabled', {
    title: 'Without smtp_send_xforward_command nothing is said of the submitter',
    clauses,
    origins: ['field-UX07'],
    dns,
    hosts: {
      mx: mailHost({
        extensions: ['PIPELINING', 'XCLIENT NAME ADDR', 'XFORWARD NAME ADDR PROTO HELO SOURCE'],
      }),
    },
    send: message({ to, submitter }),
    expect: [delivered(to), pipelined('mx', group())],
  }),
  scenario('envelope/xforward-not-offered', {
    title: 'A server that does not offer XFORWARD gets none',
    clauses,
    dns,
    hosts: { mx: mailHost({ extensions: ['PIPELINING'] }) },
    config,
    send: message({ to, submitter }),
    expect: [delivered(to), pipelined('mx', group())],
  }),
  scenario('envelope/xforward-discarded', {
    title: 'A discarded XFORWARD keyword counts as not offered',
    clauses: ['postfix:smtp_discard_ehlo_keywords'],
    dns,
    hosts: { mx: mailHost({ extensions: offers(ALL) }) },
    config: { ...config, smtp_discard_ehlo_keywords: 'xforward,silent-discard' },
    send: message({ to, submitter }),
    expect: [delivered(to), pipelined('mx', group()), notLogged('discarding EHLO keywords')],
  }),
  scenario('envelope/xforward-lock-step', {
    title: 'Without PIPELINING each XFORWARD waits for its reply',
    clauses,
    origins: ['field-UX08'],
    dns,
    hosts: { mx: mailHost({ extensions: [`XFORWARD ${ALL}`] }) },
    config,
    send: message({ to, submitter }),
    expect: [
      delivered(to),
      pipelined('mx', [['EHLO *'], [client], [protocol], ['MAIL *'], ['RCPT *'], ['DATA'], ['.'], ['QUIT']]),
    ],
  }),
  scenario('envelope/xforward-refused', {
    title: 'A server that refuses XFORWARD gets the message all the same',
    clauses: [...clauses, 'postfix:delivery-6.3'],
    origins: ['delivery-174', 'field-UX09'],
    dns,
    hosts: { mx: mailHost({ extensions: offers(ALL), xforward: '550 5.7.1 not from you' }) },
    config,
    send: message({ to, submitter }),
    expect: [
      delivered(to),
      logged(
        'host mx.example.test[192.0.2.1]:25 said: 550 5.7.1 not from you (in reply to XFORWARD name/address command)',
      ),
      logged(
        'host mx.example.test[192.0.2.1]:25 said: 550 5.7.1 not from you (in reply to XFORWARD helo/protocol command)',
      ),
      dialogue('mx', ['...', `C: ${client}`, `C: ${protocol}`, '...']),
    ],
  }),
  scenario('envelope/xforward-silence', {
    title: 'smtp_xforward_timeout is how long the reply to XFORWARD is awaited',
    clauses: ['postfix:smtp_xforward_timeout', 'postfix:delivery-8.4'],
    dns,
    hosts: { mx: mailHost({ extensions: offers(ALL), xforward: { then: 'silent' } }) },
    config: { ...config, smtp_xforward_timeout: '2s' },
    send: message({ to, submitter }),
    expect: [
      deferred(to, {
        dsn: '4.4.2',
        reason: 'conversation with mx.example.test[192.0.2.1] timed out while sending XFORWARD name/address',
      }),
      postfixOnly(elapsed({ atLeast: '2s', atMost: '3s' })),
      connections('mx', 1),
    ],
  }),
  scenario('envelope/xforward-close', {
    title: 'A server that closes the connection at XFORWARD leaves the message for later',
    clauses: [...clauses, 'postfix:delivery-8.4'],
    dns,
    hosts: { mx: mailHost({ extensions: offers(ALL), xforward: { then: 'close' } }) },
    config,
    send: message({ to, submitter }),
    expect: [
      deferred(to, {
        dsn: '4.4.2',
        reason: 'lost connection with mx.example.test[192.0.2.1] while sending XFORWARD name/address',
      }),
      connections('mx', 1),
    ],
  }),
  scenario('envelope/xforward-lmtp', {
    title: 'LMTP forwards the origin under lmtp_send_xforward_command',
    clauses: ['postfix:lmtp_send_xforward_command', 'postfix:delivery-6.4'],
    dns,
    hosts: { mx: mailHost({ protocol: 'lmtp', extensions: offers(ALL) }) },
    config: { lmtp_send_xforward_command: 'yes' },
    send: message({ to, service: 'lmtp', nexthop: 'mx.example.test', submitter }),
    expect: [
      delivered(to),
      pipelined('mx', [['LHLO client.test'], [client, protocol, 'MAIL *', 'RCPT *', 'DATA'], ['.', 'QUIT']]),
    ],
  }),
];
