/**
 * A run cut into parts for several machines. Each machine comes to the same parts by itself, from the same scenarios and
 * the same durations; the digest of the plan shows afterwards whether they did.
 */
import { hash } from 'node:crypto';
import type { Shard } from './results.ts';
import type { Scenario } from './scenario-shape.ts';

/** What a scenario took, in milliseconds of real time, by its id. */
export type Durations = ReadonlyMap<string, number>;

const PLAN_DIGITS = 32;

/**
 * The scenarios of each part: the longest first, each onto the part that has least to do. What is not known takes as
 * long as its suite does on average, or as all do.
 * @param of how many parts, from 1
 */
export function cutUp<T extends Pick<Scenario, 'id' | 'suite'>>(
  scenarios: readonly T[],
  of: number,
  durations: Durations,
): readonly (readonly T[])[] {
  const weightOf = weights(scenarios, durations);
  const weighed = scenarios
    .map((scenario) => ({ scenario, weight: weightOf(scenario) }))
    .sort((a, b) => b.weight - a.weight || (a.scenario.id < b.scenario.id ? -1 : 1));
  const parts = Array.from({ length: of }, (): { load: number; ids: Set<string> } => ({
    load: 0,
    ids: new Set(),
  }));
  for (const { scenario, weight } of weighed) {
    const lightest = parts.reduce((best, part) => (part.load < best.load ? part : best));
    lightest.load += weight;
    lightest.ids.add(scenario.id);
  }
  return parts.map(({ ids }) => scenarios.filter(({ id }) => ids.has(id)));
}

/** What a scenario is expected to take. */
export function weights(
  scenarios: readonly Pick<Scenario, 'id' | 'suite'>[],
  durations: Durations,
): (scenario: Pick<Scenario, 'id' | 'suite'>) => number {
  const known = scenarios.filter(({ id }) => durations.has(id));
  const average = (group: readonly Pick<Scenario, 'id'>[] | undefined) =>
    group === undefined || group.length === 0
      ? undefined
      : group.reduce((sum, { id }) => sum + (durations.get(id) ?? 0), 0) / group.length;
  const bySuite = new Map(
    [...Map.groupBy(known, ({ suite }) => suite)].map(([suite, group]) => [suite, average(group)]),
  );
  const ofAll = average(known) ?? 1;
  return ({ id, suite }) => durations.get(id) ?? bySuite.get(suite) ?? ofAll;
}

/**
 * One part, and what is stored of it.
 * @param part from 1 to `of`
 * @param inputs what else decides the results of a run, and must be the same for all its parts; JSON
 */
export function cutOut<T extends Pick<Scenario, 'id' | 'suite'>>(
  scenarios: readonly T[],
  { part, of }: { readonly part: number; readonly of: number },
  durations: Durations,
  inputs: readonly unknown[],
): { readonly scenarios: readonly T[]; readonly shard: Shard } {
  const parts = cutUp(scenarios, of, durations);
  const plan = JSON.stringify([parts.map((members) => members.map(({ id }) => id)), ...inputs]);
  return {
    scenarios: parts[part - 1] ?? [],
    shard: { parts: [part], of, plan: hash('sha256', plan, 'hex').slice(0, PLAN_DIGITS) },
  };
}
