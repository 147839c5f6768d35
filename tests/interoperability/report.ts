/** What the process in the sandbox tells about its servers. */
import type { Service } from '../../client/request.ts';

export interface TrialReport {
  readonly name: string;
  /** What was not as it should be, one line each. */
  readonly faults: readonly string[];
  readonly messages: number;
  /** Copies that had to be stored. */
  readonly stored: number;
  readonly bytes: number;
  readonly deliveredMs: number;
}

export interface ServerReport {
  readonly server: string;
  readonly version: string;
  readonly protocol: Service;
  readonly over: 'tcp' | 'unix';
  /** Keywords of its EHLO or LHLO reply, without parameters. */
  readonly offers: readonly string[];
  readonly trials: readonly TrialReport[];
  /** Faults that belong to no trial. */
  readonly faults: readonly string[];
  readonly startMs: number;
  readonly wallMs: number;
}

export type WorkerMessage =
  | { readonly type: 'report'; readonly report: ServerReport }
  /** One line: why a server was not tried, and what would help. */
  | { readonly type: 'absent'; readonly server: string; readonly reason: string };
