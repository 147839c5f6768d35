/** Tables that a server is asked for: `tcp` and `socketmap`, and what servers do to those who ask. */
import {
  asked,
  deferred,
  delivered,
  dialogue,
  elapsed,
  logged,
  notLogged,
  queried,
  received,
  type ScenarioSpec,
  scenario,
  type TableAnswer,
  tableServer,
} from '../../scenario.ts';
import { from, mailFrom, place, sent, to } from './_world.ts';

/** Each scenario has a port, since a process of Postfix keeps its connection beyond it. */
type Named = Omit<ScenarioSpec, 'dns' | 'hosts'> & Partial<ScenarioSpec> & { readonly name: string };

const address = '192.0.2.9';
const there = 'out@there.test';
const generic = ['postfix:smtp_generic_maps'];
const tcp = (
  port: number,
  answers: Readonly<Record<string, TableAnswer | readonly TableAnswer[]>>,
  otherwise?: TableAnswer,
) => ({ server: tableServer('tcp', { address, port }, answers, otherwise) });
const socketmap = (
  port: number,
  answers: Readonly<Record<string, TableAnswer | readonly TableAnswer[]>>,
  otherwise?: TableAnswer,
) => ({ server: tableServer('socketmap', { address, port }, answers, otherwise) });
const close = { bytes: '', then: 'close' } as const;

const honest: readonly Named[] = [
  {
    name: 'tcp',
    title: 'A tcp table is asked for whole addresses, over one connection for all messages',
    clauses: generic,
    tables: tcp(7001, { [from]: there }),
    config: { smtp_generic_maps: `tcp:${address}:7001`, recipient_delimiter: '+' },
    send: [sent(), sent('other+x@here.test')],
    expect: [
      delivered(to, { via: 'mx' }),
      delivered(to, { via: 'mx' }),
      dialogue('mx', mailFrom(there)),
      dialogue('mx', mailFrom('other+x@here.test')),
      asked('server', [[from, to, 'other+x@here.test', to]]),
    ],
  },
  {
    name: 'tcp-quoting',
    title: 'What is no printable character of a key or a value is written in hexadecimal digits',
    clauses: generic,
    tables: tcp(7002, { '"a b%"@here.test': 'c%d@there.test' }),
    config: { smtp_generic_maps: `tcp:${address}:7002` },
    send: sent('a b%@here.test'),
    expect: [
      delivered(to, { via: 'mx' }),
      dialogue('mx', mailFrom('c%d@there.test')),
      asked('server', [['"a b%"@here.test', to]]),
    ],
  },
  {
    name: 'socketmap',
    title: 'Maps of one server share a connection, whatever they are for',
    clauses: [...generic, 'postfix:smtp_header_checks'],
    tables: socketmap(7003, {
      [`addresses ${from}`]: there,
      'fields Subject: Tables': 'REPLACE Subject: Maps',
    }),
    config: {
      smtp_generic_maps: `socketmap:inet:${address}:7003:addresses`,
      smtp_header_checks: `socketmap:inet:${address}:7003:fields`,
    },
    send: [sent(), sent()],
    expect: [
      delivered(to, { via: 'mx' }),
      delivered(to, { via: 'mx' }),
      dialogue('mx', mailFrom(there)),
      dialogue('mx', mailFrom(there)),
      received('mx', { count: 2, content: 'Subject: Maps\r\n\r\nHello\r\n' }),
      logged('replace: header Subject: Tables: Subject: Maps'),
      asked('server', [
        [
          ...[`addresses ${from}`, `addresses ${to}`, 'fields Subject: Tables'],
          ...[`addresses ${from}`, `addresses ${to}`, 'fields Subject: Tables'],
        ],
      ]),
    ],
  },
  {
    name: 'socketmap-unix',
    title: 'The server of a socketmap table may listen on a local socket',
    clauses: generic,
    tables: { server: tableServer('socketmap', { unix: '/run/tables/socket' }, { [`m ${from}`]: there }) },
    config: { smtp_generic_maps: 'socketmap:unix:/run/tables/socket:m' },
    send: sent(),
    expect: [delivered(to, { via: 'mx' }), dialogue('mx', mailFrom(there))],
  },
  {
    name: 'server-in-dns',
    title: 'The name of a table server is looked up as the system does it',
    clauses: generic,
    tables: socketmap(7004, { [`m ${from}`]: there }),
    config: { smtp_generic_maps: 'socketmap:inet:tables.example.test:7004:m' },
    send: sent(),
    expect: [
      delivered(to, { via: 'mx' }),
      dialogue('mx', mailFrom(there)),
      queried('tables.example.test', 'A'),
    ],
  },
  {
    name: 'server-in-hosts-file',
    title: 'The hosts file says where a table server is, though it says nothing about mail',
    clauses: generic,
    tables: tcp(7005, { [from]: there }),
    files: { '/etc/hosts': `127.0.0.1 localhost\n${address} tables.internal\n` },
    config: { smtp_generic_maps: 'tcp:tables.internal:7005' },
    send: sent(),
    expect: [delivered(to, { via: 'mx' }), dialogue('mx', mailFrom(there))],
  },
  {
    name: 'served-in-pipe',
    title: 'A table that asks others asks servers too',
    clauses: generic,
    tables: {
      names: tableServer('tcp', { address, port: 7006 }, { [from]: 'somebody' }),
      server: tableServer('socketmap', { address, port: 7007 }, { 'people somebody': there }),
    },
    config: {
      smtp_generic_maps: `pipemap:{tcp:${address}:7006, socketmap:inet:${address}:7007:people}`,
    },
    send: sent(),
    expect: [
      delivered(to, { via: 'mx' }),
      dialogue('mx', mailFrom(there)),
      asked('names', [[from, to]]),
      asked('server', [['people somebody']]),
    ],
  },
];

