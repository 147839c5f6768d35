/** What a history tells: trends, flaky scenarios, and when verdicts changed. */
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { globTest } from '../../scenarios/glob.ts';
import type { Run, Verdict } from '../../scenarios/results.ts';
import {
  type History,
  historyLinesLimit,
  historyRunsLimit,
  historySlowestLimit,
  history as schema,
} from '../../scenarios/results-history.ts';
import { HistoryError, readHistory } from './file.ts';
import { likenessOf } from './record.ts';

export interface HistorySelection {
  /** Only runs that can be held beside this one, up to it; all when absent. */
  readonly upTo?: Run;
  /** A glob over ids of scenarios, or a suite; everything when absent. */
  readonly selector?: string;
}

/** @throws HistoryError */
export function historyOf(path: string, selection: HistorySelection = {}): Promise<History> {
  return readHistory(path, (database) => {
    const told = summarised(new Chosen(database, selection));
    const parsed = schema.safeParse(told);
    if (parsed.success) return parsed.data;
    throw new HistoryError(`${path}: damaged: ${parsed.error.issues[0]?.path.join('.')}`);
  });
}

type Row = Readonly<Record<string, SQLOutputValue>>;

/** The runs and subjects that are asked about: every question is about them. */
class Chosen {
  /** The earliest first. */
  readonly runs: readonly Row[];
  /** Whether all scenarios are asked about. */
  readonly all: boolean;
  readonly #database: DatabaseSync;
  readonly #lists: Readonly<Record<string, string>>;

  constructor(database: DatabaseSync, { upTo, selector }: HistorySelection) {
    this.#database = database;
    const like = 'WHERE likeness = $likeness AND (startedAt < $startedAt OR id = $id)';
    const found = database
      .prepare(
        `SELECT * FROM run ${upTo ? like : ''} ORDER BY startedAt DESC, number DESC LIMIT ${historyRunsLimit}`,
      )
      .all(upTo ? { likeness: likenessOf(upTo), startedAt: upTo.startedAt, id: upTo.id } : {});
    this.runs = found.reverse();
    this.all = selector === undefined;
    const subjects = database.prepare('SELECT number, scenario, suite FROM subject').all();
    const matches = globTest(selector ?? '*');
    const wanted = subjects.filter(({ scenario, suite }) => suite === selector || matches(String(scenario)));
    if (selector !== undefined && wanted.length === 0)
      throw new HistoryError(`no scenario matches '${selector}' there`);
    this.#lists = {
      runs: JSON.stringify(this.runs.map(({ number }) => number)),
      subjects: JSON.stringify(wanted.map(({ number }) => number)),
    };
    if (this.all) return;
    const seen = new Set(this.ask('DISTINCT run', '').map(({ run }) => run));
    this.runs = this.runs.filter(({ number }) => number !== undefined && seen.has(number));
  }

  /** @param columns of run, result, outcome and subject */
  ask(columns: string, rest: string): Row[] {
    const from = `FROM result
      JOIN run ON run.number = result.run
      JOIN outcome ON outcome.number = result.outcome
      JOIN subject ON subject.number = outcome.subject
      WHERE run.number IN (SELECT value FROM json_each($runs))
        AND subject.number IN (SELECT value FROM json_each($subjects))`;
    return this.#database.prepare(`SELECT ${columns} ${from} ${rest}`).all(this.#lists);
  }
}

function summarised(chosen: Chosen): unknown {
  return {
    runs: pastRuns(chosen),
    slowest: slowest(chosen),
    flaky: flaky(chosen),
    changes: changes(chosen),
  };
}

const SUBJECT = 'scenario, sender, subject.world AS world, seed';

function pastRuns(chosen: Chosen): unknown[] {
  const counted = chosen.ask(
    'run, verdict, count(*) AS results, sum(result.wallUs) AS took',
    'GROUP BY run, verdict',
  );
  const byRun = Map.groupBy(counted, ({ run }) => String(run));
  return chosen.runs.map(({ number, wallUs, likeness: _, incomplete, ...run }) => {
    const groups = byRun.get(String(number)) ?? [];
    // Of a selection there is no more to tell than what its results took.
    const tookUs = chosen.all ? wallUs : groups.reduce((sum, { took }) => sum + Number(took), 0);
    return {
      ...run,
      counts: Object.fromEntries(groups.map(({ verdict, results }) => [verdict, results])),
      ...(typeof tookUs === 'number' && { wallMs: milliseconds(tookUs) }),
      incomplete: incomplete === 1,
    };
  });
}

function slowest(chosen: Chosen): unknown[] {
  const found = chosen.ask(
    `subject.number AS subject, ${SUBJECT}`,
    `GROUP BY subject.number ORDER BY avg(result.wallUs) DESC LIMIT ${historySlowestLimit}`,
  );
  return found.map(({ subject: number, ...subject }) => {
    const times = chosen.ask('run, result.wallUs', `AND subject.number = ${Number(number)}`);
    const known = new Map(times.map(({ run, wallUs }) => [run, Number(wallUs)]));
    return {
      ...subject,
      wallMs: chosen.runs.map(({ number: run }) => {
        const us = run === undefined ? undefined : known.get(run);
        return us === undefined ? null : milliseconds(us);
      }),
    };
  });
}

/** Where there is but one outcome, there is nothing to tell of: that spares most of the work. */
const SEVERAL_OUTCOMES =
  'AND subject.number IN (SELECT subject FROM outcome GROUP BY subject HAVING count(*) > 1)';

/** Runs are equal where nothing that could make a difference differs; the hash of events holds the verdict, too. */
function flaky(chosen: Chosen): unknown[] {
  const found = chosen.ask(
    `${SUBJECT}, senderVersion, nexthop, code, count(DISTINCT verdict) AS verdicts,
      json_group_array(verdict) AS seen, max(startedAt) AS lastAt`,
    `${SEVERAL_OUTCOMES} GROUP BY subject.number, senderVersion, definition, nexthop, code
      HAVING verdicts > 1 OR count(DISTINCT eventHash) > 1
      ORDER BY lastAt DESC, verdicts DESC, scenario LIMIT ${historyLinesLimit}`,
  );
  return found.map(({ verdicts, seen, ...group }) => {
    const all: Verdict[] = JSON.parse(String(seen));
    return {
      ...group,
      about: Number(verdicts) > 1 ? 'verdict' : 'events',
      counts: Object.fromEntries(
        [...Map.groupBy(all, (verdict) => verdict)].map(([v, { length }]) => [v, length]),
      ),
    };
  });
}

function changes(chosen: Chosen): unknown[] {
  const before = (column: string) =>
    `lag(${column}) OVER (PARTITION BY subject.number ORDER BY startedAt, run.number)`;
  const found = chosen.ask(
    `* FROM (SELECT ${SUBJECT}, verdict AS now, startedAt AS at, nexthop, senderVersion,
      ${before('verdict')} AS before, ${before('nexthop')} AS nexthopBefore,
      ${before('senderVersion')} AS senderVersionBefore`,
    `${SEVERAL_OUTCOMES}) WHERE before <> now ORDER BY at DESC, scenario LIMIT ${historyLinesLimit}`,
  );
  return found;
}

function milliseconds(us: SQLOutputValue): number {
  return Number(us) / 1_000;
}
