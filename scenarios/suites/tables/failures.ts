/** What a table server in trouble does to a delivery, by the parameter that has the table (tables reference 7). */
import {
  connections,
  deferred,
  delivered,
  dialogue,
  type Expectation,
  logged,
  mailHost,
  message,
  received,
  type ScenarioSpec,
  scenario,
  tableServer,
} from '../../scenario.ts';
import { from, place, sent, to } from './_world.ts';

const address = '192.0.2.9';
const mx = 'mx.example.test[192.0.2.1]';

interface Failing {
  readonly parameter: string;
  /** What the table is asked first. */
  readonly question: string;
  readonly clauses: readonly string[];
  readonly spec?: Partial<ScenarioSpec>;
  readonly expect: readonly Expectation[];
}

const notSent = [
  deferred(to, { dsn: '4.3.0', reason: `local data error while talking to ${mx}` }),
  received('mx', { count: 0 }),
];

const failing: Readonly<Record<string, Failing>> = {
  generic: {
    parameter: 'smtp_generic_maps',
    question: from,
    clauses: ['postfix:delivery-6.8'],
    spec: {
      tolerates: { 'rfc5321-4.1.1.10-01': 'Postfix ends with a fatal error, in the middle of the session' },
    },
    expect: [
      deferred(to, { dsn: '4.3.0', reason: `smtp_generic_maps map lookup problem for ${from}` }),
      received('mx', { count: 0 }),
      dialogue('mx', ['...', 'C: EHLO *', '...']),
    ],
  },
  'mime-header-checks': {
    parameter: 'smtp_mime_header_checks',
    question: 'MIME-Version: 1.0',
    clauses: ['postfix:delivery-8.4'],
    spec: { send: message({ from, to, content: 'MIME-Version: 1.0\n\nHello\n' }) },
    expect: [...notSent, logged('smtp header checks lookup error')],
  },
  'nested-header-checks': {
    parameter: 'smtp_nested_header_checks',
    question: 'Subject: inner',
    clauses: ['postfix:delivery-8.4'],
    spec: {
      send: message({ from, to, content: 'Content-Type: message/rfc822\n\nSubject: inner\n\nHello\n' }),
    },
    expect: [...notSent, logged('smtp header checks lookup error')],
  },
  'body-checks': {
    parameter: 'smtp_body_checks',
    question: 'Hello',
    clauses: ['postfix:delivery-8.4'],
    expect: [...notSent, logged('smtp body checks lookup error')],
  },
  'reply-filter': {
    parameter: 'smtp_reply_filter',
    question: '220 mx ESMTP',
    clauses: ['postfix:delivery-8.6'],
    spec: { hosts: { mx: mailHost({ greeting: '220 mx ESMTP' }) } },
    expect: [...notSent, dialogue('mx', ['S: 220 *', 'C: QUIT', 'S: 221 *'])],
  },
  keywords: {
    parameter: 'smtp_discard_ehlo_keyword_address_maps',
    question: '192.0.2.1',
    clauses: ['postfix:delivery-5.3'],
    expect: [
      ...notSent,
      dialogue('mx', ['S: 220 *', 'C: EHLO *', '...', 'C: QUIT', 'S: 221 *']),
      logged('smtp_discard_ehlo_keyword_address_maps map lookup error for 192.0.2.1'),
    ],
  },
  'pix-workarounds': {
    parameter: 'smtp_pix_workaround_maps',
    question: '192.0.2.1',
    clauses: ['postfix:delivery-5.2'],
    spec: { hosts: { mx: mailHost({ greeting: '220 ************' }) } },
    expect: [delivered(to, { via: 'mx' })],
  },
  'status-filter': {
    parameter: 'smtp_delivery_status_filter',
    question: '2.0.0 250 2.0.0 taken',
    clauses: ['postfix:delivery-8.3'],
    spec: { hosts: { mx: mailHost({ endOfData: '250 2.0.0 taken' }) } },
    expect: [delivered(to, { via: 'mx', dsn: '2.0.0' })],
  },
  'dns-filter': {
    parameter: 'smtp_dns_reply_filter',
    question: 'example.test. 300 IN MX 10 mx.example.test.',
    clauses: ['postfix:delivery-3.4'],
    expect: [
      deferred(to, {
        dsn: '4.4.3',
        relay: 'none',
        reason: 'Error looking up name=example.test type=MX: Invalid DNS reply filter syntax',
      }),
      connections('mx', 0),
    ],
  },
};

export default Object.entries(failing).map(
  ([name, { parameter, question, clauses, spec, expect }], index) => {
    const port = 7200 + index;
    const table = `socketmap:inet:${address}:${port}:m`;
    return scenario(`tables/server-fails-${name}`, {
      title: `What a table server in trouble means for ${parameter}`,
      clauses: [`postfix:${parameter}`, ...clauses],
      ...place,
      tables: { server: tableServer('socketmap', { address, port }, {}, { error: 'not now' }) },
      config: { [parameter]: table },
      send: sent(),
      ...spec,
      expect: [
        ...expect,
        logged(`${table} socketmap server temporary error: not now`),
        logged(
          parameter === 'smtp_reply_filter'
            ? `table ${table} lookup error for ${question}`
            : `${table} lookup error for "${question}"`,
        ),
      ],
    });
  },
);
