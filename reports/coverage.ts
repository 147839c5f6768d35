/**
 * Which clause was exercised by what, and what came of it: the results seen from the side of the register.
 *
 * A clause is exercised by a scenario that names it or has a check for it, and by every monitor that carries it.
 * Clauses that nothing exercised are in the answer too, without a verdict.
 */
import { type Clause, clauses, findClause } from '../scenarios/clauses.ts';
import { type Result, type Verdict, verdicts } from '../scenarios/results.ts';
import { countVerdicts, type VerdictCounts, worstVerdict } from './format.ts';

/** Results listed for a monitor that did not pass; the counts cover all. */
export const monitorExamplesLimit = 20;

export interface ClauseCoverage {
  readonly clause: Clause;
  /** Absent when nothing exercised it. */
  readonly verdict?: Verdict;
  /** Position in the results given, and the verdict there. */
  readonly scenarios: readonly { readonly result: number; readonly verdict: Verdict }[];
  readonly monitors: readonly MonitorCoverage[];
}

export interface MonitorCoverage {
  readonly name: string;
  readonly counts: VerdictCounts;
  /** Positions of the first results in which it did not pass. */
  readonly examples: readonly number[];
}

/** In the order of the register, then Postfix clauses and ids that the register does not know, by id. */
export function clauseCoverage(results: readonly Result[]): ClauseCoverage[] {
  const collected = new Map<string, Collected>();
  results.forEach((result, index) => {
    collect(collected, result, index);
  });
  const known = clauses();
  const registered = new Set(known.map((entry) => entry.id));
  const others = [...collected.keys()]
    .filter((id) => !registered.has(id))
    .sort()
    .map((id) => findClause(id) ?? unknownClause(id));
  return [...known, ...others].map((entry) => coverage(entry, collected.get(entry.id)));
}

interface Collected {
  readonly scenarios: { result: number; verdict: Verdict }[];
  /** By what the checks say they are by. */
  readonly monitors: Map<string, { counts: Record<Verdict, number>; examples: number[] }>;
}

const monitorMark = 'monitor ';

/** The clauses that a scenario exercised, and what came of each: the worst of its checks, or else of the whole result. */
export function exercised(result: Result): Map<string, Verdict> {
  const own = new Map<string, Verdict[]>(result.clauses.map((id) => [id, []]));
  for (const check of result.checks) {
    if (check.by.startsWith(monitorMark)) continue;
    const known = own.get(check.clause);
    if (known === undefined) own.set(check.clause, [check.verdict]);
    else known.push(check.verdict);
  }
  return new Map([...own].map(([id, found]) => [id, worstVerdict(found) ?? result.verdict]));
}

function collect(all: Map<string, Collected>, result: Result, index: number): void {
  for (const check of result.checks) {
    if (!check.by.startsWith(monitorMark)) continue;
    const { monitors } = entryOf(all, check.clause);
    let seen = monitors.get(check.by);
    if (seen === undefined) {
      seen = { counts: { ...countVerdicts([]) }, examples: [] };
      monitors.set(check.by, seen);
    }
    seen.counts[check.verdict] += 1;
    const worthShowing = check.verdict !== 'passed' && seen.examples.at(-1) !== index;
    if (worthShowing && seen.examples.length < monitorExamplesLimit) seen.examples.push(index);
  }
  for (const [id, verdict] of exercised(result)) entryOf(all, id).scenarios.push({ result: index, verdict });
}

function entryOf(all: Map<string, Collected>, id: string): Collected {
  const known = all.get(id);
  if (known !== undefined) return known;
  const entry = { scenarios: [], monitors: new Map() };
  all.set(id, entry);
  return entry;
}

function coverage(clause: Clause, collected: Collected | undefined): ClauseCoverage {
  if (collected === undefined) return { clause, scenarios: [], monitors: [] };
  const monitors = [...collected.monitors]
    .map(([by, { counts, examples }]) => ({ name: by.slice(monitorMark.length), counts, examples }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const found = new Set(collected.scenarios.map((entry) => entry.verdict));
  const verdict = verdicts.find((each) => found.has(each) || monitors.some(({ counts }) => counts[each] > 0));
  return {
    clause,
    ...(verdict === undefined ? {} : { verdict }),
    scenarios: collected.scenarios,
    monitors,
  };
}

/** An id of another version's register, or one written by hand: shown as it is rather than lost. */
function unknownClause(id: string): Clause {
  return { id, document: 'Unknown to this register', section: '', level: 'RULE', statement: '' };
}
