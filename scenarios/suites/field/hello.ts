/** EHLO and HELO, as other projects test them. */
import { bytes, close, dialogueHost } from '../../scenario.ts';
import { type FieldCase, fieldCase, lost, SENT, server, timedOut } from './_case.ts';

const EHLO = 'performing the EHLO handshake';
const DELIVERY = 'EHLO MAIL+ RCPT+ DATA .+ QUIT';
const LOCK_STEP = 'EHLO MAIL RCPT DATA . QUIT';
const clauses = ['postfix:delivery-5.1'];
const features = ['postfix:delivery-5.3'];

const cases: readonly FieldCase[] = [
  {
    id: 'EH03',
    title: 'A server that refuses EHLO and closes at HELO has lost the connection',
    clauses: [...clauses, 'postfix:delivery-8.4'],
    host: server({ ehlo: '550 ehlo refused', helo: { then: 'close' } }),
    fates: [lost('performing the HELO handshake')],
    wire: 'EHLO HELO',
  },
  {
    id: 'EH04',
    title: 'After EHLO was answered 502 a plain transaction follows HELO',
    clauses: [...clauses, 'rfc5321-3.2-02'],
    host: server({ ehlo: '502 unrecognised' }),
    fates: [SENT],
    wire: 'EHLO HELO MAIL RCPT DATA . QUIT',
  },
  {
    id: 'EH07',
    title: 'An empty line after the last line of the EHLO reply is tolerated',
    clauses: ['postfix:delivery-8.6'],
    host: dialogueHost([
      'S: 220 fake.test ESMTP',
      'C: EHLO *',
      'S: 250-fake.test',
      'S: 250 PIPELINING',
      'S:',
      'C: MAIL FROM:<*>',
      'C: RCPT TO:<*>',
      'C: DATA',
      'S: 250 2.1.0 Ok',
      'S: 250 2.1.5 Ok',
      'S: 354 go ahead',
      'C: <content>',
      'C: QUIT',
      'S: 250 2.0.0 Ok',
      'S: 221 2.0.0 Bye',
    ]),
    fates: [SENT],
    wire: DELIVERY,
    log: ['non-ESMTP response from', 'to prevent loss of mail, turn off command pipelining for'],
  },
  {
    id: 'EH09',
    title: 'Keywords that the client does not know are ignored',
    clauses: features,
    host: server({ extensions: ['LIMITS MAILMAX=10 RCPTMAX=100 RCPTDOMAINMAX=1', 'UNKNOWN', 'XFOO=1'] }),
    fates: [SENT],
    wire: LOCK_STEP,
  },
  {
    id: 'EH10',
    title: '8-bit text in the EHLO reply does not hide the keywords',
    clauses: features,
    host: server({ ehlo: '250-fake.test grüße\n250-PIPELINING\n250 8BITMIME' }),
    fates: [SENT],
    wire: DELIVERY,
  },
  {
    id: 'EH11',
    title: 'Silence after EHLO times out',
    clauses: [...clauses, 'postfix:smtp_helo_timeout'],
    host: server({ ehlo: { then: 'silent' } }),
    config: { smtp_helo_timeout: '2s' },
    fates: [timedOut(EHLO)],
    wire: 'EHLO',
  },
  {
    id: 'EH12',
    title: 'Half a line and a close are a lost connection, not a 500',
    clauses: [...clauses, 'postfix:delivery-8.4'],
    host: dialogueHost(['S: 220 fake.test ESMTP', 'C: EHLO *', bytes('500 cut off'), close()]),
    fates: [lost(EHLO)],
    wire: 'EHLO',
  },
  {
    id: 'EH13',
    title: 'Keywords in lower case and behind extra spaces are recognised',
    clauses: [...features, 'rfc5321-4.1.1.1-05'],
    host: server({ ehlo: '250-fake.test\n250-  pipelining\n250-size 100000\n250 8bitmime' }),
    send: { size: 313 },
    fates: [SENT],
    wire: 'EHLO MAIL[SIZE=313]+ RCPT+ DATA .+ QUIT',
    tolerates: {
      'rfc5321-4.3.1-01': 'extra spaces make no keyword to a strict reader',
      'rfc2920-3-01': 'extra spaces make no keyword to a strict reader',
    },
  },
  {
    id: 'EH15',
    title: 'A 220 to EHLO and a 334 to DATA are positive replies',
    clauses: [...clauses, 'postfix:delivery-6.3', 'rfc5321-4.2-05'],
    host: server({ ehlo: '220 OK', data: '334 send more' }),
    fates: [SENT],
    wire: LOCK_STEP,
    tolerates: { 'rfc5321-3.3-06': 'Postfix takes any 3yz reply to DATA for consent' },
  },
];

export default cases.map(fieldCase);
