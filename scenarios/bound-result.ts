/** Keeps one result within the limits of the stored model. */
import {
  attemptsLimit,
  type Check,
  checksLimit,
  contentLinesLimit,
  type Difference,
  decisionsLimit,
  dialogueLinesLimit,
  evidenceLimitCharacters,
  lineLimitCharacters,
  logLinesLimit,
  nameLimitCharacters,
  noticeLinesLimit,
  noticesLimit,
  type Omitted,
  outcomesLimit,
  overridesLimit,
  queriesLimit,
  questionsLimit,
  type Result,
  recordsLimit,
  type StoredContent,
  type StoredOutcome,
  type StoredSession,
  sessionsLimit,
  verdicts,
} from './results.ts';

/**
 * The result with its evidence cut to the limits of the stored model. Checks that failed are kept before those that
 * passed; everything else keeps its beginning. What was left out is counted in `omitted`.
 */
export function boundResult(full: Result): Result {
  const left: Omitted = { ...full.omitted };
  const note = (member: keyof Omitted, number: number) => {
    if (number > 0) left[member] = (left[member] ?? 0) + number;
  };
  const head = <T>(member: keyof Omitted, items: readonly T[], limit: number): T[] => {
    note(member, items.length - limit);
    return items.slice(0, limit);
  };
  const bounded: Result = {
    ...full,
    title: cut(full.title, evidenceLimitCharacters),
    reason: cut(full.reason, evidenceLimitCharacters),
    replay: cut(full.replay, evidenceLimitCharacters),
    config: Object.fromEntries(
      Object.entries(full.config)
        .slice(0, overridesLimit)
        .map(([parameter, setting]) => [
          cut(parameter, nameLimitCharacters),
          cut(setting, evidenceLimitCharacters),
        ]),
    ),
    outcomes: head('outcomes', full.outcomes, outcomesLimit).map(boundOutcome),
    checks: boundChecks(full.checks, note),
    sessions: boundSessions(head('sessions', full.sessions, sessionsLimit), note),
    queries: head('queries', full.queries, queriesLimit).map((entry) => ({
      ...entry,
      name: cut(entry.name, nameLimitCharacters),
      answer: cut(entry.answer, lineLimitCharacters),
    })),
    log: head('log', full.log, logLinesLimit).map((text) => cut(text, lineLimitCharacters)),
    ...boundTold(full, head),
  };
  return Object.keys(left).length === 0 ? bounded : { ...bounded, omitted: left };
}

type Head = <T>(member: keyof Omitted, items: readonly T[], limit: number) => T[];

/** What only some senders tell. */
function boundTold(
  { decisions, attempts, questions, records, notices }: Result,
  head: Head,
): Pick<Result, 'decisions' | 'attempts' | 'questions' | 'records' | 'notices'> {
  const named = (text: string) => cut(text, nameLimitCharacters);
  const line = (text: string) => cut(text, lineLimitCharacters);
  return {
    ...(decisions && {
      decisions: head('decisions', decisions, decisionsLimit).map((entry) => ({
        ...entry,
        text: line(entry.text),
        ...(entry.because !== undefined && { because: line(entry.because) }),
      })),
    }),
    ...(attempts && {
      attempts: head('attempts', attempts, attemptsLimit).map((entry) => ({
        ...entry,
        ...(entry.host !== undefined && { host: named(entry.host) }),
        address: named(entry.address),
        reason: line(entry.reason),
      })),
    }),
    ...(questions && {
      questions: head('questions', questions, questionsLimit).map((entry) => ({
        ...entry,
        server: named(entry.server),
        text: line(entry.text),
      })),
    }),
    ...(records && {
      records: head('records', records, recordsLimit).map((entry) => ({
        ...entry,
        address: named(entry.address),
        reason: line(entry.reason),
      })),
    }),
    ...(notices && {
      notices: head('notices', notices, noticesLimit).map((entry) => ({
        recipient: named(entry.recipient),
        lines: entry.lines.slice(0, noticeLinesLimit).map(line),
      })),
    }),
  };
}

type Note = (member: keyof Omitted, number: number) => void;

function boundOutcome(full: StoredOutcome): StoredOutcome {
  const bounded: StoredOutcome = { ...full, address: cut(full.address, nameLimitCharacters) };
  if (full.relay !== undefined) bounded.relay = cut(full.relay, nameLimitCharacters);
  if (full.reason !== undefined) bounded.reason = cut(full.reason, evidenceLimitCharacters);
  return bounded;
}

function boundChecks(all: readonly Check[], note: Note): Check[] {
  const wanted = new Set(
    [...all].sort((a, b) => verdicts.indexOf(a.verdict) - verdicts.indexOf(b.verdict)).slice(0, checksLimit),
  );
  note('checks', all.length - wanted.size);
  return all
    .filter((entry) => wanted.has(entry))
    .map((entry) => {
      const bounded: Check = { ...entry, evidence: cut(entry.evidence, evidenceLimitCharacters) };
      if (entry.name !== undefined) bounded.name = cut(entry.name, lineLimitCharacters);
      return bounded;
    });
}

function boundSessions(all: readonly StoredSession[], note: Note): StoredSession[] {
  let room = dialogueLinesLimit;
  let contentRoom = contentLinesLimit;
  const boundContent = (full: StoredContent): StoredContent => {
    const lines = full.lines.slice(0, contentRoom).map((text) => cut(text, lineLimitCharacters));
    contentRoom -= lines.length;
    const whole = lines.length === full.lines.length && lines.every((text, at) => text === full.lines[at]);
    return { ...full, lines, complete: full.complete && whole };
  };
  return all.map((session) => {
    const lines = session.lines
      .slice(0, room)
      .map((entry) => ({ ...entry, text: cut(entry.text, lineLimitCharacters) }));
    room -= lines.length;
    note('lines', session.lines.length - lines.length);
    const bounded: StoredSession = { ...session, host: cut(session.host, nameLimitCharacters), lines };
    if (session.contents !== undefined)
      bounded.contents = session.contents.slice(0, dialogueLinesLimit).map(boundContent);
    return bounded;
  });
}

export function boundDifference(full: Difference): Difference {
  return {
    ...full,
    text: cutLine(full.text),
    left: cut(full.left, evidenceLimitCharacters),
    right: cut(full.right, evidenceLimitCharacters),
  };
}

/** Evidence in one line. */
export function cutLine(text: string): string {
  return cut(text.replaceAll(/\s*\n\s*/g, ' '), evidenceLimitCharacters);
}

/** At most `limit` UTF-16 units, never half a surrogate pair, with an ellipsis in place of the rest. */
export function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const end = /[\uD800-\uDBFF]/.test(text.charAt(limit - 2)) ? limit - 2 : limit - 1;
  return `${text.slice(0, end)}…`;
}
