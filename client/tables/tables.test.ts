import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { askTable } from '../../tests/fixtures/ask-table.ts';
import { Maps } from './maps.ts';
import { openTable } from './open.ts';
import { type Table, TableError } from './table.ts';
import { testContext } from './testing.ts';

async function ask(
  text: string,
  keys: readonly string[],
  files: Readonly<Record<string, string | Uint8Array>> = {},
) {
  const { answers, told } = await askTable(text, keys, files);
  return { answers, warnings: told };
}

describe('opening', () => {
  test('what cannot be opened is told of at once and at each lookup, which fails', async () => {
    const missing = 'open database /none: No such file or directory';
    const unavailable = `texthash:/none is unavailable. ${missing}`;
    expect(await ask('texthash:/none', ['a', 'b'])).toEqual({
      answers: [`!${unavailable}`, `!${unavailable}`],
      warnings: [`error: ${missing}`, unavailable, unavailable],
    });
    expect((await ask('nosuch:x', [])).warnings).toEqual(['error: unsupported dictionary type: nosuch']);
    const fault = 'open dictionary: expecting "type:name" form instead of "static:"';
    expect((await ask('static:', [])).warnings).toEqual([`error: ${fault}`]);
  });
});

describe('keys and values', () => {
  test('inline', async () => {
    expect(await ask('inline:{a=1, { B = two words }, {"c d"=3}, A=x=y}', ['a', 'b', '"C D"', 'z'])).toEqual({
      answers: ['x=y', 'two words', '3', undefined],
      warnings: [],
    });
    for (const bad of ['{ }', '{a = b}', '{{a=b}x}', '{"a=b}', '{{}}', 'a=b', '{a=b}}'])
      expect((await ask(`inline:${bad}`, [])).warnings, bad).toEqual([expect.stringMatching(/^error: /)]);
  });

  test('texthash', async () => {
    const files = { '/t': '# comment\nKey value one\n  goes on\n\n"q \\" k" x\nlone\nbad: y\n"z\n' };
    expect(await ask('texthash:/t', ['key', '"q \\" k"', 'lone', 'bad:'], files)).toEqual({
      answers: ['value one  goes on', 'x', undefined, 'y'],
      warnings: [
        '/t, line 6: expected format: key whitespace value -- ignoring this line',
        '/t, line 7: record is in "key: value" format; is this an alias file?',
        `/t, line 8: unbalanced '"' in '"z' -- ignoring this line`,
      ],
    });
    const twice = await ask('texthash:/t', ['a'], { '/t': 'a 1\nA 2\n' });
    expect(twice.warnings[0]).toBe('error: /t, line 2: duplicate entry: "A"');
    const latin = await ask('texthash:/t', ['a', 'b'], { '/t': Buffer.from('a \xe9\nb c\n', 'latin1') });
    expect(latin.answers).toEqual([undefined, 'c']);
  });

  test('static and fail', async () => {
    expect((await ask('static:{ two words }', ['any'])).answers).toEqual(['two words']);
    expect((await ask('static:a:b', ['any'])).answers).toEqual(['a:b']);
    expect((await ask('fail:x', ['any'])).answers).toEqual(['!fail:x fails each lookup']);
  });
});

