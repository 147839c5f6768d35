/** Header and body checks: what tables of rules do to a message on its way out. */
import {
  deferred,
  delivered,
  dialogue,
  type Expectation,
  logged,
  mailHost,
  message,
  notLogged,
  received,
  scenario,
  zone,
} from '../../scenario.ts';
import { headersInUtf8 } from './_conversion.ts';

const dns = zone('example.test', { MX: '10 mx', mx: '192.0.2.1' });
const to = 'user@example.test';
const lines = (...texts: string[]) => texts.map((text) => `${text}\r\n`).join('');
const rules = (...texts: string[]) => texts.map((text) => `${text}\n`).join('');

interface Check {
  readonly name: string;
  readonly title: string;
  readonly clauses: readonly string[];
  readonly origins?: readonly string[];
  /** Rules by parameter. */
  readonly rules: Readonly<Record<string, string>>;
  readonly content: string;
  readonly arrives: string;
  readonly log: readonly Expectation[];
  readonly service?: 'lmtp';
  readonly encoding?: '8bit';
  /** Headers in UTF-8 go out without SMTPUTF8. */
  readonly international?: true;
  /** The message becomes longer than MAIL said. */
  readonly grows?: true;
}

const checks: readonly Check[] = [
  {
    name: 'header-actions',
    title: 'Each action of a header check changes the message, or the log, as its name says',
    clauses: ['postfix:smtp_header_checks', 'postfix:delivery-7.3'],
    origins: ['delivery-198'],
    rules: {
      smtp_header_checks: rules(
        '/^x-replace: (.*)/ REPLACE X-Replaced: $1!',
        '/^x-ignore/ ignore this',
        '/^x-strip/ STRIP not wanted',
        '/^x-prepend/ PREPEND X-Before: 1',
        '/^x-warn/ WARN look here',
        '/^x-info/ INFO',
        '/^x-ok/ OK',
        '/^x-dunno/ DUNNO',
        '/^x-/ REPLACE X-Wrong: never',
      ),
    },
    content: lines(
      'X-Replace: a',
      'X-Ignore: b',
      'X-Strip: c',
      'X-Prepend: d',
      'X-Warn: e',
      'X-Info: f',
      'X-Ok: g',
      'X-Dunno: h',
      'Subject : i',
      '',
      'X-Ignore: body',
    ),
    arrives: lines(
      'X-Replaced: a!',
      'X-Before: 1',
      'X-Prepend: d',
      'X-Warn: e',
      'X-Info: f',
      'X-Ok: g',
      'X-Dunno: h',
      'Subject: i',
      '',
      'X-Ignore: body',
    ),
    log: [
      logged('4C0FFEE000: replace: header X-Replace: a: X-Replaced: a!'),
      logged('4C0FFEE000: strip: header X-Strip: c: not wanted'),
      logged('4C0FFEE000: prepend: header X-Prepend: d: X-Before: 1'),
      logged('4C0FFEE000: warning: header X-Warn: e: look here'),
      logged('4C0FFEE000: info: header X-Info: f'),
      notLogged('X-Ignore'),
    ],
  },
  {
    name: 'header-reject',
    title: 'An action that only a receiving server could take is warned of and changes nothing',
    clauses: ['postfix:smtp_header_checks'],
    origins: ['delivery-199'],
    rules: { smtp_header_checks: rules('/^x-bad/ REJECT no thanks', '/^x-odd/ nonsense') },
    content: lines('X-Bad: 1', 'X-Odd: 2', '', 'x'),
    arrives: lines('X-Bad: 1', 'X-Odd: 2', '', 'x'),
    log: [
      logged('unsupported command in smtp_header_checks map: REJECT no thanks'),
      logged('unsupported command in smtp_header_checks map: nonsense'),
    ],
  },
  {
    name: 'header-bad-text',
    title: 'Text that is no header is not put among headers, nor is none',
    clauses: ['postfix:smtp_header_checks'],
    rules: {
      smtp_header_checks: rules(
        '/^a/ REPLACE no header',
        '/^b/ PREPEND nor this',
        '/^c/ REPLACE',
        '/^d/ PREPEND',
      ),
    },
    content: lines('A: 1', 'B: 2', 'C: 3', 'D: 4', '', 'x'),
    arrives: lines('A: 1', 'B: 2', 'C: 3', 'D: 4', '', 'x'),
    log: [
      logged(
        'bad REPLACE header text "no header" in smtp_header_checks map -- need "headername: headervalue"',
      ),
      logged(
        'bad PREPEND header text "nor this" in smtp_header_checks map -- need "headername: headervalue"',
      ),
      logged('REPLACE action without text in smtp_header_checks map'),
      logged('PREPEND action without text in smtp_header_checks map'),
    ],
  },
  {
    name: 'header-folded',
    international: true,
    title: 'A rule sees a folded header whole, with its line breaks; UTF-8 in it is text',
    clauses: ['postfix:smtp_header_checks'],
    encoding: '8bit',
    rules: { smtp_header_checks: rules('/^subject: one. two ü$/ INFO', '/^to: a,..b$/ REPLACE To: ü') },
    content: lines('Subject: one', ' two ü', 'To: a,', '\tb', '', 'x'),
    arrives: lines('Subject: one', ' two ü', 'To: ü', '', 'x'),
    log: [logged(/info: header Subject: one\? two ü$/), logged(/replace: header To: a,\?\?b: To: ü$/)],
  },
  {
    name: 'sections',
    title: 'Headers of the message, of MIME, of parts and of attached messages have rules of their own',
    clauses: ['postfix:smtp_mime_header_checks', 'postfix:smtp_nested_header_checks'],
    grows: true,
    rules: {
      smtp_header_checks: rules('/^(x-.*|mime-version.*|content-.*)/ PREPEND X-H: 1'),
      smtp_mime_header_checks: rules('/^(x-.*|mime-version.*|content-.*)/ PREPEND X-M: 1'),
      smtp_nested_header_checks: rules('/^(x-.*|mime-version.*|content-.*)/ PREPEND X-N: 1'),
    },
    content: lines(
      'X-A: 1',
      'MIME-Version: 1.0',
      'Content-Type: multipart/mixed; boundary=b',
      '',
      'X-A: preamble',
      '--b',
      'X-A: 2',
      'Content-ID: <x@y>',
      '',
      'X-A: body',
      '--b',
      'Content-Type: message/rfc822',
      '',
      'X-A: 3',
      'Content-Language: en',
      'Content-Type: text/plain',
      '',
      'X-A: body',
      '--b--',
    ),
    arrives: lines(
      'X-H: 1',
      'X-A: 1',
      'X-M: 1',
      'MIME-Version: 1.0',
      'X-M: 1',
      'Content-Type: multipart/mixed; boundary=b',
      '',
      'X-A: preamble',
      '--b',
      'X-M: 1',
      'X-A: 2',
      'X-M: 1',
      'Content-ID: <x@y>',
      '',
      'X-A: body',
      '--b',
      'X-M: 1',
      'Content-Type: message/rfc822',
      '',
      'X-N: 1',
      'X-A: 3',
      'X-N: 1',
      'Content-Language: en',
      'X-M: 1',
      'Content-Type: text/plain',
      '',
      'X-A: body',
      '--b--',
    ),
    log: [logged(/prepend: header X-A: 1: X-H: 1$/)],
  },
  {
    name: 'body-actions',
    title: 'A body check acts on each line alone, those of parts included',
    clauses: ['postfix:smtp_body_checks', 'postfix:delivery-7.3'],
    origins: ['delivery-200'],
    encoding: '8bit',
    rules: {
      smtp_body_checks: rules(
        '/^ignore/ IGNORE',
        '/^replace (.*)/ REPLACE .$1 ü',
        '/^prepend/ PREPEND .not a header',
        '/^strip/ STRIP',
        '/^warn/ WARN careful',
        '/^reject/ REJECT',
        '/^--b/ INFO boundary',
      ),
    },
    content: lines(
      'ignore: header',
      'Content-Type: multipart/mixed; boundary=b',
      '',
      'ignore',
      'ignored not',
      'replace one',
      '--b',
      'ignore: part',
      '',
      'prepend',
      'strip',
      'warn',
      'reject',
      '--b--',
    ).replace('ignored not', ' ignore not'),
    arrives: lines(
      'ignore: header',
      'Content-Type: multipart/mixed; boundary=b',
      '',
      ' ignore not',
      '.one ü',
      '--b',
      'ignore: part',
      '',
      '.not a header',
      'prepend',
      'warn',
      'reject',
      '--b--',
    ),
    log: [
      logged(/replace: body replace one: \.one ü$/),
      logged(/prepend: body prepend: \.not a header$/),
      logged(/strip: body strip$/),
      logged(/warning: body warn: careful$/),
      logged(/info: body --b: boundary$/),
      logged('unsupported command in smtp_body_checks map: REJECT'),
    ],
  },
  {
    name: 'body-long-line',
    title: 'A long line is checked in parts of line_length_limit octets',
    clauses: ['postfix:smtp_body_checks', 'postfix:line_length_limit'],
    rules: { smtp_body_checks: rules('/^y+$/ REPLACE end', '/^x+$/ REPLACE start-') },
    content: lines('Subject: x', '', `${'x'.repeat(2048)}yy`, 'x', ''),
    arrives: lines('Subject: x', '', 'start-end', 'start-', ''),
    log: [logged(/replace: body x+: start-$/), logged(/replace: body yy: end$/)],
  },
  {
    name: 'lmtp-sections',
    title: 'LMTP has checks of MIME headers and of attached messages that are its own too',
    clauses: ['postfix:lmtp_mime_header_checks', 'postfix:lmtp_nested_header_checks'],
    service: 'lmtp',
    rules: {
      smtp_mime_header_checks: rules('/./ REPLACE X-Wrong: 1'),
      lmtp_mime_header_checks: rules('/^content-id/ IGNORE'),
      smtp_nested_header_checks: rules('/./ REPLACE X-Wrong: 2'),
      lmtp_nested_header_checks: rules('/^x-a/ REPLACE X-B: 2'),
    },
    content: lines('Content-Type: message/rfc822', 'Content-ID: <x@y>', '', 'X-A: 1', '', 'x'),
    arrives: lines('Content-Type: message/rfc822', '', 'X-B: 2', '', 'x'),
    log: [logged(/replace: header X-A: 1: X-B: 2$/)],
  },
  {
    name: 'lmtp',
    title: 'LMTP has checks of its own, named as such in warnings',
    clauses: ['postfix:lmtp_header_checks', 'postfix:lmtp_body_checks'],
    service: 'lmtp',
    rules: {
      lmtp_header_checks: rules('/^a/ REJECT'),
      lmtp_body_checks: rules('/^x$/ REPLACE y'),
      smtp_body_checks: rules('/./ IGNORE'),
    },
    content: lines('A: 1', '', 'x'),
    arrives: lines('A: 1', '', 'y'),
    log: [logged('unsupported command in lmtp_header_checks map: REJECT'), logged(/replace: body x: y$/)],
  },
];

