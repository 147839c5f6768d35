/** DATA, as other projects test it. */
import { dialogueHost, flush } from '../../scenario.ts';
import {
  all,
  DATA,
  END_OF_DATA,
  type FieldCase,
  fieldCase,
  lost,
  SENT,
  said,
  server,
  slowServer,
  timedOut,
} from './_case.ts';

const clauses = ['postfix:delivery-6.3'];
const PIPELINED_REFUSAL = 'EHLO MAIL+ RCPT+ DATA RSET+ QUIT';
const PIPELINED_TO_TWO = 'EHLO MAIL+ RCPT+ RCPT+ DATA RSET+ QUIT';
const ABORTED = 'EHLO MAIL RCPT DATA RSET QUIT';
const DOING = 'sending DATA command';

/** A server that has its last word right after the 354. */
const hasty = (reply: string) =>
  dialogueHost([
    'S: 220 fake.test ESMTP',
    'C: EHLO *',
    'S: 250-fake.test',
    'S: 250 PIPELINING',
    'C: MAIL FROM:<*>',
    'C: RCPT TO:<*>',
    'C: DATA',
    'S: 250 2.1.0 Ok',
    'S: 250 2.1.5 Ok',
    'S: 354 go ahead',
    flush(),
    `S: ${reply}`,
    'C: <content>',
    'C: QUIT',
    'S: 221 2.0.0 Bye',
  ]);

const cases: readonly FieldCase[] = [
  {
    id: 'DA01',
    title: 'A pipelined DATA answered 500 bounces the message',
    clauses,
    host: server({ data: '500 NO' }),
    fates: [said('5.0.0', '500 NO', DATA)],
    wire: PIPELINED_REFUSAL,
  },
  {
    id: 'DA02',
    title: 'DATA answered 500 without pipelining bounces the message',
    clauses,
    host: slowServer({ data: '500 NO' }),
    fates: [said('5.0.0', '500 NO', DATA)],
    wire: ABORTED,
  },
  {
    id: 'DA03',
    title: 'DATA answered 503 after two accepted recipients bounces both',
    clauses,
    host: server({ data: '503 no data accepted' }),
    fates: all(2, said('5.0.0', '503 no data accepted', DATA)),
    wire: PIPELINED_TO_TWO,
  },
  {
    id: 'DA04',
    title: 'DATA answered 403 after two accepted recipients defers both',
    clauses,
    host: server({ data: '403 data not now' }),
    fates: all(2, said('4.0.0', '403 data not now', DATA)),
    wire: PIPELINED_TO_TWO,
  },
  {
    id: 'DA05',
    title: 'DATA answered 550 5.6.0 bounces the message with that status',
    clauses,
    host: slowServer({ data: '550 5.6.0 content refused' }),
    fates: [said('5.6.0', '550 5.6.0 content refused', DATA)],
    wire: ABORTED,
  },
  {
    id: 'DA06',
    title: 'DATA answered 450 4.6.0 defers the message with that status',
    clauses,
    host: slowServer({ data: '450 4.6.0 content not now' }),
    fates: [said('4.6.0', '450 4.6.0 content not now', DATA)],
    wire: ABORTED,
  },
  {
    id: 'DA07',
    title: 'DATA answered 300 is as good as a 354',
    clauses,
    host: server({ data: '300 go ahead' }),
    fates: [SENT],
    wire: 'EHLO MAIL+ RCPT+ DATA .+ QUIT',
    tolerates: { 'rfc5321-3.3-06': 'Postfix takes any 3yz reply to DATA for consent' },
  },
  {
    id: 'DA09',
    title: 'An empty line in reply to DATA and a close are a lost connection',
    clauses: ['postfix:delivery-8.6'],
    host: slowServer({ data: { reply: '', then: 'close' } }),
    fates: [lost(DOING)],
    wire: 'EHLO MAIL RCPT DATA',
  },
  {
    id: 'DA11',
    title:
      'A server that reads no more after its 354 times out at the end of the data if all of it was buffered',
    clauses: ['postfix:smtp_data_done_timeout', 'postfix:delivery-7.8'],
    host: server({ data: { reply: '354 go ahead', then: 'stall' } }),
    config: { smtp_data_xfer_timeout: '2s', smtp_data_done_timeout: '2s' },
    fates: [timedOut('sending end of data -- message may be sent more than once')],
    wire: '(any)',
  },
  {
    id: 'DA12',
    title: 'DATA answered 451 and a close: the reply is the reason',
    clauses,
    host: server({ data: { reply: '451 4.3.0 go away', then: 'close' } }),
    fates: [said('4.3.0', '451 4.3.0 go away', DATA)],
    wire: '(any)',
  },
  {
    id: 'DA13',
    title: 'A 452 right after the 354 is the reply to the content, all of which is sent',
    clauses: ['postfix:delivery-6.7'],
    host: hasty('452 4.3.1 storage full'),
    fates: [said('4.3.1', '452 4.3.1 storage full', END_OF_DATA)],
    wire: 'EHLO MAIL+ RCPT+ DATA .+ QUIT',
  },
  {
    id: 'DA14',
    title: 'A 250 right after the 354 counts as the acceptance of the content',
    clauses: ['postfix:delivery-6.7'],
    host: hasty('250 2.0.0 queued early'),
    fates: [SENT],
    wire: 'EHLO MAIL+ RCPT+ DATA .+ QUIT',
  },
  {
    id: 'DA15',
    alsoShows: ['delivery-179'],
    title: 'Silence after DATA times out',
    clauses: ['postfix:smtp_data_init_timeout', 'postfix:delivery-8.4'],
    host: server({ data: { then: 'silent' } }),
    config: { smtp_data_init_timeout: '2s' },
    fates: [timedOut(DOING)],
    wire: 'EHLO MAIL+ RCPT+ DATA',
  },
  {
    id: 'DA16',
    title: 'An empty line in reply to a pipelined DATA and a close are a lost connection',
    clauses: ['postfix:delivery-8.6'],
    host: server({ data: { reply: '', then: 'close' } }),
    fates: [lost(DOING)],
    wire: 'EHLO MAIL+ RCPT+ DATA',
    log: ['non-ESMTP response from', 'to prevent loss of mail, turn off command pipelining for'],
  },
];

export default cases.map(fieldCase);
