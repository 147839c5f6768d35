import { expect, test } from 'vitest';
import type { Result } from '../scenarios/results.ts';
import { readElements } from '../tests/page-elements.ts';
import { sampleResult, sampleResults } from '../tests/sample-results.ts';
import { dataElements, pageLimitBytes } from './page-data.ts';

const named = (scenario: string, verdict: Result['verdict'], sender = 'nexthop'): Result => ({
  ...sampleResult(),
  scenario,
  sender,
  verdict,
});
const results = {
  ...sampleResults(0),
  results: [
    ...Array.from({ length: 600 }, (_, index) => named(`a/${index}`, 'passed')),
    named('b/broken', 'failed'),
    named('b/broken', 'passed', 'postfix'),
  ],
};
const kept = (othersBytes: number) =>
  readElements(dataElements(results, othersBytes).join('\n'))
    .summary.rows.filter(({ chunk }) => chunk !== undefined)
    .map(({ scenario, sender }) => `${scenario} ${sender}`);

test('everything is in a page that is small enough', () => {
  expect(kept(0)).toHaveLength(602);
});

test('what passed goes first from a page that would be too large, and what stands beside a failure last', () => {
  const [summary = '', ...chunks] = dataElements(results, 0);
  const [first = ''] = chunks;
  const room = summary.length + first.length;
  const some = kept(pageLimitBytes - room);
  expect(some).toHaveLength(250);
  expect(some).toContain('b/broken nexthop');
  expect(some).toContain('b/broken postfix');
  expect(kept(pageLimitBytes - room + 1)).toEqual([]);
});

test('a chunk holds what its rows say, in their order', () => {
  const { summary, chunks } = readElements(dataElements(results, 0).join('\n'));
  const next = chunks.map((chunk) => chunk.values());
  for (const { scenario, sender, chunk } of summary.rows) {
    expect(next[chunk ?? -1]?.next().value).toMatchObject({ scenario, sender });
  }
  expect(chunks.length).toBe(3);
});
