/** `nexthop run`: scenarios against senders, with a report. */
import { type Command, Option } from 'commander';
import type { Settings } from '../client/config/register.ts';
import { nodePlatform } from '../client/platform/node.ts';
import { hasRegressed, incomparable, withBaseline } from '../reports/diff/diff.ts';
import { showProgress } from '../reports/progress.ts';
import { terminalSummary } from '../reports/terminal.ts';
import { prepareReport, readReport, writeReport } from '../reports/write.ts';
import { cut } from '../scenarios/bound-result.ts';
import { configuredFiles } from '../scenarios/configured-files.ts';
import {
  applyExpectations,
  defaultExpectations,
  hasFailed,
  loadExpectations,
} from '../scenarios/expectations.ts';
import { runLive } from '../scenarios/live/run.ts';
import { loadSuites } from '../scenarios/load.ts';
import { compareWithOracle } from '../scenarios/oracle.ts';
import {
  evidenceLimitCharacters,
  type Result,
  type Results,
  schemaVersion,
  selectorsLimit,
} from '../scenarios/results.ts';
import { runScenarios, type ScenarioRun } from '../scenarios/runner.ts';
import { select } from '../scenarios/select.ts';
import { findSenders } from '../scenarios/senders/find.ts';
import type { WorldKind } from '../scenarios/senders/sender.ts';
import { asUsage } from './as-usage.ts';
import { tellWorkflow, withoutCommands } from './github.ts';
import { interruptible } from './interruptible.ts';
import { overridesOf } from './overrides.ts';
import {
  checkedSettings,
  collect,
  type ParameterOptions,
  readConfiguration,
  withParameterOptions,
} from './parameters.ts';
import { EXIT, UsageError } from './usage.ts';
import { nexthopVersion } from './version.ts';
import { wholeNumber } from './whole-number.ts';

interface RunCommandOptions extends ParameterOptions {
  readonly sender: readonly string[];
  readonly world: WorldKind;
  readonly jobs: string;
  readonly seed: string;
  readonly shard?: string;
  readonly expectations?: string;
  readonly baseline?: string;
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
    .addOption(
      new Option('--world <world>', 'in virtual time, or live on real sockets in a sandbox')
        .choices(['virtual', 'live'])
        .default('virtual'),
    )
    .option('--jobs <number>', 'sandboxes side by side, in the live world', String(DEFAULT_JOBS))
    .option('--seed <number>', 'decides everything that is random', '1')
    .option('--shard <i/n>', 'run only the i-th of n parts')
    .option(
      '--expectations <file>',
      'deviations that are known and accepted, beside those that Nexthop knows',
    )
    .option(
      '--baseline <report>',
      'an earlier report, or its results.json: the exit status then tells of regressions only',
    )
    .option('--out <folder>', 'where the report goes', 'nexthop-report')
    .action(async (selectors: readonly string[], options: RunCommandOptions) => {
      process.exitCode = await run(selectors, options);
    });
}

/** Items of lists one by one. */
function textsOf(settings: Settings): string[] {
  return Object.values(settings)
    .flat()
    .filter((value) => typeof value === 'string');
}

/** Scenarios mostly wait for each other's time limits, so more of them than processors pay. */
export const DEFAULT_JOBS = 4;
export const JOBS_LIMIT = 64;

async function run(selectors: readonly string[], options: RunCommandOptions): Promise<number> {
  const seed = wholeNumber('--seed', options.seed);
  const configuration = await readConfiguration(options, EXIT.usage);
  const settings = checkedSettings(configuration.assigned);
  const jobs = wholeNumber('--jobs', options.jobs, { least: 1, most: JOBS_LIMIT });
  const wanted = options.sender.length === 0 ? ['nexthop'] : options.sender;
  const { senders, missing } = await asUsage(() => findSenders(wanted, nexthopVersion()));
  for (const { name, install } of missing) {
    process.stderr.write(`nexthop: skipped: ${name} is not installed here; install it with: ${install}\n`);
  }
  const suites = await asUsage(() => loadSuites());
  const selected = await asUsage(() => select(suites, selectors));
  const scenarios = ofShard(
    selected.map(({ scenario }) => scenario),
    options.shard,
  );
  const expectations = await asUsage(async () => [
    ...(await defaultExpectations()),
    ...(options.expectations === undefined ? [] : await loadExpectations(options.expectations)),
  ]);
  const baseline = await readBaseline(
    options.baseline,
    wanted.map((sender) => ({ sender, world: options.world, seed })),
  );
  // Before the work, not after it: results that cannot be stored would be lost.
  await asUsage(() => prepareReport(options.out));
  const overrides = Object.fromEntries(overridesOf(configuration));
  const { clock, files } = nodePlatform();
  const tables =
    options.world === 'virtual' && options.mainCf !== undefined
      ? await configuredFiles(settings.flatMap(textsOf), files)
      : {};
  const startedAtMs = clock.now();
  const results: Result[] = [];
  const { finished, interrupted } = await interruptible(async (signal) => {
    const common = { senders, seed, overrides, signal };
    const work =
      options.world === 'live'
        ? await asUsage(() => runLive(scenarios, { ...common, jobs, version: nexthopVersion() }))
        : runScenarios(scenarios, { ...common, files: tables });
    const progress = showProgress(process.stderr, work.selected);
    for await (const result of work.results) {
      results.push(result);
      progress.add(result);
    }
    progress.end();
    return { finished: work, interrupted: signal.aborted };
  });
  const plain = asResults(results, finished, {
    world: options.world,
    startedAtMs,
    endedAtMs: clock.now(),
    seed,
    interrupted,
    senders: wanted,
    selectors,
  });
  const compared = compareWithOracle(plain);
  const judged = applyExpectations(compared, expectations, {
    today: new Date(startedAtMs).toISOString().slice(0, 10),
    // A file of the user's may speak of scenarios that this run did not load.
    ...(options.expectations === undefined && { scenarioIds: suites.map(({ scenario }) => scenario.id) }),
  });
  const stored = baseline === undefined ? judged : withBaseline(judged, baseline);
  process.stdout.write(withoutCommands(terminalSummary(stored, process.stdout)));
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

function asResults(
  results: readonly Result[],
  work: ScenarioRun,
  run: {
    readonly world: WorldKind;
    readonly startedAtMs: number;
    readonly endedAtMs: number;
    readonly seed: number;
    readonly interrupted: boolean;
    readonly senders: readonly string[];
    readonly selectors: readonly string[];
  },
): Results {
  const eventHash = work.eventHash();
  return {
    schema: schemaVersion,
    run: {
      id: new Date(run.startedAtMs).toISOString(),
      startedAt: new Date(run.startedAtMs).toISOString(),
      seed: run.seed,
      world: run.world,
      nexthop: nexthopVersion(),
      ...(eventHash !== undefined && { eventHash }),
      wallMs: run.endedAtMs - run.startedAtMs,
      selected: work.selected,
      ...(run.interrupted && { interrupted: true }),
      ...(run.selectors.length > 0 && {
        selectors: run.selectors
          .slice(0, selectorsLimit)
          .map((selector) => cut(selector, evidenceLimitCharacters)),
      }),
      senders: [...run.senders],
    },
    results: [...results],
  };
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
