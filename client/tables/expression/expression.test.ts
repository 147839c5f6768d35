import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RuleError } from '../rule-error.ts';
import { TableError } from '../table.ts';
import { match } from './match.ts';
import { UnsupportedError } from './pcre/mistake.ts';
import type { PcreOptions } from './pcre/modes.ts';
import { parsePcre } from './pcre/parser.ts';
import { type PosixOptions, parsePosix } from './posix.ts';
import { compile } from './program.ts';

/** `NEXTHOP_FUZZ_RUNS=100000` for more. */
const RUNS = Number(process.env.NEXTHOP_FUZZ_RUNS ?? 500);

/** What a pattern or the work for a text may come to. */
const refusals = [RuleError, TableError, UnsupportedError];

const posix = (source: string, text: string, options: Partial<PosixOptions> = {}) =>
  match(compile(parsePosix(source, { anyCase: true, extended: true, lines: false, ...options })), text);

const pcreDefaults: PcreOptions = {
  anyCase: true,
  lines: false,
  dotAll: true,
  spaced: false,
  anchored: false,
  dollarEndOnly: false,
  ungreedy: false,
};
const pcre = (source: string, text: string, options: Partial<PcreOptions> = {}) =>
  match(compile(parsePcre(source, { ...pcreDefaults, ...options })), text);

describe('POSIX', () => {
  test.each<[string, string, readonly (string | undefined)[] | undefined]>([
    ['^250[- ]size', '250-SIZE 100', ['250-SIZE']],
    ['(a|ab)(c|bcd)?', 'abcd', ['abcd', 'a', 'bcd']],
    ['busy|busy try', 'busy try', ['busy try']],
    ['[[:digit:]]{3}', 'x1234', ['123']],
    ['[]x]+', 'a]x]', [']x]']],
    ['[^]x]+', ']ax', ['a']],
    ['[\\d]+', 'd\\d', ['d\\d']],
    ['[a-]+', '-a-', ['-a-']],
    ['[[.-.]x]+', 'x-', ['x-']],
    ['a{,2}$', 'aaa', ['aa']],
    ['(x)?y', 'y', ['y', undefined]],
    ['\\<mail\\>', 'a mail.', ['mail']],
    ['(.)\\1', 'abb', ['bb', 'b']],
    ['(a*)*$', 'aab', ['', '']],
    ['a||b', 'a', ['a']],
    ['()b', 'ab', ['b', '']],
    ['a)', 'a)', ['a)']],
    ['.', '\u{1f4e7}', ['\u{1f4e7}']],
    ['^b', 'a\nb', undefined],
    ['a$', 'a\nb', undefined],
  ])('%s in %j', (source, text, found) => {
    expect(posix(source, text)).toEqual(found);
  });

  test('basic expressions have their operators behind a backslash', () => {
    expect(posix('\\(a+\\)\\{2\\}(^$*', 'xa+a+(^$$', { extended: false })).toEqual(['a+a+(^$$', 'a+']);
    expect(posix('^*a\\|b$', '*a', { extended: false })).toEqual(['*a']);
  });

  test('with lines, anchors know them and no set but one that names it matches a newline', () => {
    expect(posix('^b$', 'a\nb\nc', { lines: true })).toEqual(['b']);
    expect(posix('a.b|a[^x]b', 'a\nb', { lines: true })).toBeUndefined();
  });

  test.each([
    ['(a', 'Unmatched ( or \\('],
    ['[a', 'Unmatched [, [^, [:, [., or [='],
    ['a\\', 'Trailing backslash'],
    ['a{x', 'Unmatched \\{'],
    ['a{x}', 'Invalid content of \\{\\}'],
    ['*a', 'Invalid preceding regular expression'],
    ['a|*', 'Invalid preceding regular expression'],
    ['^*', 'Invalid preceding regular expression'],
    ['[^', 'Invalid regular expression'],
    ['a{2,1}', 'Invalid content of \\{\\}'],
    ...['{1}', '*a', 'a|*', '(+a)', '^*a', '$?', '\\b+a'].map((source): [string, string] => [
      source,
      'Invalid preceding regular expression',
    ]),
    ['[b-a]', 'Invalid range end'],
    ['[[:nosuch:]]', 'Invalid character class name'],
    ['\\1', 'Invalid back reference'],
    ['(((a{9999}){9999}){9999})', 'Regular expression too big'],
    ['('.repeat(100_000), 'Regular expression too big'],
  ])('%s is refused', (source, problem) => {
    expect(() => posix(source, '')).toThrow(new RuleError(problem));
  });
});

