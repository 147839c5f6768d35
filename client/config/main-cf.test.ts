import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ConfigError } from './config-error.ts';
import { MAIN_CF_LIMIT_CHARACTERS, parseMainCf } from './main-cf.ts';

const read = (text: string) => Object.fromEntries(parseMainCf(text, 'main.cf').assigned);
const warnings = (text: string) => parseMainCf(text, 'main.cf').warnings;

describe('lines', () => {
  test.each([
    ['', {}],
    ['relayhost = x', { relayhost: 'x' }],
    ['relayhost=x\n', { relayhost: 'x' }],
    ['relayhost\t=\tx y \r\n', { relayhost: 'x y' }],
    ['relayhost =\n', { relayhost: '' }],
    ['relayhost==b=c', { relayhost: '=b=c' }],
    ['relayhost = "a b" # c', { relayhost: '"a b" # c' }],
    ['rel-ay.host = x', { 'rel-ay.host': 'x' }],
    ['# one\n  # two\n\n \t\nrelayhost = x', { relayhost: 'x' }],
    ['relayhost\n = x', { relayhost: 'x' }],
    ['relayhost = x\n y $mydomain\n# c\n\n  z\n#', { relayhost: 'x y $mydomain  z' }],
    ['relayhost = x\n\t# no data\n\ty', { relayhost: 'x\ty' }],
    ['relayhost = \u00a0x\u00a0', { relayhost: '\u00a0x\u00a0' }],
    [
      'constructor = x\n__proto__ = y',
      Object.fromEntries([
        ['constructor', 'x'],
        ['__proto__', 'y'],
      ]),
    ],
  ])('%j', (text, assigned) => {
    expect(read(text)).toEqual(assigned);
    expect(warnings(text)).toEqual([]);
  });

  test('settings of other programs are kept without complaint', () => {
    const foreign = Array.from(
      { length: 500 },
      (_, index) => `smtpd_thing_${index} = $a, hash:/etc/x_${index}`,
    );
    const file = parseMainCf(
      ['smtpd_banner = $myhostname ESMTP', ...foreign, 'relayhost = x'].join('\n'),
      'main.cf',
    );
    expect(file.warnings).toEqual([]);
    expect(file.assigned.size).toBe(502);
    expect(file.assigned.get('relayhost')).toBe('x');
  });
});

describe('warnings', () => {
  test.each([
    [
      'relayhost = a\n\nrelayhost = b',
      { relayhost: 'b' },
      'main.cf, line 3: this relayhost replaces the earlier one; keep only one',
    ],
    [
      '  relayhost = a\n b\nrelayhost = c',
      { relayhost: 'c' },
      'main.cf, line 1: "relayhost = a b" continues no line and is ignored; remove the indentation',
    ],
    [
      'relayhost = a\0b\n c',
      { relayhost: 'a' },
      'main.cf, line 1: the line ends at its NUL character; remove it',
    ],
    [
      '\ufeffrelayhost = a',
      { '\ufeffrelayhost': 'a' },
      'main.cf, line 1: the byte order mark becomes part of the first name; remove it',
    ],
  ])('%j', (text, assigned, warning) => {
    expect(read(text)).toEqual(assigned);
    expect(warnings(text)).toEqual([warning]);
  });
});

describe('errors', () => {
  test.each([
    ['\n\nnoequals', 'main.cf, line 3: no "=" after the name in "noequals"; write name = value'],
    ['a b = x', 'main.cf, line 1: no "=" after the name in "a b = x"; write name = value'],
    [
      '{ relayhost = x }',
      'main.cf, line 1: no "=" after the name in "{ relayhost = x }"; write name = value',
    ],
    ['a = b\n# c\n= x', 'main.cf, line 3: no name in "= x"; write name = value'],
    ['\0relayhost = x', 'main.cf, line 1: no name in ""; write name = value'],
  ])('%j', (text, message) => {
    expect(() => read(text)).toThrow(new ConfigError(message));
  });

  test('a file beyond any main.cf', () => {
    expect(() => read(`#${'x'.repeat(MAIN_CF_LIMIT_CHARACTERS)}`)).toThrow(
      'main.cf: longer than 1000000 characters; this is no main.cf, name another file',
    );
    expect(read(`a = ${'x'.repeat(MAIN_CF_LIMIT_CHARACTERS - 4)}`).a).toHaveLength(
      MAIN_CF_LIMIT_CHARACTERS - 4,
    );
  });
});

describe('properties', () => {
  const name = fc.stringMatching(/^[a-z_][a-z0-9_]{0,30}$/);
  const value = fc.stringMatching(/^(?:[!-~](?:[ -~]{0,40}[!-~])?)?$/);

  test('what is written comes back, however its lines are broken', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(name, value), { selector: ([key]) => key }),
        fc.boolean(),
        (entries, broken) => {
          // A line break before a blank changes nothing, unless what follows would read as a comment.
          const text = entries.map(
            ([key, words]) => `${key} = ${broken ? words.replace(/ (?=[^ #])/g, '\n# c\n ') : words}\n`,
          );
          expect([...parseMainCf(text.join(''), 'x').assigned]).toEqual(entries);
        },
      ),
    );
  });

  test('any text is read or refused with one line', () => {
    const piece = fc.constantFrom('a', '=', ' ', '\n', '#', '\0', '\r', '\t', 'b = c\n', '\ufeff');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        try {
          for (const warning of warnings(pieces.join('')))
            expect(warning).toMatch(/^main\.cf, line \d+: .+; .+$/);
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigError);
          expect(String(error)).toMatch(/^ConfigError: main\.cf, line \d+: .+; .+$/);
        }
      }),
    );
  });
});
