/** `nexthop run`: scenarios against senders, with a report. */
import { type Command, Option } from 'commander';
import { effectiveOnly } from '../client/config/names.ts';
import type { Settings } from '../client/config/register.ts';
import { nodePlatform } from '../client/platform/node.ts';
import { PageError } from '../reports/html.ts';
import { showProgress } from '../reports/progress.ts';
import { terminalSummary } from '../reports/terminal.ts';
import { prepareReport, ReportError, writeReport } from '../reports/write.ts';
import { codeDigest } from '../scenarios/code-digest.ts';
import { configuredFiles } from '../scenarios/configured-files.ts';
import {
  applyExpectations,
  defaultExpectations,
  ExpectationsError,
  hasFailed,
  loadExpectations,
} from '../scenarios/expectations.ts';
import { runLive } from '../scenarios/live/run.ts';
import { LoadError, loadSuites } from '../scenarios/load.ts';
import { compareWithOracle } from '../scenarios/oracle.ts';
import type { Result } from '../scenarios/results.ts';
import { ResultsError } from '../scenarios/results-file.ts';
import { runScenarios } from '../scenarios/runner.ts';
import { ScenarioError } from '../scenarios/scenario.ts';
import { SelectorError, select } from '../scenarios/select.ts';
import { findSenders, UnknownSenderError } from '../scenarios/senders/find.ts';
import type { WorldKind } from '../scenarios/senders/sender.ts';
import { cutOut, type Durations } from '../scenarios/shards.ts';
import { storedRun } from '../scenarios/stored-run.ts';
import { SandboxError } from '../simulator/live/sandbox.ts';
import { interruptible } from './interruptible.ts';
import {
  type Configuration,
  checkedSettings,
  collect,
  type ParameterOptions,
  readConfiguration,
  warn,
  withParameterOptions,
} from './parameters.ts';
import { EXIT, UsageError } from './usage.ts';
import { nexthopVersion } from './version.ts';

interface RunCommandOptions extends ParameterOptions {
  readonly sender: readonly string[];
  readonly world: WorldKind;
  readonly jobs: string;
  readonly seed: string;
  readonly shard?: string;
  readonly expectations?: string;
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
    .option('--out <folder>', 'where the report goes', 'nexthop-report')
    .action(async (selectors: readonly string[], options: RunCommandOptions) => {
      process.exitCode = await run(selectors, options);
    });
}

/**
 * Where a host stands, which every scenario says of its own world: what a main.cf says of another one would only lead
 * nowhere. Whoever means it takes `-o`.
 */
const OF_THE_WORLD: ReadonlySet<string> = new Set(
  ['myhostname', 'mydomain', 'inet_interfaces', 'proxy_interfaces', 'queue_directory', 'relayhost'].concat(
    ['fallback_relay', 'smtp_fallback_relay', 'lmtp_fallback_relay'],
    ['smtp_bind_address', 'smtp_bind_address6', 'lmtp_bind_address', 'lmtp_bind_address6'],
  ),
);

function overridesOf({ assigned, chosen }: Configuration): ReadonlyMap<string, string> {
  const effective = [...effectiveOnly(assigned)];
  const left = effective.filter(([name]) => OF_THE_WORLD.has(name) && !chosen.has(name));
  if (left.length > 0) {
    const names = left.map(([name]) => name).join(', ');
    warn(`scenarios have a world of their own: ${names} will not be taken from the file`);
  }
  return new Map(effective.filter((entry) => !left.includes(entry)));
}

/** Items of lists one by one. */
function textsOf(settings: Settings): string[] {
  return Object.values(settings)
    .flat()
    .filter((value) => typeof value === 'string');
}

/** Scenarios mostly wait for each other's time limits, so more of them than processors pay. */
const DEFAULT_JOBS = 4;
const JOBS_LIMIT = 64;

async function run(selectors: readonly string[], options: RunCommandOptions): Promise<number> {
  const seed = wholeNumber('--seed', options.seed);
  const asked = options.shard === undefined ? undefined : readShard(options.shard);
  const configuration = await readConfiguration(options, EXIT.usage);
  const settings = checkedSettings(configuration.assigned);
  const jobs = wholeNumber('--jobs', options.jobs);
  if (jobs < 1 || jobs > JOBS_LIMIT) throw new UsageError(`--jobs: ${jobs} is not from 1 to ${JOBS_LIMIT}`);
  const { senders, missing } = await asUsage(() =>
    findSenders(options.sender.length === 0 ? ['nexthop'] : options.sender, nexthopVersion()),
  );
  for (const { name, install } of missing) {
    process.stderr.write(`nexthop: skipped: ${name} is not installed here; install it with: ${install}\n`);
  }
  const suites = await asUsage(() => loadSuites());
  const selected = await asUsage(() => select(suites, selectors));
  const all = selected.map(({ scenario }) => scenario);
  const expectations = await asUsage(async () => [
    ...(await defaultExpectations()),
    ...(options.expectations === undefined ? [] : await loadExpectations(options.expectations)),
  ]);
  // Before the work, not after it: results that cannot be stored would be lost.
  await asUsage(() => prepareReport(options.out));
  const overrides = Object.fromEntries(overridesOf(configuration));
  const { clock, files } = nodePlatform();
  const tables =
    options.world === 'virtual' && options.mainCf !== undefined
      ? await configuredFiles(settings.flatMap(textsOf), files)
      : {};
  const durations: Durations = new Map();
  const inputs = [overrides, expectations.map(({ origin: _, ...expectation }) => expectation)];
  const { scenarios, shard } =
    asked === undefined ? { scenarios: all } : cutOut(all, asked, durations, inputs);
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
  const plain = storedRun(results, {
    startedAtMs,
    endedAtMs: clock.now(),
    seed,
    world: options.world,
    nexthop: nexthopVersion(),
    selected: finished.selected,
    ...(interrupted && { interrupted: true }),
    code: await codeDigest(),
    ...(shard && { shard }),
  });
  const compared = compareWithOracle(plain);
  const stored = applyExpectations(compared, expectations, {
    today: new Date(startedAtMs).toISOString().slice(0, 10),
    // A file of the user's may speak of scenarios that this run did not load.
    ...(options.expectations === undefined && { scenarioIds: suites.map(({ scenario }) => scenario.id) }),
  });
  process.stdout.write(terminalSummary(stored, process.stdout));
  const { page } = await asUsage(() => writeReport(stored, options.out));
  process.stdout.write(`report: ${page}\n`);
  if (interrupted) return EXIT.interrupted;
  return hasFailed(stored) ? EXIT.failed : EXIT.ok;
}

/** `2/3` is the second of three. */
function readShard(text: string): { part: number; of: number } {
  const [, part, of] = (/^(\d{1,4})\/(\d{1,4})$/.exec(text) ?? []).map(Number);
  if (part === undefined || of === undefined || part < 1 || part > of) {
    throw new UsageError(`--shard: '${text}' is not I/N with I from 1 to N, such as 1/3`);
  }
  return { part, of };
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
    const known = [
      ExpectationsError,
      UnknownSenderError,
      SandboxError,
      LoadError,
      SelectorError,
      ScenarioError,
      ReportError,
      ResultsError,
      PageError,
    ];
    if (error instanceof Error && known.some((kind) => error instanceof kind))
      throw new UsageError(error.message);
    throw error;
  }
}
