/**
 * The plots of the history. They are built apart from the page, as the library is larger than all of it: only a report
 * that has a history carries them, and they run when that is looked at.
 */
import { axisX, axisY, barY, dot, gridY, lineY, plot, ruleY } from '@observablehq/plot';

/** A value for each run; null where there is none. */
export interface Line {
  readonly values: readonly (number | null)[];
  /** Short dates of the runs, below the plot. */
  readonly dates: readonly string[];
  /** What is said of one run when it is pointed at. */
  readonly titles: readonly string[];
  readonly format: (value: number) => string;
  readonly height: number;
  /** Whether to begin at zero: a duration is a length, a count of clauses is not. */
  readonly zero: boolean;
}

export interface Stack {
  readonly bars: readonly { readonly run: number; readonly verdict: string; readonly count: number }[];
  readonly dates: readonly string[];
  readonly titles: readonly string[];
  readonly height: number;
}

const PIXELS_PER_DATE = 88;
const PIXELS_PER_STEP = 34;

/** The runs whose dates are written: as many as there is room for. */
function datedRuns(dates: readonly string[], width: number): number[] {
  const step = Math.max(1, Math.ceil(dates.length / Math.max(1, Math.floor(width / PIXELS_PER_DATE))));
  return dates.flatMap((_, run) => (run % step === 0 ? run : []));
}

const common = {
  marginLeft: 56,
  marginRight: 16,
  marginBottom: 28,
  style: { fontFamily: 'inherit', fontSize: '12px' },
};

function drawLine(width: number, { values, dates, titles, format, height, zero }: Line): Element {
  const points = values.flatMap((value, run) => (value === null ? [] : { run, value, title: titles[run] }));
  return plot({
    ...common,
    width,
    height,
    x: { domain: [-0.5, Math.max(dates.length - 0.5, 0.5)], label: null },
    y: { zero, nice: true, label: null },
    marks: [
      axisX(datedRuns(dates, width), { tickFormat: (run: number) => dates[run] ?? '', tickSize: 0 }),
      axisY({ tickFormat: format, tickSize: 0, tickSpacing: PIXELS_PER_STEP }),
      gridY({ stroke: 'var(--line)', strokeOpacity: 1, tickSpacing: PIXELS_PER_STEP }),
      lineY(points, { x: 'run', y: 'value', stroke: 'var(--accent)', strokeWidth: 1.75 }),
      dot(points, { x: 'run', y: 'value', fill: 'var(--accent)', r: 2.5, title: 'title', tip: true }),
    ],
  });
}

function drawStack(width: number, { bars, dates, titles, height }: Stack): Element {
  const named = bars.map((bar) => ({ ...bar, hue: `var(--hue-${bar.verdict})`, title: titles[bar.run] }));
  return plot({
    ...common,
    width,
    height,
    x: { type: 'band', domain: dates.map((_, run) => run), label: null, padding: 0.15 },
    y: { nice: true, label: null, zero: true },
    marks: [
      axisX(datedRuns(dates, width), { tickFormat: (run: number) => dates[run] ?? '', tickSize: 0 }),
      axisY({
        tickSize: 0,
        tickSpacing: PIXELS_PER_STEP,
        tickFormat: (n: number) => (Number.isInteger(n) ? String(n) : ''),
      }),
      gridY({ stroke: 'var(--line)', strokeOpacity: 1, tickSpacing: PIXELS_PER_STEP }),
      barY(named, { x: 'run', y: 'count', fill: 'hue', title: 'title', tip: true }),
      ruleY([0], { stroke: 'var(--strong-line)' }),
    ],
  });
}

export interface Plots {
  readonly line: (width: number, what: Line) => Element;
  readonly stack: (width: number, what: Stack) => Element;
}

const plots: Plots = { line: drawLine, stack: drawStack };
export default plots;
