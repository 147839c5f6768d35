/** What the benchmarks measure with and how they show it: medians with their spread, plain tables. */
import { grouped } from '../reports/format.ts';

export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/** The median is the lower of the two in the middle when their number is even: it was really measured. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (index: number) => sorted[index] ?? Number.NaN;
  return { min: at(0), median: at((sorted.length - 1) >> 1), max: at(sorted.length - 1) };
}

/** `1,234 (1,100 to 1,300)` */
export function showSpread(spread: Spread, show: (value: number) => string = grouped): string {
  return `${show(spread.median)} (${show(spread.min)} to ${show(spread.max)})`;
}

/** Columns two spaces apart; every one but the first is aligned to the right. */
export function table(rows: readonly (readonly string[])[]): string {
  const columns = Math.max(...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd();
  return `${rows.map(line).join('\n')}\n`;
}

/** Processor time of this process, user and system, all threads, in milliseconds. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** The most memory that this process has ever held. */
export function peakMemoryMiB(): number {
  return process.resourceUsage().maxRSS / 1024;
}
