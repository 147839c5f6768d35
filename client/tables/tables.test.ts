import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { VirtualFiles } from '../../simulator/virtual/files.ts';
import { Maps } from './maps.ts';
import { TableError } from './table.ts';
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
  const context = { files: new VirtualFiles(files), warn: (line: string) => warnings.push(line) };
  const table = await openTable(text, context);
  const answers: (string | undefined)[] = [];
  for (const key of keys) {
    answers.push(
      await table?.lookup(key).catch((error: unknown) => {
        if (!(error instanceof TableError)) throw error;
        return `!${error.message}`;
      }),
    );
  }
  return { answers, warnings };
}

describe('opening', () => {
  test('what cannot be opened is told of once and fails at each lookup', async () => {
    const missing = 'texthash:/none is unavailable. open /none: No such file or directory';
    expect(await ask('texthash:/none', ['a', 'b'])).toEqual({
      answers: [`!${missing}`, `!${missing}`],
      warnings: [missing],
    });
    const unknown = 'nosuch:x is unavailable. unsupported dictionary type: nosuch';
    expect(await ask('nosuch:x', ['a'])).toEqual({ answers: [`!${unknown}`], warnings: [unknown] });
  });

  test('a name without a type is left out with a warning', async () => {
    expect(await ask('/etc/file', ['a'])).toEqual({
      answers: [undefined],
      warnings: ['open dictionary: expecting "type:name" form instead of "/etc/file"'],
    });
  });
});

describe('keys and values', () => {
  test('inline', async () => {
    const { answers, warnings } = await ask('inline:{a=1, { B = two words } "c d"=3 a = 9}', []);
    expect({ answers, warnings: warnings.length }).toEqual({ answers: [], warnings: 1 });
    expect(await ask('inline:{a=1, { B = two words }, {"c d"=3}, A=x=y}', ['a', 'b', 'C D', 'z'])).toEqual({
      answers: ['x=y', 'two words', '3', undefined],
      warnings: [],
    });
    expect((await ask('inline:{ }', ['a'])).warnings).toHaveLength(1);
  });

  test('texthash', async () => {
    const files = { '/t': '# comment\nKey value one\n  goes on\n\n"q \\" k" x\nlone\n' };
    expect(await ask('texthash:/t', ['key', 'q " k', 'lone'], files)).toEqual({
      answers: ['value one  goes on', 'x', undefined],
      warnings: ['texthash:/t, line 6: expected format: key whitespace value'],
    });
    expect((await ask('texthash:/t', ['a'], { '/t': 'a 1\nA 2\n' })).warnings).toHaveLength(1);
  });

  test('static and fail', async () => {
    expect((await ask('static:{ two words }', ['any'])).answers).toEqual(['two words']);
    expect((await ask('static:a:b', ['any'])).answers).toEqual(['a:b']);
    expect((await ask('fail:x', ['any'])).answers).toEqual(['!fail:x: lookup error']);
  });

  test('a value that is not UTF-8 fails, its neighbours do not', async () => {
    const files = { '/t': Buffer.from('a \xe9\nb c\n', 'latin1') };
    expect((await ask('texthash:/t', ['a', 'b'], files)).answers).toEqual([
      '!texthash:/t: non-UTF-8 value for "a"',
      'c',
    ]);
  });
});

describe('rules', () => {
  test('the first that matches has the answer; groups, negation and blocks', async () => {
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
    const files = { '/r': '/(/ a\n/a\nendif\n/a/ $1\n!/(b)/ $1\n/c/ $x\nif /d/\n/d/ found\n' };
    const { answers, warnings } = await ask('pcre:/r', ['a', 'd'], files);
    expect(answers).toEqual([undefined, 'found']);
    expect(warnings.map((line) => line.replace(/:.*line (\d).*/, ' $1'))).toEqual(
      [1, 2, 3, 4, 5, 6, 7].map((line) => `pcre ${line}`),
    );
  });

  test('inline', async () => {
    expect((await ask('regexp:{{/^(a) b/ $1 c}, {/x/ y}}', ['A b', 'x'])).answers).toEqual(['A c', 'y']);
  });

  test('cidr', async () => {
    const files = {
      '/c': '192.0.2.1 one\n192.0.2.0/24 net\n192.0.2.1/24 bad\n[2001:db8::]/32 six\n!10.0.0.0/8 other\n',
    };
    const keys = ['192.0.2.1', '192.0.2.9', '2001:DB8::1', '10.1.1.1', '8.8.8.8', 'name'];
    const { answers, warnings } = await ask('cidr:/c', keys, files);
    expect(answers).toEqual(['one', 'net', 'six', undefined, 'other', undefined]);
    expect(warnings).toEqual([
      'cidr:/c, line 3: non-null host address bits in "192.0.2.1/24": skipping this rule',
    ]);
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

  test('the first answer counts, an error before it wins, an empty answer is an error', async () => {
    expect(await new Maps([table('a', undefined), table('b', 'x'), fails]).lookup('k')).toBe('x');
    await expect(new Maps([table('a', undefined), fails, table('b', 'x')]).lookup('k')).rejects.toThrow(
      TableError,
    );
    await expect(new Maps([table('a', '')]).lookup('k')).rejects.toThrow(TableError);
    expect(await new Maps([fails]).lookup('')).toBeUndefined();
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
