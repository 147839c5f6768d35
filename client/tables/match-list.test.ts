import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { VirtualFiles } from '../../simulator/virtual/files.ts';
import type { MatchKind } from '../config/match-kind.ts';
import { type Match, MatchList } from './match-list.ts';
import { openTable } from './open.ts';
import { testContext } from './testing.ts';

interface Asked {
  readonly matches: readonly Match[];
  readonly warnings: readonly string[];
}

interface Options {
  readonly kind?: MatchKind;
  readonly matchesSubdomains?: boolean;
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
}

/** Each subject is a text, or a name and an address. */
async function ask(
  list: string,
  subjects: readonly (string | readonly [string, string])[],
  { kind = 'string', files = {}, ...options }: Options = {},
): Promise<Asked> {
  const warnings: string[] = [];
  const context = testContext({ files: new VirtualFiles(files) }, warnings);
  const opened = await MatchList.open(list, {
    ...context,
    openOther: (text, given) => openTable(text, { ...context, ...given }),
    ...options,
    kind,
    parameter: 'the_list',
  });
  const matches: Match[] = [];
  for (const subject of subjects)
    matches.push(await opened.match(...(typeof subject === 'string' ? [subject] : subject)));
  return { matches, warnings };
}

async function listed(
  list: string,
  subjects: readonly (string | readonly [string, string])[],
  options: Options = {},
): Promise<string[]> {
  const { matches, warnings } = await ask(list, subjects, options);
  expect(warnings).toEqual([]);
  return subjects.filter((_, index) => matches[index] === 'listed').map(String);
}

describe('items', () => {
  test('an empty list has nothing', async () => {
    expect(await ask('', ['a', ''])).toEqual({ matches: ['notListed', 'notListed'], warnings: [] });
  });

  test('words, in any case, between commas and white space', async () => {
    expect(await listed('a, B\n c,,D', ['A', 'b', 'c', 'd', 'e', 'a,'])).toEqual(['A', 'b', 'c', 'd']);
  });

  test('the first that fits decides, and ! says no', async () => {
    expect(await listed('!b, a, !!c, b, !a', ['a', 'b', 'c'])).toEqual(['a', 'c']);
  });

  test('tables, any answer of which will do', async () => {
    expect(await listed('!inline:{b=}, inline:{ {a = 1}, c= }', ['a', 'b', 'c', 'd'])).toEqual(['a', 'c']);
    expect(await listed('!b, static:all', ['a', 'b'])).toEqual(['a']);
  });

  test('files, with comments and continued lines, and files in them', async () => {
    const files = { '/f': '# first\na !b\n  c\n#\n!/g\n', '/g': 'd, !e' };
    expect(await listed('/f, b', ['a', 'b', 'c', 'd', 'e'], { files })).toEqual(['a', 'c', 'e']);
    expect(await listed('!/f, b', ['a', 'b', 'c', 'd', 'e'], { files })).toEqual(['b', 'd']);
  });
});

describe('names', () => {
  const names = ['a.test', 'x.a.test', 'y.x.a.test', 'xa.test', '.a.test', 'test'];

  test('a name is for itself, and one with a dot for those below it', async () => {
    const kind = 'domain';
    expect(await listed('a.test', names, { kind })).toEqual(['a.test']);
    expect(await listed('.a.test', names, { kind })).toEqual(['x.a.test', 'y.x.a.test', '.a.test']);
    expect(await listed('inline:{.a.test=1}', names, { kind })).toEqual([
      'x.a.test',
      'y.x.a.test',
      '.a.test',
    ]);
    // Names are looked up in small letters, and tables keep theirs.
    expect(await listed('inline:{.A.test=1}', names, { kind })).toEqual([]);
  });

  test('with matchesSubdomains a name is for those below it too', async () => {
    const options = { kind: 'domain', matchesSubdomains: true } as const;
    const all = ['a.test', 'x.a.test', 'y.x.a.test', '.a.test'];
    expect(await listed('A.test', names, options)).toEqual(all);
    expect(await listed('inline:{a.test=1}', names, options)).toEqual(all.slice(0, 3));
    expect(await listed('!x.a.test, a.test', names, options)).toEqual(['a.test', '.a.test']);
  });

  test('tables of rules are asked for the whole name only', async () => {
    const options = { kind: 'domain', matchesSubdomains: true } as const;
    expect(await listed('regexp:{{/^a/ x}}', names, options)).toEqual(['a.test']);
  });
});

