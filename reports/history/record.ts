/** Adds a finished run to a history, and takes the oldest out of one that has grown too long. */
import { hash } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { Result, Results, Run } from '../../scenarios/results.ts';
import { clauseCoverage } from '../coverage.ts';
import { writeHistory } from './file.ts';

/** Some 15 bytes each: at most 100 MB or so. */
const RESULTS_LIMIT = 5_000_000;
const RUNS_LIMIT = 2_000;
const DIGITS = 16;

/** For tests; as above where absent. */
interface Limits {
  readonly runs?: number;
  readonly results?: number;
  /** How long to wait for others that write. */
  readonly busyMs?: number;
}

/** What two runs have in common that can be held beside each other. */
export function likenessOf({ selectors = [], senders = [], world, seed }: Run): string {
  const what = JSON.stringify([selectors.toSorted(), senders.toSorted(), world, seed ?? 'several']);
  return hash('sha256', what, 'hex').slice(0, DIGITS);
}

/**
 * The same run again takes the place of what was stored of it.
 * @throws HistoryError
 */
export function recordRun(path: string, results: Results, limits: Limits = {}) {
  return writeHistory(
    path,
    (database) => {
      const { run } = results;
      database.prepare('DELETE FROM run WHERE id = ?').run(run.id);
      const { lastInsertRowid } = database
        .prepare(
          'INSERT INTO run (id, startedAt, world, likeness, nexthop, code, wallUs, clauses, incomplete) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
        )
        .run(
          run.id,
          run.startedAt,
          run.world,
          likenessOf(run),
          run.nexthop,
          run.code ?? '',
          run.wallMs === undefined ? null : microseconds(run.wallMs),
          exercised(results.results),
          Number(run.interrupted === true || run.shard !== undefined),
        );
      addResults(database, Number(lastInsertRowid), results.results);
      forget(database, limits);
    },
    limits.busyMs,
  );
}

function exercised(results: readonly Result[]): number {
  return clauseCoverage(results).filter(
    ({ clause, verdict }) => clause.document.startsWith('RFC ') && verdict !== undefined,
  ).length;
}

function addResults(database: DatabaseSync, run: number, results: readonly Result[]): void {
  const knownSubject = database.prepare(
    'SELECT number FROM subject WHERE scenario = ? AND sender = ? AND world = ? AND seed = ?',
  );
  const newSubject = database.prepare(
    'INSERT INTO subject (scenario, sender, world, seed, suite) VALUES (?, ?, ?, ?, ?)',
  );
  const knownOutcome = database.prepare(
    'SELECT number FROM outcome WHERE subject = ? AND senderVersion = ? AND definition = ? AND verdict = ? AND eventHash = ?',
  );
  const newOutcome = database.prepare(
    'INSERT INTO outcome (subject, senderVersion, definition, verdict, eventHash) VALUES (?, ?, ?, ?, ?)',
  );
  const newResult = database.prepare('INSERT OR REPLACE INTO result (run, outcome, wallUs) VALUES (?, ?, ?)');
  for (const result of results) {
    const { scenario, sender, world, seed, suite, senderVersion, verdict, eventHash = '', wallMs } = result;
    const place = [scenario, sender, world, seed] as const;
    const subject = knownSubject.get(...place)?.number ?? newSubject.run(...place, suite).lastInsertRowid;
    const seen = [subject, senderVersion, definitionOf(result), verdict, eventHash.slice(0, DIGITS)] as const;
    const outcome = knownOutcome.get(...seen)?.number ?? newOutcome.run(...seen).lastInsertRowid;
    newResult.run(run, outcome, microseconds(wallMs));
  }
}

/** The scenario as it is written, and the parameters it ran with. */
function definitionOf({ definition = '', config }: Result): string {
  const entries = Object.entries(config).sort(([a], [b]) => (a < b ? -1 : 1));
  return hash('sha256', JSON.stringify([definition, entries]), 'hex').slice(0, DIGITS);
}

/** The latest runs stay: as many as fit both limits, but one at least. */
function forget(
  database: DatabaseSync,
  { runs: runsLimit = RUNS_LIMIT, results: resultsLimit = RESULTS_LIMIT }: Limits,
): void {
  const runs = database
    .prepare(
      'SELECT run.number, count(result.run) AS results FROM run LEFT JOIN result ON result.run = run.number GROUP BY run.number ORDER BY startedAt DESC, number DESC',
    )
    .all();
  let results = 0;
  const old = runs.filter((run, index) => {
    results += Number(run.results);
    return index > 0 && (index >= runsLimit || results > resultsLimit);
  });
  if (old.length === 0) return;
  const remove = database.prepare('DELETE FROM run WHERE number = ?');
  for (const { number } of old) remove.run(number ?? null);
  database.exec('DELETE FROM outcome WHERE number NOT IN (SELECT outcome FROM result)');
  database.exec('DELETE FROM subject WHERE number NOT IN (SELECT subject FROM outcome)');
}

function microseconds(ms: number): number {
  return Math.round(ms * 1_000);
}
