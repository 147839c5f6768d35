/** `nexthop report`: makes a report anew from stored results, or one report of several. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { nodePlatform } from '../client/platform/node.ts';
import { hasRegressed, incomparable, withBaseline } from '../reports/diff/diff.ts';
import { withHistory } from '../reports/history/remember.ts';
import { mergeResults } from '../reports/merge.ts';
import { terminalSummary } from '../reports/terminal.ts';
import { readReport, writeReport } from '../reports/write.ts';
import { applyExpectations, defaultExpectations, hasFailed } from '../scenarios/expectations.ts';
import { compareWithOracle } from '../scenarios/oracle.ts';
import type { Results } from '../scenarios/results.ts';
import { asUsage } from './as-usage.ts';
import { tellWorkflow, withoutCommands } from './github.ts';
import { openPage } from './open-page.ts';
import { warn } from './parameters.ts';
import { EXIT, UsageError } from './usage.ts';

interface ReportCommandOptions {
  readonly out?: string;
  readonly baseline?: string;
  readonly history?: string;
  readonly open?: true;
}

export function defineReport(program: Command): void {
  program
    .command('report')
    .description('rebuild the report of a folder, or merge several into one')
    .argument('<folder...>', 'report folders, or results.json files')
    .option('--out <folder>', 'where the report goes; the first folder when there is only one')
    .option('--history <file>', 'adds the run to this history, as `nexthop run --history` does')
    .option('--baseline <report>', 'compare with this one anew; the exit status then tells of regressions')
    .option('--open', 'show the page')
    .action(async (folders: readonly string[], options: ReportCommandOptions) => {
      process.exitCode = await report(folders, options);
    });
}

async function report(folders: readonly string[], options: ReportCommandOptions): Promise<number> {
  const [first = ''] = folders;
  const out = options.out ?? (folders.length === 1 && !first.endsWith('.json') ? first : 'nexthop-report');
  return asUsage(async () => {
    const baseline = options.baseline === undefined ? undefined : await readReport(options.baseline);
    const parts = await Promise.all(
      folders.map(async (origin) => ({ origin, results: await readReport(origin) })),
    );
    const merged = mergeResults(parts);
    const why = baseline && incomparable(baseline, merged.results);
    if (why !== undefined)
      throw new UsageError(`--baseline ${options.baseline}: nothing to compare with: ${why}`);
    if (
      baseline === undefined &&
      merged.baseline === undefined &&
      parts.some((part) => part.results.baseline !== undefined)
    )
      warn('parts were compared each on their own; what they come to together is told with --baseline');
    // Runs of a sender and of the oracle that were made apart meet here; what was judged already stays as it was.
    const apart = merged.run.parts !== undefined && merged.comparisons === undefined;
    const judged = apart ? await judgeTogether(merged) : merged;
    const held = baseline === undefined ? judged : withBaseline(judged, baseline);
    const results = options.history === undefined ? held : await withHistory(held, options.history);
    const { page } = await writeReport(results, out);
    process.stdout.write(withoutCommands(terminalSummary(results, process.stdout)));
    process.stdout.write(`report: ${page}\n`);
    await tellWorkflow(results);
    if (options.open === true) openPage(resolve(page));
    // What one run would have said at its end is said where its parts come together.
    const joined = parts.length > 1 && parts.some((part) => part.results.run.shard !== undefined);
    if (joined && results.run.shard !== undefined) return EXIT.failed;
    const worse = baseline === undefined ? joined && hasFailed(results) : hasRegressed(results);
    return worse ? EXIT.failed : EXIT.ok;
  });
}

async function judgeTogether(results: Results): Promise<Results> {
  const today = new Date(nodePlatform().clock.now()).toISOString().slice(0, 10);
  return applyExpectations(compareWithOracle(results), await defaultExpectations(), { today });
}
