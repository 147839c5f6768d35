/** Lookups whose answers are those of `postmap -q`: tables of every type that needs no server, and keys for them. */
import { DatabaseSync } from 'node:sqlite';

import { pcre } from './pcre.ts';
import { file, type Sample } from './sample.ts';

/** What `environ` tables find. */
export const environment: Readonly<Record<string, string>> = {
  sample: 'value',
  empty: '',
  'with-dash': 'x = y',
  UPPER: 'not found',
  umlaut: 'zweiundfünfzig',
};

const latin1 = (text: string) => Buffer.from(text, 'latin1');
const inline: readonly Sample[] = [
  { table: 'inline:{a=b}', keys: ['a', 'A', 'b', 'aa', ' a', ''] },
  { table: 'inline:{A=B, c=d e=f}', keys: ['a', 'c', 'd', 'e'] },
  { table: 'inline:{ { key = some value }, {other key = x} }', keys: ['key', 'other', 'other key', 'key '] },
  { table: 'inline:{{"quoted key" = "quoted value"}}', keys: ['"quoted key"', 'quoted key', '"QUOTED KEY"'] },
  { table: 'inline:{{a\\=b = c}}', keys: ['a\\=b', 'a=b', 'a'] },
  { table: 'inline:{a=1, a=2, A=3}', keys: ['a'] },
  { table: 'inline:{a=b=c}', keys: ['a', 'a=b'] },
  { table: 'inline:{ { a = } }', keys: ['a', 'b'] },
  { table: 'inline:{a=,b=c}', keys: ['a', 'b'] },
  { table: 'inline:{{a = {b c}}, {d = { e }}}', keys: ['a', 'd'] },
  {
    table: 'inline:{user@example.com=x, @example.com=y}',
    keys: ['User@Example.COM', '@example.com', 'user'],
  },
  {
    table: 'inline:{{ü@straße.test = Ä}, {ΣΑΣ = σ}, {I = ı}}',
    keys: ['Ü@STRASSE.TEST', 'ü@straße.test', 'σας', 'ΣΑΣ', 'i', 'ı', 'İ'],
  },
  {
    table: 'inline:{{İx = 1}, {ǆ = 2}, {ﬁ = 3}, {Å = 4}}',
    keys: ['i̇x', 'Ǆ', 'ǅ', 'fi', 'FI', 'å', 'Å', 'K'],
  },
  ...[
    '{}',
    '{ }',
    '{,}',
    '{a}',
    '{a b}',
    '{=b}',
    '{a=b}}',
    '{a=b',
    'a=b',
    '{{a=b}x}',
    '{{a=b}',
    '{"a=b}',
    '{{a = b} c=d}',
  ].map((list) => ({ table: `inline:${list}`, keys: ['a'] })),
];

const constant: readonly Sample[] = [
  { table: 'static:text', keys: ['any', '', 'Any thing'] },
  { table: 'static:two words', keys: ['a'] },
  { table: 'static:a:b', keys: ['a'] },
  { table: 'static:{ two  words }', keys: ['a'] },
  { table: 'static:{}', keys: ['a'] },
  { table: 'static:{a}b', keys: ['a'] },
  { table: 'static:{a', keys: ['a'] },
  { table: 'static:zweiundfünfzig', keys: ['ä'] },
  { table: 'static:', keys: ['a'] },
  { table: 'fail:text', keys: ['a', ''] },
  { table: 'internal:x', keys: ['a', 'x'] },
  {
    table: 'environ:x',
    keys: ['sample', 'SAMPLE', 'empty', 'with-dash', 'upper', 'UPPER', 'umlaut', 'none'],
  },
  { table: 'randmap:{one}', keys: ['a', ''] },
  { table: 'randmap:{ {one two} }', keys: ['a'] },
  { table: 'randmap:{x,x x}', keys: ['a'] },
  ...['{}', '{ , }', 'x', '{x', '{x}y'].map((list) => ({ table: `randmap:${list}`, keys: ['a'] })),
  { table: 'nosuch:x', keys: ['a'] },
  { table: ':x', keys: ['a'] },
];

