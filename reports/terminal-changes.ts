/** The part of the terminal's summary about the baseline: what is otherwise, regressions first. */
import type { Baseline, Change } from '../scenarios/results.ts';
import { changeNames, changesText, verdictsText } from './diff/words.ts';
import { grouped, plural, visible } from './format.ts';
import type { Paint, Style } from './paint.ts';

/** More than this are counted, not listed: the report has them all. */
export const listedRegressionsLimit = 50;
export const listedChangesLimit = 20;
const textLimitCharacters = 400;

export function changeLines(baseline: Baseline, paint: Paint): string[] {
  const regressions = baseline.changes.filter(({ regression }) => regression);
  // What is new and no failure is counted: after an addition it would bury the rest.
  const others = baseline.changes.filter(({ kind, regression }) => !regression && kind !== 'new');
  return [
    ...listed(regressions, listedRegressionsLimit, 'regression', paint),
    ...listed(others, listedChangesLimit, 'change', paint),
    ...baseline.notes.map((note) => paint('yellow', shown(note))),
    comparedLine(baseline),
    totalLine(baseline, regressions.length, paint),
  ];
}

function listed(changes: readonly Change[], limit: number, noun: string, paint: Paint): string[] {
  const lines = changes.slice(0, limit).flatMap((change) => oneChange(change, paint));
  if (changes.length > limit)
    lines.push(`and ${plural(changes.length - limit, `more ${noun}`)}, see the report`);
  return lines;
}

function oneChange(
  { kind, regression, of, text, differences = [], ...verdicts }: Change,
  paint: Paint,
): string[] {
  const mark = paint(styleOf(kind, regression), changeNames[kind].toUpperCase());
  const [where] = differences.filter(({ session }) => session !== undefined);
  return of === undefined
    ? [`${mark} ${shown(text)}`]
    : [
        `${mark} ${paint('bold', visible(of.scenario))} (${visible(of.sender)}, ${of.world}) ${verdictsText(verdicts)}`.trimEnd(),
        `  ${shown(text)}`,
        ...(where === undefined || where.text === text ? [] : [`  ${shown(where.text)}`]),
      ];
}

function styleOf(kind: Change['kind'], regression: boolean): Style {
  if (regression) return ['bold', 'red'];
  return kind === 'fixed' || kind === 'faster' ? 'green' : 'yellow';
}

function comparedLine({ run, compared, notSelected, knownFailures }: Baseline): string {
  const known = knownFailures === 0 ? '' : `; ${plural(knownFailures, 'failure')} known from it`;
  const left = notSelected === 0 ? '' : `; ${grouped(notSelected)} of it not selected here`;
  return `${plural(compared, 'result')} compared with the run of ${visible(run.startedAt)}, nexthop ${visible(run.nexthop)}${known}${left}`;
}

function totalLine({ changes }: Baseline, regressions: number, paint: Paint): string {
  const all = changes.length === 0 ? '' : `: ${changesText(changes)}`;
  return regressions === 0
    ? paint('green', `no regressions${all}`)
    : paint(['bold', 'red'], `${plural(regressions, 'regression')}${all}`);
}

function shown(text: string): string {
  const safe = visible(text);
  return safe.length > textLimitCharacters ? `${safe.slice(0, textLimitCharacters - 1)}…` : safe;
}
