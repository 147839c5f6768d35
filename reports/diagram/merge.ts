/** Several streams of steps, each in order, as one in order of time. */
import type { Step, StepKind } from './model.ts';

/**
 * What comes first of steps at the same moment. The client hears, decides, then acts; hosts see all of it at one moment
 * where the network takes no time.
 */
const RANK: Readonly<Record<StepKind, number>> = {
  answer: 0,
  reply: 1,
  gaveUp: 1,
  question: 2,
  lookup: 2,
  timer: 3,
  decision: 3,
  attempt: 4,
  connect: 4,
  command: 5,
  content: 5,
  tls: 5,
  fault: 6,
  close: 7,
};

export function merged(streams: readonly (readonly Step[])[]): readonly Step[] {
  const heads = streams.filter((stream) => stream.length > 0).map((stream) => ({ stream, next: 0 }));
  const steps: Step[] = [];
  while (heads.length > 0) {
    let best = 0;
    for (let candidate = 1; candidate < heads.length; candidate += 1) {
      if (comesBefore(headOf(heads[candidate]), headOf(heads[best]))) best = candidate;
    }
    const head = heads[best];
    const step = headOf(head);
    if (head === undefined || step === undefined) break;
    steps.push(step);
    head.next += 1;
    if (head.next === head.stream.length) heads.splice(best, 1);
  }
  return steps;
}

function headOf(
  head: { readonly stream: readonly Step[]; readonly next: number } | undefined,
): Step | undefined {
  return head?.stream[head.next];
}

function comesBefore(a: Step | undefined, b: Step | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  return a.atMs < b.atMs || (a.atMs === b.atMs && RANK[a.kind] < RANK[b.kind]);
}
