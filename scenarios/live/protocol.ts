/** What a run and its sandboxes say to each other over their IPC channel. */
import type { Result } from '../results.ts';

/** To a sandbox. */
export type Order =
  | {
      readonly type: 'prepare';
      /** Files of scenarios that are not built in. */
      readonly files: readonly string[];
      /** Scenarios that will come, by id: their parameters are gathered before the first. */
      readonly ids: readonly string[];
      readonly senders: readonly string[];
      readonly overrides: Readonly<Record<string, string>>;
      readonly hostname: string;
      readonly privilege: 'full' | 'single-user';
      readonly version: string;
    }
  | {
      readonly type: 'run';
      readonly id: string;
      readonly sender: string;
      readonly seed: number;
      readonly limitMs: number;
      /** Whether somebody watches it grow. */
      readonly isWatched: boolean;
    };

/**
 * What a sandbox is good for after a scenario: `good` for the next one; `spent`, since a sender in it broke off and
 * may still be at work; `noSender`, since the sender of that scenario could not be started there.
 */
export type SandboxState = 'good' | 'spent' | 'noSender';

/** From a sandbox. */
export type Answer =
  | { readonly type: 'ready' }
  /** A scenario that runs, as far as it has come; another answer follows. */
  | { readonly type: 'growing'; readonly result: Result }
  | { readonly type: 'result'; readonly result: Result; readonly sandbox: SandboxState }
  /** It cannot go on; one line. */
  | { readonly type: 'broken'; readonly reason: string };
