/** What `smtp_requiretls_policy` says of a next hop, and when a request for REQUIRETLS counts (security reference 17.1). */
import {
  bounced,
  connections,
  deferred,
  delivered,
  dialogue,
  listening,
  logged,
  mailHost,
  message,
  type Scenario,
  scenario,
  zone,
} from '../../scenario.ts';
import {
  asked,
  demanding,
  disables,
  dns,
  files,
  MAIL,
  plainServer,
  SERVER,
  server,
  skipped,
  status,
  to,
} from './_server.ts';

const clauses = ['postfix:smtp_requiretls_policy'];
const send = message({ to, requiretls: true });
const ERROR = 'REQUIRETLS policy configuration error. The last attempted server was mx.example.test';
const WITHOUT = asked(`REQUIRETLS support was not offered by host ${SERVER}`);
const ENFORCED = disables('may', 'certificate matching');

/** Policies by which the server at level may is not good enough, or is: then it gets the message. */
const policies: readonly (readonly [
  name: string,
  title: string,
  policy: string,
  result: 'enforced' | 'lifted',
])[] = [
  ['any-case', 'Actions are known in any case', 'EnForce', 'enforced'],
  ['first-wins', 'The first action decides', 'enforce, opportunistic', 'enforced'],
  [
    'table-first',
    'A table that knows the next hop decides',
    'inline:{example.test=opportunistic}, enforce',
    'lifted',
  ],
  [
    'table-without',
    'A table that does not know the next hop leaves it to what follows',
    'inline:{other.test=opportunistic}, enforce',
    'enforced',
  ],
  [
    'table-parent',
    'A table of keys is asked for the domains above, with a dot in front',
    'inline:{.test=opportunistic}, enforce',
    'lifted',
  ],
  [
    'table-parent-without-dot',
    'A domain above without a dot in front is another one',
    'inline:{test=opportunistic}, enforce',
    'enforced',
  ],
  ['empty', 'Where nothing matches it is enforced', 'inline:{other.test=disable}', 'enforced'],
  ['disable', 'disable: as if nobody had asked', 'disable', 'lifted'],
];

/** Policies that nobody understands: the message waits, and no server is connected to. */
const defects: readonly (readonly [name: string, title: string, policy: string, problem: string])[] = [
  [
    'unknown-action',
    'An action that there is not makes the message wait',
    'enforced',
    "smtp_requiretls_policy: unknown policy action: 'enforced' -- ignoring the remainder of this policy",
  ],
  [
    'unknown-action-in-table',
    'An action of a table that there is not makes the message wait',
    'inline:{example.test=must}',
    "unknown policy action: 'must' -- ignoring the remainder of this policy",
  ],
  [
    'table-error',
    'A table that fails makes the message wait',
    'fail:broken, opportunistic',
    'smtp_requiretls_policy: fail:broken: table lookup error -- ignoring the remainder of this policy',
  ],
  [
    'nested-result',
    'A table that names a table makes the message wait',
    'inline:{example.test=inline:{a=enforce}}',
    'nested lookup result',
  ],
  [
    'composite-result',
    'A table that names two actions makes the message wait',
    'inline:{{example.test=enforce, opportunistic}}',
    'composite lookup result "enforce, opportunistic" is not allowed -- ignoring remainder of policy',
  ],
];

