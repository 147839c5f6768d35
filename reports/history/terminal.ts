/** A history for a terminal: its runs, the scenarios that cannot be relied on, and the verdicts that changed. */
import { styleText } from 'node:util';
import type { FlakyScenario, History, PastRun, VerdictChange } from '../../scenarios/results-history.ts';
import { duration, grouped, plural, visible } from '../format.ts';
import type { Paint } from '../paint.ts';
import { countsText, passRate, resultsIn } from './rate.ts';

/** Lines of each part; `--json` has all. */
const LINES = 20;

export function historyText(history: History, stream: NodeJS.WritableStream): string {
  const paint: Paint = (style, text) => styleText(style, text, { stream });
  const { runs, flaky, changes, slowest } = history;
  const parts = [
    section(
      'Runs, the latest first',
      runs.toReversed().map((run) => runLine(run, paint)),
      paint,
    ),
    section(
      'Flaky: equal runs did not agree',
      flaky.map((entry) => flakyLine(entry, paint)),
      paint,
    ),
    section(
      'Verdicts that changed, the latest first',
      changes.map((entry) => changeLine(entry, paint)),
      paint,
    ),
    section('Slowest, on average', slowest.map(slowLine), paint),
  ];
  return `${parts.filter((part) => part !== '').join('\n')}`;
}

function section(title: string, lines: readonly string[], paint: Paint): string {
  if (lines.length === 0) return '';
  const more = lines.length > LINES ? [`  and ${plural(lines.length - LINES, 'more line')}, see --json`] : [];
  return [paint('bold', title), ...lines.slice(0, LINES).map((line) => `  ${line}`), ...more, ''].join('\n');
}

function runLine(run: PastRun, paint: Paint): string {
  const rate = passRate(run.counts);
  const failed = run.counts.failed ?? 0;
  const passed = rate === undefined ? 'none decided' : `${rate} passed`;
  return [
    moment(run.startedAt),
    visible(run.nexthop),
    run.world,
    plural(resultsIn(run.counts), 'result'),
    failed === 0 ? passed : paint('red', `${passed}, ${grouped(failed)} failed`),
    ...(run.wallMs === undefined ? [] : [duration(run.wallMs)]),
    ...(run.incomplete ? [paint('yellow', 'incomplete')] : []),
  ].join('  ');
}

function flakyLine({ about, counts, lastAt, nexthop, ...subject }: FlakyScenario, paint: Paint): string {
  const what = about === 'verdict' ? countsText(counts) : 'the same verdict by other events';
  return `${named(subject, paint)}  ${what}, with ${visible(nexthop)}, last on ${moment(lastAt)}`;
}

function changeLine(change: VerdictChange, paint: Paint): string {
  const { before, now, at, nexthop, nexthopBefore, senderVersion, senderVersionBefore, sender } = change;
  const versions = [
    ...(nexthop === nexthopBefore ? [] : [`nexthop ${visible(nexthopBefore)} → ${visible(nexthop)}`]),
    ...(senderVersion === senderVersionBefore || sender === 'nexthop'
      ? []
      : [`${visible(sender)} ${visible(senderVersionBefore)} → ${visible(senderVersion)}`]),
  ];
  const since = versions.length === 0 ? '' : `, ${versions.join(', ')}`;
  const verdict = now === 'failed' ? paint('red', now) : now;
  return `${moment(at)}  ${named(change, paint)}  ${before} → ${verdict}${since}`;
}

function slowLine({ wallMs, ...subject }: History['slowest'][number]): string {
  const known = wallMs.filter((ms) => ms !== null);
  const average = known.reduce((sum, ms) => sum + ms, 0) / Math.max(known.length, 1);
  return `${duration(average)}  ${named(subject, (_, text) => text)}`;
}

function named(
  { scenario, sender, world, seed }: Omit<FlakyScenario, 'about' | 'counts'> | Subject,
  paint: Paint,
): string {
  return `${paint('bold', visible(scenario))} (${visible(sender)}, ${world}, seed ${seed})`;
}

type Subject = Pick<FlakyScenario, 'scenario' | 'sender' | 'world' | 'seed'>;

/** `2026-11-24 18:30`, in UTC. */
function moment(timestamp: string): string {
  return timestamp.slice(0, 16).replace('T', ' ');
}
