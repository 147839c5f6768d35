import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { VirtualFiles } from '../../simulator/virtual/files.ts';
import { Maps } from './maps.ts';
import { type Table, TableError } from './table.ts';
import { openTable } from './types.ts';

interface Looked {
  readonly answers: readonly (string | undefined)[];
  readonly warnings: readonly string[];
}

/** Opens a table and asks it; a failed lookup shows as `!` and the error. */
async function ask(
  text: string,
  keys: readonly string[],
  files: Readonly<Record<string, string | Uint8Array>> = {},
): Promise<Looked> {
  const warnings: string[] = [];
  const context = {
    files: new VirtualFiles(files),
    warn: (line: string) => warnings.push(line),
    error: (line: string) => warnings.push(`error: ${line}`),
  };
  const table = await openTable(text, context);
  const answers: (string | undefined)[] = [];
  for (const key of keys) {
    answers.push(
      await table.lookup(key).catch((error: unknown) => {
        if (!(error instanceof TableError)) throw error;
        return `!${error.message}`;
      }),
    );
  }
  return { answers, warnings };
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
    for (const bad of ['{ }', '{a = b}', '{{a=b}x}', '{"a=b}', '{=b}', 'a=b', '{a=b}}'])
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
      'pcre map /r, line 3: no closing regexp delimiter "/": skipping this rule',
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
    expect(await ask('regexp:/r', ['a'], files)).toEqual({
      answers: ['!line 1: the answer is not UTF-8'],
      warnings: ['regexp map /r, line 1: the answer is not UTF-8'],
    });
  });

  test('a pattern that takes too long fails the lookup', async () => {
    const { answers, warnings } = await ask('pcre:{{/x/ y}, {/(a*)*b\\1/ z}}', ['x', 'a'.repeat(100)]);
    expect(answers).toEqual(['y', '!line 2: backtracking limit exceeded']);
    expect(warnings).toEqual(['pcre map {{/x/ y}, {/(a*)*b\\1/ z}}, line 2: backtracking limit exceeded']);
  });

  test('a table with a pattern of a kind that is not known here cannot be used', async () => {
    expect((await ask('pcre:{{/a/ b}, {/(?R)/ x}}', ['a'])).warnings[0]).toMatch(
      /^error: pattern with "\(\?R\)"/,
    );
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

  test.each(['inline', 'static', 'texthash', 'regexp', 'pcre', 'cidr', 'fail'])('%s', async (type) => {
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
