/** Address probes: the server is asked about recipients, and no message is delivered. */
import {
  bounced,
  check,
  connections,
  deferred,
  delivered,
  dialogue,
  dialogueHost,
  expectClose,
  logged,
  mailHost,
  message,
  order,
  pipelined,
  received,
  scenario,
  zone,
} from '../../scenario.ts';

const dns = zone('example.test', { MX: '10 mx', mx: '192.0.2.1' });
const to = 'user@example.test';
const data = { smtp_address_verify_target: 'data' };

export default [
  scenario('requests/probe-deliverable', {
    title: 'A probe asks with MAIL and RCPT, takes it back with RSET and says QUIT, all in one group',
    clauses: ['rfc2920-3.1-01', 'rfc5321-4.1.1.5-01', 'postfix:delivery-6.6'],
    origins: ['delivery-208', 'field-CO01'],
    dns,
    hosts: { mx: mailHost() },
    send: message({ to, probe: true }),
    expect: [
      delivered(to, { dsn: '2.1.5', reason: '250 2.1.5 Ok' }),
      logged('dsn=2.1.5, status=deliverable (250 2.1.5 Ok)'),
      received('mx', { count: 0 }),
      pipelined('mx', [['EHLO *'], ['MAIL *', `RCPT TO:<${to}>`, 'RSET', 'QUIT']]),
    ],
  }),
  scenario('requests/probe-deliverable-lock-step', {
    title: 'Without PIPELINING a probe asks one thing at a time',
    clauses: ['rfc5321-4.3.1-01', 'postfix:delivery-6.6'],
    origins: ['field-CO05'],
    dns,
    hosts: { mx: mailHost({ extensions: [] }) },
    send: message({ to, probe: true }),
    expect: [
      delivered(to),
      pipelined('mx', [['EHLO *'], ['MAIL *'], [`RCPT TO:<${to}>`], ['RSET'], ['QUIT']]),
      received('mx', { count: 0 }),
    ],
  }),
  scenario('requests/probe-undeliverable', {
    title: 'A recipient that the server refuses is found undeliverable',
    clauses: ['rfc5321-4.3.2-04', 'postfix:delivery-1.10'],
    dns,
    hosts: { mx: mailHost({ rcpt: '550 5.1.1 unknown' }) },
    send: message({ to, probe: true }),
    expect: [
      bounced(to, { dsn: '5.1.1', reason: '*said: 550 5.1.1 unknown (in reply to RCPT TO command)' }),
      logged('dsn=5.1.1, status=undeliverable ('),
      dialogue('mx', ['...', 'S: 550 5.1.1 unknown', 'S: 250 *', '...']),
    ],
  }),
  scenario('requests/probe-soft-bounce', {
    title: 'soft_bounce does not change what a probe finds',
    clauses: ['postfix:soft_bounce', 'postfix:delivery-1.10'],
    dns,
    hosts: { mx: mailHost({ rcpt: '550 5.1.1 unknown' }) },
    config: { soft_bounce: 'yes' },
    send: message({ to, probe: true }),
    expect: [
      bounced(to, { dsn: '5.1.1' }),
      logged('dsn=5.1.1, status=undeliverable ('),
      connections('mx', 1),
    ],
  }),
  scenario('requests/probe-deferred-then-next-host', {
    title: 'A probe that one server puts off is put to the next',
    clauses: ['rfc5321-5.1-12', 'postfix:delivery-1.10'],
    dns: zone('example.test', { MX: ['10 a', '20 b'], a: '192.0.2.1', b: '192.0.2.2' }),
    hosts: {
      a: mailHost({ rcpt: '450 4.7.1 greylisted' }),
      b: mailHost({ rcpt: '450 4.7.1 greylisted too' }),
    },
    send: message({ to, probe: true }),
    expect: [
      deferred(to, { dsn: '4.7.1', relay: 'b.example.test[192.0.2.2]:25' }),
      logged('dsn=4.7.1, status=undeliverable ('),
      order(['a', 'b']),
    ],
  }),
  scenario('requests/probe-data-deliverable', {
    title: 'A probe as far as DATA takes 354 for a yes and leaves at once, without text, RSET or QUIT',
    clauses: ['postfix:smtp_address_verify_target', 'postfix:delivery-6.6'],
    origins: ['delivery-210'],
    dns,
    hosts: { mx: mailHost({ data: '354 go on' }) },
    config: data,
    send: message({ to, probe: true }),
    expect: [
      delivered(to, { dsn: '2.0.0', reason: '354 go on' }),
      logged('dsn=2.0.0, status=deliverable (354 go on)'),
      pipelined('mx', [['EHLO *'], ['MAIL *', `RCPT TO:<${to}>`, 'DATA']]),
      received('mx', { count: 0 }),
    ],
  }),
  scenario('requests/probe-data-refused', {
    title: 'A probe as far as DATA takes a refusal for all recipients',
    clauses: ['postfix:smtp_address_verify_target', 'postfix:delivery-6.6'],
    dns,
    hosts: { mx: mailHost({ data: '554 5.7.1 no' }) },
    config: data,
    send: message({ to, probe: true }),
    expect: [
      bounced(to, { dsn: '5.7.1', reason: '*said: 554 5.7.1 no (in reply to DATA command)' }),
      dialogue('mx', ['...', 'S: 554 5.7.1 no', 'C: RSET', 'C: QUIT']),
    ],
  }),
  scenario('requests/probe-data-one-of-two', {
    title: 'A probe as far as DATA keeps the refusal of one recipient and finds the other deliverable',
    clauses: ['postfix:smtp_address_verify_target', 'postfix:delivery-6.6'],
    dns,
    hosts: { mx: mailHost({ rcpt: { 'no@example.test': '550 5.1.1 unknown' } }) },
    config: data,
    send: message({ to: [to, 'no@example.test'], probe: true }),
    expect: [
      delivered(to, { dsn: '2.0.0' }),
      bounced('no@example.test', { dsn: '5.1.1' }),
      received('mx', { count: 0 }),
      check('no QUIT after 354', ({ sessions }) =>
        sessions.some(({ entries }) =>
          entries.some(
            (entry) =>
              entry.from === 'client' && 'bytes' in entry && Buffer.from(entry.bytes).includes('QUIT'),
          ),
        )
          ? 'QUIT was sent'
          : undefined,
      ),
    ],
  }),
  scenario('requests/probe-data-accepted-for-nobody', {
    title: 'A probe whose recipient was refused leaves at once when DATA is accepted all the same',
    clauses: ['postfix:smtp_address_verify_target', 'postfix:delivery-6.6'],
    origins: ['delivery-211'],
    dns,
    hosts: {
      mx: dialogueHost([
        'S: 220 mx ESMTP',
        'C: EHLO client.test',
        'S: 250-mx',
        'S: 250 PIPELINING',
        'C: MAIL FROM:<sender@client.test>',
        `C: RCPT TO:<${to}>`,
        'C: DATA',
        'S: 250 2.1.0 Ok',
        'S: 550 5.1.1 unknown',
        'S: 354 go',
        expectClose(),
      ]),
    },
    config: data,
    send: message({ to, probe: true }),
    expect: [
      bounced(to, { dsn: '5.1.1', reason: '*said: 550 5.1.1 unknown (in reply to RCPT TO command)' }),
      logged('dsn=5.1.1, status=undeliverable ('),
      received('mx', { count: 0 }),
    ],
  }),
];