const combined: readonly Sample[] = [
  { table: 'unionmap:{static:x, inline:{a=b}}', keys: ['a', 'A', 'c'] },
  { table: 'unionmap:{inline:{a=b}, inline:{a=c}, inline:{d=e}}', keys: ['a', 'd', 'x'] },
  { table: 'unionmap:{inline:{a=b}, regexp:{{/(.*)/ <$1>}}}', keys: ['A', 'Ä', 'x'] },
  { table: 'unionmap:{regexp:{{/(.*)/ <$1>}}, inline:{a=b}}', keys: ['A', 'Ä'] },
  { table: 'unionmap:{static:{two words},static:{ three more words }}', keys: ['a'] },
  { table: 'unionmap:{static:x, regexp:{{/a/}}, static:y}', keys: ['a', 'b'] },
  { table: 'unionmap:{regexp:{{/a/}}}', keys: ['a'] },
  { table: 'unionmap:{static:x, fail:y}', keys: ['a'] },
  { table: 'unionmap:{fail:y, static:x}', keys: ['a'] },
  {
    table: 'unionmap:{unionmap:{static:a, static:b}, pipemap:{inline:{k=l}, inline:{l=m}}}',
    keys: ['k', 'x'],
  },
  { table: 'unionmap:{static:a b static:c}', keys: ['a'] },
  { table: 'unionmap:{{static:x}}', keys: ['a'] },
  { table: 'unionmap:{nosuch:x}', keys: ['a'] },
  { table: 'unionmap:{texthash:none}', keys: ['a'] },
  ...['{}', '{ }', 'x', 'static:x', '{static:x}y', '{static:x'].flatMap((list) => [
    { table: `unionmap:${list}`, keys: ['a'] },
    { table: `pipemap:${list}`, keys: ['a'] },
  ]),
  { table: 'pipemap:{inline:{a=b, c=d}, inline:{b=e}}', keys: ['a', 'A', 'c', 'b', 'x'] },
  { table: 'pipemap:{inline:{a=B}, regexp:{{/(.*)/ <$1>}}}', keys: ['A'] },
  { table: 'pipemap:{regexp:{{/(.*)/ <$1>}}, inline:{<a>=b}}', keys: ['A', 'a'] },
  { table: 'pipemap:{regexp:{{/a/}}, regexp:{{/^$/ empty}}}', keys: ['a', 'b'] },
  { table: 'pipemap:{regexp:{{/a/}}}', keys: ['a'] },
  { table: 'pipemap:{inline:{a=b}, fail:x}', keys: ['a', 'c'] },
  { table: 'pipemap:{cidr:{{192.0.2.0/24 near}}, inline:{near=x}}', keys: ['192.0.2.1', '192.0.3.1'] },
  {
    table: 'pipemap:{unionmap:{inline:{a=b}, static:z}, regexp:{{/^b,z$/ both}, {/^z$/ one}}}',
    keys: ['a', 'c'],
  },
];

const texthash: readonly Sample[] = [
  file(
    'texthash',
    '# comment\nkey value\nKey2   Some  Value  \n\n  # comment\nlong value\n  goes on\n# in between\n\tand on\ntab\tvalue\n',
    ...['key', 'KEY', 'key2', 'long', 'tab', 'goes', 'none', '', '#'],
  ),
  file(
    'texthash',
    '"quoted key" value\n"a\\" b" x\na\\ b y\n',
    '"quoted key"',
    'quoted key',
    '"a\\" b"',
    'a\\ b',
  ),
  file('texthash', 'lone\nkey value\n', 'lone', 'key'),
  file('texthash', 'key: value\nother x\n', 'key:', 'key', 'other'),
  file('texthash', '"open value\nother x\n', 'other', '"open'),
  file('texthash', ' first x\nother y\n', 'first', 'other'),
  file('texthash', '', 'a'),
  file('texthash', 'a b', 'a'),
  file('texthash', 'a b\r\nc d\r\n', 'a', 'c'),
  file('texthash', latin1('caf\xe9 x\ny caf\xe9\nz ok\n'), 'y', 'z'),
  file('texthash', 'ü Ä\nSTRASSE x\n', 'Ü', 'straße', 'strasse'),
  file(
    'texthash',
    'user@example.com x\nuser+ext@example.com y\n@example.com z\n',
    'user+ext@example.com',
    'USER@example.com',
    '@EXAMPLE.com',
    'user',
  ),
  file('texthash', 'a $1 ${x} $$\n', 'a'),
  { table: 'texthash:none', keys: ['a'] },
];