describe('tables that ask tables', () => {
  test('unionmap joins all answers, pipemap asks on', async () => {
    const union = 'unionmap:{static:{x y}, inline:{a=b}, regexp:{{/^(a.*)/ <$1>}, {/^e/}}}';
    expect((await ask(union, ['A', 'e', 'z'])).answers).toEqual(['x y,b,<a>', 'x y,', 'x y']);
    expect((await ask('unionmap:{regexp:{{/a/}}}', ['a', 'b'])).answers).toEqual([undefined, undefined]);
    const pipe = 'pipemap:{inline:{a=B,c=z},regexp:{{/^(b)/ <$1>}}}';
    expect((await ask(pipe, ['A', 'c', 'd'])).answers).toEqual(['<B>', undefined, undefined]);
  });

  test('the first one decides about keys: whether they are parts, and whether they are folded', async () => {
    const rule = 'regexp:{{/(.*)/ <$1>}}';
    expect((await ask(`unionmap:{${rule}, inline:{a=b}}`, ['A'])).answers).toEqual(['<A>,b']);
    const context = testContext({}, []);
    expect((await openTable(`unionmap:{static:x, ${rule}}`, context)).keyed).toBe(true);
    expect((await openTable(`pipemap:{${rule}, static:x}`, context)).keyed).toBeUndefined();
  });

  test('a failure of one is a failure of all', async () => {
    expect((await ask('unionmap:{static:x, fail:y}', ['a'])).answers).toEqual(['!fail:y fails each lookup']);
    expect(await ask('pipemap:{static:x, texthash:/none}', ['a'])).toMatchObject({
      warnings: [
        'error: open database /none: No such file or directory',
        'texthash:/none is unavailable. open database /none: No such file or directory',
      ],
    });
  });

  test.each(['{}', '{ }', 'x', '{x}', '{static:x}y', '{static:x', '{static:x, y}'])('%s', async (name) => {
    for (const type of ['unionmap', 'pipemap']) {
      const problem = `bad syntax: "${type}:${name}"; need "${type}:{type:name...}"`;
      expect((await ask(`${type}:${name}`, [])).warnings).toEqual([`error: ${problem}`]);
    }
  });

  test('they are not nested without end', async () => {
    const nested = (depth: number) => `${'unionmap:{'.repeat(depth)}static:x${'}'.repeat(depth)}`;
    expect((await ask(nested(100), ['a'])).answers).toEqual(['x']);
    expect((await ask(nested(101), [])).warnings).toEqual(['error: static:x: nested deeper than 100 tables']);
  });

  test('debug tells of each query', async () => {
    expect(await ask('debug:inline:{a=b}', ['a', 'c'])).toEqual({
      answers: ['b', undefined],
      warnings: ['info: inline:{a=b} lookup: "a" = "b"', 'info: inline:{a=b} lookup: "c" = "not_found"'],
    });
    expect((await ask('debug:fail:x', ['a'])).warnings).toEqual(['info: fail:x lookup: "a" = "error"']);
  });
});

describe('tables without keys of their own', () => {
  test('randmap takes one by chance, and keeps braces', async () => {
    const { answers } = await ask('randmap:{a, {b c}}', Array(100).fill('k'));
    expect(new Set(answers)).toEqual(new Set(['a', '{b c}']));
    expect((await ask('randmap:{}', [])).warnings).toEqual([
      'error: bad syntax: "randmap:{}"; need "randmap:{value...}"',
    ]);
  });

  test('internal is empty; environ has names in lower case', async () => {
    expect((await ask('internal:x', ['a'])).answers).toEqual([undefined]);
    const context = testContext({ environment: { name: 'x', OTHER: 'y' } }, []);
    const table = await openTable('environ:x', context);
    const values = ['NAME', 'OTHER', 'constructor', '__proto__'].map((key) => table.lookup(key));
    expect(await Promise.all(values)).toEqual(['x', undefined, undefined, undefined]);
  });
});

