/**
 * A summary in Markdown, for a pull request or the page of a CI job: what changed since the baseline, what fails, and
 * for each the first lines of the dialogue that went another way.
 *
 * What servers said stands in code spans and fences only, where nothing is a link, a mention or markup.
 */
import { findClause } from '../../scenarios/clauses.ts';
import {
  type Change,
  compareResults,
  type Result,
  type Results,
  resultKey,
  verdicts,
} from '../../scenarios/results.ts';
import { changeNames, countChanges, verdictsText } from '../diff/words.ts';
import { countVerdicts, duration, grouped, plural, visible } from '../format.ts';
import { dialogueExcerpt } from './dialogue-excerpt.ts';

/** A comment on GitHub takes 65,536 characters; the summary of a job a megabyte. */
export const markdownLimitCharacters = 60_000;
const evidenceLines = 8;
const lineLimitCharacters = 300;
const listedLimit = 50;

export function markdownSummary(results: Results): string {
  const index = new Map(results.results.map((result) => [resultKey(result), result]));
  const changes = results.baseline?.changes ?? [];
  const regressions = changes.filter(({ regression }) => regression);
  const blamed = new Set(regressions.flatMap(({ of }) => (of === undefined ? [] : resultKey(of))));
  const failures = results.results
    .filter(
      (result) =>
        result.verdict === 'failed' && result.expected === undefined && !blamed.has(resultKey(result)),
    )
    .toSorted(compareResults);
  const sections = [
    heading(results, regressions.length, failures.length),
    verdictTable(results),
    ...changeTable(results),
    ...titled(
      'Regressions',
      regressions.map((change) => changeDetails(change, change.of && index.get(resultKey(change.of)))),
    ),
    ...titled(
      results.baseline === undefined ? 'Failures' : 'Failures that the baseline has too',
      failures.map(failureDetails),
    ),
    ...titled(
      'Expectations to correct',
      (results.problems ?? []).map((problem) => `- ${code(problem)}`),
    ),
    ...titled(
      'Other changes',
      changes
        .filter(({ kind, regression }) => !regression && kind !== 'new')
        .map((change) => `- ${changeNames[change.kind]}: ${place(change)} ${code(change.text)}`),
    ),
  ];
  return bounded(sections);
}

function heading(results: Results, regressions: number, failures: number): string {
  const { run } = results;
  const said =
    results.baseline === undefined
      ? `${failures === 0 ? 'no failures' : plural(failures, 'failure')}`
      : `${regressions === 0 ? 'no regressions' : plural(regressions, 'regression')}`;
  const simulated = results.results.reduce(
    (sum, { world, virtualMs }) => sum + (world === 'virtual' ? virtualMs : 0),
    0,
  );
  const facts = [
    plural(results.results.length, 'result'),
    ...(run.wallMs === undefined ? [] : [`in ${duration(run.wallMs)}`]),
    ...(simulated === 0 ? [] : [`${duration(simulated)} simulated`]),
    ...(run.seed === undefined ? [] : [`seed ${run.seed}`]),
    ...(run.interrupted === true ? ['**interrupted**'] : []),
  ];
  return `## Nexthop: ${said}\n\n${facts.join(', ')}.`;
}

function verdictTable({ results }: Results): string {
  const counts = countVerdicts(results);
  const present = verdicts.filter((verdict) => counts[verdict] > 0);
  if (present.length === 0) return 'Nothing was run.';
  return table(
    ['verdict', 'results'],
    present.map((verdict) => [verdict, grouped(counts[verdict])]),
  );
}

function changeTable({ baseline }: Results): string[] {
  if (baseline === undefined) return [];
  const { run, compared, notSelected, knownFailures, notes, changes } = baseline;
  const facts = [
    `${plural(compared, 'result')} compared with the run of ${run.startedAt}`,
    ...(knownFailures === 0 ? [] : [`${plural(knownFailures, 'failure')} known from it`]),
    ...(notSelected === 0 ? [] : [`${grouped(notSelected)} of it not selected here`]),
  ];
  const counted = countChanges(changes);
  return [
    `${facts.join('; ')}.`,
    ...notes.map((note) => `> ${code(note)}`),
    ...(counted.length === 0
      ? []
      : [
          table(
            ['since the baseline', 'results', 'regressions'],
            counted.map(({ kind, count, regressions }) => [
              changeNames[kind],
              grouped(count),
              grouped(regressions),
            ]),
          ),
        ]),
  ];
}

