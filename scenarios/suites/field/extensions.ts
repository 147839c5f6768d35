/** Extensions that the Postfix client does not use, or only on request, as other projects test them. */
import { all, type FieldCase, fieldCase, SENT, server } from './_case.ts';

const DELIVERY = 'EHLO MAIL+ RCPT+ DATA .+ QUIT';
const clauses = ['postfix:delivery-5.3'];
const offering = (...extensions: string[]) => server({ extensions: ['PIPELINING', ...extensions] });
const XFORWARD = 'XFORWARD NAME ADDR PROTO HELO SOURCE';
const forwarded = {
  clauses: ['postfix:smtp_send_xforward_command', 'postfix:delivery-6.4'],
  config: { smtp_send_xforward_command: 'yes' },
  send: {
    submitter: { name: 'localhost', address: '127.0.0.1', protocol: 'ESMTP', helo: 'inj', local: true },
  },
  wire: 'EHLO XFORWARD[NAME=localhost,ADDR=127.0.0.1]+ XFORWARD[PROTO=ESMTP,HELO=inj,SOURCE=LOCAL]+ MAIL+ RCPT+ DATA .+ QUIT',
} as const;

const cases: readonly FieldCase[] = [
  {
    id: 'UX01',
    title: 'PRDR is not asked for, and there is one reply for all recipients',
    clauses,
    host: offering('PRDR'),
    fates: all(2, SENT),
    wire: 'EHLO MAIL+ RCPT+ RCPT+ DATA .+ QUIT',
  },
  {
    id: 'UX03',
    title: 'PIPECONNECT is not used: the second connection waits for its greeting too',
    clauses: [...clauses, 'rfc5321-4.3.1-02'],
    host: offering('PIPECONNECT'),
    then: 1,
    fates: [SENT],
    wire: { mx: [DELIVERY, DELIVERY] },
  },
  {
    id: 'UX04',
    title: 'LIMITS RCPTMAX=2 is ignored: five recipients share a transaction',
    clauses,
    host: offering('LIMITS RCPTMAX=2'),
    fates: all(5, SENT),
    wire: 'EHLO MAIL+ RCPT+x5 DATA .+ QUIT',
  },
  {
    id: 'UX05',
    title: 'LIMITS MAILMAX=1 RCPTMAX=1 is ignored',
    clauses,
    host: offering('LIMITS MAILMAX=1 RCPTMAX=1'),
    fates: all(2, SENT),
    wire: 'EHLO MAIL+ RCPT+ RCPT+ DATA .+ QUIT',
  },
  {
    id: 'UX06',
    title: 'DELIVERBY, MT-PRIORITY and RRVS add no parameters',
    clauses,
    host: offering('DELIVERBY 100', 'MT-PRIORITY MIXER', 'RRVS'),
    fates: [SENT],
    wire: DELIVERY,
  },
  {
    id: 'UX07',
    title: 'XCLIENT and XFORWARD are not used unless asked for',
    clauses: ['postfix:smtp_send_xforward_command'],
    host: offering('XCLIENT NAME ADDR', XFORWARD),
    send: forwarded.send,
    fates: [SENT],
    wire: DELIVERY,
  },
  {
    id: 'UX08',
    title: 'XFORWARD tells who submitted the message, in the group of MAIL',
    ...forwarded,
    host: offering(XFORWARD),
    fates: [SENT],
  },
  {
    id: 'UX09',
    title: 'A refused XFORWARD does not end the session',
    ...forwarded,
    host: server({ extensions: ['PIPELINING', XFORWARD], xforward: '550 no' }),
    fates: [SENT],
    log: [
      'said: 550 no (in reply to XFORWARD name/address command)',
      'said: 550 no (in reply to XFORWARD helo/protocol command)',
    ],
  },
];

export default cases.map(fieldCase);
