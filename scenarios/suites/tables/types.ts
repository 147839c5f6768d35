/** Types of lookup tables that need nobody else, at work in a delivery: first as generic maps of the sender. */
import {
  delivered,
  dialogue,
  logged,
  pipelined,
  received,
  type ScenarioSpec,
  scenario,
} from '../../scenario.ts';
import { from, mailFrom, place, sent, to } from './_world.ts';

interface Lookup {
  readonly name: string;
  readonly title: string;
  readonly maps: string;
  readonly file?: string;
  readonly from?: string;
  /** As it stands in MAIL. */
  readonly sent: string;
  readonly log?: readonly string[];
}

const FILE = '/run/tables/map';
const there = 'out@there.test';
const rule = (action: string) => `regexp:{{/^local@/ ${action}}}`;

const lookups: readonly Lookup[] = [
  {
    name: 'inline',
    title: 'Of keys that are there twice in an inline table the last one counts',
    maps: 'inline:{{ LOCAL@here.test = no@there.test }, { local@Here.test = out@there.test }}',
    sent: there,
  },
  {
    name: 'texthash',
    title: 'A text file has keys and values, comments and continued lines',
    maps: `texthash:${FILE}`,
    file: `# key value\n@other.test @there.test\nLocal@here.test\n # between\n   ${there}\n`,
    sent: there,
  },
  {
    name: 'regexp',
    title: 'A regular expression makes the answer of what it matched, in blocks that hold',
    maps: `regexp:${FILE}`,
    file: 'if /@other/\n/./ no@there.test\nendif\nif !/@other/\n/^(local)@([^.]*)\\.test$/ $2@${1}.test\nendif\n',
    sent: 'here@local.test',
  },
  {
    name: 'unionmap',
    title: 'Of the addresses that tables have together the first is taken, with a warning',
    maps: `unionmap:{inline:{${from}=${there}}, inline:{@here.test=no@there.test}, ${rule('also@there.test')}}`,
    sent: there,
    log: [`multi-valued smtp_generic_maps result for ${from}`],
  },
  {
    name: 'unionmap-of-keys',
    title:
      'A union that begins with a table of keys is asked for parts of an address, and folds the key for all',
    maps: 'unionmap:{inline:{x=y}, regexp:{{/^(@here.*)/ out$$1}}}',
    from: 'local@HERE.test',
    sent: 'out@here.test',
  },
  {
    name: 'unionmap-of-rules',
    title: 'A union that begins with rules is asked for whole addresses only',
    maps: 'unionmap:{regexp:{{/^x/ y}}, inline:{@here.test=@there.test}}',
    sent: from,
  },
  {
    name: 'pipemap',
    title: 'In a pipe the answer of a table is the key of the next',
    maps: `pipemap:{inline:{@here.test=Between}, inline:{between=${there}}}`,
    sent: there,
  },
  {
    name: 'pipemap-ends',
    title: 'A pipe whose last table has nothing has no answer',
    maps: 'pipemap:{inline:{@here.test=between}, inline:{other=no@there.test}}',
    sent: from,
  },
  {
    name: 'nested',
    title: 'Unions stand in pipes, and pipes in unions',
    maps: `unionmap:{pipemap:{inline:{${from}=a}, unionmap:{inline:{a=b}, static:c}, regexp:{{/^b,c$$/ ${there}}}}}`,
    sent: there,
  },
  {
    name: 'randmap',
    title: 'A table of one value takes that one by chance',
    maps: `pipemap:{${rule('x')}, randmap:{${there}}}`,
    sent: there,
  },
  {
    name: 'internal',
    title: 'An internal table is empty',
    maps: `internal:x, ${rule(there)}`,
    sent: there,
  },
  {
    name: 'environ',
    title: 'A variable that is not set is not found, so that the next table is asked',
    maps: `environ:x, ${rule(there)}`,
    sent: there,
  },
];

const generic = lookups.map(({ name, title, maps, file, from: sender = from, sent: address, log = [] }) =>
  scenario(`tables/generic-${name}`, {
    title,
    clauses: ['postfix:smtp_generic_maps', 'postfix:delivery-6.8'],
    ...place,
    config: { smtp_generic_maps: maps },
    ...(file !== undefined && { files: { [FILE]: file } }),
    send: sent(sender),
    expect: [
      delivered(to, { via: 'mx' }),
      dialogue('mx', mailFrom(address)),
      ...log.map((line) => logged(line)),
    ],
  }),
);

interface Discard {
  readonly name: string;
  readonly title: string;
  readonly maps: string;
  readonly log: readonly string[];
}

/** By the address of the server; without PIPELINING the commands go one by one. */
const discards: readonly Discard[] = [
  {
    name: 'cidr',
    title: 'The first network that the address of the server lies in has the answer',
    maps: 'cidr:{{2001:db8::/32 size}, {if 192.0.2.0/24}, {!192.0.2.0/30 8bitmime}, {192.0.2.1 pipelining}, {endif}, {0.0.0.0/0 size}}',
    log: ['discarding EHLO keywords: PIPELINING'],
  },
  {
    name: 'cidr-in-pipe',
    title: 'A network names a class of servers, and another table says what to do about the class',
    maps: 'pipemap:{cidr:{{192.0.2.0/24 near}, {0.0.0.0/0 far}}, inline:{{near=pipelining}, {far=size}}}',
    log: ['discarding EHLO keywords: PIPELINING'],
  },
  {
    name: 'randmap',
    title: 'One of several values is taken by chance',
    maps: 'randmap:{pipelining, PIPELINING, Pipelining}',
    log: ['discarding EHLO keywords: PIPELINING'],
  },
  {
    name: 'unionmap',
    title: 'What several tables say of a server adds up',
    maps: 'unionmap:{static:pipelining, cidr:{{192.0.2.0/24 size}}, inline:{192.0.2.1=8bitmime}}',
    log: ['discarding EHLO keywords: 8BITMIME PIPELINING SIZE'],
  },
];

