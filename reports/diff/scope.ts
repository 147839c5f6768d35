/**
 * What a run was to do, as far as a baseline can be held against it: a result that is not there is missed only where it
 * belongs to what was selected. Pure.
 */
import { globTest } from '../../scenarios/glob.ts';
import type { Result, Results } from '../../scenarios/results.ts';

export interface Scope {
  /** Whether the run was to have such a result. */
  readonly contains: (before: Result) => boolean;
  /** What is left out, a line each. */
  readonly notes: readonly string[];
}

export function scopeOf({ run, results }: Results, before: Results): Scope {
  const [senders, worlds, seeds] = (['sender', 'world', 'seed'] as const).map(
    (member) => new Set<unknown>(results.map((result) => result[member])),
  );
  for (const sender of run.senders ?? []) senders?.add(sender);
  worlds?.add(run.world);
  seeds?.add(run.seed);
  const selected = selection(run.selectors, before.run.selectors);
  const partial = run.interrupted === true || run.shard !== undefined;
  const finished = run.selected === undefined ? '' : ` of ${run.selected}`;
  return {
    contains: (entry) =>
      !partial &&
      senders?.has(entry.sender) === true &&
      worlds?.has(entry.world) === true &&
      seeds?.has(entry.seed) === true &&
      selected(entry),
    notes: [
      ...(run.interrupted === true
        ? [`the run was interrupted: only the ${results.length}${finished} results it has are compared`]
        : []),
      ...(run.shard === undefined
        ? []
        : [`only what is in shard ${run.shard.parts.join(', ')} of ${run.shard.of} is compared`]),
      ...selectionNote('only what was selected is compared', run.selectors),
      ...selectionNote('the baseline holds only what was selected', before.run.selectors),
    ],
  };
}

function selectionNote(what: string, selectors: readonly string[] | undefined): string[] {
  return selectors === undefined ? [] : [`${what}: ${selectors.join(' ')}`];
}

type Selection = (result: Result) => boolean;

/** As select.ts reads selectors; a file, whose scenarios nobody knows here, means what it meant to the baseline. */
function selection(
  selectors: readonly string[] | undefined,
  before: readonly string[] | undefined,
): Selection {
  if (selectors === undefined) return () => true;
  if (selectors.toSorted().join('\n') === before?.toSorted().join('\n')) return () => true;
  const words = new Set(selectors);
  const globs = selectors.filter((selector) => selector.includes('*')).map(globTest);
  return ({ scenario, suite, tags, clauses, checks }) =>
    words.has(scenario) ||
    words.has(suite) ||
    [...tags, ...clauses].some((word) => words.has(word)) ||
    checks.some(({ by, clause }) => by === 'scenario' && words.has(clause)) ||
    globs.some((matches) => matches(scenario));
}
