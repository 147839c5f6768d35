/** Greetings, as other projects test them. */
import { bytes, dialogueHost, reset, silent, stall, wait } from '../../scenario.ts';
import { type FieldCase, fieldCase, lost, refused, SENT, server, timedOut } from './_case.ts';

const GREETING = 'receiving the initial server greeting';
const EHLO = 'performing the EHLO handshake';
const DELIVERY = 'EHLO MAIL+ RCPT+ DATA .+ QUIT';
const QUICK = { smtp_helo_timeout: '2s' };
const clauses = ['postfix:delivery-5.1'];

const cases: readonly FieldCase[] = [
  {
    id: 'GR01',
    title: 'A 450 greeting leaves the message for later, after QUIT',
    clauses: [...clauses, 'rfc5321-4.2.1-03'],
    host: server({ greeting: '450 not available now' }),
    fates: [refused('4.0.0', '450 not available now')],
    wire: 'QUIT',
  },
  {
    id: 'GR05',
    title: 'After a 554 greeting the second exchanger gets the message',
    clauses: [...clauses, 'postfix:smtp_skip_5xx_greeting'],
    host: server({ greeting: '554 service unavailable' }),
    second: server(),
    fates: [SENT],
    wire: { mx: ['QUIT'], second: [DELIVERY] },
  },
  {
    id: 'GR06',
    title: 'A server that closes in place of the reply to EHLO has lost the connection',
    clauses: [...clauses, 'postfix:delivery-8.4'],
    host: server({ ehlo: { then: 'close' } }),
    fates: [lost(EHLO)],
    wire: 'EHLO',
  },
  {
    id: 'GR07',
    title: 'A server that closes without a greeting has lost the connection',
    clauses: [...clauses, 'postfix:delivery-8.4'],
    host: server({ greeting: { then: 'close' } }),
    fates: [lost(GREETING)],
    wire: '(nothing)',
  },
  {
    id: 'GR08',
    title: 'A reset in place of the greeting leaves the message for later',
    clauses: [...clauses, 'postfix:delivery-8.4'],
    host: dialogueHost([wait('100ms'), reset()]),
    fates: [lost(GREETING)],
    wire: '(nothing)',
  },
  {
    id: 'GR10',
    title: 'A greeting with a code of four digits is no reply: the client waits for one',
    clauses: [...clauses, 'postfix:delivery-8.6'],
    host: server({ greeting: { reply: '2200 mox.example', then: 'silent' } }),
    config: QUICK,
    fates: [timedOut(GREETING)],
    wire: '(nothing)',
  },
  {
    id: 'GR11',
    title: 'A 521 greeting is treated as any 5xx greeting: for later',
    clauses: [...clauses, 'postfix:smtp_skip_5xx_greeting'],
    host: server({ greeting: '521 host does not accept mail' }),
    fates: [refused('4.0.0', '521 host does not accept mail')],
    wire: 'QUIT',
  },
  {
    id: 'GR13',
    title: 'A 446 greeting leaves the message for later',
    clauses,
    host: server({ greeting: '446 unavailable' }),
    fates: [refused('4.0.0', '446 unavailable')],
    wire: 'QUIT',
  },
  {
    id: 'GR14',
    title: 'A 233 greeting is as good as a 220',
    clauses: [...clauses, 'rfc5321-4.2-05'],
    host: server({ greeting: '233 strange greeting' }),
    fates: [SENT],
    wire: DELIVERY,
  },
  {
    id: 'GR15',
    alsoShows: ['delivery-109'],
    title: 'A greeting that never arrives times out, without QUIT',
    clauses: [...clauses, 'postfix:smtp_helo_timeout'],
    host: dialogueHost([silent()]),
    config: QUICK,
    fates: [timedOut(GREETING)],
    wire: '(nothing)',
  },
  {
    id: 'GR16',
    title: 'A greeting that stops after a continuation line times out',
    clauses,
    host: dialogueHost(['S: 220-hi', silent()]),
    config: QUICK,
    fates: [timedOut(GREETING)],
    wire: '(nothing)',
  },
  {
    id: 'GR17',
    title: 'A greeting without line end times out',
    clauses: [...clauses, 'postfix:delivery-8.6'],
    host: dialogueHost([bytes('220 no newline'), silent()]),
    config: QUICK,
    fates: [timedOut(GREETING)],
    wire: '(nothing)',
  },
  {
    id: 'GR18',
    title: 'An empty line before the greeting is skipped',
    clauses: [...clauses, 'postfix:delivery-8.6'],
    host: server({ greeting: '\n220 fake.test ESMTP' }),
    fates: [SENT],
    wire: DELIVERY,
  },
  {
    id: 'GR19',
    title: 'A greeting of 60 continuation lines is read to its end',
    clauses,
    host: server({
      greeting: [...Array(60).keys()]
        .map((n) => `220-line ${n}`)
        .join('\n')
        .concat('\n220 end'),
    }),
    fates: [SENT],
    wire: DELIVERY,
  },
  {
    id: 'GR20',
    title: 'A greeting line of 9000 characters is the last that the client reads',
    clauses: ['postfix:line_length_limit', 'postfix:delivery-8.6'],
    host: server({ greeting: `220 ${'x'.repeat(9000)}` }),
    fates: [lost(EHLO)],
    wire: 'EHLO',
    tolerates: { 'rfc5321-4.1.1.10-01': 'nothing more is said to a server that is not listened to' },
    log: ['response longer than 2048: 220 xxx', 'disabling input from'],
  },
  {
    id: 'GR21',
    title: 'A greeting of 100 KB without line end is cut off',
    clauses: ['postfix:line_length_limit', 'postfix:delivery-8.6'],
    host: dialogueHost([bytes(`220 ${'x'.repeat(100_000)}`), stall()]),
    fates: [lost(EHLO)],
    config: QUICK,
    wire: '(any)',
    log: ['response longer than 2048: 220 xxx', 'disabling input from'],
  },
  {
    id: 'GR22',
    title: 'A server that is only greeted with HELO, and refuses it, has refused for good',
    clauses: [...clauses, 'postfix:smtp_never_send_ehlo'],
    host: server({ helo: '550 No' }),
    config: { smtp_never_send_ehlo: 'yes', smtp_always_send_ehlo: 'no' },
    fates: [refused('5.0.0', '550 No')],
    wire: 'HELO QUIT',
  },
  {
    id: 'GR24',
    title: 'A 421 greeting is reported with its enhanced status code',
    clauses,
    host: server({ greeting: { reply: '421 4.3.2 shutting down', then: 'silent' } }),
    fates: [refused('4.3.2', '421 4.3.2 shutting down')],
    wire: 'QUIT',
  },
];

export default cases.map(fieldCase);