const read = (port: number, reason: string) => `read TCP map reply from ${address}:${port}: ${reason}`;

const hostile: readonly Named[] = [
  {
    name: 'tcp-closes-once',
    title: 'A tcp server that closes the connection is asked again a second later',
    clauses: generic,
    tables: tcp(7011, { [from]: [close, there] }),
    config: { smtp_generic_maps: `tcp:${address}:7011` },
    send: sent(),
    expect: [
      delivered(to, { via: 'mx' }),
      dialogue('mx', mailFrom(there)),
      logged(read(7011, 'unexpected EOF')),
      asked('server', [[from], [from, to]]),
      elapsed({ atLeast: '1s', atMost: '3s' }),
    ],
  },
  {
    name: 'tcp-closes-after-each-answer',
    title: 'A tcp server that closes the connection after each answer costs a second each time',
    clauses: generic,
    tables: tcp(7012, { [from]: { bytes: `200 ${there}\n`, then: 'close' } }),
    config: { smtp_generic_maps: `tcp:${address}:7012` },
    send: sent(),
    expect: [
      delivered(to, { via: 'mx' }),
      dialogue('mx', mailFrom(there)),
      logged(read(7012, 'unexpected EOF')),
      asked('server', [[from], [to]]),
      elapsed({ atLeast: '1s', atMost: '3s' }),
    ],
  },
  {
    name: 'tcp-endless',
    title: 'A tcp server that does not end its line is left after 4096 bytes, and asked again',
    clauses: generic,
    tables: tcp(7013, { [from]: [{ endless: 'x' }, there] }),
    config: { smtp_generic_maps: `tcp:${address}:7013` },
    send: sent(),
    expect: [
      delivered(to, { via: 'mx' }),
      dialogue('mx', mailFrom(there)),
      logged(read(7013, 'text longer than 4096')),
    ],
  },
  {
    name: 'tcp-gone',
    title: 'A tcp server that is not there is tried ten times; then the lookup has failed',
    clauses: ['postfix:smtp_delivery_status_filter'],
    config: { smtp_delivery_status_filter: `tcp:${address}:7014` },
    send: sent(),
    expect: [
      delivered(to, { via: 'mx' }),
      logged(`connect to TCP map ${address}:7014: Connection refused`),
      logged(`tcp:${address}:7014 lookup error for "2.0.0 `),
      elapsed({ atLeast: '9s', atMost: '12s' }),
    ],
  },
  {
    name: 'tcp-silent',
    title: 'A tcp server that says nothing is given 100 seconds, ten times',
    clauses: ['postfix:smtp_delivery_status_filter'],
    tables: tcp(7015, {}, { bytes: '' }),
    config: { smtp_delivery_status_filter: `tcp:${address}:7015` },
    send: sent(),
    expect: [
      delivered(to, { via: 'mx' }),
      logged(read(7015, 'unexpected EOF (Connection timed out)')),
      logged(`tcp:${address}:7015 lookup error for "2.0.0 `),
      elapsed({ atLeast: '1009s', atMost: '1010s' }),
    ],
    virtualOnly: 'waits for 17 minutes',
  },
  {
    name: 'socketmap-closes-once',
    title: 'A socketmap server that closes the connection is asked again at once, and nobody hears of it',
    clauses: generic,
    tables: socketmap(7021, { [`m ${from}`]: [close, there] }),
    config: { smtp_generic_maps: `socketmap:inet:${address}:7021:m` },
    send: sent(),
    expect: [
      delivered(to, { via: 'mx' }),
      dialogue('mx', mailFrom(there)),
      notLogged('lookup error'),
      asked('server', [[`m ${from}`], [`m ${from}`, `m ${to}`]]),
    ],
  },
  {
    name: 'socketmap-silent',
    title: 'A socketmap server that says nothing is given 100 seconds once',
    clauses: ['postfix:smtp_delivery_status_filter'],
    tables: socketmap(7022, {}, { bytes: '' }),
    config: { smtp_delivery_status_filter: `socketmap:inet:${address}:7022:m` },
    send: sent(),
    expect: [
      delivered(to, { via: 'mx' }),
      logged(`table socketmap:inet:${address}:7022:m lookup error: time limit exceeded`),
      logged(`socketmap:inet:${address}:7022:m lookup error for "2.0.0 `),
      elapsed({ atLeast: '100s', atMost: '101s' }),
    ],
    virtualOnly: 'waits for 100 seconds',
  },
  {
    name: 'socketmap-gone',
    title: 'A socketmap server that is not there is tried once',
    clauses: ['postfix:smtp_delivery_status_filter'],
    config: { smtp_delivery_status_filter: 'socketmap:unix:/run/tables/none:m' },
    send: sent(),
    expect: [
      delivered(to, { via: 'mx' }),
      logged('connect to /run/tables/none: No such file or directory'),
      logged('table socketmap:unix:/run/tables/none:m lookup error: No such file or directory'),
      logged('socketmap:unix:/run/tables/none:m lookup error for "2.0.0 '),
    ],
  },
  {
    name: 'server-without-address',
    title: 'A table server whose name nobody knows cannot be asked',
    clauses: ['postfix:smtp_delivery_status_filter'],
    config: { smtp_delivery_status_filter: 'socketmap:inet:nowhere.example.test:7023:m' },
    send: sent(),
    expect: [
      delivered(to, { via: 'mx' }),
      logged('host or service nowhere.example.test:7023 not found: Name or service not known'),
      logged('connect to nowhere.example.test:7023: Cannot assign requested address'),
      logged(
        'table socketmap:inet:nowhere.example.test:7023:m lookup error: Cannot assign requested address',
      ),
      logged('socketmap:inet:nowhere.example.test:7023:m lookup error for "2.0.0 '),
    ],
  },
];