describe('other tables', () => {
  test('users and groups', async () => {
    const files = {
      '/etc/passwd': '# c\nroot:x:0:0:root:/root:/bin/sh\n+:::\nroot:x:1:1::/:/\nBig:x:2:2::/:/\n',
      '/etc/group': 'mail:x:8:a,b\n',
    };
    const users = await ask('unix:passwd.byname', ['ROOT', 'big', '', '+', '# c'], files);
    expect(users).toEqual({
      answers: ['root:x:0:0:root:/root:/bin/sh', undefined, undefined, undefined, undefined],
      warnings: [],
    });
    expect((await ask('unix:group.byname', ['mail'], files)).answers).toEqual(['mail:x:8:a,b']);
    const latin = { '/etc/passwd': Buffer.from('ren\xe9:x:3:3::/:/\nrene:x:3:3:Ren\xe9:/:/\n', 'latin1') };
    expect((await ask('unix:passwd.byname', ['rene'], latin)).warnings).toEqual([
      expect.stringContaining('non-UTF-8 value "rene:x:3:3:Ren?:/:/"'),
    ]);
    expect((await ask('unix:hosts.byname', [])).warnings).toEqual([
      'error: unknown table: unix:hosts.byname',
    ]);
    expect((await ask('unix:passwd.byname', [])).warnings).toEqual([
      'error: open /etc/passwd: No such file or directory',
    ]);
  });

  test('proxy', async () => {
    expect((await ask('proxy:texthash:/t', ['a'], { '/t': 'A b\n' })).answers).toEqual(['b']);
    const missing = await ask('proxy:texthash:/none', ['a']);
    expect(missing.warnings[0]).toBe('error: open database /none: No such file or directory');
    expect((await ask(`${'proxy:'.repeat(200)}static:a`, ['a'])).answers[0]).toMatch(
      /nested deeper than 100/,
    );
  });

  test('hash and btree in place of which there are others', async () => {
    const files = { '/m': 'a b\n' };
    const level = { non_bdb_migration_level: 'enable-redirect' };
    const told = async (text: string, parameters: Readonly<Record<string, string>>) =>
      (await askTable(text, ['A'], files, { ...level, ...parameters })).told;
    expect(await askTable('hash:/m', ['A'], files, level)).toEqual({
      answers: ['b'],
      told: [
        'info: redirecting hash:/m to lmdb:/m',
        'database /m.lmdb is missing: reading its source file /m',
      ],
      keyed: true,
    });
    const quietly = { non_bdb_migration_log_redirect: 'no' };
    expect(await told('btree:/m', { ...quietly, default_cache_db_type: 'texthash' })).toEqual([]);
    const mapping = { non_bdb_custom_mapping: 'inline:{{hash = cdb} {hash:/m = texthash}}' };
    expect(await told('hash:/m', mapping)).toEqual(['info: redirecting hash:/m to texthash:/m']);
    expect(await told('hash:/n', mapping)).toContain('info: redirecting hash:/n to cdb:/n');
    expect(await told('btree:/m', mapping)).toContain('info: redirecting btree:/m to lmdb:/m');
  });

  test.each([
    ["mapping from 'hash' to legacy type 'btree'", { default_database_type: 'btree' }],
    ["bad non-legacy database type syntax: 'a:b'", { default_database_type: 'a:b' }],
    ["non_bdb_custom_mapping must not use legacy type: 'hash'", { non_bdb_custom_mapping: 'hash:/m' }],
    ["fail:x lookup error for 'hash:/m'", { non_bdb_custom_mapping: 'fail:x' }],
  ])('%s', async (reason, parameters) => {
    const { told } = await askTable(
      'hash:/m',
      [],
      {},
      { non_bdb_migration_level: 'enable-reindex', ...parameters },
    );
    expect(told).toEqual([
      `non-Berkeley-DB type mapping lookup error for 'hash:/m': ${reason}`,
      `error: Berkeley DB type mapping lookup error for 'hash:/m': ${reason}`,
    ]);
  });

  test.each(['ldap', 'mysql', 'pgsql', 'mongodb', 'memcache', 'nis', 'sdbm'])(
    '%s is not to be had',
    async (type) => {
      expect((await ask(`${type}:/x`, [])).warnings).toEqual([`error: unsupported dictionary type: ${type}`]);
    },
  );
});