const regexp: readonly Sample[] = [
  file('regexp', '/^a/ A\n/b$/ B\n/./ any\n', 'abc', 'xb', 'x', '', 'ABC', 'XB'),
  file('regexp', '/^(a+)(b*)c/ $1-$2\n/^(d)|(e)/ [$1][$2]\n', 'aabc', 'ac', 'd', 'e', 'AAC'),
  file('regexp', '/^(.*)@(.*)$/ ${2}/$(1)$$\n', 'user@example.com', 'a@b@c', 'none', 'ü@ä'),
  file('regexp', '/Case/i exact\n/other/ any\n', 'Case', 'case', 'OTHER'),
  file('regexp', '!/^a/ no a\n/^ab/ ab\n', 'abc', 'xyz', 'a'),
  file('regexp', '!!/^a/ double\n! /^b/ spaced\n', 'a', 'b'),
  file('regexp', '/^a/!/b$/ a but not b\n/./ else\n', 'ac', 'ab', 'x'),
  file('regexp', 'if /^a/\n/b/ ab\n/c/ ac\nendif\n/b/ b only\n', 'ab', 'ac', 'ad', 'b', 'c'),
  file(
    'regexp',
    'IF !/^a/\nIF /b/\n/c/ bc\nENDIF\n/d/ d\nENDIF\n/./ last\n',
    'abc',
    'bc',
    'bd',
    'cd',
    'c',
    'ac',
  ),
  file('regexp', 'if /a/\n/b/ ab\n', 'ab', 'b', 'a'),
  file('regexp', 'endif\n/a/ b\n', 'a'),
  file('regexp', 'if /a/ more\n/b/ x\nendif more\n', 'ab', 'b'),
  file('regexp', 'if\n/a/ b\nendif\n', 'a'),
  file('regexp', 'iffy x\n/a/ b\n', 'a'),
  file('regexp', '/a/\n/b/ \n', 'a', 'b', 'c'),
  file('regexp', '/(/ bad\n/a/ good\n', 'a'),
  file('regexp', '/[/ bad\n/a/ good\n', 'a'),
  file('regexp', '/a{2,1}/ bad\n/a/ good\n', 'a'),
  file('regexp', '/*/ star\n/a/ good\n', 'a', '*'),
  file('regexp', '/a/z bad flag\n/a/ good\n', 'a'),
  file('regexp', '/a bad\n/a/ good\n', 'a'),
  file('regexp', 'a/ bad\n/a/ good\n', 'a'),
  file('regexp', '/a/ $1\n/a/ good\n', 'a'),
  file('regexp', '/(a)/ $2\n/a/ good\n', 'a'),
  file('regexp', '!/(a)/ $1\n/b/ good\n', 'b'),
  file('regexp', '/(a)/ $x\n/(a)/ $\n/(a)/ ${1\n/a/ good\n', 'a'),
  file('regexp', '/(a)/ $0\n/a/ good\n', 'a'),
  file('regexp', '/(a)/ $1b$1\n', 'a'),
  file('regexp', '|^a/b| path\n,c\\,d, comma\n', 'a/b', 'c,d'),
  file('regexp', '/a\\/b/ slash\n/\\./ dot\n', 'a/b', '.', 'x'),
  file(
    'regexp',
    '/^[[:digit:]]+$/ digits\n/^[[:alpha:]]+$/ letters\n/[[:space:]]/ space\n',
    '123',
    'abc',
    'a b',
    'ü',
    '+',
  ),
  file('regexp', '/^a.c$/ one\n/^a..c$/ two\n', 'abc', 'aüc', 'abbc'),
  file('regexp', '/Ü/ big\n/ü/ small\n', 'ü', 'Ü'),
  file('regexp', '/^(a|ab)(c|bcd)(d*)$/ $1,$2,$3\n', 'abcd', 'acd'),
  file('regexp', '/(a*)(ab)*(b*)/ [$1][$2][$3]\n', 'abb', 'aab', ''),
  file('regexp', '/^((a)|b)*$/ [$1][$2]\n', 'ab', 'ba', 'aab'),
  file('regexp', '/(.)\\1/ twice $1\n', 'xaay', 'xyz'),
  file('regexp', '/a+/x basic\n/a/ extended\n', 'a+', 'aa'),
  file('regexp', '/\\(a\\)b/x $1\n', 'ab', '(a)b'),
  file('regexp', '/^b/m second line\n/./ other\n', 'a\nb', 'ab'),
  file('regexp', '/a.b/ across\n/^b$/ line\n', 'a\nb', 'b'),
  file(
    'regexp',
    '/^Subject:.*(spam|offer)/ REJECT $1\n/^X-/ IGNORE\n',
    'Subject: an Offer',
    'X-y: z',
    'Subject: x',
  ),
  file('regexp', '/\\bword\\b/ bound\n/\\<w/ start\n/\\w/ letter\n', 'a word', 'wx', 'x', '+'),
  file('regexp', '/^a{2}$/ two\n/^a{3,}$/ more\n/^a{0,1}$/ few\n', 'aa', 'aaaa', 'a', ''),
  file('regexp', '/[]a]/ bracket\n/[^]b]/ not\n/[b-d]/ range\n', ']', 'b', 'e', 'c'),
  file('regexp', '/[d-b]/ bad\n/c/ good\n', 'c'),
  file('regexp', '/[[:nosuch:]]/ bad\n/c/ good\n', 'c'),
  file('regexp', '  /a/ b\n/c/ d\n', 'a', 'c'),
  file('regexp', '/a/ b\n  c\n/d/\n  e\n', 'a', 'd'),
  file('regexp', '/a/ # no comment\n#/b/ x\n', 'a', 'b'),
  file('regexp', latin1('/a/ \xe9\n/b/ ok\n'), 'a', 'b'),
  file('regexp', '', 'a'),
  { table: 'regexp:none', keys: ['a'] },
  { table: 'regexp:{{/^a(.)/ $1}, {/b/ x y}}', keys: ['ab', 'b', 'c'] },
  { table: 'regexp:{{if /a/}, {/b/ ab}, {endif}, {/b/ b}}', keys: ['ab', 'b'] },
  { table: 'regexp:{/a/ b}', keys: ['a'] },
  { table: 'regexp:{}', keys: ['a'] },
  { table: 'regexp:{{/a/ b}', keys: ['a'] },
];