interface Wrong {
  readonly name: string;
  readonly protocol: 'tcp' | 'socketmap';
  readonly answer: TableAnswer;
  /** Behind the name of the table or the server. */
  readonly log?: string;
}

/** Answers that fail the lookup at once. */
const wrong: readonly Wrong[] = [
  { name: 'tcp-trouble', protocol: 'tcp', answer: { error: 'later' } },
  {
    name: 'tcp-other-code',
    protocol: 'tcp',
    answer: { bytes: '999 what\n' },
    log: 'bad status code: 999 what',
  },
  { name: 'tcp-garbage', protocol: 'tcp', answer: { bytes: 'a\x01b\n' }, log: 'malformed reply: a_b' },
  { name: 'tcp-bad-quoting', protocol: 'tcp', answer: { bytes: '200 %x\n' }, log: 'malformed reply: 200 %x' },
  {
    name: 'socketmap-temporary',
    protocol: 'socketmap',
    answer: { error: 'later' },
    log: ' socketmap server temporary error: later',
  },
  {
    name: 'socketmap-timeout',
    protocol: 'socketmap',
    answer: { error: 'slow', word: 'TIMEOUT' },
    log: ' socketmap server timeout error: slow',
  },
  {
    name: 'socketmap-permanent',
    protocol: 'socketmap',
    answer: { error: 'never', word: 'PERM' },
    log: ' socketmap server permanent error: never',
  },
  {
    name: 'socketmap-other-word',
    protocol: 'socketmap',
    answer: { bytes: '8:WHAT a\x01b,' },
    log: ' socketmap server unknown error: a?b',
  },
  {
    name: 'socketmap-garbage',
    protocol: 'socketmap',
    answer: { bytes: 'OK x\n' },
    log: ' lookup error: input format error',
  },
  {
    name: 'socketmap-no-comma',
    protocol: 'socketmap',
    answer: { bytes: '4:OK x\n' },
    log: ' lookup error: input format error',
  },
  {
    name: 'socketmap-oversized',
    protocol: 'socketmap',
    answer: { bytes: '100001:OK x' },
    log: ' lookup error: input exceeds size limit',
  },
  {
    name: 'socketmap-closes',
    protocol: 'socketmap',
    answer: close,
    log: ' lookup error: unexpected disconnect',
  },
];

