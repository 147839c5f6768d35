/** What the server says to STARTTLS itself (security reference 7.2). */
import {
  bounced,
  connections,
  deferred,
  delivered,
  dialogue,
  dialogueHost,
  logged,
  mailHost,
  message,
  noTls,
  notLogged,
  scenario,
  startTls,
  verifies,
  zone,
} from '../../scenario.ts';
import { dns, HANDSHAKE_FAILED, insideTls, SERVER, type Switches, secured, to } from './_server.ts';

const clauses = ['postfix:smtp_tls_security_level'];
const may = { smtp_tls_security_level: 'may' };
const encrypt = { smtp_tls_security_level: 'encrypt' };
const two = zone('example.test', { MX: ['10 a', '20 b'], a: '192.0.2.1', b: '192.0.2.2' });
const saying = (starttls: NonNullable<Switches['starttls']>) => secured({}, { starttls });
const refusal = (reply: string) => `TLS is required, but host ${SERVER} refused to start TLS: ${reply}`;

/** Refused, and the dialogue goes on as if nothing had been said. */
const wentOn = dialogue('a', ['...', 'C: STARTTLS', 'S: *', 'C: MAIL FROM:*', '...', 'C: QUIT', '...']);
const parted = dialogue('a', ['...', 'C: STARTTLS', 'S: *', 'C: QUIT', '...']);
const stoppedAt = dialogue('a', ['S: 220 *', 'C: EHLO client.test', '...', 'C: STARTTLS', '...']);

const refusals = [
  { code: '454', reply: '454 4.7.0 not now', origins: ['security-28'] },
  { code: '500', reply: '500 no tls', origins: ['field-TL02'] },
  { code: '502', reply: '502 5.5.1 unknown', origins: [] },
  { code: '354', reply: '354 go ahead', origins: [] },
] as const;

/** With mandatory TLS: what the code says of the mail. */
const verdicts = [
  { name: '502', reply: '502 5.5.1 unknown', dsn: '5.5.1', origins: ['security-32'] },
  { name: '554', reply: '554 go away', dsn: '5.0.0', origins: ['security-33'] },
  { name: '354', reply: '354 x', dsn: '5.5.0', origins: ['security-34'] },
] as const;

