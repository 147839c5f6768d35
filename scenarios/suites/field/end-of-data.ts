/** The end of the data, QUIT and content, as other projects test them. */
import { dialogueHost } from '../../scenario.ts';
import {
  all,
  END_OF_DATA,
  type FieldCase,
  fieldCase,
  MAIL,
  SENT,
  said,
  server,
  slowServer,
  timedOut,
} from './_case.ts';

const DELIVERY = 'EHLO MAIL+ RCPT+ DATA .+ QUIT';
const DELIVERY_TO_TWO = 'EHLO MAIL+ RCPT+ RCPT+ DATA .+ QUIT';
const clauses = ['postfix:delivery-6.3'];

const refusalLines = [...Array(17).keys()].map(
  (n) => `550${n < 16 ? '-' : ' '}line of a long refusal with some padding text in it`,
);

const longField = Array.from({ length: 300 }, (_, n) => `part ${n} ${'x'.repeat(60)}`).join('\r\n ');

const cases: readonly FieldCase[] = [
  {
    id: 'ED01',
    title: 'A 452 to the content defers all recipients',
    clauses,
    host: server({ endOfData: '452 4.3.1 temporary error' }),
    fates: all(2, said('4.3.1', '452 4.3.1 temporary error', END_OF_DATA)),
    wire: DELIVERY_TO_TWO,
  },
  {
    id: 'ED02',
    title: 'A 550 to the content of many lines bounces all recipients, with all its text',
    clauses,
    host: server({ endOfData: refusalLines.join('\n') }),
    fates: all(2, said('5.0.0', refusalLines.join(' '), END_OF_DATA)),
    wire: DELIVERY_TO_TWO,
  },
  {
    id: 'ED03',
    title: 'A 550 to the content on one line of 8 KB bounces the message, its text cut to 2048 bytes',
    clauses: ['postfix:line_length_limit', 'postfix:delivery-8.6'],
    host: server({ endOfData: `550 ${'1234567890'.repeat(800)}` }),
    fates: [said('5.0.0', `550 ${'1234567890'.repeat(800).slice(0, 2044)}`, END_OF_DATA)],
    wire: DELIVERY,
    log: ['response longer than 2048: 550 123'],
  },
  {
    id: 'ED06',
    title: 'Silence after the final dot times out',
    clauses: ['postfix:smtp_data_done_timeout'],
    host: server({ endOfData: { then: 'silent' } }),
    config: { smtp_data_done_timeout: '2s' },
    fates: [timedOut('sending end of data -- message may be sent more than once')],
    wire: DELIVERY,
  },
  {
    id: 'ED08',
    title: 'Without pipelining QUIT follows the reply to the content',
    clauses: ['postfix:delivery-6.2'],
    host: slowServer({ endOfData: '250 ok' }),
    fates: [SENT],
    wire: 'EHLO MAIL RCPT DATA . QUIT',
  },
  {
    id: 'ED09',
    title: 'A 550 to the content finds QUIT already said, and there is no second one',
    clauses: ['postfix:delivery-6.2', ...clauses],
    host: server({ endOfData: '550 5.7.1 content rejected' }),
    fates: [said('5.7.1', '550 5.7.1 content rejected', END_OF_DATA)],
    wire: DELIVERY,
  },
  {
    id: 'ED10',
    title: 'A close at QUIT does not change that the message was delivered',
    clauses: ['postfix:delivery-8.4'],
    host: server({ quit: { then: 'close' } }),
    fates: [SENT],
    wire: DELIVERY,
  },
  {
    id: 'ED12',
    title: 'A 500 to QUIT does not change that the message was delivered',
    clauses,
    host: server({ quit: '500 what?' }),
    fates: [SENT],
    wire: DELIVERY,
  },
  {
    id: 'ED13',
    title: 'A positive reply of several lines is reported on one',
    clauses,
    host: server({ endOfData: '250-2.0.0 first\n250 2.0.0 queued as ABC' }),
    fates: [{ status: 'sent', reason: '250-2.0.0 first 250 2.0.0 queued as ABC' }],
    wire: DELIVERY,
  },
  {
    id: 'ED14',
    title: 'A reply that came with the one to EHLO is taken as the reply to MAIL',
    clauses: ['postfix:delivery-6.7'],
    host: dialogueHost([
      'S: 220 fake.test ESMTP',
      'C: EHLO *',
      'S: 250-fake.test',
      'S: 250 ENHANCEDSTATUSCODES',
      'S: 550 5.7.1 premature',
      'C: MAIL FROM:<*>',
      'C: RSET',
      'S: 250 2.1.0 Ok',
      'C: QUIT',
      'S: 250 2.0.0 Ok',
      'S: 221 2.0.0 Bye',
    ]),
    fates: [said('5.7.1', '550 5.7.1 premature', MAIL)],
    wire: 'EHLO MAIL+ RSET QUIT',
    tolerates: {
      'rfc5321-4.3.1-01': 'the reply that the client reads for MAIL had come before it',
      'rfc2920-3-01': 'the reply that the client reads for MAIL had come before it',
    },
  },
  {
    id: 'ED16',
    title: 'Lines of dots, and lines that begin with one, arrive as they were',
    clauses: ['postfix:delivery-7.5', 'rfc5321-4.5.2-01'],
    host: server(),
    send: { body: '.\r\n..\r\n.x\r\nend\r\n' },
    arrives: '\r\n\r\n.\r\n..\r\n.x\r\nend\r\n',
    fates: [SENT],
    wire: DELIVERY,
  },
  {
    id: 'ED17',
    title: 'A message without a line end at its end gets one before the dot',
    clauses: ['postfix:delivery-7.6'],
    host: server(),
    send: { body: 'no line end' },
    arrives: '\r\n\r\nno line end\r\n',
    fates: [SENT],
    wire: DELIVERY,
  },
  {
    id: 'ED20',
    title: 'A folded header field of 20 KB is transferred completely',
    clauses: ['postfix:delivery-7.2'],
    host: server(),
    send: { headers: { 'X-Long': longField }, body: 'Hello.\r\n' },
    arrives: `X-Long: ${longField}\r\n\r\nHello.\r\n`,
    fates: [SENT],
    wire: DELIVERY,
  },
  {
    id: 'ED21',
    title: 'What the queue manager makes two requests of goes over two connections',
    clauses: ['postfix:delivery-4.3'],
    host: server(),
    send: { to: 'user1@example.test' },
    then: 1,
    fates: [SENT],
    wire: { mx: [DELIVERY, DELIVERY] },
  },
];

export default cases.map(fieldCase);
