/** The rows of a diagram from top to bottom: steps, the waits between them, and repetition folded away. */
import type { Step } from './model.ts';

/** A silence worth a row of its own. */
export const waitMs = 1_000;

export type Row =
  | { readonly type: 'step'; readonly step: Step }
  | { readonly type: 'wait'; readonly id: string; readonly ms: number }
  | {
      readonly type: 'fold';
      readonly id: string;
      readonly steps: readonly Step[];
      /** How often what stands above it comes again. */
      readonly times: number;
      readonly isOpen: boolean;
    };

/** What repeats is at most so many steps long, */
const LONGEST_PERIOD = 32;
/** comes at least so often, */
const FEWEST_TIMES = 3;
/** and hides at least so many steps. */
const FEWEST_HIDDEN = 4;

/** `opened` are the ids of folds that are shown in full. */
export function rowsOf(steps: readonly Step[], opened: ReadonlySet<string>): readonly Row[] {
  const rows: Row[] = [];
  const keys = steps.map(keyOf);
  let before: Step | undefined;
  const put = (step: Step) => {
    const ms = step.atMs - (before?.atMs ?? step.atMs);
    if (ms >= waitMs) rows.push({ type: 'wait', id: `w${step.id}`, ms });
    rows.push({ type: 'step', step });
    before = step;
  };
  for (let at = 0; at < steps.length; ) {
    const { period, times } = repetitionAt(keys, at);
    for (const step of steps.slice(at, at + period)) put(step);
    const hidden = steps.slice(at + period, at + period * times);
    at += period * times;
    const [first] = hidden;
    if (first === undefined) continue;
    const id = `f${first.id}`;
    const isOpen = opened.has(id);
    rows.push({ type: 'fold', id, steps: hidden, times: times - 1, isOpen });
    if (isOpen) hidden.forEach(put);
    before = hidden.at(-1);
  }
  return rows;
}

/** Steps with equal keys are of one kind: commands by their verb, whatever else is told by all but its figures. */
function keyOf({ kind, from, to, label }: Step): string {
  const said =
    kind === 'command' ? (/^\S*/.exec(label)?.[0] ?? '').toUpperCase() : label.replaceAll(/\d+/g, '0');
  // A reply's code is more than a figure.
  const code = kind === 'reply' ? label.slice(0, 3) : '';
  return JSON.stringify([kind, from, to, said, code]);
}

/** The repetition that begins here and hides most; a step that does not repeat is one of its own. */
function repetitionAt(keys: readonly string[], at: number): { period: number; times: number } {
  let best = { period: 1, times: 1 };
  for (let period = 1; period <= LONGEST_PERIOD && at + period * FEWEST_TIMES <= keys.length; period += 1) {
    let length = period;
    while (at + length < keys.length && keys[at + length] === keys[at + length - period]) length += 1;
    const times = Math.floor(length / period);
    const hidden = period * (times - 1);
    if (times < FEWEST_TIMES || hidden < FEWEST_HIDDEN) continue;
    if (hidden > best.period * (best.times - 1)) best = { period, times };
  }
  return best;
}
