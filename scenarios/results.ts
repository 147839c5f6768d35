/**
 * The stored model: what a run leaves behind, and the only thing that reports, diffs and merges read.
 *
 * A runner builds `Result`s, passes each through `boundResult` of bound-result.ts (evidence is cut to the limits below, and what was cut
 * is counted), collects them in a `Results`, and hands the text of `writeResults` in results-file.ts to whoever stores
 * it. `readResults` there takes such a text back.
 *
 * Schema version 1 only grows: a newer writer may add members, an older reader drops them.
 * Times are milliseconds; `atMs` and `openedAtMs` count from the start of the scenario, in the time of its world.
 */
import * as z from 'zod';
import { count, evidence, line, milliseconds, name } from './results-fields.ts';
import { history } from './results-history.ts';
import { told } from './results-told.ts';
import { changeKinds, differenceKinds, levels, verdicts } from './verdicts.ts';

export { evidenceLimitCharacters, lineLimitCharacters, nameLimitCharacters } from './results-fields.ts';
export * from './results-told.ts';

export {
  type ChangeKind,
  changeKinds,
  type DifferenceKind,
  differenceKinds,
  type Level,
  levels,
  type Verdict,
  verdicts,
} from './verdicts.ts';

export const schemaVersion = 1;

/** Of results, and of comparisons. */
export const resultsLimit = 200_000;
/** Results of the baseline that are kept beside what became of them. */
export const beforeLimit = 2_000;
/** More than one change can be about one result. */
export const changesLimit = 2 * resultsLimit;
export const notesLimit = 100;
/** What a run was told to select. */
export const selectorsLimit = 1_000;
const sendersLimit = 1_000;
/** Evidence kept for one result. */
export const checksLimit = 500;
export const outcomesLimit = 1_000;
export const sessionsLimit = 50;
/** Over all sessions of one result. */
export const dialogueLinesLimit = 1_000;
export const logLinesLimit = 300;
export const queriesLimit = 300;
/** Lines of message content, over all sessions of one result. */
export const contentLinesLimit = 200;
const clausesLimit = 100;
const tagsLimit = 50;
export const overridesLimit = 200;
/** In one file; those that Nexthop ships are a file, too. */
export const expectationsLimit = 10_000;
/** What is wrong with the expectation files of one run. */
export const problemsLimit = 1_000;
export const shardsLimit = 9_999;

const seed = z.int();
const timestamp = z.iso.datetime();
const verdict = z.literal([...verdicts]);
const world = z.literal(['virtual', 'live']);
/** Hexadecimal digits of a SHA-256, or the first of them. */
const digest = z.string().regex(/^[0-9a-f]{16,64}$/);

export const check = z.object({
  /** Id of the register, or `postfix:...`; see clauses.ts. */
  clause: name,
  level: z.literal([...levels]),
  /** `scenario`, or `monitor NAME`. */
  by: name,
  /** What was looked at, in a few words: `delivered to user@example.test via b`. */
  name: line.exactOptional(),
  verdict,
  /** What was seen; may be empty for a check that passed. */
  evidence,
});

const outcome = z.object({
  address: name,
  status: z.literal(['sent', 'deferred', 'bounced', 'passed']),
  /** `transport:nexthop`, of one that was passed on. */
  passedTo: name.exactOptional(),
  /** Enhanced status code, RFC 3463. */
  dsn: name,
  relay: name.exactOptional(),
  reason: evidence.exactOptional(),
});

const sessionLine = z.object({
  atMs: milliseconds,
  /** Client, server, or something that is no line of either: a close, a reset, a fault, a note. */
  from: z.literal(['C', 'S', '!']),
  text: line,
  /** How many lines in a row were like this one; absent for one. */
  repeated: z.int().min(2).exactOptional(),
});

const storedContent = z.object({
  /** Of the message as the server takes it: dots unstuffed, terminator removed. */
  sha256: name,
  /** How it begins, or all of it. */
  lines: z.array(line).max(contentLinesLimit),
  /** Whether `lines` is all of it. */
  complete: z.boolean(),
});

const storedSession = z.object({
  host: name,
  /** Numeric address, or the path of a unix socket with port 0. */
  address: name,
  port: z.int().min(0).max(65_535),
  openedAtMs: milliseconds,
  lines: z.array(sessionLine).max(dialogueLinesLimit),
  /** One for each `<content, N bytes>` among the lines; absent when there is none. */
  contents: z.array(storedContent).max(dialogueLinesLimit).exactOptional(),
});

