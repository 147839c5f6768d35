/** Tables that are read from files of lines, from those of the machine, and through other tables. */
import {
  aged,
  delivered,
  dialogue,
  logged,
  mailHost,
  message,
  notLogged,
  received,
  scenario,
} from '../../scenario.ts';
import { databases, source } from './_databases.ts';
import { failingScenario } from './_failing.ts';
import { dns, genericScenario, to } from './_generic.ts';

const lines = (...texts: string[]) => texts.map((text) => `${text}\r\n`).join('');
const found = { sent: 'out@there.test', sentTo: 'other@example.test' };

const texthashLines = [
  '# comment',
  '  ',
  ' local@here.test never@there.test',
  'LOCAL@here.test',
  '  # comment in between',
  '  out@there.test',
  'lonely@here.test',
  '"open@here.test x',
  'alias: x',
  '"a b"@here.test "c d"@there.test',
  '',
].join('\n');

/** Each action shows a part of the syntax that only patterns of Perl have. */
const pcreRules = [
  '/^x-(?!keep)(\\w+): (?<word>\\S+)$/ REPLACE X-Changed: ${1}=$2',
  'if /^subject:/',
  '/\\bsecret\\b/ REPLACE Subject: hidden',
  '!/\\d{3,}/ PREPEND X-Number: none',
  'endif',
  '/^(?i:x-)keep.*(?<=b)$/x INFO kept',
  '/^x-keep: (<)?(\\((?:[^()]++|(?2))*\\))(?(1)>|$)$/ INFO nested $2',
].join('\n');

const missing = { texthash: 'open database', regexp: 'open', pcre: 'open', cidr: 'open' } as const;

