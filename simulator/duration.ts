/**
 * Lengths of time as scenarios write them: `'250ms'`, `'10s'`, `'5m'`, `'2h'`, `'5d'`, or a number of milliseconds.
 */

export type Duration = string | number;

/** The longest time a real timer can wait (2^31 - 1 ms, almost 25 days), so that both worlds accept the same. */
export const DURATION_LIMIT_MS = 2_147_483_647;

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

export class DurationError extends Error {
  override readonly name = 'DurationError';
}

/** Milliseconds, whole and 0 or more. Throws `DurationError` with one line that shows the bad value. */
export function durationMs(duration: Duration): number {
  const value = typeof duration === 'number' ? duration : parse(duration);
  if (!(value >= 0))
    throw new DurationError(`not a duration: ${shown(duration)} (write 250ms, 10s, 5m, 2h or 1d)`);
  if (value > DURATION_LIMIT_MS) {
    throw new DurationError(`duration too long: ${shown(duration)} (at most ${DURATION_LIMIT_MS} ms)`);
  }
  return Math.round(value);
}

function parse(text: string): number {
  const match = /^(\d{1,12}(?:\.\d{1,6})?)(ms|s|m|h|d)$/.exec(text);
  const unitMs = UNIT_MS[match?.[2] ?? ''];
  return match && unitMs !== undefined ? Number(match[1]) * unitMs : Number.NaN;
}

function shown(duration: unknown): string {
  return JSON.stringify(duration)?.slice(0, 40) ?? String(duration);
}
