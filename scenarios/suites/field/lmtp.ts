/** LMTP, as other projects test it. */
import { dialogueHost, listening } from '../../scenario.ts';
import {
  all,
  END_OF_DATA,
  type FieldCase,
  fieldCase,
  MAIL,
  RCPT,
  refused,
  SENT,
  said,
  server,
  timedOut,
} from './_case.ts';

const DELIVERY = 'LHLO MAIL+ RCPT+ DATA .+ QUIT';
const clauses = ['postfix:delivery-10'];
const SOCKET = '/run/lmtp';
const LOCAL = `client.test[${SOCKET}]`;
const overTcp = { service: 'lmtp', nexthop: 'mx.example.test' } as const;
const overSocket = { service: 'lmtp', nexthop: `unix:${SOCKET}` } as const;
type Switches = NonNullable<Parameters<typeof server>[0]>;
const store = (switches: Switches = {}) =>
  server({ protocol: 'lmtp', extensions: ['PIPELINING', 'ENHANCEDSTATUSCODES'], ...switches });
const local = (switches: Switches) => listening({ unix: SOCKET }, store(switches));
const LATER = said('4.0.0', '440 try later', END_OF_DATA);

const cases: readonly FieldCase[] = [
  {
    id: 'LM01',
    title: 'One recipient over TCP: LHLO, and one final reply',
    clauses: [...clauses, 'rfc2033-4.1-01'],
    host: store({ endOfData: '250 2.0.0 stored' }),
    send: overTcp,
    fates: [{ status: 'sent', reason: '250 2.0.0 stored' }],
    wire: DELIVERY,
  },
  {
    id: 'LM02',
    title: 'Six recipients and six final replies: the n-th is about the n-th',
    clauses: [...clauses, 'rfc2033-4.2-02'],
    host: store({
      extensions: ['ENHANCEDSTATUSCODES'],
      endOfData: ['default', '440 try later', '550 refused', 'default', '440 try later', '550 refused'],
    }),
    send: overTcp,
    fates: [
      SENT,
      LATER,
      said('5.0.0', '550 refused', END_OF_DATA),
      SENT,
      LATER,
      said('5.0.0', '550 refused', END_OF_DATA),
    ],
    wire: 'LHLO MAIL RCPT RCPT RCPT RCPT RCPT RCPT DATA . QUIT',
  },
  {
    id: 'LM03',
    title: 'Final replies of several lines, cut anywhere, with pauses: the order is kept',
    clauses: [...clauses, 'rfc2033-4.2-04'],
    host: store({
      endOfData: [
        'default',
        '440 try later',
        { reply: '550-first line\n550 refused', segments: [8, 5], delay: '400ms' },
        { reply: '250-stored,\n250 2.0.0 for good', delay: '400ms' },
        { reply: '440-long\n440 try later', segments: [4] },
      ],
    }),
    send: overTcp,
    fates: [
      SENT,
      LATER,
      said('5.0.0', '550-first line 550 refused', END_OF_DATA),
      { status: 'sent', reason: '250-stored, 250 2.0.0 for good' },
      said('4.0.0', '440-long 440 try later', END_OF_DATA),
    ],
    wire: 'LHLO MAIL+ RCPT+x5 DATA .+ QUIT',
  },
  {
    id: 'LM05',
    title: 'A silent server behind a local socket times out',
    clauses: [...clauses, 'postfix:lmtp_lhlo_timeout', 'postfix:delivery-2.3'],
    host: local({ greeting: { then: 'silent' } }),
    config: { lmtp_lhlo_timeout: '2s' },
    send: overSocket,
    fates: [timedOut('receiving the initial server greeting', LOCAL)],
    wire: '(nothing)',
  },
  {
    id: 'LM06',
    title: 'A 440 greeting behind a local socket leaves the message for later',
    clauses: [...clauses, 'postfix:delivery-2.3'],
    host: local({ greeting: '440 trouble here' }),
    send: overSocket,
    fates: [refused('4.0.0', '440 trouble here', LOCAL)],
    wire: 'QUIT',
  },
  {
    id: 'LM07',
    title: 'MAIL refused behind a local socket: an empty message, whose reply is ignored',
    clauses: [...clauses, 'postfix:delivery-6.3'],
    host: listening(
      { unix: SOCKET },
      dialogueHost({ protocol: 'lmtp' }, [
        'S: 220 fake.test LMTP',
        'C: LHLO *',
        'S: 250-fake.test',
        'S: 250 PIPELINING',
        'C: MAIL FROM:<*>',
        'C: RCPT TO:<*>',
        'C: DATA',
        'S: 550 sender refused',
        'S: 250 2.1.5 Ok',
        'S: 354 go ahead',
        'C: .',
        'C: QUIT',
        'S: 503 5.5.1 no recipients',
        'S: 221 2.0.0 Bye',
      ]),
    ),
    send: overSocket,
    fates: [said('5.0.0', '550 sender refused', MAIL, LOCAL)],
    wire: 'LHLO MAIL+ RCPT+ DATA .+ QUIT',
  },
  {
    id: 'LM09',
    title: 'LHLO answered 500 bounces the message: LMTP has no HELO',
    clauses: [...clauses, 'rfc2033-4.1-02'],
    host: store({ lhlo: '500 unknown command' }),
    send: overTcp,
    fates: [refused('5.0.0', '500 unknown command')],
    wire: 'LHLO QUIT',
  },
  {
    id: 'LM10',
    title: 'A 450 to the content defers the only recipient',
    clauses,
    host: store({ endOfData: '450 later' }),
    send: overTcp,
    fates: [said('4.0.0', '450 later', END_OF_DATA)],
    wire: DELIVERY,
  },
  {
    id: 'LM11',
    title: 'One of three recipients is refused at RCPT, and two replies to the content are read',
    clauses: [...clauses, 'rfc2033-4.2-02'],
    host: store({ rcpt: ['250 2.1.5 Ok', '550 5.1.1 no', '250 2.1.5 Ok'] }),
    send: overTcp,
    fates: [SENT, said('5.1.1', '550 5.1.1 no', RCPT), SENT],
    wire: 'LHLO MAIL+ RCPT+x3 DATA .+ QUIT',
  },
  {
    id: 'LM12',
    title: 'The second final reply never comes: the first recipient has the message, the other waits',
    clauses: [...clauses, 'postfix:lmtp_data_done_timeout'],
    host: store({ endOfData: ['default', { then: 'silent' }] }),
    config: { lmtp_data_done_timeout: '2s' },
    send: overTcp,
    fates: [SENT, timedOut('sending end of data -- message may be sent more than once')],
    wire: 'LHLO MAIL+ RCPT+ RCPT+ DATA .+ QUIT',
  },
  {
    id: 'LM13',
    title: 'Without PIPELINING every command waits, and each recipient has its reply',
    clauses,
    host: store({ extensions: ['ENHANCEDSTATUSCODES'] }),
    send: overTcp,
    fates: all(2, SENT),
    wire: 'LHLO MAIL RCPT RCPT DATA . QUIT',
  },
  {
    id: 'LM14',
    title: 'IGNOREQUOTA is ignored',
    clauses: ['postfix:delivery-5.3'],
    host: store({ extensions: ['PIPELINING', 'IGNOREQUOTA'] }),
    send: overTcp,
    fates: [SENT],
    wire: DELIVERY,
  },
];

export default cases.map(fieldCase);