export default [
  ...[
    {
      name: 'lines',
      maps: 'texthash:tables/lines',
      files: { 'tables/lines': 'local@here.test out@there.test\n' },
    },
    { name: 'database', maps: 'hash:tables/source', files: { 'tables/source.db': databases.hash } },
  ].map(({ name, maps, files }) =>
    genericScenario(`tables/below-queue-directory-${name}`, {
      title: 'A path that does not begin with a slash starts from the queue directory',
      clauses: ['postfix:smtp_generic_maps', 'postfix:queue_directory'],
      config: { queue_directory: '/srv/queue' },
      maps,
      files: Object.fromEntries(
        Object.entries(files).map(([path, content]) => [`/srv/queue/${path}`, aged('1h', content)]),
      ),
      sent: 'out@there.test',
      ...(name === 'database' && found),
      virtualOnly: 'the queue directory of a real Postfix holds its own files',
    }),
  ),
  genericScenario('tables/texthash', {
    title: 'Of a file of lines those that are none are left out, with a warning, and the others count',
    maps: 'texthash:/run/tables/lines',
    // Postfix reads a file that is new once more.
    files: { '/run/tables/lines': aged('1h', texthashLines) },
    sent: 'out@there.test',
    log: [
      logged(/logical line must not start with whitespace/),
      logged('/run/tables/lines, line 7: expected format: key whitespace value -- ignoring this line'),
      logged(`/run/tables/lines, line 8: unbalanced '"' in '"open@here.test x' -- ignoring this line`),
      logged('/run/tables/lines, line 9: record is in "key: value" format; is this an alias file?'),
    ],
  }),
  genericScenario('tables/texthash-quoted', {
    title: 'Keys with quotes are found as they are written',
    maps: 'texthash:/run/tables/quoted',
    files: { '/run/tables/quoted': '"a b"@here.test "c d"@there.test\n' },
    from: 'a b@here.test',
    sent: '"c d"@there.test',
  }),
  genericScenario('tables/texthash-empty', {
    title: 'A file without lines has no keys',
    maps: 'texthash:/run/tables/empty',
    files: { '/run/tables/empty': '# nothing\n' },
    sent: 'local@Here.test',
  }),
  genericScenario('tables/texthash-unicode', {
    title: 'Letters beyond ASCII have no case either',
    maps: 'texthash:/run/tables/unicode',
    files: { '/run/tables/unicode': 'STRASSE@here.test out@there.test\n' },
    from: 'Straße@here.test',
    sent: 'out@there.test',
  }),
  ...Object.entries(missing).map(([type, doing]) =>
    failingScenario(`tables/${type}-missing`, {
      title: `A ${type} file that is not there fails each lookup`,
      table: `${type}:/run/tables/nowhere`,
      log: [logged(`${doing} /run/tables/nowhere: No such file or directory`)],
    }),
  ),
  scenario('tables/pcre', {
    title: 'Patterns of Perl may look around, name their groups, depend on them and call them',
    clauses: ['postfix:smtp_header_checks'],
    dns,
    hosts: { mx: mailHost() },
    config: { smtp_header_checks: 'pcre:/run/tables/rules' },
    files: { '/run/tables/rules': `${pcreRules}\n` },
    send: message({
      to,
      content: lines(
        'X-Word: one',
        'X-Keep: ab',
        'X-Keep: <(a(b))>',
        'Subject: a secret 12',
        'Subject: 123',
        '',
        'x',
      ),
    }),
    expect: [
      delivered(to, { via: 'mx' }),
      received('mx', {
        content: lines(
          'X-Changed: Word=one',
          'X-Keep: ab',
          'X-Keep: <(a(b))>',
          'Subject: hidden',
          'Subject: 123',
          '',
          'x',
        ),
      }),
      logged('replace: header X-Word: one: X-Changed: Word=one'),
      logged('info: header X-Keep: ab: kept'),
      logged('info: header X-Keep: <(a(b))>: nested (a(b))'),
      logged('replace: header Subject: a secret 12: Subject: hidden'),
    ],
    tolerates: { 'rfc1870-6-03': 'Postfix declares the size before it checks headers' },
  }),
  scenario('tables/pcre-bad-rules', {
    title: 'Rules that cannot be used are left out, with a warning, and the others count',
    clauses: ['postfix:smtp_header_checks'],
    dns,
    hosts: { mx: mailHost() },
    config: { smtp_header_checks: 'pcre:/run/tables/bad-rules' },
    files: { '/run/tables/bad-rules': '/a(/ INFO x\n/^x-a/ PREPEND X-B: $1\n/^x-a/ PREPEND X-C: 1\n' },
    send: message({ to, content: lines('X-A: 1', '', 'x') }),
    expect: [
      delivered(to, { via: 'mx' }),
      received('mx', { content: lines('X-C: 1', 'X-A: 1', '', 'x') }),
      logged('prepend: header X-A: 1: X-C: 1'),
      logged(
        'pcre map /run/tables/bad-rules, line 1: error in regex at offset 2: missing closing parenthesis',
      ),
      logged(
        'pcre map /run/tables/bad-rules, line 2: out of range replacement index "1": skipping this rule',
      ),
    ],
    tolerates: { 'rfc1870-6-03': 'Postfix declares the size before it adds headers' },
  }),
  scenario('tables/pcre-recursion', {
    title: 'A pattern that calls itself before it has matched anything holds for no field, negated or not',
    clauses: ['postfix:smtp_header_checks'],
    dns,
    hosts: { mx: mailHost() },
    config: { smtp_header_checks: 'pcre:/run/tables/recursion' },
    files: { '/run/tables/recursion': '/(?R)/ INFO a\n!/(?R)/ INFO b\n/^x-a/ PREPEND X-C: 1\n' },
    send: message({ to, content: lines('X-A: 1', '', 'x') }),
    expect: [
      delivered(to, { via: 'mx' }),
      received('mx', { content: lines('X-C: 1', 'X-A: 1', '', 'x') }),
      logged('prepend: header X-A: 1: X-C: 1'),
      ...[1, 2].map((line) =>
        logged(`pcre map /run/tables/recursion, line ${line}: nested recursion at the same subject position`),
      ),
    ],
    tolerates: { 'rfc1870-6-03': 'Postfix declares the size before it adds headers' },
  }),
  genericScenario('tables/pcre-generic', {
    title: 'Patterns of Perl are asked for whole addresses, in any case',
    maps: 'pcre:{{/^(?<who>[a-z]+)@here\\.test$$/ $1@there.test}}',
    sent: 'local@there.test',
  }),
  genericScenario('tables/proxy', {
    title: 'A table that another process holds open is asked as if it were our own',
    maps: 'proxy:hash:/run/tables/proxied',
    files: { '/run/tables/proxied.db': databases.hash },
    ...found,
  }),
  genericScenario('tables/proxy-part-of-address', {
    title: 'Through the other process it is asked for parts of an address too',
    maps: 'proxy:cdb:/run/tables/proxied',
    files: { '/run/tables/proxied.cdb': databases.cdb },
    from: 'anybody@else.test',
    sent: 'all@there.test',
    sentTo: found.sentTo,
  }),
  failingScenario('tables/proxy-missing', {
    title: 'A table that the other process cannot open fails each lookup',
    table: 'proxy:hash:/run/tables/nowhere',
    log: [logged('/run/tables/nowhere')],
  }),
  scenario('tables/unix', {
    title: 'The names of users and groups are keys, as far as there are such',
    clauses: ['postfix:smtp_generic_maps'],
    dns,
    hosts: { mx: mailHost() },
    config: {
      smtp_generic_maps: 'unix:group.byname, inline:{local@here.test=out@there.test}',
      smtp_discard_ehlo_keyword_address_maps: 'unix:passwd.byname',
    },
    send: message({ from: 'local@here.test', to }),
    expect: [
      delivered(to, { via: 'mx' }),
      dialogue('mx', ['...', 'C: MAIL FROM:<out@there.test>*', '...']),
      notLogged('lookup error'),
    ],
  }),
  genericScenario('tables/unix-found', {
    title: 'The value of a user is the whole line of the file, which makes no good address',
    maps: 'unix:passwd.byname',
    from: 'ROOT@client.test',
    sent: '"root:x:0:0:*"@client.test',
  }),
  failingScenario('tables/unix-unknown', {
    title: 'There are no other names in the databases of the system',
    table: 'unix:hosts.byname',
    log: [logged('unknown table: unix:hosts.byname')],
  }),
  genericScenario('tables/redirect', {
    title: 'hash and btree are redirected to the types that do without Berkeley DB',
    clauses: [
      'postfix:non_bdb_migration_level',
      'postfix:default_database_type',
      'postfix:default_cache_db_type',
    ],
    config: {
      non_bdb_migration_level: 'enable-redirect',
      default_database_type: 'cdb',
      default_cache_db_type: 'texthash',
    },
    maps: 'btree:/run/tables/redirected-cache, hash:/run/tables/redirected',
    files: {
      '/run/tables/redirected.cdb': databases.cdb,
      '/run/tables/redirected-cache': '# Nobody.\n',
    },
    log: [
      logged('redirecting btree:/run/tables/redirected-cache to texthash:/run/tables/redirected-cache'),
      logged('redirecting hash:/run/tables/redirected to cdb:/run/tables/redirected'),
    ],
    ...found,
  }),
  genericScenario('tables/redirect-custom', {
    title: 'A table of its own says which type takes the place of which',
    clauses: ['postfix:non_bdb_custom_mapping', 'postfix:non_bdb_migration_log_redirect'],
    config: {
      non_bdb_migration_level: 'enable-reindex',
      non_bdb_migration_log_redirect: 'no',
      non_bdb_custom_mapping: 'inline:{hash:/run/tables/custom=texthash}',
    },
    maps: 'hash:/run/tables/custom',
    files: { '/run/tables/custom': source },
    log: [notLogged('redirecting')],
    ...found,
  }),
];