const failures = wrong.map(({ name, protocol, answer, log }, index) => {
  const port = 7100 + index;
  const table = protocol === 'tcp' ? `tcp:${address}:${port}` : `socketmap:inet:${address}:${port}:m`;
  const line = protocol === 'tcp' ? read(port, log ?? '') : `${table}${log}`;
  return {
    name: `answer-${name}`,
    title: 'Without an answer of its table about a header a message is not sent',
    clauses: ['postfix:smtp_header_checks', 'postfix:delivery-8.4'],
    tables: { server: tableServer(protocol, { address, port }, {}, answer) },
    config: { smtp_header_checks: table },
    send: sent(),
    expect: [
      deferred(to, {
        dsn: '4.3.0',
        reason: 'local data error while talking to mx.example.test[192.0.2.1]',
      }),
      logged('smtp header checks lookup error'),
      logged(`${table} lookup error for "Subject: Tables"`),
      ...(log === undefined ? [notLogged('reply from')] : [logged(line)]),
      received('mx', { count: 0 }),
    ],
  };
});

const limits: readonly Named[] = [
  {
    name: 'socketmap-reply-limit',
    title: 'A socketmap answer is as long as it may be, and no longer',
    clauses: ['postfix:socketmap_max_reply_size'],
    tables: socketmap(7031, { 'm Subject: Tables': 'IGNORE', 'm X-Long: y': 'INFO 123456' }),
    config: { smtp_header_checks: `socketmap:inet:${address}:7031:m`, socketmap_max_reply_size: '9' },
    send: [sent(), { ...sent(), spec: { to, from, content: 'X-Long: y\n\nHello\n' } }],
    expect: [
      delivered(to, { via: 'mx' }),
      deferred(to, { dsn: '4.3.0' }),
      received('mx', { count: 1 }),
      logged('lookup error: input exceeds size limit'),
      logged('lookup error for "X-Long: y"'),
      logged('smtp header checks lookup error'),
    ],
  },
  {
    name: 'socketmap-query-limit',
    title: 'A key that is too long for a socketmap table is not in it',
    clauses: ['postfix:socketmap_max_query_size'],
    tables: socketmap(7032, {}, there),
    config: { smtp_generic_maps: `socketmap:inet:${address}:7032:m`, socketmap_max_query_size: '16' },
    send: sent(),
    expect: [
      delivered(to, { via: 'mx' }),
      dialogue('mx', mailFrom(there)),
      logged(`query too large: '${to}', returning 'not found'`),
      asked('server', [[`m ${from}`]]),
    ],
  },
];

export default [...honest, ...hostile, ...failures, ...limits].map(({ name, ...spec }) =>
  scenario(`tables/${name}`, { ...place, ...spec }),
);
