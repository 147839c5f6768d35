/** What a run knows of the runs before it that can be held beside it: part of the stored model. */
import * as z from 'zod';
import { count, milliseconds, name } from './results-fields.ts';
import { verdicts } from './verdicts.ts';

/** Runs that are told of: the last of them. */
export const historyRunsLimit = 200;
/** Flaky scenarios, and verdicts that changed: the latest of them. */
export const historyLinesLimit = 200;
export const historySlowestLimit = 8;

const timestamp = z.iso.datetime();
const verdict = z.literal([...verdicts]);
const world = z.literal(['virtual', 'live']);

const pastRun = z.object({
  id: name,
  startedAt: timestamp,
  world: z.literal(['virtual', 'live', 'mixed']),
  /** Nexthop's version, and the digest of its code, which may be empty. */
  nexthop: name,
  code: name,
  /** Results by verdict. */
  counts: z.partialRecord(verdict, count),
  /** Clauses of RFCs that were exercised. */
  clauses: count,
  wallMs: milliseconds.exactOptional(),
  /** Whether it was interrupted, or parts of it are missing. */
  incomplete: z.boolean(),
});

const subject = {
  scenario: name,
  sender: name,
  world,
  seed: z.int(),
};

const slowScenario = z.object({
  ...subject,
  /** One for each of the runs, in their order; null where it has no result. */
  wallMs: z.array(milliseconds.nullable()).max(historyRunsLimit),
});

/** Equal runs that did not agree: the same code, sender, definition, parameters, world and seed. */
const flaky = z.object({
  ...subject,
  senderVersion: name,
  nexthop: name,
  code: name,
  /** What they disagreed about: the verdict, or only what happened on the way to it, in the virtual world. */
  about: z.literal(['verdict', 'events']),
  counts: z.partialRecord(verdict, count),
  lastAt: timestamp,
});

const verdictChange = z.object({
  ...subject,
  before: verdict,
  now: verdict,
  /** Of the run in which it had changed. */
  at: timestamp,
  nexthop: name,
  nexthopBefore: name,
  senderVersion: name,
  senderVersionBefore: name,
});

export const history = z.object({
  /** From the earliest to the latest, which is this one. */
  runs: z.array(pastRun).max(historyRunsLimit),
  slowest: z.array(slowScenario).max(historySlowestLimit),
  /** The latest first, as with changes. */
  flaky: z.array(flaky).max(historyLinesLimit),
  changes: z.array(verdictChange).max(historyLinesLimit),
});

export type History = z.infer<typeof history>;
export type PastRun = z.infer<typeof pastRun>;
export type FlakyScenario = z.infer<typeof flaky>;
export type VerdictChange = z.infer<typeof verdictChange>;
