/** Every mechanism with a server that is honest: what is said, and that the mail is delivered. */
import { connections, deferred, delivered, dialogue, message, scenario, stockHost } from '../../scenario.ts';
import { credentials, dns, knowing, PASS, PLAIN, said, to, via } from './_server.ts';

const clauses = ['postfix:smtp_sasl_auth_enable', 'postfix:smtp_sasl_password_maps'];
const HELLO = ['S: 220 *', 'C: EHLO client.test', 'S: 250-mx'];

/** Each with a user of its own: Cyrus SASL goes on with what it knows of an earlier exchange of DIGEST-MD5. */
const dialogues: Readonly<Record<string, readonly string[]>> = {
  PLAIN: ['C: AUTH PLAIN AHVzZXItcGxhaW4AcGFzcw==', 'S: 235 *'],
  LOGIN: [
    'C: AUTH LOGIN',
    'S: 334 VXNlcm5hbWU6',
    'C: dXNlci1sb2dpbg==',
    'S: 334 *',
    `C: ${PASS}`,
    'S: 235 *',
  ],
  'CRAM-MD5': ['C: AUTH CRAM-MD5', 'S: 334 *', 'C: dXNlci1jcmFtLW1kNS*', 'S: 235 *'],
  'DIGEST-MD5': [
    'C: AUTH DIGEST-MD5',
    'S: 334 *',
    'C: dXNlcm5hbWU9InVzZXItZGlnZXN0LW1kNSIs*',
    'S: 334 *',
    'C: ',
    'S: 235 *',
  ],
  ...Object.fromEntries(
    ['SCRAM-SHA-1', 'SCRAM-SHA-224', 'SCRAM-SHA-256', 'SCRAM-SHA-384', 'SCRAM-SHA-512'].map((name) => [
      name,
      [`C: AUTH ${name} biwsbj11c2VyLXNjcmFt*`, 'S: 334 *', 'C: Yz1iaXdz*', 'S: 334 *', 'C: ', 'S: 235 *'],
    ]),
  ),
  ANONYMOUS: ['C: AUTH ANONYMOUS YW5vbnltb3VzQ*', 'S: 235 *'],
};

