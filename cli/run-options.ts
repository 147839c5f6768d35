/** What the command line says of a run, and what `--watch` adds to it. */
import type { LoadedScenario } from '../scenarios/load.ts';
import type { Results } from '../scenarios/results.ts';
import type { WorldKind } from '../scenarios/senders/sender.ts';
import type { Wanted } from '../scenarios/watch/watch.ts';
import type { ParameterOptions } from './parameters.ts';

export interface RunCommandOptions extends ParameterOptions {
  readonly sender: readonly string[];
  readonly world: WorldKind;
  readonly jobs: string;
  readonly seed: string;
  readonly shard?: string;
  readonly expectations?: string;
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
