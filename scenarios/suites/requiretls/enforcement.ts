/** What a request for REQUIRETLS demands at each point of a delivery, by action (RFC 8689; security reference 17.2). */
import {
  bounced,
  connections,
  deferred,
  delivered,
  dialogue,
  logged,
  message,
  noTls,
  notSuspended,
  recorded,
  type Scenario,
  scenario,
  tlsSession,
  zone,
} from '../../scenario.ts';
import {
  asked,
  demanding,
  disables,
  dns,
  files,
  MAIL,
  misnamed,
  plainServer,
  SERVER,
  server,
  skipped,
  status,
  to,
  untrusted,
} from './_server.ts';

const clauses = ['postfix:smtp_requiretls_policy'];
const send = message({ to, requiretls: true });
const HANDSHAKE_FAILED = 'Cannot start TLS: handshake failure';
const broken = server({ handshake: { alert: 40 } });
const libraryProblem = logged('TLS library problem: ');

/** Nothing is connected to: the level that is configured cannot give what is demanded. */
const levels: readonly (readonly [action: string, level: string, what: string, tls: string])[] = [
  ['enforce', 'none', 'certificate matching', 'none?/!requiretls:nocertmatch'],
  ['enforce', 'may', 'certificate matching', 'may?/!requiretls:nocertmatch'],
  ['enforce', 'encrypt', 'certificate matching', 'encrypt?/!requiretls:nocertmatch'],
  ['opportunistic+starttls', 'none', 'encryption', 'none?/!requiretls:noencryption'],
];
const levelOrigins: Readonly<Record<string, string[]>> = {
  'enforce may': ['security-134'],
  'opportunistic+starttls none': ['security-140'],
};

