/**
 * A result as a sequence diagram: who took part, and what passed between them in order of time. Pure, and made for
 * results that still grow: whoever shows one calls it again, and what was there keeps its ids.
 */
import type { Result } from '../../scenarios/results.ts';
import { Lifelines } from './lifelines.ts';
import { merged } from './merge.ts';
import { client, type Diagram, type Drawable, dns, type Step } from './model.ts';
import { sessionSteps } from './session-steps.ts';

export function diagramOf(result: Drawable): Diagram {
  const lifelines = new Lifelines(result);
  const hasQueries = result.queries.length > 0;
  const streams: (readonly Step[])[] = [
    hasQueries ? result.queries.flatMap(querySteps) : [],
    (result.questions ?? []).map(({ atMs, server, text }, position) => ({
      id: `t${position}`,
      kind: 'lookup',
      atMs,
      from: client,
      to: lifelines.ofTable(server),
      label: text,
      lines: [text],
    })),
    (result.decisions ?? []).map(({ atMs, about, text, because, session }, position) => ({
      id: `d${position}`,
      kind: about === 'time limit' ? 'timer' : 'decision',
      atMs,
      from: client,
      to: client,
      label: text,
      lines: [text],
      about,
      ...(because !== undefined && { because }),
      ...(session !== undefined && { session }),
    })),
    // An attempt may begin before another has ended, so that each is a stream of its own.
    ...(result.attempts ?? []).map((attempt, position) => attemptSteps(attempt, position, lifelines)),
    ...result.sessions.map((session, position) => sessionSteps(session, position, lifelines.ofHost(session))),
  ];
  return { lifelines: lifelines.list, steps: merged(streams) };
}

function querySteps(query: Result['queries'][number], position: number): Step[] {
  const { atMs, name, type, transport, answer } = query;
  const over = transport === 'tcp' ? ' over TCP' : '';
  const question = { atMs, from: client, to: dns } as const;
  const isLost = answer === 'timeout';
  const asked: Step = {
    id: `q${position}`,
    kind: 'question',
    ...question,
    label: `${type} ${name}${over}`,
    lines: [`${name} IN ${type}${over}`],
    ...(isLost && { isLost }),
  };
  if (isLost) return [asked];
  const records = answer.split('; ');
  const label = records.length === 1 ? answer : records.slice(1).map(recordData).join(', ');
  return [asked, { id: `q${position}a`, kind: 'answer', atMs, from: dns, to: client, label, lines: records }];
}

/** `a.test. 300 IN MX 10 b.test.` without what the question says already. */
function recordData(record: string): string {
  return /^\S+ \d+ IN (.+)$/.exec(record)?.[1] ?? record;
}

function attemptSteps(
  attempt: NonNullable<Result['attempts']>[number],
  position: number,
  lifelines: Lifelines,
): Step[] {
  const { atMs, endedAtMs = atMs, address, port, reason } = attempt;
  const to = lifelines.ofHost({ host: attempt.host ?? address, address, port });
  const where = port === 0 ? address : `[${address}]:${port}`;
  const begun: Step = {
    id: `a${position}`,
    kind: 'attempt',
    atMs,
    from: client,
    to,
    label: `connects to ${where}`,
    lines: [`connects to ${where}`],
    isLost: true,
  };
  if (reason === '') return [begun];
  const label = reason.replace(/^connect to \S+: /, '');
  return [
    begun,
    {
      id: `a${position}e`,
      kind: 'gaveUp',
      atMs: endedAtMs,
      from: client,
      to: client,
      label,
      lines: [reason],
    },
  ];
}
