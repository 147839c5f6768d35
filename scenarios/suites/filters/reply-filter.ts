/** smtp_reply_filter: lines of a server's replies are replaced before anything is made of them. */
import {
  bounced,
  connections,
  deferred,
  delivered,
  dialogue,
  logged,
  mailHost,
  message,
  notLogged,
  pipelined,
  scenario,
  zone,
} from '../../scenario.ts';

const dns = zone('example.test', { MX: '10 a', a: '192.0.2.1' });
const to = 'user@example.test';
const other = 'other@example.test';
const sections = ['postfix:smtp_reply_filter', 'postfix:delivery-8.6'];
const server = 'a.example.test[192.0.2.1]';

const asked = 'the filter says that the server took the message';

/** The same for both services: what differs is the name of the parameter, the port and the greeting command. */
const services = [
  {
    service: 'smtp',
    parameter: 'smtp_reply_filter',
    port: 25,
    hello: 'EHLO',
    origins: ['delivery-230'],
    tolerates: { 'rfc5321-4.2.5-01': asked },
  },
  {
    service: 'lmtp',
    parameter: 'lmtp_reply_filter',
    port: 24,
    hello: 'LHLO',
    origins: [],
    tolerates: { 'rfc2033-4.2-05': asked },
  },
] as const;

type ServiceCase = (typeof services)[number];

const sentTo = ({ service }: ServiceCase) =>
  service === 'lmtp' ? { service, nexthop: 'a.example.test' } : {};
const replaced = ({ port }: ServiceCase, old: string, text: string) =>
  logged(`${server}:${port}: replacing server reply "${old}" with "${text}"`);

const sectionsOf = ({ parameter }: ServiceCase) => [`postfix:${parameter}`, 'postfix:delivery-8.6'];

const forBoth = services.flatMap((each) => [
  scenario(`filters/${each.service}-refusals-taken-for-consent`, {
    title: `With a filter in ${each.parameter} the client takes 450 and 550 for 250`,
    clauses: sectionsOf(each),
    origins: each.origins,
    dns,
    hosts: {
      a: mailHost({
        protocol: each.service,
        endOfData:
          each.service === 'lmtp' ? { [to]: '450 4.2.2 full', [other]: '550 5.2.1 no' } : '450 4.2.2 full',
      }),
    },
    config: { [each.parameter]: 'regexp:{{/^[45]50 (.*)/ 250 2.0.0 was $$1}}' },
    send: message({ to: each.service === 'lmtp' ? [to, other] : to, ...sentTo(each) }),
    expect: [
      delivered(to, { dsn: '2.0.0', reply: '250 2.0.0 was 4.2.2 full' }),
      replaced(each, '450 4.2.2 full', '250 2.0.0 was 4.2.2 full'),
      ...(each.service === 'lmtp'
        ? [delivered(other, { dsn: '2.0.0' }), replaced(each, '550 5.2.1 no', '250 2.0.0 was 5.2.1 no')]
        : []),
      connections('a', 1),
    ],
    tolerates: each.tolerates,
  }),
  scenario(`filters/${each.service}-refusal-made-permanent`, {
    title: 'A filter that makes 450 a 550 with another text decides the status and the reason',
    clauses: sectionsOf(each),
    dns,
    hosts: { a: mailHost({ protocol: each.service, rcpt: '450 4.2.1 later' }) },
    config: { [each.parameter]: 'regexp:{{/^450 4\\.2\\.1 later$$/ 550 5.7.1 never}}' },
    send: message({ to, ...sentTo(each) }),
    expect: [
      bounced(to, {
        dsn: '5.7.1',
        reason: `host ${server} said: 550 5.7.1 never (in reply to RCPT TO command)`,
      }),
      replaced(each, '450 4.2.1 later', '550 5.7.1 never'),
      connections('a', 1),
    ],
  }),
  scenario(`filters/${each.service}-keyword-hidden`, {
    title: 'A filter sees each line of a reply: a keyword that it replaces was not offered',
    clauses: sectionsOf(each),
    dns,
    hosts: { a: mailHost({ protocol: each.service }) },
    config: { [each.parameter]: 'regexp:{{/^250([- ])PIPELINING$$/ 250$${1}X-NOTHING}}' },
    send: message({ to, ...sentTo(each) }),
    expect: [
      delivered(to, { via: 'a' }),
      pipelined('a', [[`${each.hello} *`], ['MAIL FROM:*'], ['RCPT TO:*'], ['DATA'], ['.'], ['QUIT']]),
      replaced(each, '250-PIPELINING', '250-X-NOTHING'),
    ],
  }),
  scenario(`filters/${each.service}-table-fails`, {
    title: `A table in ${each.parameter} that fails ends the session with the greeting`,
    clauses: [...sectionsOf(each), 'postfix:delivery-8.4'],
    dns,
    hosts: { a: mailHost({ protocol: each.service }) },
    config: { [each.parameter]: 'fail:broken' },
    send: message({ to, ...sentTo(each) }),
    expect: [
      deferred(to, { dsn: '4.3.0', reason: `local data error while talking to ${server}` }),
      dialogue('a', ['S: 220 *', 'C: QUIT', 'S: 221 *']),
      logged('table fail:broken lookup error for 220 '),
      each.service === 'lmtp'
        ? logged('table fail:broken lookup error for 221 ')
        : notLogged('lookup error for 221'),
    ],
  }),
]);

