/** Servers that say no in the middle of the text and hang up: whom that reply is for. */
import {
  bounced,
  connections,
  deferred,
  dialogueHost,
  message,
  reset,
  scenario,
  wait,
  zone,
} from '../../scenario.ts';

const dns = zone('example.test', { MX: '10 mx', mx: '192.0.2.1' });
const a = 'a@example.test';
const b = 'b@example.test';
/** More than the path holds, so that the client still writes when the server hangs up. */
const size = 1_000_000;

/** Takes both recipients, asks for the text, and answers before it has any of it. */
const hastyHost = (hello: string, name: string, replies: readonly string[]) =>
  dialogueHost([
    `S: 220 ${name} ESMTP`,
    `C: ${hello} client.test`,
    `S: 250 ${name}`,
    'C: MAIL FROM:<sender@client.test>',
    'S: 250 Ok',
    `C: RCPT TO:<${a}>`,
    'S: 250 Ok',
    `C: RCPT TO:<${b}>`,
    'S: 250 Ok',
    'C: DATA',
    'S: 354 go',
    wait('1s'),
    ...replies.map((reply) => `S: ${reply}`),
    wait('1s'),
    reset(),
  ]);

export default [
  scenario('data/552-in-text-refuses-all-recipients', {
    title: 'One reply in the middle of the text is the answer for every recipient of an SMTP session',
    clauses: ['rfc5321-4.2-01', 'postfix:delivery-7.8'],
    dns,
    hosts: { mx: hastyHost('EHLO', 'mx', ['552 5.3.4 too big']) },
    send: message({ to: [a, b], size }),
    expect: [
      ...[a, b].map((to) =>
        bounced(to, {
          dsn: '5.3.4',
          reason: 'host mx.example.test[192.0.2.1] said: 552 5.3.4 too big (in reply to end of DATA command)',
        }),
      ),
      connections('mx', 1),
    ],
  }),
  scenario('data/lmtp-replies-in-text-for-each-recipient', {
    title:
      'In an LMTP session each recipient has its own reply, also when they come in the middle of the text',
    clauses: ['rfc2033-4.2-02', 'postfix:delivery-7.8'],
    dns,
    hosts: {
      mx: hastyHost('LHLO', 'mx', ['552 5.2.2 full', '450 4.2.1 later']),
    },
    send: message({ service: 'lmtp', nexthop: 'mx.example.test:25', to: [a, b], size }),
    expect: [
      bounced(a, {
        dsn: '5.2.2',
        reason: 'host mx.example.test[192.0.2.1] said: 552 5.2.2 full (in reply to end of DATA command)',
      }),
      deferred(b, {
        dsn: '4.2.1',
        reason: 'host mx.example.test[192.0.2.1] said: 450 4.2.1 later (in reply to end of DATA command)',
      }),
      connections('mx', 1),
    ],
  }),
  scenario('data/lmtp-too-few-replies-in-text', {
    title: 'A recipient for whom an LMTP server said nothing before it hung up is tried again later',
    clauses: ['rfc2033-4.2-02', 'postfix:delivery-7.8'],
    dns,
    hosts: {
      mx: hastyHost('LHLO', 'mx', ['552 5.2.2 full']),
    },
    send: message({ service: 'lmtp', nexthop: 'mx.example.test:25', to: [a, b], size }),
    expect: [
      bounced(a, { dsn: '5.2.2', reason: '*(in reply to end of DATA command)' }),
      deferred(b, {
        dsn: '4.4.2',
        reason: 'lost connection with mx.example.test[192.0.2.1] while sending *',
      }),
      connections('mx', 1),
    ],
  }),
];
