import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, test } from 'vitest';
import type { Result, Results, Run } from '../../scenarios/results.ts';
import { writeResults } from '../../scenarios/results-file.ts';
import { sampleResults } from '../../tests/sample-results.ts';
import { durationsIn, durationsInHistory } from './durations.ts';
import { HistoryError } from './file.ts';
import { recordRun } from './record.ts';
import { historyOf } from './summary.ts';

const folder = mkdtempSync(join(tmpdir(), 'nexthop-history-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
const newFile = (): string => {
  files += 1;
  return join(folder, `${files}.sqlite`);
};

const sample = sampleResults(40);
const [scenario = ''] = sample.results.map((result) => result.scenario);

/** The run of a day, in which the first result may be another. */
function runOf(day: number, first: Partial<Result> = {}, run: Partial<Run> = {}): Results {
  const startedAt = `2026-11-${String(day).padStart(2, '0')}T12:00:00.000Z`;
  return {
    ...sample,
    run: { ...sample.run, id: startedAt, startedAt, code: 'c'.repeat(16), ...run },
    results: sample.results.map((result) => ({
      ...result,
      eventHash: 'a'.repeat(64),
      ...(result.scenario === scenario && { verdict: 'passed' as const, ...first }),
    })),
  };
}

async function recorded(...runs: readonly Results[]): Promise<string> {
  const path = newFile();
  for (const run of runs) await recordRun(path, run);
  return path;
}

describe('a history', () => {
  test('tells of runs from the earliest to the latest, however they came in', async () => {
    const path = await recorded(runOf(3), runOf(1), runOf(2, {}, { interrupted: true, nexthop: '0.2.0' }));
    const { runs, slowest } = await historyOf(path);
    expect(runs.map(({ id, incomplete }) => [id.slice(8, 10), incomplete])).toEqual([
      ['01', false],
      ['02', true],
      ['03', false],
    ]);
    const { counts, clauses, wallMs } = runs[0] ?? {};
    expect(Object.values(counts ?? {}).reduce((sum, count) => sum + count, 0)).toBe(40);
    expect(clauses).toBeGreaterThan(10);
    expect(wallMs).toBe(sample.run.wallMs);
    expect(slowest[0]?.wallMs).toHaveLength(3);
    expect(slowest).toHaveLength(8);
  });

  test('knows a run by its id: again it takes its own place', async () => {
    const path = await recorded(runOf(1), runOf(1), runOf(1, { verdict: 'failed' }));
    const { runs, changes } = await historyOf(path);
    expect(runs).toHaveLength(1);
    expect(changes).toEqual([]);
  });

  test('shows beside a run only those like it, up to it', async () => {
    const path = await recorded(
      runOf(1),
      runOf(2, {}, { seed: 9 }),
      runOf(3, {}, { selectors: ['dns'] }),
      runOf(4),
    );
    await recordRun(path, runOf(5));
    const told = await historyOf(path, { upTo: runOf(4).run });
    expect(told.runs.map(({ id }) => id.slice(8, 10))).toEqual(['01', '04']);
    expect(() => writeResults({ ...runOf(4), history: told })).not.toThrow();
  });

  test('says when a verdict changed, and with which version', async () => {
    const path = await recorded(
      runOf(1),
      runOf(2, { verdict: 'failed', senderVersion: '0.2.0' }, { nexthop: '0.2.0' }),
      runOf(3, { verdict: 'failed', senderVersion: '0.2.0' }, { nexthop: '0.2.0' }),
    );
    const { changes, flaky } = await historyOf(path);
    expect(flaky).toEqual([]);
    expect(changes).toEqual([
      {
        scenario,
        sender: 'nexthop',
        world: 'virtual',
        seed: 1,
        before: 'passed',
        now: 'failed',
        at: '2026-11-02T12:00:00.000Z',
        nexthop: '0.2.0',
        nexthopBefore: '0.1.0',
        senderVersion: '0.2.0',
        senderVersionBefore: '0.1.0',
      },
    ]);
  });

  test('looks at the scenarios that are asked for', async () => {
    const path = await recorded(runOf(1), runOf(2, { verdict: 'failed' }));
    expect((await historyOf(path, { selector: 'dns' })).changes).toEqual([]);
    expect((await historyOf(path, { selector: `${scenario.slice(0, -2)}*` })).changes).toHaveLength(1);
    const { runs } = await historyOf(path, { selector: scenario });
    expect(runs.map(({ counts }) => counts)).toEqual([{ passed: 1 }, { failed: 1 }]);
    expect(runs[0]?.wallMs).toBe(sample.results.find((result) => result.scenario === scenario)?.wallMs);
    await expect(historyOf(path, { selector: 'nothing' })).rejects.toThrow("no scenario matches 'nothing'");
  });
});

describe('a scenario is flaky where equal runs disagree', () => {
  test.each<[string, Partial<Result>, Partial<Run>, string[]]>([
    ['about the verdict', { verdict: 'failed', eventHash: 'b'.repeat(64) }, {}, ['verdict']],
    ['about what happened', { eventHash: 'b'.repeat(64) }, {}, ['events']],
    ['not with another version of the sender', { verdict: 'failed', senderVersion: '2' }, {}, []],
    ['not with other code', { verdict: 'failed' }, { code: 'd'.repeat(16) }, []],
    ['not with another version', { verdict: 'failed' }, { nexthop: '0.2.0' }, []],
    ['not with another seed', { verdict: 'failed', seed: 2 }, { seed: 2 }, []],
    ['not with another definition', { verdict: 'failed', definition: 'd'.repeat(16) }, {}, []],
    ['not with other parameters', { verdict: 'failed', config: { smtp_helo_name: 'x' } }, {}, []],
  ])('%s', async (_, first, run, about) => {
    const path = await recorded(runOf(1), runOf(2, first, run), runOf(3));
    const { flaky } = await historyOf(path);
    expect(flaky.map((entry) => [entry.scenario, entry.about])).toEqual(
      about.map((what) => [scenario, what]),
    );
    if (about[0] === 'verdict') expect(flaky[0]).toMatchObject({ counts: { passed: 2, failed: 1 } });
  });
});

test('durations are those of whole runs, of the senders that are asked for', async () => {
  const path = await recorded(
    runOf(1, { wallMs: 10 }),
    runOf(2, { wallMs: 30 }),
    runOf(3, { wallMs: 1_000 }, { interrupted: true }),
  );
  const of = { senders: ['nexthop'], world: 'virtual' } as const;
  expect((await durationsInHistory(path, of)).get(scenario)).toBe(20);
  expect((await durationsInHistory(path, { ...of, senders: ['postfix'] })).size).toBe(0);
  expect(durationsIn(runOf(1, { wallMs: 10 }), of).get(scenario)).toBe(10);
  expect(durationsIn(runOf(1), { ...of, world: 'live' }).size).toBe(0);
});

describe('size', () => {
  test('the oldest run makes room', async () => {
    const path = newFile();
    for (const day of [1, 2, 3, 4])
      await recordRun(path, runOf(day, { eventHash: `${day}`.repeat(64) }), { runs: 2, results: 1_000 });
    expect((await historyOf(path)).runs.map(({ id }) => id.slice(8, 10))).toEqual(['03', '04']);
    for (const day of [5, 6]) await recordRun(path, runOf(day), { runs: 10, results: 100 });
    expect((await historyOf(path)).runs.map(({ id }) => id.slice(8, 10))).toEqual(['05', '06']);
    const database = new DatabaseSync(path);
    expect(database.prepare('SELECT count(*) AS n FROM outcome').get()).toEqual({ n: 40 });
    database.close();
  });

  test('an equal run costs some bytes for each result', async () => {
    const path = await recorded(runOf(1));
    const before = statSync(path).size;
    for (let day = 2; day <= 26; day += 1) await recordRun(path, runOf(day));
    expect((statSync(path).size - before) / (25 * 40)).toBeLessThan(40);
  });
});

describe('a file that is no history', () => {
  const database = (sql: string): string => {
    const path = newFile();
    const made = new DatabaseSync(path);
    made.exec(sql);
    made.close();
    return path;
  };
  const text = newFile();
  writeFileSync(text, 'not a database at all, but long enough to have a header '.repeat(40));
  const directory = newFile();
  mkdirSync(directory);

  test.each([
    ['text', text, 'not a history of nexthop'],
    ['a folder', directory, 'not a file'],
    ['another database', database('CREATE TABLE mail (id)'), 'not a history of nexthop'],
    [
      'a later one',
      database('PRAGMA application_id = 1316516936; PRAGMA user_version = 7'),
      'history of version 7, this nexthop reads 1',
    ],
    [
      'one with other tables',
      database('PRAGMA application_id = 1316516936; PRAGMA user_version = 1; CREATE VIEW run AS SELECT 1'),
      'damaged: other tables',
    ],
  ])('%s', async (_, path, reason) => {
    const told = new HistoryError(`${path}: ${reason}`);
    await expect(historyOf(path)).rejects.toThrow(told);
    await expect(recordRun(path, runOf(1))).rejects.toThrow(told);
  });

  test('a missing one is made by a run, and by nobody else', async () => {
    await expect(historyOf(newFile())).rejects.toThrow(/no such file; nexthop run --history makes one$/);
  });

  test('one cut short', async () => {
    const path = await recorded(runOf(1), runOf(2));
    const content = readFileSync(path);
    writeFileSync(path, content.subarray(0, content.length - 8_192).fill(0x5a, 8_192));
    await expect(historyOf(path)).rejects.toThrow(/: damaged: [^\n]+$/);
  });

  test('values of another kind', async () => {
    const path = await recorded(runOf(1));
    const made = new DatabaseSync(path);
    made.exec("UPDATE outcome SET verdict = 'excellent' || number");
    made.close();
    await expect(historyOf(path)).rejects.toThrow(/: damaged: runs\.0\.counts/);
  });
});

test('who comes while another writes waits for it', async () => {
  const path = await recorded(runOf(1));
  const other = new DatabaseSync(path);
  other.exec('BEGIN IMMEDIATE');
  await expect(recordRun(path, runOf(2), { busyMs: 10 })).rejects.toThrow(/: in use by another program/);
  other.exec('ROLLBACK');
  other.close();
  await recordRun(path, runOf(2));
  expect((await historyOf(path)).runs).toHaveLength(2);
});
