/**
 * Delays as the mail log shows them: two significant digits, and no more decimals than
 * `delay_logging_resolution_limit` (delivery reference 9.1).
 */

/** 0.004 s gives `0`, 0.005 `0.01`, 1.05 `1.1`, 9.95 `10`, 10.5 `11` with the default of two decimals. */
export function formatDelay(milliseconds: number, decimalsLimit: number): string {
  const microseconds = Math.max(0, Math.round(milliseconds * 1000));
  const resolution = resolutionMicroseconds(microseconds, decimalsLimit);
  const rounded = Math.floor((microseconds + resolution / 2) / resolution) * resolution;
  const whole = Math.floor(rounded / MICROSECONDS);
  const decimals = String(rounded % MICROSECONDS)
    .padStart(6, '0')
    .replace(/0+$/, '');
  return decimals === '' ? String(whole) : `${whole}.${decimals}`;
}

const MICROSECONDS = 1_000_000;

function resolutionMicroseconds(value: number, decimalsLimit: number): number {
  const finest = MICROSECONDS / 10 ** decimalsLimit;
  let resolution = finest;
  if (value >= 10 * MICROSECONDS) resolution = MICROSECONDS;
  else if (value >= MICROSECONDS) resolution = MICROSECONDS / 10;
  else while (value >= resolution * 100) resolution *= 10;
  return Math.max(resolution, finest);
}