const query = z.object({
  atMs: milliseconds,
  name,
  type: name,
  transport: z.literal(['udp', 'tcp']),
  /** `NOERROR` with records in presentation form, an error's name, or `timeout`. */
  answer: line,
});

/** How many items `boundResult` left out, by member. */
const omitted = z.object({
  checks: count.exactOptional(),
  outcomes: count.exactOptional(),
  sessions: count.exactOptional(),
  lines: count.exactOptional(),
  log: count.exactOptional(),
  queries: count.exactOptional(),
  decisions: count.exactOptional(),
  attempts: count.exactOptional(),
  questions: count.exactOptional(),
  records: count.exactOptional(),
  notices: count.exactOptional(),
});

export const result = z.object({
  scenario: name.min(1),
  suite: name,
  title: evidence,
  sender: name,
  senderVersion: name,
  world,
  verdict,
  /** Why the verdict is not `passed`, in one line; empty when there is nothing to say. */
  reason: evidence,
  /** The failure is one that an expectation file names; its reason. */
  expected: evidence.exactOptional(),
  seed,
  virtualMs: milliseconds,
  wallMs: milliseconds,
  clauses: z.array(name).max(clausesLimit),
  tags: z.array(name).max(tagsLimit),
  /** Parameters that the scenario or the command line set. */
  config: z.record(name, evidence).refine((all) => Object.keys(all).length <= overridesLimit, {
    error: `more than ${overridesLimit} parameters`,
  }),
  outcomes: z.array(outcome).max(outcomesLimit),
  /** The command that runs exactly this again. */
  replay: evidence,
  checks: z.array(check).max(checksLimit),
  sessions: z.array(storedSession).max(sessionsLimit),
  queries: z.array(query).max(queriesLimit),
  log: z.array(line).max(logLinesLimit),
  ...told,
  omitted: omitted.exactOptional(),
  /** Where the scenario is written: a path with slashes, relative to the project it is part of. */
  file: name.exactOptional(),
  /** The line there, from 1; absent where it is not known. */
  line: z.int().min(1).exactOptional(),
  /** Of the text of that file. */
  definition: digest.exactOptional(),
  /** Of everything that happened; absent in the live world. */
  eventHash: digest.exactOptional(),
});

const difference = z.object({
  kind: z.literal([...differenceKinds]),
  /** In one line, both sides included. */
  text: evidence,
  /** What the sender did, and what the oracle did; empty for nothing at all. */
  left: evidence,
  right: evidence,
  /** Position of the session among those of the sender, counted from 0; absent where it is not about one. */
  session: count.exactOptional(),
  /** An expectation file accepts it; its reason. */
  accepted: evidence.exactOptional(),
});

export const comparison = z.object({
  scenario: name.min(1),
  sender: name,
  senderVersion: name,
  /** The sender that decides where no RFC does, normally `postfix`. */
  oracle: name,
  oracleVersion: name,
  world,
  seed,
  same: z.boolean(),
  /** Why nothing can be said; `same` is false then, and there are no differences. */
  undecided: evidence.exactOptional(),
  /** The first of each kind, the weightiest kind first. */
  differences: z.array(difference).max(differenceKinds.length),
});

const runPart = z.object({
  id: name,
  startedAt: timestamp,
  seed: seed.exactOptional(),
  eventHash: name.exactOptional(),
});

/** Which parts of how many a run is, as `--shard` cut it up. */
const shard = z.object({
  parts: z.array(z.int().min(1).max(shardsLimit)).min(1).max(shardsLimit),
  of: z.int().min(1).max(shardsLimit),
  /** Of who runs what: the same in all parts of one run. */
  plan: digest,
});

export const run = z.object({
  id: name,
  startedAt: timestamp,
  /** Absent when merged runs differ in it. */
  seed: seed.exactOptional(),
  world: z.literal(['virtual', 'live', 'mixed']),
  /** Nexthop's own version. */
  nexthop: name,
  /** Of the whole event stream; absent in the live world and for merged runs. */
  eventHash: name.exactOptional(),
  wallMs: milliseconds.exactOptional(),
  /** How many results the run set out to produce. */
  selected: count.exactOptional(),
  interrupted: z.boolean().exactOptional(),
  /** Of Nexthop's own code: what a version is not precise enough for. */
  code: digest.exactOptional(),
  /** Absent for all of a run; merged parts of which none is missing are all of it. */
  shard: shard.exactOptional(),
  /** What the command line selected; absent for everything. */
  selectors: z.array(evidence).max(selectorsLimit).exactOptional(),
  /** The senders that were asked for, whether they are installed or not. */
  senders: z.array(name).max(sendersLimit).exactOptional(),
  /** The runs this one was merged from. */
  parts: z.array(runPart).max(1_000).exactOptional(),
});

