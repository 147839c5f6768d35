/** What a scenario is once it is checked: what runners, checks and worlds read. */
import type { Zone } from '../simulator/dns/zone.ts';
import type { FileContent } from '../simulator/file-content.ts';
import type { PlacedHost } from '../simulator/places.ts';
import type { TableServerDefinition } from '../simulator/tables/table-server.ts';
import type { PathSettings, Reachability } from '../simulator/virtual/path.ts';
import type { Expectation } from './checks/expectation.ts';
import type { ScenarioMessage } from './message.ts';
import type { ScenarioService, WorldKind } from './senders/sender.ts';

export interface HostNetwork extends Partial<PathSettings> {
  readonly reachability?: Reachability;
}

/** A place in a source file. */
export interface SourcePlace {
  /** With slashes, relative to the project it is part of: ours, or the working directory. */
  readonly file: string;
  /** From 1; absent where it cannot be told. */
  readonly line?: number;
}

/** A checked scenario. */
export interface Scenario {
  readonly id: string;
  readonly suite: string;
  /** What to name on the command line to run it: its id, or its file where it is not built in. */
  readonly selector: string;
  /** Where it is written; set when it is loaded. */
  readonly place?: SourcePlace;
  readonly title: string;
  readonly clauses: readonly string[];
  readonly zones: readonly Zone[];
  readonly hosts: Readonly<Record<string, PlacedHost>>;
  readonly network: Readonly<Record<string, Reachability | HostNetwork>>;
  readonly config: Readonly<Record<string, string>>;
  /** Of the delivery service; '' for none. */
  readonly flags: string;
  readonly downServices: ReadonlySet<ScenarioService>;
  readonly files: Readonly<Record<string, FileContent>>;
  readonly tables: Readonly<Record<string, TableServerDefinition>>;
  readonly messages: readonly ScenarioMessage[];
  readonly expect: readonly Expectation[];
  readonly worlds: readonly WorldKind[];
  readonly virtualOnly: string | undefined;
  readonly tags: readonly string[];
  /** Ids of the catalogue of cases. */
  readonly origins: readonly string[];
  readonly tolerates: Readonly<Record<string, string>>;
}
