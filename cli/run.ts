/** `nexthop run`: scenarios against senders, with a report. */
import type { Command } from 'commander';
import { nodePlatform } from '../client/platform/node.ts';
import { PageError } from '../reports/html.ts';
import { showProgress } from '../reports/progress.ts';
import { terminalSummary } from '../reports/terminal.ts';
import { prepareReport, ReportError, writeReport } from '../reports/write.ts';
import { LoadError, loadSuites } from '../scenarios/load.ts';
import { type Result, type Results, ResultsError, schemaVersion } from '../scenarios/results.ts';
import { runScenarios, type ScenarioRun } from '../scenarios/runner.ts';
import { ScenarioError } from '../scenarios/scenario.ts';
import { SelectorError, select } from '../scenarios/select.ts';
import { nexthopSender } from '../scenarios/senders/nexthop.ts';
import type { Sender } from '../scenarios/senders/sender.ts';
import { interruptible } from './interruptible.ts';
import {
  checkValues,
  collect,
  type ParameterOptions,
  readParameters,
  withParameterOptions,
} from './parameters.ts';
import { EXIT, UsageError } from './usage.ts';
import { nexthopVersion } from './version.ts';

interface RunCommandOptions extends ParameterOptions {
  readonly sender: readonly string[];
  readonly seed: string;
  readonly shard?: string;
  readonly out: string;
}

export function defineRun(program: Command): void {
  withParameterOptions(program.command('run'))
    .description('run scenarios and write a report')
    .argument(
      '[selector...]',
      'ids, globs such as "greeting/*", suites, clauses, tags or files; all when absent',
    )
    .option(
      '--sender <name>',
      'the sender to test; may be given several times (default: nexthop)',
      collect,
      [],
    )
    .option('--seed <number>', 'decides everything that is random', '1')
    .option('--shard <i/n>', 'run only the i-th of n parts')
    .option('--out <folder>', 'where the report goes', 'nexthop-report')
    .action(async (selectors: readonly string[], options: RunCommandOptions) => {
      process.exitCode = await run(selectors, options);
    });
}

/** The senders that can be named; issue by issue more are enrolled in `scenarios/senders/`. */
export function enrolledSenders(): readonly Sender[] {
  return [nexthopSender(nexthopVersion())];
}

async function run(selectors: readonly string[], options: RunCommandOptions): Promise<number> {
  const seed = wholeNumber('--seed', options.seed);
  const parameters = await readParameters(options, EXIT.usage);
  checkValues(parameters);
  const senders = chooseSenders(options.sender);
  const selected = await asUsage(async () => select(await loadSuites(), selectors));
  const scenarios = ofShard(
    selected.map(({ scenario }) => scenario),
    options.shard,
  );
  // Before the work, not after it: results that cannot be stored would be lost.
  await asUsage(() => prepareReport(options.out));
  const overrides = Object.fromEntries(parameters);
  const { clock } = nodePlatform();
  const startedAtMs = clock.now();
  const results: Result[] = [];
  const { finished, interrupted } = await interruptible(async (signal) => {
    const work = runScenarios(scenarios, { senders, seed, overrides, signal });
    const progress = showProgress(process.stderr, work.selected);
    for await (const result of work.results) {
      results.push(result);
      progress.add(result);
    }
    progress.end();
    return { finished: work, interrupted: signal.aborted };
  });
  const stored = asResults(results, finished, { startedAtMs, endedAtMs: clock.now(), seed, interrupted });
  process.stdout.write(terminalSummary(stored, process.stdout));
  const files = await asUsage(() => writeReport(stored, options.out));
  process.stdout.write(`report: ${files.page}\n`);
  if (interrupted) return EXIT.interrupted;
  return results.some(({ verdict }) => verdict === 'failed') ? EXIT.failed : EXIT.ok;
}

function asResults(
  results: readonly Result[],
  work: ScenarioRun,
  run: { startedAtMs: number; endedAtMs: number; seed: number; interrupted: boolean },
): Results {
  const eventHash = work.eventHash();
  return {
    schema: schemaVersion,
    run: {
      id: new Date(run.startedAtMs).toISOString(),
      startedAt: new Date(run.startedAtMs).toISOString(),
      seed: run.seed,
      world: 'virtual',
      nexthop: nexthopVersion(),
      ...(eventHash !== undefined && { eventHash }),
      wallMs: run.endedAtMs - run.startedAtMs,
      selected: work.selected,
      ...(run.interrupted && { interrupted: true }),
    },
    results: [...results],
  };
}

function chooseSenders(names: readonly string[]): readonly Sender[] {
  const enrolled = enrolledSenders();
  if (names.length === 0) return enrolled.slice(0, 1);
  return [...new Set(names)].map((name) => {
    const sender = enrolled.find((candidate) => candidate.name === name);
    if (sender !== undefined) return sender;
    const known = enrolled.map((candidate) => candidate.name).join(', ');
    throw new UsageError(`--sender: unknown sender '${name}', enrolled are: ${known}`);
  });
}

/** Every n-th scenario, so that each shard has a share of every suite. */
function ofShard<T>(items: readonly T[], shard: string | undefined): readonly T[] {
  if (shard === undefined) return items;
  const [, part, parts] = (/^(\d{1,4})\/(\d{1,4})$/.exec(shard) ?? []).map(Number);
  if (part === undefined || parts === undefined || part < 1 || part > parts) {
    throw new UsageError(`--shard: '${shard}' is not I/N with I from 1 to N, such as 1/3`);
  }
  return items.filter((_, index) => index % parts === part - 1);
}

function wholeNumber(option: string, text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) {
    throw new UsageError(`${option}: '${text}' is not a whole number`);
  }
  return value;
}

async function asUsage<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const known = [LoadError, SelectorError, ScenarioError, ReportError, ResultsError, PageError];
    if (error instanceof Error && known.some((kind) => error instanceof kind))
      throw new UsageError(error.message);
    throw error;
  }
}
