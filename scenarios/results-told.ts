/** The stored model of what lies behind the dialogue: decisions, connections in vain, and what was kept of outcomes. */
import * as z from 'zod';
import { count, line, milliseconds, name } from './results-fields.ts';

export const decisionsLimit = 300;
export const attemptsLimit = 100;
export const questionsLimit = 200;
export const recordsLimit = 200;
export const noticesLimit = 20;
export const noticeLinesLimit = 100;

/** What the sender decided, and why; `about` is a topic of client/decision.ts. */
const decision = z.object({
  atMs: milliseconds,
  about: name,
  text: line,
  because: line.exactOptional(),
  /** Position of the session it is about, counted from 0. */
  session: count.exactOptional(),
});

/** A connection that did not come about. */
const attempt = z.object({
  atMs: milliseconds,
  /** When the sender knew; absent where it does not tell. */
  endedAtMs: milliseconds.exactOptional(),
  host: name.exactOptional(),
  address: name,
  port: z.int().min(0).max(65_535),
  /** As the sender says it; empty where it does not. */
  reason: line,
});

/** What a table server was asked, in its own protocol. */
const question = z.object({ atMs: milliseconds, server: name, text: line });

/** What a status service keeps of an outcome. */
const keptRecord = z.object({
  service: z.literal(['bounce', 'defer', 'trace', 'verify']),
  address: name,
  action: name,
  dsn: name,
  reason: line,
});

/** Mail of the sender's own to the postmaster. */
const keptNotice = z.object({ recipient: name, lines: z.array(line).max(noticeLinesLimit) });

/** What only some senders tell, and only some scenarios have: members of a result, absent where there is nothing. */
export const told = {
  decisions: z.array(decision).max(decisionsLimit).exactOptional(),
  attempts: z.array(attempt).max(attemptsLimit).exactOptional(),
  questions: z.array(question).max(questionsLimit).exactOptional(),
  records: z.array(keptRecord).max(recordsLimit).exactOptional(),
  notices: z.array(keptNotice).max(noticesLimit).exactOptional(),
};

export type StoredDecision = z.infer<typeof decision>;
export type StoredAttempt = z.infer<typeof attempt>;
export type StoredQuestion = z.infer<typeof question>;
export type StoredRecord = z.infer<typeof keptRecord>;
export type StoredNotice = z.infer<typeof keptNotice>;
