import { describe, expect, test } from 'vitest';
import { sampleResult, sampleResults } from '../tests/sample-results.ts';
import { boundResult } from './bound-result.ts';
import { contentLinesLimit, lineLimitCharacters, type StoredContent } from './results.ts';
import { readResults, writeResults } from './results-file.ts';

describe('stored content', () => {
  const bounded = (...contents: StoredContent[]): StoredContent[] => {
    const [session] = sampleResult().sessions;
    if (session === undefined) throw new Error('the sample has sessions');
    const result = boundResult({ ...sampleResult(), sessions: [{ ...session, contents }] });
    const [read] = readResults(writeResults({ ...sampleResults(0), results: [result] }), 'x.json').results;
    return read?.sessions[0]?.contents ?? [];
  };
  const content = (lines: number, text = 'text'): StoredContent => ({
    sha256: 'abc',
    lines: Array.from({ length: lines }, () => text),
    complete: true,
  });

  test('that fits is kept as it is', () => {
    expect(bounded(content(3), content(5))).toEqual([content(3), content(5)]);
  });

  test('shares one limit, and says where it is not whole any more', () => {
    const [first, second, third] = bounded(content(contentLinesLimit - 1), content(3), content(0));
    expect(first?.complete).toBe(true);
    expect(second).toEqual({ sha256: 'abc', lines: ['text'], complete: false });
    expect(third?.complete).toBe(true);
  });

  test('with a line that is cut is not whole', () => {
    const [only] = bounded(content(1, 'x'.repeat(lineLimitCharacters + 1)));
    expect(only?.complete).toBe(false);
    expect(only?.lines[0]).toHaveLength(lineLimitCharacters);
  });
});
