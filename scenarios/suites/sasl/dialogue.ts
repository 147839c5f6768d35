/** The exchange itself: initial responses, challenges, and how it ends. */
import {
  connections,
  deferred,
  delivered,
  dialogue,
  elapsed,
  logged,
  message,
  scenario,
} from '../../scenario.ts';
import {
  AFTER_THE_END,
  cannot,
  credentials,
  dns,
  failed,
  knowing,
  offering,
  PASS,
  PLAIN,
  SERVER,
  to,
  USER,
  via,
} from './_server.ts';

const clauses = ['postfix:smtp_sasl_auth_enable'];
const long = 'x'.repeat(400);
const longResponse = Buffer.from(`\0user\0${long}`).toString('base64');
const EHLO = 'performing the EHLO handshake';

/** PLAIN is 5, and 8 are for the rest: 512 - 13 = 499 characters, of which base64 fills 496. */
const longest = 'y'.repeat(372 - '\0user\0'.length);
const longestResponse = Buffer.from(`\0user\0${longest}`).toString('base64');

export default [
  scenario('sasl/initial-response-too-long', {
    title: 'A response that makes the command too long waits for the first challenge, which has to be empty',
    clauses: [...clauses, 'rfc4954-4-05'],
    origins: ['security-154'],
    dns,
    hosts: { mx: knowing(['PLAIN'], { users: { user: long } }) },
    config: credentials(`user:${long}`),
    send: message({ to }),
    expect: [
      delivered(to),
      dialogue('mx', [
        '...',
        'C: AUTH PLAIN',
        'S: 334 ',
        `C: ${longResponse}`,
        'S: 235 *',
        'C: MAIL *',
        '...',
        'C: QUIT',
      ]),
    ],
  }),
  scenario('sasl/initial-response-longest', {
    title: 'A response that just fits goes out with the command',
    clauses: [...clauses, 'rfc4954-4-05'],
    dns,
    hosts: { mx: knowing(['PLAIN'], { users: { user: longest } }) },
    config: credentials(`user:${longest}`),
    send: message({ to }),
    expect: [
      delivered(to),
      dialogue('mx', ['...', `C: AUTH PLAIN ${longestResponse}`, 'S: 235 *', 'C: MAIL *', '...', 'C: QUIT']),
    ],
  }),
  scenario('sasl/initial-response-one-too-long', {
    title: 'A response that is one group too long does not',
    clauses: [...clauses, 'rfc4954-4-05'],
    dns,
    hosts: { mx: knowing(['PLAIN'], { users: { user: `${longest}z` } }) },
    config: credentials(`user:${longest}z`),
    send: message({ to }),
    expect: [
      delivered(to),
      dialogue('mx', ['...', 'C: AUTH PLAIN', 'S: 334 ', 'C: *', 'S: 235 *', 'C: MAIL *', '...', 'C: QUIT']),
    ],
  }),
  scenario('sasl/challenge-before-long-response', {
    title: 'A first challenge that is not empty does not get a response that waited for it',
    clauses,
    origins: ['security-155'],
    dns,
    hosts: { mx: offering('PLAIN', { auth: ['334 QUJD', '235 ok'] }) },
    config: credentials(`user:${long}`),
    send: message({ to }),
    expect: [
      // Postfix goes on with the response itself, which is the password.
      deferred(to, {
        dsn: '4.7.0',
        reason: /non-empty initial PLAIN challenge from server \S+: \S+$/,
        ...via,
      }),
      dialogue('mx', ['...', 'C: AUTH PLAIN', 'S: 334 QUJD', 'C: QUIT']),
    ],
  }),
  scenario('sasl/challenge-after-the-end', {
    title: 'A challenge after all was said ends it',
    clauses,
    origins: ['security-156'],
    dns,
    hosts: { mx: offering('PLAIN', { auth: ['334 ', '235 ok'] }) },
    config: credentials(),
    send: message({ to }),
    expect: [
      deferred(to, { dsn: '4.7.0', reason: cannot('generic failure'), ...via }),
      logged(AFTER_THE_END),
      dialogue('mx', ['...', `C: ${PLAIN}`, 'S: 334 ', 'C: QUIT']),
    ],
  }),
  ...(
    [
      ['line-noise', '334 *=no*', 'bad protocol / cancel'],
      ['inner-padding', '334 QQ==QUJD', 'bad protocol / cancel'],
      ['cut-off', '334 VXNlcg', 'another step is needed in authentication'],
      ['two-lines', '334-VXNl\n334 cm5h', 'bad protocol / cancel'],
    ] as const
  ).map(([name, auth, fault]) =>
    scenario(`sasl/challenge-${name}`, {
      title: `A challenge that is no base64 (${name}) ends it, without a word`,
      clauses,
      origins: ['security-157'],
      dns,
      hosts: { mx: offering('LOGIN', { auth }) },
      config: credentials(),
      send: message({ to }),
      expect: [
        deferred(to, { dsn: '4.7.0', reason: cannot(fault), ...via }),
        dialogue('mx', ['...', 'C: AUTH LOGIN', '...', 'C: QUIT']),
      ],
    }),
  ),
  scenario('sasl/any-positive-reply', {
    title: 'Any positive reply is success',
    clauses,
    origins: ['security-158'],
    dns,
    hosts: { mx: offering('PLAIN', { auth: '250 ok' }) },
    config: credentials(),
    send: message({ to }),
    expect: [
      delivered(to),
      dialogue('mx', ['...', `C: ${PLAIN}`, 'S: 250 ok', 'C: MAIL *', '...', 'C: QUIT']),
    ],
  }),
  scenario('sasl/any-intermediate-reply', {
    title: 'Any intermediate reply is a challenge',
    clauses,
    dns,
    hosts: { mx: offering('LOGIN', { auth: ['354 VXNlcg==', '300 UGFzcw==', '235 ok'] }) },
    config: credentials(),
    send: message({ to }),
    expect: [
      delivered(to),
      dialogue('mx', [
        '...',
        'C: AUTH LOGIN',
        'S: 354 VXNlcg==',
        `C: ${USER}`,
        'S: 300 UGFzcw==',
        `C: ${PASS}`,
        'S: 235 ok',
        'C: MAIL *',
        '...',
        'C: QUIT',
      ]),
    ],
  }),
  scenario('sasl/empty-challenges', {
    title: 'LOGIN answers empty challenges',
    clauses,
    dns,
    hosts: { mx: offering('LOGIN', { auth: ['334', '334 ', '235 ok'] }) },
    config: credentials(),
    send: message({ to }),
    expect: [
      delivered(to),
      dialogue('mx', ['...', `C: ${USER}`, 'S: 334 ', `C: ${PASS}`, 'S: 235 ok', '...', 'C: QUIT']),
    ],
  }),
  scenario('sasl/lost', {
    title: 'A connection that is lost in the exchange is lost in the handshake',
    clauses,
    origins: ['security-159'],
    dns,
    hosts: { mx: offering('PLAIN', { auth: { then: 'close' } }) },
    config: credentials(),
    send: message({ to }),
    expect: [
      deferred(to, { dsn: '4.4.2', reason: `lost connection with ${SERVER} while ${EHLO}`, ...via }),
      dialogue('mx', ['...', `C: ${PLAIN}`]),
    ],
  }),
  scenario('sasl/silence', {
    title: 'A server that says nothing to AUTH has as long as for EHLO',
    clauses: ['postfix:smtp_helo_timeout'],
    dns,
    hosts: { mx: offering('LOGIN', { auth: ['334 ', { then: 'silent' }] }) },
    config: credentials('user:pass', { smtp_helo_timeout: '2s' }),
    send: message({ to }),
    expect: [
      deferred(to, { dsn: '4.4.2', reason: `conversation with ${SERVER} timed out while ${EHLO}`, ...via }),
      dialogue('mx', ['...', 'C: AUTH LOGIN', 'S: 334 ', `C: ${USER}`]),
      elapsed({ atLeast: '2s', atMost: '3s' }),
    ],
  }),
  scenario('sasl/mechanism-refused', {
    title: 'After a refusal no other mechanism is tried',
    clauses: [...clauses, 'postfix:smtp_sasl_auth_soft_bounce'],
    dns,
    hosts: { mx: offering('CRAM-MD5 PLAIN', { auth: '504 5.5.4 no such mechanism' }) },
    config: credentials(),
    send: message({ to }),
    expect: [
      deferred(to, {
        dsn: '4.5.4',
        reason: failed(`server ${SERVER} said: 504 5.5.4 no such mechanism`),
        ...via,
      }),
      connections('mx', 1),
      dialogue('mx', ['...', 'C: AUTH CRAM-MD5', 'S: 504 *', 'C: QUIT']),
    ],
  }),
];