/** What some scenarios have to say about an expectation. */
const judgement = z.object({
  /** Which one, counted from 0 over all files. */
  position: count,
  met: z.literal(true).exactOptional(),
  /** What is wrong with it, unless other scenarios meet it. */
  problem: evidence.exactOptional(),
  /** The first scenario that shows another cause. */
  scenario: name.exactOptional(),
  /** Whether scenarios of other parts can meet it. */
  open: z.literal(true).exactOptional(),
});

export const change = z.object({
  kind: z.literal([...changeKinds]),
  /** Whether it is one that nobody accepted, and that ought to stop a release. */
  regression: z.boolean(),
  /** In one line. */
  text: evidence,
  /** The result it is about, by what tells results apart; absent where it is about an expectation. */
  of: z.object({ scenario: name.min(1), sender: name, senderVersion: name, world, seed }).exactOptional(),
  /** Verdicts; one is absent where there is no result on that side. */
  verdictBefore: verdict.exactOptional(),
  verdictNow: verdict.exactOptional(),
  /** Between the results before (left) and now (right); the first of each kind, the weightiest kind first. */
  differences: z.array(difference).max(differenceKinds.length).exactOptional(),
  /** The result before: of the gravest changes first, as many as the limits allow. */
  before: result.exactOptional(),
});

const baseline = z.object({
  /** The run compared with. */
  run,
  /** Results that both runs hold. */
  compared: count,
  /** Results of the baseline that this run was not to produce. */
  notSelected: count,
  /** Failures that the baseline has too, and that no expectation names. */
  knownFailures: count,
  /** What to know of the comparison, a line each. */
  notes: z.array(evidence).max(notesLimit),
  /** From the gravest to the mildest. */
  changes: z.array(change).max(changesLimit),
});

/** An expectation that is expired, unused, or met by another cause; it fails the run. */
export const problem = evidence;

/** The whole file, as results-file.ts reads and writes it. */
export const results = z.object({
  schema: z.literal(schemaVersion),
  run,
  results: z.array(result).max(resultsLimit),
  /** Of senders with the oracle of the run; absent when there was none. */
  comparisons: z.array(comparison).max(resultsLimit).exactOptional(),
  problems: z.array(problem).max(problemsLimit).exactOptional(),
  /** Of a part of a run, for whoever merges the parts. */
  judgements: z
    .array(judgement)
    .max(2 * expectationsLimit)
    .exactOptional(),
  /** What is otherwise than in an earlier run. */
  baseline: baseline.exactOptional(),
  /** The runs before this one that can be held beside it, as far as a history was kept. */
  history: history.exactOptional(),
});

export type World = z.infer<typeof world>;
export type Check = z.infer<typeof check>;
export type StoredOutcome = z.infer<typeof outcome>;
export type SessionLine = z.infer<typeof sessionLine>;
export type StoredContent = z.infer<typeof storedContent>;
export type StoredSession = z.infer<typeof storedSession>;
export type StoredQuery = z.infer<typeof query>;
export type Omitted = z.infer<typeof omitted>;
export type Result = z.infer<typeof result>;
export type Difference = z.infer<typeof difference>;
export type Comparison = z.infer<typeof comparison>;
export type Judgement = z.infer<typeof judgement>;
export type Change = z.infer<typeof change>;
export type Baseline = z.infer<typeof baseline>;
export type Shard = z.infer<typeof shard>;
export type RunPart = z.infer<typeof runPart>;
export type Run = z.infer<typeof run>;
export type Results = z.infer<typeof results>;

/** Which scenario, by whom, where. */
type Placed = Pick<Result, 'scenario' | 'sender' | 'senderVersion' | 'world' | 'seed'>;

/** What tells results apart: the same scenario may run with several senders, worlds and seeds. */
export function resultKey(entry: Placed): string {
  return JSON.stringify([entry.scenario, entry.sender, entry.senderVersion, entry.world, entry.seed]);
}

/** The stored order, of results and of comparisons. */
export function compareResults(a: Placed, b: Placed): number {
  return (
    compareText(a.scenario, b.scenario) ||
    compareText(a.sender, b.sender) ||
    compareText(a.senderVersion, b.senderVersion) ||
    compareText(a.world, b.world) ||
    a.seed - b.seed
  );
}

/** By code unit: the order must not depend on the machine's locale. */
function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