export default [
  ...Object.entries(dialogues).flatMap(([name, lines]) => {
    const slug = name.toLowerCase();
    const user = `user-${slug}`;
    const right = scenario(`sasl/${slug}`, {
      title: `${name}: the exchange that an honest server accepts`,
      clauses: [...clauses, 'postfix:smtp_sasl_security_options'],
      dns,
      hosts: { mx: knowing([name], { users: { [user]: 'pass' } }) },
      config: credentials(`${user}:pass`),
      send: message({ to }),
      expect: [
        delivered(to),
        dialogue('mx', [...HELLO, `S: 250 AUTH ${name}`, ...lines, 'C: MAIL FROM:<*>', '...', 'C: QUIT']),
      ],
    });
    if (name === 'ANONYMOUS') return [right];
    const wrong = scenario(`sasl/${slug}-wrong-password`, {
      title: `${name}: with the wrong password the mail stays here`,
      clauses: [...clauses, 'postfix:smtp_sasl_auth_soft_bounce'],
      dns,
      hosts: { mx: knowing([name], { users: { [`${user}2`]: 'pass' } }) },
      config: credentials(`${user}2:wrong`),
      send: message({ to }),
      expect: [
        deferred(to, { dsn: '4.0.0', reason: said('535 authentication failed'), ...via }),
        connections('mx', 1),
      ],
    });
    return [right, wrong];
  }),
  ...(['PLAIN', 'LOGIN'] as const).map((name) =>
    scenario(`sasl/stock-${name.toLowerCase()}`, {
      title: `${name}: a server that nobody here wrote accepts it`,
      clauses,
      dns,
      hosts: { mx: stockHost({ users: { user: 'pass' }, mechanisms: [name] }) },
      config: credentials(),
      send: message({ to }),
      expect: [delivered(to, { via: 'mx' }), connections('mx', 1)],
    }),
  ),
  scenario('sasl/stock-xoauth2', {
    title: 'XOAUTH2: a server that nobody here wrote accepts it',
    clauses,
    virtualOnly: 'Postfix has XOAUTH2 from a plug-in that Cyrus SASL does not come with',
    dns,
    hosts: { mx: stockHost({ users: { user: 'token' }, mechanisms: ['XOAUTH2'] }) },
    config: credentials('user:token'),
    send: message({ to }),
    expect: [delivered(to, { via: 'mx' }), connections('mx', 1)],
  }),
  scenario('sasl/stock-xoauth2-refused', {
    title: 'XOAUTH2: a server that nobody here wrote refuses a wrong token after it has said why',
    clauses,
    virtualOnly: 'Postfix has XOAUTH2 from a plug-in that Cyrus SASL does not come with',
    dns,
    hosts: { mx: stockHost({ users: { user: 'other' }, mechanisms: ['XOAUTH2'] }) },
    config: credentials('user:token'),
    send: message({ to }),
    expect: [deferred(to, { reason: /said: 535/, ...via }), connections('mx', 1)],
  }),
  scenario('sasl/stock-wrong-password', {
    title: 'A server that nobody here wrote refuses the wrong password',
    clauses,
    dns,
    hosts: { mx: stockHost({ users: { user: 'other' }, mechanisms: ['PLAIN'] }) },
    config: credentials(),
    send: message({ to }),
    expect: [
      deferred(to, { dsn: '4.7.8', reason: said('535 5.7.8 Error: Authentication failed'), ...via }),
      dialogue('mx', ['...', `C: ${PLAIN}`, 'S: 535 *', 'C: QUIT']),
    ],
  }),
  scenario('sasl/xoauth2', {
    title: 'XOAUTH2: the password is a token; a server that refuses it says why before it says no',
    clauses: [...clauses, 'postfix:smtp_sasl_mechanism_filter'],
    virtualOnly: 'Postfix has XOAUTH2 from a plug-in that Cyrus SASL does not come with',
    dns,
    hosts: { mx: knowing(['PLAIN', 'XOAUTH2'], { users: { user: 'token' } }) },
    config: credentials('user:token', { smtp_sasl_mechanism_filter: 'xoauth2' }),
    send: message({ to }),
    expect: [
      delivered(to),
      dialogue('mx', [
        '...',
        'C: AUTH XOAUTH2 dXNlcj11c2VyAWF1dGg9QmVhcmVyIHRva2VuAQE=',
        'S: 235 *',
        'C: MAIL *',
        '...',
        'C: QUIT',
      ]),
    ],
  }),
  scenario('sasl/oauthbearer-refused', {
    title: 'OAUTHBEARER: a refused token is answered with a lone separator, and the refusal follows',
    clauses,
    virtualOnly: 'Postfix has OAUTHBEARER from a plug-in that Cyrus SASL does not come with',
    dns,
    hosts: { mx: knowing(['OAUTHBEARER'], { users: { user: 'other' } }) },
    config: credentials('user:token'),
    send: message({ to }),
    expect: [
      deferred(to, { dsn: '4.0.0', reason: said('535 authentication failed'), ...via }),
      dialogue('mx', ['...', 'C: AUTH OAUTHBEARER *', 'S: 334 *', 'C: AQ==', 'S: 535 *', 'C: QUIT']),
    ],
  }),
  scenario('sasl/authorization-identity', {
    title: 'The user name is sent as the identity to act as too, where that is asked for',
    clauses: ['postfix:send_cyrus_sasl_authzid'],
    dns,
    hosts: { mx: knowing(['PLAIN']) },
    config: credentials('user:pass', { send_cyrus_sasl_authzid: 'yes' }),
    send: message({ to }),
    expect: [
      delivered(to),
      dialogue('mx', [
        '...',
        'C: AUTH PLAIN dXNlcgB1c2VyAHBhc3M=',
        'S: 235 *',
        'C: MAIL *',
        '...',
        'C: QUIT',
      ]),
    ],
  }),
  scenario('sasl/authorization-identity-scram', {
    title: 'SCRAM names the identity to act as in its header',
    clauses: ['postfix:send_cyrus_sasl_authzid'],
    dns,
    hosts: { mx: knowing(['SCRAM-SHA-256']) },
    config: credentials('user:pass', { send_cyrus_sasl_authzid: 'yes' }),
    send: message({ to }),
    expect: [
      delivered(to),
      // n,a=user,n=user,r=
      dialogue('mx', ['...', 'C: AUTH SCRAM-SHA-256 bixhPXVzZXIsbj11c2VyLHI9*', '...', 'C: QUIT']),
    ],
  }),
  scenario('sasl/international-credentials', {
    title: 'Credentials beyond ASCII are sent in UTF-8',
    clauses,
    dns,
    hosts: { mx: knowing(['SCRAM-SHA-512'], { users: { größe: 'Maß' } }) },
    config: credentials('größe:Maß'),
    send: message({ to }),
    expect: [delivered(to, { via: 'mx' }), connections('mx', 1)],
  }),
];
