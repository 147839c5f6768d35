/** What the command line says of a run, and what `--watch` adds to it. */
import { type Command, Option } from 'commander';
import { defaultExpectations, type Expectation, loadExpectations } from '../scenarios/expectations.ts';
import type { LoadedScenario } from '../scenarios/load.ts';
import type { Results } from '../scenarios/results.ts';
import type { WorldKind } from '../scenarios/senders/sender.ts';
import type { Wanted } from '../scenarios/watch/watch.ts';
import { asUsage } from './as-usage.ts';
import { collect, type ParameterOptions } from './parameters.ts';
import { wholeNumber } from './whole-number.ts';

/** Of whatever runs scenarios. */
export interface ScenarioOptions {
  readonly sender: readonly string[];
  readonly world: WorldKind;
  readonly jobs: string;
  readonly seed: string;
  readonly expectations?: string;
}

/** Scenarios mostly wait for each other's time limits, so more of them than processors pay. */
const DEFAULT_JOBS = 4;
const JOBS_LIMIT = 64;

export function withScenarioOptions(command: Command): Command {
  return command
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
    .option(
      '--expectations <file>',
      'deviations that are known and accepted, beside those that Nexthop knows',
    );
}

/** Throws UsageError. */
export function readScenarioOptions({ sender, jobs, seed }: ScenarioOptions): {
  /** By name. */
  readonly senders: readonly string[];
  readonly jobs: number;
  readonly seed: number;
} {
  return {
    senders: sender.length === 0 ? ['nexthop'] : sender,
    jobs: wholeNumber('--jobs', jobs, { least: 1, most: JOBS_LIMIT }),
    seed: wholeNumber('--seed', seed),
  };
}

/** Those that Nexthop ships, and those of the user. Rejects with UsageError. */
export function readExpectations({ expectations: path }: ScenarioOptions): Promise<readonly Expectation[]> {
  return asUsage(async () => [
    ...(await defaultExpectations()),
    ...(path === undefined ? [] : await loadExpectations(path)),
  ]);
}

export interface RunCommandOptions extends ParameterOptions, ScenarioOptions {
  readonly shard?: string;
  readonly baseline?: string;
  readonly history?: string;
  readonly out: string;
  readonly watch?: true;
}

/** What a run under `--watch` is asked for, and tells. */
export interface Watched {
  /** Which of the selection to run. */
  readonly pick: (selected: readonly LoadedScenario[]) => readonly LoadedScenario[];
  readonly ended: (results: Results) => void;
}

/** To the process of one run. */
export interface Order {
  readonly selectors: readonly string[];
  readonly options: RunCommandOptions;
  readonly wanted: Wanted;
}
