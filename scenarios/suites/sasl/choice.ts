/** Which mechanism is used, and when authentication is tried at all. */
import { deferred, delivered, dialogue, logged, mailHost, message, scenario } from '../../scenario.ts';
import {
  cannot,
  credentials,
  dns,
  NO_MECHANISM,
  NONE_WORTHY,
  offering,
  PLAIN,
  SERVER,
  said,
  to,
  via,
} from './_server.ts';

const options = ['postfix:smtp_sasl_security_options'];
const INCOMPATIBLE =
  `SASL authentication failed: server ${SERVER} offered no compatible authentication mechanisms ` +
  'for this type of connection security';

/** The server says no at once, so that the choice shows and nothing else. */
const choice = (
  name: string,
  title: string,
  { offered, chosen, securityOptions = '' }: { offered: string; chosen: string; securityOptions?: string },
) =>
  scenario(`sasl/choice-${name}`, {
    title,
    clauses: options,
    dns,
    hosts: { mx: offering(offered, { auth: '454 4.7.0 later' }) },
    config: credentials(`${name}:pass`, { smtp_sasl_security_options: securityOptions }),
    send: message({ to }),
    expect: [
      deferred(to, { dsn: '4.7.0', reason: said('454 4.7.0 later'), ...via }),
      dialogue('mx', ['...', `C: AUTH ${chosen}`, 'S: 454 4.7.0 later', 'C: QUIT']),
    ],
  });

/** Nothing that is offered will do. */
const none = (
  name: string,
  title: string,
  {
    offered,
    securityOptions,
    origins = [],
  }: { offered: string; securityOptions?: string; origins?: string[] },
) => {
  const { smtp_sasl_security_options: _, ...rest } = credentials();
  return scenario(`sasl/choice-${name}`, {
    title,
    clauses: options,
    origins,
    dns,
    hosts: { mx: offering(offered) },
    config: securityOptions === undefined ? rest : { ...rest, smtp_sasl_security_options: securityOptions },
    send: message({ to }),
    expect: [
      deferred(to, { dsn: '4.7.0', reason: NO_MECHANISM, ...via }),
      logged(NONE_WORTHY),
      dialogue('mx', ['...', `S: 250 AUTH ${offered}`, 'C: QUIT']),
    ],
  });
};

