/** The same for LMTP: it has parameters of its own. */
import {
  bounced,
  connections,
  deferred,
  delivered,
  dialogue,
  logged,
  mailHost,
  message,
  scenario,
} from '../../scenario.ts';
import { AFTER_THE_END, cannot, dns, NO_MECHANISM, NONE_WORTHY, PLAIN, SERVER, said, to } from './_server.ts';

const via = { relay: `${SERVER}:24` };
const REFUSED = '535 5.7.8 bad credentials';
const send = { to, service: 'lmtp', nexthop: 'inet:mx.example.test' } as const;

type Switches = NonNullable<Parameters<typeof mailHost>[0]>;
const offering = (mechanisms: string, switches: Switches = {}) =>
  mailHost({ protocol: 'lmtp', extensions: [`AUTH ${mechanisms}`], ...switches });
const accepting = offering('PLAIN', { auth: '235 ok' });

const credentials = (user = 'user:pass', more: Readonly<Record<string, string>> = {}) => ({
  lmtp_sasl_auth_enable: 'yes',
  lmtp_sasl_password_maps: `inline:{ mx.example.test=${user} }`,
  lmtp_sasl_security_options: '',
  ...more,
});

export default [
  scenario('sasl/lmtp', {
    title: 'LMTP: authentication comes after LHLO',
    clauses: [
      'postfix:lmtp_sasl_auth_enable',
      'postfix:lmtp_sasl_password_maps',
      'postfix:lmtp_send_dummy_mail_auth',
    ],
    dns,
    hosts: { mx: accepting },
    config: credentials('user:pass', { lmtp_send_dummy_mail_auth: 'yes' }),
    send: message({ ...send, from: 'sender@client.test' }),
    expect: [
      delivered(to),
      dialogue('mx', [
        '...',
        'C: LHLO client.test',
        '...',
        `C: ${PLAIN}`,
        'S: 235 ok',
        'C: MAIL FROM:<sender@client.test> AUTH=<>',
        '...',
        'C: QUIT',
        'S: 221 *',
      ]),
    ],
  }),
  scenario('sasl/lmtp-plaintext-by-default', {
    title: 'LMTP: passwords are not sent in the clear unless that is allowed',
    clauses: ['postfix:lmtp_sasl_security_options'],
    dns,
    hosts: { mx: offering('PLAIN CRAM-MD5') },
    config: credentials('user:pass', { lmtp_sasl_security_options: 'noplaintext, noactive' }),
    send: message(send),
    expect: [
      deferred(to, { dsn: '4.7.0', reason: NO_MECHANISM, ...via }),
      logged(NONE_WORTHY),
      dialogue('mx', ['...', 'S: 250 AUTH PLAIN CRAM-MD5', 'C: QUIT', 'S: 221 *']),
    ],
  }),
  scenario('sasl/lmtp-filter', {
    title: 'LMTP: a filter narrows the choice',
    clauses: ['postfix:lmtp_sasl_mechanism_filter'],
    dns,
    hosts: { mx: offering('CRAM-MD5 PLAIN', { auth: '235 ok' }) },
    config: credentials('user:pass', { lmtp_sasl_mechanism_filter: 'plain' }),
    send: message(send),
    expect: [delivered(to), dialogue('mx', ['...', `C: ${PLAIN}`, '...', 'C: QUIT', 'S: 221 *'])],
  }),
  scenario('sasl/lmtp-refused', {
    title: 'LMTP: with soft bounces off a 535 returns the mail at once',
    clauses: ['postfix:lmtp_sasl_auth_soft_bounce'],
    dns,
    hosts: { mx: offering('PLAIN', { auth: REFUSED }) },
    config: credentials('user:pass', { lmtp_sasl_auth_soft_bounce: 'no' }),
    send: message(send),
    expect: [bounced(to, { dsn: '5.7.8', reason: said(REFUSED), ...via }), connections('mx', 1)],
  }),
  scenario('sasl/lmtp-lost', {
    title: 'LMTP: a connection that is lost in the exchange is lost in the handshake',
    clauses: ['postfix:lmtp_sasl_auth_enable'],
    dns,
    hosts: { mx: offering('PLAIN', { auth: { then: 'close' } }) },
    config: credentials(),
    send: message(send),
    expect: [
      deferred(to, {
        dsn: '4.4.2',
        reason: `lost connection with ${SERVER} while performing the LHLO handshake`,
        ...via,
      }),
      connections('mx', 1),
    ],
  }),
  scenario('sasl/lmtp-digest', {
    title: 'LMTP: digests are of the service lmtp',
    clauses: ['postfix:lmtp_sasl_auth_enable'],
    dns,
    hosts: {
      mx: mailHost({
        protocol: 'lmtp',
        extensions: [],
        sasl: { mechanisms: ['DIGEST-MD5'], users: { 'lmtp-digest': 'pass' } },
      }),
    },
    config: credentials('lmtp-digest:pass'),
    send: message(send),
    expect: [delivered(to), connections('mx', 1)],
  }),
  scenario('sasl/lmtp-delimiter', {
    title: 'LMTP: another delimiter divides user and password',
    clauses: ['postfix:lmtp_sasl_password_result_delimiter'],
    dns,
    hosts: { mx: accepting },
    config: credentials('user|pass', { lmtp_sasl_password_result_delimiter: '|' }),
    send: message(send),
    expect: [delivered(to), dialogue('mx', ['...', `C: ${PLAIN}`, '...', 'C: QUIT', 'S: 221 *'])],
  }),
  scenario('sasl/lmtp-sender', {
    title: 'LMTP: credentials never depend on the sender',
    clauses: ['postfix:lmtp_sender_dependent_authentication'],
    origins: ['security-169'],
    dns,
    hosts: { mx: accepting },
    config: credentials('', {
      lmtp_sender_dependent_authentication: 'yes',
      lmtp_sasl_password_maps: 'inline:{ {sender@client.test=other:pass}, {mx.example.test=user:pass} }',
    }),
    send: message({ ...send, from: 'sender@client.test' }),
    expect: [delivered(to), dialogue('mx', ['...', `C: ${PLAIN}`, '...', 'C: QUIT', 'S: 221 *'])],
  }),
  scenario('sasl/lmtp-type-and-path', {
    title: 'LMTP: the mechanisms are those of Cyrus SASL',
    clauses: ['postfix:lmtp_sasl_type', 'postfix:lmtp_sasl_path'],
    dns,
    hosts: { mx: offering('PLAIN', { auth: '334 ' }) },
    config: credentials('user:pass', { lmtp_sasl_type: 'cyrus', lmtp_sasl_path: 'smtpd' }),
    send: message(send),
    expect: [
      deferred(to, { dsn: '4.7.0', reason: cannot('generic failure'), ...via }),
      logged(AFTER_THE_END),
      connections('mx', 1),
    ],
  }),
  ...(['1h', '1s'] as const).map((lifetime) =>
    scenario(`sasl/lmtp-remembered-${lifetime}`, {
      title: `LMTP: refused credentials are remembered for ${lifetime}`,
      clauses: ['postfix:lmtp_sasl_auth_cache_name', 'postfix:lmtp_sasl_auth_cache_time'],
      dns,
      hosts: { mx: offering('PLAIN', { auth: [REFUSED, '235 ok'] }) },
      config: credentials(`lmtp${lifetime}:pass`, {
        lmtp_sasl_auth_cache_name: 'proxy:btree:$data_directory/refused',
        lmtp_sasl_auth_cache_time: lifetime,
      }),
      send: [message(send), message({ ...send, after: '3s' })],
      expect: [
        deferred(to, { dsn: '4.7.8', reason: said(REFUSED), ...via }),
        lifetime === '1s'
          ? delivered(to, { via: 'mx' })
          : deferred(to, {
              dsn: '4.7.8',
              reason: `SASL [CACHED] authentication failed; server mx.example.test said: ${REFUSED}`,
            }),
        connections('mx', 2),
      ],
    }),
  ),
];