const discarding = discards.map(({ name, title, maps, log }) =>
  scenario(`tables/keywords-${name}`, {
    title,
    clauses: ['postfix:smtp_discard_ehlo_keyword_address_maps'],
    ...place,
    config: { smtp_discard_ehlo_keyword_address_maps: maps },
    send: sent(),
    expect: [
      delivered(to, { via: 'mx' }),
      pipelined('mx', [['EHLO *'], ['MAIL FROM:*'], ['RCPT TO:*'], ['DATA'], ['.'], ['QUIT']]),
      ...log.map((line) => logged(line)),
    ],
  }),
);

/** Tables that cannot be opened fail at each lookup. */
const unusable: readonly { readonly name: string; readonly maps: string; readonly error: string }[] = [
  {
    name: 'union-without-braces',
    maps: 'unionmap:static:x',
    error: 'bad syntax: "unionmap:static:x"; need "unionmap:{type:name...}"',
  },
  {
    name: 'pipe-without-type',
    maps: 'pipemap:{static:x, y}',
    error: 'bad syntax: "pipemap:{static:x, y}"; need "pipemap:{type:name...}"',
  },
  {
    name: 'empty-random',
    maps: 'randmap:{}',
    error: 'bad syntax: "randmap:{}"; need "randmap:{value...}"',
  },
  {
    name: 'socketmap-without-map',
    maps: 'socketmap:x',
    error: 'socketmap requires server:socketmap argument',
  },
];

const failing = unusable.map(({ name, maps, error }) =>
  scenario(`tables/unusable-${name}`, {
    title:
      'A table that cannot be opened is told of, and again when it is asked; the mail goes out without it',
    clauses: ['postfix:smtp_delivery_status_filter'],
    ...place,
    config: { smtp_delivery_status_filter: maps },
    send: sent(),
    expect: [
      delivered(to, { via: 'mx' }),
      logged(`error: ${error}`),
      logged(`warning: ${maps} is unavailable. ${error}`),
      logged(`warning: ${maps} lookup error for "2.0.0 `),
    ],
  }),
);

/** Whether the case of a key matters depends on the parameter. */
const cases: readonly {
  readonly name: string;
  readonly parameter: string;
  readonly found: boolean;
  readonly table: string;
}[] = [
  { name: 'body-checks', parameter: 'smtp_body_checks', found: false, table: 'inline:{hello=IGNORE}' },
  { name: 'body-checks-exactly', parameter: 'smtp_body_checks', found: true, table: 'inline:{Hello=IGNORE}' },
  {
    name: 'body-checks-of-file',
    parameter: 'smtp_body_checks',
    found: false,
    table: `texthash:${FILE}`,
  },
  {
    name: 'body-checks-of-union',
    parameter: 'smtp_body_checks',
    found: true,
    table: 'unionmap:{inline:{x=y}, regexp:{{/^([H])ello/i IGNORE}}}',
  },
  {
    name: 'reply-filter',
    parameter: 'smtp_reply_filter',
    found: true,
    table: 'pipemap:{regexp:{{/^250-PIPELINING$$/ KEY}}, inline:{key=250-XNOTHING}}',
  },
];

const ofCase = cases.map(({ name, parameter, found, table }) =>
  scenario(`tables/case-${name}`, {
    title: `Keys of ${parameter} are ${parameter === 'smtp_reply_filter' ? 'found in any case' : 'found as they are only'}`,
    clauses: [`postfix:${parameter}`],
    ...place,
    files: { [FILE]: 'hello IGNORE\n' },
    config: { [parameter]: table },
    send: sent(),
    expect: [
      delivered(to, { via: 'mx' }),
      ...(parameter === 'smtp_body_checks'
        ? [received('mx', { content: `Subject: Tables\r\n\r\n${found ? '' : 'Hello\r\n'}` })]
        : [logged('replacing server reply "250-PIPELINING" with "250-XNOTHING"')]),
    ],
  }),
);

const others: readonly (ScenarioSpec & { readonly name: string })[] = [
  {
    name: 'reply-filter-pipe',
    title: 'A reply is replaced by what a pipe of tables makes of it',
    clauses: ['postfix:smtp_reply_filter'],
    ...place,
    config: {
      smtp_reply_filter: 'pipemap:{regexp:{{/^250[ -]PIPELINING$$/ x}}, inline:{x=250-XNOTHING}}',
    },
    send: sent(),
    expect: [
      delivered(to, { via: 'mx' }),
      pipelined('mx', [['EHLO *'], ['MAIL FROM:*'], ['RCPT TO:*'], ['DATA'], ['.'], ['QUIT']]),
      logged('replacing server reply "250-PIPELINING" with "250-XNOTHING"'),
    ],
  },
  {
    name: 'header-checks-union',
    title: 'What tables of a union say of a header together is one action, whatever it was meant to be',
    clauses: ['postfix:smtp_header_checks'],
    ...place,
    config: { smtp_header_checks: 'unionmap:{regexp:{{/^Subject:/ INFO one}}, regexp:{{/./ WARN two}}}' },
    send: sent(),
    expect: [delivered(to, { via: 'mx' }), logged('info: header Subject: Tables: one,WARN two')],
  },
];

export default [
  ...generic,
  ...discarding,
  ...failing,
  ...ofCase,
  ...others.map(({ name, ...spec }) => scenario(`tables/${name}`, spec)),
];