describe('rules', () => {
  test('the first that holds has the answer; groups, negation and blocks', async () => {
    const files = {
      '/r': 'if /^25/\n/-SIZE/ size\n!/50/ $$other\nendif\n/^(4)(50) (.*)/ 5${2} $(3)\n/nothing$/i Small\n',
    };
    const keys = ['250-size', '251 x', '250 x', '450 later', 'Nothing', 'nothing'];
    expect(await ask('regexp:/r', keys, files)).toEqual({
      answers: ['size', '$other', undefined, '550 later', undefined, 'Small'],
      warnings: [],
    });
  });

  test('bad rules are left out', async () => {
    const files = { '/r': ' /x/ y\n/(/ a\n/a\nendif\n/a/ $1\n!/(b)/ $1\n/c/ $x\nif /d/ more\n/d/ found\n' };
    const { answers, warnings } = await ask('pcre:/r', ['a', 'd'], files);
    expect(answers).toEqual([undefined, 'found']);
    expect(warnings).toEqual([
      '/r: logical line must not start with whitespace: " /x/ y"',
      expect.stringMatching(/^pcre map \/r, line 2: /),
      'pcre map /r, line 3: no closing regexp delimiter "/": ignoring this rule',
      'pcre map /r, line 4: ignoring ENDIF without matching IF',
      'pcre map /r, line 5: out of range replacement index "1": skipping this rule',
      'pcre map /r, line 6: $number found in negative match replacement text: skipping this rule',
      'pcre map /r, line 7: non-numeric replacement index "x"',
      'pcre map /r, line 7: bad replacement syntax: skipping this rule',
      'pcre map /r, line 8: ignoring extra text after IF statement: "more"',
      'pcre map /r, line 8: do not prepend whitespace to statements between IF and ENDIF',
      'pcre map /r, line 8: IF has no matching ENDIF',
    ]);
  });

  test('inline', async () => {
    expect((await ask('regexp:{{/^(a) b/ $1 c}, {/x/ y}}', ['A b', 'x'])).answers).toEqual(['A c', 'y']);
  });

  test('an answer that is not UTF-8 fails', async () => {
    const files = { '/r': Buffer.from('/a/ \xe9\n', 'latin1') };
    const malformed = 'regexp:/r: key "a": non-UTF-8 value "?": malformed UTF-8 or invalid codepoint';
    expect(await ask('regexp:/r', ['a'], files)).toEqual({
      answers: [`!${malformed}`],
      warnings: [malformed],
    });
  });

  test('a pattern that takes too long fails the lookup', async () => {
    const { answers, warnings } = await ask('pcre:{{/x/ y}, {/(a*)*b\\1/ z}}', ['x', 'a'.repeat(100)]);
    expect(answers).toEqual(['y', '!line 2: backtracking limit exceeded']);
    expect(warnings).toEqual(['pcre map {{/x/ y}, {/(a*)*b\\1/ z}}, line 2: backtracking limit exceeded']);
  });

  test('where a pattern is of a kind that is not supported, what comes to its rule fails', async () => {
    const table = 'pcre:{{/a/ b}, {!/x(*COMMIT)/ y}, {/c/ d}}';
    const unsupported = 'line 2: "(*COMMIT)" in a pattern is not supported';
    const warning = `pcre map ${table.slice('pcre:'.length)}, ${unsupported}`;
    expect(await ask(table, ['a', 'c'])).toEqual({
      answers: ['b', `!${unsupported}`],
      warnings: [`${warning}: lookups that come to this rule fail`, warning],
    });
  });

  test('a rule whose pattern calls itself at once holds for no key, negated or not', async () => {
    const files = { '/r': '/(?R)/ a\n!/(?R)/ b\nif /(?R)/\n/x/ c\nendif\n/x/ d\n' };
    const recursion = (line: number) =>
      `pcre map /r, line ${line}: nested recursion at the same subject position`;
    expect(await ask('pcre:/r', ['x'], files)).toEqual({
      answers: ['d'],
      warnings: [recursion(1), recursion(2), recursion(3)],
    });
  });

  test('a second pattern must not match', async () => {
    expect((await ask('regexp:{{/^(a)/!/c/ $1}, {/./ no}}', ['ab', 'ac'])).answers).toEqual(['a', 'no']);
  });

  test('cidr: blocks, answers as they stand, and mistakes', async () => {
    const rules = [
      'if !10.0.0.0/8',
      '192.0.2.0/24 $1',
      'endif',
      '10.0.0.0/8',
      'junk x',
      '10.0.0.0/33 x',
      'if ::/0 x',
    ];
    const { answers, warnings } = await ask('cidr:/c', ['192.0.2.1', '10.1.1.1'], { '/c': rules.join('\n') });
    expect(answers).toEqual(['$1', undefined]);
    expect(warnings).toEqual([
      'cidr map /c, line 4: no lookup result: skipping this rule',
      'cidr map /c, line 5: bad address pattern: "junk": skipping this rule',
      'cidr map /c, line 6: bad mask length in "10.0.0.0/33": skipping this rule',
      'cidr map /c, line 7: bad mask value in "::/0 x": skipping this rule',
    ]);
  });

  test('cidr', async () => {
    const files = {
      '/c': '192.0.2.1 one\n192.0.2.0/24 net\n192.0.2.1/24 bad\n[2001:db8::]/32 six\n!10.0.0.0/8 other\n',
    };
    const keys = ['192.0.2.1', '192.0.2.9', '2001:DB8::1', '10.1.1.1', '8.8.8.8', '::1', 'name'];
    expect(await ask('cidr:/c', keys, files)).toEqual({
      answers: ['one', 'net', 'six', undefined, 'other', undefined, undefined],
      warnings: [
        'cidr map /c, line 3: non-null host address bits in "192.0.2.1/24", perhaps you should use "192.0.2.0/24" instead: skipping this rule',
      ],
    });
  });
});

