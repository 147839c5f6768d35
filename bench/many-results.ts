/**
 * As many results as one likes, made of those of a real run: each scenario with several senders and seeds, of which no
 * two are quite equal. Times jitter, queue ids and the words of servers differ, senders other than ours break some
 * rules, and what broke them has longer evidence.
 */
import type { Check, Result, Results } from '../scenarios/results.ts';

const senders = [
  ['nexthop', '0.1.0', 0.002],
  ['postfix', '3.7.11', 0.01],
  ['exim', '4.96', 0.12],
  ['opensmtpd', '6.8.0p2', 0.15],
  ['msmtp', '1.8.23', 0.18],
  ['nodemailer', '10.6.0', 0.2],
] as const;

export function manyResults(run: Results, count: number): Results {
  const random = randomFrom(1);
  const rounds = Math.ceil(count / run.results.length);
  const all: Result[] = [];
  for (let round = 0; round < rounds; round += 1) {
    for (const result of run.results) {
      if (all.length < count) all.push(varied(result, round, random));
    }
  }
  return { ...run, results: all };
}

/** Deterministic numbers in [0, 1). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

function varied(result: Result, round: number, random: () => number): Result {
  const [sender, senderVersion, failing] = senders[round % senders.length] ?? senders[0];
  const seed = 1 + Math.floor(round / senders.length);
  const queueId = Math.floor(random() * 0xfffffffff)
    .toString(16)
    .toUpperCase();
  const lag = Math.floor(random() * 40);
  const later = (ms: number) => ms + Math.round(random() * lag);
  const told = (text: string) =>
    text.replace('4C0FFEE000', queueId).replace(/queued as \w+/, `queued as ${queueId}`);
  const failed = random() < failing;
  const reason = `not delivered as the clause asks: ${sender} gave up after ${later(1_000)} ms`;
  return {
    ...result,
    sender,
    senderVersion,
    seed,
    replay: result.replay.replace('--sender nexthop --seed 1', `--sender ${sender} --seed ${seed}`),
    virtualMs: later(result.virtualMs),
    wallMs: Number((result.wallMs * (0.5 + random())).toFixed(2)),
    ...(failed && { verdict: 'failed', reason }),
    checks: result.checks.map((check, index) =>
      variedCheck(check, told, failed && index === 0 ? reason : ''),
    ),
    outcomes: result.outcomes.map((outcome) => ({
      ...outcome,
      ...(outcome.reason !== undefined && { reason: told(outcome.reason) }),
    })),
    sessions: result.sessions.map((session) => ({
      ...session,
      openedAtMs: later(session.openedAtMs),
      lines: session.lines.map((line) => ({ ...line, atMs: later(line.atMs), text: told(line.text) })),
    })),
    queries: result.queries.map((query) => ({ ...query, atMs: later(query.atMs) })),
    log: result.log.map(told),
  };
}

function variedCheck(check: Check, told: (text: string) => string, reason: string): Check {
  if (reason === '') return check.evidence === '' ? check : { ...check, evidence: told(check.evidence) };
  return { ...check, verdict: 'failed', evidence: `expected  ${check.name ?? ''}\nseen      ${reason}` };
}
