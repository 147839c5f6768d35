/** What a workflow of GitHub Actions is told besides: annotations, and the summary of the job. */
import { randomUUID } from 'node:crypto';
import { appendFile } from 'node:fs/promises';
import { githubAnnotations } from '../reports/exports/annotations.ts';
import { markdownSummary } from '../reports/exports/markdown.ts';
import type { Results } from '../scenarios/results.ts';
import { warn } from './parameters.ts';

const inActions = (): boolean => process.env.GITHUB_ACTIONS === 'true';

/** What servers said could be read as commands of the workflow; between these marks it is not. */
export function withoutCommands(text: string): string {
  if (!inActions()) return text;
  const end = randomUUID();
  return `::stop-commands::${end}\n${text}::${end}::\n`;
}

/** Nothing elsewhere. */
export async function tellWorkflow(results: Results): Promise<void> {
  if (inActions()) process.stdout.write(githubAnnotations(results));
  const file = process.env.GITHUB_STEP_SUMMARY;
  if (file === undefined || file === '') return;
  // A summary that cannot be shown is no reason to lose the run.
  await appendFile(file, markdownSummary(results)).catch((error: NodeJS.ErrnoException) =>
    warn(`GITHUB_STEP_SUMMARY: cannot write ${file}: ${error.code ?? error.message}`),
  );
}