const cidr: readonly Sample[] = [
  file(
    'cidr',
    '192.0.2.1 one\n192.0.2.0/24 net\n0.0.0.0/0 any\n',
    '192.0.2.1',
    '192.0.2.77',
    '8.8.8.8',
    '2001:db8::1',
    'name',
    '',
    '192.0.2',
    '192.0.2.1 ',
  ),
  file(
    'cidr',
    '2001:db8::/32 six\n[2001:db9::1] one\n[2001:dba::]/32 net\n::/0 any\n',
    '2001:DB8::1',
    '2001:db9::1',
    '2001:0dba:0::1',
    '::1',
    '::ffff:192.0.2.1',
    '192.0.2.1',
  ),
  file('cidr', '!10.0.0.0/8 outside\n10.1.0.0/16 inside\n', '10.1.2.3', '10.2.3.4', '8.8.8.8', '::1', 'x'),
  file(
    'cidr',
    'if 192.0.2.0/24\n192.0.2.1 one\nif !192.0.2.0/25\n0.0.0.0/0 high\nendif\nendif\n0.0.0.0/0 other\n',
    '192.0.2.1',
    '192.0.2.2',
    '192.0.2.200',
    '10.0.0.1',
  ),
  file(
    'cidr',
    '192.0.2.1/24 bad\n192.0.2.0/33 bad\n192.0.2.0/x bad\n192.0.2.300 bad\nname bad\n192.0.2.0/24 good\n',
    '192.0.2.1',
  ),
  file('cidr', '192.0.2.1\n192.0.2.0/24 good\n', '192.0.2.1'),
  file('cidr', 'endif\n192.0.2.0/24 good\n', '192.0.2.1'),
  file('cidr', 'if 192.0.2.0/24\n192.0.2.1 one\n', '192.0.2.1', '10.0.0.1'),
  file('cidr', 'if 192.0.2.0/24 x\n192.0.2.1 one\nendif x\n', '192.0.2.1'),
  file('cidr', '192.0.2.0/24 $1 $$\n', '192.0.2.1'),
  file('cidr', '192.0.2.0/0 bad\n0.0.0.0/0 any\n', '192.0.2.1'),
  file(
    'cidr',
    '192.0.2.1/32 host\n2001:db8::1/128 host6\n',
    '192.0.2.1',
    '2001:db8::1',
    '2001:db8:0:0:0:0:0:1',
  ),
  file('cidr', '010.0.0.1 octal\n10.0.0.1 ten\n', '10.0.0.1', '010.0.0.1'),
  file('cidr', 'fe80::/10 local\nfe80::1%lo zone\n', 'fe80::1', 'fe80::1%lo'),
  { table: 'cidr:{{192.0.2.0/24 near}, {2001:db8::/32 six}}', keys: ['192.0.2.5', '2001:db8::', '1.2.3.4'] },
  { table: 'cidr:none', keys: ['192.0.2.1'] },
];