describe('lists', () => {
  const table = (name: string, answer: string | undefined) => ({ name, lookup: async () => answer });
  const fails = {
    name: 'bad',
    lookup: async () => {
      throw new TableError('bad');
    },
  };
  const find = async (tables: readonly Table[], key = 'k') => {
    const warnings: string[] = [];
    const maps = new Maps(tables, { parameter: 'p', warn: (text) => warnings.push(text) });
    const answer = await maps.lookup(key).catch((error: unknown) => error instanceof TableError && 'error');
    return [answer, ...warnings];
  };

  test('the first answer counts, an error before it wins, an empty answer is an error', async () => {
    expect(await find([table('a', undefined), table('b', 'x'), fails])).toEqual(['x']);
    const failed = ['error', 'bad lookup error for "k"'];
    expect(await find([table('a', undefined), fails, table('b', 'x')])).toEqual(failed);
    expect(await find([table('a', '')])).toEqual([
      'error',
      'p lookup of k returns an empty string result',
      'p should return NO RESULT in case of NOT FOUND',
    ]);
    expect(await find([fails], '')).toEqual([undefined]);
  });
});

describe('hostile input', () => {
  const syntax = fc.string({
    unit: fc.oneof(
      fc.constantFrom(...'/!{}()[]\\$^*+?|.,:=" \n#\tifendIF0123456789ab'.split('')),
      fc.string(),
    ),
    maxLength: 60,
  });

  test.each([
    'inline',
    'static',
    'texthash',
    'regexp',
    'pcre',
    'cidr',
    'fail',
    'hash',
    'sqlite',
    'unix',
    'proxy',
    'unionmap',
    'pipemap',
    'randmap',
  ])('%s', async (type) => {
    await fc.assert(
      fc.asyncProperty(syntax, syntax, async (content, key) => {
        const { warnings } = await ask(`${type}:/file`, [key, 'a'], { '/file': content });
        await ask(`${type}:{${content}}`, [key, 'a']);
        await ask(`${type}:${content}`, [key]);
        expect(warnings.every((line) => !line.includes('\n'))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});
