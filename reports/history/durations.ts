/** What scenarios took, as far as it is known from earlier runs. */
import type { Result, Results } from '../../scenarios/results.ts';
import type { Durations } from '../../scenarios/shards.ts';
import { readHistory } from './file.ts';

/** Of the latest runs, of which the average counts. */
const RUNS = 10;

interface Wanted {
  readonly senders: readonly string[];
  readonly world: Result['world'];
}

/**
 * By scenario, of all senders together; only whole runs count.
 * @throws HistoryError
 */
export function durationsInHistory(path: string, { senders, world }: Wanted): Promise<Durations> {
  return readHistory(path, (database) => {
    const rows = database
      .prepare(
        `SELECT scenario, sender, avg(result.wallUs) AS wallUs FROM result
          JOIN outcome ON outcome.number = result.outcome
          JOIN subject ON subject.number = outcome.subject
          WHERE world = $world AND sender IN (SELECT value FROM json_each($senders)) AND run IN (
            SELECT number FROM run WHERE world = $world AND NOT incomplete ORDER BY startedAt DESC, number DESC LIMIT ${RUNS})
          GROUP BY scenario, sender ORDER BY scenario, sender`,
      )
      .all({ world, senders: JSON.stringify(senders) });
    return summed(rows.map(({ scenario, wallUs }) => [String(scenario), Number(wallUs) / 1_000]));
  });
}

export function durationsIn({ results }: Results, { senders, world }: Wanted): Durations {
  return summed(
    results
      .filter((result) => result.world === world && senders.includes(result.sender))
      .map(({ scenario, wallMs }) => [scenario, wallMs]),
  );
}

function summed(times: readonly (readonly [scenario: string, ms: number])[]): Durations {
  const sums = new Map<string, number>();
  for (const [scenario, ms] of times) sums.set(scenario, (sums.get(scenario) ?? 0) + ms);
  return sums;
}