export default [
  ...refusals.map(({ code, reply, origins }) =>
    scenario(`starttls/may-refused-${code}`, {
      title: `Level may: after ${code} to STARTTLS the same connection goes on in the clear`,
      clauses: [...clauses, 'rfc3207-4-02', 'rfc3207-6-05'],
      origins,
      dns,
      hosts: { a: saying(reply) },
      config: may,
      send: message({ to }),
      expect: [delivered(to, { via: 'a' }), verifies('rfc3207-4-02', wentOn), connections('a', 1)],
    }),
  ),
  scenario('starttls/may-refused-421', {
    title: 'Level may: 421 to STARTTLS ends the connection, and the mail waits',
    clauses,
    origins: ['security-29'],
    dns,
    hosts: { a: saying({ reply: '421 4.3.2 closing', then: 'close' }) },
    config: may,
    send: message({ to, age: '1h' }),
    expect: [
      deferred(to, { dsn: '4.4.2', reason: `lost connection with ${SERVER} while sending MAIL FROM` }),
      dialogue('a', ['...', 'C: STARTTLS', 'S: 421 *', '...']),
      connections('a', 1),
    ],
  }),
  scenario('starttls/encrypt-refused-454', {
    title: 'Level encrypt: after 454 to STARTTLS the mail waits',
    clauses: [...clauses, 'rfc3207-4-02'],
    origins: ['security-31'],
    dns,
    hosts: { a: saying('454 4.7.0 not now') },
    config: encrypt,
    send: message({ to }),
    expect: [deferred(to, { dsn: '4.7.0', reason: refusal('454 4.7.0 not now') }), parted],
  }),
  scenario('starttls/encrypt-refused-454-next', {
    title: 'Level encrypt: after 454 to STARTTLS the next exchanger is tried',
    clauses: [...clauses, 'rfc3207-6-05'],
    origins: ['security-31'],
    dns: two,
    hosts: { a: saying('454 4.7.0 not now'), b: secured() },
    config: encrypt,
    send: message({ to }),
    expect: [delivered(to, { via: 'b' }), parted, insideTls('b'), logged(refusal('454 4.7.0 not now'))],
  }),
  scenario('starttls/encrypt-refused-421', {
    title: 'Level encrypt: 421 to STARTTLS is a refusal like others, and the mail waits',
    clauses,
    dns,
    hosts: { a: saying({ reply: '421 4.3.2 closing', then: 'close' }) },
    config: encrypt,
    send: message({ to }),
    expect: [deferred(to, { dsn: '4.3.2', reason: refusal('421 4.3.2 closing') }), noTls('a')],
  }),
  ...verdicts.map(({ name, reply, dsn, origins }) =>
    scenario(`starttls/encrypt-refused-${name}`, {
      title: `Level encrypt: ${name} to STARTTLS returns the mail, whatever other exchangers there are`,
      clauses: [...clauses, 'rfc3207-6-05'],
      origins,
      dns: two,
      hosts: { a: saying(reply), b: secured() },
      config: encrypt,
      send: message({ to }),
      expect: [bounced(to, { dsn, reason: refusal(reply) }), parted, connections('b', 0)],
    }),
  ),
  scenario('starttls/encrypt-refused-502-soft', {
    title: 'Level encrypt: with soft_bounce the next exchanger is tried after 502 to STARTTLS',
    clauses: [...clauses, 'postfix:soft_bounce'],
    origins: ['security-35'],
    dns: two,
    hosts: { a: saying('502 5.5.1 unknown'), b: secured() },
    config: { ...encrypt, soft_bounce: 'yes' },
    send: message({ to }),
    expect: [delivered(to, { via: 'b' }), parted, insideTls('b'), logged(refusal('502 5.5.1 unknown'))],
  }),
  scenario('starttls/accepted-with-250', {
    title: 'Any 2xx to STARTTLS starts the handshake',
    clauses: ['postfix:smtp_tls_security_level', 'rfc3207-4-03'],
    origins: ['security-36'],
    dns,
    hosts: {
      a: dialogueHost([
        'S: 220 a.example.test ESMTP',
        'C: EHLO client.test',
        'S: 250-a.example.test',
        'S: 250 STARTTLS',
        'C: STARTTLS',
        'S: 250 go',
        startTls(),
        'C: EHLO client.test',
        'S: 250 a.example.test',
        'C: MAIL FROM:*',
        'S: 250 ok',
        'C: RCPT TO:*',
        'S: 250 ok',
        'C: DATA',
        'S: 354 go',
        'C: <content>',
        'S: 250 ok',
        'C: QUIT',
      ]),
    },
    config: encrypt,
    send: message({ to }),
    expect: [
      delivered(to, { via: 'a' }),
      dialogue('a', ['...', 'C: STARTTLS', 'S: 250 go', '{TLS}', '...', 'C: QUIT']),
    ],
  }),
  scenario('starttls/accepted-in-two-lines', {
    title: 'A reply to STARTTLS may have several lines',
    clauses: ['postfix:smtp_tls_security_level', 'rfc3207-4-03'],
    origins: ['security-60a'],
    dns,
    hosts: { a: saying('220-ready\n220 when you are') },
    config: encrypt,
    send: message({ to }),
    expect: [
      delivered(to, { via: 'a' }),
      dialogue('a', ['...', 'S: 220-ready', 'S: 220 when you are', '{TLS}', '...', 'C: QUIT', '...']),
    ],
  }),
  scenario('starttls/closed-before-reply', {
    title: 'Level may: a server that closes instead of answering STARTTLS is not tried in the clear',
    clauses: [...clauses, 'rfc3207-6-05'],
    origins: ['security-39'],
    dns,
    hosts: { a: saying({ then: 'close' }) },
    config: may,
    send: message({ to, age: '1h' }),
    expect: [
      deferred(to, {
        dsn: '4.4.2',
        reason: `lost connection with ${SERVER} while receiving the STARTTLS response`,
      }),
      stoppedAt,
      connections('a', 1),
    ],
  }),
  scenario('starttls/closed-after-reply', {
    title: 'A server that closes right after 220 has not come to TLS',
    clauses: [...clauses, 'rfc3207-4-04'],
    origins: ['security-40', 'field-TL10'],
    dns,
    hosts: { a: secured({ handshake: { afterBytes: 0 } }) },
    config: may,
    send: message({ to }),
    expect: [
      deferred(to, HANDSHAKE_FAILED),
      verifies('rfc3207-4-04', stoppedAt),
      logged(`SSL_connect error to ${SERVER}:25: lost connection`),
    ],
  }),
  scenario('starttls/offer-noted', {
    title: 'Level none: an offer of STARTTLS is noted, if that is wanted, and not taken',
    clauses: ['postfix:smtp_tls_note_starttls_offer'],
    origins: ['security-60'],
    dns,
    hosts: { a: secured() },
    config: { smtp_tls_security_level: 'none', smtp_tls_note_starttls_offer: 'yes' },
    send: message({ to }),
    expect: [delivered(to, { via: 'a' }), noTls('a'), logged('Host offered STARTTLS: [a.example.test]')],
  }),
  scenario('starttls/no-offer-noted', {
    title: 'Level none: where nothing is offered nothing is noted',
    clauses: ['postfix:smtp_tls_note_starttls_offer'],
    dns,
    hosts: { a: mailHost() },
    config: { smtp_tls_security_level: 'none', smtp_tls_note_starttls_offer: 'yes' },
    send: message({ to }),
    expect: [delivered(to, { via: 'a' }), notLogged('Host offered STARTTLS')],
  }),
];
