/** A result as it was at a moment of its scenario: what had been said and asked until then. */
import type { Result } from '../scenarios/results.ts';

/** When anything happened, in milliseconds since the scenario began: ascending, without repeats. */
export function momentsOf(result: Result): number[] {
  const { sessions, queries, decisions = [], questions = [], attempts = [] } = result;
  const times = [
    ...sessions.flatMap(({ openedAtMs, lines }) => [openedAtMs, ...lines.map(({ atMs }) => atMs)]),
    ...[...queries, ...decisions, ...questions].map(({ atMs }) => atMs),
    ...attempts.map(endOf),
  ];
  return [...new Set(times)].sort((a, b) => a - b);
}

/** What there was at the moment; outcomes and checks, which have no moment of their own, stay. */
export function resultAt(result: Result, nowMs: number): Result {
  const { decisions, questions, attempts } = result;
  const isOver = ({ atMs }: { readonly atMs: number }): boolean => atMs <= nowMs;
  return {
    ...result,
    sessions: result.sessions
      .filter(({ openedAtMs }) => openedAtMs <= nowMs)
      .map((session) => ({ ...session, lines: session.lines.filter(isOver) })),
    queries: result.queries.filter(isOver),
    ...(decisions && { decisions: decisions.filter(isOver) }),
    ...(questions && { questions: questions.filter(isOver) }),
    ...(attempts && { attempts: attempts.filter((attempt) => endOf(attempt) <= nowMs) }),
  };
}

/** A connection in vain is told of when it is over. */
function endOf({ atMs, endedAtMs = atMs }: NonNullable<Result['attempts']>[number]): number {
  return endedAtMs;
}

/** In real time, no pause is longer when waits are skipped. */
const longestPauseMs = 500;

/**
 * Where a replay stands after a piece of real time.
 * @param atMs where it stood
 * @param passedMs real time
 * @param speed how often faster than the scenario
 * @param skipsWaits whether long pauses of the scenario are cut short
 */
export function advanced(
  moments: readonly number[],
  atMs: number,
  passedMs: number,
  { speed, skipsWaits }: { readonly speed: number; readonly skipsWaits: boolean },
): number {
  const next = moments.find((moment) => moment > atMs);
  if (next === undefined) return atMs;
  const before = moments.findLast((moment) => moment <= atMs) ?? 0;
  const pauseMs = (next - before) / speed;
  const faster = skipsWaits && pauseMs > longestPauseMs ? pauseMs / longestPauseMs : 1;
  return Math.min(next, atMs + passedMs * speed * faster);
}
