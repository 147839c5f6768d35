/** Connections that are kept: for whom they are good, once somebody has authenticated on them. */
import { connections, delivered, dialogue, message, scenario, zone } from '../../scenario.ts';
import { credentials, dns, offering, PLAIN, to } from './_server.ts';

const server = offering('PLAIN', { auth: '235 ok' });
const tolerates = {
  'rfc5321-4.1.1.10-01': 'Postfix closes connections that nobody uses any more without QUIT',
};
const first = { to, reuse: 'both' } as const;
const second = { to, reuse: 'both', after: '100ms' } as const;

export default [
  scenario('sasl/kept', {
    title: 'A connection that is used again is authenticated already, and AUTH=<> is said again',
    clauses: ['postfix:delivery-4.6', 'postfix:smtp_send_dummy_mail_auth', 'rfc4954-4-01'],
    dns,
    hosts: { mx: server },
    config: credentials('user:pass', { smtp_send_dummy_mail_auth: 'yes' }),
    send: [message(first), message(second)],
    expect: [
      delivered(to, { via: 'mx' }),
      delivered(to, { via: 'mx' }),
      dialogue('mx', [
        '...',
        `C: ${PLAIN}`,
        'S: 235 ok',
        'C: MAIL FROM:<*> AUTH=<>',
        '...',
        'C: RSET',
        'S: 250 *',
        'C: MAIL FROM:<*> AUTH=<>',
        '...',
      ]),
    ],
    tolerates,
  }),
  scenario('sasl/kept-for-one-sender', {
    title: 'Where authentication depends on the sender a connection is kept for this sender only',
    clauses: ['postfix:smtp_sender_dependent_authentication', 'postfix:delivery-4.6'],
    dns,
    hosts: { mx: server },
    config: credentials('', {
      smtp_sender_dependent_authentication: 'yes',
      smtp_sasl_password_maps: 'inline:{ {one@client.test=user:pass}, {two@client.test=other:pass} }',
    }),
    send: [
      message({ ...first, from: 'one@client.test' }),
      message({ ...second, from: 'two@client.test' }),
      message({ ...second, from: 'one@client.test' }),
    ],
    expect: [
      delivered(to, { via: 'mx' }),
      delivered(to, { via: 'mx' }),
      delivered(to, { via: 'mx' }),
      connections('mx', 2),
    ],
    tolerates,
  }),
  scenario('sasl/kept-for-one-name', {
    title:
      'Where there are credentials a connection is kept for the name of the server, not for its address alone',
    clauses: ['postfix:smtp_sasl_password_maps', 'postfix:delivery-4.6'],
    dns: [
      zone('example.test', { MX: '10 mx', mx: '192.0.2.1' }),
      zone('other.test', { MX: '10 mail', mail: '192.0.2.1' }),
    ],
    hosts: { mx: server },
    config: credentials(),
    send: [message(first), message({ ...second, to: 'user@other.test' })],
    expect: [
      delivered(to, { via: 'mx' }),
      delivered('user@other.test', { via: 'mx' }),
      dialogue('mx', ['...', `C: ${PLAIN}`, '...']),
      dialogue('mx', ['...', 'S: 250 AUTH PLAIN', 'C: MAIL *', '...']),
    ],
    tolerates,
  }),
];
