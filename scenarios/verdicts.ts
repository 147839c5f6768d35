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
