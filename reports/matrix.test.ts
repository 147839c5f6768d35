import { describe, expect, test } from 'vitest';
import { compareResults, type Result, type Results } from '../scenarios/results.ts';
import { sampleDifference, sampleMatrix, sampleSenders } from '../tests/sample-comparisons.ts';
import { sampleResult, sampleResults } from '../tests/sample-results.ts';
import { clauseRow, type MatrixRow, matrixEntries, scenarioMatrix } from './matrix.ts';
import type { PageSummary } from './model.ts';
import { pageSummary } from './summary.ts';

const summaryOf = (results: Results): PageSummary =>
  pageSummary(results, results.results.toSorted(compareResults));
const result = (scenario: string, sender: string, more: Partial<Result> = {}): Result => ({
  ...sampleResult(),
  scenario,
  suite: scenario.split('/')[0] ?? '',
  sender,
  verdict: 'passed',
  reason: '',
  ...more,
});
const summary = (...results: Result[]) => summaryOf({ ...sampleResults(0), results });
const verdictsOf = ({ cells }: MatrixRow) => cells.map((cell) => cell?.verdict);

describe('columns', () => {
  test('are senders of one version in one world, our own first', () => {
    const { columns } = summary(
      result('a/1', 'exim', { senderVersion: '4.96' }),
      result('a/1', 'nexthop', { world: 'live' }),
      result('a/1', 'nexthop'),
      result('a/2', 'exim', { senderVersion: '4.97' }),
    );
    expect(columns.map(({ sender, senderVersion, world }) => `${sender} ${senderVersion} ${world}`)).toEqual([
      'nexthop 0.1.0 live',
      'nexthop 0.1.0 virtual',
      'exim 4.96 virtual',
      'exim 4.97 virtual',
    ]);
  });

  test('have the oracle beside our own', () => {
    expect(summaryOf(sampleMatrix(12)).columns.map(({ sender }) => sender)).toEqual([
      'nexthop',
      'postfix',
      'exim',
      'msmtp',
      'nodemailer',
      'opensmtpd',
    ]);
  });
});

describe('scenarios down', () => {
  test('one row for each, a cell for each sender, empty where it was not run', () => {
    const rows = scenarioMatrix(
      summary(result('a/1', 'nexthop'), result('a/1', 'exim', { verdict: 'failed' }), result('b/1', 'exim')),
    );
    expect(rows.map(({ name, suite }) => [name, suite])).toEqual([
      ['a/1', 'a'],
      ['b/1', 'b'],
    ]);
    expect(rows.map(verdictsOf)).toEqual([
      ['passed', 'failed'],
      [undefined, 'passed'],
    ]);
  });

  test('of several seeds the worst counts, and is the one shown', () => {
    const data = summary(
      result('a/1', 'nexthop', { seed: 1 }),
      result('a/1', 'nexthop', { seed: 2, verdict: 'failed', reason: 'because' }),
      result('a/1', 'nexthop', { seed: 3, verdict: 'skipped' }),
    );
    const [cell] = scenarioMatrix(data)[0]?.cells ?? [];
    expect(cell).toMatchObject({ verdict: 'failed', reason: 'because' });
    expect(data.rows[cell?.row ?? -1]?.seed).toBe(2);
  });

  test('says how a sender agrees with the oracle, in the row of that sender only', () => {
    const rows = scenarioMatrix(summaryOf(sampleMatrix(40)));
    const states = rows.map(({ cells }) => cells.map((cell) => cell?.agreement));
    expect(states.map(([first]) => first).filter((state) => state === 'new')).toHaveLength(2);
    expect(states.map(([first]) => first).filter((state) => state === 'accepted')).toHaveLength(2);
    expect(states.map(([first]) => first).filter((state) => state === 'undecided')).toHaveLength(4);
    expect(states.every((row) => row.slice(1).every((state) => state === undefined))).toBe(true);
  });
});

describe('clauses down', () => {
  test('a verdict for each sender, of its own results alone', () => {
    const clause = 'rfc5321-4.2-03';
    const check = { clause, level: 'MUST', by: 'scenario', evidence: '' } as const;
    const data = summary(
      result('a/1', 'nexthop', { clauses: [clause], checks: [{ ...check, verdict: 'passed' }] }),
      result('a/1', 'exim', { clauses: [clause], checks: [{ ...check, verdict: 'failed' }] }),
      result('a/1', 'msmtp', { clauses: [], checks: [] }),
    );
    const found = data.clauses.find(({ id }) => id === clause);
    expect(found === undefined ? [] : verdictsOf(clauseRow(found))).toEqual(['passed', 'failed', undefined]);
  });
});

describe('the filter', () => {
  const rows = scenarioMatrix(
    summary(
      result('a/broken', 'nexthop', { verdict: 'failed', reason: 'no QUIT' }),
      result('a/broken', 'exim', { verdict: 'failed' }),
      result('a/lmtp', 'nexthop'),
      result('a/lmtp', 'exim', { verdict: 'unsupported' }),
      result('b/quit', 'nexthop'),
      result('b/quit', 'exim', { verdict: 'non-strict' }),
    ),
  );
  const found = (filter: string) =>
    matrixEntries(rows, ({ suite }) => suite, filter).found.map(({ name }) => name);

  test('by what stands in the cells: unsupported disagrees with nobody', () => {
    expect(found('failed')).toEqual(['a/broken']);
    expect(found('disagree')).toEqual(['b/quit']);
    expect(found('differs')).toEqual([]);
    expect(found('unknown')).toHaveLength(3);
  });

  test('leaves no heading without rows', () => {
    const { entries } = matrixEntries(rows, ({ suite }) => suite, 'disagree');
    expect(entries.map((entry) => ('heading' in entry ? `# ${entry.heading}` : entry.name))).toEqual([
      '# b',
      'b/quit',
    ]);
  });
});

test('comparisons point at the rows they are of; those of results that are not there are left out', () => {
  const run = sampleMatrix(20, sampleSenders.slice(0, 2));
  const stray = (run.comparisons ?? []).map((entry) => ({ ...entry, scenario: `not/${entry.scenario}` }));
  const data = summaryOf({ ...run, comparisons: [...(run.comparisons ?? []), ...stray] });
  expect(data.comparisons).toHaveLength(20);
  for (const { row } of data.comparisons) expect(data.rows[row]?.sender).toBe('nexthop');
  expect(data.comparisons.find(({ state }) => state === 'new')?.differences).toEqual([
    { kind: 'command', text: sampleDifference.text },
  ]);
});
