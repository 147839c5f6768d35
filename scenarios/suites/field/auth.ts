/** Authentication, as other projects test it. */
import { type Fate, type FieldCase, fieldCase, lost, SENT, SERVER, server } from './_case.ts';

const clauses = ['postfix:smtp_sasl_auth_enable', 'postfix:smtp_sasl_password_maps'];
const config = {
  smtp_sasl_auth_enable: 'yes',
  smtp_sasl_password_maps: 'inline:{ mx.example.test=user:pass }',
  smtp_sasl_security_options: 'noanonymous',
};

const offering = (mechanisms: string, switches: Parameters<typeof server>[0] = {}) =>
  server({
    extensions: ['PIPELINING', '8BITMIME', 'ENHANCEDSTATUSCODES', `AUTH ${mechanisms}`],
    ...switches,
  });
const LOGIN = ['334 VXNlcm5hbWU6', '334 UGFzc3dvcmQ6'];

const unauthenticated = (dsn: string, what: string): Fate => ({
  status: dsn.startsWith('5') ? 'bounced' : 'deferred',
  dsn,
  reason: `SASL authentication failed; ${what}`,
});
const said = (dsn: string, reply: string) => unauthenticated(dsn, `server ${SERVER} said: ${reply}`);
const cannot = (fault: string) =>
  unauthenticated('4.7.0', `cannot authenticate to server ${SERVER}: ${fault}`);

const MAIL = 'MAIL+ RCPT+ DATA .+ QUIT';
const AS_LOGIN = `EHLO AUTH[LOGIN] dXNlcg== cGFzcw== ${MAIL}`;
const PLAIN = 'AUTH[PLAIN,AHVzZXIAcGFzcw==]';

const cases: FieldCase[] = [
  {
    id: 'AU01',
    title: 'AUTH LOGIN takes two answers',
    clauses,
    host: offering('LOGIN', { auth: [...LOGIN, '235 ok'] }),
    config,
    fates: [SENT],
    wire: AS_LOGIN,
  },
  {
    id: 'AU02',
    title: 'AUTH PLAIN has its answer on the command line',
    clauses,
    host: offering('PLAIN', { auth: '235 ok' }),
    config,
    fates: [SENT],
    wire: `EHLO ${PLAIN} ${MAIL}`,
  },
  {
    id: 'AU04',
    title: 'A server that closes after AUTH is lost in the handshake',
    clauses,
    host: offering('LOGIN', { auth: { then: 'close' } }),
    config,
    fates: [lost('performing the EHLO handshake')],
    wire: 'EHLO AUTH[LOGIN]',
  },
  {
    id: 'AU05',
    title: 'Credentials for a server that does not offer AUTH stay unused',
    clauses,
    host: server(),
    config,
    fates: [SENT],
    wire: `EHLO ${MAIL}`,
  },
  {
    id: 'AU08',
    title: 'A 599 after the password is a refusal',
    clauses,
    host: offering('LOGIN', { auth: [...LOGIN, '599 auth refused'] }),
    config,
    fates: [said('4.0.0', '599 auth refused')],
    wire: 'EHLO AUTH[LOGIN] dXNlcg== cGFzcw== QUIT',
  },
  {
    id: 'AU09',
    title: 'A 454 to AUTH is a refusal for now',
    clauses,
    host: offering('PLAIN', { auth: '454 4.7.0 try later' }),
    config,
    fates: [said('4.7.0', '454 4.7.0 try later')],
    wire: `EHLO ${PLAIN} QUIT`,
  },
  {
    id: 'AU10',
    title: 'The strongest mechanism is tried, and none after it',
    clauses,
    host: offering('DIGEST-MD5 CRAM-MD5 PLAIN LOGIN', { auth: '334 ' }),
    config: { ...config, smtp_sasl_password_maps: 'inline:{ mx.example.test=strongest:pass }' },
    fates: [cannot('generic failure')],
    wire: 'EHLO AUTH[DIGEST-MD5] QUIT',
    log: ['SASL authentication failure: no server challenge'],
  },
  {
    id: 'AU11',
    title: 'Passwords are not sent in the clear where that is forbidden',
    clauses: ['postfix:smtp_sasl_security_options'],
    host: offering('PLAIN LOGIN'),
    config: { ...config, smtp_sasl_security_options: 'noplaintext,noanonymous' },
    fates: [cannot('no mechanism available')],
    wire: 'EHLO QUIT',
    log: ['SASL authentication failure: No worthy mechs found'],
  },
  {
    id: 'AU12',
    title: 'AUTH without an initial response has no trailing space',
    clauses,
    host: offering('LOGIN', { auth: [...LOGIN, '235 ok'] }),
    config,
    fates: [SENT],
    wire: AS_LOGIN,
  },
  {
    id: 'AU13',
    title: 'AUTH and AUTH= side by side are one offer',
    clauses,
    host: server({
      extensions: ['PIPELINING', '8BITMIME', 'ENHANCEDSTATUSCODES', 'AUTH LOGIN', 'AUTH=LOGIN'],
      auth: [...LOGIN, '235 ok'],
    }),
    config,
    fates: [SENT],
    wire: AS_LOGIN,
  },
  {
    id: 'AU14',
    title: 'AUTH is not used without credentials for the host',
    clauses,
    host: offering('PLAIN LOGIN'),
    config: { ...config, smtp_sasl_password_maps: 'inline:{ other.test=user:pass }' },
    fates: [SENT],
    wire: `EHLO ${MAIL}`,
  },
  {
    id: 'AU15',
    title: 'An initial response that is ignored is not sent again',
    clauses,
    host: offering('PLAIN', { auth: ['334 ', '235 ok'] }),
    config,
    fates: [cannot('generic failure')],
    wire: `EHLO ${PLAIN} QUIT`,
    log: ['SASL authentication problem: attempting client step after doneflag'],
  },
  {
    id: 'AU16',
    title: 'A 535 returns the mail where soft bounces are off',
    clauses: ['postfix:smtp_sasl_auth_soft_bounce'],
    host: offering('PLAIN', { auth: '535 5.7.8 bad credentials' }),
    config: { ...config, smtp_sasl_auth_soft_bounce: 'no' },
    fates: [said('5.7.8', '535 5.7.8 bad credentials')],
    wire: `EHLO ${PLAIN} QUIT`,
  },
];

export default cases.map(fieldCase);
