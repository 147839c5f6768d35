/** Messages that have to be given up within their text: the connection is lost to all others. */
import {
  bounced,
  connections,
  deferred,
  delivered,
  elapsed,
  logged,
  mailHost,
  message,
  notLogged,
  scenario,
  setAside,
  zone,
} from '../../scenario.ts';

const dns = zone('example.test', { MX: '10 mx', mx: '192.0.2.1' });
const to = 'user@example.test';
const other = 'other@example.test';
const nested = [0, 1, 2, 3].flatMap((level) => [
  `Content-Type: multipart/mixed; boundary=level${level}.`,
  '',
  `--level${level}.`,
]);

const causes = [
  {
    name: 'nesting',
    what: 'whose parts lie too deep to be converted',
    clauses: ['postfix:delivery-7.4', 'postfix:delivery-4.6'],
    config: { mime_nesting_limit: '1' },
    tolerates: {
      'rfc5321-4.1.1.10-01': 'Postfix closes connections that nobody uses any more without QUIT',
    },
    content: [...nested, 'Content-Transfer-Encoding: 8bit', '', 'ü', ''].join('\r\n'),
    expect: [
      bounced(to, { dsn: '5.6.0', reason: 'MIME nesting exceeds safety limit' }),
      delivered(other, { via: 'mx' }),
    ],
  },
  {
    name: 'check-error',
    what: 'with a header that cannot be checked',
    clauses: ['postfix:smtp_header_checks', 'postfix:delivery-4.6'],
    config: { smtp_header_checks: 'fail:always' },
    tolerates: {},
    content: 'Subject: x\r\n\r\nBody.\r\n',
    expect: [
      ...[to, other].map((address) =>
        deferred(address, {
          dsn: '4.3.0',
          reason: 'local data error while talking to mx.example.test[192.0.2.1]',
        }),
      ),
      logged(/smtp header checks lookup error$/),
      logged('fail:always lookup error for'),
    ],
  },
];

export default [
  ...causes.map(({ name, what, clauses, config, content, tolerates, expect }) =>
    scenario(`reuse/abandoned-${name}`, {
      title: `A message ${what} leaves a connection in mid-content, which is not kept`,
      clauses,
      dns,
      hosts: { mx: mailHost({ extensions: ['PIPELINING'] }) },
      config,
      send: [
        message({ to, content, encoding: '8bit', reuse: 'both' }),
        message({ to: other, reuse: 'both', after: '100ms' }),
      ],
      // Nor is it asked whether it is alive: it would take the question for content, and never answer.
      expect: [...expect, connections('mx', 2), notLogged('conn_use'), elapsed({ atMost: '5s' })],
      tolerates,
    }),
  ),
  scenario('reuse/abandoned-corrupt', {
    title: 'A message that cannot be read to its end leaves a connection in mid-content, which is not kept',
    clauses: ['postfix:delivery-7.1', 'postfix:delivery-4.6'],
    dns,
    hosts: { mx: mailHost() },
    send: [
      message({ to, corrupt: true, reuse: 'both' }),
      message({ to: other, reuse: 'both', after: '100ms' }),
    ],
    expect: [
      bounced(to, { dsn: '5.3.0', reason: 'unreadable mail queue entry' }),
      delivered(other, { via: 'mx' }),
      logged('bad record type: 90 in message content'),
      logged('corrupted queue file: active/*'),
      setAside(),
      connections('mx', 2),
      notLogged('conn_use'),
      elapsed({ atMost: '5s' }),
    ],
    tolerates: {
      'rfc5321-4.1.1.10-01': 'Postfix closes connections that nobody uses any more without QUIT',
    },
  }),
];
