/** A run cut into shards and merged again is, byte by byte, the run of one machine. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mergeResults } from '../reports/merge.ts';
import { writeReport } from '../reports/write.ts';
import { applyExpectations, readExpectations } from '../scenarios/expectations.ts';
import { loadSuites } from '../scenarios/load.ts';
import { compareWithOracle } from '../scenarios/oracle.ts';
import type { Results, Shard } from '../scenarios/results.ts';
import { readResults, writeResults } from '../scenarios/results-file.ts';
import { runScenarios } from '../scenarios/runner.ts';
import type { Scenario } from '../scenarios/scenario-shape.ts';
import { nexthopSender } from '../scenarios/senders/nexthop.ts';
import { cutOut } from '../scenarios/shards.ts';
import { storedRun } from '../scenarios/stored-run.ts';

const folder = mkdtempSync(join(tmpdir(), 'nexthop-shards-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** One that some scenarios meet, one that none does, one that is met by another cause, and one that has expired. */
const expectations = readExpectations(
  JSON.stringify({
    expectations: [
      ['*', 'nexthop', 'command', '/./', '2999-01-01'],
      ['*', 'nexthop', 'verdict', 'no such cause', '2999-01-01'],
      ['*', 'nexthop', 'outcome', 'no such cause', '2999-01-01'],
      ['*', 'postfix', 'verdict', '/./', '2999-01-01'],
      ['*', 'postfix', 'verdict', 'old', '2020-01-01'],
    ].map(([scenario, sender, kind, cause, expires]) => ({
      scenario,
      sender,
      kind,
      cause,
      reason: 'a test',
      expires,
    })),
  }),
  'test.json',
);

/** Two senders, one of which is made to stand for the oracle; a clock that stands still. */
async function run(
  scenarios: readonly Scenario[],
  shard?: Shard,
  startedAtMs = 1_790_000_000_000,
): Promise<Results> {
  const ours = nexthopSender('0');
  const senders = [ours, { ...ours, name: 'postfix', send: hasty }];
  const work = runScenarios(scenarios, { senders, seed: 1, nowMs: () => 0 });
  const stored = storedRun(await Array.fromAsync(work.results), {
    startedAtMs,
    endedAtMs: startedAtMs,
    seed: 1,
    world: 'virtual',
    nexthop: '0',
    selected: work.selected,
    ...(shard && { shard }),
  });
  return applyExpectations(compareWithOracle(stored), expectations, { today: '2026-11-24' });

  /** Differs where two scenarios in three are concerned. */
  async function hasty(...[submissions, environment]: Parameters<typeof ours.send>) {
    const config = { ...environment.config, smtp_helo_name: 'other.test', smtp_quote_rfc821_envelope: 'no' };
    return ours.send(submissions, { ...environment, config });
  }
}

let all: readonly Scenario[];
let whole: Results;
let shards: readonly Results[];
const durations = new Map([['greeting/multiline', 50]]);
beforeAll(async () => {
  all = (await loadSuites()).map(({ scenario }) => scenario).filter((_, index) => index % 60 === 0);
  whole = await run(all);
  const parts: Results[] = [];
  for (const part of [1, 2, 3]) {
    const cut = cutOut(all, { part, of: 3 }, durations, []);
    // As another machine reads it.
    parts.push(readResults(writeResults(await run(cut.scenarios, cut.shard)), `shard-${part}`));
  }
  shards = parts;
}, 120_000);

const merge = (...numbers: readonly number[]) =>
  mergeResults(
    numbers.map((number) => ({ origin: `shard-${number}`, results: shards[number - 1] ?? whole })),
  );

/** Every file of a report, by name. */
async function written(results: Results, name: string): Promise<Record<string, string>> {
  const out = join(folder, name);
  await writeReport(results, out);
  return Object.fromEntries(readdirSync(out).map((file) => [file, readFileSync(join(out, file), 'utf8')]));
}

describe('shards merged', () => {
  test('are the run of one machine, byte by byte, in whatever order they come', async () => {
    const expected = await written(whole, 'whole');
    expect(Object.keys(expected)).toContain('index.html');
    expect(whole.comparisons?.length).toBeGreaterThan(0);
    expect(whole.problems?.length).toBeGreaterThan(0);
    expect(whole.results.some((result) => result.expected !== undefined)).toBe(true);
    for (const order of [
      [1, 2, 3],
      [3, 1, 2],
    ]) {
      const files = await written(merge(...order), order.join(''));
      for (const [name, text] of Object.entries(expected)) expect(files[name] === text, name).toBe(true);
    }
  });

  test('may be merged step by step', () => {
    const some = mergeResults([
      { origin: 'a', results: merge(3, 1) },
      { origin: 'b', results: shards[1] ?? whole },
    ]);
    expect(writeResults(some)).toBe(writeResults(whole));
  });

  test('an expectation that another shard may meet is no problem of one', () => {
    const texts = shards.flatMap(({ problems = [] }) => problems);
    expect(texts.filter((text) => !text.includes('expired'))).toEqual([]);
  });

  test('one that is missing leaves the run incomplete', () => {
    const { run: merged, judgements, problems = [] } = merge(3, 1);
    expect(merged).toMatchObject({
      shard: { parts: [1, 3], of: 3 },
      id: '2026-09-21T14:13:20.000Z shard 1,3/3',
    });
    expect(judgements?.length).toBeGreaterThan(0);
    expect(problems.filter((text) => !text.includes('expired'))).toEqual([]);
  });

  test('start when the first did, and take as long as all together', () => {
    const timed = shards.map((results, index) => ({
      origin: String(index),
      results: {
        ...results,
        run: { ...results.run, wallMs: 10 * (index + 1), startedAt: `2026-11-24T0${3 - index}:00:00.000Z` },
      },
    }));
    expect(mergeResults(timed).run).toMatchObject({
      id: '2026-11-24T01:00:00.000Z',
      startedAt: '2026-11-24T01:00:00.000Z',
      wallMs: 60,
      eventHash: whole.run.eventHash,
    });
  });
});

describe('shards that do not fit together', () => {
  const changed = (number: number, change: Partial<Results['run']>) => {
    const results = shards[number - 1] ?? whole;
    return { origin: `shard-${number}`, results: { ...results, run: { ...results.run, ...change } } };
  };
  const plan = 'f'.repeat(32);

  test.each<[string, Partial<Results['run']>, string]>([
    ['seed', { seed: 2 }, 'seed'],
    ['version', { nexthop: '9' }, 'version'],
    ['selection', { selectors: ['greeting'] }, 'selection'],
    ['number', { shard: { parts: [2], of: 2, plan } }, 'number of shards'],
    [
      'plan',
      { shard: { parts: [2], of: 3, plan } },
      'plan: scenarios, durations, parameters or expectations',
    ],
  ])('another %s', (_, change, what) => {
    expect(() => mergeResults([changed(1, {}), changed(2, change)])).toThrow(
      `shard-1 and shard-2 are shards of different runs: not of one ${what}`,
    );
  });

  test('one twice', () => {
    expect(() => merge(1, 2, 1)).toThrow('shard 1 of 3 is there twice: shard-1 and shard-1');
  });
});