export default [
  ...levels.map(([action, level, what, tls]): Scenario => {
    const reason = disables(level, what);
    return scenario(`requiretls/${action.replace('+', '-')}-level-${level}`, {
      title: `REQUIRETLS, ${action}: level ${level} bounces the message, and nothing is connected to`,
      clauses: [...clauses, 'rfc8689-4.2.1-05', 'rfc8689-4.2.1-06', 'rfc8689-4.2.1-07'],
      origins: levelOrigins[`${action} ${level}`] ?? [],
      dns,
      files,
      hosts: { mx: server() },
      config: demanding(action, level),
      send,
      expect: [
        bounced(to, { dsn: '5.7.10', relay: 'none', reason }),
        connections('mx', 0),
        recorded('bounce', { address: to }),
        skipped(reason),
        status(tls),
      ],
    });
  }),

  ...['may', 'encrypt'].map((level) =>
    scenario(`requiretls/opportunistic-starttls-level-${level}`, {
      title: `REQUIRETLS, opportunistic+starttls: level ${level} is enough, and the log tells what is missing`,
      clauses,
      dns,
      files,
      hosts: { mx: server({ credential: untrusted }) },
      config: demanding('opportunistic+starttls', level),
      send,
      expect: [
        delivered(to, { via: 'mx' }),
        dialogue('mx', ['...', '{TLS}', 'C: EHLO *', '...', `${MAIL} REQUIRETLS`, '...']),
        logged(disables(level, 'certificate matching')),
        status(`${level}/requiretls:nocertmatch`),
      ],
    }),
  ),

  scenario('requiretls/opportunistic-level-none', {
    title: 'REQUIRETLS, opportunistic: level none is no obstacle',
    clauses,
    dns,
    hosts: { mx: server() },
    config: { smtp_requiretls_policy: 'opportunistic', smtp_tls_security_level: 'none' },
    send,
    expect: [
      delivered(to),
      noTls('mx'),
      dialogue('mx', ['...', MAIL, '...']),
      status('none/requiretls:none'),
    ],
  }),

  scenario('requiretls/announced', {
    title: 'REQUIRETLS, enforce: MAIL carries it to a server whose certificate is good and that announces it',
    clauses: [...clauses, 'rfc8689-2-01', 'rfc8689-2-03', 'rfc8689-2-04', 'rfc8689-2-05', 'rfc8689-4.2.1-02'],
    origins: ['security-135'],
    dns,
    files,
    hosts: { mx: server() },
    config: demanding('enforce', 'secure', { smtp_tls_secure_cert_match: 'hostname' }),
    send,
    expect: [
      delivered(to, { via: 'mx' }),
      tlsSession('mx', { resumed: false }),
      dialogue('mx', ['...', '{TLS}', 'C: EHLO *', '...', `${MAIL} REQUIRETLS`, '...']),
      status('secure/requiretls'),
    ],
  }),

  scenario('requiretls/not-announced', {
    title: 'REQUIRETLS, enforce: where no server announces it the message is given back',
    clauses: [...clauses, 'rfc8689-2-04', 'rfc8689-4.2.1-03', 'rfc8689-4.2.1-05', 'rfc8689-4.2.1-07'],
    origins: ['security-136'],
    dns: zone('example.test', { MX: ['10 first', '20 mx'], first: '192.0.2.9', mx: '192.0.2.1' }),
    files,
    hosts: { first: server({ extensions: [] }), mx: server({ extensions: [] }) },
    config: demanding('enforce', 'verify', { smtp_tls_verify_cert_match: 'mx.example.test' }),
    send,
    expect: [
      bounced(to, {
        dsn: '5.7.30',
        reason: asked(
          `no server was found that supports REQUIRETLS. The last attempted server was ${SERVER}`,
        ),
      }),
      // Not for good as long as another server may know it.
      dialogue('first', ['...', '{TLS}', 'C: EHLO *', '...', 'C: QUIT', '...']),
      dialogue('mx', ['...', '{TLS}', 'C: EHLO *', '...', 'C: QUIT', '...']),
      // The servers are well, but for this message.
      notSuspended(),
      status('verify/!requiretls:none'),
    ],
  }),

  scenario('requiretls/second-announces', {
    title: 'REQUIRETLS, enforce: a server that does not announce it is left for one that does',
    clauses: [...clauses, 'rfc8689-4.2.1-03'],
    dns: zone('example.test', { MX: ['10 first', '20 mx'], first: '192.0.2.9', mx: '192.0.2.1' }),
    files,
    hosts: { first: server({ extensions: [] }), mx: server() },
    config: demanding('enforce', 'verify', { smtp_tls_verify_cert_match: 'mx.example.test' }),
    send,
    expect: [
      delivered(to, { via: 'mx' }),
      dialogue('first', ['...', '{TLS}', 'C: EHLO *', '...', 'C: QUIT', '...']),
      dialogue('mx', ['...', `${MAIL} REQUIRETLS`, '...']),
      logged(
        'no server was found that supports REQUIRETLS. The last attempted server was first.example.test',
      ),
      status('verify/requiretls'),
    ],
  }),

  ...['opportunistic', 'opportunistic+starttls'].map((action) =>
    scenario(`requiretls/not-announced-${action.replace('+', '-')}`, {
      title: `REQUIRETLS, ${action}: a server that does not announce it gets the message without`,
      clauses: [...clauses, 'rfc8689-2-04'],
      dns,
      files,
      hosts: { mx: server({ extensions: [] }) },
      config: demanding(action, 'verify'),
      send,
      expect: [
        delivered(to),
        dialogue('mx', ['...', '{TLS}', 'C: EHLO *', '...', MAIL, '...']),
        logged(asked(`REQUIRETLS support was not offered by host ${SERVER}`)),
        status('verify/requiretls:none'),
      ],
    }),
  ),

  scenario('requiretls/announced-in-the-clear', {
    title: 'REQUIRETLS that a server announces in the clear does not count',
    clauses: [...clauses, 'rfc8689-2-01'],
    origins: ['security-141'],
    dns,
    hosts: { mx: plainServer(['REQUIRETLS']) },
    config: { smtp_requiretls_policy: 'opportunistic', smtp_tls_security_level: 'may' },
    send,
    expect: [delivered(to), dialogue('mx', ['...', MAIL, '...']), status('may:none/requiretls:none')],
  }),

  scenario('requiretls/discarded-keyword', {
    title: 'REQUIRETLS that smtp_discard_ehlo_keywords takes away does not count',
    clauses: [...clauses, 'postfix:smtp_discard_ehlo_keywords'],
    dns,
    files,
    hosts: { mx: server() },
    config: demanding('opportunistic', 'verify', {
      smtp_discard_ehlo_keywords: 'requiretls, silent-discard',
    }),
    send,
    expect: [
      delivered(to),
      dialogue('mx', ['...', '{TLS}', 'C: EHLO *', '...', MAIL, '...']),
      logged(asked(`REQUIRETLS support was not offered by host ${SERVER}`)),
      status('verify/requiretls:none'),
    ],
  }),

  ...(
    [
      ['enforce', 'verify'],
      ['opportunistic+starttls', 'verify'],
      ['opportunistic+starttls', 'may'],
    ] as const
  ).map(([action, level]) =>
    scenario(`requiretls/not-offered-${action.replace('+', '-')}-${level}`, {
      title: `REQUIRETLS, ${action}, level ${level}: a server without STARTTLS does not get the message`,
      clauses: [...clauses, 'rfc8689-4.2.1-05', 'rfc8689-4.2.1-07'],
      dns,
      files,
      hosts: { mx: plainServer() },
      config: demanding(action, level),
      send,
      expect: [
        bounced(to, { dsn: '5.7.30', reason: asked(`TLS service was not offered by host ${SERVER}`) }),
        dialogue('mx', ['S: 220 *', 'C: EHLO *', 'S: 250 *', 'C: QUIT', '...']),
        status(level === 'may' ? 'may?/!requiretls:nostarttls' : '!verify/!requiretls:nostarttls'),
        ...(level === 'may' ? [logged(disables('may', 'certificate matching'))] : []),
      ],
    }),
  ),

  ...(['enforce', 'opportunistic+starttls'] as const).map((action) =>
    scenario(`requiretls/refused-${action.replace('+', '-')}`, {
      title: `REQUIRETLS, ${action}: STARTTLS that is refused gives the message back, even if only for now`,
      clauses,
      origins: action === 'enforce' ? ['security-137'] : [],
      dns,
      files,
      hosts: { mx: server({}, { starttls: '454 4.7.0 not now' }) },
      config: demanding(action, 'verify'),
      send,
      expect: [
        bounced(to, {
          dsn: '5.7.10',
          reason: asked(`host ${SERVER} refused to start TLS: 454 4.7.0 not now`),
        }),
        dialogue('mx', ['...', 'C: STARTTLS', 'S: 454 *', 'C: QUIT', '...']),
        status('!verify/!requiretls:nostarttls'),
      ],
    }),
  ),

  scenario('requiretls/refused-opportunistic', {
    title: 'REQUIRETLS, opportunistic, level may: the message goes in the clear where STARTTLS is refused',
    clauses,
    dns,
    hosts: { mx: server({}, { starttls: '454 4.7.0 not now' }) },
    config: { smtp_requiretls_policy: 'opportunistic', smtp_tls_security_level: 'may' },
    send,
    expect: [
      delivered(to),
      dialogue('mx', ['...', 'C: STARTTLS', 'S: 454 *', MAIL, '...']),
      status('may:none/requiretls:none'),
    ],
  }),

  ...(['enforce', 'opportunistic+starttls'] as const).map((action) =>
    scenario(`requiretls/handshake-${action.replace('+', '-')}`, {
      title: `REQUIRETLS, ${action}: after a handshake that fails the message waits, however old it is`,
      clauses,
      origins: action === 'enforce' ? ['security-138'] : [],
      dns,
      files,
      hosts: { mx: broken },
      config: demanding(action, action === 'enforce' ? 'secure' : 'may'),
      send: message({ to, requiretls: true, age: '1h' }),
      expect: [
        deferred(to, { dsn: '4.7.5', reason: HANDSHAKE_FAILED }),
        connections('mx', 1),
        libraryProblem,
        status(action === 'enforce' ? 'secure?/requiretls?' : 'may?/requiretls?'),
        ...(action === 'enforce' ? [] : [logged(disables('may', 'certificate matching'))]),
      ],
    }),
  ),

  scenario('requiretls/handshake-opportunistic', {
    title: 'REQUIRETLS, opportunistic, level may: old mail goes in the clear after a handshake that fails',
    clauses,
    dns,
    hosts: { mx: broken },
    config: { smtp_requiretls_policy: 'opportunistic', smtp_tls_security_level: 'may' },
    send: message({ to, requiretls: true, age: '1h' }),
    expect: [delivered(to), connections('mx', 2), libraryProblem, status('may:none/requiretls:none')],
  }),

  ...(
    [
      ['matching', misnamed],
      ['trusted', untrusted],
    ] as const
  ).map(([what, credential]) =>
    scenario(`requiretls/no-${what}-certificate`, {
      title: `REQUIRETLS, enforce: without a ${what} certificate the message is given back`,
      clauses: [...clauses, 'rfc8689-2-03', 'rfc8689-4.2.1-02', 'rfc8689-4.2.1-03', 'rfc8689-4.2.1-07'],
      dns,
      files,
      hosts: { mx: server({ credential }) },
      config: demanding('enforce', 'verify'),
      send,
      expect: [
        bounced(to, {
          dsn: '5.7.10',
          reason: asked(`no ${what} server certificate was found. The last attempted server was ${SERVER}`),
        }),
        dialogue('mx', ['...', '{TLS}', 'C: QUIT', '...']),
        logged('certificate verification failed for mx.example.test[192.0.2.1]:25'),
        status('!verify/!requiretls:nocertmatch'),
      ],
    }),
  ),

  ...['opportunistic+starttls', 'opportunistic'].map((action) =>
    scenario(`requiretls/no-certificate-${action.replace('+', '-')}`, {
      title: `REQUIRETLS, ${action}: the level alone decides about a certificate that does not match`,
      clauses,
      dns,
      files,
      hosts: { mx: server({ credential: misnamed }) },
      config: demanding(action, 'verify'),
      send,
      expect: [
        deferred(to, { dsn: '4.7.5', reason: 'Server certificate not verified' }),
        dialogue('mx', ['...', '{TLS}', 'C: QUIT', '...']),
        logged('certificate verification failed for mx.example.test[192.0.2.1]:25'),
        status('!verify/requiretls:nocertmatch'),
      ],
    }),
  ),
];
