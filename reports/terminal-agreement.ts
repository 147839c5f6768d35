/** The part of the terminal's summary about several senders: counts for each, and how far they agree with the oracle. */
import { type Comparison, compareResults, type Result, type Results } from '../scenarios/results.ts';
import { agreementState, agreements } from './agreement.ts';
import { countVerdicts, grouped, plural, type VerdictCounts, visible } from './format.ts';
import type { Paint } from './paint.ts';

/** More new differences than this are counted, not listed: the report has them all. */
const listedDifferencesLimit = 50;
const listedProblemsLimit = 50;
const sideLimitCharacters = 300;

/** A line for each sender; none when there is only one. */
export function senderLines(
  results: readonly Result[],
  countsText: (counts: VerdictCounts) => string,
): string[] {
  const groups = Map.groupBy(results, ({ sender, senderVersion }) => visible(`${sender} ${senderVersion}`));
  if (groups.size < 2) return [];
  const width = Math.max(...[...groups.keys()].map((name) => name.length));
  return [...groups].map(
    ([name, members]) =>
      `  ${name.padEnd(width)}  ${String(members.length).padStart(5)}  ${countsText(countVerdicts(members))}`,
  );
}

export function agreementLines({ comparisons = [], problems = [] }: Results, paint: Paint): string[] {
  const fresh = comparisons
    .filter((comparison) => agreementState(comparison) === 'new')
    .toSorted(compareResults);
  const lines = fresh.slice(0, listedDifferencesLimit).flatMap((entry) => differenceLines(entry, paint));
  if (fresh.length > listedDifferencesLimit)
    lines.push(`and ${plural(fresh.length - listedDifferencesLimit, 'more new difference')}, see the report`);
  for (const { sender, oracle, oracleVersion, counts, decided } of agreements(comparisons)) {
    const undecided = counts.undecided === 0 ? '' : `; undecided: ${grouped(counts.undecided)}`;
    const text =
      `${visible(sender)} agrees with ${visible(oracle)} ${visible(oracleVersion)} to the line: ` +
      `${grouped(counts.same)} of ${grouped(decided)}; ` +
      `accepted differences: ${grouped(counts.accepted)}; new: ${grouped(counts.new)}${undecided}`;
    lines.push(paint(counts.new > 0 ? 'red' : 'green', text));
  }
  for (const problem of problems.slice(0, listedProblemsLimit))
    lines.push(`${paint(['bold', 'red'], 'EXPECTATION')} ${visible(problem)}`);
  if (problems.length > listedProblemsLimit)
    lines.push(`and ${plural(problems.length - listedProblemsLimit, 'more expectation')} to correct`);
  return lines;
}

/** The weightiest difference; the others mostly follow from it. */
function differenceLines({ scenario, sender, oracle, differences }: Comparison, paint: Paint): string[] {
  const [first, ...others] = differences.filter(({ accepted }) => accepted === undefined);
  if (first === undefined) return [];
  const width = Math.max(visible(sender).length, visible(oracle).length);
  const more = others.length === 0 ? '' : `, also ${others.map(({ kind }) => kind).join(', ')}`;
  return [
    `${paint(['bold', 'red'], 'DIFFERS')} ${paint('bold', visible(scenario))}: ${first.kind}${place(first.session)}${more}`,
    `    ${visible(sender).padEnd(width)}  ${side(first.left)}`,
    `    ${visible(oracle).padEnd(width)}  ${side(first.right)}`,
  ];
}

function place(session: number | undefined): string {
  return session === undefined ? '' : ` in session ${session + 1}`;
}

function side(text: string): string {
  if (text === '') return '(nothing)';
  const shown = visible(text);
  return shown.length > sideLimitCharacters ? `${shown.slice(0, sideLimitCharacters - 1)}…` : shown;
}