describe('PCRE', () => {
  test.each<[string, string, readonly (string | undefined)[] | undefined]>([
    ['(a|ab)(c|bcd)?', 'abcd', ['abcd', 'a', 'bcd']],
    ['busy|busy try', 'busy try', ['busy']],
    ['a.*?b', 'aXbXb', ['aXb']],
    ['^(?!250)\\d+', '251', ['251']],
    ['(?<=to=)<(.*?)>', 'to=<a>', ['<a>', 'a']],
    ['(?<!x|yy)z', 'xz yyz z', ['z']],
    ['(?>a+)ab', 'aaab', undefined],
    ['a++ab', 'aaab', undefined],
    ['(?<q>[\'"]).*\\k<q>', 'say "x" ', ['"x"', '"']],
    ['(a)\\g{-1}(?P<n>b)(?P=n)', 'aabb', ['aabb', 'a', 'b']],
    ['a(?-i)B', 'AB', ['AB']],
    ['(?-i:A)b', 'aB', undefined],
    ['(?x) a # comment\n b', 'ab', ['ab']],
    ['\\Qa.b\\E+', 'a.bb', ['a.bb']],
    ['[\\w.-]+@\\S+', 'to a.b-c@x.y ', ['a.b-c@x.y']],
    ['\\x41\\x{42}\\103\\e?', 'abc', ['abc']],
    ['\\p{Lu}+\\P{L}', '\u00c4\u00d61', ['\u00c4\u00d61']],
    ['a\\R$', 'a\r\n', ['a\r\n']],
    ['a$', 'a\n', ['a']],
    ['a\\z', 'a\n', undefined],
    ['a{,2}b', 'aa{,2}b', ['a{,2}b']],
    ['a{x', 'a{x', ['a{x']],
    ['(a*)*b', 'aab', ['aab', '']],
    ['a(?#comment)b', 'ab', ['ab']],
    ['(?|(a)|(b))(c)', 'bc', ['bc', 'b', 'c']],
    ['(?|(?<n>a)|(?<n>b))\\k<n>', 'abb', ['bb', 'b']],
    ['(<)?a(?(1)>|$)', '<a>', ['<a>', '<']],
    ['(?<open><)?a(?(<open>)>|$)', 'a>', undefined],
    ['(?(?=a)ab|c)', 'cab', ['c']],
    ['(?(DEFINE)(?<byte>1?\\d?\\d))^(?&byte)\\.(?&byte)$', '127.10', ['127.10', undefined]],
    ['\\((?:[^()]|(?R))*\\)', 'x(a(b)c', ['(b)']],
    ['^(.|(.)(?1)\\2)$', 'abcba', ['abcba', 'abcba', 'a']],
    ['(a|b\\1)+', 'aba', ['aba', 'ba']],
    ['(?(R)a|b)', 'ab', ['b']],
    ['(?=a|(?1)b(c))a', 'ca', ['a', undefined]],
    ['(a){0}b(?1)', 'aba', ['ba', undefined]],
    ['(*UTF8)^.\\x{e4}$', '\u00fc\u00c4', ['\u00fc\u00c4']],
    ['[\\Q]-\\E]+', 'a]-b', [']-']],
  ])('%s in %j', (source, text, found) => {
    expect(pcre(source, text)).toEqual(found);
  });

  test('flags', () => {
    expect(pcre('a.b', 'a\nb', { dotAll: false })).toBeUndefined();
    expect(pcre('^b$', 'a\nb', { lines: true })).toEqual(['b']);
    expect(pcre('b', 'ab', { anchored: true })).toBeUndefined();
    expect(pcre('a$', 'a\n', { dollarEndOnly: true })).toBeUndefined();
    expect(pcre('a+', 'aa', { ungreedy: true })).toEqual(['a']);
    expect(pcre('a b', 'ab', { spaced: true })).toEqual(['ab']);
  });

  test.each(['(a', 'a)', '[a', '*a', 'a{3,2}', '\\', '\\y', '\\2', '(?<=a+)b', '\\p{Nope}', '[b-a]'])(
    '%s is a mistake',
    (source) => {
      expect(() => pcre(source, '')).toThrow(RuleError);
    },
  );

  test.each(['(*COMMIT)a', '(*UCP)a', 'a(*SKIP)(*F)', '(?<=(a)\\1)b', '(?(VERSION>=10)a)', '(*UTF)\\X'])(
    '%s is not known here',
    (source) => {
      expect(() => pcre(source, '')).toThrow(UnsupportedError);
    },
  );

  test('a group that calls itself at once is tried for no key', () => {
    expect(() => pcre('(?R)', 'a')).toThrow(new RuleError('nested recursion at the same subject position'));
  });
});

