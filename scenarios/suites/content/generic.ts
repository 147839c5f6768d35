/** Generic maps: addresses that only mean something here, replaced in the envelope and in headers. */
import {
  deferred,
  delivered,
  dialogue,
  logged,
  mailHost,
  message,
  type RecipientSpec,
  received,
  scenario,
  zone,
} from '../../scenario.ts';
import { headersInUtf8 } from './_conversion.ts';

const dns = zone('example.test', { MX: '10 mx', mx: '192.0.2.1' });
const to = 'user@example.test';
const lines = (...texts: string[]) => texts.map((text) => `${text}\r\n`).join('');

/** Sender addresses, and what becomes of them. */
interface Lookup {
  readonly name: string;
  readonly title: string;
  readonly clauses: readonly string[];
  readonly from: string;
  readonly maps: string;
  readonly config?: Readonly<Record<string, string>>;
  /** As it stands in MAIL. */
  readonly sent: string;
  readonly log?: string;
}

const inline = (...entries: string[]) => `inline:{ ${entries.map((entry) => `{${entry}}`).join(' ')} }`;
const plus = { recipient_delimiter: '+' };
const generic = ['postfix:smtp_generic_maps'];
const lookups: readonly Lookup[] = [
  {
    name: 'whole-address',
    title: 'The whole address is looked up first, in any case',
    clauses: generic,
    from: 'Local@Here.test',
    maps: inline('local@here.test = out@there.test', '@here.test = never@there.test'),
    sent: 'out@there.test',
  },
  {
    name: 'domain',
    title: 'An address of which only the domain is known gets the address of the domain',
    clauses: generic,
    from: 'local@here.test',
    maps: inline('local = never@there.test', '@here.test = all@there.test'),
    sent: 'all@there.test',
  },
  {
    name: 'domain-to-domain',
    title: 'A domain in place of a domain keeps the local part, extension included',
    clauses: generic,
    config: plus,
    from: 'a b+c@here.test',
    maps: inline('@here.test = @there.test'),
    sent: '"a b+c"@there.test',
  },
  {
    name: 'local-user',
    title: 'The user name alone is looked up if the domain is one of mydestination',
    clauses: ['postfix:mydestination'],
    config: { mydestination: 'else.test, !here.test, here.test' },
    from: 'local@else.test',
    maps: inline('local = out@there.test', '@here.test = never@there.test'),
    sent: 'out@there.test',
  },
  {
    name: 'local-exception',
    title: 'A domain that mydestination excepts is not local',
    clauses: ['postfix:mydestination'],
    config: { mydestination: '!here.test, here.test' },
    from: 'local@here.test',
    maps: inline('local = never@there.test'),
    sent: 'local@here.test',
  },
  {
    name: 'local-table',
    title: 'The domains of this host may be in a table',
    clauses: ['postfix:mydestination'],
    config: { mydestination: 'inline:{else.test=1}, here.test' },
    from: 'local@Else.test',
    maps: inline('local = out@there.test'),
    sent: 'out@there.test',
  },
  {
    name: 'local-origin',
    title: 'The user name alone is looked up if the domain is myorigin',
    clauses: ['postfix:myorigin'],
    config: { myorigin: 'origin.test', mydestination: '' },
    from: 'local@origin.test',
    maps: inline('local = out@there.test'),
    sent: 'out@there.test',
  },
  {
    name: 'origin',
    title: 'An answer without a domain gets myorigin, which is the name of this host',
    clauses: ['postfix:myorigin'],
    from: 'local@here.test',
    maps: inline('local@here.test = other'),
    sent: 'other@client.test',
  },
  {
    name: 'local-literal',
    title: 'The user name alone is looked up if the domain is an address of this host',
    clauses: generic,
    config: { inet_interfaces: 'loopback-only' },
    from: 'local@[127.0.0.1]',
    maps: inline('local = out@there.test'),
    sent: 'out@there.test',
  },
  {
    name: 'extension',
    title: 'An address is found without its extension, which is then lost',
    clauses: ['postfix:recipient_delimiter'],
    config: { recipient_delimiter: '+_' },
    from: 'local_a+b@here.test',
    maps: inline('local@here.test = out@there.test'),
    sent: 'out@there.test',
  },
  {
    name: 'extension-kept',
    title: 'An extension that was not looked up is kept if propagate_unmatched_extensions says so',
    clauses: ['postfix:propagate_unmatched_extensions'],
    config: { ...plus, propagate_unmatched_extensions: 'generic' },
    from: 'local+a@here.test',
    maps: inline('local@here.test = out@there.test'),
    sent: 'out+a@there.test',
  },
  {
    name: 'extension-of-owner',
    title: 'With a hyphen as the delimiter the owner of a list has no extension',
    clauses: ['postfix:owner_request_special'],
    config: { recipient_delimiter: '-' },
    from: 'owner-list@here.test',
    maps: inline('owner@here.test = never@there.test', '@here.test = all@there.test'),
    sent: 'all@there.test',
  },
  {
    name: 'extension-of-any',
    title: 'It has one if owner_request_special is off',
    clauses: ['postfix:owner_request_special'],
    config: { recipient_delimiter: '-', owner_request_special: 'no' },
    from: 'owner-list@here.test',
    maps: inline('owner@here.test = out@there.test', '@here.test = never@there.test'),
    sent: 'out@there.test',
  },
  {
    name: 'quoted',
    title: 'Addresses with odd local parts are looked up as tables are written, with quotes',
    clauses: generic,
    from: 'a b@here.test',
    maps: 'texthash:/run/generic-quoted',
    sent: '"c d"@there.test',
  },
  {
    name: 'several',
    title: 'Of several addresses in an answer the first is taken, with a warning',
    clauses: generic,
    from: 'local@here.test',
    maps: inline('local@here.test = one@there.test, two@there.test'),
    sent: 'one@there.test',
    log: 'multi-valued smtp_generic_maps result for local@here.test',
  },
  {
    name: 'rules',
    title: 'Tables of rules are asked for whole addresses only',
    clauses: generic,
    config: plus,
    from: 'local+a@here.test',
    maps: 'regexp:{{/^(@|local@)/ never@there.test} {/^(.*)\\+(.*)@/ $$2@there.test}}',
    sent: 'a@there.test',
  },
  {
    name: 'not-found',
    title: 'An address that no table knows stays as it is',
    clauses: generic,
    from: 'other@here.test',
    maps: inline('local@here.test = never@there.test'),
    sent: 'other@here.test',
  },
  {
    name: 'null',
    title: 'The null sender stays',
    clauses: generic,
    from: '',
    maps: 'regexp:{{/^$$/ never@there.test}}',
    sent: '',
  },
];

