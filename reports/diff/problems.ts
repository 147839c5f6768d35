/** Expectations to correct that were not to be corrected in the baseline. Pure. */
import type { Change, ChangeKind } from '../../scenarios/results.ts';

/** What applyExpectations says of an expectation, after its file and number; another cause is a failure by itself. */
const kinds: readonly (readonly [RegExp, ChangeKind])[] = [
  [/^expired on \d{4}-\d\d-\d\d: /, 'expired-expectation'],
  [/: no longer so, remove the expectation$/, 'unexpected-pass'],
];

/** Expectations that are over since, which no longer hold, or which nothing met. */
export function problemChanges(before: readonly string[], now: readonly string[]): Change[] {
  const known = new Set(before.map(withoutPlace));
  return now
    .filter((text) => !known.has(withoutPlace(text)))
    .map((text): Change => {
      const said = withoutPlace(text);
      const kind = kinds.find(([pattern]) => pattern.test(said))?.[1] ?? 'unused-expectation';
      return { kind, regression: kind === 'expired-expectation', text };
    });
}

/** Without file and number, which change when another entry is added. */
function withoutPlace(text: string): string {
  return text.replace(/^.*?, expectation \d+: /s, '');
}
