import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { matcher, parseFilter, type Searched } from './filter.ts';

interface Entry {
  readonly title: string;
  readonly suite: string;
  readonly tags: readonly string[];
}

const searched: Searched<Entry> = {
  texts: ({ title }) => [title],
  members: { suite: ({ suite }) => suite, tag: ({ tags }) => tags },
};
const entries: readonly Entry[] = [
  { title: 'A greeting that is slow', suite: 'greeting', tags: ['core', 'time'] },
  { title: 'Slow lookups', suite: 'dns', tags: ['time'] },
  { title: 'postfix:smtp_helo_timeout is kept', suite: 'dns-cache', tags: [] },
];
const found = (text: string) =>
  entries.flatMap((entry, index) => (matcher(text, searched)(entry) ? [index] : []));

describe('a filter', () => {
  test.each([
    ['', [0, 1, 2]],
    ['slow', [0, 1]],
    ['SLOW greeting', [0]],
    ['"is slow"', [0]],
    ['"slow is"', []],
    ['"is slow', [0]],
    ['-slow', [2]],
    ['suite:dns', [1]],
    ['suite:DNS*', [1, 2]],
    ['suite:dns suite:greeting', [0, 1]],
    ['-suite:dns -suite:greeting', [2]],
    ['suite:"dns"', [1]],
    ['suite:d*-*e', [2]],
    ['suite:dns*s', []],
    ['suite:*n*s*', [1, 2]],
    ['suite:', [0, 1, 2]],
    ['-', [0, 1, 2]],
    ['tag:time', [0, 1]],
    ['tag:time tag:core slow -suite:dns', [0]],
    ['-tag:time', [2]],
    ['tag:.*', []],
    ['postfix:smtp_helo_timeout', [2]],
    ['nobody:knows', []],
  ])('%j', (text, expected) => {
    expect(found(text)).toEqual(expected);
  });

  test('says what it read', () => {
    expect(parseFilter('  -Suite:"A b" *x* ', ['suite'])).toEqual({
      terms: [
        { name: 'suite', value: 'a b', not: true },
        { value: '*x*', not: false },
      ],
    });
  });

  test('takes anything, and each condition and its opposite share the entries', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
        found(text);
        const value = text.replaceAll(/["\s]/g, '');
        if (value === '') return;
        const [is, isNot] = [found(`suite:"${value}"`), found(`-suite:"${value}"`)];
        expect([...is, ...isNot].sort()).toEqual([0, 1, 2]);
      }),
    );
  });
});