/** The same source for all kinds of databases. An empty key, which no list of tables asks for, is an error of LMDB. */
const SOURCE = `# comment
key value
UPPER@Here.Test mixed@There.test
user@example.com x
user+ext@example.com y
@example.com z
"quoted key" two  words
Straße@here.test ümlaut@there.test
long value
  goes on
${Array.from({ length: 300 }, (_, index) => `user${index}@many.test to${index}@there.test`).join('\n')}
`;

const databases: readonly Sample[] = ['hash', 'btree', 'cdb', 'lmdb'].flatMap((type) => [
  {
    table: `${type}:map`,
    databases: [`${type}:map`],
    files: { map: SOURCE },
    keys: [
      ...['key', 'KEY', 'upper@here.test', 'UPPER@Here.Test', 'user@example.com', 'USER+ext@example.com'],
      ...['@Example.com', 'user', '"quoted key"', 'quoted key', 'STRASSE@here.test', 'long', 'goes', 'none'],
      ...[
        'user0@many.test',
        'user7@many.test',
        'User150@Many.test',
        'user299@many.test',
        'user300@many.test',
      ],
    ],
  },
  { table: `${type}:none`, keys: ['a'] },
]);

const database = new DatabaseSync(':memory:');
database.exec('CREATE TABLE mail (k TEXT, v)');
database.exec(
  "INSERT INTO mail VALUES ('u@a.test', 'user'), ('u@b.a.test', 'other'), ('@a.test', 'all'), ('u@strasse.test', 'road')",
);
database.exec("INSERT INTO mail VALUES ('x@a.test', x'41ff42'), ('two@a.test', '1'), ('two@a.test', '2')");

const sqlite: readonly Sample[] = [
  ...['a.test', '!b.a.test, A.TEST', 'texthash:domains', '!texthash:domains b.a.test', 'static:x', 'fail:x'],
  ...['a.test fail:x', 'b.a.test # a.test', ''],
  ...['inline:{A.test=x}', 'inline:{a.test=x}', 'STRASSE.test', 'straße.test'],
].map((domain) => ({
  table: 'sqlite:./map.cf',
  keys: ['U@a.test', 'u@b.a.test', '@a.test', 'u', 'two@a.test', 'x@a.test', 'u@Straße.test'],
  files: {
    './map.cf': `dbpath = map.db\nquery = SELECT v FROM mail WHERE k = '%s'\ndomain = ${domain}\n`,
    'map.db': database.serialize(),
    domains: 'a.test yes\n',
  },
}));

/** Rules with a second pattern, which only regexp has, and patterns between letters. */
const secondPatterns: readonly Sample[] = ['regexp', 'pcre'].flatMap((type) => [
  ...[
    '/(a)/!/(b)/ $1',
    '/a/! /b/ x',
    '/a/!!/b/ x',
    '!/a/!/b/ x',
    '!/a/!!/b/ x',
    '/a/!/b/!/c/ x',
    '/a/i!i/b/i x',
    'IF /a/!/b/\n/./ x\nENDIF',
  ].map((rules) => file(type, `${rules}\n`, 'a', 'ab', 'b', 'c', 'abc')),
  ...['/a/!', '/a/!b/ x', '/a/! x', '/(a)/!/b/ $2', '!axa y', 'axa y', 'IF axa\n/./ y\nENDIF'].map((rules) =>
    file(type, `${rules}\n`, 'a', 'x'),
  ),
]);

export const samples: readonly Sample[] = [
  ...[...inline, ...constant, ...combined, ...texthash, ...regexp, ...cidr, ...databases, ...pcre],
  ...secondPatterns,
  ...sqlite,
];
