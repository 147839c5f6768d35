/** What the server of a report says to the process that runs scenarios for it, to its pages, and they to it. */
import type { Result, World } from '../../scenarios/results.ts';

/** What is to be run; everything that the command line named when absent. */
export type Selection = readonly string[] | undefined;

/** To the process, once. */
export interface Order {
  /** As on a command line: ids, suites, files; all scenarios when empty. */
  readonly selectors: readonly string[];
  /** Of these, only the scenarios with these ids. */
  readonly only: Selection;
  readonly senders: readonly string[];
  readonly world: World;
  readonly seed: number;
  /** Sandboxes side by side, in the live world. */
  readonly jobs: number;
  /** Nexthop's own version. */
  readonly version: string;
}

/** From the process. */
export type Answer =
  | { readonly type: 'begun'; readonly selected: number }
  /** A scenario of the live world as far as it has come. */
  | { readonly type: 'growing'; readonly result: Result }
  | { readonly type: 'result'; readonly result: Result }
  /** Nothing more will come. */
  | { readonly type: 'ended' }
  /** It cannot be run; one line. */
  | { readonly type: 'refused'; readonly reason: string };

/** What pages are told of the run at work. */
export interface Progress {
  readonly done: number;
  readonly failed: number;
  /** Absent until the scenarios are read. */
  readonly selected?: number;
  /** The scenario that finished last. */
  readonly last?: string;
  readonly cancelled: boolean;
}

/** What every page is told when it begins to listen, and whenever it changes. */
export interface Status {
  /** Names the results there are: a page that shows others asks for them. */
  readonly version: string;
  /** Absent when nothing is at work. */
  readonly progress?: Progress;
  /** How the last run ended, when it did not end well; one line. */
  readonly trouble?: string;
}

/** Name of the element that tells a page that it is served, and its token. */
export const servedElementName = 'nexthop-served';
export const tokenHeader = 'x-nexthop-token';
