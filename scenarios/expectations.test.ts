import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sampleResult, sampleResults } from '../tests/sample-results.ts';
import {
  applyExpectations,
  defaultExpectations,
  ExpectationsError,
  hasFailed,
  loadExpectations,
  readExpectations,
} from './expectations.ts';
import { loadSuites } from './load.ts';
import type { Comparison, Difference, Result, Results } from './results.ts';

const today = '2026-11-23';
const verdictEntry = {
  scenario: 'greeting/*',
  sender: 'postfix',
  kind: 'verdict',
  cause: 'reason: unknown mail transport error',
  reason: 'the agent dies and the queue manager defers',
  expires: '2027-12-01',
};
const logEntry = {
  scenario: 'dns/malformed-target',
  sender: 'nexthop',
  oracleVersion: '3.7',
  kind: 'log',
  cause: "/postfix 'warning: valid_hostname: .*'$/",
  reason: 'a second warning about the same name',
  expires: '2027-12-01',
};

const failure = (more: Partial<Result> = {}): Result => ({
  ...sampleResult(),
  scenario: 'greeting/a',
  sender: 'postfix',
  senderVersion: '3.7.11',
  verdict: 'failed',
  reason: 'deferred a@b.test: reason: unknown mail transport error',
  ...more,
});

const logDifference: Difference = {
  kind: 'log',
  text: "log: nexthop nothing, postfix 'warning: valid_hostname: misplaced hyphen'",
  left: '',
  right: 'warning: valid_hostname: misplaced hyphen',
};

const comparison = (more: Partial<Comparison> = {}): Comparison => ({
  scenario: 'dns/malformed-target',
  sender: 'nexthop',
  senderVersion: '0.1.0',
  oracle: 'postfix',
  oracleVersion: '3.7.11',
  world: 'live',
  seed: 1,
  same: false,
  differences: [logDifference],
  ...more,
});

function apply(
  entries: readonly object[],
  what: { results?: Result[]; comparisons?: Comparison[] },
  day = today,
): Results {
  const { results = [], comparisons } = what;
  return applyExpectations(
    { ...sampleResults(0), results, ...(comparisons !== undefined && { comparisons }) },
    readExpectations(JSON.stringify({ expectations: entries }), 'x.json'),
    { today: day },
  );
}

describe('a failure', () => {
  test('without an expectation fails the run', () => {
    expect(hasFailed(apply([], { results: [failure()] }))).toBe(true);
  });

  test('that is expected does not, and carries the reason', () => {
    const applied = apply([verdictEntry], { results: [failure()] });
    expect(applied.results[0]?.expected).toBe(verdictEntry.reason);
    expect(applied.problems).toBeUndefined();
    expect(hasFailed(applied)).toBe(false);
  });

  test('stays a failure for every other reason', () => {
    const applied = apply([verdictEntry], {
      results: [failure({ reason: 'dialogue with a: expected QUIT' })],
    });
    expect(applied.results[0]).not.toHaveProperty('expected');
    expect(applied.problems).toEqual([
      "x.json, expectation 1: verdict of postfix in greeting/*: the cause 'reason: unknown mail transport error' is not what was seen: dialogue with a: expected QUIT",
    ]);
    expect(hasFailed(applied)).toBe(true);
  });

  test.each([
    ['another scenario', { scenario: 'dns/a' }],
    ['another sender', { sender: 'exim' }],
  ])('of %s is none of its business', (_, more) => {
    const applied = apply([verdictEntry], { results: [failure(more)] });
    expect(applied.results[0]).not.toHaveProperty('expected');
    expect(applied.problems).toBeUndefined();
  });

  test('of another version neither', () => {
    const entry = { ...verdictEntry, version: '>=3.8' };
    const applied = apply([entry], { results: [failure()] });
    expect(applied.results[0]).not.toHaveProperty('expected');
    expect(applied.problems).toBeUndefined();
    expect(apply([entry], { results: [failure({ senderVersion: '3.8.1' })] }).results[0]).toHaveProperty(
      'expected',
    );
  });

  test('one of several is enough for a glob', () => {
    const passed = failure({ scenario: 'greeting/b', verdict: 'passed', reason: '' });
    expect(hasFailed(apply([verdictEntry], { results: [failure(), passed] }))).toBe(false);
  });
});

