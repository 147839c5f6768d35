/**
 * The summary at the end of a run, for a terminal: counts by suite, every failure with its first evidence and the
 * command that repeats it, and the verdict in one line. Colours follow NO_COLOR and whether the stream is a terminal.
 */
import { styleText } from 'node:util';
import {
  compareResults,
  type Result,
  type Results,
  type Run,
  type Verdict,
  verdicts,
} from '../scenarios/results.ts';
import { countVerdicts, duration, grouped, plural, type VerdictCounts, visible } from './format.ts';
import type { Paint, Style } from './paint.ts';
import { agreementLines, senderLines } from './terminal-agreement.ts';
import { changeLines } from './terminal-changes.ts';

/** More failures than this are counted, not listed: the report has them all. */
export const listedFailuresLimit = 50;
const evidenceLinesLimit = 6;

const styles: Readonly<Record<Verdict, Style>> = {
  failed: ['bold', 'red'],
  'non-strict': 'yellow',
  inconclusive: 'magenta',
  passed: 'green',
  informational: 'cyan',
  unsupported: 'gray',
  skipped: 'gray',
};

export function terminalSummary(results: Results, stream: NodeJS.WritableStream): string {
  const paint: Paint = (style, text) => styleText(style, text, { stream });
  const ordered = results.results.toSorted(compareResults);
  const failed = ordered.filter(({ verdict, expected }) => verdict === 'failed' && expected === undefined);
  const several = new Set(ordered.map((result) => `${result.sender} ${result.world}`)).size > 1;
  const lines = [...suiteLines(ordered, paint)];
  for (const result of failed.slice(0, listedFailuresLimit)) {
    lines.push('', ...failureLines(result, several, paint));
  }
  if (failed.length > listedFailuresLimit) {
    lines.push('', `and ${plural(failed.length - listedFailuresLimit, 'more failure')}, see the report`);
  }
  for (const part of [
    agreementLines(results, paint),
    senderLines(ordered, (counts) => countsText(counts, paint)),
    results.baseline === undefined ? [] : changeLines(results.baseline, paint),
    totalLines(results, paint),
  ]) {
    if (part.length > 0) lines.push('', ...part);
  }
  return `${lines.join('\n')}\n`;
}

/** Only what is otherwise than in the baseline. */
export function changesSummary({ baseline }: Results, stream: NodeJS.WritableStream): string {
  if (baseline === undefined) return '';
  return `${changeLines(baseline, (style, text) => styleText(style, text, { stream })).join('\n')}\n`;
}

function suiteLines(results: readonly Result[], paint: Paint): string[] {
  const suites = Map.groupBy(results, (result) => result.suite);
  const nameWidth = Math.max(0, ...[...suites.keys()].map((name) => visible(name).length));
  return [...suites].map(([name, members]) => {
    const counts = countVerdicts(members);
    const bad = members.some(({ verdict, expected }) => verdict === 'failed' && expected === undefined);
    const mark = bad ? paint('red', '✗') : paint('green', '✓');
    const label = visible(name).padEnd(nameWidth);
    return `${mark} ${label}  ${String(members.length).padStart(5)}  ${countsText(counts, paint)}`;
  });
}

function countsText(counts: VerdictCounts, paint: Paint): string {
  return verdicts
    .filter((verdict) => counts[verdict] > 0)
    .map((verdict) => paint(styles[verdict], `${grouped(counts[verdict])} ${verdict}`))
    .join(', ');
}

function failureLines(result: Result, several: boolean, paint: Paint): string[] {
  const who = several ? ` (${visible(result.sender)}, ${result.world})` : '';
  const lines = [
    `${paint(styles.failed, 'FAILED')} ${paint('bold', visible(result.scenario))}${who}`,
    `  ${visible(result.title)}`,
  ];
  const check = result.checks.find((entry) => entry.verdict === 'failed');
  if (check === undefined) {
    lines.push(`  ${visible(result.reason)}`);
  } else {
    const what = check.name === undefined ? '' : `: ${visible(check.name)}`;
    lines.push(`  ${visible(check.clause)} ${check.level}, ${visible(check.by)}${what}`);
    lines.push(...evidenceLines(check.evidence));
  }
  lines.push(`  ${paint('dim', 'replay:')} ${visible(result.replay)}`);
  return lines;
}

function evidenceLines(evidence: string): string[] {
  const all = evidence.split('\n');
  const shown = all.slice(0, evidenceLinesLimit).map((line) => `    ${visible(line)}`);
  const more = all.length - shown.length;
  return more > 0 ? [...shown, `    … ${plural(more, 'more line')}`] : shown;
}

function totalLines({ run, results }: Results, paint: Paint): string[] {
  const counts = countVerdicts(results);
  const virtualMs = results.reduce(
    (sum, result) => sum + (result.world === 'virtual' ? result.virtualMs : 0),
    0,
  );
  const wallMs = run.wallMs ?? results.reduce((sum, result) => sum + result.wallMs, 0);
  const simulated = virtualMs > 0 ? `, ${duration(virtualMs)} simulated` : '';
  const lines = [
    `${plural(results.length, 'result')} in ${duration(wallMs)}${simulated}${results.length === 0 ? '' : `: ${countsText(counts, paint)}`}`,
  ];
  const expected = results.filter((result) => result.expected !== undefined).length;
  if (expected > 0) lines.push(`${plural(expected, 'failure')} expected, with a reason in the report`);
  if (run.interrupted === true) {
    const of = run.selected === undefined ? '' : ` of ${grouped(run.selected)}`;
    lines.push(paint('yellow', `interrupted: ${grouped(results.length)}${of} finished`));
  }
  const part = shardText(run);
  if (part !== undefined) lines.push(paint('yellow', part));
  if (run.seed !== undefined) {
    const hash = run.eventHash === undefined ? '' : `, event hash ${visible(run.eventHash)}`;
    lines.push(paint('dim', `seed ${run.seed}${hash}`));
  }
  return lines;
}

/** `shard 2 of 3`, or which of them are missing where some were merged already. */
function shardText({ shard }: Run): string | undefined {
  if (shard === undefined) return undefined;
  const { parts, of } = shard;
  if (parts.length === 1 && of > 1) return `shard ${parts[0]} of ${of}`;
  const missing = Array.from({ length: of }, (_, index) => index + 1).filter((part) => !parts.includes(part));
  return `incomplete: shard ${missing.join(', ')} of ${of} is missing`;
}