export default [
  ...policies.map(([name, title, policy, result]): Scenario => {
    const expect =
      result === 'enforced'
        ? [bounced(to, { dsn: '5.7.10', reason: ENFORCED }), connections('mx', 0), skipped(ENFORCED)]
        : [delivered(to, { via: 'mx' }), dialogue('mx', ['...', MAIL, '...'])];
    return scenario(`requiretls/policy-${name}`, {
      title,
      clauses,
      dns,
      hosts: { mx: plainServer() },
      config: { smtp_requiretls_policy: policy, smtp_tls_security_level: 'may' },
      send,
      expect,
    });
  }),

  ...[...defects, ['error', 'The action error makes the message wait', 'error', undefined] as const].map(
    ([name, title, policy, problem]) =>
      scenario(`requiretls/policy-${name}`, {
        title,
        clauses,
        origins: name === 'unknown-action' ? ['security-142'] : [],
        dns,
        files,
        hosts: { mx: server() },
        config: demanding(policy, 'may'),
        send,
        expect: [
          deferred(to, { dsn: '4.7.10', relay: 'none', reason: ERROR }),
          connections('mx', 0),
          skipped(ERROR),
          status('may?/requiretls?'),
          ...(problem === undefined ? [] : [logged(problem)]),
        ],
      }),
  ),

  scenario('requiretls/policy-default', {
    title: 'Unless told otherwise it is enforced for strangers, and opportunistic for our own domain',
    clauses: [...clauses, 'postfix:mydomain'],
    dns: [dns, zone('sub.own.test', { MX: '10 mx', mx: '192.0.2.2' }), zone('own.test', { MX: '10 mx.sub' })],
    hosts: { 'mx.example.test': plainServer(), 'mx.sub.own.test': plainServer() },
    config: { mydomain: 'own.test', smtp_tls_security_level: 'may' },
    send: message({ to: [to, 'a@own.test', 'b@sub.own.test'], requiretls: true }),
    expect: [
      bounced(to, { dsn: '5.7.10', reason: ENFORCED }),
      delivered('a@own.test'),
      delivered('b@sub.own.test'),
      connections('mx.example.test', 0),
      connections('mx.sub.own.test', 2),
      skipped(ENFORCED),
    ],
  }),

  scenario('requiretls/policy-default-address', {
    title: 'Unless told otherwise it is opportunistic for a next hop that is an address',
    clauses,
    dns,
    hosts: { mx: plainServer() },
    config: { mydomain: 'own.test', smtp_tls_security_level: 'may' },
    send: message({ to, requiretls: true, nexthop: '[192.0.2.1]' }),
    expect: [delivered(to, { via: 'mx' }), status('may:none/requiretls:none')],
  }),

  scenario('requiretls/policy-next-hop', {
    title: 'The next hop is looked for without brackets and port',
    clauses,
    dns,
    hosts: { mx: mailHost({ port: 2525, extensions: [] }) },
    config: {
      smtp_requiretls_policy: 'inline:{mx.example.test=opportunistic}, enforce',
      smtp_tls_security_level: 'may',
    },
    send: message({ to, requiretls: true, nexthop: '[mx.example.test]:2525' }),
    expect: [delivered(to, { via: 'mx' }), status('may:none/requiretls:none')],
  }),

  scenario('requiretls/policy-international', {
    title: 'A next hop in U-labels is looked for in A-labels',
    clauses,
    dns: zone('xn--bcher-kva.test', { MX: '10 mx', mx: '192.0.2.1' }),
    hosts: { mx: mailHost({ extensions: ['SMTPUTF8', '8BITMIME'] }) },
    config: {
      smtp_requiretls_policy: 'inline:{xn--bcher-kva.test=opportunistic}, enforce',
      smtp_tls_security_level: 'may',
    },
    send: message({ to: 'user@bücher.test', headers: { To: 'user' }, requiretls: true, smtputf8: true }),
    expect: [delivered('user@bücher.test', { via: 'mx' }), status('may:none/requiretls:none')],
  }),

  scenario('requiretls/relayhost', {
    title: 'A relayhost that cannot give what is demanded is our own mistake: the message waits',
    clauses: [...clauses, 'postfix:relayhost'],
    origins: ['security-139'],
    dns,
    hosts: { mx: server() },
    config: {
      smtp_requiretls_policy: 'enforce',
      smtp_tls_security_level: 'may',
      relayhost: '[mx.example.test]',
    },
    send: message({ to: 'user@elsewhere.test', requiretls: true }),
    expect: [
      deferred('user@elsewhere.test', { dsn: '4.3.5', relay: 'none', reason: ENFORCED }),
      connections('mx', 0),
      logged(`warning: TLS policy lookup for [mx.example.test]/mx.example.test: ${ENFORCED}`),
      logged('relayhost configuration problem'),
    ],
  }),

  scenario('requiretls/not-enabled', {
    title: 'Where REQUIRETLS is switched off nobody asked for it',
    clauses: ['postfix:requiretls_enable'],
    dns,
    files,
    hosts: { mx: server() },
    config: demanding('enforce', 'may', { requiretls_enable: 'no' }),
    send,
    expect: [delivered(to), dialogue('mx', ['...', '{TLS}', 'C: EHLO *', '...', MAIL, '...']), status('may')],
  }),

  scenario('requiretls/not-asked-for', {
    title: 'A message that nobody asked REQUIRETLS for goes without it',
    clauses,
    dns,
    files,
    hosts: { mx: server() },
    config: demanding('enforce', 'verify'),
    send: message({ to }),
    expect: [
      delivered(to),
      dialogue('mx', ['...', '{TLS}', 'C: EHLO *', '...', MAIL, '...']),
      status('verify'),
    ],
  }),

  scenario('requiretls/return-of-headers', {
    title: 'Where REQUIRETLS is not announced, a failure is to return no more than the headers',
    clauses: [...clauses, 'rfc8689-5-02'],
    dns,
    files,
    hosts: { mx: server({ extensions: ['DSN'] }) },
    config: demanding('opportunistic', 'verify'),
    send: message({ to, requiretls: true, ret: 'full' }),
    expect: [
      delivered(to),
      dialogue('mx', ['...', '{TLS}', 'C: EHLO *', '...', `${MAIL} RET=HDRS`, '...']),
      logged(WITHOUT),
    ],
  }),

  scenario('requiretls/return-of-all', {
    title: 'Where REQUIRETLS is announced, a failure may return all that the sender wants',
    clauses,
    dns,
    files,
    hosts: { mx: server({ extensions: ['DSN', 'REQUIRETLS'] }) },
    config: demanding('enforce', 'verify'),
    send: message({ to, requiretls: true, ret: 'full' }),
    expect: [
      delivered(to),
      dialogue('mx', ['...', '{TLS}', 'C: EHLO *', '...', `${MAIL} RET=FULL REQUIRETLS`, '...']),
    ],
  }),

  scenario('requiretls/lmtp-default', {
    title: 'LMTP: unless told otherwise REQUIRETLS is opportunistic',
    clauses: ['postfix:lmtp_requiretls_policy'],
    dns,
    hosts: { mx: mailHost({ protocol: 'lmtp', extensions: [] }) },
    config: { lmtp_tls_security_level: 'may' },
    send: message({ to, requiretls: true, service: 'lmtp', nexthop: 'inet:mx.example.test' }),
    expect: [delivered(to, { via: 'mx' }), status('may:none/requiretls:none')],
  }),

  scenario('requiretls/lmtp-enforced', {
    title: 'LMTP: REQUIRETLS is enforced where the policy says so',
    clauses: ['postfix:lmtp_requiretls_policy'],
    dns,
    hosts: { mx: mailHost({ protocol: 'lmtp', extensions: [] }) },
    config: { lmtp_requiretls_policy: 'enforce', lmtp_tls_security_level: 'may' },
    send: message({ to, requiretls: true, service: 'lmtp', nexthop: 'inet:mx.example.test' }),
    expect: [
      bounced(to, { dsn: '5.7.10', reason: ENFORCED }),
      connections('mx', 0),
      logged(`TLS policy lookup for mx.example.test/mx.example.test: ${ENFORCED}`),
    ],
  }),

  scenario('requiretls/lmtp-socket', {
    title: 'LMTP: a local socket is looked for by our own name',
    clauses: ['postfix:lmtp_requiretls_policy'],
    hosts: { mx: listening({ unix: '/run/lmtp' }, mailHost({ protocol: 'lmtp', extensions: [] })) },
    config: {
      lmtp_requiretls_policy: 'inline:{client.test=enforce}, opportunistic',
      lmtp_tls_security_level: 'none',
    },
    send: message({ to, requiretls: true, service: 'lmtp', nexthop: 'unix:/run/lmtp' }),
    expect: [
      bounced(to, {
        dsn: '5.7.10',
        reason: disables('none', 'certificate matching').replace('mx.example.test', 'client.test'),
      }),
      connections('mx', 0),
      logged('warning: TLS policy lookup error for client.test//run/lmtp: Sender requested REQUIRETLS'),
    ],
  }),
];