/** Files of rules, and what becomes of a recipient that the server refused with `450 4.2.1 busy try again`. */
const files = [
  {
    name: 'first-rule-wins',
    title: 'The first rule of a regexp file that matches has the answer',
    lines: ['/^450 4\\.9/ 550 wrong', '/^450/ 550 5.1.1 first', '/^450/ 550 5.1.2 second'],
    reply: '550 5.1.1 first',
  },
  {
    name: 'rules-on-several-lines',
    title: 'A rule of a regexp file may go on in lines that begin with white space; comments do not count',
    lines: ['# a comment', '/^450/', '# inside', '', '  550 5.1.1', ' first'],
    reply: '550 5.1.1 first',
  },
  {
    name: 'any-case-unless-told',
    title: 'A regexp matches in any case, with the flag i only in its own',
    lines: ['/BUSY/i 550 5.1.1 flag', '/BUSY/ 550 5.1.2 any case'],
    reply: '550 5.1.2 any case',
  },
  {
    name: 'negated-rule',
    title: 'A rule behind ! holds where its pattern does not match',
    lines: ['!/^(220|250|221|354)/ 550 5.1.1 not positive'],
    reply: '550 5.1.1 not positive',
  },
  {
    name: 'blocks',
    title: 'Rules between IF and ENDIF count where the condition holds',
    lines: [
      'if /^2/',
      '/busy/ 550 5.1.1 wrong',
      'endif',
      'IF /^4/',
      'if !/again/',
      '/./ 550 5.1.2 wrong',
      'endif',
      '/busy/ 550 5.1.3 right',
      'ENDIF',
      '/busy/ 550 5.1.4 wrong',
    ],
    reply: '550 5.1.3 right',
  },
  {
    name: 'groups',
    title: '$1, ${1} and $(1) stand for groups of the pattern, $$ for a dollar sign',
    lines: ['|^450 (4)[.](2)[.]([0-9]+) (nothing)?(busy).*| 55${4}0 5.$2.$(3) $5 $$'],
    reply: '550 5.2.1 busy $',
  },
  {
    name: 'pattern-classes',
    title: 'Bracket expressions, counts and alternatives are those of POSIX',
    lines: ['/^[[:digit:]]{3} [^][:space:][]+ (bus|busy|busy try) again$/ 550 5.1.1 $1'],
    reply: '550 5.1.1 busy try',
  },
] as const;

