/** From the evidence of a run to what is stored of it, before it is cut and credentials are taken out. */
import { hash } from 'node:crypto';
import type { Session } from '../simulator/session.ts';
import { type ContentView, dialogueOf, visible } from '../simulator/session-view.ts';
import { showTransport } from './checks/outcome.ts';
import type { Evidence } from './evidence.ts';
import type {
  Result,
  StoredAttempt,
  StoredContent,
  StoredDecision,
  StoredOutcome,
  StoredSession,
} from './results.ts';

/** How much of a message's beginning is evidence. */
const CONTENT_STORED_BYTES = 16_384;

/** `startMs` is the world's time at the start of the scenario. */
export function storedEvidence(evidence: Evidence, startMs: number) {
  return {
    virtualMs: evidence.elapsedMs,
    outcomes: evidence.outcomes.map(
      (outcome): StoredOutcome => ({
        address: outcome.address,
        status: outcome.status,
        dsn: outcome.dsn ?? '',
        ...(outcome.passedTo && { passedTo: showTransport(outcome.passedTo) }),
        ...(outcome.relay === undefined ? {} : { relay: outcome.relay }),
        ...(outcome.reason === undefined ? {} : { reason: outcome.reason }),
      }),
    ),
    sessions: evidence.sessions.map((session) => storedSession(session, startMs)),
    queries: evidence.queries.map(({ atMs, name, type, transport, answer }) => ({
      atMs: atMs - startMs,
      name,
      type,
      transport,
      answer,
    })),
    log: evidence.log.map((line) => line.text),
    ...storedTellings(evidence, startMs),
  };
}

function storedSession(session: Session, startMs: number): StoredSession {
  const { timeline, commands } = dialogueOf(session);
  const contents = commands.filter((command) => command.kind === 'content').map(storedContent);
  return {
    host: session.host,
    address: session.address,
    port: session.port,
    openedAtMs: session.openedAtMs - startMs,
    lines: timeline.map((item) => {
      const atMs = item.atMs - startMs;
      if ('line' in item) return { atMs, from: item.from === 'client' ? 'C' : 'S', text: item.line };
      return { atMs, from: '!', text: `${item.from}: ${item.event}` };
    }),
    ...(contents.length > 0 && { contents }),
  };
}

function storedContent({ content, complete }: ContentView): StoredContent {
  const begin = content.subarray(0, CONTENT_STORED_BYTES);
  const lines = begin
    .toString('latin1')
    .split('\n')
    .map((line) => visible(Buffer.from(line.replace(/\r$/, ''), 'latin1')));
  if (begin.length === content.length && lines.at(-1) === '') lines.pop();
  return {
    sha256: hash('sha256', content, 'hex'),
    lines,
    complete: complete && begin.length === content.length,
  };
}

/** What only some senders tell, and only some scenarios have; an empty list is left out. */
function storedTellings(
  evidence: Evidence,
  startMs: number,
): Pick<Result, 'decisions' | 'attempts' | 'questions' | 'records' | 'notices'> {
  const { records = [], notices = [] } = evidence;
  const decisions = storedDecisions(evidence, startMs);
  const attempts = storedAttempts(evidence, startMs);
  const questions = evidence.questions.map(({ atMs, server, text }) => ({
    atMs: atMs - startMs,
    server,
    text: visible(Buffer.from(text)),
  }));
  return {
    ...(decisions.length > 0 && { decisions }),
    ...(attempts.length > 0 && { attempts }),
    ...(questions.length > 0 && { questions }),
    ...(records.length > 0 && {
      records: records.map(({ service, address, action, dsn, reason }) => ({
        service,
        address,
        action,
        dsn,
        reason,
      })),
    }),
    ...(notices.length > 0 && {
      notices: notices.map(({ recipient, content }) => ({ recipient, lines: content.trimEnd().split('\n') })),
    }),
  };
}

function storedDecisions({ decisions = [], sessions }: Evidence, startMs: number): StoredDecision[] {
  return decisions.map(({ atMs, connection, ...words }) => {
    const there = sessions.flatMap((session, index) =>
      session.address === connection?.address && session.port === connection.port ? [index] : [],
    );
    const session = connection && there[connection.position];
    return { atMs: atMs - startMs, ...words, ...(session !== undefined && { session }) };
  });
}

/** As the sender tells them; where it does not, the world saw that they were not accepted. */
function storedAttempts({ failedConnections, attempts }: Evidence, startMs: number): StoredAttempt[] {
  if (failedConnections !== undefined)
    return failedConnections.map(({ atMs, endedAtMs, ...rest }) => ({
      atMs: atMs - startMs,
      endedAtMs: endedAtMs - startMs,
      ...rest,
    }));
  return attempts
    .filter(({ accepted }) => !accepted)
    .map(({ atMs, address, port, host }) => ({
      atMs: atMs - startMs,
      ...(host !== undefined && { host }),
      address,
      port,
      reason: '',
    }));
}