function changeDetails(change: Change, now: Result | undefined): string {
  const { kind, before, text, differences = [] } = change;
  const check = now?.checks.find(({ verdict }) => verdict === 'failed');
  const excerpt = before === undefined || now === undefined ? [] : dialogueExcerpt(before, now);
  const marks = { before: '-', now: '+', both: ' ' } as const;
  return details(`<b>${changeNames[kind]}</b> ${place(change)} ${verdictsText(change)}`, [
    code(text),
    ...(check === undefined ? [] : [clauseLine(check.clause)]),
    ...differences
      .slice(0, 3)
      .filter((entry) => entry.text !== text)
      .map((entry) => `- ${entry.kind}: ${code(entry.text)}`),
    ...(excerpt.length === 0
      ? []
      : [
          `The dialogue before (-) and now (+):`,
          fence(
            excerpt.map((line) => `${marks[line.side]} ${line.text}`),
            'diff',
          ),
        ]),
    ...(now === undefined ? [] : [`Replay: ${code(now.replay)}`]),
  ]);
}

function failureDetails(result: Result): string {
  const check = result.checks.find(({ verdict }) => verdict === 'failed');
  return details(
    `${code(result.scenario)} (${code(result.sender)}, ${result.world}) ${escaped(result.title)}`,
    [
      ...(check === undefined
        ? [fence(result.reason.split('\n'), 'text')]
        : [clauseLine(check.clause), fence([check.name ?? check.by, ...check.evidence.split('\n')], 'text')]),
      `Replay: ${code(result.replay)}`,
    ],
  );
}

function clauseLine(id: string): string {
  const clause = findClause(id);
  return clause === undefined ? code(id) : `${code(id)} ${clause.level}: ${escaped(clause.statement)}`;
}

function place({ of }: Change): string {
  return of === undefined ? '' : `${code(of.scenario)} (${code(of.sender)}, ${of.world})`;
}

function titled(title: string, entries: readonly string[]): string[] {
  if (entries.length === 0) return [];
  const more = entries.length - listedLimit;
  return [
    `### ${title}`,
    ...entries.slice(0, listedLimit),
    ...(more > 0 ? [`and ${grouped(more)} more, see the report.`] : []),
  ];
}

function details(summary: string, parts: readonly string[]): string {
  return [`<details><summary>${summary}</summary>`, ...parts, '</details>'].join('\n\n');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const rule = head.map((_, column) => (column === 0 ? '---' : '---:'));
  return [head, rule, ...rows].map(line).join('\n');
}

/** A fence that nothing in it can close. */
function fence(lines: readonly string[], language: string): string {
  const shown = lines.slice(0, evidenceLines + 4).map((line) => short(visible(line)).toWellFormed());
  const longest = Math.max(
    2,
    ...shown.flatMap((line) => (line.match(/`+/g) ?? []).map(({ length }) => length)),
  );
  const ticks = '`'.repeat(longest + 1);
  return [`${ticks}${language}`, ...shown, ticks].join('\n');
}

function code(text: string): string {
  return `<code>${escaped(short(text))}</code>`;
}

/** Every character that could begin markup as a reference: no renderer reads those as anything but text. */
function escaped(text: string): string {
  return visible(text)
    .toWellFormed()
    .replaceAll(/[!#&*+<>@[\\\]_`{|}~]/g, (character) => `&#${character.codePointAt(0)};`);
}

function short(text: string): string {
  return text.length > lineLimitCharacters ? `${text.slice(0, lineLimitCharacters - 1)}…` : text;
}

/** Whole sections until the limit is reached. */
function bounded(sections: readonly string[]): string {
  const last = 'The summary ends here: the report has everything.';
  let room = markdownLimitCharacters - last.length;
  const kept: string[] = [];
  for (const section of sections) {
    room -= section.length + 2;
    if (room < 0) return `${[...kept, last].join('\n\n')}\n`;
    kept.push(section);
  }
  return `${kept.join('\n\n')}\n`;
}