describe('limits', () => {
  test.each(['(a*)*b', '(a|a)*b', '(a|aa)+$', '(.*)*x', '(((a?)*)*)*b', 'a*a*a*a*b', '([a-z]+)+@'])(
    '%s takes no longer than the text',
    (source) => {
      const text = `${'a'.repeat(2000)}c`;
      expect(pcre(source, text)).toBeUndefined();
      expect(posix(source, text)).toBeUndefined();
    },
  );

  test.each(['(a*)*b\\1', '(a|a)*b(c)\\2', '(.*)(.*)(.*)\\1x'])('%s comes to an end', (source) => {
    const text = `${'a'.repeat(2000)}c`;
    const exhausted = new TableError('backtracking limit exceeded');
    expect(() => pcre(source, text)).toThrow(exhausted);
    expect(() => posix(source, text)).toThrow(exhausted);
  });

  test('a look around comes to an end', () => {
    expect(() => pcre('(?=(a*)*b)', 'a'.repeat(2000))).toThrow('backtracking limit exceeded');
  });

  test('brackets with many items are asked quickly', () => {
    const items = Array.from({ length: 5_000 }, (_, index) => String.fromCodePoint(0x4e00 + 2 * index));
    expect(posix(`[${items.join('')}]*z`, `${items.join('')}z`)?.[0]).toHaveLength(5_001);
    expect(posix(`^[${items.join('')}]*$`, `${items.join('')}\u4e01`)).toBeUndefined();
  });

  test('long texts are no difficulty', () => {
    const text = `${'x'.repeat(20_000)} end`;
    expect(pcre('^(.|y)* end$', text)).toHaveLength(2);
    expect(posix('^(x|y)* end$', text)).toHaveLength(2);
    expect(pcre('(.*)foo(.*)bar', text)).toBeUndefined();
    expect(posix('.*foo.*bar', text)).toBeUndefined();
  });

  test('no pattern and no text does anything else', () => {
    const part = fc.constantFrom(
      ...'ab1 -.^$*+?(){}[]|\\,:=<>!#ixQE\n'.split(''),
      '(?',
      '{2,',
      '[:',
      '\\b',
      '(?<',
      '(?1)',
      '(?(1)',
      '(?|',
      '(?R)',
      '\\Q',
    );
    const pattern = fc.array(part, { maxLength: 24 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(pattern, fc.string({ unit: part, maxLength: 40 }), (source, text) => {
        for (const run of [posix, pcre]) {
          try {
            run(source, text);
          } catch (error) {
            expect(
              refusals.some((kind) => error instanceof kind),
              String(error),
            ).toBe(true);
          }
        }
      }),
      { numRuns: 3000 },
    );
  });
});

describe('properties', { timeout: Math.max(30_000, RUNS * 20) }, () => {
  /** What has a length: how often nothing is repeated is told differently by each. */
  const solid = fc.letrec<{ solid: string }>((tie) => ({
    solid: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', 'b+', '.{1,2}', 'ab?', '[ab]*c'),
      fc.tuple(tie('solid'), tie('solid')).map(([first, second]) => first + second),
      fc.tuple(tie('solid'), tie('solid')).map(([first, second]) => `(${first}|${second})`),
      fc
        .tuple(tie('solid'), fc.constantFrom('+', '{2}', '{1,3}', '{2,}'))
        .map(([item, many]) => `(${item})${many}`),
    ),
  })).solid;
  const repeated = fc
    .tuple(solid, fc.constantFrom('', '*', '?', '+', '{0,2}', '{2,}'))
    .map(([item, many]) => `(${item})${many}`);
  const source = fc
    .array(fc.oneof(repeated, solid, fc.constantFrom('^', '$', 'a*', '[^b]*', '(|a)', '|')), { maxLength: 5 })
    .map((parts) => parts.join(''));
  const text = fc.stringMatching(/^[abc]{0,10}$/);

  test('what JavaScript has too matches the same', () => {
    fc.assert(
      fc.property(source, text, (pattern, subject) => {
        const theirs = new RegExp(pattern, 'is').exec(subject);
        expect(pcre(pattern, subject)?.[0]).toBe(theirs?.[0]);
      }),
      { numRuns: RUNS },
    );
  });

  test('POSIX finds a match at the same place, and none that is shorter', () => {
    fc.assert(
      fc.property(source, text, (pattern, subject) => {
        const theirs = new RegExp(pattern, 'is').exec(subject)?.[0];
        const ours = posix(pattern, subject)?.[0];
        expect(ours === undefined).toBe(theirs === undefined);
        expect((ours ?? '').length).toBeGreaterThanOrEqual((theirs ?? '').length);
      }),
      { numRuns: RUNS },
    );
  });

  test('any pattern is refused or tried on any text', () => {
    const letters = fc.constantFrom(...'ab.*+?|()[]{}^$\\-,:=!<>1Kdwp \n\u{1f600}');
    fc.assert(
      fc.property(fc.array(letters, { maxLength: 40 }), fc.string(), (parts, subject) => {
        for (const tryOn of [pcre, posix]) {
          try {
            tryOn(parts.join(''), subject);
          } catch (error) {
            if (!refusals.some((kind) => error instanceof kind)) throw error;
            expect(String(error)).not.toContain('\n');
          }
        }
      }),
      { numRuns: RUNS },
    );
  });
});
