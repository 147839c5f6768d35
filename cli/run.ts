/** `nexthop run`: scenarios against senders, with a report. */
import type { Command } from 'commander';
import type { Settings } from '../client/config/register.ts';
import { nodePlatform } from '../client/platform/node.ts';
import { hasRegressed, incomparable, withBaseline } from '../reports/diff/diff.ts';
import { prepareHistory } from '../reports/history/remember.ts';
import { showProgress } from '../reports/progress.ts';
import { terminalSummary } from '../reports/terminal.ts';
import { prepareReport, readReport, writeReport } from '../reports/write.ts';
import { cutLine } from '../scenarios/bound-result.ts';
import { codeDigest } from '../scenarios/code-digest.ts';
import { configuredFiles } from '../scenarios/configured-files.ts';
import { applyExpectations, hasFailed, marker } from '../scenarios/expectations.ts';
import { runLive } from '../scenarios/live/run.ts';
import { loadSuites } from '../scenarios/load.ts';
import { compareWithOracle } from '../scenarios/oracle.ts';
import { type Result, type Results, selectorsLimit } from '../scenarios/results.ts';
import { runScenarios } from '../scenarios/runner.ts';
import { select } from '../scenarios/select.ts';
import { findSenders } from '../scenarios/senders/find.ts';
import { cutOut, weights } from '../scenarios/shards.ts';
import { storedRun } from '../scenarios/stored-run.ts';
import { asUsage } from './as-usage.ts';
import { tellWorkflow, withoutCommands } from './github.ts';
import { interruptible } from './interruptible.ts';
import { overridesOf } from './overrides.ts';
import { checkedSettings, readConfiguration, withParameterOptions } from './parameters.ts';
import { learntDurations, remembered } from './run-history.ts';
import {
  type RunCommandOptions,
  readExpectations,
  readScenarioOptions,
  type Watched,
  withScenarioOptions,
} from './run-options.ts';
import { EXIT, UsageError } from './usage.ts';
import { nexthopVersion } from './version.ts';

export function defineRun(program: Command): void {
  const command = program
    .command('run')
    .description('run scenarios and write a report')
    .argument(
      '[selector...]',
      'ids, globs such as "greeting/*", suites, clauses, tags or files; all when absent',
    );
  withScenarioOptions(withParameterOptions(command))
    .option('--shard <i/n>', 'run only the i-th of n parts')
    .option(
      '--baseline <report>',
      'an earlier report, or its results.json: the exit status then tells of regressions only',
    )
    .option('--history <file>', 'adds the run to those in this file; durations are learnt from it')
    .option('--out <folder>', 'where the report goes', 'nexthop-report')
    .option('--watch', 'run again what a changed file touches, until it is told to end')
    .action(async (selectors: readonly string[], { watch, ...options }: RunCommandOptions) => {
      process.exitCode = watch === true ? await watchRun(selectors, options) : await run(selectors, options);
    });
}

async function watchRun(selectors: readonly string[], options: RunCommandOptions): Promise<number> {
  for (const other of ['shard', 'history'] as const) {
    if (options[other] !== undefined)
      throw new UsageError(`--watch runs parts as they change, which does not go with --${other}`);
  }
  const { watchRuns } = await import('./watch.ts');
  return watchRuns(selectors, options);
}

/** Items of lists one by one. */
function textsOf(settings: Settings): string[] {
  return Object.values(settings)
    .flat()
    .filter((value) => typeof value === 'string');
}

