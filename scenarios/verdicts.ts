/** The words of a judgement. Pure data, apart from the stored model: the report page uses them in a browser. */

/** From the worst to the mildest: the order in which reports sort and summarise. */
export const verdicts = [
  'failed',
  'non-strict',
  'inconclusive',
  'passed',
  'informational',
  'unsupported',
  'skipped',
] as const;

export type Verdict = (typeof verdicts)[number];

/** RFC 2119 levels; `RULE` is normative without a keyword, `POSTFIX` is behaviour that no RFC decides. */
export const levels = ['MUST', 'MUST NOT', 'SHOULD', 'SHOULD NOT', 'MAY', 'RULE', 'POSTFIX'] as const;

export type Level = (typeof levels)[number];

/**
 * In what two senders can differ, from the weightiest to the least: the outcome of a recipient, the sessions that were
 * opened, what was said in them, how they ended, and the mail log.
 */
export const differenceKinds = [
  'outcome',
  'dsn',
  'relay',
  'reason',
  'sessions',
  'command',
  'reply',
  'end',
  'log',
] as const;

export type DifferenceKind = (typeof differenceKinds)[number];

/**
 * In what a run can differ from its baseline, from the gravest to the mildest:
 * - `broken`: failed, and did not fail so before;
 * - `disagreement`: differs from the oracle, and did not so before;
 * - `absent`: was there, belongs to what the run was to do, and is not there;
 * - `undecided`: was decided before, and now is unsupported, inconclusive or skipped;
 * - `expired-expectation`: an expectation is over since;
 * - `unexpected-pass`: what an expectation excuses is not so any more;
 * - `unused-expectation`: nothing meets an expectation any more;
 * - `fixed`: failed, and does not any more;
 * - `verdict`: another change of verdict;
 * - `behaviour`: the same verdict, come to in another way: other outcomes, another dialogue, another log;
 * - `new`: was not there before;
 * - `slower`, `faster`: the same in another time.
 */
export const changeKinds = [
  'broken',
  'disagreement',
  'absent',
  'undecided',
  'expired-expectation',
  'unexpected-pass',
  'unused-expectation',
  'fixed',
  'verdict',
  'behaviour',
  'new',
  'slower',
  'faster',
] as const;

export type ChangeKind = (typeof changeKinds)[number];