const mapped = inline('local@here.test = out@there.test', 'user@example.test = far@example.test');
const recipient: RecipientSpec = { address: to, original: 'first@example.test' };
const long = (count: number) =>
  Array.from({ length: count }, (_, index) => `user${index}.of.a.long.name@example.test`);

interface Rewrite {
  readonly name: string;
  readonly title: string;
  readonly clauses?: readonly string[];
  readonly config?: Readonly<Record<string, string>>;
  readonly content: string;
  readonly arrives: string;
}

const rewrites: readonly Rewrite[] = [
  {
    name: 'headers',
    title:
      'Addresses in the headers of the message are replaced, those in other headers and in parts are not',
    content: lines(
      'From: Me <local@here.test>',
      'Resent-To: local@here.test (comment)',
      'Errors-To: "quoted\\"" <local@here.test>',
      'Message-ID: <local@here.test>',
      'X-From: local@here.test',
      'Cc: other@here.test,local+x@here.test',
      'Content-Type: message/rfc822',
      '',
      'From: local@here.test',
      '',
    ),
    arrives: lines(
      'From: Me <out@there.test>',
      'Resent-To: out@there.test (comment)',
      'Errors-To: "quoted\\"" <out@there.test>',
      'Message-ID: <local@here.test>',
      'X-From: local@here.test',
      'Cc: other@here.test,local+x@here.test',
      'Content-Type: message/rfc822',
      '',
      'From: local@here.test',
      '',
    ),
  },
  {
    name: 'lists',
    title: 'A list with a replaced address is written anew: folded before it is 70 characters long',
    content: lines(
      `To: ${long(2).join(' , ')},\tlocal@here.test,`,
      `  ${long(3).join(',')}`,
      `Cc: x:${long(1)};, team : local@here.test, (c) a@b.test ;`,
      '',
      'x',
    ),
    arrives: lines(
      'To: user0.of.a.long.name@example.test,',
      '\tuser1.of.a.long.name@example.test, out@there.test,',
      '\tuser0.of.a.long.name@example.test, user1.of.a.long.name@example.test,',
      '\tuser2.of.a.long.name@example.test',
      'Cc: x: user0.of.a.long.name@example.test;, team: out@there.test,',
      '\ta@b.test (c);',
      '',
      'x',
    ),
  },
  {
    name: 'odd-lists',
    title: 'Nothing of a list that is hard to read gets lost',
    content: lines(
      'To: one two local@here.test <> ,, "a b"@here.test, <local@here.test (c)> d',
      'Cc: local@here.test\\ , [1.2.3.4], local @ here . test, <@r:local@here.test>',
      'Bcc: Me (local@here.test) <other@here.test>',
      'Reply-To: "M. Ü" <local@here.test>',
      '',
      'x',
    ),
    arrives: lines(
      'To: one two local@here.test <>, , "a b"@here.test,',
      '\t<out@there.test (c)>, d',
      'Cc: local@here.test, "[1.2.3.4]", out@there.test,',
      '\t<@r:local@here.test>',
      'Bcc: Me (local@here.test) <other@here.test>',
      'Reply-To: "M. Ü" <out@there.test>',
      '',
      'x',
    ),
  },
  {
    name: 'token-limit',
    title: 'header_address_token_limit is for cleanup(8): the client rewrites headers of any length',
    clauses: ['postfix:header_address_token_limit'],
    config: { header_address_token_limit: '1' },
    content: lines('To: a@here.test, b@here.test, c@here.test, local@here.test', '', 'x'),
    arrives: lines('To: a@here.test, b@here.test, c@here.test, out@there.test', '', 'x'),
  },
  {
    name: 'obsolete-header',
    title: 'White space before the colon of a header is lost; the parts of the message are not looked for',
    clauses: ['postfix:delivery-7.2'],
    content: lines('Subject : x', 'From :  local@here.test', '', 'Subject : x'),
    arrives: lines('Subject: x', 'From: out@there.test', '', 'Subject : x'),
  },
];

