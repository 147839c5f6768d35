import type { Results } from '../../scenarios/results.ts';
export function markdownSummary(results: Results): string {
  return `${results.run.id}\n`;
}
