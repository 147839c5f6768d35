/** `nexthop history`: what the runs of a history tell together. */
import type { Command } from 'commander';
import { historyOf } from '../reports/history/summary.ts';
import { historyText } from '../reports/history/terminal.ts';
import { asUsage } from './as-usage.ts';

interface HistoryCommandOptions {
  readonly json?: true;
}

export function defineHistory(program: Command): void {
  program
    .command('history')
    .description('runs of a history: trends, flaky scenarios, and when verdicts changed')
    .argument('<file>', 'what `nexthop run --history` wrote')
    .argument('[selector]', 'an id, a glob such as "greeting/*", or a suite; everything when absent')
    .option('--json', 'everything that is known, for other programs')
    .action(async (file: string, selector: string | undefined, { json }: HistoryCommandOptions) => {
      const history = await asUsage(() => historyOf(file, selector === undefined ? {} : { selector }));
      process.stdout.write(
        json === true ? `${JSON.stringify(history, undefined, 2)}\n` : historyText(history, process.stdout),
      );
    });
}
