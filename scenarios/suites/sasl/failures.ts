/** What a refusal means: for this host, for the others, and for the next time. */
import {
  bounced,
  connections,
  deferred,
  delivered,
  dialogue,
  mailHost,
  message,
  scenario,
  zone,
} from '../../scenario.ts';
import { credentials, dns, offering, PLAIN, SERVER, said, to, via } from './_server.ts';

const soft = ['postfix:smtp_sasl_auth_soft_bounce'];
const REFUSED = '535 5.7.8 bad credentials';
const ended = (reply: string) => dialogue('mx', ['...', `C: ${PLAIN}`, `S: ${reply}`, 'C: QUIT']);

const two = zone('example.test', { MX: ['10 mx', '20 second'], mx: '192.0.2.1', second: '192.0.2.2' });

const cache = {
  smtp_sasl_auth_cache_name: 'proxy:btree:$data_directory/refused',
  smtp_sasl_auth_cache_time: '1h',
};
const CACHED = `SASL [CACHED] authentication failed; server mx.example.test said: ${REFUSED}`;
const NOT_AGAIN = ['...', 'S: 250 AUTH PLAIN', 'C: QUIT'];

export default [
  scenario('sasl/refused', {
    title: 'A 535 leaves the mail here: credentials can be put right',
    clauses: [...soft, 'rfc4954-4-15'],
    origins: ['security-152'],
    dns,
    hosts: { mx: offering('PLAIN', { auth: REFUSED }) },
    config: credentials(),
    send: message({ to }),
    expect: [deferred(to, { dsn: '4.7.8', reason: said(REFUSED), ...via }), ended(REFUSED)],
  }),
  scenario('sasl/refused-for-good', {
    title: 'With soft bounces off a 535 returns the mail at once, whatever other hosts there are',
    clauses: soft,
    origins: ['security-152'],
    dns: two,
    hosts: { mx: offering('PLAIN', { auth: REFUSED }), second: mailHost() },
    config: credentials('user:pass', { smtp_sasl_auth_soft_bounce: 'no' }),
    send: message({ to }),
    expect: [
      bounced(to, { dsn: '5.7.8', reason: said(REFUSED), ...via }),
      ended(REFUSED),
      connections('second', 0),
    ],
  }),
  scenario('sasl/refused-for-now', {
    title: 'A 454 leaves the mail here',
    clauses: ['postfix:smtp_sasl_auth_enable', 'rfc4954-6-01'],
    origins: ['security-153'],
    dns,
    hosts: { mx: offering('PLAIN', { auth: '454 4.7.0 later' }) },
    config: credentials('user:pass', { smtp_sasl_auth_soft_bounce: 'no' }),
    send: message({ to }),
    expect: [
      deferred(to, { dsn: '4.7.0', reason: said('454 4.7.0 later'), ...via }),
      ended('454 4.7.0 later'),
    ],
  }),
  scenario('sasl/refused-without-status', {
    title: 'A refusal without an enhanced status has the general one',
    clauses: soft,
    dns,
    hosts: { mx: offering('PLAIN', { auth: '535 no' }) },
    config: credentials(),
    send: message({ to }),
    expect: [deferred(to, { dsn: '4.0.0', reason: said('535 no'), ...via }), ended('535 no')],
  }),
  scenario('sasl/nonsense-reply', {
    title: 'A reply that makes no sense is a protocol error, for good',
    clauses: ['postfix:smtp_sasl_auth_enable'],
    dns,
    hosts: { mx: offering('PLAIN', { auth: '199 what' }) },
    config: credentials(),
    send: message({ to }),
    expect: [bounced(to, { dsn: '5.5.0', reason: said('199 what'), ...via }), ended('199 what')],
  }),
  scenario('sasl/next-host', {
    title: 'Another exchanger may take the credentials that the first refuses',
    clauses: soft,
    dns: two,
    hosts: {
      mx: offering('PLAIN', { auth: REFUSED }),
      second: offering('PLAIN', { auth: '235 ok' }),
    },
    config: credentials('', { smtp_sasl_password_maps: 'inline:{ example.test=user:pass }' }),
    send: message({ to }),
    expect: [
      delivered(to, { via: 'second' }),
      ended(REFUSED),
      dialogue('second', ['...', `C: ${PLAIN}`, 'S: 235 ok', 'C: MAIL *', '...', 'C: QUIT']),
    ],
  }),
  scenario('sasl/refused-keeps-nothing', {
    title: 'A connection without authentication is not kept for more mail',
    clauses: ['postfix:delivery-4.6', 'postfix:smtp_sasl_auth_enable'],
    dns,
    hosts: { mx: offering('PLAIN', { auth: [REFUSED, '235 ok'] }) },
    config: credentials(),
    send: [message({ to, reuse: 'both' }), message({ to })],
    expect: [
      deferred(to, { dsn: '4.7.8', reason: said(REFUSED), ...via }),
      delivered(to, { via: 'mx' }),
      ended(REFUSED),
      dialogue('mx', ['...', `C: ${PLAIN}`, 'S: 235 ok', '...', 'C: QUIT']),
    ],
  }),
  scenario('sasl/protocol-notice', {
    title: 'A refusal of AUTH is no matter for the postmaster',
    clauses: ['postfix:notify_classes'],
    dns,
    hosts: { mx: offering('PLAIN', { auth: '504 5.5.4 no' }) },
    config: credentials('user:pass', { notify_classes: 'protocol' }),
    send: message({ to }),
    expect: [deferred(to, { dsn: '4.5.4', reason: said('504 5.5.4 no'), ...via }), ended('504 5.5.4 no')],
  }),
  scenario('sasl/remembered', {
    title: 'Credentials that a server refused are not tried again while they are remembered',
    clauses: ['postfix:smtp_sasl_auth_cache_name'],
    origins: ['security-165'],
    dns,
    hosts: { mx: offering('PLAIN', { auth: [REFUSED, '235 ok'] }) },
    config: credentials('user:pass', cache),
    send: [message({ to }), message({ to })],
    expect: [
      deferred(to, { dsn: '4.7.8', reason: said(REFUSED), ...via }),
      deferred(to, { dsn: '4.7.8', reason: CACHED, ...via }),
      ended(REFUSED),
      dialogue('mx', NOT_AGAIN),
    ],
  }),
  scenario('sasl/remembered-for-good', {
    title: 'What is remembered returns the mail where refusals do',
    clauses: ['postfix:smtp_sasl_auth_cache_name', ...soft],
    dns,
    hosts: { mx: offering('PLAIN', { auth: [REFUSED, '235 ok'] }) },
    config: credentials('good:pass', { ...cache, smtp_sasl_auth_soft_bounce: 'no' }),
    send: [message({ to }), message({ to })],
    expect: [
      bounced(to, { dsn: '5.7.8', reason: said(REFUSED), ...via }),
      bounced(to, { dsn: '5.7.8', reason: CACHED, ...via }),
      dialogue('mx', ['...', 'C: AUTH PLAIN *', `S: ${REFUSED}`, 'C: QUIT']),
      dialogue('mx', NOT_AGAIN),
    ],
  }),
  scenario('sasl/remembered-on-other-ports', {
    title: 'What is remembered of a host holds for all its ports',
    clauses: ['postfix:smtp_sasl_auth_cache_name'],
    origins: ['security-165'],
    dns,
    hosts: {
      mx: offering('PLAIN', { auth: REFUSED }),
      'mx.example.test': offering('PLAIN', { port: 587, auth: '235 ok' }),
    },
    config: credentials('ports:pass', cache),
    send: [message({ to }), message({ to, nexthop: '[mx.example.test]:587' })],
    expect: [
      deferred(to, { dsn: '4.7.8', reason: said(REFUSED), ...via }),
      deferred(to, { dsn: '4.7.8', reason: CACHED, relay: `${SERVER}:587` }),
      dialogue('mx', ['...', 'C: AUTH PLAIN *', `S: ${REFUSED}`, 'C: QUIT']),
      dialogue('mx.example.test', NOT_AGAIN),
    ],
  }),
  scenario('sasl/temporary-not-remembered', {
    title: 'Only a 535 is remembered',
    clauses: ['postfix:smtp_sasl_auth_cache_name'],
    dns,
    hosts: { mx: offering('PLAIN', { auth: ['534 5.7.9 too weak', '235 ok'] }) },
    config: credentials('weak:pass', cache),
    send: [message({ to }), message({ to })],
    expect: [
      deferred(to, { dsn: '4.7.9', reason: said('534 5.7.9 too weak'), ...via }),
      delivered(to, { via: 'mx' }),
      connections('mx', 2),
    ],
  }),
  scenario('sasl/remembered-too-long', {
    title: 'What was remembered long enough is forgotten',
    clauses: ['postfix:smtp_sasl_auth_cache_time', 'postfix:smtp_sasl_auth_cache_name'],
    dns,
    hosts: { mx: offering('PLAIN', { auth: [REFUSED, '235 ok'] }) },
    config: credentials('late:pass', { ...cache, smtp_sasl_auth_cache_time: '1s' }),
    send: [message({ to }), message({ to, after: '3s' })],
    expect: [
      deferred(to, { dsn: '4.7.8', reason: said(REFUSED), ...via }),
      delivered(to, { via: 'mx' }),
      connections('mx', 2),
    ],
  }),
  scenario('sasl/remembered-password-changed', {
    title: 'With another password the server is asked again',
    clauses: ['postfix:smtp_sasl_auth_cache_name'],
    origins: ['security-166'],
    dns,
    hosts: { mx: offering('PLAIN', { auth: [REFUSED, '235 ok'] }) },
    config: credentials('', {
      ...cache,
      smtp_sender_dependent_authentication: 'yes',
      smtp_sasl_password_maps: 'inline:{ {one@client.test=changed:pass}, {two@client.test=changed:other} }',
    }),
    send: [message({ to, from: 'one@client.test' }), message({ to, from: 'two@client.test' })],
    expect: [
      deferred(to, { dsn: '4.7.8', reason: said(REFUSED), ...via }),
      delivered(to, { via: 'mx' }),
      connections('mx', 2),
    ],
  }),
];
