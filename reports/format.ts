/** Words and figures that every report writes the same way. Pure: the page uses it in a browser. */
import { type Verdict, verdicts } from '../scenarios/verdicts.ts';

export type VerdictCounts = Readonly<Record<Verdict, number>>;

export function countVerdicts(entries: Iterable<{ readonly verdict: Verdict }>): VerdictCounts {
  const counts = {
    failed: 0,
    'non-strict': 0,
    inconclusive: 0,
    passed: 0,
    informational: 0,
    unsupported: 0,
    skipped: 0,
  };
  for (const entry of entries) counts[entry.verdict] += 1;
  return counts;
}

/** The verdict that stands for several: the worst that occurs. */
export function worstVerdict(entries: Iterable<Verdict>): Verdict | undefined {
  const seen = new Set(entries);
  return verdicts.find((verdict) => seen.has(verdict));
}

const steps = [
  { unit: 'd', ms: 86_400_000 },
  { unit: 'h', ms: 3_600_000 },
  { unit: 'min', ms: 60_000 },
  { unit: 's', ms: 1_000 },
] as const;

/** `0 ms`, `340 ms`, `4.2 s`, `5 min 12 s`, `3 d 4 h`: two units at most. */
export function duration(ms: number): string {
  if (ms < 999.5) return `${ms < 10 && ms > 0 ? Number(ms.toFixed(1)) : Math.round(ms)} ms`;
  if (ms < 59_950) return `${Number((ms / 1_000).toFixed(1))} s`;
  const rounded = ms < 3_600_000 ? Math.round(ms / 1_000) * 1_000 : Math.round(ms / 60_000) * 60_000;
  const first = steps.findIndex((step) => rounded >= step.ms);
  const [large, small] = [steps[first], steps[first + 1]];
  if (large === undefined) return `${Math.round(ms)} ms`;
  const whole = Math.floor(rounded / large.ms);
  const rest = small === undefined ? 0 : Math.floor((rounded % large.ms) / small.ms);
  return rest === 0 || small === undefined
    ? `${grouped(whole)} ${large.unit}`
    : `${grouped(whole)} ${large.unit} ${rest} ${small.unit}`;
}

/** `12,345` */
export function grouped(value: number): string {
  return Math.round(value).toLocaleString('en-GB');
}

/** `1 result`, `12 results` */
export function plural(value: number, noun: string): string {
  return `${grouped(value)} ${noun}${value === 1 ? '' : 's'}`;
}

/**
 * Text of a peer made safe to show: control characters, line separators and what turns the writing direction become `\xNN`
 * or `\u{NNNN}`, so that no server can move the cursor, set colours or disguise a line.
 */
export function visible(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028-\u202E\u2066-\u2069]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
  });
}

/** The same for text of several lines; halves of characters become U+FFFD, so that it can be part of an address. */
export function legible(text: string): string {
  return text.split('\n').map(visible).join('\n').toWellFormed();
}
