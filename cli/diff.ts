/** `nexthop diff`: what is otherwise in a later run than in an earlier one. */
import { type Command, Option } from 'commander';
import { hasRegressed, incomparable, withBaseline } from '../reports/diff/diff.ts';
import { markdownSummary } from '../reports/exports/markdown.ts';
import { changesSummary } from '../reports/terminal.ts';
import { readReport } from '../reports/write.ts';
import type { Results } from '../scenarios/results.ts';
import { asUsage } from './as-usage.ts';
import { tellWorkflow, withoutCommands } from './github.ts';
import { EXIT, UsageError } from './usage.ts';

const formats = {
  markdown: markdownSummary,
  json: ({ baseline }) => `${JSON.stringify(baseline, undefined, 2)}\n`,
} satisfies Record<string, (results: Results) => string>;

interface DiffCommandOptions {
  readonly format: keyof typeof formats | 'terminal';
}

export function defineDiff(program: Command): void {
  program
    .command('diff')
    .description('compare two runs; exit status 1 when the later one has a regression')
    .argument('<old>', 'the baseline: a report folder, or a results.json')
    .argument('<new>', 'the run to hold against it')
    .addOption(
      new Option('--format <format>', 'for whom: json is the member baseline of results.json')
        .choices(['terminal', ...Object.keys(formats)])
        .default('terminal'),
    )
    .action(async (before: string, now: string, { format }: DiffCommandOptions) => {
      const results = await compared(before, now);
      if (format === 'terminal') {
        process.stdout.write(withoutCommands(changesSummary(results, process.stdout)));
        await tellWorkflow(results);
      } else {
        process.stdout.write(formats[format](results));
      }
      process.exitCode = hasRegressed(results) ? EXIT.failed : EXIT.ok;
    });
}

async function compared(before: string, now: string): Promise<Results> {
  const [baseline, results] = await asUsage(() => Promise.all([readReport(before), readReport(now)]));
  const why = incomparable(baseline, results.results);
  if (why !== undefined) throw new UsageError(`${before} and ${now} cannot be compared: ${why}`);
  return withBaseline(results, baseline);
}