const broken = [
  ['header', 'smtp_header_checks'],
  ['body', 'smtp_body_checks'],
] as const;

export default [
  ...checks.map((check) => {
    // A file for each scenario: Postfix keeps a table open from one message to the next.
    const path = (parameter: string) => `/run/${check.name}-${parameter}`;
    return scenario(`content/check-${check.name}`, {
      title: check.title,
      clauses: check.clauses,
      origins: check.origins ?? [],
      dns,
      hosts: { mx: mailHost(check.service ? { protocol: check.service } : {}) },
      config: {
        ...Object.fromEntries(Object.keys(check.rules).map((name) => [name, `regexp:${path(name)}`])),
      },
      files: Object.fromEntries(Object.entries(check.rules).map(([name, text]) => [path(name), text])),
      send: message({
        to,
        content: check.content,
        ...(check.encoding && { encoding: check.encoding }),
        ...(check.service && { service: check.service, nexthop: 'mx.example.test' }),
      }),
      expect: [
        delivered(to, { via: 'mx' }),
        received('mx', { count: 1, content: check.arrives }),
        ...check.log,
      ],
      tolerates: {
        ...(check.grows && { 'rfc1870-6-03': 'Postfix declares the size before it adds headers' }),
        ...(check.international && headersInUtf8),
      },
    });
  }),
  ...broken.map(([what, parameter]) =>
    scenario(`content/check-${what}-error`, {
      title: `A ${what} that cannot be checked is not sent: the delivery breaks off in the middle of the message`,
      clauses: [`postfix:${parameter}`, 'postfix:delivery-8.4'],
      origins: what === 'body' ? ['delivery-201'] : [],
      dns,
      hosts: { mx: mailHost() },
      config: { [parameter]: 'fail:always' },
      send: message({ to, content: lines('Subject: x', '', 'Body.') }),
      expect: [
        deferred(to, {
          dsn: '4.3.0',
          reason: 'local data error while talking to mx.example.test[192.0.2.1]',
        }),
        logged(new RegExp(`smtp ${what} checks lookup error$`)),
        logged('fail:always lookup error for'),
        received('mx', { count: 0 }),
        dialogue('mx', ['...', 'S: 354 *', '...']),
      ],
    }),
  ),
];