export default [
  none('plaintext-by-default', 'Passwords are not sent in the clear unless that is allowed', {
    offered: 'PLAIN LOGIN',
    origins: ['security-147', 'field-AU11'],
  }),
  none('anonymous-by-default', 'Nobody is anonymous unless that is allowed', { offered: 'ANONYMOUS' }),
  none('no-active', 'noactive leaves nothing of CRAM-MD5 and DIGEST-MD5', {
    offered: 'CRAM-MD5 DIGEST-MD5',
    securityOptions: 'noactive',
  }),
  none('no-dictionary', 'nodictionary leaves nothing that rests on a password', {
    offered: 'SCRAM-SHA-512 DIGEST-MD5 CRAM-MD5 PLAIN',
    securityOptions: 'nodictionary',
  }),
  none('forward-secrecy', 'No mechanism has forward secrecy', {
    offered: 'SCRAM-SHA-512 PLAIN',
    securityOptions: 'forward_secrecy',
  }),
  none('mutual', 'mutual_auth leaves nothing in which the server proves nothing', {
    offered: 'CRAM-MD5 PLAIN LOGIN',
    securityOptions: 'mutual_auth',
  }),
  none('unknown', 'Mechanisms that nobody knows are no choice', { offered: 'FOO BAR', securityOptions: '' }),
  choice('longest-hash', 'Of SCRAM the longest hash is preferred, whatever the order of the server', {
    offered: 'SCRAM-SHA-1 PLAIN SCRAM-SHA-256 SCRAM-SHA-512 DIGEST-MD5',
    chosen: 'SCRAM-SHA-512 *',
  }),
  choice('digest-before-cram', 'DIGEST-MD5 is preferred to CRAM-MD5 and to passwords in the clear', {
    offered: 'LOGIN PLAIN CRAM-MD5 DIGEST-MD5',
    chosen: 'DIGEST-MD5',
  }),
  choice('cram-before-plain', 'CRAM-MD5 is preferred to passwords in the clear', {
    offered: 'LOGIN PLAIN CRAM-MD5',
    chosen: 'CRAM-MD5',
  }),
  choice('plain-before-login', 'PLAIN is preferred to LOGIN', { offered: 'LOGIN PLAIN', chosen: 'PLAIN *' }),
  choice('not-anonymous', 'Any other mechanism is preferred to ANONYMOUS', {
    offered: 'ANONYMOUS LOGIN',
    chosen: 'LOGIN',
  }),
  choice('options', 'Options narrow the choice: noplaintext leaves CRAM-MD5', {
    offered: 'PLAIN CRAM-MD5',
    chosen: 'CRAM-MD5',
    securityOptions: 'noplaintext',
  }),
  choice('active-attacks', 'noactive leaves SCRAM', {
    offered: 'DIGEST-MD5 SCRAM-SHA-1',
    chosen: 'SCRAM-SHA-1 *',
    securityOptions: 'noactive, mutual_auth',
  }),
  choice('lower-case', 'Names of mechanisms in lower case are understood, and sent in upper case', {
    offered: 'plain login',
    chosen: 'PLAIN *',
  }),
  choice('commas', 'Names of mechanisms may stand between commas', {
    offered: 'LOGIN,PLAIN',
    chosen: 'PLAIN *',
  }),
  choice('external-harmless', 'EXTERNAL beside DIGEST-MD5 is not preferred', {
    offered: 'EXTERNAL DIGEST-MD5',
    chosen: 'DIGEST-MD5',
  }),
  scenario('sasl/choice-external', {
    title: 'EXTERNAL is preferred to PLAIN, and cannot be used',
    clauses: options,
    origins: ['security-161'],
    dns,
    hosts: { mx: offering('EXTERNAL PLAIN') },
    config: credentials(),
    send: message({ to }),
    expect: [
      deferred(to, { dsn: '4.7.0', reason: NO_MECHANISM, ...via }),
      dialogue('mx', ['...', 'S: 250 AUTH EXTERNAL PLAIN', 'C: QUIT']),
    ],
  }),
  scenario('sasl/filter-works-around-external', {
    title: 'A filter that leaves EXTERNAL out makes PLAIN usable',
    clauses: ['postfix:smtp_sasl_mechanism_filter'],
    dns,
    hosts: { mx: offering('EXTERNAL PLAIN', { auth: '235 ok' }) },
    config: credentials('user:pass', { smtp_sasl_mechanism_filter: '!external, static:all' }),
    send: message({ to }),
    expect: [delivered(to), dialogue('mx', ['...', `C: ${PLAIN}`, 'S: 235 ok', '...', 'C: QUIT'])],
  }),
  scenario('sasl/filter-leaves-nothing', {
    title:
      'A filter that knows none of the mechanisms offered leaves nothing, which is a failure with credentials',
    clauses: ['postfix:smtp_sasl_mechanism_filter'],
    origins: ['security-170'],
    dns,
    hosts: { mx: offering('CRAM-MD5 DIGEST-MD5') },
    config: credentials('user:pass', { smtp_sasl_mechanism_filter: 'plain, login' }),
    send: message({ to }),
    expect: [
      deferred(to, { dsn: '4.7.0', reason: INCOMPATIBLE, ...via }),
      logged(`${SERVER}:25 offered no supported AUTH mechanisms: 'CRAM-MD5 DIGEST-MD5'`),
      dialogue('mx', ['...', 'S: 250 AUTH *', 'C: QUIT']),
    ],
  }),
  scenario('sasl/filter-fails', {
    title: 'A filter that cannot be looked at leaves open what may be used: nothing is sent',
    clauses: ['postfix:smtp_sasl_mechanism_filter'],
    virtualOnly: 'smtp(8) ends with a fatal error, and the queue manager defers the mail',
    dns,
    hosts: { mx: offering('PLAIN') },
    config: credentials('user:pass', { smtp_sasl_mechanism_filter: 'fail:temporarily' }),
    send: message({ to }),
    expect: [
      deferred(to, { dsn: '4.3.0', reason: `local data error while talking to ${SERVER}`, ...via }),
      logged('smtp_sasl_mechanism_filter: fail:temporarily: table lookup problem'),
      dialogue('mx', ['...', 'S: 250 AUTH PLAIN', 'C: QUIT']),
    ],
  }),
  scenario('sasl/empty-list', {
    title: 'AUTH without a mechanism is a failure with credentials',
    clauses: ['postfix:smtp_sasl_auth_enable'],
    origins: ['security-160'],
    dns,
    hosts: { mx: mailHost({ extensions: ['AUTH'] }) },
    config: credentials(),
    send: message({ to }),
    expect: [
      deferred(to, { dsn: '4.7.0', reason: INCOMPATIBLE, ...via }),
      logged(`${SERVER}:25 offered null AUTH mechanism list`),
      dialogue('mx', ['...', 'S: 250 AUTH', 'C: QUIT']),
    ],
  }),
  scenario('sasl/equals-sign', {
    title: 'AUTH= of old servers is AUTH',
    clauses: ['postfix:smtp_sasl_auth_enable'],
    origins: ['security-150'],
    dns,
    hosts: { mx: mailHost({ extensions: ['AUTH=LOGIN PLAIN'], auth: '235 ok' }) },
    config: credentials(),
    send: message({ to }),
    expect: [
      delivered(to),
      dialogue('mx', ['...', `C: ${PLAIN}`, 'S: 235 ok', 'C: MAIL *', '...', 'C: QUIT']),
    ],
  }),
  scenario('sasl/two-lists', {
    title: 'Lists of several lines are taken together',
    clauses: ['postfix:smtp_sasl_auth_enable'],
    dns,
    hosts: { mx: mailHost({ extensions: ['AUTH LOGIN', 'AUTH=PLAIN'], auth: '235 ok' }) },
    config: credentials(),
    send: message({ to }),
    expect: [
      delivered(to),
      dialogue('mx', ['...', `C: ${PLAIN}`, 'S: 235 ok', 'C: MAIL *', '...', 'C: QUIT']),
    ],
  }),
  scenario('sasl/keyword-discarded', {
    title: 'AUTH that is to be discarded was never offered',
    clauses: ['postfix:smtp_discard_ehlo_keywords'],
    dns,
    hosts: { mx: offering('PLAIN') },
    config: credentials('user:pass', { smtp_discard_ehlo_keywords: 'auth' }),
    send: message({ to }),
    expect: [delivered(to), dialogue('mx', ['...', 'S: 250 AUTH PLAIN', 'C: MAIL *', '...', 'C: QUIT'])],
  }),
  scenario('sasl/helo-offers-nothing', {
    title: 'After HELO nothing is known of AUTH, and mail goes out without it',
    clauses: ['postfix:smtp_sasl_auth_enable'],
    dns,
    hosts: { mx: offering('PLAIN', { ehlo: '502 no' }) },
    config: credentials(),
    send: message({ to }),
    expect: [delivered(to), dialogue('mx', ['...', 'C: HELO *', 'S: 250 *', 'C: MAIL *', '...', 'C: QUIT'])],
  }),
  scenario('sasl/not-offered', {
    title: 'Where AUTH is not offered mail goes out without it, credentials or not',
    clauses: ['postfix:smtp_sasl_auth_enable'],
    origins: ['security-162'],
    dns,
    hosts: { mx: mailHost({ extensions: [] }) },
    config: credentials(),
    send: message({ to }),
    expect: [delivered(to), dialogue('mx', ['...', 'S: 250 mx', 'C: MAIL *', '...', 'C: QUIT'])],
  }),
  scenario('sasl/no-credentials', {
    title: 'Where no credentials are known mail goes out without AUTH, and without AUTH=<>',
    clauses: ['postfix:smtp_sasl_password_maps', 'postfix:smtp_send_dummy_mail_auth'],
    origins: ['security-163'],
    dns,
    hosts: { mx: offering('PLAIN') },
    config: credentials('user:pass', {
      smtp_sasl_password_maps: 'inline:{ other.test=user:pass }',
      smtp_send_dummy_mail_auth: 'yes',
    }),
    send: message({ to, from: 'sender@client.test' }),
    expect: [
      delivered(to),
      dialogue('mx', ['...', 'S: 250 AUTH PLAIN', 'C: MAIL FROM:<sender@client.test>', '...', 'C: QUIT']),
    ],
  }),
  scenario('sasl/disabled', {
    title: 'Without smtp_sasl_auth_enable nobody is authenticated',
    clauses: ['postfix:smtp_sasl_auth_enable', 'postfix:smtp_send_dummy_mail_auth'],
    dns,
    hosts: { mx: offering('PLAIN') },
    config: credentials('user:pass', { smtp_sasl_auth_enable: 'no', smtp_send_dummy_mail_auth: 'yes' }),
    send: message({ to, from: 'sender@client.test' }),
    expect: [
      delivered(to),
      dialogue('mx', ['...', 'S: 250 AUTH PLAIN', 'C: MAIL FROM:<sender@client.test>', '...', 'C: QUIT']),
    ],
  }),
  scenario('sasl/dummy-mail-auth', {
    title: 'AUTH=<> comes last in MAIL once authentication has succeeded, where that is asked for',
    clauses: ['postfix:smtp_send_dummy_mail_auth', 'rfc4954-5-01'],
    origins: ['security-164'],
    dns,
    hosts: { mx: offering('PLAIN', { extensions: ['AUTH PLAIN', 'SIZE', '8BITMIME'], auth: '235 ok' }) },
    config: credentials('user:pass', { smtp_send_dummy_mail_auth: 'yes' }),
    send: message({ to, from: 'sender@client.test' }),
    expect: [
      delivered(to),
      dialogue('mx', [
        '...',
        `C: ${PLAIN}`,
        'S: 235 ok',
        'C: MAIL FROM:<sender@client.test> SIZE=* AUTH=<>',
        '...',
        'C: QUIT',
      ]),
    ],
  }),
  scenario('sasl/type-and-path', {
    title: 'The mechanisms are those of Cyrus SASL; a path and a place of its configuration change nothing',
    clauses: [
      'postfix:smtp_sasl_type',
      'postfix:smtp_sasl_path',
      'postfix:cyrus_sasl_config_path',
      'postfix:smtp_sasl_auth_enable',
    ],
    dns,
    hosts: { mx: offering('PLAIN', { auth: ['334 ', '235 ok'] }) },
    config: credentials('user:pass', {
      smtp_sasl_type: 'cyrus',
      smtp_sasl_path: 'smtpd',
      cyrus_sasl_config_path: '/etc/nowhere',
    }),
    send: message({ to }),
    expect: [
      deferred(to, { dsn: '4.7.0', reason: cannot('generic failure'), ...via }),
      logged('SASL authentication problem: attempting client step after doneflag'),
      dialogue('mx', ['...', `C: ${PLAIN}`, 'S: 334 ', 'C: QUIT']),
    ],
  }),
];
