/** The history: how runs like this one went, one after another. */
import { useCallback } from 'preact/hooks';
import type { History as Past, PastRun } from '../../scenarios/results-history.ts';
import { type Verdict, verdicts } from '../../scenarios/verdicts.ts';
import { duration, grouped, plural, visible } from '../format.ts';
import { countsText, passRate } from '../history/rate.ts';
import type { Report } from './data.ts';
import { HistoryTables } from './history-tables.tsx';
import { Mark, Section } from './parts.tsx';
import { Plot } from './plot.tsx';
import type { Line, Plots } from './plots.ts';
import './history.css';

const plotHeight = 190;
const smallPlotHeight = 110;
const passing: readonly Verdict[] = ['passed', 'informational', 'unsupported', 'skipped'];

export function History({ report }: { readonly report: Report }) {
  const { history } = report.summary;
  if (history === undefined) {
    return (
      <>
        <h1 tabIndex={-1}>No history</h1>
        <p class="lead">
          This run knows no earlier ones. With <code>nexthop run --history FILE</code>, runs are kept in a
          file.
        </p>
      </>
    );
  }
  const { runs, slowest } = history;
  return (
    <>
      <div class="headline">
        <p class="eyebrow">{periodOf(runs)}</p>
        <h1 tabIndex={-1}>
          {runs.length === 1 ? 'The first run of its kind' : `${grouped(runs.length)} runs`}
        </h1>
        <p class="lead">Runs of the same selection, senders, world and seed; this one is the last.</p>
      </div>
      <div class="trends">
        <Verdicts runs={runs} />
        <Trend
          title="Passed"
          values={runs.map(({ counts }) => counts.passed ?? 0)}
          runs={runs}
          format={whole}
        />
        <Trend
          title="RFC clauses exercised"
          values={runs.map(({ clauses }) => clauses)}
          runs={runs}
          format={whole}
        />
        <Trend
          title="Duration of the run"
          note="those that came to their end"
          values={runs.map(({ wallMs = null, incomplete }) => (incomplete ? null : wallMs))}
          runs={runs}
          format={duration}
          zero
        />
      </div>
      {slowest.length === 0 ? null : (
        <Section title="Slowest scenarios" note="wall time, on average over these runs">
          <div class="trends">
            {slowest.map(({ scenario, sender, wallMs }) => (
              <Trend
                key={`${scenario} ${sender}`}
                title={visible(scenario)}
                note={visible(sender)}
                values={wallMs}
                runs={runs}
                format={duration}
                zero
                small
              />
            ))}
          </div>
        </Section>
      )}
      <HistoryTables report={report} history={history} />
    </>
  );
}

function periodOf(runs: Past['runs']): string {
  const [first, last] = [runs[0], runs.at(-1)].map((run) =>
    run === undefined ? '' : day(run.startedAt, 'long'),
  );
  return first === last ? `${first}` : `${first} to ${last}`;
}

/** Between two counts there is none. */
const whole = (count: number): string => (Number.isInteger(count) ? grouped(count) : '');

/** Days, or times where all are of one day. */
function datesOf(runs: readonly { readonly startedAt: string }[]): string[] {
  const days = runs.map(({ startedAt }) => day(startedAt, 'short'));
  return new Set(days).size > 1 ? days : runs.map(({ startedAt }) => startedAt.slice(11, 16));
}

/** `24 Nov`, or with its year, in UTC. */
function day(timestamp: string, style: 'short' | 'long'): string {
  const form: Intl.DateTimeFormatOptions =
    style === 'long' ? { dateStyle: 'long' } : { day: 'numeric', month: 'short' };
  return new Date(timestamp).toLocaleDateString('en-GB', { ...form, timeZone: 'UTC' });
}

function titleOf({ startedAt, nexthop, counts }: PastRun, value: string): string {
  const when = startedAt.slice(0, 16).replace('T', ' ');
  return `${when}, ${visible(nexthop)}\n${value}\n${countsText(counts)}`;
}

/** What did not pass, which is little beside what did. */
function Verdicts({ runs }: { readonly runs: Past['runs'] }) {
  const shown = verdicts.filter(
    (verdict) => !passing.includes(verdict) && runs.some(({ counts }) => (counts[verdict] ?? 0) > 0),
  );
  const draw = useCallback(
    (plots: Plots, width: number) =>
      plots.stack(width, {
        bars: runs.flatMap(({ counts }, run) =>
          shown.map((verdict) => ({ run, verdict, count: counts[verdict] ?? 0 })),
        ),
        dates: datesOf(runs),
        titles: runs.map((run) => titleOf(run, `${passRate(run.counts) ?? 'nothing'} passed`)),
        height: plotHeight,
      }),
    [runs],
  );
  const last = runs.at(-1);
  const summary = last === undefined ? '' : `${passRate(last.counts) ?? 'nothing'} passed in the last run`;
  return (
    <figure class="trend">
      <figcaption>
        <h2>What did not pass</h2>
        <p class="trend-figure">{shown.length === 0 ? 'Nothing, in any of these runs' : summary}</p>
        <ul class="legend">
          {shown.map((verdict) => (
            <li key={verdict}>
              <Mark verdict={verdict} /> {verdict}
            </li>
          ))}
        </ul>
      </figcaption>
      {shown.length === 0 ? null : (
        <Plot
          height={plotHeight}
          label={`Bars of what did not pass in each of ${plural(runs.length, 'run')}: ${summary}. The table of runs has the figures.`}
          draw={draw}
        />
      )}
    </figure>
  );
}

function Trend({ title, note, values, runs, format, zero = false, small = false }: TrendProps) {
  const height = small ? smallPlotHeight : plotHeight;
  const draw = useCallback(
    (plots: Plots, width: number) =>
      plots.line(width, {
        values,
        dates: datesOf(runs),
        titles: runs.map((run, index) => titleOf(run, `${title}: ${format(values[index] ?? 0)}`)),
        format,
        height,
        zero,
      }),
    [runs, values.join()],
  );
  const known = values.filter((value) => value !== null);
  const [least, most, last] = [Math.min(...known), Math.max(...known), known.at(-1) ?? 0];
  const range =
    least === most
      ? `always ${format(least)}`
      : `from ${format(least)} to ${format(most)}, last ${format(last)}`;
  const Heading = small ? 'h3' : 'h2';
  return (
    <figure class="trend">
      <figcaption>
        <Heading>
          {title}
          {note === undefined ? null : <span class="note">{note}</span>}
        </Heading>
        <p class="trend-figure">{known.length === 0 ? 'not known' : range}</p>
      </figcaption>
      {known.length === 0 ? null : (
        <Plot height={height} label={`${title} in ${plural(known.length, 'run')}: ${range}.`} draw={draw} />
      )}
    </figure>
  );
}

interface TrendProps extends Pick<Line, 'values' | 'format'> {
  readonly title: string;
  readonly note?: string;
  readonly runs: Past['runs'];
  readonly zero?: boolean;
  readonly small?: boolean;
}
