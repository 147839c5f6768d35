/** A finished run as it is stored. */
import { eventHashOf } from './event-hash.ts';
import {
  compareResults,
  nameLimitCharacters,
  type Result,
  type Results,
  type Run,
  type Shard,
  schemaVersion,
} from './results.ts';

/** What a run is known by: when it began, and which parts of it this is. */
export function runId(startedAt: string, shard: Shard | undefined): string {
  if (shard === undefined) return startedAt;
  return `${startedAt} shard ${shard.parts.join(',')}/${shard.of}`.slice(0, nameLimitCharacters);
}

/** @param endedAtMs since the Unix epoch, as `startedAtMs` */
export function storedRun(
  results: readonly Result[],
  facts: Omit<Run, 'id' | 'startedAt' | 'eventHash' | 'wallMs'> & {
    readonly startedAtMs: number;
    readonly endedAtMs: number;
  },
): Results {
  const { startedAtMs, endedAtMs, ...run } = facts;
  const startedAt = new Date(startedAtMs).toISOString();
  const eventHash = eventHashOf(results);
  return {
    schema: schemaVersion,
    run: {
      id: runId(startedAt, run.shard),
      startedAt,
      ...run,
      ...(eventHash !== undefined && { eventHash }),
      wallMs: endedAtMs - startedAtMs,
    },
    results: results.toSorted(compareResults),
  };
}