export async function run(
  selectors: readonly string[],
  options: RunCommandOptions,
  watched?: Watched,
): Promise<number> {
  const { senders: wanted, jobs, seed } = readScenarioOptions(options);
  const asked = options.shard === undefined ? undefined : readShard(options.shard);
  const configuration = await readConfiguration(options, EXIT.usage);
  const settings = checkedSettings(configuration.assigned);
  const { senders, missing } = await asUsage(() => findSenders(wanted, nexthopVersion()));
  for (const { name, install } of missing) {
    process.stderr.write(`nexthop: skipped: ${name} is not installed here; install it with: ${install}\n`);
  }
  const baseline = await readBaseline(
    options.baseline,
    wanted.map((sender) => ({ sender, world: options.world, seed })),
  );
  const suites = await asUsage(() => loadSuites());
  const selected = await asUsage(() => select(suites, selectors));
  const picked = watched?.pick(selected) ?? selected;
  const all = picked.map(({ scenario }) => scenario);
  // A part of a selection is held against the same part of a baseline.
  const wantedIds = picked.length === selected.length ? selectors : all.map(({ id }) => id);
  const expectations = await readExpectations(options);
  // Before the work, not after it: results that cannot be stored would be lost.
  await asUsage(() => prepareReport(options.out));
  if (options.history !== undefined) await asUsage(() => prepareHistory(options.history ?? ''));
  const overrides = Object.fromEntries(overridesOf(configuration));
  const { clock, files } = nodePlatform();
  const tables =
    options.world === 'virtual' && options.mainCf !== undefined
      ? await configuredFiles(settings.flatMap(textsOf), files)
      : {};
  const durations = await learntDurations(options.history, baseline, {
    senders: senders.map(({ name }) => name),
    world: options.world,
  });
  const inputs = [overrides, expectations.map(({ origin: _, ...expectation }) => expectation)];
  const { scenarios, shard } =
    asked === undefined ? { scenarios: all } : cutOut(all, asked, durations, inputs);
  const startedAtMs = clock.now();
  const today = new Date(startedAtMs).toISOString().slice(0, 10);
  const results: Result[] = [];
  const { finished, interrupted } = await interruptible(async (signal) => {
    const common = { senders, seed, overrides, signal };
    const work =
      options.world === 'live'
        ? await asUsage(() => runLive(scenarios, { ...common, jobs, version: nexthopVersion() }))
        : runScenarios(scenarios, { ...common, files: tables });
    const weightOf = weights(scenarios, durations);
    const perScenario = new Map(
      scenarios.map((scenario) => [scenario.id, weightOf(scenario) / senders.length]),
    );
    const mark = marker(expectations, today);
    const progress = showProgress(process.stderr, work.selected, {
      total: scenarios.map(weightOf).reduce((sum, weight) => sum + weight, 0),
      weightOf: (id) => perScenario.get(id) ?? 0,
    });
    for await (const result of work.results) {
      results.push(result);
      progress.add(mark(result));
    }
    progress.end();
    return { finished: work, interrupted: signal.aborted };
  });
  const plain = storedRun(results, {
    startedAtMs,
    endedAtMs: clock.now(),
    seed,
    world: options.world,
    nexthop: nexthopVersion(),
    selected: finished.selected,
    ...(interrupted && { interrupted: true }),
    ...(wantedIds.length > 0 && { selectors: wantedIds.slice(0, selectorsLimit).map(cutLine) }),
    senders: [...wanted],
    code: await codeDigest(),
    ...(shard && { shard }),
  });
  const compared = compareWithOracle(plain);
  const judged = applyExpectations(compared, expectations, {
    today,
    // A file of the user's may speak of scenarios that this run did not load.
    ...(options.expectations === undefined && { scenarioIds: suites.map(({ scenario }) => scenario.id) }),
  });
  const held = baseline === undefined ? judged : withBaseline(judged, baseline);
  // A part is no run of its own; the run that the parts are merged to is.
  const stored =
    options.history === undefined || shard !== undefined ? held : await remembered(held, options.history);
  process.stdout.write(withoutCommands(terminalSummary(stored, process.stdout)));
  watched?.ended(stored);
  const { page } = await asUsage(() => writeReport(stored, options.out));
  process.stdout.write(`report: ${page}\n`);
  await tellWorkflow(stored);
  if (interrupted) return EXIT.interrupted;
  return (baseline === undefined ? hasFailed(stored) : hasRegressed(stored)) ? EXIT.failed : EXIT.ok;
}

/** Read before the work: a run that cannot be compared is one to make again. */
async function readBaseline(
  path: string | undefined,
  places: Parameters<typeof incomparable>[1],
): Promise<Results | undefined> {
  if (path === undefined) return undefined;
  const baseline = await asUsage(() => readReport(path));
  const why = incomparable(baseline, places);
  if (why !== undefined) throw new UsageError(`--baseline ${path}: nothing to compare with: ${why}`);
  return baseline;
}

/** `2/3` is the second of three. */
function readShard(text: string): { part: number; of: number } {
  const [, part, of] = (/^(\d{1,4})\/(\d{1,4})$/.exec(text) ?? []).map(Number);
  if (part === undefined || of === undefined || part < 1 || part > of) {
    throw new UsageError(`--shard: '${text}' is not I/N with I from 1 to N, such as 1/3`);
  }
  return { part, of };
}