export default [
  ...lookups.map(({ name, title, clauses, from, maps, config = {}, sent, log }) =>
    scenario(`content/generic-${name}`, {
      title,
      clauses,
      dns,
      hosts: { mx: mailHost() },
      config: { ...config, smtp_generic_maps: maps },
      files: { '/run/generic-quoted': '"a b"@here.test "c d"@there.test\n' },
      send: message({ from, to, headers: { From: '<>', To: '<>' }, nexthop: 'example.test' }),
      expect: [
        delivered(to, { via: 'mx' }),
        dialogue('mx', ['...', `C: MAIL FROM:<${sent}> SIZE=*`, '...']),
        ...(log === undefined ? [] : [logged(log)]),
      ],
    }),
  ),
  scenario('content/generic-envelope', {
    title:
      'Sender and recipients are replaced in the envelope; their original addresses in DSN parameters stay',
    clauses: ['postfix:smtp_generic_maps', 'postfix:delivery-6.8'],
    origins: ['delivery-171'],
    dns,
    hosts: { mx: mailHost({ extensions: ['PIPELINING', '8BITMIME', 'DSN'] }) },
    config: { smtp_generic_maps: mapped },
    send: message({
      from: 'local@here.test',
      to: recipient,
      content: lines('From: local@here.test', 'To: user@example.test', '', 'local@here.test'),
    }),
    expect: [
      delivered(to),
      dialogue('mx', [
        '...',
        'C: MAIL FROM:<out@there.test>',
        'C: RCPT TO:<far@example.test> ORCPT=rfc822;first@example.test',
        '...',
      ]),
      received('mx', {
        content: lines('From: out@there.test', 'To: far@example.test', '', 'local@here.test'),
      }),
    ],
    tolerates: { 'rfc5321-4.2.5-01': 'the outcome is that of the address before it was replaced' },
  }),
  scenario('content/generic-lmtp', {
    title: 'LMTP has generic maps of its own',
    clauses: ['postfix:lmtp_generic_maps'],
    dns,
    hosts: { mx: mailHost({ protocol: 'lmtp' }) },
    config: { lmtp_generic_maps: mapped, smtp_generic_maps: 'static:never@there.test' },
    send: message({ from: 'local@here.test', to, service: 'lmtp', nexthop: 'mx.example.test' }),
    expect: [
      delivered(to),
      dialogue('mx', ['...', 'C: MAIL FROM:<out@there.test> *', 'C: RCPT TO:<far@example.test>', '...']),
    ],
    tolerates: { 'rfc2033-4.2-05': 'the outcome is that of the address before it was replaced' },
  }),
  ...rewrites.map(({ name, title, clauses = ['postfix:smtp_generic_maps'], config = {}, content, arrives }) =>
    scenario(`content/generic-${name}`, {
      title,
      clauses,
      dns,
      hosts: { mx: mailHost() },
      config: { ...config, smtp_generic_maps: mapped },
      send: message({ to: 'x@example.test', content, encoding: '8bit' }),
      expect: [delivered('x@example.test', { via: 'mx' }), received('mx', { count: 1, content: arrives })],
      tolerates: {
        ...(name === 'lists' && { 'rfc1870-6-03': 'Postfix declares the size before it rewrites headers' }),
        ...(name === 'odd-lists' && headersInUtf8),
      },
    }),
  ),
  scenario('content/generic-error-mydestination', {
    title: 'A message waits while it is not known whether the domain of an address is of this host',
    clauses: ['postfix:mydestination'],
    dns,
    hosts: { mx: mailHost() },
    config: {
      smtp_generic_maps: 'inline:{other=x@there.test}',
      mydestination: 'fail:always',
      relay_domains: '',
    },
    send: message({ to }),
    expect: [
      deferred(to, { dsn: '4.3.0', reason: `smtp_generic_maps map lookup problem for ${to}` }),
      logged('mydestination: fail:always: table lookup problem'),
      received('mx', { count: 0 }),
      dialogue('mx', ['...', 'C: EHLO *', '...']),
    ],
    tolerates: { 'rfc5321-4.1.1.10-01': 'Postfix ends with a fatal error, in the middle of the session' },
  }),
  scenario('content/generic-error', {
    title: 'Without an answer of its generic map a message waits',
    clauses: ['postfix:smtp_generic_maps'],
    origins: ['delivery-172'],
    dns,
    hosts: { mx: mailHost() },
    config: { smtp_generic_maps: 'fail:always' },
    send: message({ to }),
    expect: [
      deferred(to, { dsn: '4.3.0', reason: 'smtp_generic_maps map lookup problem for sender@client.test' }),
      logged('fail:always lookup error for'),
      received('mx', { count: 0 }),
      dialogue('mx', ['...', 'C: EHLO *', '...']),
    ],
    tolerates: { 'rfc5321-4.1.1.10-01': 'Postfix ends with a fatal error, in the middle of the session' },
  }),
];