describe('an expectation that is not met', () => {
  test('is an unexpected pass', () => {
    const applied = apply([verdictEntry], { results: [failure({ verdict: 'passed', reason: '' })] });
    expect(applied.problems).toEqual([
      'x.json, expectation 1: verdict of postfix in greeting/*: no longer so, remove the expectation',
    ]);
    expect(hasFailed(applied)).toBe(true);
  });

  test.each(['skipped', 'unsupported', 'inconclusive'] as const)(
    'cannot tell from what was %s',
    (verdict) => {
      expect(hasFailed(apply([verdictEntry], { results: [failure({ verdict })] }))).toBe(false);
    },
  );

  test('is silent where nothing of it was run', () => {
    expect(hasFailed(apply([verdictEntry, logEntry], {}))).toBe(false);
  });

  test('names a scenario that does not exist', () => {
    const results = { ...sampleResults(0), results: [] };
    const expectations = readExpectations(JSON.stringify({ expectations: [verdictEntry] }), 'x.json');
    const apply = (ids: string[]) =>
      applyExpectations(results, expectations, { today, scenarioIds: ids }).problems;
    expect(apply(['dns/a'])).toEqual(["x.json, expectation 1: there is no scenario 'greeting/*'"]);
    expect(apply(['greeting/a'])).toBeUndefined();
  });

  test('has expired: it excuses nothing any more', () => {
    const applied = apply([verdictEntry], { results: [failure()] }, '2027-12-01');
    expect(applied.results[0]).not.toHaveProperty('expected');
    expect(applied.problems).toEqual([
      'x.json, expectation 1: expired on 2027-12-01: the agent dies and the queue manager defers',
    ]);
    expect(hasFailed(apply([verdictEntry], { results: [failure()] }, '2027-11-30'))).toBe(false);
  });
});

describe('a difference from the oracle', () => {
  const run = (entries: readonly object[], more: Partial<Comparison> = {}) =>
    apply(entries, { comparisons: [comparison(more)] });

  test('fails the run when it is new, and does not when it is accepted', () => {
    expect(hasFailed(run([]))).toBe(true);
    const applied = run([logEntry]);
    expect(applied.comparisons?.[0]?.differences[0]?.accepted).toBe(logEntry.reason);
    expect(hasFailed(applied)).toBe(false);
  });

  test('of another version of the oracle is new', () => {
    expect(hasFailed(run([logEntry], { oracleVersion: '3.8.6' }))).toBe(true);
  });

  test('of another kind beside an accepted one is new', () => {
    const dsn: Difference = {
      kind: 'dsn',
      text: "dsn: nexthop '4.4.1', postfix '4.4.2'",
      left: '4.4.1',
      right: '4.4.2',
    };
    const applied = run([logEntry], { differences: [dsn, logDifference] });
    expect(applied.comparisons?.[0]?.differences.map(({ accepted }) => accepted)).toEqual([
      undefined,
      logEntry.reason,
    ]);
    expect(hasFailed(applied)).toBe(true);
    expect(applied.problems).toBeUndefined();
  });

  test('that is gone is reported', () => {
    expect(run([logEntry], { same: true, differences: [] }).problems).toEqual([
      'x.json, expectation 1: log of nexthop in dns/malformed-target: no longer so, remove the expectation',
    ]);
  });

  test('that is undecided decides nothing', () => {
    expect(hasFailed(run([logEntry], { undecided: 'too slow', differences: [] }))).toBe(false);
  });
});

describe('a file', () => {
  const message = (text: string): string => {
    try {
      readExpectations(text, 'x.json');
    } catch (error) {
      if (error instanceof ExpectationsError) return error.message;
      throw error;
    }
    return '';
  };

  test.each([
    ['', 'x.json: not JSON'],
    ['[]', /^x\.json: Invalid input/],
    [{ ...verdictEntry, kind: 'verdikt' }, /^x\.json: expectations\.0\.kind: /],
    [{ ...verdictEntry, cause: '' }, /^x\.json: expectations\.0\.cause: /],
    [{ ...verdictEntry, cause: '/(/' }, 'x.json, expectation 1: /(/ is no regular expression'],
    [{ ...verdictEntry, expires: 'never' }, /^x\.json: expectations\.0\.expires: /],
    [{ ...verdictEntry, version: 'new' }, /'new' is no version such as 3\.7/],
    [{ ...verdictEntry, oracleVersion: '3.7' }, /oracleVersion is for differences/],
    [{ ...verdictEntry, becuase: 'x' }, /^x\.json: expectations\.0: .*becuase/],
    [{ ...verdictEntry, reason: undefined }, /^x\.json: expectations\.0\.reason: /],
  ])('%j is refused in one line', (content, text) => {
    const file = typeof content === 'string' ? content : JSON.stringify({ expectations: [content] });
    expect(message(file)).toMatch(text);
    expect(message(file)).not.toContain('\n');
  });

  test('of any content is read or refused in one line', () => {
    const files = fc.oneof(
      fc.string(),
      fc.json(),
      fc.jsonValue().map((entry) => JSON.stringify({ expectations: [entry] })),
      fc
        .string({ minLength: 1 })
        .map((cause) => JSON.stringify({ expectations: [{ ...verdictEntry, cause }] })),
    );
    fc.assert(
      fc.property(files, (text) => {
        expect(message(text)).toMatch(/^[^\n]*$/);
      }),
    );
  });

  test('that is not there is one line', async () => {
    await expect(loadExpectations('/nowhere/x.json')).rejects.toThrow(
      new ExpectationsError('/nowhere/x.json: cannot be read (ENOENT)'),
    );
  });
});

test('the expectations that are shipped name scenarios that exist', async () => {
  const expectations = await defaultExpectations();
  const scenarioIds = (await loadSuites()).map(({ scenario }) => scenario.id);
  const empty = { ...sampleResults(0), results: [] };
  expect(expectations.length).toBeGreaterThan(0);
  expect(applyExpectations(empty, expectations, { today, scenarioIds }).problems).toBeUndefined();
});