export default [
  ...forBoth,
  ...files.map(({ name, title, lines, reply }) =>
    scenario(`filters/reply-${name}`, {
      title,
      clauses: sections,
      dns,
      hosts: { a: mailHost({ rcpt: '450 4.2.1 busy try again' }) },
      files: { [`/run/filters/${name}`]: `${lines.join('\n')}\n` },
      config: { smtp_reply_filter: `regexp:/run/filters/${name}` },
      send: message({ to }),
      expect: [
        bounced(to, {
          reason: `host ${server} said: ${reply} (in reply to RCPT TO command)`,
        }),
        logged(`replacing server reply "450 4.2.1 busy try again" with "${reply}"`),
        connections('a', 1),
      ],
    }),
  ),
  scenario('filters/reply-as-it-is-shown', {
    title: 'A filter sees a line after what is not printable in it has become a question mark',
    clauses: sections,
    dns,
    hosts: { a: mailHost({ rcpt: '450 4.2.1 ring\u0007the bell' }) },
    config: { smtp_reply_filter: 'regexp:{{/ring[?]the bell/ 550 5.1.1 silence}}' },
    send: message({ to }),
    expect: [
      bounced(to, { dsn: '5.1.1', reason: /silence/ }),
      logged('with "550 5.1.1 silence"'),
      connections('a', 1),
    ],
  }),
  scenario('filters/reply-last-line-decides', {
    title: 'Of a reply whose last line was replaced, the new code counts and the other lines stay',
    clauses: sections,
    dns,
    hosts: { a: mailHost({ rcpt: '450-4.2.1 wait\n450 4.2.1 a while' }) },
    config: { smtp_reply_filter: 'regexp:{{/^450 / 550 5.1.1 no}}' },
    send: message({ to }),
    expect: [
      bounced(to, { dsn: '5.1.1', reason: /said: 450-4\.2\.1 wait 550 5\.1\.1 no \(in reply/ }),
      logged('replacing server reply "450 4.2.1 a while" with "550 5.1.1 no"'),
      connections('a', 1),
    ],
  }),
  scenario('filters/reply-whole-line', {
    title: 'A table of keys is asked about a line as a whole, in any case',
    clauses: sections,
    dns,
    hosts: { a: mailHost({ rcpt: { [to]: '450-Later\n450', [other]: '450 Later' } }) },
    config: { smtp_reply_filter: 'texthash:/run/filters/lines' },
    files: { '/run/filters/lines': '450 550 5.1.1 no\n450-LATER 450-never\n' },
    send: message({ to: [to, other] }),
    expect: [
      bounced(to, { dsn: '5.1.1', reason: /said: 450-never 550 5\.1\.1 no \(in reply/ }),
      deferred(other, { dsn: '4.0.0', reason: /said: 450 Later \(in reply/ }),
      logged('replacing server reply "450-Later" with "450-never"'),
      logged('replacing server reply "450" with "550 5.1.1 no"'),
      connections('a', 1),
    ],
  }),
  scenario('filters/reply-made-no-reply', {
    title: 'A line that a filter makes no reply line is text of the reply, and reading goes on',
    clauses: sections,
    dns,
    hosts: { a: mailHost({ rcpt: '450-4.2.1 wait\n450 4.2.1 a while' }) },
    config: { smtp_reply_filter: 'regexp:{{/wait/ nonsense}}' },
    send: message({ to }),
    expect: [
      deferred(to, { dsn: '4.2.1', reason: /said: nonsense 450 4\.2\.1 a while \(in reply/ }),
      logged('replacing server reply "450-4.2.1 wait" with "nonsense"'),
      logged('non-ESMTP response from a.example.test[192.0.2.1]:25: nonsense'),
      logged('to prevent loss of mail, turn off command pipelining for 192.0.2.1'),
      connections('a', 1),
    ],
  }),
  scenario('filters/reply-made-empty', {
    title: 'An answer without text is an answer: the line is empty then, and no reply',
    clauses: sections,
    dns,
    hosts: { a: mailHost({ rcpt: '450-4.2.1 wait\n450 4.2.1 a while' }) },
    config: { smtp_reply_filter: 'regexp:{{/wait/}}' },
    send: message({ to }),
    expect: [
      deferred(to, { dsn: '4.2.1', reason: /said: 450 4\.2\.1 a while \(in reply/ }),
      logged('replacing server reply "450-4.2.1 wait" with ""'),
      logged('line 1: no replacement text: using empty string'),
      logged('non-ESMTP response from a.example.test[192.0.2.1]:25: '),
      logged('to prevent loss of mail, turn off command pipelining for 192.0.2.1'),
      connections('a', 1),
    ],
  }),
  ...(['354', '250 2.0.0', '250 2.1.5'] as const).map((start) =>
    scenario(`filters/reply-table-fails-at-${start.replace(' ', '-')}`, {
      title: `A filter that fails at a reply ${start} ends the transaction without QUIT`,
      clauses: [...sections, 'postfix:delivery-8.4'],
      dns,
      hosts: {
        a: mailHost({
          rcpt: '250 2.1.5 taken',
          data: '354 go on',
          endOfData: '250 2.0.0 stored',
          extensions: [],
        }),
      },
      config: {
        smtp_reply_filter: `pipemap:{regexp:{{/^${start.replaceAll('.', '[.]')} / found}}, fail:broken}`,
      },
      send: message({ to }),
      expect: [
        deferred(to, { dsn: '4.3.0', reason: `local data error while talking to ${server}` }),
        logged(new RegExp(`table pipemap:.*fail:broken\\} lookup error for ${start} `)),
        connections('a', 1),
      ],
      // In the middle of DATA nobody can say QUIT.
      ...(start !== '354' && {
        tolerates: { 'rfc5321-4.1.1.10-01': 'Postfix closes without QUIT when a lookup of its own fails' },
      }),
    }),
  ),
  scenario('filters/reply-greeting', {
    title: 'A greeting that a filter makes a refusal is one',
    clauses: sections,
    dns,
    hosts: { a: mailHost() },
    config: { smtp_reply_filter: 'regexp:{{/^220 / 421 4.3.2 not today}}' },
    send: message({ to }),
    expect: [
      deferred(to, { dsn: '4.3.2', reason: `host ${server} refused to talk to me: 421 4.3.2 not today` }),
      logged('with "421 4.3.2 not today"'),
      connections('a', 1),
    ],
  }),
  scenario('filters/reply-table-missing', {
    title: 'A filter whose file is missing ends the session as any failing table does',
    clauses: [...sections, 'postfix:delivery-8.4'],
    dns: zone('example.test', { MX: ['10 a', '20 b'], a: '192.0.2.1', b: '192.0.2.2' }),
    hosts: { a: mailHost(), b: mailHost() },
    config: { smtp_reply_filter: 'regexp:/run/filters/missing' },
    send: message({ to }),
    expect: [
      deferred(to, { dsn: '4.3.0', reason: 'local data error while talking to b.example.test[192.0.2.2]' }),
      connections('a', 1),
      connections('b', 1),
      logged('local data error while talking to a.example.test[192.0.2.1]'),
      logged('open /run/filters/missing: No such file or directory'),
      logged(
        'regexp:/run/filters/missing is unavailable. open /run/filters/missing: No such file or directory',
      ),
      logged('table regexp:/run/filters/missing lookup error for 220 '),
    ],
  }),
];
