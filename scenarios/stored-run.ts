/**
 * A finished run as it is stored: in a stable order, members in the order of the schema, so that what is made of it does
 * not differ from what is made of its file.
 */
import type * as z from 'zod';
import { eventHashOf } from './event-hash.ts';
import {
  compareResults,
  nameLimitCharacters,
  type Result,
  type Results,
  type Run,
  result as resultShape,
  run as runShape,
  type Shard,
  schemaVersion,
} from './results.ts';
import { checked } from './results-lists.ts';

/** The value with its members in the order of the schema. */
export function asStored<S extends z.ZodType>(shape: S, value: z.infer<S>): z.infer<S> {
  return checked(shape, value, 'results', '');
}

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
    run: asStored(runShape, {
      id: runId(startedAt, run.shard),
      startedAt,
      ...run,
      ...(eventHash !== undefined && { eventHash }),
      wallMs: endedAtMs - startedAtMs,
    }),
    results: results.map((entry) => asStored(resultShape, entry)).sort(compareResults),
  };
}