describe('addresses', () => {
  const kind = 'address';

  test('addresses and networks, as numbers', async () => {
    const list = '192.0.2.1, 198.51.100.0/24, [2001:db8:0::1], ![2001:db8:1::]/64, [2001:db8:1::/48]';
    const addresses = [
      '192.0.2.1',
      '192.0.2.2',
      '198.51.100.9',
      '2001:db8::1',
      '2001:DB8:1::1',
      '2001:db8:1:2::',
    ];
    expect(await listed(list, addresses, { kind })).toEqual([
      '192.0.2.1',
      '198.51.100.9',
      '2001:db8::1',
      '2001:db8:1:2::',
    ]);
  });

  test('tables get the address as it stands', async () => {
    expect(await listed('cidr:{{192.0.2.0/24 x}}', ['192.0.2.1', '192.0.3.1'], { kind })).toEqual([
      '192.0.2.1',
    ]);
    expect(await listed('static:x', ['192.0.2.1', 'noaddr'], { kind })).toEqual(['192.0.2.1']);
  });

  test('names in the list are no mistake', async () => {
    expect(await listed('a.test, .test, 192.0.2', ['192.0.2.1', '::1'], { kind })).toEqual([]);
  });

  test.each([
    [
      '192.0.2.1/24',
      'non-null host address bits in "192.0.2.1/24", perhaps you should use "192.0.2.0/24" instead',
    ],
    ['192.0.2.0/33', 'bad mask length in "192.0.2.0/33"'],
    ['192.0.2.0/', 'bad mask value in "192.0.2.0/"'],
    ['192.0.2/24', 'bad network value in "192.0.2/24"'],
    ['[192.0.2.0/24', 'missing \']\' character after "[192.0.2.0/24"'],
    ['[192.0.2.0]4/24', 'garbage after "[192.0.2.0]"'],
  ])('%s ends the search', async (item, problem) => {
    const { matches, warnings } = await ask(`${item}, 192.0.2.1`, ['192.0.2.1', '::1'], { kind });
    expect(matches).toEqual(['unknown', 'notListed']);
    expect(warnings).toEqual([`the_list: ${problem}`]);
  });

  test('a host is looked for by name and by address, item by item', async () => {
    const hosts = [
      ['a.test', '192.0.2.1'],
      ['b.test', '192.0.2.2'],
      ['a.test', 'noaddr'],
    ] as const;
    expect(await listed('!192.0.2.1, a.test, 192.0.2.0/24', hosts, { kind: 'host' })).toEqual([
      'b.test,192.0.2.2',
      'a.test,noaddr',
    ]);
  });
});

describe('what cannot be looked at', () => {
  test('ends the search, unless something before it fits', async () => {
    expect(await ask('!c, a, fail:x, b', ['a', 'b', 'c'])).toEqual({
      matches: ['listed', 'unknown', 'notListed'],
      warnings: ['the_list: fail:x: table lookup problem'],
    });
  });

  test('a missing file fails at each lookup', async () => {
    const missing = 'open file /none: No such file or directory';
    const unavailable = `non-existent:/none is unavailable. ${missing}`;
    const problem = 'the_list: non-existent:/none: table lookup problem';
    expect(await ask('a, !/none', ['a', 'b', 'c'])).toEqual({
      matches: ['listed', 'unknown', 'unknown'],
      warnings: [`error: ${missing}`, unavailable, problem, unavailable, problem],
    });
  });

  test('a file that names itself comes to an end', async () => {
    const { matches, warnings } = await ask('/f', ['a', 'b'], { files: { '/f': 'a /f' } });
    expect(matches).toEqual(['listed', 'unknown']);
    expect(warnings[0]).toBe('error: open file /f: more than 100 files');
  });

  test('a # ends what it stands in', async () => {
    const { matches, warnings } = await ask('a # b, c', ['a', 'b', 'c', '#']);
    expect(matches).toEqual(['listed', 'notListed', 'notListed', 'notListed']);
    expect(warnings).toEqual(['the_list: comment at end of line is not supported: # b, c']);
  });

  test('nothing behind ! in a file', async () => {
    const { matches, warnings } = await ask('/f', ['a'], { files: { '/f': '!' } });
    expect(matches).toEqual(['unknown']);
    expect(warnings[0]).toBe("error: the_list: no pattern after '!'");
  });
});

test('any list of any kind can be opened and asked', async () => {
  const syntax = fc.string({ unit: fc.constantFrom(...'a.!/:[]{}0123/# ,\n%\u00e9') });
  const kinds = fc.constantFrom<MatchKind>('string', 'domain', 'address', 'host');
  await fc.assert(
    fc.asyncProperty(syntax, syntax, kinds, fc.boolean(), async (list, subject, kind, matchesSubdomains) => {
      const files = { '/a': list };
      const subjects = [
        [subject, subject],
        ['a', '10.0.0.1'],
        ['', '::1'],
      ] as const;
      const { matches } = await ask(`/a ${list}`, subjects, { kind, matchesSubdomains, files });
      expect(matches).toHaveLength(3);
    }),
    { numRuns: 500 },
  );
});
