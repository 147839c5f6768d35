/** What a world does for the runner: it plays one scenario with one sender, and brings back the evidence. */
import type { FileContent } from '../simulator/file-content.ts';
import type { Evidence } from './evidence.ts';
import type { Scenario } from './scenario.ts';
import type { Sender, WorldKind } from './senders/sender.ts';

export interface ScenarioWorld {
  readonly kind: WorldKind;
  /** Never rejects for what the sender does: that is a `failure`. */
  run(scenario: Scenario, sender: Sender, options: WorldRunOptions): Promise<WorldRun>;
}

export interface WorldRunOptions {
  readonly seed: number | string;
  /** Parameters over those of the scenario. */
  readonly overrides: Readonly<Record<string, string>>;
  /** What these parameters have it read, where the world has only files of its own; those of the scenario win. */
  readonly files?: Readonly<Record<string, FileContent>>;
  /** Real time that the scenario may take. */
  readonly limitMs: number;
  readonly signal: AbortSignal | undefined;
  /** Told now and then, while the scenario runs, what was seen so far; a world whose time does not pass never calls it. */
  readonly onGrowth?: (evidence: Evidence, startMs: number) => void;
}

export interface WorldRun {
  readonly evidence: Evidence;
  /** What times of the evidence count from. */
  readonly startMs: number;
  /** Of the event stream, where the world can promise that it is always the same. */
  readonly eventHash: string | undefined;
  /** Why the run broke off; the evidence is what there was until then. */
  readonly failure: string | undefined;
}
