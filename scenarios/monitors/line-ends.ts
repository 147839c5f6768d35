/**
 * Every line ends in CRLF, and CR and LF occur nowhere else.
 */
import type { Monitor } from './monitor.ts';
import { show, showBytes } from './monitor.ts';

const CR = 0x0d;
const LF = 0x0a;

export const lineEnds: Monitor = {
  name: 'line-ends',
  rule: 'lines end in CRLF; no CR or LF stands alone',
  clauses: ['rfc5321-2.3.8-01', 'rfc5321-2.3.8-03', 'rfc5321-4.1.1-03'],
  watch(view, judge) {
    for (const conversation of view.conversations) {
      for (const step of conversation.steps) {
        if (step.kind === 'greeting' || step.kind === 'chunk') continue;
        const stray = strayLineEnd(step.bytes);
        const evidence = () =>
          `${show(conversation, step)} (byte ${stray}: ${showBytes(step.bytes.toString('latin1', Math.max(0, stray - 10), stray + 10))})`;
        const lf = stray >= 0 && step.bytes[stray] === LF;
        judge('rfc5321-2.3.8-01', !lf, evidence);
        judge('rfc5321-2.3.8-03', stray < 0, evidence);
        if (step.kind === 'command') {
          judge('rfc5321-4.1.1-03', !/[ \t]\r?\n$/.test(step.bytes.toString('latin1')), evidence);
        }
      }
    }
  },
};

/** Index of the first CR or LF that is not half of a CRLF, or -1. */
function strayLineEnd(bytes: Buffer): number {
  let from = 0;
  for (;;) {
    const lf = bytes.indexOf(LF, from);
    const cr = bytes.indexOf(CR, from);
    if (cr < 0) return lf;
    if (lf >= 0 && lf < cr) return lf;
    // A CR at the very end may be the first half of a line end that never came.
    if (lf !== cr + 1) return cr === bytes.length - 1 ? -1 : cr;
    from = lf + 1;
  }
}
